"""Items read back, and what a connector may know of them. How they come in is in ``pages``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Set

from opstui.domain.model import Comment, Item
from opstui.store import links
from opstui.store.itemrows import ITEM, histories, item_from
from opstui.store.rows import moment


class KnownItems:
    """What the store holds of a source, for its connector: see ``opstui.connectors.api.Known``."""

    def __init__(self, conn: sqlite3.Connection, source: str) -> None:
        self._conn = conn
        self._source = source
        self._fingerprints: dict[str, str] | None = None
        self._open: frozenset[str] | None = None

    def fingerprints(self) -> Mapping[str, str]:
        """Key -> fingerprint of every item of this source that is not gone. Read once, on the first call."""
        if self._fingerprints is None:
            sql = "SELECT key, fingerprint FROM items WHERE source = ? AND gone IS NULL"
            self._fingerprints = dict(self._conn.execute(sql, (self._source,)).fetchall())
        return self._fingerprints

    def open_keys(self) -> Set[str]:
        """Keys of the items of this source that are not done and not gone."""
        if self._open is None:
            sql = "SELECT key FROM items WHERE source = ? AND gone IS NULL AND stage <> 'done'"
            self._open = frozenset(key for (key,) in self._conn.execute(sql, (self._source,)).fetchall())
        return self._open


def id_of(conn: sqlite3.Connection, ref: str) -> int | None:
    """The id of an item, None when nothing has that ref."""
    return refs_to_ids(conn, [ref]).get(ref)


def refs_to_ids(conn: sqlite3.Connection, refs: Iterable[str]) -> dict[str, int]:
    """The ids of refs, in their order; unknown refs are absent. A source's name holds no colon, a key may."""
    found: dict[str, int] = {}
    for ref in dict.fromkeys(refs):
        source, colon, key = ref.partition(":")
        row = conn.execute("SELECT id FROM items WHERE source = ? AND key = ?", (source, key)).fetchone() if colon else None
        if row:
            found[ref] = row[0]
    return found


def load_item(conn: sqlite3.Connection, id: int) -> Item | None:
    """An item with its history, comments and links, None when there is no such id."""
    row = conn.execute(f"SELECT {ITEM} FROM items WHERE id = ?", (id,)).fetchone()
    if row is None:
        return None
    blocks, blocked_by = links.of(conn, f"{row[0]}:{row[1]}")
    return item_from(row, histories(conn, [id]).get(id, ()), comments(conn, id), blocks, blocked_by)


def comments(conn: sqlite3.Connection, id: int) -> list[Comment]:
    """An item's thread, oldest first."""
    rows = conn.execute("SELECT text, at, who FROM comments WHERE item = ? ORDER BY seq", (id,)).fetchall()
    return [Comment(text, moment(at), who) for text, at, who in rows]
