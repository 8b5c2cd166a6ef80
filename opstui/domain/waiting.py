"""Waiting on people: who owes what since when, how often they were nudged, and the words for the next nudge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from opstui.domain.calendar import WorkCalendar
from opstui.domain.format import plural

TITLE = 60
"""Characters of a title in a nudge."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """One time that somebody was reminded; ``sent``: as a comment at the item's source."""

    at: datetime
    text: str = ""
    sent: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """What was done about an item that waits on a person."""

    person: str
    nudges: tuple[Nudge, ...] = ()

    @property
    def summary(self) -> str:
        """In a line."""
        return f"{self.person}, nudged {plural(len(self.nudges), 'time')}"


def nudge_text(
    person: str,
    ref: str,
    title: str,
    what_for: str,
    since: datetime | None,
    nudges: tuple[Nudge, ...],
    by: str,
    now: datetime,
    calendar: WorkCalendar,
) -> str:
    """A reminder from what is known, to be changed before it goes: who waits, for what, since when."""
    first = person.split()[0] if person.split() else person
    short = title if len(title) <= TITLE else title[: TITLE - 1].rstrip() + "…"
    wanted = _wanted(what_for)
    began = f" since {_day(since, calendar.zone)} ({_days(since, now, calendar)})" if since else ""
    lines = [f"Hi {first}, {ref} ({short}) waits for {wanted}{began}."]
    if nudges:
        lines.append(f"I asked last on {_day(nudges[-1].at, calendar.zone)}.")
    lines.append("When can I have it, or who should I ask instead?")
    return " ".join(lines) + f" {by}"


def _wanted(what_for: str) -> str:
    """``your answer``; what was written when the wait began, made to fit behind *waits for*."""
    text = what_for.strip().rstrip(".")
    low = text.casefold()
    if not text:
        return "you"
    for start in ("for an ", "for a ", "for the "):
        if low.startswith(start):
            return f"your {text[len(start) :]}"
    if low.startswith("for "):
        return text[4:]
    return f"you: {text}"


def working_days(since: datetime, now: datetime, calendar: WorkCalendar) -> int:
    """Whole working days between two moments."""
    return max(0, calendar.working_seconds(since, now)) // max(calendar.day_seconds, 1)


def _days(since: datetime, now: datetime, calendar: WorkCalendar) -> str:
    days = working_days(since, now, calendar)
    return plural(days, "working day") if days else "less than a working day"


def _day(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"
