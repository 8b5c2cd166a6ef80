"""What one process asks of the engine that holds the lease: to pull a source soon."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

_PREFIX = "ask:"


def ask(conn: sqlite3.Connection, names: Iterable[str], now: datetime) -> None:
    """Ask for these sources to be pulled; the caller holds the transaction."""
    rows = [(_PREFIX + name, str(int(now.timestamp()))) for name in names]
    sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    conn.executemany(sql, rows)


def asked(conn: sqlite3.Connection) -> frozenset[str]:
    """The sources that somebody asked for and nobody has begun with."""
    found = conn.execute("SELECT name FROM meta WHERE name >= ? AND name < ?", (_PREFIX, "ask;")).fetchall()
    return frozenset(row[0].removeprefix(_PREFIX) for row in found)


def take(conn: sqlite3.Connection, names: Iterable[str]) -> None:
    """These are being pulled now, or nobody wants them any more; the caller holds the transaction."""
    conn.executemany("DELETE FROM meta WHERE name = ?", [(_PREFIX + name,) for name in names])
