"""Triage sessions: how many verdicts, and the seconds between them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

PAUSE_S = 300
"""A gap longer than this was something else, not thinking about the item; it does not count."""

OVER_S = 1800
"""A verdict after a longer gap begins a new session."""


class Session(NamedTuple):
    """One sitting at the queue; ``seconds`` are the gaps between verdicts, pauses left out."""

    started: datetime
    ended: datetime
    decided: int
    seconds: tuple[int, ...]

    @property
    def median(self) -> float | None:
        """Seconds per verdict, None before there are two."""
        return median(self.seconds)

    @property
    def worked_s(self) -> int:
        """Seconds spent, pauses left out."""
        return sum(self.seconds)


def median(values: Sequence[int]) -> float | None:
    """The middle value, None of none. (``statistics`` would cost the first paint 3 ms.)"""
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def record(conn: sqlite3.Connection, at: datetime, decided: int, begun: datetime | None = None) -> None:
    """Count one verdict over ``decided`` items; ``begun`` is when the queue was first looked at, if it is known."""
    stamp = int(at.timestamp())
    last = conn.execute("SELECT id, ended, decided, seconds FROM sessions ORDER BY id DESC LIMIT 1").fetchone()
    if last is None or not 0 <= stamp - last[1] <= OVER_S:
        start = int(begun.timestamp()) if begun and 0 <= stamp - begun.timestamp() <= PAUSE_S else stamp
        gaps = [stamp - start] if begun and start != stamp else []
        # Two sessions cannot begin in one second; the clock may have been set back.
        conn.execute(
            "INSERT INTO sessions (started, ended, decided, seconds) VALUES (?, ?, ?, ?) ON CONFLICT (started) DO UPDATE "
            "SET decided = decided + excluded.decided, ended = max(ended, excluded.ended)",
            (start, stamp, decided, json.dumps(gaps)),
        )
        return
    id, ended, before, seconds = last
    gap = stamp - ended
    gaps = [*json.loads(seconds), gap] if gap <= PAUSE_S else json.loads(seconds)
    conn.execute(
        "UPDATE sessions SET ended = ?, decided = ?, seconds = ? WHERE id = ?", (stamp, before + decided, json.dumps(gaps), id)
    )


def take_back(conn: sqlite3.Connection, decided: int) -> None:
    """An undone verdict was not decided; the time it took stays spent."""
    conn.execute(
        "UPDATE sessions SET decided = max(0, decided - ?) WHERE id = (SELECT max(id) FROM sessions)",
        (decided,),
    )


def current(conn: sqlite3.Connection, now: datetime) -> Session | None:
    """The session under way, None when the last verdict is too long ago."""
    row = conn.execute("SELECT started, ended, decided, seconds FROM sessions ORDER BY id DESC LIMIT 1").fetchone()
    if row is None or now.timestamp() - row[1] > OVER_S:
        return None
    return _session(row)


def since(conn: sqlite3.Connection, at: datetime) -> list[Session]:
    """Sessions begun since then, oldest first."""
    sql = "SELECT started, ended, decided, seconds FROM sessions WHERE started >= ? ORDER BY started"
    return [_session(row) for row in conn.execute(sql, (int(at.timestamp()),))]


def every(conn: sqlite3.Connection) -> Iterator[Session]:
    """Every session, oldest first."""
    for row in conn.execute("SELECT started, ended, decided, seconds FROM sessions ORDER BY started"):
        yield _session(row)


def restore(conn: sqlite3.Connection, session: Session) -> bool:
    """Bring back a session from an export, unless one that began then is here already."""
    cursor = conn.execute(
        "INSERT INTO sessions (started, ended, decided, seconds) VALUES (?, ?, ?, ?) ON CONFLICT (started) DO NOTHING",
        (
            int(session.started.timestamp()),
            int(session.ended.timestamp()),
            session.decided,
            json.dumps(list(session.seconds)),
        ),
    )
    return cursor.rowcount == 1


def _session(row: tuple[int, int, int, str]) -> Session:
    started, ended, decided, seconds = row
    gaps = tuple(json.loads(seconds))
    return Session(datetime.fromtimestamp(started, UTC), datetime.fromtimestamp(ended, UTC), decided, gaps)
