from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.calendar import WorkCalendar
from opstui.domain.model import NO_MARK, Change, Comment, Item, Kind, Mark, Person, Place, Stage, Verdict
from opstui.domain.people import People
from opstui.domain.query import parse
from opstui.domain.sla import SlaRule
from opstui.domain.urgency import WEIGHTS, Rules, Standing, assess, pack_why, parse_why
from tests.support.build import MORNING, an_item

ANA = Person("Ana Ruiz", ("aruiz",))
PEOPLE = People((ANA, Person("Bo Lind"), Person("Eva Boss", vip=True)), ANA)
CALENDAR = WorkCalendar(ZoneInfo("Europe/London"))
RULES = Rules(people=PEOPLE, calendar=CALENDAR)
PROMISED = replace(RULES, slas=(SlaRule("all", None, 9 * 3600, CALENDAR, frozenset(["waiting"])),))
NOW = MORNING
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def stands(mark: Mark = NO_MARK, blocks: int = 0, now: datetime = NOW, rules: Rules = RULES, **more: Any) -> Standing:
    """The standing of a ticket that Bo has, without priority, unless told otherwise."""
    values: dict[str, Any] = {"owner": "Bo Lind", "priority": 5}
    return assess(rules, an_item(**(values | more)), mark, blocks, now)


def points(code: str, *args: Any, **more: Any) -> float:
    return dict(stands(*args, **more).why).get(code, 0)


@pytest.mark.parametrize(("priority", "share"), [(1, 30), (2, 21), (3, 12), (4, 4.5), (5, 0), (None, 9)])
def test_priority_counts_in_steps(priority: int | None, share: float) -> None:
    assert points("priority", priority=priority) == share


@pytest.mark.parametrize(
    ("sla_due", "share", "urgent"),
    [
        ("2026-11-20 08:05", 40, True),
        ("2026-11-19 10:00", 40, True),
        ("2026-11-20 08:30", 36, True),
        ("2026-11-20 09:00", 32, True),
        ("2026-11-20 10:05", 26, True),
        ("2026-11-20 12:05", 20, True),
        ("2026-11-20 12:06", 12, False),
        ("2026-11-20 16:00", 12, False),
        ("2026-11-23 09:00", 6, False),
        ("2026-11-27 09:00", 0, False),
    ],
)
def test_an_sla_counts_by_the_working_time_left(sla_due: str, share: float, urgent: bool) -> None:
    standing = stands(sla_due=datetime.fromisoformat(sla_due).replace(tzinfo=UTC))
    assert (dict(standing.why).get("sla", 0), standing.urgent) == (share, urgent)


def test_a_breach_over_the_weekend_is_urgent_before_it() -> None:
    friday = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert stands(now=friday, sla_due=datetime(2026, 11, 23, 9, 0, tzinfo=UTC)).urgent


def test_a_step_reached_at_closing_time_is_taken_then_not_at_the_next_opening() -> None:
    friday = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    standing = stands(now=friday, sla_due=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    assert standing.valid_until == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "share", "urgent"),
    [
        (-DAY, 15, True),
        (0 * DAY, 15, True),
        (HOUR, 12.75, True),
        (DAY, 9, True),
        (2 * DAY, 4.5, False),
        (7 * DAY, 1.5, False),
        (8 * DAY, 0, False),
    ],
)
def test_a_due_date_counts_by_the_time_left(left: timedelta, share: float, urgent: bool) -> None:
    standing = stands(due=NOW + left)
    assert (dict(standing.why).get("due", 0), standing.urgent) == (share, urgent)


@pytest.mark.parametrize(("days", "share"), [(0.9, 0), (1, 1.2), (3, 2.4), (7, 3.6), (14, 4.8), (30, 6), (3000, 6)])
def test_age_counts_in_steps(days: float, share: float) -> None:
    assert points("age", created=NOW - days * DAY) == share


@pytest.mark.parametrize(("blocks", "share"), [(0, 0), (1, 9), (2, 12), (3, 15), (99, 15)])
def test_blocking_others_counts_and_is_important(blocks: int, share: float) -> None:
    assert points("blocks_others", blocks=blocks) == share
    assert stands(blocks=blocks).important is (blocks > 0)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"owner": None}, "unowned"),
        ({"owner": "Unassigned"}, "unowned"),
        ({"owner": "Service Desk"}, "ambiguous"),
        ({"owner": "Bo Lind; Ana Ruiz"}, "ambiguous"),
        ({"owner": "aruiz"}, "mine"),
        ({"reporter": "eva boss"}, "vip"),
        ({"labels": ("x", "Important")}, "labelled"),
        ({"kind": Kind.ALERT, "priority": 1}, "alert"),
        ({"kind": Kind.MESSAGE}, "reply"),
        ({"reporter": "Cy", "comments": (Comment("?", NOW, "Cy"),)}, "reply"),
        ({"status": "Waiting for Approval", "updated": NOW - 3 * DAY}, "stalled"),
        ({"stage": Stage.BLOCKED, "updated": NOW - 3 * DAY}, "stalled"),
        ({"source": "opstui", "fields": {"source": "jira", "state": "refused"}}, "trouble"),
        ({"status": "Sign-off", "updated": None, "created": NOW - 3 * DAY}, "stalled"),
    ],
)
def test_what_stands_out_has_its_own_term(more: dict[str, Any], code: str) -> None:
    assert points(code, **more) == WEIGHTS[code]


