"""Search as typed, over items, notes and decisions: what is open and ranks first comes first, never the best of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from opstui.domain.views import Hit
from opstui.store import fulltext
from opstui.store.rows import moment

if TYPE_CHECKING:
    from opstui.store.db import Connection

CANDIDATES = 100
"""So many of the youngest matches are put in order; a word in more items than that wants a second word."""

Row = tuple[Any, ...]
"""Id, kind, ref, title, text, time."""

_READ, _SHOWN, _BEFORE = 2_000, 120, 30
_ITEMS = f"""
SELECT i.id, 'item', i.source || ':' || i.key, i.title, substr(i.body, 1, {_READ}), coalesce(i.updated, i.created)
FROM (SELECT f.id AS id FROM (SELECT rowid AS id FROM items_fts WHERE items_fts MATCH ? ORDER BY rowid DESC LIMIT ?) f
  JOIN ranks r ON r.item = f.id ORDER BY r.lead IS NULL, r.rank DESC, f.id DESC LIMIT ?) best
CROSS JOIN items i ON i.id = best.id"""
_KEYS = f"""
SELECT id, 'item', source || ':' || key, title, substr(body, 1, {_READ}), coalesce(updated, created) FROM items
WHERE source = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?"""
_NOTES = f"""
SELECT n.id, n.kind, n.ref, '', substr(n.text, 1, {_READ}), n.at
FROM (SELECT rowid AS id FROM notes_fts WHERE notes_fts MATCH ? ORDER BY rowid DESC LIMIT ?) f
JOIN notes n ON n.id = f.id WHERE n.withdrawn IS NULL ORDER BY f.id DESC LIMIT ?"""
_DECISIONS = f"""
SELECT d.id, 'decision', d.ref, d.what, substr(d.why || ' ' || d.options, 1, {_READ}), d.at
FROM (SELECT rowid AS id FROM decisions_fts WHERE decisions_fts MATCH ? ORDER BY rowid DESC LIMIT ?) f
JOIN decisions d ON d.id = f.id WHERE d.withdrawn IS NULL ORDER BY f.id DESC LIMIT ?"""


def search(conn: Connection, text: str, limit: int = 50) -> list[Hit]:
    """At most ``limit`` hits: items whose key begins so, then items, decisions and notes that hold every word."""
    match, limit = fulltext.match(text), max(limit, 0)
    if not match or not limit:
        return []
    words = match.replace('"', "").rstrip("*").split()
    keyed = _by_key(conn, text.strip(), limit)
    seen = {row[0] for row in keyed}
    items = [row for row in conn.execute(_ITEMS, (match, CANDIDATES, limit)).fetchall() if row[0] not in seen]
    decisions = conn.execute(_DECISIONS, (match, CANDIDATES, limit)).fetchall()
    noted = conn.execute(_NOTES, (match, CANDIDATES, limit)).fetchall()
    return [
        Hit(kind, ref, id, title or body.partition("\n")[0][:_SHOWN], snippet(body, words), moment(at))
        for id, kind, ref, title, body, at in _shared([*keyed, *items], decisions, noted, limit)
    ]


def snippet(text: str, words: Sequence[str]) -> str:
    """The part of a text around the first of the words it holds, on one line."""
    low = text.lower()
    places = [place for word in words if (place := low.find(word.lower())) >= 0]
    start = max(min(places, default=0) - _BEFORE, 0)
    part = " ".join(text[start : start + _SHOWN].split())
    return ("…" if start else "") + part + ("…" if start + _SHOWN < len(text) else "")


def _by_key(conn: Connection, text: str, limit: int) -> list[Row]:
    """Items whose key or ref begins as typed, in the case typed, upper or lower: three looks into an index."""
    if not text or " " in text:
        return []
    sources = [name for (name,) in conn.execute("SELECT name FROM sources").fetchall()]
    named, colon, rest = text.partition(":")
    wanted = [(name, rest) for name in sources if colon and name.lower() == named.lower() and rest]
    wanted += [(name, text) for name in sources]
    found: dict[int, Row] = {}
    for name, start in wanted:
        for spelling in dict.fromkeys((start, start.upper(), start.lower())):
            rows = conn.execute(_KEYS, (name, spelling, spelling + "\U0010ffff", limit)).fetchall()
            found.update((row[0], row) for row in rows)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _shared(items: list[Row], decisions: list[Row], noted: list[Row], limit: int) -> list[Row]:
    """Cut to ``limit`` so that no kind drowns the others: a third each for decisions and notes, more when there is room."""
    third = limit // 3
    room = max(limit - len(items), 0)
    decided = decisions[: max(third, room - min(len(noted), third))]
    written = noted[: max(third, room - len(decided))]
    return [*items[: max(limit - len(decided) - len(written), 0)], *decided, *written][:limit]
