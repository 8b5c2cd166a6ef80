"""The working calendar made from settings: apart from the other rules, because the first frame needs no more of them."""

from __future__ import annotations

import os
from datetime import date, time

from opstui.config.settings import Day
from opstui.config.zone import LOCAL, local_name, zone
from opstui.domain.calendar import WorkCalendar

WORKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar(day: Day) -> WorkCalendar:
    """The working calendar; a day that ends before it starts is a night's."""
    name = (local_name(os.environ) or "UTC") if day.timezone == LOCAL else day.timezone
    return WorkCalendar(
        zone(name),
        _time(day.start),
        _time(day.end or day.handoff),
        frozenset(WORKDAYS.index(name) for name in day.workdays),
        frozenset(date.fromisoformat(text) for text in day.holidays),
    )


def hour(text: str) -> time | None:
    """``08:00`` as a time of day; None when it is none."""
    hours, _, minutes = text.strip().partition(":")
    if not (text.isascii() and hours.isdecimal() and minutes.isdecimal() and len(hours) <= 2 and len(minutes) == 2):
        return None
    return time(int(hours), int(minutes)) if int(hours) < 24 and int(minutes) < 60 else None


def _time(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    return time(int(hour), int(minute))