def test_what_stops_opstui_goes_before_a_high_ticket_and_a_warning_well_ahead_does_not() -> None:
    ticket = stands(priority=2, owner=None, due=NOW + 2 * DAY).rank
    assert stands(source="opstui", priority=2, owner=None, fields={"outbox": "7"}).rank > ticket
    assert stands(source="opstui", priority=3, owner=None, fields={"source": "jira", "state": "soon"}).rank < ticket


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "unowned"),
        ({"kind": Kind.MESSAGE, "owner": None}, "unowned"),
        ({"kind": Kind.ALERT, "priority": 2}, "alert"),
        ({"reporter": "Cy", "comments": (Comment("done", NOW, "Bo Lind"),)}, "reply"),
        ({"reporter": "Bo Lind", "comments": (Comment("to myself", NOW, "Bo Lind"),)}, "reply"),
        ({"kind": Kind.MESSAGE, "reporter": "Cy", "comments": (Comment("here", NOW, "Ana Ruiz"),)}, "reply"),
        ({"status": "Waiting for Approval", "updated": NOW - 2 * DAY}, "stalled"),
        ({"status": "Open", "updated": NOW - 30 * DAY}, "stalled"),
        ({"labels": ("unimportant",)}, "labelled"),
    ],
)
def test_what_does_not_stand_out_has_none(more: dict[str, Any], code: str) -> None:
    assert points(code, **more) == 0


@pytest.mark.parametrize(
    ("more", "urgent", "important"),
    [
        ({}, False, False),
        ({"priority": 2}, False, True),
        ({"priority": None}, False, False),
        ({"reporter": "Eva Boss"}, False, True),
        ({"labels": ("strategic",)}, False, True),
        ({"due": NOW + HOUR}, True, False),
        ({"due": NOW + HOUR, "priority": 1}, True, True),
        ({"kind": Kind.ALERT, "priority": 1}, True, True),
        ({"owner": None}, False, False),
    ],
)
def test_urgent_and_important_are_told_apart(more: dict[str, Any], urgent: bool, important: bool) -> None:
    standing = stands(**more)
    assert (standing.urgent, standing.important) == (urgent, important)


def test_what_was_set_here_is_in_force() -> None:
    standing = stands(Mark(owner="aruiz", priority=1, stage=Stage.BLOCKED), owner=None)
    assert (standing.owner, standing.owner_state, standing.priority, standing.stage) == ("Ana Ruiz", "ok", 1, Stage.BLOCKED)
    assert dict(standing.why)["priority"] == 30


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.SNOOZE, "woke"), (Verdict.WAIT, "nudge"), (Verdict.ESCALATE, "unanswered")]
)
def test_what_woke_says_so(verdict: Verdict, code: str) -> None:
    mark = Mark(verdict=verdict, at=NOW - DAY, until=NOW - HOUR, target="Bo Lind")
    assert points(code, mark) == WEIGHTS[code]
    asleep = stands(replace(mark, until=NOW + HOUR))
    assert (asleep.until, asleep.valid_until) == (NOW + HOUR, NOW + HOUR)
    assert code not in dict(asleep.why)


def test_what_moved_after_it_was_done_says_so() -> None:
    moved = Change("status", "Done", "Open", NOW - HOUR)
    mark = Mark(verdict=Verdict.DONE, at=NOW - 2 * HOUR, basis="old")
    assert points("reopened", mark, history=(moved,)) == WEIGHTS["reopened"]


@pytest.mark.parametrize("verdict", [Verdict.DONE, Verdict.DECLINE, Verdict.MERGE])
def test_what_is_over_has_no_rank_and_never_expires(verdict: Verdict) -> None:
    over = stands(Mark(verdict=verdict, at=NOW), sla_due=NOW + HOUR, priority=1)
    assert (over.rank, over.why, over.valid_until, over.urgent, over.sla_due) == (0, (), None, False, None)
    assert stands(stage=Stage.DONE, priority=1).place is Place.CLOSED


def test_an_sla_rule_sees_what_is_in_force() -> None:
    rules = replace(RULES, slas=(SlaRule("hot", parse("priority = critical and owner = me"), 3600, CALENDAR),))
    assert stands(rules=rules).sla_due is None
    assert stands(Mark(owner="aruiz", priority=1), rules=rules, created=NOW).sla_due == NOW + HOUR


def test_a_paused_clock_counts_nothing_and_keeps_what_is_left() -> None:
    standing = stands(rules=PROMISED, status="Waiting", created=NOW, updated=NOW)
    assert (standing.sla_due, standing.sla_left, dict(standing.why).get("sla")) == (None, 9 * 3600, None)
    assert stands(rules=PROMISED, created=NOW).sla_left is None


