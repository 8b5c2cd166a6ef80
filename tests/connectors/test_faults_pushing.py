"""Everything that goes wrong on a network while a change is sent, over every connector that speaks HTTP: it is made once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.support import faults
from tests.support.bench import LONG, SHORT, Bench, Make
from tests.support.faults import Fault, Request, Response, Silent, Wire, serve

DAY = "2031-05-06"


def _later(wire: Wire) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    wire.answer(Response(429, b"", {"Retry-After": moment}))


@dataclass(frozen=True)
class Worse:
    """A fault that a change meets. ``ends`` is what may be made of it at once; ``once``: it gets there in the end, once."""

    fault: Fault | None
    ends: tuple[str, ...] = ("pending",)
    once: bool = True
    timeout_s: int = LONG


UNKNOWN = ("pending", "sent")

WORSE: dict[str, Worse] = {
    "refused": Worse(None),
    "reset": Worse(faults.reset(), UNKNOWN),
    "applied, then reset": Worse(faults.apply_then_reset(), UNKNOWN),
    "time-out before": Worse(faults.late(60), UNKNOWN, timeout_s=SHORT),
    "time-out after": Worse(faults.apply_then_late(60), UNKNOWN, timeout_s=SHORT),
    "applied after the time-out": Worse(faults.late_then_apply(0.5), UNKNOWN, timeout_s=SHORT),
    "slow body": Worse(faults.slow(60, pieces=600), UNKNOWN, timeout_s=SHORT),
    "truncated": Worse(faults.truncated(), UNKNOWN),
    "oversized": Worse(faults.oversized(1_200_000), UNKNOWN),
    "gzip bomb": Worse(faults.gzip_bomb(20_000_000), UNKNOWN),
    "no JSON": Worse(faults.garbage(), UNKNOWN),
    "wrong shape": Worse(faults.wrong_shape(), UNKNOWN),
    "400": Worse(faults.status(400, {"errorMessages": ["Not today"]}), ("failed",), once=False),
    "401": Worse(faults.status(401)),
    "403": Worse(faults.status(403), ("pending", "failed"), once=False),
    "404": Worse(faults.status(404), ("failed",), once=False),
    "409": Worse(faults.status(409), ("failed",), once=False),
    "410": Worse(faults.status(410), ("failed",), once=False),
    "429": Worse(faults.status(429)),
    "429 for seconds": Worse(faults.status(429, headers={"Retry-After": "5"})),
    "429 until a date": Worse(_later),
    "429 for an hour": Worse(faults.status(429, headers={"Retry-After": "3600"})),
    "500": Worse(faults.status(500), UNKNOWN),
    "applied, then 500": Worse(faults.status(500, apply=True), UNKNOWN),
    "501": Worse(faults.status(501), UNKNOWN),
    "502": Worse(faults.status(502), UNKNOWN),
    "503": Worse(faults.status(503), UNKNOWN),
    "503 for seconds": Worse(faults.status(503, headers={"Retry-After": "5"})),
    "504": Worse(faults.status(504), UNKNOWN),
    "applied, then 504": Worse(faults.status(504, apply=True), UNKNOWN),
    "redirect loop": Worse(faults.redirect_loop(307)),
}


@pytest.mark.parametrize("name", WORSE)
def test_a_change_under_a_fault_is_made_once_or_not_at_all(make: Make, name: str) -> None:
    worse, bench = WORSE[name], make()
    assert bench.pull().state == "ok"
    one, two = list(bench.tracker.facts())[:2]
    rows = (bench.write("comment", one, {"text": "Looked at it"}), bench.write("due", two, DAY))
    bench.arm(worse.fault, timeout_s=worse.timeout_s, when=bench.tracker.is_write)
    bench.push()
    bench.well_put(rows[0], worse.ends)
    bench.well_put(rows[1], worse.ends + (("pending",) if name == "429" else ()))
    assert sum(map(bench.tracker.is_write, bench.server.requests)) <= 2
    if name == "applied after the time-out":
        _settled(bench)
    bench.disarm()
    bench.push()
    comment, due = map(bench.row, rows)
    if worse.once or comment.state == "sent":
        assert (comment.state, bench.tracker.comments(one)) == ("sent", ["Looked at it"])
    else:
        assert (comment.state, bench.tracker.comments(one)) == ("failed", [])
    assert (due.state, bench.tracker.due(two)) in ([("sent", DAY)] if worse.once else [("sent", DAY), ("failed", None)])
    assert bench.pull().state == "ok"
    bench.is_true()
    bench.no_secret()


@pytest.mark.parametrize("fault", [faults.reset(), faults.status(500), faults.garbage(), faults.status(401)])
def test_a_change_that_cannot_be_read_back_is_not_made_again(make: Make, fault: Fault) -> None:
    bench = make()
    assert bench.pull().state == "ok"
    one, two = list(bench.tracker.facts())[:2]
    rows = (bench.write("comment", one, {"text": "Looked at it"}), bench.write("due", two, DAY))
    wrote: list[Request] = []
    bench.between.after = lambda request: wrote.append(request) if bench.tracker.is_write(request) else None
    bench.server.arm(fault, when=lambda request: bool(wrote), times=None)
    bench.push()
    bench.well_put(rows[0], ("pending",))
    bench.disarm()
    bench.push()
    assert [bench.row(row).state for row in rows] == ["sent", "sent"]
    assert bench.tracker.comments(one) == ["Looked at it"]
    assert bench.tracker.due(two) == DAY


def _settled(bench: Bench) -> None:
    """Wait until the server has applied what it still works on."""
    deadline = time.monotonic() + 5
    while bench.server.busy and time.monotonic() < deadline:
        time.sleep(0.01)


def _two(bench: Bench) -> tuple[str, tuple[int, int]]:
    """A comment and a due date that are to be sent: the key that the comment is of, and their numbers."""
    assert bench.pull().state == "ok"
    one, two = list(bench.tracker.facts())[:2]
    return one, (bench.write("comment", one, {"text": "Looked at it"}), bench.write("due", two, DAY))


def test_another_host_gets_no_change_from_a_redirect(make: Make) -> None:
    bench = make()
    one, rows = _two(bench)
    with serve(Silent()) as other:
        bench.server.arm(faults.redirect_to(f"{other.url}/rest", 307), when=bench.tracker.is_write, times=None)
        bench.push()
        assert other.requests == []
    bench.well_put(rows[0], ("pending",))
    bench.server.disarm()
    bench.push()
    assert [bench.row(row).state for row in rows] == ["sent", "sent"]
    assert bench.tracker.comments(one) == ["Looked at it"]


@pytest.mark.parametrize("tls", ["untrusted", "expired", "wrong name"])
def test_a_server_that_cannot_prove_who_it_is_gets_no_change(make: Make, tls: str) -> None:
    bench = make()
    one, rows = _two(bench)
    with serve(bench.between, tls=tls) as other:
        bench.url = other.url
        bench.push()
        assert other.requests == []
    bench.well_put(rows[0], ("pending",))
    assert "certificate" in bench.row(rows[0]).what
    bench.url = ""
    bench.push()
    assert [bench.row(row).state for row in rows] == ["sent", "sent"]
    assert bench.tracker.comments(one) == ["Looked at it"]


@pytest.mark.parametrize("hours", [-26, 26])
def test_a_change_is_found_again_by_a_clock_that_is_wrong(make: Make, hours: int) -> None:
    ahead = timedelta(hours=hours)
    bench = make(0, skew=ahead.total_seconds())
    bench.tracker.skew(ahead)
    for number in range(2):
        bench.tracker.add(f"Item {number}")
    one, rows = _two(bench)
    bench.server.arm(faults.apply_then_reset(), when=bench.tracker.is_write, times=None)
    bench.push()
    bench.well_put(rows[0], ("pending",))
    bench.server.disarm()
    bench.push()
    assert [bench.row(row).state for row in rows] == ["sent", "sent"]
    assert bench.tracker.comments(one) == ["Looked at it"]
