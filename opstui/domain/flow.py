"""How work flows over the board: the stays of an item in its columns, and how its pace compares with those before it.

Ages are working time. An item is *slower than* the share of past stays in its column that were strictly shorter than its
own is by now: an empirical distribution, without a model (Vacanti, *Actionable Agile Metrics*, calls it the ageing of
work in progress).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain.board import UNMAPPED, Board, Move, moves, timeline

if TYPE_CHECKING:
    from opstui.domain.calendar import WorkCalendar
    from opstui.domain.kinds import Stage
    from opstui.domain.model import Item

LEAST = 8
"""Stays that have to be known of a column before anything is called slow in it."""

SAMPLE = 1_000
"""Durations kept of a column; of more, so many at even distances."""


class Stay(NamedTuple):
    """One visit of an item to a column; ``left`` is None while it is there."""

    col: int
    entered: datetime
    left: datetime | None


class Past(NamedTuple):
    """What is known of a column's finished stays: how many there were, and their working seconds in order."""

    total: int = 0
    sample: tuple[int, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there are enough of them to compare with."""
        return self.total >= LEAST

    def share(self, age: int) -> float | None:
        """Which part of the stays was strictly shorter, from 0 to 1; None while too little is known."""
        return bisect_left(self.sample, age) / len(self.sample) if self.known else None

    def cutoff(self, percent: int) -> int | None:
        """The smallest age, in working seconds, that is slower than so many percent; None while too little is known."""
        if not self.known:
            return None
        shorter = -(-len(self.sample) * percent // 100)
        return self.sample[shorter - 1] + 1


NO_PAST = Past()


def past(durations: Sequence[int]) -> Past:
    """The past of a column from the working seconds of its finished stays."""
    found = sorted(durations)
    count = len(found)
    if count > SAMPLE:
        found = [found[n * (count - 1) // (SAMPLE - 1)] for n in range(SAMPLE)]
    return Past(count, tuple(found))


def spans(
    board: Board, moved: Sequence[Move], status: str, stage: Stage, updated: int | None, born: int, now: int
) -> list[tuple[int, int, int | None]]:
    """The stays of an item in UTC seconds: column, from, to. Where no column took its status there is none."""
    steps = timeline(board, moved, status, stage, updated, now)
    starts = [min(born, moved[0][0]) if moved else born, *(at for at, _ in steps[1:] if at is not None)]
    ends: list[int | None] = [*starts[1:], None]
    return [
        (col, start, end)
        for (_, col), start, end in zip(steps, starts, ends, strict=True)
        if col != UNMAPPED and start != end and start <= now
    ]


def stays(board: Board, item: Item, now: datetime, born: datetime | None = None) -> tuple[Stay, ...]:
    """The stays of an item, oldest first, as its source tells them; ``born`` is when it was first seen, if that has no date."""
    start = item.created or born
    moved = moves(item)
    first = int(start.timestamp()) if start is not None else moved[0][0] if moved else None
    if first is None:
        return ()
    updated = None if item.updated is None else int(item.updated.timestamp())
    found = spans(board, moved, item.status, item.stage, updated, first, int(now.timestamp()))
    return tuple(Stay(col, _moment(start), None if end is None else _moment(end)) for col, start, end in found)


def worked(calendar: WorkCalendar, stay: Stay, now: datetime) -> int:
    """The working seconds of a stay, so far or in all."""
    return calendar.working_seconds(stay.entered, stay.left or now)


def work_span(seconds: int, day_s: int) -> str:
    """A length of working time in one unit, a day being a working day: ``25m``, ``3h``, ``11d``."""
    if seconds < 3600:
        return f"{max(seconds, 0) // 60}m"
    return f"{seconds // 3600}h" if seconds < day_s else f"{seconds // max(day_s, 1)}d"


def pace_words(age_s: int, share: float | None, day_s: int) -> str:
    """``11d, slower than 85 %``; the age alone where too little is known to compare with."""
    age = work_span(age_s, day_s)
    return age if share is None else f"{age}, slower than {int(100 * share + 1e-9)} %"


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
