"""On which days a routine is due, and how a round of it goes."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain import roundhistory, rounds
from opstui.domain.calendar import WorkCalendar
from opstui.domain.roundhistory import Outcome
from opstui.domain.rounds import Round, State, Tick
from opstui.domain.routines import Every, Needs, Routine, Step, deadline, due_at, is_due, next_day, occurrences, slug
from opstui.errors import Refused

AT = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def a_routine(**more: object) -> Routine:
    values: dict[str, object] = {
        "name": "Opening checks",
        "steps": (Step("Lights"), Step("Doors"), Step("Cold store", Needs.NUMBER)),
        "due": time(8, 30),
    }
    return Routine(**(values | more))  # type: ignore[arg-type]


def days(routine: Routine, calendar: WorkCalendar, first: date, last: date) -> list[date]:
    return list(occurrences(routine, calendar, first, last))


def brute(routine: Routine, calendar: WorkCalendar, first: date, last: date) -> list[date]:
    """Day by day, from the words of the documentation."""
    found = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if routine.every is Every.DAY:
            wanted = calendar.is_workday(day) and (not routine.on or day.weekday() in routine.on)
        else:
            if routine.every is Every.WEEK:
                start = day - timedelta(days=day.weekday())
                period = [start + timedelta(days=k) for k in range(7)]
                target = period[routine.day]
            else:
                length = monthrange(day.year, day.month)[1]
                period = [day.replace(day=k + 1) for k in range(length)]
                target = period[min(routine.day, length) - 1]
            worked = [one for one in period if calendar.is_workday(one)]
            after = [one for one in worked if one >= target]
            wanted = day == (after[0] if after else worked[-1] if worked else None)
        if wanted:
            found.append(day)
    return found


ROUTINES = st.one_of(
    st.builds(lambda on: a_routine(on=frozenset(on)), st.sets(st.integers(0, 6))),
    st.builds(lambda day: a_routine(every=Every.WEEK, day=day), st.integers(0, 6)),
    st.builds(lambda day: a_routine(every=Every.MONTH, day=day), st.integers(1, 31)),
)
DATES = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(ROUTINES, DATES, st.integers(0, 80), st.sets(st.integers(0, 6)), st.sets(st.integers(0, 80), max_size=40))
def test_days_are_those_of_a_day_by_day_count(
    routine: Routine, first: date, length: int, workdays: set[int], free: set[int]
) -> None:
    holidays = frozenset(first + timedelta(days=n) for n in free)
    calendar = WorkCalendar(workdays=frozenset(workdays), holidays=holidays)
    last = first + timedelta(days=length)
    assert days(routine, calendar, first, last) == brute(routine, calendar, first, last)


@given(ROUTINES, DATES, st.integers(0, 60), st.integers(0, 60))
def test_a_span_cut_in_two_gives_the_same_days(routine: Routine, first: date, one: int, two: int) -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 12, 25), date(2025, 5, 30)}))
    middle, last = first + timedelta(days=one), first + timedelta(days=one + two + 1)
    parts = days(routine, calendar, first, middle) + days(routine, calendar, middle + timedelta(days=1), last)
    assert parts == days(routine, calendar, first, last)


@given(ROUTINES, DATES)
def test_the_next_day_is_the_first_on_which_it_is_due(routine: Routine, after: date) -> None:
    calendar = WorkCalendar(workdays=frozenset(range(7)))
    found = next_day(routine, calendar, after)
    assert found is not None and found > after and is_due(routine, calendar, found)
    assert days(routine, calendar, after + timedelta(days=1), found) == [found]


@pytest.mark.parametrize(
    ("day", "year", "month", "expected"),
    [(31, 2026, 2, 27), (30, 2028, 2, 29), (29, 2026, 2, 27), (31, 2026, 4, 30), (1, 2026, 8, 3), (31, 2026, 10, 30)],
)
def test_a_month_shorter_than_its_day_ends_it_and_a_free_day_moves_within_the_month(
    day: int, year: int, month: int, expected: int
) -> None:
    routine = a_routine(every=Every.MONTH, day=day)
    first = date(year, month, 1)
    assert days(routine, WorkCalendar(), first, first.replace(day=monthrange(year, month)[1])) == [first.replace(day=expected)]


def test_a_weekday_named_by_on_is_skipped_on_a_holiday_and_one_of_the_week_moves() -> None:
    good_friday = date(2026, 4, 3)
    calendar = WorkCalendar(holidays=frozenset({good_friday}))
    week = good_friday - timedelta(days=4), good_friday + timedelta(days=2)
    assert days(a_routine(on=frozenset({4})), calendar, *week) == []
    assert days(a_routine(every=Every.WEEK, day=4), calendar, *week) == [good_friday - timedelta(days=1)]


@given(
    st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.times(), st.sampled_from(["Europe/London", "America/New_York", "UTC"])
)
def test_due_is_a_wall_clock_time_whatever_the_clocks_do(day: date, due: time, zone: str) -> None:
    due = due.replace(second=0, microsecond=0, tzinfo=None)
    calendar = WorkCalendar(ZoneInfo(zone))
    at = due_at(a_routine(due=due, grace=600), calendar, day)
    local = at.astimezone(calendar.zone)
    spring = local.utcoffset() != (local - timedelta(hours=2)).utcoffset()
    assert (local.date(), local.time()) == (day, due) or spring  # an hour that there is not comes an hour later
    assert deadline(a_routine(due=due, grace=600), calendar, day) - at == timedelta(minutes=10)


def test_of_a_nights_work_what_comes_before_its_start_by_the_clock_is_the_next_mornings() -> None:
    night = WorkCalendar(LONDON, time(22), time(6))
    day = date(2026, 11, 19)
    assert due_at(a_routine(due=time(5, 30)), night, day) == datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
    assert due_at(a_routine(due=time(22, 15)), night, day) == datetime(2026, 11, 19, 22, 15, tzinfo=UTC)
    assert night.day_of(datetime(2026, 11, 20, 5, 59, tzinfo=UTC)) == day
    assert night.day_of(datetime(2026, 11, 20, 6, tzinfo=UTC)) == date(2026, 11, 20)
    assert WorkCalendar(LONDON).day_of(datetime(2026, 11, 20, 2, tzinfo=UTC)) == date(2026, 11, 20)


def test_names_that_differ_in_signs_only_have_one_slug_and_none_is_empty() -> None:
    assert slug("Opening  Checks!") == slug("opening-checks") == "opening-checks"
    assert slug("★") and slug("倉庫") == "倉庫"


# Rounds


def a_round(**more: object) -> Round:
    return replace(rounds.planned(a_routine(), date(2026, 11, 20)), **more)  # type: ignore[arg-type]


def all_ticked(round: Round) -> Round:
    for n in range(len(round.steps)):
        round = rounds.ticked(round, n, AT, "Ana Ruiz", "-18")
    return round


def test_a_round_is_over_with_its_last_step_or_with_the_signature() -> None:
    done = all_ticked(a_round())
    assert done.over and done.ended_at == AT
    waits = all_ticked(a_round(sign=True))
    assert waits.complete and not waits.over and waits.missing == ("the signature",)
    assert rounds.signed(waits, AT, "Bo Lind").over
    with pytest.raises(Refused, match="2 steps missing: Doors"):
        rounds.signed(rounds.ticked(a_round(sign=True), 0, AT, "Bo Lind"), AT, "Bo Lind")


def test_a_reading_must_be_there_and_be_a_number() -> None:
    with pytest.raises(Refused, match="takes a number"):
        rounds.ticked(a_round(), 2, AT, "Ana Ruiz")
    with pytest.raises(Refused, match="does not begin with a number"):
        rounds.ticked(a_round(), 2, AT, "Ana Ruiz", "cold")
    assert rounds.ticked(a_round(), 2, AT, "Ana Ruiz", " -18,5 C ").steps[2].note == "-18,5 C"


@pytest.mark.parametrize(
    ("text", "value"), [("4", 4.0), ("−18,5 C", -18.5), ("+3.2bar", 3.2), (".5", 0.5), ("", None), ("x4", None), ("--1", None)]
)
def test_the_number_of_a_reading_is_what_it_begins_with(text: str, value: float | None) -> None:
    assert rounds.number(text) == value


def test_a_step_is_skipped_and_a_round_is_waived_for_a_reason_only() -> None:
    skipped = rounds.skipped(a_round(), 0, AT, "Ana Ruiz", "locked")
    assert skipped.steps[0].over and skipped.steps[0].skipped == "locked"
    assert rounds.unticked(skipped, 0).steps[0] == Tick("Lights")
    waived = rounds.waived(skipped, AT, "stocktaking")
    assert waived.over
    tries: list[Callable[[], Round]] = [
        lambda: rounds.skipped(a_round(), 0, AT, "Ana Ruiz", " "),
        lambda: rounds.waived(a_round(), AT, ""),
        lambda: rounds.ticked(waived, 0, AT, "Ana Ruiz"),
        lambda: rounds.unticked(waived, 0),
        lambda: rounds.unticked(a_round(), 0),
    ]
    for do in tries:
        with pytest.raises(Refused):
            do()


def test_taking_a_tick_back_takes_the_signature_back_too() -> None:
    signed = rounds.signed(all_ticked(a_round(sign=True)), AT, "Bo Lind")
    assert not rounds.unticked(signed, 1).over


def test_another_list_of_steps_keeps_what_was_ticked() -> None:
    begun = rounds.ticked(rounds.ticked(a_round(), 0, AT, "Ana Ruiz"), 1, AT, "Ana Ruiz")
    now = a_routine(steps=(Step("Gate"), Step("Doors")))
    found = rounds.planned(now, begun.day, begun)
    assert [(tick.text, tick.over) for tick in found.steps] == [("Gate", False), ("Doors", True), ("Lights", True)]
    over = all_ticked(a_round())
    assert rounds.planned(now, over.day, over) == over


@pytest.mark.parametrize(
    ("minutes", "expected"), [(-1, State.DUE), (0, State.LATE), (29, State.LATE), (30, State.MISSED), (999, State.MISSED)]
)
def test_a_round_that_is_not_over_is_due_then_late_then_missed(minutes: int, expected: State) -> None:
    assert rounds.state(a_round(), AT, AT + timedelta(minutes=30), AT + timedelta(minutes=minutes)) is expected


def test_a_step_is_meant_by_its_number_or_its_words() -> None:
    steps = a_round().steps
    assert [rounds.found(steps, said, "x") for said in (1, "2", "cold", "STORE")] == [0, 1, 2, 2]
    for said in ("0", 4, "o", "roof", " "):
        with pytest.raises(Refused):
            rounds.found(steps, said, "Opening checks")


def test_the_share_kept_leaves_out_what_was_waived_and_what_is_still_open() -> None:
    day = date(2026, 11, 20)
    told = [Outcome.KEPT, Outcome.KEPT, Outcome.LATE, Outcome.MISSED, Outcome.WAIVED, Outcome.OPEN]
    history = roundhistory.History("x", tuple((day, one, None) for one in told))
    assert history.kept == 50 and roundhistory.History("x", ()).kept is None
    late = all_ticked(a_round())
    assert roundhistory.outcome(late, AT - timedelta(seconds=1), AT) is Outcome.LATE
    assert (
        roundhistory.outcome(None, AT, AT) is Outcome.MISSED
        and roundhistory.outcome(None, AT, AT - timedelta(seconds=1)) is Outcome.OPEN
    )


def test_a_name_holds_its_day() -> None:
    assert rounds.split_name("Opening checks@2026-11-20") == ("Opening checks", date(2026, 11, 20))
    assert rounds.split_name("Opening checks") == ("Opening checks", None)
    assert rounds.split_name("a@b") == ("a@b", None)
