"""Everything that goes wrong on a network, over every connector that speaks HTTP, by real workers into a real store.

Whatever happens: nothing is lost, doubled or falsely closed, the other sources finish, and the message names the source, the
cause and the remedy, without a secret.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from opstui.services import plugins
from opstui.services.crew import Outcome
from opstui.services.job import Ended, Event, Task
from opstui.services.station import Station
from opstui.store import outbox, sources
from tests.support import faults
from tests.support.engine import a_source, a_station, pull
from tests.support.faults import Fault, Request, Response, Server, Silent, Wire, serve
from tests.support.plugin import install
from tests.support.trackers import TRACKERS, VARIABLE, Between, Tracker

LONG, SHORT = 600, 20
"""Time-outs in seconds, of which a hundredth counts here."""

NAME = "desk"
CALM = "def pull(self, cursor, known): yield Page((self.item(1), self.item(2)))"


class Bench:
    """A tracker that is served, a source over it and another that is always well, and a store."""

    def __init__(self, tracker: Tracker, server: Server, between: Between, station: Station) -> None:
        self.tracker = tracker
        self.server = server
        self.between = between
        self.station = station
        self.store = station.store
        self.path = station.folder

    # -- pulling

    def pull(self, *names: str) -> Ended:
        """Pull sources, the tracker's alone without a name: how that ended."""
        outcomes, _ = pull(self.station, *(names or (NAME,)))
        for name in names:
            if name != NAME:
                assert outcomes[name].ok, outcomes[name]
        outcome: Outcome = outcomes[NAME]
        return outcome.ended

    def stored(self) -> dict[str, tuple[str, bool]]:
        """Key -> title and whether it is over, of all that the store takes for being there."""
        sql = "SELECT key, title, stage = 'done' FROM items WHERE source = ? AND gone IS NULL"
        return {key: (title, bool(over)) for key, title, over in self.store.read.execute(sql, (NAME,)).fetchall()}

    def is_true(self) -> None:
        """The store says what the source says."""
        assert self.stored() == self.tracker.facts()

    def is_safe(self, known: set[str]) -> None:
        """Nothing that was known is lost, nothing is closed that is open there, nothing is there that is not."""
        stored, facts = self.stored(), self.tracker.facts()
        assert known <= stored.keys() <= facts.keys()
        assert [key for key, (_, over) in stored.items() if over and not facts[key][1]] == []

    def change(self) -> None:
        """One thing of each kind happens at the source."""
        keys = [key for key, (_, over) in self.tracker.facts().items() if not over]
        self.tracker.rename(keys[0], f"Renamed {len(self.tracker.facts())}")
        self.tracker.finish(keys[1])
        self.tracker.add("New meanwhile")

    def told_well(self, ended: Ended) -> None:
        """A failure's words are fit for a person."""
        assert ended.state in ("failed", "refused"), ended
        assert NAME in ended.what, ended
        assert ended.why, ended
        assert ended.next_step, ended
        self.no_secret(repr(ended))

    def no_secret(self, more: str = "") -> None:
        """The secret is in no file and in no word."""
        assert self.tracker.secret not in more
        # In a process of its own: to close a database's file lets go of the locks that this one's connections hold on it.
        found = subprocess.run(["grep", "-rlF", self.tracker.secret, self.path], capture_output=True, text=True, check=False)
        assert (found.returncode, found.stdout) == (1, "")

    # -- pushing

    def write(self, verb: str, key: str, value: Any, base: Any = None) -> int:
        """A change that is due."""
        now = datetime.now(UTC)
        ref = f"{NAME}:{key}"
        with self.store.writing() as conn:
            sources.ensure(conn, NAME)
            (item,) = conn.execute("SELECT id FROM items WHERE source = ? AND key = ?", (NAME, key)).fetchone()
            sql = "INSERT INTO journal_groups (uid, at_ms, who, verb, summary, undoable) VALUES (?, 0, 'Ana Ruiz', ?, '', 1)"
            group = int(conn.execute(sql, (f"g-{verb}-{key}", verb)).lastrowid or 0)
            return outbox.add(
                conn, uid=f"u-{verb}-{key}", group=group, source=NAME, ref=ref, item=item, verb=verb, value=value, base=base,
                who="Ana Ruiz", at=now, due=now,
            )  # fmt: skip

    def push(self) -> list[Event]:
        """Let a worker send what waits, however long it should wait."""
        with self.store.writing() as conn:
            conn.execute("UPDATE outbox SET due = 0 WHERE state = 'pending'")
        source = self.station.source(NAME)
        assert source is not None
        return plugins.run(self.station.job(source, Task.PUSH), self.station.worker_environ(source), 30.0)


