"""Everything that goes wrong on a network while a source is pulled, over every connector that speaks HTTP.

Whatever happens: nothing is lost, doubled or falsely closed, and the message names the source, the cause and the remedy,
without a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.support import faults
from tests.support.bench import LONG, SHORT, Make
from tests.support.faults import Fault, Request, Response, Silent, Wire, serve


@dataclass(frozen=True)
class Bad:
    """A fault. ``passes``: a pull that is tried again gets over it; ``says`` stands in its words."""

    fault: Fault | None
    passes: bool
    says: str = ""
    timeout_s: int = LONG
    wait: float | None = None
    """The pause that is handed on to the engine."""


def _in(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def _later(wire: Wire) -> None:
    wire.answer(Response(429, b"", {"Retry-After": _in(30)}))


def _much_later(wire: Wire) -> None:
    wire.answer(Response(429, b"", {"Retry-After": _in(7200)}))


BAD: dict[str, Bad] = {
    "refused": Bad(None, False, "refused the connection"),
    "reset": Bad(faults.reset(), True, "broke"),
    "hung up": Bad(faults.hang_up(), True, "closed"),
    "time-out": Bad(faults.late(60), True, "nothing came", SHORT),
    "slow body": Bad(faults.slow(60, pieces=600), True, "too slowly", SHORT),
    "truncated": Bad(faults.truncated(), True, "broke off"),
    "oversized": Bad(faults.oversized(1_200_000), False, "more than 1 MB"),
    "gzip bomb": Bad(faults.gzip_bomb(20_000_000), False, "more than 1 MB"),
    "no JSON": Bad(faults.garbage(), True, "cannot be read"),
    "a list": Bad(faults.wrong_shape(), False),
    "an empty object": Bad(faults.wrong_shape({}), False),
    "odd values": Bad(faults.wrong_shape({"issues": {"a": 1}, "total": "many", "isLast": 5}), False),
    "odd issues": Bad(faults.wrong_shape({"issues": [5, None, "x"], "total": 3, "total_count": 3}), False),
    "401": Bad(faults.status(401), False, "401"),
    "403": Bad(faults.status(403), False, "403"),
    "404": Bad(faults.status(404), False, "404"),
    "409": Bad(faults.status(409), False, "409"),
    "410": Bad(faults.status(410), False, "410"),
    "429": Bad(faults.status(429), True, "429"),
    "429 for seconds": Bad(faults.status(429, headers={"Retry-After": "5"}), True, "429", wait=5),
    "429 for an hour": Bad(faults.status(429, headers={"Retry-After": "3600"}), False, "429", wait=3600),
    "429 until a date": Bad(_later, True, "429", wait=30),
    "429 until a late date": Bad(_much_later, False, "429", wait=7200),
    "500": Bad(faults.status(500), True, "500"),
    "501": Bad(faults.status(501), True, "501"),
    "502": Bad(faults.status(502), True, "502"),
    "503": Bad(faults.status(503), True, "503"),
    "504": Bad(faults.status(504), True, "504"),
    "redirect loop": Bad(faults.redirect_loop(), False, "redirects"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_pull_under_a_fault_loses_doubles_and_closes_nothing(make: Make, name: str) -> None:
    bad, bench = BAD[name], make()
    bench.arm(bad.fault, timeout_s=bad.timeout_s, when=bench.tracker.is_list)
    ended = bench.pull()
    bench.told_well(ended)
    assert bad.says in f"{ended.what} {ended.why}", ended
    if bad.wait is not None:
        assert ended.retry_after == pytest.approx(bad.wait, abs=5)
    bench.is_safe(set())
    bench.disarm()
    assert bench.pull().state == "ok"
    bench.is_true()
    known = set(bench.stored())

    bench.change()
    bench.arm(bad.fault, timeout_s=bad.timeout_s, times=2 if bad.passes else None)
    ended = bench.pull()
    if not bad.passes:
        bench.told_well(ended)
        bench.is_safe(known)
        bench.disarm()
        ended = bench.pull()
    assert ended.state == "ok", ended
    bench.is_true()
    bench.no_secret()


def test_another_host_gets_nothing_from_a_redirect(make: Make) -> None:
    bench = make()
    with serve(Silent()) as other:
        bench.server.arm(faults.redirect_to(f"{other.url}/rest"), times=None)
        ended = bench.pull()
        assert other.requests == []
    bench.told_well(ended)
    assert ended.state == "refused"
    assert "no other host" in ended.why


@pytest.mark.parametrize("tls", ["untrusted", "expired", "wrong name"])
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(make: Make, tls: str) -> None:
    bench = make(tls=tls)
    ended = bench.pull()
    bench.told_well(ended)
    assert ended.state == "refused"
    assert "certificate" in ended.what
    assert bench.server.requests == []


@pytest.mark.parametrize("hours", [-26, 26])
def test_a_clock_that_is_wrong_hides_no_change(make: Make, hours: int) -> None:
    ahead = timedelta(hours=hours)
    bench = make(0, skew=ahead.total_seconds())
    bench.tracker.skew(ahead)
    for number in range(5):
        bench.tracker.add(f"Item {number}")
    bench.change()
    bench.server.arm(lambda wire: wire.answer(Response(429, b"", {"Retry-After": _in(ahead.total_seconds() + 20)})))
    assert bench.pull().state == "ok"
    bench.is_true()
    for _ in range(2):
        bench.change()
        assert bench.pull().state == "ok"
        bench.is_true()


# -- pages

PAGING = frozenset(("nextPageToken", "startAt", "offset"))


def test_pages_that_repeat_end_and_close_nothing(make: Make) -> None:
    bench = make(230)
    first: dict[str, Response] = {}

    def again(request: Request, response: Response) -> Response:
        if not bench.tracker.is_list(request):
            return response
        rest = [pair for pair in request.query if pair[0] not in PAGING]
        return first.setdefault(repr((request.path, rest, request.body)), response)

    bench.between.instead = again
    ended = bench.pull()
    if ended.state != "ok":
        bench.told_well(ended)
    assert bench.server.count() < 300
    bench.is_safe(set())
    bench.between.instead = lambda request, response: response
    assert bench.pull().state == "ok"
    bench.is_true()

    known = set(bench.stored())
    bench.change()
    first.clear()
    bench.between.instead = again
    bench.pull()
    bench.is_safe(known)


def test_what_moves_while_it_is_paged_through_is_not_lost(make: Make) -> None:
    bench = make(230)
    moves = iter(range(12))

    def move(request: Request) -> None:
        if bench.tracker.is_list(request) and (number := next(moves, None)) is not None:
            keys = list(bench.tracker.facts())
            bench.tracker.rename(keys[number], f"Moved {number}")
            bench.tracker.finish(keys[50 + number])
            bench.tracker.add(f"Came in {number}")

    bench.between.after = move
    assert bench.pull().state == "ok"
    bench.is_safe({key for key, (title, _) in bench.tracker.facts().items() if title.startswith(("Item", "Moved"))})
    bench.between.after = lambda request: None
    assert bench.pull().state == "ok"
    bench.is_true()
