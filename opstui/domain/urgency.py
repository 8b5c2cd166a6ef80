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
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from opstui.domain.calendar import WorkCalendar
from opstui.domain.grouping import group_key
from opstui.domain.model import Item, Kind, Mark, Place, Stage, Verdict
from opstui.domain.people import Owner, People
from opstui.domain.query import Facts, Predicate, predicate
from opstui.domain.reasons import headline, pack_why, parse_why, reason, terms
from opstui.domain.sla import NO_CLOCK, SlaClock, SlaRule, clock
from opstui.domain.text import fold
from opstui.domain.verdicts import place

__all__ = ["WEIGHTS", "Rules", "Standing", "assess", "headline", "pack_why", "parse_why", "reason", "terms"]

WEIGHTS: Mapping[str, float] = {
    "sla": 40,
    "priority": 30,
    "due": 15,
    "blocks_others": 15,
    "unowned": 12,
    "stalled": 10,
    "alert": 10,
    "unanswered": 10,
    "ambiguous": 8,
    "vip": 8,
    "nudge": 8,
    "reopened": 8,
    "age": 6,
    "labelled": 6,
    "woke": 6,
    "reply": 5,
    "mine": 4,
}
"""The points each term has at its fullest; a config changes any of them, 0 turns one off."""

_PRIORITY = {1: 1.0, 2: 0.7, 3: 0.4, 4: 0.15, 5: 0.0, None: 0.3}
_HOUR, _DAY = 3600, 86400
_SLA_STEPS = (1800, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 24 * _HOUR)
"""Working seconds left at which the SLA term grows; the last is about three working days."""
_SLA_SHARES = (0.9, 0.8, 0.65, 0.5, 0.3, 0.15, 0.0)
_SLA_URGENT = 4 * _HOUR
_DUE_STEPS = tuple(timedelta(seconds=s) for s in (0, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY))
_DUE_SHARES = (1.0, 0.85, 0.6, 0.3, 0.1, 0.0)
_DUE_URGENT = timedelta(days=1)
_AGE_STEPS = tuple(timedelta(days=n) for n in (1, 3, 7, 14, 30))
_AGE_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_BLOCKS_SHARES = (0.0, 0.6, 0.8, 1.0)

_NEVER = timedelta(days=-36_500)
"""A moment a century ahead is a wrong or an endless date; nothing is waited for."""

_OVER = frozenset((Place.CLOSED, Place.DONE, Place.DECLINED, Place.MERGED))
"""Places from which only a change brings an item back: nothing there needs a rank."""
_ENDED = {Verdict.SNOOZE: "woke", Verdict.WAIT: "nudge", Verdict.ESCALATE: "unanswered"}

Points = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Rules:
    """All that ranking depends on besides the item and the time. Build it once per config.

    ``weights`` may name some of ``WEIGHTS``; the others keep their default. ``approval_words`` are looked for in the
    folded status; ``important_labels`` are compared folded. ``stalled_after_s`` is wall-clock time without an update.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    slas: tuple[SlaRule, ...] = ()
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    people: People = field(default_factory=People)
    stalled_after_s: int = 3 * _DAY
    approval_words: frozenset[str] = frozenset(
        ("approval", "approve", "sign-off", "sign off", "signoff", "authoris", "authoriz")
    )
    group_kinds: frozenset[str] = frozenset((Kind.ALERT, Kind.MESSAGE))
    important_labels: frozenset[str] = frozenset(("important", "strategic", "vip", "key account", "key-account"))
    _points: _Points = field(init=False, repr=False, compare=False)
    _approvals: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    _bound: list[_Bound] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.weights) - set(WEIGHTS))
        if unknown or any(weight < 0 for weight in self.weights.values()):
            raise ValueError(f"weights must be known and not negative: {', '.join(unknown) or dict(self.weights)}")
        object.__setattr__(self, "_points", _weigh({**WEIGHTS, **self.weights}))

    def slas_at(self, now: datetime) -> list[tuple[SlaRule, Predicate | None]]:
        """The SLA rules with their conditions resolved at ``now``; the last answer is kept, as a page has one now."""
        if self._bound and self._bound[0].now == now:
            return self._bound[0].rules
        rules = [
            (rule, None if rule.when is None else predicate(rule.when, now, self.people, self.calendar)) for rule in self.slas
        ]
        self._bound[:] = [_Bound(now, rules)]
        return rules

    def awaits_approval(self, status: str) -> bool:
        """Whether a status says that somebody must approve."""
        found = self._approvals.get(status)
        if found is None:
            folded = fold(status)
            found = self._approvals[status] = any(word in folded for word in self.approval_words)
        return found


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


def assess(rules: Rules, item: Item, mark: Mark, blocks: int, now: datetime) -> Standing:
    """Where an item stands at ``now``: its place, rank, reasons, clocks, and until when all of that holds.

    ``blocks`` counts the open items that wait for it.
    """
    where, wakes = place(item, mark, now)
    owner = rules.people.owner(item.owner if mark.owner is None else mark.owner)
    priority = item.priority if mark.priority is None else mark.priority
    stage = item.stage if mark.stage is None else mark.stage
    key = group_key(item, rules.group_kinds)
    if where in _OVER:
        return Standing(
            where, 0.0, (), None, owner.name, owner.state, priority, stage, None, None, mark.until, False, False, key
        )
    points = rules._points
    found: list[Points | None] = [points.priority.get(priority)]
    ends: list[datetime] = [] if wakes is None else [wakes]
    urgent = priority == 1 and item.kind is Kind.ALERT
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
    if stage is Stage.BLOCKED or rules.awaits_approval(item.status):
        _stalled_terms(rules, item, now, found, ends)
    important = (priority is not None and priority <= 2) or blocks > 0
    if blocks > 0:
        found.append(points.blocks[min(blocks, 3)])
    if _people_terms(rules, item, owner, found) or (item.labels and _label_terms(rules, item.labels, found)):
        important = True
    if mark.verdict is not None and where is Place.QUEUE:
        found.append(points.once[_ENDED.get(mark.verdict, "reopened")])
    why = tuple(sorted((term for term in found if term is not None), key=_by_points, reverse=True))
    rank = 0.0
    for term in why:
        rank += term[1]
    return Standing(
        where,
        round(rank, 2),
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
    )


_by_points = itemgetter(1)


class _Points(NamedTuple):
    """Every term there can be, weighted once per config; None where its weight leaves nothing."""

    once: Mapping[str, Points | None]
    priority: Mapping[int | None, Points | None]
    breached: Points | None
    sla: tuple[Points | None, ...]
    due: tuple[Points | None, ...]
    age: tuple[Points | None, ...]
    blocks: tuple[Points | None, ...]


class _Bound(NamedTuple):
    """The SLA rules with their conditions as functions, true at ``now``."""

    now: datetime
    rules: list[tuple[SlaRule, Predicate | None]]


def _weigh(weights: Mapping[str, float]) -> _Points:
    def term(code: str, share: float) -> Points | None:
        points = round(weights[code] * share, 2)
        return (code, points) if points else None

    def steps(code: str, shares: tuple[float, ...]) -> tuple[Points | None, ...]:
        return tuple(term(code, share) for share in shares)

    return _Points(
        {code: term(code, 1.0) for code in weights},
        {number: term("priority", share) for number, share in _PRIORITY.items()},
        term("sla", 1.0),
        steps("sla", _SLA_SHARES),
        steps("due", _DUE_SHARES),
        steps("age", _AGE_SHARES),
        steps("blocks_others", _BLOCKS_SHARES),
    )


def _clock(
    rules: Rules, item: Item, owner: str | None, priority: int | None, stage: Stage, blocks: int, now: datetime
) -> SlaClock:
    """The item's SLA clock; conditions see the owner, priority and stage in force."""
    if item.sla_due is not None:
        return clock(item, (), now)
    return clock(item, rules.slas_at(now), now, Facts(item, owner, priority, stage, blocks=blocks))


