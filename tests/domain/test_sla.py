from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.calendar import WorkCalendar
from opstui.domain.model import Change, Item, Stage
from opstui.domain.query import Facts, parse, predicate
from opstui.domain.sla import NO_CLOCK, SlaClock, SlaRule, clock, unsuited
from tests.support.build import an_item

CALENDAR = WorkCalendar(ZoneInfo("UTC"), time(9), time(17))
WAITING = frozenset(["waiting", "blocked"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC)


def moved(when: str, old: str, new: str, field: str = "status") -> Change:
    return Change(field, old, new, at(when))


def timed(item: Item, now: str, *rules: SlaRule) -> SlaClock:
    return clock(item, [(rule, predicate(rule.when, at(now)) if rule.when else None) for rule in rules], at(now))


def rule(hours: int, when: str = "", *, working: bool = True, pause: frozenset[str] = WAITING) -> SlaRule:
    return SlaRule("r", parse(when) if when else None, hours * 3600, CALENDAR if working else None, pause)


def opened(when: str, *history: Change, **more: Any) -> Item:
    return an_item(created=at(when), updated=None, history=history, **more)


def test_the_sources_own_clock_wins() -> None:
    item = opened("20 09:00", sla_due=at("20 10:00"))
    assert timed(item, "20 09:30", rule(8)) == SlaClock(at("20 10:00"), 1800)
    assert timed(item, "20 10:30", rule(8)) == SlaClock(at("20 10:00"), -1800)


def test_the_first_rule_that_fits_counts() -> None:
    item = opened("20 09:00", priority=2)
    assert timed(item, "20 09:00", rule(1, "priority = 1"), rule(2, "priority <= 2"), rule(3)).due == at("20 11:00")
    assert timed(item, "20 09:00", rule(1, "priority = 1")) == NO_CLOCK


def test_a_rule_sees_the_priority_in_force() -> None:
    item = opened("20 09:00", priority=3)
    rules = [(rule(1), predicate(parse("priority = 1"), at("20 09:00")))]
    assert clock(item, rules, at("20 09:00"), Facts(item, priority=1)).due == at("20 10:00")


@pytest.mark.parametrize(("working", "due"), [(True, "23 10:00"), (False, "20 18:00")])
def test_a_promise_runs_on_the_working_calendar_or_round_the_clock(working: bool, due: str) -> None:
    assert timed(opened("20 16:00"), "20 16:30", rule(2, working=working)).due == at(due)


def test_what_is_done_or_has_no_beginning_has_no_clock() -> None:
    assert timed(opened("20 09:00", stage=Stage.DONE), "20 10:00", rule(1)) == NO_CLOCK
    assert timed(an_item(created=None), "20 10:00", rule(1)) == NO_CLOCK


def test_the_clock_stands_still_while_it_waits() -> None:
    waits = moved("20 10:00", "Open", "Waiting")
    assert timed(opened("20 09:00", waits, status="Waiting"), "20 16:00", rule(3)) == SlaClock(None, 7200, True)
    resumed = opened("20 09:00", waits, moved("20 15:00", "Waiting", "Open"), status="Open")
    assert timed(resumed, "20 16:00", rule(3)) == SlaClock(at("20 17:00"), 3600)


def test_a_stage_can_pause_as_well() -> None:
    item = opened("20 09:00", moved("20 10:00", "doing", "blocked", "stage"), stage=Stage.BLOCKED)
    assert timed(item, "20 12:00", rule(3)) == SlaClock(None, 7200, True)


def test_a_promise_broken_before_it_waited_stays_broken() -> None:
    item = opened("20 09:00", moved("20 13:00", "Open", "Waiting"), status="Waiting")
    assert timed(item, "20 16:00", rule(2)).due == at("20 11:00")


def test_the_history_may_come_in_any_order() -> None:
    history = [moved("20 15:00", "Waiting", "Open"), moved("20 10:00", "Open", "Waiting")]
    assert timed(opened("20 09:00", *history, status="Open"), "20 16:00", rule(3)).due == at("20 17:00")


def test_a_source_without_history_paused_when_it_last_moved() -> None:
    item = an_item(created=at("20 09:00"), updated=at("20 10:00"), status="Waiting")
    assert timed(item, "20 16:00", rule(3)) == SlaClock(None, 7200, True)


def test_a_change_without_a_time_is_passed_over() -> None:
    item = opened("20 09:00", Change("status", "Open", "Waiting", None), status="Open")
    assert timed(item, "20 09:30", rule(1)).due == at("20 10:00")


@pytest.mark.parametrize(
    ("when", "field"),
    [
        ("priority = critical and not (owner = me or scanner)", None),
        ("created > 2026-11-01 due = none", None),
        ("kind = ticket and age > 3d", "age"),
        ("not due < 2h", "due"),
        ("a or created = today", "created"),
        ("sla < 2h", "sla"),
        ("rank > 3", "rank"),
        ("urgent = yes", "urgent"),
    ],
)
def test_a_promise_cannot_hang_on_what_time_alone_changes(when: str, field: str | None) -> None:
    found = unsuited(parse(when))
    assert (found.field if found else None) == field


HOURS = st.lists(st.integers(1, 200), max_size=6, unique=True).map(sorted)


@given(hours=HOURS, promise=st.integers(1, 40), later=st.integers(201, 260))
def test_pausing_never_brings_a_breach_nearer_and_spends_only_running_time(hours: list[int], promise: int, later: int) -> None:
    created = at("02 00:00")
    names = ["Open", "Waiting"]
    history = [
        Change("status", names[n % 2], names[(n + 1) % 2], created + timedelta(hours=hour)) for n, hour in enumerate(hours)
    ]
    item = an_item(created=created, updated=None, history=tuple(history), status=names[len(hours) % 2])
    now = created + timedelta(hours=later)
    found = clock(item, [(rule(promise), None)], now)
    straight = CALENDAR.add_working(created, promise * 3600)
    edges = [created, *(change.at for change in history if change.at), max(now, found.due or now)]
    ran = sum(
        CALENDAR.working_seconds(a, min(b, found.due or b)) if a < (found.due or b) else 0
        for a, b in list(pairwise(edges))[::2]
    )
    if found.due is None:
        assert found.paused
        assert found.left_s == promise * 3600 - ran > 0
    else:
        assert found.due >= straight
        assert ran == promise * 3600
