"""The board of the stand-up: which column an item's status is in, and since when.

A status that a column names belongs there; any other goes by its stage, to the first column of that stage, and so does
whatever is closed. What an item was in earlier is told by its history of statuses, which says nothing of stages: there
usual words have to do.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from opstui.domain.kinds import Kind, Stage
from opstui.domain.text import fold

if TYPE_CHECKING:
    from opstui.domain.model import Item

UNMAPPED = -1
"""In place of a column: the item belongs on the board, and no column takes its status."""

Move = tuple[int, str, str | None, str | None]
"""A change of ``status`` or ``stage``: when in UTC seconds, the field, what it was and what it is then."""

_KEPT = 5_000
"""Statuses remembered."""
_STAGES = {stage.value: stage for stage in Stage}
_WORDS: tuple[tuple[re.Pattern[str], Stage], ...] = (
    (re.compile(r"\b(?:re-?open|not (?:done|started|closed|resolved)|to ?do\b|backlog|ready|selected|new\b|open)"), Stage.TODO),
    (re.compile(r"\b(?:await|wait|hold|pending|block|stuck|paus|suspend|impedi|feedback)"), Stage.BLOCKED),
    (
        re.compile(r"\b(?:progress|review|develop|test|qa\b|verif|investigat|work|assign|doing|acknowledg|active|start)"),
        Stage.DOING,
    ),
    (re.compile(r"\b(?:done|clos|resolv|complet|cancel|reject|solved|fixed|finish|archiv|merged|deploy|releas)"), Stage.DONE),
)


@dataclass(frozen=True, slots=True)
class BoardStage:
    """One column. ``statuses`` are folded, a ``*`` at the end stands for any ending; ``stage`` says what work in it is, and
    takes in the items of that stage whose status no column names."""

    name: str
    statuses: tuple[str, ...] = ()
    stage: Stage | None = None
    wip: int | None = field(default=None, compare=False)
    """How many items it should hold at most. It moves none, so that two boards that differ in it are the same board."""

    def takes(self, status: str) -> bool:
        """Whether it names a folded status."""
        return any(status.startswith(one[:-1]) if one.endswith("*") else status == one for one in self.statuses)


STAGES = (
    BoardStage("To do", (), Stage.TODO),
    BoardStage("In progress", (), Stage.DOING),
    BoardStage("Blocked", (), Stage.BLOCKED),
    BoardStage("Done", (), Stage.DONE),
)


@dataclass(frozen=True, slots=True)
class Board:
    """The columns from left to right, and the kinds of items that belong on them. Answers are remembered by status."""

    stages: tuple[BoardStage, ...] = STAGES
    kinds: frozenset[str] = frozenset((Kind.TICKET, Kind.FOLLOWUP))
    _named: dict[str, int | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    _columns: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    _by_stage: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for number, one in reversed(tuple(enumerate(self.stages))):
            if one.stage is not None:
                self._by_stage[one.stage.value] = number

    def place(self, status: str, stage: Stage) -> int:
        """The column of a status and a stage, ``UNMAPPED`` when none takes it."""
        key = stage._value_ + status
        found = self._columns.get(key)
        if found is None:
            column = self.named(status)
            # What is closed is in the column for that, whatever it was called when it was closed.
            if column is None or (stage is Stage.DONE and not self.is_over(column) and stage.value in self._by_stage):
                column = self._by_stage.get(stage.value)
            if len(self._columns) >= _KEPT:
                self._columns.clear()
            found = self._columns[key] = UNMAPPED if column is None else column
        return found

    def column(self, status: str, stage: Stage) -> int | None:
        """The column of a status and a stage, None when none takes it."""
        found = self.place(status, stage)
        return None if found == UNMAPPED else found

    def named(self, status: str) -> int | None:
        """The first column that names a status."""
        if status not in self._named:
            if len(self._named) >= _KEPT:
                self._named.clear()
            folded = fold(status)
            self._named[status] = next((n for n, one in enumerate(self.stages) if one.takes(folded)), None)
        return self._named[status]

    def is_over(self, column: int) -> bool:
        """Whether a column is for what is done."""
        return 0 <= column < len(self.stages) and self.stages[column].stage is Stage.DONE


_folded = lru_cache(_KEPT)(fold)


@lru_cache(_KEPT)
def stage_of(status: str) -> Stage | None:
    """The stage that a status most likely means, by usual words; None when it says nothing."""
    folded = fold(status)
    return next((stage for words, stage in _WORDS if words.search(folded)), None)


def moves(item: Item) -> list[Move]:
    """The changes of an item's status and stage, oldest first; what has no time is dated as the store dates it."""
    fallback = item.updated or item.created
    found: list[Move] = []
    for change in item.history:
        at = change.at or fallback
        if at is not None and change.field in ("status", "stage"):
            found.append((int(at.timestamp()), change.field, change.old, change.new))
    return sorted(found, key=_at)


