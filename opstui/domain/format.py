"""Words that the screen, the reports and the command line share: moments, spans, priorities, counts."""

from __future__ import annotations

from datetime import datetime, tzinfo

from opstui.domain.kinds import PRIORITY_WORDS
from opstui.domain.when import ago, span

__all__ = ["ago", "clock_left", "clock_time", "day", "moment", "on_paper", "plural", "priority_word", "span"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR = 6
"""Days within which a weekday's name says which day is meant."""


def clock_time(at: datetime, zone: tzinfo) -> str:
    """``08:05`` on the wall clock."""
    return f"{at.astimezone(zone):%H:%M}"


def day(at: datetime, now: datetime, zone: tzinfo) -> str:
    """``today``, ``Mon`` within the week around, ``3 Dec`` within the year, else ``3 Dec 2025``."""
    local, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    apart = (local - today).days
    if apart == 0:
        return "today"
    if abs(apart) <= _NEAR:
        return _DAYS[local.weekday()]
    text = f"{local.day} {_MONTHS[local.month - 1]}"
    return text if local.year == today.year else f"{text} {local.year}"


def moment(at: datetime | None, now: datetime, zone: tzinfo) -> str:
    """A moment as short as it can be: ``08:05`` today, ``Mon 09:00``, ``3 Dec 09:00``, ``3 Dec 2025``; empty for None."""
    if at is None:
        return ""
    which = day(at, now, zone)
    if which == "today":
        return clock_time(at, zone)
    return which if which[-4:].isdecimal() else f"{which} {clock_time(at, zone)}"


def clock_left(seconds: float) -> str:
    """What an SLA clock shows: ``38m`` left, ``-12m`` after the breach."""
    return span(seconds)


def priority_word(priority: int | None) -> str:
    """``critical`` to ``lowest``; empty where there is none."""
    return PRIORITY_WORDS.get(priority, "") if priority is not None else ""


def plural(count: int, one: str, many: str = "") -> str:
    """``1 item``, ``3 items``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def on_paper(at: datetime, zone: tzinfo) -> str:
    """A moment as it stays true where it is read another day: ``Thu 19 Nov 17:20``."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