def _sla_terms(
    points: _Points, calendar: WorkCalendar, due: datetime, now: datetime, found: list[Points | None], ends: list[datetime]
) -> bool:
    """By working time left, since only then somebody can act. Tells whether it is urgent."""
    if due <= now:
        found.append(points.breached)
        return True
    left = calendar.working_seconds(now, due)
    step = bisect_left(_SLA_STEPS, left)
    found.append(points.sla[step])
    ends.append(due)
    if step:
        ends.append(calendar.left_at(due, _SLA_STEPS[step - 1]))
    return left <= _SLA_URGENT


def _due_terms(points: _Points, due: datetime, now: datetime, found: list[Points | None], ends: list[datetime]) -> bool:
    """By wall-clock time left. Tells whether it is urgent."""
    left = due - now
    step = bisect_left(_DUE_STEPS, left)
    if step:
        ends.append(due - _DUE_STEPS[step - 1])
    found.append(points.due[step])
    return left <= _DUE_URGENT


def _age_terms(points: _Points, created: datetime, now: datetime, found: list[Points | None], ends: list[datetime]) -> None:
    age = now - created
    step = bisect_right(_AGE_STEPS, age)
    if step < len(_AGE_STEPS) and age > _NEVER:
        ends.append(created + _AGE_STEPS[step])
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
        found.append(rules._points.once["stalled"])
    elif still > _NEVER:
        ends.append(since + limit)


def _people_terms(rules: Rules, item: Item, owner: Owner, found: list[Points | None]) -> bool:
    """Who has it, who asked, who waits. Tells whether that makes it important."""
    people, once = rules.people, rules._points.once
    mine = False
    if owner.state == "ok":
        mine = people.me is not None and owner.name == people.me.name
        if mine:
            found.append(once["mine"])
    elif owner.state == "ambiguous":
        found.append(once["ambiguous"])
    elif item.kind is not Kind.MESSAGE:
        found.append(once["unowned"])
    if _awaits_reply(people, item, owner):
        found.append(once["reply"])
    if people.vip(item.reporter):
        found.append(once["vip"])
        return True
    return False


def _awaits_reply(people: People, item: Item, owner: Owner) -> bool:
    """Whether the last word is the asker's: a message nobody answered, or a thread that the reporter wrote in last."""
    if not item.comments:
        return item.kind is Kind.MESSAGE
    last = item.comments[-1].who
    if not last or not item.reporter:
        return False
    who = people.canonical(last)
    return who == people.canonical(item.reporter) and who != owner.name and not people.is_me(last)


def _label_terms(rules: Rules, labels: tuple[str, ...], found: list[Points | None]) -> bool:
    for label in labels:
        if fold(label) in rules.important_labels:
            found.append(rules._points.once["labelled"])
            return True
    return False
