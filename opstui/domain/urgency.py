"""How soon an item needs the manager: its rank, why, and until when that holds.

A rank is a sum of terms, each a weight times a share from 0 to 1. Terms that depend on time are step functions, so a
rank stays true until the next step of any of them: ``valid_until`` is exactly that moment. More of what makes an item
pressing never lowers its rank.

Urgent and important are told apart (Covey, after Eisenhower):

- **urgent**, time is running out: the SLA is breached or has at most four working hours left, the due date has passed or
  is at most a day away, or it is a critical alert;
- **important**, it matters whatever the clock says: priority critical or high, others are blocked by it, a VIP asked,
  or it carries an important label.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from opstui.domain.board import Board, entered
from opstui.domain.calendar import WorkCalendar
from opstui.domain.grouping import group_key
from opstui.domain.kinds import OWN
from opstui.domain.model import NO_MARK, Item, Kind, Mark, Place, Stage, Verdict
from opstui.domain.people import Owner, People
from opstui.domain.query import Facts
from opstui.domain.reasons import headline, pack_why, parse_why, reason, terms
from opstui.domain.rules import (
    AGE_STEPS,
    DUE_STEPS,
    DUE_URGENT,
    SLA_STEPS,
    SLA_URGENT,
    WEIGHTS,
    Points,
    Rules,
    Tables,
)
from opstui.domain.sla import NO_CLOCK, SlaClock, clock
from opstui.domain.text import fold
from opstui.domain.verdicts import place

__all__ = ["WEIGHTS", "Rules", "Standing", "assess", "headline", "pack_why", "parse_why", "reason", "terms"]

_NEVER = timedelta(days=-36_500)
"""A moment a century ahead is a wrong or an endless date; nothing is waited for."""

_OVER = frozenset((Place.CLOSED, Place.DONE, Place.DECLINED, Place.MERGED))
"""Places from which only a change brings an item back: nothing there needs a rank."""
# The members by themselves: an attribute of an enum's class takes ten times as long to look up.
_ALERT, _MESSAGE = Kind.ALERT, Kind.MESSAGE
_BLOCKED, _DONE = Stage.BLOCKED, Stage.DONE
_CLOSED, _QUEUE, _DONE_HERE, _ASSIGN = Place.CLOSED, Place.QUEUE, Place.DONE, Verdict.ASSIGN
_SOON = "soon"
"""An item of opstui's own with this ``state`` is a warning well ahead: nothing stands still yet."""
_ENDED = {Verdict.SNOOZE: "woke", Verdict.WAIT: "nudge", Verdict.ESCALATE: "unanswered"}


class Standing(NamedTuple):
    """Where an item stands. ``why`` holds its terms by falling points; ``valid_until`` is when any of this next changes.

    ``owner``, ``priority`` and ``stage`` are those in force. ``sla_due`` is None while the clock is paused, and then
    ``sla_left`` holds the seconds left; it is None while the clock runs. ``until`` is the date of a snooze, wait or
    escalation, past or to come.
    """

    place: Place
    rank: float
    why: tuple[Points, ...]
    valid_until: datetime | None
    owner: str | None
    owner_state: str
    priority: int | None
    stage: Stage
    sla_due: datetime | None
    sla_left: int | None
    until: datetime | None
    urgent: bool
    important: bool
    group_key: str | None
    col: int | None
    """Its column of the board, ``board.UNMAPPED`` when none takes its status; None for what belongs on no board."""
    entered: datetime | None
    """When it came there; None when it was there from its beginning."""


def assess(rules: Rules, item: Item, mark: Mark, blocks: int, now: datetime) -> Standing:
    """Where an item stands at ``now``: its place, rank, reasons, clocks, and until when all of that holds.

    ``blocks`` counts the open items that wait for it.
    """
    if mark is NO_MARK:  # as nearly all are at an import
        where, wakes = (_CLOSED if item.stage is _DONE else _QUEUE), None
        raw, priority, stage = item.owner, item.priority, item.stage
    else:
        where, wakes = place(item, mark, now, rules.people)
        given = where is _QUEUE and mark.verdict is _ASSIGN  # by its source to somebody else
        raw = item.owner if mark.owner is None or given else mark.owner
        priority = item.priority if mark.priority is None else mark.priority
        stage = item.stage if mark.stage is None else mark.stage
    owner = rules.people.owner(raw)
    key = group_key(item, rules.group_kinds) if item.kind in rules.group_kinds else None
    col, since = _column(rules.board, item, mark, where, stage, now)
    if where in _OVER:
        return Standing(
            *(where, 0.0, (), None, owner.name, owner.state, priority, stage, None, None, mark.until, False, False, key),
            *(col, since),
        )
    points = rules.tables
    found: list[Points | None] = [points.priority.get(priority)]
    ends: list[datetime] = [] if wakes is None else [wakes]
    urgent = priority == 1 and item.kind is _ALERT
    if urgent:
        found.append(points.once["alert"])
    timer = NO_CLOCK
    if item.sla_due is not None or rules.slas:
        timer = _clock(rules, item, owner.name, priority, stage, blocks, now)
        if timer.due is not None and _sla_terms(points, rules.calendar, timer.due, now, found, ends):
            urgent = True
    if item.due is not None and _due_terms(points, item.due, now, found, ends):
        urgent = True
    if item.created is not None:
        _age_terms(points, item.created, now, found, ends)
    if item.source == OWN and item.fields.get("state") != _SOON:
        found.append(points.once["trouble"])
    if stage is _BLOCKED or rules.awaits_approval(item.status):
        _stalled_terms(rules, item, now, found, ends)
    important = (priority is not None and priority <= 2) or blocks > 0
    if blocks > 0:
        found.append(points.blocks[min(blocks, 3)])
    if _people_terms(rules, item, owner, found) or (item.labels and _label_terms(rules, item.labels, found)):
        important = True
    if mark.verdict is not None and where is _QUEUE:
        found.append(points.once[_ENDED.get(mark.verdict, "reopened")])
    rank, why = _ordered(tuple(found))
    return Standing(
        where,
        rank,
        why,
        min(ends) if ends else None,
        owner.name,
        owner.state,
        priority,
        stage,
        timer.due,
        timer.left_s if timer.paused else None,
        mark.until,
        urgent,
        important,
        key,
        col,
        since,
    )


