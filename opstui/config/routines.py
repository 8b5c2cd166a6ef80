"""Routines made from settings: apart from what they are checked by, because the day's first frame needs no more of them."""

from __future__ import annotations

from datetime import time

from opstui.config.day import WORKDAYS
from opstui.config.settings import RoutineTable, Settings, StepTable
from opstui.domain.routines import MONTHS_LAST, Every, Needs, Routine, Step
from opstui.domain.text import clean_line
from opstui.domain.when import parse_duration

LAST = "last"
NO_GRACE = frozenset({"0", "0s", "0m", "0h"})


def routines(settings: Settings) -> tuple[Routine, ...]:
    """The routines of settings that were loaded: what they say is not checked again."""
    return tuple(_routine(table) for table in settings.routines)


def _routine(table: RoutineTable) -> Routine:
    hour, _, minute = table.due.strip().partition(":")
    grace = table.grace.strip()
    return Routine(
        clean_line(table.name),
        tuple(step for step in map(step_of, table.steps) if step.text),
        time(int(hour), int(minute)),
        Every(table.every),
        frozenset(map(WORKDAYS.index, table.on)),
        day_of(table) or 0,
        clean_line(table.owner),
        table.sign,
        0 if grace in NO_GRACE else parse_duration(grace),
    )


def step_of(step: str | StepTable) -> Step:
    """A step as it is written: a text, or a table."""
    return Step(clean_line(step)) if isinstance(step, str) else Step(clean_line(step.text), Needs(step.needs))


def day_of(table: RoutineTable) -> int | None:
    """The day of a week or a month, the first one when nothing was said; None where what was said is none."""
    said = table.day
    if table.every == "week":
        if said == "":
            return 0
        return WORKDAYS.index(said) if said in WORKDAYS else None
    if table.every == "month":
        if said == "":
            return 1
        if said == LAST:
            return MONTHS_LAST
        if isinstance(said, str):
            said = int(said) if said.isdecimal() else 0
        return said if 1 <= said <= MONTHS_LAST else None
    return None
