"""Which rounds are over: apart from the records themselves, because the day's rail asks before anything else is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opstui.store.rows import holes, sliced

if TYPE_CHECKING:
    from opstui.store.db import Connection


def over(conn: Connection, names: Sequence[str]) -> frozenset[str]:
    """Of these names those whose round nobody has to see to any more."""
    found: set[str] = set()
    for part in sliced(list(names)):
        sql = f"SELECT name FROM records WHERE kind = 'round' AND open = 0 AND name IN ({holes(part)})"
        found.update(name for (name,) in conn.execute(sql, tuple(part)).fetchall())
    return frozenset(found)
