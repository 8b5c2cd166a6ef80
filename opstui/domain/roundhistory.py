"""How a routine went: what became of its rounds, day by day, and how many were kept in time."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from opstui.domain.rounds import Round


class Outcome(StrEnum):
    """What became of one day's round."""

    KEPT = "kept"
    LATE = "late"
    """Over, but not in time."""
    MISSED = "missed"
    WAIVED = "waived"
    OPEN = "open"
    """Its time is not over yet."""


class History(NamedTuple):
    """What became of a routine's rounds, oldest first: the day, what became of it, and its round where one was written."""

    routine: str
    days: tuple[tuple[date, Outcome, Round | None], ...]

    def count(self, outcome: Outcome) -> int:
        """How many ended so."""
        return sum(one is outcome for _, one, _ in self.days)

    @property
    def kept(self) -> int | None:
        """Of those that count (neither waived nor still open), the percentage that was kept in time; None when none counts."""
        counted = [one for _, one, _ in self.days if one not in (Outcome.WAIVED, Outcome.OPEN)]
        return round(100 * counted.count(Outcome.KEPT) / len(counted)) if counted else None


def outcome(round: Round | None, deadline: datetime, now: datetime) -> Outcome:
    """What became of a round; None: nothing was written of it."""
    if round is not None and round.waived:
        return Outcome.WAIVED
    ended = round.ended_at if round else None
    if ended is not None:
        return Outcome.KEPT if ended <= deadline else Outcome.LATE
    return Outcome.MISSED if now >= deadline else Outcome.OPEN
