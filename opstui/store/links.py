"""Which items wait for which, told by either end. A link's other end may not be known here yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence

from opstui.domain.model import Item
from opstui.store.rows import holes, sliced

Link = tuple[str, str, str]
"""Blocker, blocked, and which of the two told of it."""

_BLOCKERS = """
SELECT DISTINCT i.id FROM links l
JOIN items i ON i.source = substr(l.blocker, 1, instr(l.blocker, ':') - 1)
  AND i.key = substr(l.blocker, instr(l.blocker, ':') + 1)
WHERE l.blocked IN ({holes})"""


def tell(conn: sqlite3.Connection, source: str, items: Sequence[Item]) -> set[int]:
    """Record what these items say of links and forget what they no longer say: the known ids of blockers concerned."""
    known = any_links(conn)
    if not known and not any(item.blocks or item.blocked_by for item in items):
        return set()
    names = {name for (name,) in conn.execute("SELECT name FROM sources").fetchall()} | {source}
    now: set[Link] = set()
    for item in items:
        ref = item.ref
        now.update((ref, whole(key, source, names), ref) for key in item.blocks)
        now.update((whole(key, source, names), ref, ref) for key in item.blocked_by)
    now = {link for link in now if link[0] != link[1]}
    before: set[Link] = set()
    for part in sliced([item.ref for item in items] if known else []):
        sql = f"SELECT blocker, blocked, teller FROM links WHERE teller IN ({holes(part)})"
        before.update(conn.execute(sql, part).fetchall())
    conn.executemany("DELETE FROM links WHERE blocker = ? AND blocked = ? AND teller = ?", sorted(before - now))
    conn.executemany("INSERT INTO links (blocker, blocked, teller) VALUES (?, ?, ?)", sorted(now - before))
    return _ids(conn, {blocker for blocker, _, _ in before ^ now})


def ends(conn: sqlite3.Connection, refs: Mapping[str, int]) -> set[int]:
    """The known ids that wait for these or that these wait for."""
    return blockers_of(conn, list(refs)) if refs else set()


def of(conn: sqlite3.Connection, ref: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Refs of what waits for this one, and of what it waits for."""
    blocks = conn.execute("SELECT DISTINCT blocked FROM links WHERE blocker = ? ORDER BY blocked", (ref,)).fetchall()
    waits = conn.execute("SELECT DISTINCT blocker FROM links WHERE blocked = ? ORDER BY blocker", (ref,)).fetchall()
    return tuple(one[0] for one in blocks), tuple(one[0] for one in waits)


def any_links(conn: sqlite3.Connection) -> bool:
    """Whether any item has told of a link: most sources have none, and then nothing needs to be looked up."""
    return conn.execute("SELECT 1 FROM links LIMIT 1").fetchone() is not None


def blockers_of(conn: sqlite3.Connection, refs: Collection[str]) -> set[int]:
    """The items that these wait for, as far as they are known here."""
    found: set[int] = set()
    for part in sliced(list(refs)):
        found.update(one[0] for one in conn.execute(_BLOCKERS.format(holes=holes(part)), part).fetchall())
    return found


def whole(key: str, source: str, names: Collection[str]) -> str:
    """The ref of a link's end: a whole ref when it starts with a source's name, else a key of the same source."""
    start, colon, _ = key.partition(":")
    return key if colon and start in names else f"{source}:{key}"


def _ids(conn: sqlite3.Connection, refs: Collection[str]) -> set[int]:
    found: set[int] = set()
    for ref in refs:
        source, _, key = ref.partition(":")
        row = conn.execute("SELECT id FROM items WHERE source = ? AND key = ?", (source, key)).fetchone()
        if row:
            found.add(row[0])
    return found
