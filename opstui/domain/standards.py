"""Standard work: how a thing is done, for the items that a rule names, and what was followed of it on one item.

A standard is a Markdown file, a link, or steps in the config. Of a file only its title, its list of steps and its words
are taken: no HTML, no includes, nothing that runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import NamedTuple

from opstui.domain.rounds import NOTE_MOST, Tick
from opstui.domain.text import clean, clean_line, fold
from opstui.errors import Refused

FILE_MOST = 1_000_000
"""Bytes of a file that are read; a longer one is refused."""
TEXT_MOST, STEPS_MOST, STEP_MOST = 60_000, 200, 400
"""Characters of the words, number of steps, characters of a step."""

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"( {0,12})(?:[-*+]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(.*)")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_LINK = re.compile(r"!?\[([^\][]*)\]\([^()\s]*\)")
_TAG = re.compile(r"<!--.{0,300}?-->|</?[A-Za-z][^<>]{0,300}>")


@dataclass(frozen=True, slots=True)
class Standard:
    """How something is done: the query of the items it is for, and where it stands: ``path``, ``url`` or its own ``steps``."""

    name: str
    when: str
    path: PurePath | None = None
    url: str = ""
    steps: tuple[str, ...] = ()


class Document(NamedTuple):
    """What a Markdown file says; ``text`` is what is neither its title nor one of its steps."""

    title: str
    steps: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A standard followed on one item: its steps, each ticked, or left out (``skipped``) with the reason."""

    standard: str
    steps: tuple[Tick, ...] = ()

    @property
    def done(self) -> int:
        """How many steps are over."""
        return sum(step.over for step in self.steps)

    @property
    def summary(self) -> str:
        """In a line."""
        return f"{self.standard}: {self.done} of {len(self.steps)}"


class Matched(NamedTuple):
    """A standard that an item is under, as far as it was followed there."""

    standard: Standard
    title: str
    followed: Followed
    text: str = ""
    trouble: str = ""
    """Why its file cannot be shown."""

    @property
    def done(self) -> int:
        """How many steps are over."""
        return self.followed.done


def parse(source: str) -> Document:
    """A Markdown text as its title, its steps and its other words.

    Steps are the items of the lists under a heading "Steps"; where there is no such heading, all outermost list items.
    """
    blocks = list(_blocks(source))
    headed = any(block.kind == "heading" and _is_steps(block) for block in blocks)
    title = ""
    steps: list[list[str]] = []
    """Each in its lines: joined once, however many they are."""
    rest: list[str] = []
    level = 0
    """Of the heading "Steps" that we are under, 0: none."""
    open_step = False
    for block in blocks:
        inside = bool(level) or not headed
        taken = False
        if block.kind == "heading":
            taken = _is_steps(block) or (block.depth == 1 and not title)
            title = title or (block.words if block.depth == 1 else "")
            level = block.depth if _is_steps(block) else level if level and block.depth > level else 0
        elif block.kind == "item" and block.depth < 2 and inside:
            steps.append([block.words])
            taken = True
        elif block.kind == "more" and open_step:
            steps[-1].append(block.words)
            taken = True
        open_step = taken and block.kind != "heading"
        if not taken and (block.kind != "blank" or (rest and rest[-1])):
            rest.append(block.line if block.kind != "blank" else "")
    found = [clean_line(" ".join(step), limit=STEP_MOST) for step in steps]
    kept = tuple(step for step in found if step)[:STEPS_MOST]
    return Document(clean_line(title, limit=STEP_MOST), kept, clean("\n".join(rest), limit=TEXT_MOST))


class _Block(NamedTuple):
    """A line as what it is: ``heading`` with its level, ``item`` with its indent, ``more`` of one, ``text`` or ``blank``."""

    kind: str
    depth: int
    words: str
    line: str


def _is_steps(block: _Block) -> bool:
    return fold(block.words).rstrip(":") == "steps"


def _blocks(source: str) -> Iterator[_Block]:
    fence = ""
    lines = _without_tags(source).split("\n")
    start = next((n + 1 for n, line in enumerate(lines[1:100], 1) if line == "---"), 0) if lines[0].strip() == "---" else 0
    inside = False
    for line in lines[start:]:
        line = line.expandtabs(4).rstrip()
        kind, depth, words = "text", 0, ""
        if found := _FENCE.match(line):
            fence = "" if fence == found[1] else fence or found[1]
            inside = False
        elif not line and not fence:
            kind = "blank"
        elif not fence and (heading := _HEADING.fullmatch(line.strip())) and not line.startswith("    "):
            kind, depth, words, inside = "heading", len(heading[1]), _plain(heading[2].rstrip("#")), False
        elif not fence and (item := _ITEM.fullmatch(line)):
            kind, depth, words, inside = "item", len(item[1]), _plain(item[2]), True
        elif inside and not fence and line.startswith("  "):
            kind, words = "more", _plain(line.strip())
        else:
            inside = False
        yield _Block(kind, depth, words, line)


def _without_tags(source: str) -> str:
    return _TAG.sub("", source.replace("\r\n", "\n"))


def _plain(text: str) -> str:
    """Words without the marks of Markdown."""
    return _LINK.sub(r"\1", text).replace("**", "").replace("__", "").replace("`", "").strip()


def followed(name: str, steps: Sequence[str], kept: Followed | None = None) -> Followed:
    """A standard's steps as they are now, with what was done of them: a step that it has lost stays when it was ticked."""
    before = list(kept.steps) if kept else []
    ticks = []
    for text in steps:
        same = next((tick for tick in before if tick.text == text), None)
        if same is not None:
            before.remove(same)
        ticks.append(same or Tick(text))
    return Followed(name, (*ticks, *(tick for tick in before if tick.over)))


def ticked(kept: Followed, index: int, at: datetime, who: str, note: str = "") -> Followed:
    """A step done, perhaps with a remark."""
    step = kept.steps[index]
    return _with(kept, index, replace(step, done_at=at, who=who, note=clean_line(note, limit=NOTE_MOST), skipped=""))


def unticked(kept: Followed, index: int) -> Followed:
    """A step that is to be done after all.

    Raises:
        Refused: it is not ticked.
    """
    step = kept.steps[index]
    if not step.over:
        raise Refused(f"{kept.standard}: {step.text}", "it is not ticked")
    return _with(kept, index, Tick(step.text))


def deviated(kept: Followed, index: int, at: datetime, who: str, why: str) -> Followed:
    """A step that was not done as it stands, with the reason.

    Raises:
        Refused: no reason is given.
    """
    step, why = kept.steps[index], clean_line(why, limit=NOTE_MOST)
    if not why:
        raise Refused(f"{kept.standard}: {step.text}", "a standard is left for a reason", "Say why")
    return _with(kept, index, replace(step, done_at=at, who=who, note="", skipped=why))


def _with(kept: Followed, index: int, tick: Tick) -> Followed:
    return replace(kept, steps=(*kept.steps[:index], tick, *kept.steps[index + 1 :]))
