"""Routines: checklists that come again, and the days on which each is due.

What is due on a day is worked out from the routine and the working calendar; nothing is written for it before somebody
ticks a step or it is missed (see ``rounds``).
"""

# Annotations are meant to be evaluated here, by the compiled module: a named tuple would compile the text of each.

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from opstui.domain.calendar import WorkCalendar
from opstui.domain.text import words

_ONE_DAY = timedelta(days=1)
MONTHS_LAST = 31
"""The day of a month that every month's last day stands for."""


class Every(StrEnum):
    """How often a routine comes."""

    DAY = "day"
    """On every working day, or on those weekdays that it names."""
    WEEK = "week"
    MONTH = "month"


class Needs(StrEnum):
    """What a step wants besides its tick."""

    NOTHING = ""
    NUMBER = "number"
    """A reading."""
    NOTE = "note"
    """A remark in words."""


class Step(NamedTuple):
    """One step of a checklist."""

    text: str
    needs: Needs = Needs.NOTHING


class Routine(NamedTuple):
    """A checklist that comes again.

    ``on`` are weekdays (Monday is 0) for one that comes by the day, none: every working day. ``day`` is the weekday of one
    that comes by the week, and the day of the month (1 to 31) of one that comes by the month. ``grace`` is in seconds.
    """

    name: str
    steps: tuple[Step, ...]
    due: time = time(9)
    every: Every = Every.DAY
    on: frozenset[int] = frozenset()
    day: int = 0
    owner: str = ""
    sign: bool = False
    grace: int = 1800

    @property
    def slug(self) -> str:
        """Its name as a part of a key."""
        return slug(self.name)

    @property
    def schedule(self) -> str:
        """When it comes, as a text that differs when that does."""
        days = ",".join(map(str, sorted(self.on)))
        return f"{self.every}/{days}/{self.day}/{self.due:%H:%M}"


def slug(name: str) -> str:
    """A name as letters, digits and hyphens; names that differ in nothing else have the same one."""
    return "-".join(words(name)) or f"x{sum(map(ord, name)):x}"


def occurrences(routine: Routine, calendar: WorkCalendar, first: date, last: date) -> Iterator[date]:
    """The days from ``first`` to ``last`` on which a routine is due, in their order.

    One that comes by the day is skipped on a day without work. One that comes by the week or the month is not: it moves to
    the next working day of its week or month, or to the last one before when there is none. Day 29 to 31 is a shorter
    month's last day.
    """
    if routine.every is Every.DAY:
        day = first
        while day <= last:
            if calendar.is_workday(day) and (not routine.on or day.weekday() in routine.on):
                yield day
            day += _ONE_DAY
        return
    for start, end, wanted in _periods(routine, first, last):
        placed = _worked(calendar, start, end, wanted)
        if placed is not None and first <= placed <= last:
            yield placed


def _periods(routine: Routine, first: date, last: date) -> Iterator[tuple[date, date, date]]:
    """The weeks or months that touch these days: first day, last day, and the day wanted."""
    if routine.every is Every.WEEK:
        start = first - timedelta(days=first.weekday())
        while start <= last:
            yield start, start + timedelta(days=6), start + timedelta(days=routine.day)
            start += timedelta(days=7)
        return
    start = first.replace(day=1)
    while start <= last:
        following = (start + timedelta(days=31)).replace(day=1)
        end = following - _ONE_DAY
        yield start, end, start.replace(day=min(routine.day, end.day))
        start = following


def _worked(calendar: WorkCalendar, start: date, end: date, wanted: date) -> date | None:
    """The working day nearest after ``wanted`` in a period, else the nearest before it; None when there is none."""
    after = (wanted + timedelta(days=n) for n in range((end - wanted).days + 1))
    before = (wanted - timedelta(days=n) for n in range(1, (wanted - start).days + 1))
    return next((day for days in (after, before) for day in days if calendar.is_workday(day)), None)


def is_due(routine: Routine, calendar: WorkCalendar, day: date) -> bool:
    """Whether it is due on a day."""
    return next(occurrences(routine, calendar, day, day), None) is not None


def next_day(routine: Routine, calendar: WorkCalendar, after: date) -> date | None:
    """The first day after ``after`` on which it is due, None within a year and a month."""
    return next(occurrences(routine, calendar, after + _ONE_DAY, after + timedelta(days=400)), None)


def due_at(routine: Routine, calendar: WorkCalendar, day: date) -> datetime:
    """When it is due on a day, in UTC. Of a night's work, what comes before its start by the clock is the next morning's."""
    return calendar.within(day, routine.due)


def deadline(routine: Routine, calendar: WorkCalendar, day: date) -> datetime:
    """When it counts as missed."""
    return due_at(routine, calendar, day) + timedelta(seconds=routine.grace)
