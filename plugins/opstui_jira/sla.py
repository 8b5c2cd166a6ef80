"""The clocks of service projects: what a service level agreement's field says about an issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Clock:
    """One agreement on one issue: when it breaks while it runs, and how it stands in a few words."""

    name: str
    due: datetime | None
    words: str


def read(value: Any, name: str) -> Clock | None:
    """What the field of an agreement holds; None where it does not apply or is no such thing."""
    if not isinstance(value, dict):
        return None
    ongoing = value.get("ongoingCycle")
    if isinstance(ongoing, dict):
        due = moment(ongoing.get("breachTime"))
        if ongoing.get("paused") is True:
            return Clock(name, None, "paused")
        if due is None:
            return Clock(name, None, "breached" if ongoing.get("breached") is True else "running")
        word = "breached" if ongoing.get("breached") is True else "due"
        return Clock(name, due, f"{word} {due.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    completed = value.get("completedCycles")
    if isinstance(completed, list) and completed and isinstance(completed[-1], dict):
        return Clock(name, None, "missed" if completed[-1].get("breached") is True else "met")
    return None


def soonest(clocks: list[Clock]) -> datetime | None:
    """The first of the clocks that run to break."""
    return min((clock.due for clock in clocks if clock.due is not None), default=None)


def moment(value: Any) -> datetime | None:
    """A time as service projects write it: ``{"epochMillis": …, "iso8601": …}``."""
    if not isinstance(value, dict):
        return None
    millis = value.get("epochMillis")
    if isinstance(millis, bool) or not isinstance(millis, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(millis / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