def _column(
    board: Board, item: Item, mark: Mark, where: Place, stage: Stage, now: datetime
) -> tuple[int | None, datetime | None]:
    """Its column, None for what belongs on no board, and since when; None when it was there from its beginning."""
    if item.kind not in board.kinds or item.source == OWN:
        return None, None
    if where is _DONE_HERE:  # decided here: its status says something else
        return board.place("", _DONE), (mark.staged if mark.verdict is None else None) or mark.at or item.updated
    if stage is not item.stage:
        return board.place("", stage), mark.staged or mark.at or item.updated
    return board.place(item.status, stage), entered(board, item, now) if item.history else None


@lru_cache(4096)
def _ordered(found: tuple[Points | None, ...]) -> tuple[float, tuple[Points, ...]]:
    """The sum of terms, and they by falling points. Remembered: an import has few different ones."""
    why = tuple(sorted((term for term in found if term is not None), key=_by_points, reverse=True))
    rank = 0.0
    for term in why:
        rank += term[1]
    return round(rank, 2), why


_by_points = itemgetter(1)


def _clock(
    rules: Rules, item: Item, owner: str | None, priority: int | None, stage: Stage, blocks: int, now: datetime
) -> SlaClock:
    """The item's SLA clock; conditions see the owner, priority and stage in force."""
    if item.sla_due is not None:
        return clock(item, (), now)
    return clock(item, rules.slas_at(now), now, Facts(item, owner, priority, stage, blocks=blocks))


def _sla_terms(
    points: Tables, calendar: WorkCalendar, due: datetime, now: datetime, found: list[Points | None], ends: list[datetime]
) -> bool:
    """By working time left, since only then somebody can act. Tells whether it is urgent."""
    if due <= now:
        found.append(points.breached)
        return True
    left = calendar.working_seconds(now, due)
    step = bisect_left(SLA_STEPS, left)
    found.append(points.sla[step])
    ends.append(due)
    if step:
        ends.append(calendar.left_at(due, SLA_STEPS[step - 1]))
    return left <= SLA_URGENT


def _due_terms(points: Tables, due: datetime, now: datetime, found: list[Points | None], ends: list[datetime]) -> bool:
    """By wall-clock time left. Tells whether it is urgent."""
    left = due - now
    step = bisect_left(DUE_STEPS, left)
    if step:
        ends.append(due - DUE_STEPS[step - 1])
    found.append(points.due[step])
    return left <= DUE_URGENT


def _age_terms(points: Tables, created: datetime, now: datetime, found: list[Points | None], ends: list[datetime]) -> None:
    age = now - created
    step = bisect_right(AGE_STEPS, age)
    if step < len(AGE_STEPS) and age > _NEVER:
        ends.append(created + AGE_STEPS[step])
    if step:
        found.append(points.age[step])


def _stalled_terms(rules: Rules, item: Item, now: datetime, found: list[Points | None], ends: list[datetime]) -> None:
    """Blocked, or waiting for an approval, and not moved for too long."""
    since = item.updated or item.created
    if since is None:
        return
    limit = timedelta(seconds=rules.stalled_after_s)
    still = now - since
    if still >= limit:
        found.append(rules.tables.once["stalled"])
    elif still > _NEVER:
        ends.append(since + limit)


def _people_terms(rules: Rules, item: Item, owner: Owner, found: list[Points | None]) -> bool:
    """Who has it, who asked, who waits. Tells whether that makes it important."""
    people, once = rules.people, rules.tables.once
    mine = False
    if owner.state == "ok":
        mine = people.me is not None and owner.name == people.me.name
        if mine:
            found.append(once["mine"])
    elif owner.state == "ambiguous":
        found.append(once["ambiguous"])
    elif item.kind is not _MESSAGE:
        found.append(once["unowned"])
    if (item.comments or item.kind is _MESSAGE) and _awaits_reply(people, item, owner):
        found.append(once["reply"])
    if people.has_vips and people.vip(item.reporter):
        found.append(once["vip"])
        return True
    return False


def _awaits_reply(people: People, item: Item, owner: Owner) -> bool:
    """Whether the last word is the asker's: a message nobody answered, or a thread that the reporter wrote in last."""
    if not item.comments:
        return item.kind is _MESSAGE
    last = item.comments[-1].who
    if not last or not item.reporter:
        return False
    who = people.canonical(last)
    return who == people.canonical(item.reporter) and who != owner.name and not people.is_me(last)


def _label_terms(rules: Rules, labels: tuple[str, ...], found: list[Points | None]) -> bool:
    for label in labels:
        if fold(label) in rules.important_labels:
            found.append(rules.tables.once["labelled"])
            return True
    return False
