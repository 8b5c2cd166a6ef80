"""What an item is most likely about the same thing as: offered before anything is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opstui.domain.grouping import alike_key
from opstui.domain.text import words
from opstui.domain.views import Hit
from opstui.store import items
from opstui.store.itemrows import ITEM, item_from
from opstui.store.ranks import OVER
from opstui.store.rows import holes, moment, sliced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opstui.store.db import Connection

YOUNGEST = 300
"""So many of the youngest items that share a word are compared: the key that asks must answer at once."""
MOST_WORDS = 8
SHORT = 4
"""Words of fewer letters tell nothing."""


def near(conn: Connection, ref: str, limit: int = 8) -> list[Hit]:
    """Items that are not over, of the same group or title first, then those whose title shares the most words."""
    id = items.id_of(conn, ref)
    item = items.load_item(conn, id) if id is not None else None
    if item is None:
        return []
    own = _telling(item.title)
    if not own:
        return []
    match = "title : (" + " OR ".join(f'"{word}"' for word in own) + ")"
    over = ", ".join(f"'{place}'" for place in OVER)
    sql = (
        f"SELECT i.id, r.group_key IS NOT NULL AND r.group_key = (SELECT group_key FROM ranks WHERE item = ?), r.rank, "
        f"{', '.join(f'i.{name}' for name in ITEM.split(', '))} "
        f"FROM (SELECT rowid AS id FROM items_fts WHERE items_fts MATCH ? ORDER BY rowid DESC LIMIT {YOUNGEST}) f "
        f"CROSS JOIN items i ON i.id = f.id JOIN ranks r ON r.item = i.id "
        f"WHERE i.id <> ? AND r.place NOT IN ({over})"
    )
    key = alike_key(item)
    scored: list[tuple[tuple[float, ...], Hit]] = []
    for its_id, grouped, rank, *values in conn.execute(sql, (id, match, id)).fetchall():
        other = item_from(values)
        theirs = _telling(other.title)
        shared = len(own & theirs)
        same = bool(grouped) or alike_key(other) == key
        if same or shared >= min(2, len(own)):
            likeness = shared / len(own | theirs)
            hit = Hit("item", other.ref, its_id, other.title, "", moment(values[_UPDATED]) or other.created)
            scored.append(((-same, -likeness, -rank, its_id), hit))
    return one_a_group(conn, [hit for _, hit in sorted(scored, key=lambda one: one[0])])[:limit]


def one_a_group(conn: Connection, hits: Sequence[Hit]) -> list[Hit]:
    """The hits, of each group only the first."""
    ids = [hit.id for hit in hits if hit.kind == "item"]
    keys: dict[int, str] = {}
    for part in sliced(ids):
        sql = f"SELECT item, group_key FROM ranks WHERE item IN ({holes(part)}) AND group_key IS NOT NULL"
        keys |= dict(conn.execute(sql, part).fetchall())
    first: dict[object, Hit] = {}
    for hit in hits:
        key = keys.get(hit.id) if hit.kind == "item" else None
        first.setdefault(key or (hit.kind, hit.id), hit)
    return list(first.values())


_UPDATED = ITEM.split(", ").index("updated")


def _telling(title: str) -> frozenset[str]:
    """The words of a title that say what it is about: its longest ones, no numbers."""
    found = {word for word in words(title) if word.isalpha() and len(word) >= SHORT}
    return frozenset(sorted(found, key=lambda word: (-len(word), word))[:MOST_WORDS])
