"""The triage session: what counts as time spent on a verdict and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from opstui.store import sessions
from opstui.store.db import Store
from tests.support.build import MORNING, FakeClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "opstui.db", now=FakeClock()) as opened:
        yield opened


def verdicts(store: Store, *gaps: int, decided: int = 1) -> None:
    at = MORNING
    for gap in gaps:
        at += timedelta(seconds=gap)
        with store.writing() as conn:
            sessions.record(conn, at, decided)


def test_the_median_is_over_the_gaps_between_verdicts(store: Store) -> None:
    verdicts(store, 0, 10, 20, 90)
    found = sessions.current(store.read, MORNING + timedelta(minutes=3))
    assert found is not None
    assert (found.decided, found.seconds, found.median) == (4, (10, 20, 90), 20)


@pytest.mark.parametrize(("values", "middle"), [([], None), ([7], 7), ([9, 1], 5), ([1, 2], 1.5), ([30, 10, 20], 20)])
def test_the_median_is_the_middle_value(values: list[int], middle: float | None) -> None:
    assert sessions.median(values) == middle


def test_a_pause_over_five_minutes_does_not_count(store: Store) -> None:
    verdicts(store, 0, 10, 301, 20)
    found = sessions.current(store.read, MORNING + timedelta(minutes=10))
    assert found is not None and found.seconds == (10, 20)


def test_a_long_gap_begins_a_new_session(store: Store) -> None:
    verdicts(store, 0, 10, sessions.OVER_S + 1, 30)
    every = list(sessions.every(store.read))
    assert [(one.decided, one.seconds) for one in every] == [(2, (10,)), (2, (30,))]
    assert sessions.since(store.read, MORNING + timedelta(seconds=11)) == every[1:]


def test_the_first_verdict_counts_from_when_the_queue_was_looked_at(store: Store) -> None:
    with store.writing() as conn:
        sessions.record(conn, MORNING + timedelta(seconds=40), 1, begun=MORNING)
    found = sessions.current(store.read, MORNING + timedelta(seconds=41))
    assert found is not None and found.seconds == (40,)


def test_a_look_long_before_the_first_verdict_does_not_count(store: Store) -> None:
    with store.writing() as conn:
        sessions.record(conn, MORNING + timedelta(hours=2), 1, begun=MORNING)
    found = sessions.current(store.read, MORNING + timedelta(hours=2))
    assert found is not None and (found.seconds, found.median) == ((), None)


def test_no_session_is_under_way_long_after_the_last_verdict(store: Store) -> None:
    verdicts(store, 0, 10)
    assert sessions.current(store.read, MORNING + timedelta(hours=1)) is None


def test_a_clock_set_back_does_not_break_the_count(store: Store) -> None:
    verdicts(store, 0, -600, 600)
    assert sum(one.decided for one in sessions.every(store.read)) == 3


def test_an_undone_verdict_is_taken_from_the_count(store: Store) -> None:
    verdicts(store, 0, 10, decided=12)
    with store.writing() as conn:
        sessions.take_back(conn, 12)
    found = sessions.current(store.read, MORNING + timedelta(seconds=20))
    assert found is not None and (found.decided, found.seconds) == (12, (10,))
