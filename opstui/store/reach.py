"""What can be asked of each source: the verbs its connector has, what it takes back, and the transitions of an item."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.domain.text import fold

if TYPE_CHECKING:
    from opstui.store.db import Connection


class Reach(NamedTuple):
    """What a source's connector can carry out, as its last worker said. ``known`` is False before the first one."""

    verbs: frozenset[str] = frozenset()
    takes_back: frozenset[str] = frozenset()
    known: bool = False


NOTHING = Reach()


def every(conn: sqlite3.Connection | Connection) -> dict[str, Reach]:
    """Every source that was ever tried, by name."""
    sql = "SELECT name, verbs, takes_back, last_try IS NOT NULL FROM sources"
    return {
        name: Reach(frozenset(json.loads(verbs)), frozenset(json.loads(back)), bool(tried))
        for name, verbs, back, tried in conn.execute(sql).fetchall()
    }


def of(conn: sqlite3.Connection | Connection, source: str) -> Reach:
    """One source; nothing of one that is not known."""
    sql = "SELECT verbs, takes_back, last_try IS NOT NULL FROM sources WHERE name = ?"
    row = conn.execute(sql, (source,)).fetchone()
    return Reach(frozenset(json.loads(row[0])), frozenset(json.loads(row[1])), bool(row[2])) if row else NOTHING


def moves(conn: sqlite3.Connection | Connection, item: int) -> list[dict[str, Any]] | None:
    """The transitions of an item as its source gave them; None when it was not asked, or the item has moved since."""
    sql = "SELECT m.moves, m.status, i.status FROM moves m JOIN items i ON i.id = m.item WHERE m.item = ?"
    row = conn.execute(sql, (item,)).fetchone()
    if row is None or fold(row[1]) != fold(row[2]):
        return None
    found: list[dict[str, Any]] = json.loads(row[0])
    return found
