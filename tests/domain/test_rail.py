"""The day's shape: what is over, due, late, and where the hour leads; on nights, holidays, and days when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.calendar import WorkCalendar
from opstui.domain.rail import HANDOFF, HOME, STANDUP, Stop, day_of, fixed, leads_to, rail

FRIDAY = date(2026, 11, 20)
DAY = WorkCalendar()
NIGHT = WorkCalendar(start=time(22), end=time(6))
POINTS = fixed(DAY, FRIDAY, time(10), time(17))
ZONES = ["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def states(now: datetime, **more: object) -> dict[str, str]:
    return {stop.name: stop.state for stop in rail(now, POINTS, **more)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "standup", "handoff"),
    [
        (at(8), "next", "next"),
        (at(9, 49), "next", "next"),
        (at(9, 50), "now", "next"),
        (at(10), "now", "next"),
        (at(10, 1), "late", "next"),
        (at(16, 29), "late", "next"),
        (at(16, 30), "late", "now"),
        (at(17, 1), "past", "past"),
        (at(23), "past", "past"),
    ],
)
def test_a_stop_is_next_then_now_then_late_until_nobody_can_make_up_for_it(now: datetime, standup: str, handoff: str) -> None:
    assert states(now) == {STANDUP: standup, HANDOFF: handoff}


def test_what_was_held_is_done_and_says_when() -> None:
    held = {STANDUP: at(9, 55)}
    assert states(at(9, 57), held=held)[STANDUP] == "done"
    assert rail(at(12), POINTS, held)[0].held == at(9, 55)


def test_what_is_under_way_is_neither_late_nor_over() -> None:
    assert states(at(10, 20), under_way={STANDUP})[STANDUP] == "now"


@pytest.mark.parametrize(
    ("now", "held", "action"),
    [
        (at(8), False, HOME),
        (at(9, 49), False, HOME),
        (at(9, 50), False, "app.standup"),
        (at(10, 40), False, "app.standup"),
        (at(10, 40), True, HOME),
        (at(9, 55), True, HOME),
        (at(16, 29), False, "app.standup"),
        (at(16, 30), False, HOME),  # the hour is the handoff's, which has no pane yet
        (at(18), False, HOME),
    ],
)
def test_the_hour_leads_to_its_pane(now: datetime, held: bool, action: str) -> None:
    assert leads_to(rail(now, POINTS, {STANDUP: at(9, 50)} if held else {})) == action


def test_a_late_routine_is_shown_and_leads_nobody_away_from_the_hour() -> None:
    routine = Stop("Walk the floor", at(9), action="app.routines")
    stops = rail(at(9, 30), POINTS, extra=[routine])
    assert stops[0].state == "late" and leads_to(stops) == HOME


def test_what_joins_knows_its_own_state_and_a_block_is_never_late() -> None:
    overdue = Stop("Weekly review", at(15), "late", "app.routines")
    block = Stop("SOP rewrite", at(14), until=at(16))
    for now, state in ((at(13), "next"), (at(14), "now"), (at(15, 59), "now"), (at(16), "past")):
        found = {stop.name: stop.state for stop in rail(now, POINTS, extra=[overdue, block])}
        assert found["Weekly review"] == "late" and found["SOP rewrite"] == state


def test_a_day_without_a_stand_up_has_none() -> None:
    assert [stop.name for stop in fixed(DAY, FRIDAY, None, time(17))] == [HANDOFF]
    assert fixed(DAY, FRIDAY, None, None) == () and rail(at(12), ()) == ()


def test_a_night_keeps_its_day_until_it_ends_and_its_small_hours_are_the_next_morning() -> None:
    assert day_of(NIGHT, at(23)) == FRIDAY
    assert day_of(NIGHT, at(3, day=21)) == FRIDAY
    assert day_of(NIGHT, at(7, day=21)) is None  # a Saturday on which no night begins
    assert [stop.at for stop in fixed(NIGHT, FRIDAY, time(22, 30), time(6))] == [at(22, 30), at(6, day=21)]
    assert fixed(NIGHT, FRIDAY, time(2), None)[0].at == at(2, day=21)


def test_a_holiday_and_a_weekend_are_no_days() -> None:
    assert day_of(WorkCalendar(holidays=frozenset({FRIDAY})), at(9)) is None
    assert day_of(DAY, at(9, day=21)) is None and day_of(DAY, at(9)) == FRIDAY


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    standup=clocks,
    handoff=clocks,
    minutes=st.integers(0, 48 * 60),
    held=st.booleans(),
)
def test_on_any_day_of_any_zone_each_stop_has_one_state_that_its_time_allows(
    zone: str, day: date, standup: time, handoff: time, minutes: int, held: bool
) -> None:
    calendar = WorkCalendar(ZoneInfo(zone), workdays=frozenset(range(7)))
    points = fixed(calendar, day, standup, handoff)
    for point, clock in zip(points, (standup, handoff), strict=True):
        local = point.at.astimezone(calendar.zone)
        # A wall-clock time that the change of the clocks leaves out is read an hour on; any other one is kept.
        assert (local.date(), local.time()) == (day, clock) or local.replace(tzinfo=None) > datetime.combine(day, clock)
    now = calendar.on(day, time()) + timedelta(minutes=minutes)
    stops = rail(now, points, {STANDUP: now} if held else {})
    assert [stop.at for stop in stops] == sorted(stop.at for stop in stops) and len(stops) == 2
    for stop in stops:
        if held and stop.name == STANDUP:
            assert stop.state == "done"
        elif stop.state in ("late", "past"):
            assert stop.at < now
        else:
            assert stop.at >= now and (stop.state == "now") == (stop.at - now <= stop.ahead)
    late = [stop for stop in stops if stop.state == "late"]
    assert all(stop.action for stop in late)
    assert leads_to(stops) in (HOME, "app.standup")
