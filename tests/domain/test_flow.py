from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.board import Board, BoardStage, entered, stage_of
from opstui.domain.calendar import WorkCalendar
from opstui.domain.flow import LEAST, NO_PAST, SAMPLE, Stay, past, stays, work_span, worked
from opstui.domain.model import Change, Item, Stage
from tests.support.build import an_item

TEAM = Board(
    (
        BoardStage("Ready", ("ready", "open"), Stage.TODO),
        BoardStage("Build", ("in progress", "dev*"), Stage.DOING),
        BoardStage("Check", ("qa", "in review")),
        BoardStage("Shipped", ("closed",), Stage.DONE),
    )
)
OFFICE = WorkCalendar(ZoneInfo("Europe/London"), time(9), time(17))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC)


def moved(when: str, old: str, new: str) -> Change:
    return Change("status", old, new, at(when))


def test_an_item_that_was_reopened_has_a_stay_for_every_visit() -> None:
    history = (
        moved("03 10:00", "Open", "Dev"),
        moved("05 10:00", "Dev", "In progress"),  # the same column: one stay
        moved("06 10:00", "In progress", "Closed"),
        moved("10 10:00", "Closed", "Dev"),
    )
    item = an_item(created=at("02 09:00"), status="Dev", stage=Stage.DOING, history=history, updated=None)
    assert stays(TEAM, item, at("20 09:00")) == (
        Stay(0, at("02 09:00"), at("03 10:00")),
        Stay(1, at("03 10:00"), at("06 10:00")),
        Stay(3, at("06 10:00"), at("10 10:00")),
        Stay(1, at("10 10:00"), None),
    )


def test_a_status_on_no_column_is_a_gap() -> None:
    board = Board((BoardStage("Build", ("dev",)),))
    history = (moved("03 10:00", "Dev", "Zebra"), moved("05 10:00", "Zebra", "Dev"))
    item = an_item(created=at("02 09:00"), status="Dev", stage=Stage.DOING, history=history, updated=None)
    assert stays(board, item, at("20 09:00")) == (
        Stay(0, at("02 09:00"), at("03 10:00")),
        Stay(0, at("05 10:00"), None),
    )


def test_without_any_date_there_is_no_stay_and_with_the_first_sight_there_is_one() -> None:
    item = an_item(created=None, updated=None, status="Dev", stage=Stage.DOING)
    assert stays(TEAM, item, at("20 09:00")) == ()
    assert stays(TEAM, item, at("20 09:00"), at("04 09:00")) == (Stay(1, at("04 09:00"), None),)


def test_a_stay_is_measured_in_working_time() -> None:
    friday = Stay(1, at("20 16:00"), at("23 10:00"))
    assert worked(OFFICE, friday, at("30 09:00")) == 2 * 3600
    assert worked(OFFICE, friday._replace(left=None), at("23 11:00")) == 3 * 3600


def test_pace_is_the_share_of_stays_that_were_strictly_shorter() -> None:
    found = past([10, 20, 20, 30, 40, 50, 60, 70, 80, 90])
    assert found.share(20) == 0.1
    assert found.share(21) == 0.3
    assert found.share(5) == 0
    assert found.share(1000) == 1
    assert found.cutoff(85) == 81
    assert found.cutoff(100) == 91


def test_too_little_past_says_nothing() -> None:
    few = past([1] * (LEAST - 1))
    assert not few.known
    assert few.share(5) is None
    assert few.cutoff(85) is None
    assert NO_PAST.share(5) is None
    assert past([1] * LEAST).known


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0m"), (-5, "0m"), (1500, "25m"), (3 * 3600, "3h"), (8 * 3600, "1d"), (11 * 8 * 3600 + 99, "11d")]
)
def test_a_day_of_work_is_a_working_day(seconds: int, text: str) -> None:
    assert work_span(seconds, 8 * 3600) == text


@given(durations=st.lists(st.integers(0, 500), min_size=LEAST, max_size=80), percent=st.integers(1, 100))
def test_the_cutoff_is_the_smallest_age_that_is_slower_than_so_many(durations: list[int], percent: int) -> None:
    found = past(durations)
    cutoff = found.cutoff(percent)
    assert cutoff is not None

    def slower(age: int) -> bool:
        return 100 * sum(1 for one in durations if one < age) >= percent * len(durations)

    assert slower(cutoff)
    assert not slower(cutoff - 1)


@given(durations=st.lists(st.integers(0, 10**6), min_size=SAMPLE + 1, max_size=SAMPLE * 3), age=st.integers(0, 10**6))
@settings(max_examples=20)
def test_a_thinned_past_says_nearly_the_same_as_all_of_it(durations: list[int], age: int) -> None:
    found = past(durations)
    assert len(found.sample) == SAMPLE
    assert (found.sample[0], found.sample[-1]) == (min(durations), max(durations))
    share = found.share(age)
    assert share is not None
    assert abs(share - sum(1 for one in durations if one < age) / len(durations)) < 0.003


# Against another way of counting -------------------------------------------------------------------------------------

BORN = datetime(2026, 3, 2, tzinfo=UTC)
WORDS = ("Open", "In progress", "QA", "Zebra", "Closed")


