"""Escalation: who is asked to decide what, by when, with which facts and choices; and the ladder of who is asked next.

Acknowledged is not resolved: each step of the ladder has a time by which somebody says that they have it, and a time by
which it is decided. Missing either brings the item back to the queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from opstui.domain.text import clean_line, fold

if TYPE_CHECKING:
    from opstui.domain.calendar import WorkCalendar

NEVER = "never"
"""As a deadline: none at all, whatever the ladder says."""
_ARROWS = ("->", "→", "=>")


class Outcome(StrEnum):
    """What became of an escalation."""

    OPEN = "open"
    RESOLVED = "resolved"
    REFUSED = "refused"
    """Whoever was asked said no."""
    PASSED = "passed"
    """The next step of the ladder was asked instead."""
    WITHDRAWN = "withdrawn"
    """Another verdict took its place here."""
    CLOSED = "closed"
    """Its item is over."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that could be done, and what it would bring."""

    text: str
    consequence: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so, and where that is known from."""

    text: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Missed:
    """A step before this one: who was asked when, and until when an answer was wanted; or that they said no, and why."""

    to: str
    asked: datetime
    due: datetime | None = None
    acknowledged: datetime | None = None
    refused: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wrote for an escalation; all of it may be left out. ``facts`` None: as they are gathered.

    ``recommended`` is the number of an option from 1, 0 for none; ``why`` says why that one. ``owner`` has the item meanwhile.
    """

    question: str = ""
    options: tuple[Choice, ...] = ()
    recommended: int = 0
    why: str = ""
    owner: str = ""
    facts: tuple[Fact, ...] | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """One person asked to decide. ``step`` of ``steps`` counts on the ladder from 1; 0: somebody who is not on it.

    ``text`` is what was written to them, word for word.
    """

    to: str
    question: str = ""
    facts: tuple[Fact, ...] = ()
    options: tuple[Choice, ...] = ()
    recommended: int = 0
    why: str = ""
    owner: str = ""
    step: int = 0
    steps: int = 0
    acknowledge_by: datetime | None = None
    resolve_by: datetime | None = None
    acknowledged: datetime | None = None
    acknowledged_by: str = ""
    ended: datetime | None = None
    outcome: Outcome = Outcome.OPEN
    said: str = ""
    """What came of it, in words."""
    earlier: tuple[Missed, ...] = ()
    text: str = ""

    @property
    def due(self) -> datetime | None:
        """What it waits for now: to be acknowledged, then to be decided."""
        return self.resolve_by if self.acknowledged else self.acknowledge_by or self.resolve_by

    @property
    def summary(self) -> str:
        """In a line."""
        return f"{self.to}: {self.question}" if self.question else f"to {self.to}"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder; seconds in which it is acknowledged and decided, 0 where nothing is said of it."""

    to: str
    acknowledge: int = 0
    resolve: int = 0


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is asked, one after the other. ``calendar`` None: its times count round the clock."""

    rungs: tuple[Rung, ...] = ()
    calendar: WorkCalendar | None = None

    def step_of(self, who: str) -> int:
        """A person's step, from 1; 0 for somebody who is not on it."""
        return next((at for at, rung in enumerate(self.rungs, 1) if fold(rung.to) == fold(who)), 0)

    def after(self, last: Escalation | None, now: datetime) -> int:
        """The step that is asked next: the first, or the one behind a step that was missed or said no; 0 without a ladder."""
        if not self.rungs:
            return 0
        if last is None or last.outcome not in (Outcome.OPEN, Outcome.REFUSED):
            return 1
        if last.outcome is Outcome.OPEN and not missed(last, now):
            return max(last.step, 1)
        return min(last.step + 1, len(self.rungs))

    def due(self, step: int, now: datetime) -> tuple[datetime | None, datetime | None]:
        """By when a step is acknowledged and decided that is asked at ``now``."""
        if not 1 <= step <= len(self.rungs):
            return None, None
        rung = self.rungs[step - 1]
        return self._later(now, rung.acknowledge), self._later(now, rung.resolve)

    def _later(self, now: datetime, seconds: int) -> datetime | None:
        if seconds <= 0:
            return None
        return now + timedelta(seconds=seconds) if self.calendar is None else self.calendar.add_working(now, seconds)


def missed(one: Escalation, now: datetime) -> bool:
    """Whether what it waits for did not come in time."""
    return one.outcome is Outcome.OPEN and one.due is not None and one.due <= now


def passed_on(last: Escalation | None, asked: datetime, now: datetime) -> tuple[Missed, ...]:
    """What the next one has to know of the steps before: who let their time go by, and who said no."""
    if last is None:
        return ()
    if last.outcome is Outcome.REFUSED:
        return (*last.earlier, Missed(last.to, asked, refused=True, said=last.said))
    return (*last.earlier, Missed(last.to, asked, last.due, last.acknowledged)) if missed(last, now) else last.earlier


def choice(text: str) -> Choice | None:
    """An option from a line ``rent a scanner -> 200 a day``; None where nothing is written."""
    text = clean_line(text).strip()
    for arrow in _ARROWS:
        if arrow in text:
            what, _, consequence = text.partition(arrow)
            return Choice(what.strip(), consequence.strip()) if what.strip() else None
    return Choice(text) if text else None


def choices(lines: Sequence[str]) -> tuple[Choice, ...]:
    """Options from lines, the empty ones left out."""
    return tuple(found for line in lines if (found := choice(line)) is not None)


def choice_line(one: Choice) -> str:
    """An option as it is written."""
    return f"{one.text} -> {one.consequence}" if one.consequence else one.text
