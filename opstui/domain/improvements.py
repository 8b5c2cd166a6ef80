"""Improvements: what should be done otherwise from now on, from a standard that could not be followed or from an idea."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Improvement:
    """A problem of how the work is done. ``state`` is ``idea`` until somebody takes it on; ``ref`` the item it showed on."""

    problem: str
    standard: str = ""
    step: str = ""
    ref: str = ""
    who: str = ""
    at: datetime | None = None
    state: str = "idea"
    next_step: str = ""

    @property
    def summary(self) -> str:
        """In a line."""
        of = ", ".join(part for part in (self.standard, self.step) if part)
        return f"{self.problem} ({of})" if of else self.problem
