"""How long items stayed in each column of the board: measured from what is known to have moved, and kept for the next look."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain.flow import Past, past, spans
from opstui.domain.kinds import OWN, Stage
from opstui.store import kept
from opstui.store.rows import holes, moment, seconds, sliced

if TYPE_CHECKING:
    import sqlite3

    from opstui.domain.board import Move
    from opstui.domain.rules import Rules
    from opstui.store.db import Connection

NAME = "board:pace"
REACH = timedelta(days=180)
"""Stays that ended before count no more: a team is not today what it was then."""

NEWEST = 200_000
"""Changes that are looked at to find the items that moved."""

BREATH_S = 0.001
"""Between two slices, so that keys are heard while an app measures for itself."""

_STAGES = {stage.value: stage for stage in Stage}


class Paces(NamedTuple):
    """What was measured when, and for which board and calendar."""

    digest: str
    at: datetime
    columns: tuple[Past, ...]


def read(conn: Connection) -> Paces | None:
    """What is kept; None when nothing is, or nothing that can be read."""
    text = kept.kept(conn, NAME)
    try:
        said = json.loads(text) if text else None
        at = moment(said["at"]) if said else None
        if said is None or at is None:
            return None
        return Paces(said["digest"], at, tuple(Past(total, tuple(sample)) for total, sample in said["columns"]))
    except (ValueError, KeyError, TypeError):
        return None


def keep(conn: sqlite3.Connection, paces: Paces) -> None:
    """Remember it. The caller holds the transaction."""
    said = {"digest": paces.digest, "at": seconds(paces.at), "columns": [[one.total, one.sample] for one in paces.columns]}
    kept.keep(conn, NAME, json.dumps(said, separators=(",", ":")))


def measure(conn: Connection, rules: Rules, now: datetime) -> tuple[Past, ...]:
    """The finished stays of each column, in working time."""
    board, calendar = rules.board, rules.calendar
    after, at = int((now - REACH).timestamp()), int(now.timestamp())
    found: list[list[int]] = [[] for _ in board.stages]
    for part in sliced(_moved(conn)):
        history: dict[int, list[Move]] = {}
        sql = (
            f"SELECT item, at, field, old, new FROM changes WHERE item IN ({holes(part)}) AND field IN ('status', 'stage') "
            "ORDER BY item, at, id"
        )
        for item, *move in conn.execute(sql, tuple(part)).fetchall():
            history.setdefault(item, []).append(tuple(move))
        sql = (
            f"SELECT id, status, stage, updated, coalesce(created, first_seen), kind FROM items "
            f"WHERE id IN ({holes(part)}) AND source <> '{OWN}'"
        )
        for item, status, stage, updated, born, kind in conn.execute(sql, tuple(part)).fetchall():
            if kind not in board.kinds:
                continue
            for col, begin, end in spans(board, history[item], status, _STAGES[stage], updated, born, at):
                if end is not None and end >= after:
                    found[col].append(calendar.working_stamps(begin, end))
        time.sleep(BREATH_S)
    return tuple(past(durations) for durations in found)


def _moved(conn: Connection) -> list[int]:
    """The items whose status or stage is among the newest changes."""
    sql = (
        "SELECT DISTINCT item FROM changes WHERE id > (SELECT coalesce(max(id), 0) FROM changes) - ? "
        "AND field IN ('status', 'stage')"
    )
    return [item for (item,) in conn.execute(sql, (NEWEST,)).fetchall()]