@st.composite
def told(draw: st.DrawFn) -> Item:
    """An item with a history of any order and any gaps, told from the end or not quite to it."""
    times = draw(st.lists(st.integers(-30, 900), max_size=12))
    history: list[Change] = []
    status = draw(st.sampled_from(WORDS))
    for hour in sorted(times):
        new = draw(st.sampled_from(WORDS))
        history.append(Change("status", status, new, BORN + timedelta(hours=hour)))
        status = new
    final = draw(st.sampled_from((status, status, status, *WORDS)))
    updated = draw(st.none() | st.integers(-30, 1000).map(lambda hour: BORN + timedelta(hours=hour)))
    stage = stage_of(final) or draw(st.sampled_from((Stage.TODO, Stage.DOING, Stage.BLOCKED)))
    return an_item(created=BORN, updated=updated, status=final, stage=stage, history=tuple(draw(st.permutations(history))))


def replayed(item: Item, now: datetime, hours: int) -> list[int | None]:
    """The column in each hour from 40 before birth on, by looking up for each which change was the last before it."""
    known = [change for change in item.history if change.at is not None and change.at <= now]
    known.sort(key=lambda change: change.at or now)
    found: list[int | None] = []
    for hour in range(-40, hours):
        moment = BORN + timedelta(hours=hour)
        before = [change for change in known if change.at and change.at <= moment]
        status = (before[-1].new if before else known[0].old if known else item.status) or ""
        if known and not [change for change in known if change.at and change.at > moment]:
            last = known[-1].at or now
            came = item.updated if item.updated and last < item.updated <= now else last
            same = TEAM.column(known[-1].new or "", _stage(known[-1].new, item)) == TEAM.column(item.status, item.stage)
            if moment >= came and not same:
                status = item.status
        begun = min([BORN, *(change.at for change in known if change.at)])
        found.append(TEAM.column(status, _stage(status, item)) if begun <= moment <= now else None)
    return found


def _stage(status: str | None, item: Item) -> Stage:
    if status == item.status:
        return item.stage
    return {"Open": Stage.TODO, "In progress": Stage.DOING, "QA": Stage.DOING, "Closed": Stage.DONE}.get(
        status or "", Stage.BLOCKED
    )


@settings(max_examples=120, deadline=None)
@given(item=told(), later=st.integers(0, 1100))
def test_the_stays_are_those_of_a_replay_hour_by_hour(item: Item, later: int) -> None:
    """The same order where two changes share a moment: that of the history as it is told."""
    stamps = [change.at for change in item.history]
    if len(set(stamps)) != len(stamps):
        item = an_item(created=BORN, updated=item.updated, status=item.status, stage=item.stage, history=_in_order(item))
    now = BORN + timedelta(hours=later)
    found = stays(TEAM, item, now)
    shown: list[int | None] = []
    for hour in range(-40, later + 1):
        moment = BORN + timedelta(hours=hour)
        here = [stay.col for stay in found if stay.entered <= moment and (stay.left is None or moment < stay.left)]
        assert len(here) <= 1
        shown.append(here[0] if here and moment <= now else None)
    assert shown == replayed(item, now, later + 1)
    for one, other in pairwise(found):
        assert one.left is not None
        assert one.left <= other.entered
        assert one.col != other.col or one.left < other.entered


def _in_order(item: Item) -> tuple[Change, ...]:
    """One change of each moment, in order, each from where the one before it went."""
    last = {change.at: change for change in item.history}
    ordered = [last[moment] for moment in sorted(moment for moment in last if moment is not None)]
    return tuple(ordered)


@settings(max_examples=100, deadline=None)
@given(item=told(), later=st.integers(0, 1100))
def test_the_stay_that_lasts_began_when_the_standing_says_so(item: Item, later: int) -> None:
    now = BORN + timedelta(hours=later)
    found = stays(TEAM, item, now)
    since = entered(TEAM, item, now)
    if found and found[-1].left is None:
        begun = min([BORN, *(change.at for change in item.history if change.at and change.at <= now)])
        assert found[-1].entered == (since or begun)


ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")


@st.composite
def offices(draw: st.DrawFn) -> WorkCalendar:
    hours = st.integers(0, 23).map(time)
    holidays = draw(st.frozensets(st.dates(date(2026, 3, 1), date(2026, 11, 30)), max_size=6))
    days = frozenset(draw(st.sets(st.integers(0, 6), min_size=1)))
    return WorkCalendar(ZoneInfo(draw(st.sampled_from(ZONES))), draw(hours), draw(hours), days, holidays)


@settings(max_examples=40, deadline=None)
@given(
    office=offices(),
    day=st.dates(date(2026, 3, 1), date(2026, 11, 30)),
    ages=st.lists(st.integers(0, 160), min_size=LEAST, max_size=20),
)
def test_pace_is_what_counting_half_hours_gives(office: WorkCalendar, day: date, ages: list[int]) -> None:
    """Stays that end on a day around which the clocks may change, each measured by counting its half hours of work."""
    end = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    found = [worked(office, Stay(0, end - timedelta(hours=age), end), end) for age in ages]
    assert found == [_by_half_hours(office, end - timedelta(hours=age), end) for age in ages]
    mine = found[0]
    assert past(found).share(mine) == sum(1 for one in found if one < mine) / len(found)


def _by_half_hours(office: WorkCalendar, begin: datetime, end: datetime) -> int:
    half = timedelta(minutes=30)
    return sum(1800 for n in range((end - begin) // half) if _at_work(office, begin + n * half))


def _at_work(office: WorkCalendar, moment: datetime) -> bool:
    today = moment.astimezone(office.zone).date()
    for day in (today, today - timedelta(days=1)):
        over = day + timedelta(days=office.end <= office.start)
        opens = datetime.combine(day, office.start, office.zone).timestamp()
        closes = datetime.combine(over, office.end, office.zone).timestamp()
        if opens <= moment.timestamp() < closes and day.weekday() in office.workdays and day not in office.holidays:
            return True
    return False
