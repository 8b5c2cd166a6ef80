"""What is being typed, kept until it is used or thrown away."""

from __future__ import annotations

import sqlite3
from datetime import datetime


def save(conn: sqlite3.Connection, slot: str, text: str, at: datetime) -> None:
    """Keep ``text`` under ``slot``; an empty text drops it."""
    if not text:
        conn.execute("DELETE FROM drafts WHERE slot = ?", (slot,))
        return
    conn.execute(
        "INSERT INTO drafts (slot, text, at) VALUES (?, ?, ?) "
        "ON CONFLICT (slot) DO UPDATE SET text = excluded.text, at = excluded.at",
        (slot, text, int(at.timestamp())),
    )


def load(conn: sqlite3.Connection, slot: str) -> str:
    """What was kept under ``slot``, empty when nothing was."""
    row = conn.execute("SELECT text FROM drafts WHERE slot = ?", (slot,)).fetchone()
    return str(row[0]) if row else ""


def every(conn: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every draft by its slot."""
    return conn.execute("SELECT slot, text FROM drafts ORDER BY slot").fetchall()
