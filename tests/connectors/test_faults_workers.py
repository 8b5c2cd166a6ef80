"""What only workers show of a source that breaks: the others finish, no secret gets out, and the desk works as before."""

from __future__ import annotations

import time

import pytest

from opstui.domain.views import View
from opstui.services.clock import real_clock
from opstui.services.desk import Desk
from tests.support import faults
from tests.support.bench import NAME, Bench, Make
from tests.support.faults import Fault


@pytest.mark.parametrize(
    ("fault", "timeout_s", "state"),
    [
        (faults.late(60), 50, "failed"),
        (faults.gzip_bomb(20_000_000), 600, "refused"),
        (faults.status(401), 600, "refused"),
        (faults.status(503), 600, "failed"),
    ],
    ids=["time-out", "gzip bomb", "401", "503"],
)
def test_the_other_sources_finish_and_the_next_pull_is_whole(make: Make, fault: Fault, timeout_s: int, state: str) -> None:
    bench = make(timeout_s=timeout_s)
    bench.server.arm(fault, times=None)
    ended = bench.worked()
    bench.told_well(ended)
    assert ended.state == state
    bench.server.disarm()
    assert bench.worked().state == "ok"
    bench.is_true()
    bench.no_secret()


@pytest.mark.parametrize("fault", [faults.apply_then_reset(), faults.status(401)], ids=["applied, then reset", "401"])
def test_a_worker_makes_a_change_once(make: Make, fault: Fault) -> None:
    bench = make()
    assert bench.worked().state == "ok"
    key = next(iter(bench.tracker.facts()))
    row = bench.write("comment", key, {"text": "Looked at it"})
    bench.server.arm(fault, when=bench.tracker.is_write, times=None)
    bench.pushed()
    bench.well_put(row, ("pending",))
    bench.server.disarm()
    bench.pushed()
    assert bench.row(row).state == "sent"
    assert bench.tracker.comments(key) == ["Looked at it"]
    bench.no_secret()


def test_the_desk_asks_the_store_for_no_more_while_a_source_hangs(make: Make) -> None:
    bench = make()
    assert bench.pull().state == "ok"
    now = real_clock()
    desk = Desk(bench.store, bench.station.settings, now=lambda: now)
    before = _statements(bench, desk)
    bench.server.arm(faults.late(60), times=None)
    asked = len(bench.server.requests)
    with bench.under_way():
        _until_asked(bench, asked)
        assert _statements(bench, desk) == before
    bench.server.disarm()
    desk.close()


def _statements(bench: Bench, desk: Desk) -> list[str]:
    """What the desk reads for a key press: the rows on screen, the counts beside them, the item under the cursor."""
    read: list[str] = []
    bench.store.read.set_trace_callback(read.append)
    try:
        (first, *_) = desk.window(View(), 0, 50)
        desk.splits()
        desk.detail(first.ref)
    finally:
        bench.store.read.set_trace_callback(None)
    assert first.ref.startswith(f"{NAME}:")
    assert read
    return read


def _until_asked(bench: Bench, asked: int) -> None:
    """Wait until the worker's first request hangs."""
    deadline = time.monotonic() + 30
    while len(bench.server.requests) == asked:
        assert time.monotonic() < deadline
        time.sleep(0.01)
