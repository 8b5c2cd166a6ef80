"""The transitions of items as their sources gave them when they were asked; ``reach`` reads them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opstui.store.rows import as_json, seconds


def keep(conn: sqlite3.Connection, ref: str, moves: Sequence[Mapping[str, Any]], now: datetime) -> bool:
    """Keep what an item can become from the status it has here; False when there is no such item."""
    source, _, key = ref.partition(":")
    row = conn.execute("SELECT id, status FROM items WHERE source = ? AND key = ?", (source, key)).fetchone()
    if row is None:
        return False
    conn.execute(
        "INSERT INTO moves (item, status, at, moves) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (item) DO UPDATE SET status = excluded.status, at = excluded.at, moves = excluded.moves",
        (*row, seconds(now), as_json(moves)),
    )
    return True
