from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.calendar import WorkCalendar

LONDON = ZoneInfo("Europe/London")
ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
OFFICE = WorkCalendar(LONDON, time(9), time(17), holidays=frozenset([date(2026, 12, 25)]))
NIGHT = WorkCalendar(LONDON, time(22), time(6), frozenset(range(7)))
ALWAYS = WorkCalendar(LONDON, time(0), time(0), frozenset(range(7)))


def is_working(calendar: WorkCalendar, at: datetime) -> bool:
    """Whether people are at work, told from the clock on the wall: a working day began last, and has not ended yet."""
    local = at.astimezone(calendar.zone)
    for day in (local.date(), local.date() - timedelta(days=1)):
        opens = datetime.combine(day, calendar.start, calendar.zone).astimezone(UTC)
        ends = day if calendar.start < calendar.end else day + timedelta(days=1)
        closes = datetime.combine(ends, calendar.end, calendar.zone).astimezone(UTC)
        if opens <= at < closes and calendar.is_workday(day):
            return True
    return False


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("calendar", "a", "b", "hours"),
    [
        (OFFICE, "2026-11-20 09:00", "2026-11-20 17:00", 8),
        (OFFICE, "2026-11-20 16:00", "2026-11-23 10:00", 2),
        (OFFICE, "2026-11-21 03:00", "2026-11-22 20:00", 0),
        (OFFICE, "2026-12-24 16:00", "2026-12-28 10:00", 2),
        (OFFICE, "2026-11-23 10:00", "2026-11-20 16:00", -2),
        (OFFICE, "2026-01-01 00:00", "2027-01-01 00:00", 8 * 260),
        (NIGHT, "2026-11-20 21:00", "2026-11-21 07:00", 8),
        (NIGHT, "2026-03-28 21:00", "2026-03-29 07:00", 7),  # the clocks go forward at 01:00
        (NIGHT, "2026-10-24 21:00", "2026-10-25 07:00", 9),  # and back at 02:00
        (ALWAYS, "2026-03-29 00:00", "2026-03-30 00:00", 23),
        (ALWAYS, "2026-10-25 00:00", "2026-10-26 00:00", 25),
    ],
)
def test_working_time_between_two_moments(calendar: WorkCalendar, a: str, b: str, hours: float) -> None:
    assert calendar.working_seconds(london(a), london(b)) == hours * 3600


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        ("2026-11-20 16:00", 2, "2026-11-23 10:00"),
        ("2026-11-20 09:00", 8, "2026-11-20 17:00"),
        ("2026-11-21 12:00", 1, "2026-11-23 10:00"),
        ("2026-12-24 16:30", 1, "2026-12-28 09:30"),
        ("2026-03-27 16:00", 2, "2026-03-30 10:00"),
        ("2026-11-23 10:00", -2, "2026-11-20 16:00"),
    ],
)
def test_adding_working_time(at: str, hours: int, expected: str) -> None:
    assert OFFICE.add_working(london(at), hours * 3600) == london(expected)


@pytest.mark.parametrize(
    ("at", "working", "start", "close", "before"),
    [
        ("2026-11-20 08:59", False, "2026-11-20 09:00", "2026-11-20 17:00", "2026-11-19 17:00"),
        ("2026-11-20 09:00", True, "2026-11-23 09:00", "2026-11-20 17:00", "2026-11-19 17:00"),
        ("2026-11-20 17:00", False, "2026-11-23 09:00", "2026-11-23 17:00", "2026-11-20 17:00"),
        ("2026-12-25 12:00", False, "2026-12-28 09:00", "2026-12-28 17:00", "2026-12-24 17:00"),
    ],
)
def test_openings_and_closings_around_a_moment(at: str, working: bool, start: str, close: str, before: str) -> None:
    moment = london(at)
    assert is_working(OFFICE, moment) is working
    assert OFFICE.next_start(moment) == london(start)
    assert OFFICE.next_close(moment) == london(close)
    assert OFFICE.previous_close(moment) == london(before)


def test_the_first_moment_with_so_little_left_lies_before_a_night_not_after_it() -> None:
    due = london("2026-11-23 10:00")
    assert OFFICE.left_at(due, 3600) == london("2026-11-20 17:00")
    assert OFFICE.left_at(due, 7200) == london("2026-11-20 16:00")


def test_absurd_years_and_empty_calendars_give_an_answer() -> None:
    never = WorkCalendar(LONDON, workdays=frozenset())
    now = london("2026-11-20 12:00")
    assert never.working_seconds(now, now + timedelta(days=99)) == 0
    assert never.next_start(now).year >= 2200
    assert never.add_working(now, 60).year >= 2200
    assert never.left_at(now, 60).year == 1970
    far = datetime(9999, 12, 31, tzinfo=UTC)
    assert OFFICE.working_seconds(now, far) > 0
    assert OFFICE.add_working(far, 3600) == far
    assert OFFICE.working_seconds(datetime.min.replace(tzinfo=UTC), now) > 0


MOMENTS = st.integers(1_704_067_200, 1_830_297_600).map(lambda stamp: datetime.fromtimestamp(stamp, UTC))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    hours = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
    days = frozenset(draw(st.sets(st.integers(0, 6), min_size=1)))
    holidays = draw(st.frozensets(st.dates(date(2025, 1, 1), date(2026, 12, 31)), max_size=5))
    return WorkCalendar(zone, draw(hours), draw(hours), days, holidays)


