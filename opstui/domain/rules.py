"""What ranking depends on besides the item and the time: weights, steps, promises, calendar, people, the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from opstui.domain.board import Board
from opstui.domain.calendar import WorkCalendar
from opstui.domain.model import Kind
from opstui.domain.people import People
from opstui.domain.query import Predicate, predicate
from opstui.domain.sla import SlaRule
from opstui.domain.text import fold

Points = tuple[str, float]
"""The code of a term and its points."""

WEIGHTS: Mapping[str, float] = {
    "sla": 40,
    "priority": 30,
    "trouble": 25,
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
SLA_STEPS = (1800, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 24 * _HOUR)
"""Working seconds left at which the SLA term grows; the last is about three working days."""
_SLA_SHARES = (0.9, 0.8, 0.65, 0.5, 0.3, 0.15, 0.0)
SLA_URGENT = 4 * _HOUR
DUE_STEPS = tuple(timedelta(seconds=s) for s in (0, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY))
_DUE_SHARES = (1.0, 0.85, 0.6, 0.3, 0.1, 0.0)
DUE_URGENT = timedelta(days=1)
AGE_STEPS = tuple(timedelta(days=n) for n in (1, 3, 7, 14, 30))
_AGE_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_BLOCKS_SHARES = (0.0, 0.6, 0.8, 1.0)
_KEPT = 5_000
"""Statuses remembered."""


class Tables(NamedTuple):
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


def _weigh(weights: Mapping[str, float]) -> Tables:
    def term(code: str, share: float) -> Points | None:
        points = round(weights[code] * share, 2)
        return (code, points) if points else None

    def steps(code: str, shares: tuple[float, ...]) -> tuple[Points | None, ...]:
        return tuple(term(code, share) for share in shares)

    return Tables(
        {code: term(code, 1.0) for code in weights},
        {number: term("priority", share) for number, share in _PRIORITY.items()},
        term("sla", 1.0),
        steps("sla", _SLA_SHARES),
        steps("due", _DUE_SHARES),
        steps("age", _AGE_SHARES),
        steps("blocks_others", _BLOCKS_SHARES),
    )


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
    board: Board = field(default_factory=Board)
    stalled_after_s: int = 3 * _DAY
    approval_words: frozenset[str] = frozenset(
        ("approval", "approve", "sign-off", "sign off", "signoff", "authoris", "authoriz")
    )
    group_kinds: frozenset[str] = frozenset((Kind.ALERT, Kind.MESSAGE))
    important_labels: frozenset[str] = frozenset(("important", "strategic", "vip", "key account", "key-account"))
    tables: Tables = field(init=False, repr=False, compare=False)
    _approvals: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    _bound: list[_Bound] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.weights) - set(WEIGHTS))
        if unknown or any(weight < 0 for weight in self.weights.values()):
            raise ValueError(f"weights must be known and not negative: {', '.join(unknown) or dict(self.weights)}")
        object.__setattr__(self, "tables", _weigh({**WEIGHTS, **self.weights}))

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
            if len(self._approvals) >= _KEPT:
                self._approvals.clear()
            folded = fold(status)
            found = self._approvals[status] = any(word in folded for word in self.approval_words)
        return found