def _at(move: Move) -> int:
    return move[0]


def timeline(
    board: Board, moved: Sequence[Move], status: str, stage: Stage, updated: int | None, now: int
) -> list[tuple[int | None, int]]:
    """The columns an item was in, each with the moment it came there; the first since it was born, which is None.

    ``moved`` is in order; ``status`` and ``stage`` are those it has, ``updated`` is when its source last touched it. What
    happened in the same second counts as one step, and what lies after ``now`` is passed over. Where the history ends
    elsewhere than the item stands, it came there when it was last updated.
    """
    moved = moved[: bisect_right(moved, now, key=_at)]
    final = board.place(status, stage)
    if not moved:
        return [(None, final)]
    here = _folded(status)
    was, at_stage = _before(moved, here, stage)
    found: list[tuple[int | None, int]] = [(None, _column(board, was if was is not None else status, at_stage))]
    for at, name, _, new in moved:
        if name == "status":
            was = new or ""
            at_stage = stage if _folded(was) == here else stage_of(was)
        else:
            at_stage = _STAGES.get(new or "", at_stage)
        _step(found, at, _column(board, was if was is not None else status, at_stage))
    last = moved[-1][0]
    if found[-1][1] != final:
        _step(found, updated if updated is not None and last < updated <= now else last, final)
    return found


def _before(moved: Iterable[Move], here: str, stage: Stage) -> tuple[str | None, Stage | None]:
    """The status and the stage before the first change; no status where none of the changes is one of it."""
    was: str | None = None
    found: Stage | None = None
    for _, name, old, _ in moved:
        if name == "status":
            was = old or ""
            return was, found or (stage if _folded(was) == here else stage_of(was))
        found = found or _STAGES.get(old or "")
    return was, found or stage


def _column(board: Board, status: str, stage: Stage | None) -> int:
    if stage is not None:
        return board.place(status, stage)
    named = board.named(status)
    return UNMAPPED if named is None else named


def _step(found: list[tuple[int | None, int]], at: int, column: int) -> None:
    """Add a step, over one of the same second; a step into the column it is in already is none."""
    if found[-1][0] == at:
        found.pop()
    if not found or found[-1][1] != column:
        found.append((at, column))


def entered(board: Board, item: Item, now: datetime) -> datetime | None:
    """When an item came into the column it is in; None when it was there from its beginning."""
    updated = None if item.updated is None else int(item.updated.timestamp())
    at = timeline(board, moves(item), item.status, item.stage, updated, int(now.timestamp()))[-1][0]
    return None if at is None else datetime.fromtimestamp(at, UTC)


def over_since(board: Board, item: Item, since: datetime, now: datetime) -> bool:
    """Whether an item was in a column for what is done at any time after this one, as its history tells."""
    updated = None if item.updated is None else int(item.updated.timestamp())
    steps = timeline(board, moves(item), item.status, item.stage, updated, int(now.timestamp()))
    return any(at is not None and at > since.timestamp() and board.is_over(column) for at, column in steps)
