"""The parking lot: what came up in a stand-up and is talked about afterwards, by whom, and for how long."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from opstui.domain.text import clean_line
from opstui.errors import UsageError

MINUTES, LONGEST = 10, 480


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


OUTCOMES = {
    "task": Outcome.TASK,
    "block": Outcome.BLOCK,
    "done": Outcome.TALKED,
    "talked": Outcome.TALKED,
    "drop": Outcome.DROPPED,
}
"""Words for what became of a topic, on the command line."""
OUTCOME_WORDS = {
    Outcome.OPEN: "open",
    Outcome.TASK: "a task now",
    Outcome.BLOCK: "time set aside",
    Outcome.TALKED: "talked about",
    Outcome.DROPPED: "dropped",
}


class Asked(NamedTuple):
    """A topic as somebody typed it: its text, who is wanted for it, for how many minutes."""

    text: str
    people: tuple[str, ...]
    minutes: int


_TOLD = re.compile(r"(?:^|(?<=[\s,]))@(?:\"([^\"]+)\"|([^\s,@]+))")
_LASTS = re.compile(r"(?:^|(?<=[\s,]))(\d{1,3})\s?(m|min|mins|minutes?|h|hours?)(?=[\s,]|$)", re.I)


def parse_topic(text: str, known: Callable[[str], str]) -> Asked:
    """``forklift rental @bo @dee 10m``, or ``forklift rental, bo, dee, 10m``; ``known`` gives a person's one name, or nothing.

    What is no person and no time stays in the text, whoever meant it.

    Raises:
        UsageError: nothing is left to talk about.
    """
    text = clean_line(text, limit=500)
    people: list[str] = []
    minutes = MINUTES
    for match in _TOLD.finditer(text):
        word = (match[1] or match[2]).replace("_", " ")
        people.append(known(word) or clean_line(word))
    text = _TOLD.sub("", text)
    if lasts := list(_LASTS.finditer(text)):
        last = lasts[-1]
        minutes = int(last[1]) * (60 if last[2][0] in "hH" else 1)
        text = text[: last.start()] + text[last.end() :]
    first, *rest = [part.strip() for part in text.split(",")]
    left = [first]
    for part in rest:
        name = known(part) if part else ""
        if name:
            people.append(name)
        elif part:
            left.append(part)
    said = clean_line(", ".join(part for part in left if part))
    if not said:
        raise UsageError("There is nothing to park", "a topic needs words", "Write it as: forklift rental @bo 10m")
    return Asked(said, tuple(dict.fromkeys(people)), max(1, min(minutes, LONGEST)))
