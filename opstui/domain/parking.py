"""The parking lot: what came up in a stand-up and is talked about afterwards, by whom, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a topic."""

    OPEN = "open"
    TASK = "task"
    """It is an item of a tracker now, or work on somebody's list."""
    BLOCK = "block"
    """Time was set aside for it."""
    TALKED = "talked"
    """It was talked about, and that was all."""
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing to talk about: ``people`` by name, ``minutes`` it should take at most."""

    text: str
    people: tuple[str, ...] = ()
    minutes: int = 10
    standup: str = ""
    """The uid of the stand-up it came up in."""
    outcome: Outcome = Outcome.OPEN
    said: str = ""
    """What came of it, in words."""

    @property
    def summary(self) -> str:
        """In a line."""
        who = f" ({', '.join(self.people)})" if self.people else ""
        return f"{self.text}{who}"
