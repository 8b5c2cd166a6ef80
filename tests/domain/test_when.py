from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.config.settings import PRESETS
from opstui.domain.calendar import WorkCalendar
from opstui.domain.when import ago, parse_duration, parse_when, span
from opstui.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = WorkCalendar(BERLIN, time(8), time(17), holidays=frozenset([date(2026, 12, 25)]))
NOW = datetime(2026, 11, 20, 9, 5, tzinfo=BERLIN).astimezone(UTC)
"""A Friday."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "2026-11-20 11:05"),
        ("+2h", "2026-11-20 11:05"),
        ("in 2 hours", "2026-11-20 11:05"),
        ("30m", "2026-11-20 09:35"),
        ("1h30m", "2026-11-20 10:35"),
        ("1.5h", "2026-11-20 10:35"),
        ("3d", "2026-11-23 08:00"),
        ("+3d", "2026-11-23 08:00"),
        ("3d 14:00", "2026-11-23 14:00"),
        ("1w", "2026-11-27 08:00"),
        ("eod", "2026-11-20 17:00"),
        ("eow", "2026-11-20 17:00"),
        ("tomorrow", "2026-11-21 08:00"),
        ("tomorrow 9", "2026-11-21 09:00"),
        ("mon", "2026-11-23 08:00"),
        ("Monday", "2026-11-23 08:00"),
        ("mon 9", "2026-11-23 09:00"),
        ("mon at 9am", "2026-11-23 09:00"),
        ("fri", "2026-11-27 08:00"),
        ("fri 14:30", "2026-11-20 14:30"),
        ("next fri", "2026-11-27 08:00"),
        ("next week", "2026-11-23 08:00"),
        ("next month", "2026-12-01 08:00"),
        ("next workday", "2026-11-23 08:00"),
        ("next workday 9", "2026-11-23 09:00"),
        ("workday", "2026-11-23 08:00"),
        ("2026-11-23", "2026-11-23 08:00"),
        ("2026-11-23 09:00", "2026-11-23 09:00"),
        ("2026-11-23T09:00", "2026-11-23 09:00"),
        ("2026-11-23T09:00:00Z", "2026-11-23 10:00"),
        ("09:30", "2026-11-20 09:30"),
        ("8:30", "2026-11-21 08:30"),
        ("2pm", "2026-11-20 14:00"),
        ("12am", "2026-11-21 00:00"),
        ("noon", "2026-11-20 12:00"),
        ("24 dec", "2026-12-24 08:00"),
        ("dec 24 14:00", "2026-12-24 14:00"),
        ("3 jan", "2027-01-03 08:00"),
    ],
)
def test_a_time_as_people_type_it(text: str, expected: str) -> None:
    assert parse_when(text, NOW, CALENDAR) == datetime.fromisoformat(expected).replace(tzinfo=BERLIN)


def test_the_end_of_the_day_is_the_next_close_when_today_is_over() -> None:
    evening = datetime(2026, 11, 20, 18, 0, tzinfo=BERLIN).astimezone(UTC)
    assert parse_when("eod", evening, CALENDAR) == datetime(2026, 11, 23, 17, 0, tzinfo=BERLIN)


def test_a_weeks_snooze_keeps_the_wall_clock_over_a_change_of_the_clocks() -> None:
    october = datetime(2026, 10, 20, 9, 0, tzinfo=BERLIN).astimezone(UTC)
    assert parse_when("1w", october, CALENDAR) == datetime(2026, 10, 27, 8, 0, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "9",
        "25:00",
        "mon 25",
        "mon 9 10",
        "2026-02-30",
        "13pm",
        "2x",
        "-2h",
        "99999999d",
        "30 feb",
        "1e9h",
        "9999999h 1d",
    ],
)
def test_what_is_not_a_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match="mon 9"):
        parse_when(text, NOW, CALENDAR)


@pytest.mark.parametrize("text", ["2026-11-20", "2026-11-20 09:00", "2020-01-01", "today", "0m"])
def test_a_moment_that_has_passed_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="passed"):
        parse_when(text, NOW, CALENDAR)


TYPED = "2h 30m +3d 1w eod mon next week 9 09:30 9am tomorrow today 2026-11-20 nov 20 at in x - : T"
PIECES = st.sampled_from(TYPED.split())


@given(pieces=st.lists(PIECES, max_size=4), offset=st.integers(0, 14 * 86400))
def test_whatever_is_typed_gives_a_later_moment_or_a_usage_error(pieces: list[str], offset: int) -> None:
    now = NOW + timedelta(seconds=offset)
    try:
        assert parse_when(" ".join(pieces), now, CALENDAR) > now
    except UsageError as error:
        assert "Try one of" in str(error)


@given(text=st.text(max_size=12))
def test_nothing_typed_breaks_the_reader(text: str) -> None:
    try:
        assert parse_when(text, NOW, CALENDAR).tzinfo is not None
    except UsageError:
        pass


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("2h", 7200), ("3d", 259200), ("1w", 604800), ("1h 30m", 5400), ("90s", 90), ("0.5h", 1800)],
)
def test_a_duration(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("end", "text", "hours"),
    [(time(17), "2d", 18), (time(17), "1w", 45), (time(17), "1d 1h", 10), (time(6), "1d", 22), (time(8), "1d", 24)],
)
def test_on_a_calendar_a_day_is_as_long_as_its_work(end: time, text: str, hours: int) -> None:
    assert parse_duration(text, WorkCalendar(start=time(8), end=end)) == hours * 3600


@pytest.mark.parametrize("text", ["", "2", "h", "2y", "2h x", "-2h"])
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="30m, 2h, 3d or 1w"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (45, "45s"),
        (60, "1m"),
        (2280, "38m"),
        (7800, "2h 10m"),
        (7200, "2h"),
        (-2100, "-35m"),
        (-0.4, "0s"),
        (97200, "1d 3h"),
        (9 * 86400 + 4000, "9d"),
        (400 * 86400, "400d"),
        (1000 * 86400, "2y"),
    ],
)
def test_a_span_has_two_units_at_most(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_how_long_ago() -> None:
    assert ago(NOW - timedelta(minutes=12), NOW) == "12m ago"
    assert ago(NOW - timedelta(seconds=20), NOW) == "just now"
    assert ago(NOW + timedelta(hours=2, minutes=10), NOW) == "in 2h 10m"


@given(seconds=st.integers(1, 6 * 86400))
def test_a_span_of_whole_minutes_reads_back_as_what_it_shows(seconds: int) -> None:
    shown = parse_duration(span(seconds))
    unit = 1 if seconds < 60 else 60 if seconds < 86400 else 3600
    assert 0 <= seconds - shown < unit


def test_the_next_workday_is_tomorrow_within_the_week_and_never_a_holiday() -> None:
    thursday = datetime(2026, 11, 19, 9, 5, tzinfo=BERLIN)
    assert parse_when("next workday", thursday, CALENDAR) == datetime(2026, 11, 20, 8, tzinfo=BERLIN)
    off = replace(CALENDAR, holidays=frozenset({date(2026, 11, 20), date(2026, 11, 23)}))
    assert parse_when("next workday", thursday, off) == datetime(2026, 11, 24, 8, tzinfo=BERLIN)
    early = datetime(2026, 11, 20, 6, tzinfo=BERLIN)
    assert parse_when("next workday", early, CALENDAR) == datetime(2026, 11, 23, 8, tzinfo=BERLIN)


def test_the_presets_offered_fall_on_workdays() -> None:
    for preset in PRESETS:
        if preset.when != "1h":
            assert CALENDAR.is_workday(CALENDAR.local(parse_when(preset.when, NOW, CALENDAR)).date()), preset.name
