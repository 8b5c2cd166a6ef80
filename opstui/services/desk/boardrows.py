"""How the desk looks at the board: with which past, from which moment, and an item on it as a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.boardviews import BoardRow
from opstui.domain.flow import NO_PAST, Past
from opstui.services import pacing
from opstui.store import board as facts
from opstui.store import queue
from opstui.store.board import Flags, Lens
from opstui.store.rows import moment, seconds

if TYPE_CHECKING:
    from opstui.services.desk.context import Context
    from opstui.store.db import Connection


def done_columns(at: Context) -> tuple[int, ...]:
    """The columns for what is done."""
    board = at.rules.board
    return tuple(col for col in range(len(board.stages)) if board.is_over(col))


def pasts(at: Context, *, measure: bool = True) -> tuple[Past, ...]:
    """The past of every column; without ``measure`` only as far as it is kept."""
    count = len(at.rules.board.stages)
    found = pacing.kept_columns(at.store, at.rules)
    if measure:
        found = pacing.current(at.store, at.rules, at.now()).columns
    return found if len(found) == count else (NO_PAST,) * count


def lens(at: Context, conn: Connection, since: datetime, known: Sequence[Past], *, waiting: bool = True) -> Lens:
    """How the board is looked at now."""
    calendar, now, over = at.calendar, at.now(), done_columns(at)
    cutoffs: list[int | None] = []
    for col, past in enumerate(known):
        limit = None if col in over else past.cutoff(at.settings.board.ageing)
        cutoffs.append(None if limit is None else seconds(calendar.left_at(now, limit - 1)))
    blocked = {item for _, _, item in facts.links(conn)} if waiting else set()
    return Lens(int(since.timestamp()), over, tuple(cutoffs), blocked)


def rows(at: Context, conn: Connection, flags: Sequence[Flags], since: datetime, known: Sequence[Past]) -> list[BoardRow]:
    """Flagged items as rows, in their order."""
    now, board, calendar = at.now(), at.rules.board, at.calendar
    lines = {row.id: row for row in queue.rows(conn, [one.item for one in flags], since=since, now=now)}
    found = []
    for one in flags:
        row, entered = lines.get(one.item), moment(one.entered)
        if row is None or entered is None:
            continue
        mapped = 0 <= one.col < len(board.stages)
        age = max(calendar.working_seconds(entered, now), 0)
        pace = known[one.col].share(age) if mapped and not board.is_over(one.col) else None
        name = board.stages[one.col].name if mapped else ""
        found.append(BoardRow(row, one.col, name, entered, age, pace, one.moved, one.stuck, one.ages))
    return found
