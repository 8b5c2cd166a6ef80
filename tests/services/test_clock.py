"""The clock can be pinned, runs on, and is shared with child processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opstui.errors import UsageError
from opstui.services.clock import NOW, OFFSET, child_environ, clock, real_clock

CLOSE = timedelta(seconds=5)


def test_without_variables_it_is_the_real_clock_in_utc() -> None:
    assert clock({}) is real_clock
    assert real_clock().tzinfo is UTC


def test_a_pinned_clock_starts_there_and_runs_on() -> None:
    now = clock({NOW: "2026-11-20T08:05:00+01:00"})
    first = now()
    assert timedelta(0) <= first - datetime(2026, 11, 20, 7, 5, tzinfo=UTC) < CLOSE
    assert now() > first


def test_a_child_goes_by_its_parents_clock() -> None:
    now = clock({NOW: "2026-11-20T08:05:00+00:00"})
    environ = child_environ({NOW: "2026-11-20T08:05:00+00:00", "HOME": "/home/ana"}, now)
    assert NOW not in environ and environ["HOME"] == "/home/ana"
    assert abs(clock(environ)() - now()) < CLOSE


def test_a_child_of_the_real_clock_is_told_nothing() -> None:
    assert child_environ({OFFSET: "5", "A": "b"}, real_clock) == {"A": "b"}


@pytest.mark.parametrize("environ", [{NOW: "yesterday"}, {OFFSET: "much"}, {OFFSET: "1e300"}])
def test_a_clock_that_cannot_be_read_is_refused_by_name(environ: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=next(iter(environ))):
        clock(environ)


def test_a_pinned_time_without_a_zone_is_utc() -> None:
    assert abs(clock({NOW: "2026-11-20T08:05:00"})() - datetime(2026, 11, 20, 8, 5, tzinfo=UTC)) < CLOSE