@pytest.fixture(params=TRACKERS, ids=[tracker.title for tracker in TRACKERS])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Bench]]:
    """Makes a bench of each connector; ``count`` issues are there, ``url`` is where the source looks for them."""
    with ExitStack() as stack:

        def made(count: int = 5, *, timeout_s: int = LONG, url: str = "", **more: Any) -> Bench:
            tracker: Tracker = request.param()
            monkeypatch.setenv("OPSTUI_HTTP_PATIENCE", "0.01")
            monkeypatch.setenv(VARIABLE, tracker.secret)
            for number in range(count):
                tracker.add(f"Item {number}")
            between = Between(tracker)
            server = stack.enter_context(serve(between, **more))
            options = {"url": url or server.url, "token": {"env": VARIABLE}, "timeout_s": timeout_s, "answer_mb": 1}
            folder = install(tmp_path / "plugins", "calm", CALM)
            monkeypatch.syspath_prepend(str(folder))
            data = tmp_path / "data"
            data.mkdir()
            both = (a_source(NAME, tracker.connector, options=options | tracker.options()), a_source("calm"))
            station = a_station(data, folder, *both)
            stack.callback(station.store.close)
            return Bench(tracker, server, between, station)

        yield made


# -- pulling


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
    "odd issues": Bad(faults.wrong_shape({"issues": [5, None, "x"], "total_count": 3}), False),
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
def test_a_pull_under_a_fault_loses_doubles_and_closes_nothing(make: Callable[..., Bench], name: str) -> None:
    bad, bench = BAD[name], make(timeout_s=BAD[name].timeout_s)
    _arm(bench, bad, when=bench.tracker.is_list)
    ended = bench.pull(NAME, "calm")
    if not (name == "odd issues" and ended.counts.refused):  # to say of each record why it did not come in will do
        bench.told_well(ended)
    assert bad.says in f"{ended.what} {ended.why}", ended
    if bad.wait is not None:
        assert ended.retry_after == pytest.approx(bad.wait, abs=5)
    bench.is_safe(set())
    _disarm(bench)
    assert bench.pull().state == "ok"
    bench.is_true()
    known = set(bench.stored())

    bench.change()
    _arm(bench, bad, times=2 if bad.passes else None)
    ended = bench.pull()
    if not bad.passes:
        if not (name == "odd issues" and ended.counts.refused):
            bench.told_well(ended)
        bench.is_safe(known)
        _disarm(bench)
        ended = bench.pull()
    assert ended.state == "ok", ended
    bench.is_true()
    bench.no_secret()


def _arm(bench: Bench, bad: Bad, **more: Any) -> None:
    if bad.fault is None:
        bench.server.down()
    else:
        bench.server.arm(bad.fault, **{"times": None, **more})


def _disarm(bench: Bench) -> None:
    bench.server.disarm()
    bench.server.up()


def test_another_host_gets_nothing_from_a_redirect(make: Callable[..., Bench]) -> None:
    bench = make()
    with serve(Silent()) as other:
        bench.server.arm(faults.redirect_to(f"{other.url}/rest"), times=None)
        ended = bench.pull(NAME, "calm")
        assert other.requests == []
    bench.told_well(ended)
    assert ended.state == "refused"
    assert "no other host" in ended.why


@pytest.mark.parametrize("tls", ["untrusted", "expired", "wrong name"])
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(make: Callable[..., Bench], tls: str) -> None:
    bench = make(tls=tls)
    ended = bench.pull(NAME, "calm")
    bench.told_well(ended)
    assert ended.state == "refused"
    assert "certificate" in ended.what
    assert bench.server.requests == []


@pytest.mark.parametrize("hours", [-26, 26])
def test_a_clock_that_is_wrong_hides_no_change(make: Callable[..., Bench], hours: int) -> None:
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