def test_reasons_come_by_falling_points_and_add_up() -> None:
    standing = stands(blocks=2, owner=None, priority=1, due=NOW, created=NOW - 9 * DAY)
    shares = [share for _, share in standing.why]
    assert shares == sorted(shares, reverse=True)
    assert standing.rank == pytest.approx(sum(shares))
    assert parse_why(pack_why(standing.why)) == standing.why


def test_weights_can_be_changed_and_turned_off() -> None:
    rules = Rules(weights={"priority": 60, "age": 0}, people=PEOPLE)
    assert points("priority", rules=rules, priority=1) == 60
    assert "age" not in dict(stands(rules=rules, created=NOW - 99 * DAY).why)


@pytest.mark.parametrize("weights", [{"priorty": 3}, {"age": -1}])
def test_wrong_weights_are_an_error(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Rules(weights=weights)


def test_absurd_dates_are_survived() -> None:
    for wild in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        standing = stands(created=wild, updated=wild, due=wild, sla_due=wild, stage=Stage.BLOCKED)
        assert standing.rank >= 0
        assert stands(created=wild, rules=PROMISED).rank >= 0


MOMENTS = st.one_of(st.none(), st.integers(-45 * 86400, 15 * 86400).map(lambda s: NOW + timedelta(seconds=s)))
PAST = st.integers(0, 45 * 86400).map(lambda s: NOW - timedelta(seconds=s))
ITEMS = st.builds(
    an_item,
    kind=st.sampled_from(list(Kind)),
    status=st.sampled_from(["Open", "Waiting", "For approval"]),
    stage=st.sampled_from(list(Stage)),
    priority=st.sampled_from([None, 1, 2, 3, 4, 5]),
    owner=st.sampled_from([None, "Bo Lind", "aruiz", "Service Desk"]),
    reporter=st.sampled_from([None, "Eva Boss", "Cy"]),
    labels=st.sampled_from([(), ("important",)]),
    created=st.one_of(st.none(), PAST),
    updated=st.one_of(st.none(), PAST),
    due=MOMENTS,
    sla_due=MOMENTS,
)
MARKS = st.builds(
    Mark,
    verdict=st.sampled_from([None, Verdict.SNOOZE, Verdict.WAIT, Verdict.ESCALATE, Verdict.ACCEPT, Verdict.ASSIGN]),
    at=st.just(NOW - DAY),
    until=MOMENTS,
    priority=st.sampled_from([None, 1, 4]),
)
SETS = st.sampled_from([RULES, PROMISED])


def shape(standing: Standing) -> Standing:
    """A standing without the date on which it ends, which alone may differ while it holds."""
    return standing._replace(valid_until=None)


@settings(max_examples=400, deadline=None)
@given(rules=SETS, item=ITEMS, mark=MARKS, blocks=st.integers(0, 4), part=st.floats(0, 1))
def test_a_standing_holds_exactly_until_its_time(rules: Rules, item: Item, mark: Mark, blocks: int, part: float) -> None:
    standing = assess(rules, item, mark, blocks, NOW)
    end = standing.valid_until
    if end is None:
        for days in (1, 30, 400):
            assert shape(assess(rules, item, mark, blocks, NOW + days * DAY)) == shape(standing)
        return
    assert end > NOW
    last = end - timedelta(seconds=1)
    inside = NOW + timedelta(seconds=int((last - NOW).total_seconds() * part))
    for moment in (inside, max(last, NOW)):
        assert shape(assess(rules, item, mark, blocks, moment)) == shape(standing)
    assert shape(assess(rules, item, mark, blocks, end)) != shape(standing)


@settings(max_examples=300, deadline=None)
@given(rules=SETS, item=ITEMS, blocks=st.integers(0, 4), later=st.integers(0, 60 * 86400))
def test_waiting_longer_never_lowers_a_rank(rules: Rules, item: Item, blocks: int, later: int) -> None:
    now, then = (assess(rules, item, NO_MARK, blocks, NOW + timedelta(seconds=s)) for s in (0, later))
    assert then.rank >= now.rank
    assert then.urgent >= now.urgent


def rank(item: Item, blocks: int = 0) -> float:
    return assess(RULES, item, NO_MARK, blocks, NOW).rank


@settings(max_examples=300, deadline=None)
@given(item=ITEMS, blocks=st.integers(0, 4), earlier=st.integers(0, 20 * 86400), data=st.data())
def test_more_pressing_never_ranks_lower(item: Item, blocks: int, earlier: int, data: st.DataObject) -> None:
    base = rank(item, blocks)
    sooner = timedelta(seconds=earlier)
    assert rank(item, blocks + 1) >= base
    if item.priority is not None:
        assert rank(replace(item, priority=data.draw(st.integers(1, item.priority))), blocks) >= base
    for name in ("due", "sla_due", "created", "updated"):
        moment = getattr(item, name)
        if moment is not None:
            assert rank(replace(item, **{name: moment - sooner}), blocks) >= base
    assert rank(replace(item, reporter="Eva Boss", comments=()), blocks) >= base
    assert rank(replace(item, labels=(*item.labels, "important")), blocks) >= base