def by_the_minute(calendar: WorkCalendar, a: datetime, b: datetime) -> int:
    """Working seconds counted the slow way, a quarter of an hour at a time."""
    step = timedelta(minutes=15)
    return sum(900 for n in range((b - a) // step) if is_working(calendar, a + n * step))


@settings(max_examples=60, deadline=None)
@given(calendar=calendars(), day=st.dates(date(2025, 1, 1), date(2027, 1, 1)), hours=st.integers(0, 120))
def test_working_time_equals_counting_quarter_hours(calendar: WorkCalendar, day: date, hours: int) -> None:
    a = datetime(day.year, day.month, day.day, tzinfo=UTC)
    b = a + timedelta(hours=hours)
    assert calendar.working_seconds(a, b) == by_the_minute(calendar, a, b)


@settings(max_examples=60, deadline=None)
@given(calendar=calendars(), at=MOMENTS, seconds=st.integers(1, 900 * 3600))
def test_what_was_added_is_what_lies_between(calendar: WorkCalendar, at: datetime, seconds: int) -> None:
    end = calendar.add_working(at, seconds)
    assert end > at
    assert calendar.working_seconds(at, end) == seconds
    assert calendar.working_seconds(at, end - timedelta(seconds=1)) == seconds - 1
    begin = calendar.add_working(at, -seconds)
    if begin.year > 1970:
        assert calendar.working_seconds(begin, at) == seconds
    else:  # a week may have a quarter of an hour: there the calendar ends, and no more than it has lies between
        assert calendar.working_seconds(begin, at) <= seconds


@settings(max_examples=60, deadline=None)
@given(calendar=calendars(), due=MOMENTS, seconds=st.integers(0, 90 * 3600))
def test_so_little_is_left_from_that_moment_on_and_never_before(calendar: WorkCalendar, due: datetime, seconds: int) -> None:
    first = calendar.left_at(due, seconds)
    assert calendar.working_seconds(first, due) == seconds
    assert calendar.working_seconds(first - timedelta(seconds=1), due) > seconds


@settings(max_examples=60, deadline=None)
@given(calendar=calendars(), a=MOMENTS, b=MOMENTS, c=MOMENTS)
def test_working_time_adds_up_and_never_exceeds_the_clock(
    calendar: WorkCalendar, a: datetime, b: datetime, c: datetime
) -> None:
    assert calendar.working_seconds(a, b) + calendar.working_seconds(b, c) == calendar.working_seconds(a, c)
    assert abs(calendar.working_seconds(a, b)) <= abs((b - a).total_seconds())


@settings(max_examples=60, deadline=None)
@given(calendar=calendars(), at=MOMENTS)
def test_openings_and_closings_are_where_work_begins_and_ends(calendar: WorkCalendar, at: datetime) -> None:
    second = timedelta(seconds=1)
    assert is_working(calendar, calendar.next_start(at))
    assert calendar.next_start(at) > at
    assert calendar.next_close(at) > at
    assert is_working(calendar, calendar.next_close(at) - second)
    assert calendar.previous_close(at) <= at
    assert is_working(calendar, calendar.previous_close(at) - second)


# Around the nights on which the clocks change, minute by minute -------------------------------------------------------

CHANGES = (
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kolkata", date(2026, 3, 29)),  # half an hour off, and never
)


@st.composite
def nights(draw: st.DrawFn) -> tuple[WorkCalendar, datetime]:
    """A calendar with any hours, overnight ones too, and the noon before a night on which its clocks change."""
    name, day = draw(st.sampled_from(CHANGES))
    hours = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
    holidays = draw(st.sampled_from([frozenset[date](), frozenset([day]), frozenset([day - timedelta(days=1)])]))
    calendar = WorkCalendar(ZoneInfo(name), draw(hours), draw(hours), frozenset(range(7)), holidays)
    noon = datetime.combine(day - timedelta(days=1), time(12), calendar.zone).astimezone(UTC)
    return calendar, noon


@settings(max_examples=60, deadline=None)
@given(night=nights(), start=st.integers(0, 600), length=st.integers(0, 1800))
def test_a_night_on_which_the_clocks_change_equals_counting_minutes(
    night: tuple[WorkCalendar, datetime], start: int, length: int
) -> None:
    calendar, noon = night
    minute = timedelta(minutes=1)
    a = noon + start * minute
    counted = sum(60 for n in range(length) if is_working(calendar, a + n * minute))
    assert calendar.working_seconds(a, a + length * minute) == counted
    assert calendar.working_seconds(a + length * minute, a) == -counted


@settings(max_examples=60, deadline=None)
@given(night=nights(), start=st.integers(0, 2000), some=st.integers(1, 40_000), more=st.integers(1, 40_000))
def test_working_time_added_in_two_steps_is_the_same_as_in_one(
    night: tuple[WorkCalendar, datetime], start: int, some: int, more: int
) -> None:
    calendar, noon = night
    at = noon + timedelta(minutes=start)
    whole = calendar.add_working(at, some + more)
    assert calendar.add_working(calendar.add_working(at, some), more) == whole
    assert calendar.working_seconds(at, whole) == some + more


@settings(max_examples=60, deadline=None)
@given(calendar=calendars(), at=MOMENTS, later=st.integers(0, 10**6), seconds=st.integers(-900_000, 900_000))
def test_who_begins_later_never_ends_earlier(calendar: WorkCalendar, at: datetime, later: int, seconds: int) -> None:
    after = at + timedelta(seconds=later)
    if seconds:
        assert calendar.add_working(at, seconds) <= calendar.add_working(after, seconds)
    assert calendar.working_seconds(at, after) >= 0