def test_pages_that_repeat_end_and_close_nothing(make: Callable[..., Bench]) -> None:
    bench = make(230)
    first: dict[str, Response] = {}

    def again(request: Request, response: Response) -> Response:
        if not bench.tracker.is_list(request):
            return response
        rest = [pair for pair in request.query if pair[0] not in PAGING]
        return first.setdefault(repr((request.path, rest, request.body)), response)

    bench.between.instead = again
    ended = bench.pull(NAME, "calm")
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


def test_what_moves_while_it_is_paged_through_is_not_lost(make: Callable[..., Bench]) -> None:
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


# -- pushing


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
    "500": Worse(faults.status(500), UNKNOWN),
    "applied, then 500": Worse(faults.status(500, apply=True), UNKNOWN),
    "502": Worse(faults.status(502), UNKNOWN),
    "503": Worse(faults.status(503), UNKNOWN),
    "applied, then 504": Worse(faults.status(504, apply=True), UNKNOWN),
    "redirect loop": Worse(faults.redirect_loop(307)),
    "redirect": Worse(faults.redirect_to("https://evil.example.com/"), ("pending",)),
}

DAY = "2031-05-06"


@pytest.mark.parametrize("name", WORSE)
def test_a_change_under_a_fault_is_made_once_or_not_at_all(make: Callable[..., Bench], name: str) -> None:
    worse, bench = WORSE[name], make(timeout_s=WORSE[name].timeout_s)
    assert bench.pull().state == "ok"
    one, two = list(bench.tracker.facts())[:2]
    rows = (bench.write("comment", one, {"text": "Looked at it"}), bench.write("due", two, DAY))
    before = bench.server.count("POST") + bench.server.count("PUT")
    if worse.fault is None:
        bench.server.down()
    else:
        bench.server.arm(worse.fault, when=bench.tracker.is_write, times=None)
    bench.push()
    _well_put(bench, rows[0], worse.ends)
    _well_put(bench, rows[1], worse.ends + (("pending",) if name == "429" else ()))
    assert bench.server.count("POST") + bench.server.count("PUT") - before <= 2
    _settled(bench, one)
    _disarm(bench)
    bench.push()
    comment, due = (_row(bench, row) for row in rows)
    if worse.once or comment.state == "sent":
        assert (comment.state, bench.tracker.comments(one)) == ("sent", ["Looked at it"])
    else:
        assert (comment.state, bench.tracker.comments(one)) == ("failed", [])
    assert (due.state, bench.tracker.due(two)) in ([("sent", DAY)] if worse.once else [("sent", DAY), ("failed", None)])
    assert bench.pull().state == "ok"
    bench.is_true()
    bench.no_secret()


@pytest.mark.parametrize("fault", [faults.reset(), faults.status(500), faults.garbage(), faults.status(401)])
def test_a_change_that_cannot_be_read_back_is_not_made_again(make: Callable[..., Bench], fault: Fault) -> None:
    bench = make()
    assert bench.pull().state == "ok"
    one, two = list(bench.tracker.facts())[:2]
    rows = (bench.write("comment", one, {"text": "Looked at it"}), bench.write("due", two, DAY))
    wrote: list[Request] = []
    bench.between.after = lambda request: wrote.append(request) if bench.tracker.is_write(request) else None
    bench.server.arm(fault, when=lambda request: bool(wrote), times=None)
    bench.push()
    _well_put(bench, rows[0], ("pending",))
    _disarm(bench)
    bench.push()
    assert [_row(bench, row).state for row in rows] == ["sent", "sent"]
    assert bench.tracker.comments(one) == ["Looked at it"]
    assert bench.tracker.due(two) == DAY


def _row(bench: Bench, id: int) -> Any:
    row = outbox.load(bench.store.read, id)
    assert row is not None
    return row


def _well_put(bench: Bench, id: int, ends: tuple[str, ...]) -> None:
    row = _row(bench, id)
    assert row.state in ends, row
    if row.state != "sent" and row.what:
        assert NAME in row.what, row
        assert row.why, row
        assert row.next_step, row
    assert row.state == "sent" or row.what or row.id > 1, row
    bench.no_secret(repr(row))


def _settled(bench: Bench, key: str) -> None:
    """Wait until the server has applied what it still works on."""
    deadline = time.monotonic() + 5
    while bench.server.busy and time.monotonic() < deadline:
        time.sleep(0.01)
