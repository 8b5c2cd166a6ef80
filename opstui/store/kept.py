"""Small things that are remembered by name: a choice of the user's, what is wrong with the daily copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from opstui.store.db import Connection

THEME = "theme"
READONLY = "readonly"
"""``on`` or ``off`` once somebody has used the switch; it wins over the config."""

BACKUP_TROUBLE = "trouble:backup"
"""Why the last daily copy failed, as long as none succeeded since."""


def keep(conn: sqlite3.Connection, name: str, value: str) -> None:
    """Remember a value; an empty one is forgotten. The caller holds the transaction."""
    if not value:
        conn.execute("DELETE FROM meta WHERE name = ?", (name,))
        return
    sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    conn.execute(sql, (name, value))


def kept(conn: Connection, name: str) -> str:
    """What is remembered, empty when nothing is."""
    row = conn.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""
