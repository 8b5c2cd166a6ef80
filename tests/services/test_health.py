"""The queue is only called clear when nothing waits and every required source was read lately."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opstui.store import sources
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, pull, shut, store_of


def names(blocking: tuple[object, ...]) -> list[str]:
    return [state.name for state in blocking]  # type: ignore[attr-defined]


def test_an_empty_queue_is_not_clear_before_its_required_sources_were_read(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    clear, blocking = desk.clear()
    assert not clear and names(blocking) == ["helpdesk"]
    shut(desk)


def test_a_queue_is_clear_when_it_is_empty_and_fresh_and_no_longer_when_the_source_gets_old(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item())
    assert desk.clear() == (False, ())
    desk.done(["helpdesk:INC1"])
    assert desk.clear() == (True, ())
    clock.forward(hours=1, seconds=1)
    clear, blocking = desk.clear()
    assert not clear and names(blocking) == ["helpdesk"] and blocking[0].state == "stale"
    shut(desk)


def test_an_optional_or_disabled_source_does_not_stand_in_the_way(tmp_path: Path) -> None:
    config = [
        {"name": "helpdesk", "connector": "csv"},
        {"name": "jira", "connector": "csv", "required": False},
        {"name": "old", "connector": "csv", "enabled": False},
    ]
    desk = a_desk(tmp_path, sources=config)
    pull(desk, an_item())
    desk.done(["helpdesk:INC1"])
    assert desk.clear()[0]
    assert [(state.name, state.state) for state in desk.sources()] == [("helpdesk", "ok"), ("jira", "never"), ("old", "paused")]
    shut(desk)


def test_a_source_that_is_read_seldom_may_be_older(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock, sources=[{"name": "helpdesk", "connector": "csv", "every": "4h"}])
    pull(desk, an_item())
    desk.done(["helpdesk:INC1"])
    clock.forward(hours=7, minutes=59)
    assert desk.clear()[0]
    clock.forward(minutes=2)
    assert not desk.clear()[0]
    shut(desk)


def test_a_failed_pull_stands_in_the_way_once_the_last_good_one_is_old_and_names_its_remedy(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item())
    desk.done(["helpdesk:INC1"])
    with store_of(desk).writing() as conn:
        sources.fail(conn, "helpdesk", clock(), state="refused", what="401", why="the token expired", next_step="Renew it")
    assert desk.clear()[0]
    clock.forward(hours=2)
    clear, blocking = desk.clear()
    assert not clear
    assert (blocking[0].state, blocking[0].what, blocking[0].next_step) == ("refused", "401", "Renew it")
    shut(desk)


def test_a_queue_is_not_clear_while_a_snooze_is_over_and_not_yet_back(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item())
    desk.snooze(["helpdesk:INC1"], "30m")
    assert desk.clear()[0]
    clock.forward(minutes=31)
    assert not desk.clear()[0]
    assert desk.catch_up() >= 1 and desk.catch_up() == 0
    assert not desk.clear()[0]
    shut(desk)


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2026-11-20T08:05", "2026-11-19T17:00"),  # Friday morning: Thursday's handoff
        ("2026-11-20T18:30", "2026-11-19T17:00"),  # Friday evening: still what the day began with
        ("2026-11-22T12:00", "2026-11-20T17:00"),  # Sunday: Friday's
        ("2026-11-23T07:00", "2026-11-20T17:00"),  # Monday: Friday's
        ("2026-12-29T09:00", "2026-12-24T17:00"),  # after holidays
        ("2026-07-07T09:00", "2026-07-06T16:00"),  # summer time: 17:00 in London is 16:00 UTC
    ],
)
def test_since_is_the_last_working_days_handoff(tmp_path: Path, now: str, since: str) -> None:
    clock = FakeClock(datetime.fromisoformat(now).replace(tzinfo=UTC))
    desk = a_desk(tmp_path, clock, day={"timezone": "Europe/London", "holidays": ["2026-12-25", "2026-12-28"]})
    assert desk.since() == datetime.fromisoformat(since).replace(tzinfo=UTC)
    shut(desk)


def test_a_calendar_without_working_days_still_has_a_yesterday(tmp_path: Path) -> None:
    days = [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    desk = a_desk(tmp_path, day={"timezone": "Europe/London", "workdays": ["mon"], "holidays": days})
    assert desk.since() < desk.now()
    shut(desk)
