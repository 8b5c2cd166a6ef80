"""SLA clocks: which promise an item is under, when it breaches, and where the clock stands still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from opstui.domain.calendar import WorkCalendar
from opstui.domain.model import Item, Stage
from opstui.domain.query import And, Compare, Facts, Node, Not, Or, Predicate, ValueType
from opstui.domain.text import fold


@dataclass(frozen=True, slots=True)
class SlaRule:
    """A promise: items that fit ``when`` are done ``within_s`` seconds after they were created.

    The seconds count on ``calendar``, or round the clock when it is None, and not while the item's status or stage is
    one of ``pause`` (folded words).
    """

    name: str
    when: Node | None
    within_s: int
    calendar: WorkCalendar | None = None
    pause: frozenset[str] = frozenset()


_TIMELESS = frozenset(("source", "kind", "status", "stage", "priority", "owner", "reporter", "team", "label", "blocks"))


def unsuited(when: Node) -> Compare | None:
    """The first comparison that a promise cannot hang on: one whose answer changes as time passes, or comes from the rank.

    Otherwise a promise would begin or end between two looks at an item, with nothing having moved.
    """
    match when:
        case And(children) | Or(children):
            return next((found for child in children if (found := unsuited(child)) is not None), None)
        case Not(child):
            return unsuited(child)
        case Compare(field, _, value):
            dated = value.type is ValueType.DATE and str(value.data)[:1].isdigit() and field != "changed"
            absent = value.type is ValueType.NONE and field in ("created", "updated", "due", "age")
            return None if field in _TIMELESS or dated or absent else when
    return None


class SlaClock(NamedTuple):
    """``due``: the moment of the breach, None while paused or without a promise. ``left_s``: seconds to it on the wall
    clock, negative after it; of a paused clock, the seconds of promise that are left."""

    due: datetime | None
    left_s: int | None
    paused: bool = False


NO_CLOCK = SlaClock(None, None)


def clock(item: Item, rules: Sequence[tuple[SlaRule, Predicate | None]], now: datetime, facts: Facts | None = None) -> SlaClock:
    """The clock of an open item: the source's own, else that of the first rule that fits.

    ``rules`` come with their ``when`` made into a predicate; ``facts`` spares building them twice.
    """
    if item.stage is Stage.DONE:
        return NO_CLOCK
    if item.sla_due is not None:
        return SlaClock(item.sla_due, _whole(item.sla_due - now))
    if item.created is None:
        return NO_CLOCK
    for rule, fits in rules:
        if fits is not None:
            facts = facts or Facts.of(item)
            if not fits(facts):
                continue
        return _run(rule, item, item.created, now)
    return NO_CLOCK


def _run(rule: SlaRule, item: Item, created: datetime, now: datetime) -> SlaClock:
    """Let the promise run from creation, standing still in pausing states, until it is used up."""
    left = rule.within_s
    start, running = created, True
    if rule.pause and (item.history or _pauses(rule, {"status": item.status, "stage": item.stage})):
        for at, runs in _switches(rule, item, created, now):
            if at <= start:
                running = runs
                continue
            if running:
                used = _between(rule.calendar, start, at)
                if used >= left:
                    break
                left -= used
            start, running = at, runs
    if not running:
        return SlaClock(None, left, True)
    due = _after(rule.calendar, start, left)
    return SlaClock(due, _whole(due - now))


def _switches(rule: SlaRule, item: Item, created: datetime, now: datetime) -> Iterator[tuple[datetime, bool]]:
    """When the clock started or stopped, in order: from the history, ending with the state the item is in."""
    moves = sorted(
        (
            (change.at, change.field, change.old, change.new)
            for change in item.history
            if change.at is not None and created <= change.at <= now and change.field in ("status", "stage")
        ),
        key=lambda move: move[0],
    )
    state = final = {"status": item.status, "stage": str(item.stage)}
    runs, last = True, created
    if moves:
        state = dict(final)
        for _, name, old, _ in reversed(moves):
            state[name] = old or ""
        runs = not _pauses(rule, state)
    yield created, runs
    for at, name, _, new in moves:
        state[name] = new or ""
        runs, last = not _pauses(rule, state), at
        yield at, runs
    if runs is _pauses(rule, final):
        # The source tells where it is but not when it came there: its last update is the best it says.
        known = item.updated is not None and last <= item.updated <= now
        yield item.updated if known and item.updated else last, not runs


def _pauses(rule: SlaRule, state: dict[str, str]) -> bool:
    return fold(state["status"]) in rule.pause or state["stage"] in rule.pause


def _between(calendar: WorkCalendar | None, a: datetime, b: datetime) -> int:
    return _whole(b - a) if calendar is None else calendar.working_seconds(a, b)


def _after(calendar: WorkCalendar | None, at: datetime, seconds: int) -> datetime:
    if calendar is not None:
        return calendar.add_working(at, seconds)
    try:
        return at + timedelta(seconds=seconds)
    except OverflowError:
        return at


def _whole(length: timedelta) -> int:
    return length // timedelta(seconds=1)
