"""Groups of the same thing in the queue: who leads, how many there are, the oldest and the youngest of them.

The first by rank leads (then the smaller id) and is the only one with a line of its own. Every function that moves items
in or out of the queue says so here, so that the number of lines is known without counting them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from typing import Any

from opstui.store.rows import holes, sliced

_ITEM, _RANK, _BORN, _KEY, _LEAD = 0, 2, 15, 17, 18
"""Places in a row of ``ranks``, in the order of ``ranks.COLUMNS``."""

_SUMS = """
SELECT group_key, count(*), min(born), max(born), sum(lead) FROM ranks
WHERE lead IS NOT NULL AND group_key IS NOT NULL AND group_key IN ({holes}) GROUP BY group_key"""
_FIRST = """
SELECT item, lead, group_size, group_first, group_last FROM ranks
WHERE lead IS NOT NULL AND group_key = ? ORDER BY rank DESC, item LIMIT 1"""
_DEMOTE = """
UPDATE ranks SET lead = 0, group_size = 1, group_first = NULL, group_last = NULL
WHERE group_key = ? AND lead = 1 AND item <> ?"""
_PROMOTE = "UPDATE ranks SET lead = 1, group_size = ?, group_first = ?, group_last = ? WHERE item = ?"


def lead(conn: sqlite3.Connection, keys: Collection[str]) -> int:
    """Choose the leader of each of these groups anew; tells by how much the number of lines grew."""
    grown = 0
    for part in sliced(list(keys)):
        for key, size, first, last, leaders in conn.execute(_SUMS.format(holes=holes(part)), part).fetchall():
            item, *stored = conn.execute(_FIRST, (key,)).fetchone()
            if leaders > 1 or (leaders == 1 and not stored[0]):
                conn.execute(_DEMOTE, (key, item))
            if stored != [1, size, first, last]:
                conn.execute(_PROMOTE, (size, first, last, item))
            grown += 1 - leaders
    return grown


def led_from_the_start(
    conn: sqlite3.Connection, rows: Sequence[Sequence[Any]]
) -> tuple[Sequence[Sequence[Any]], Collection[str]]:
    """New ``ranks`` rows with leaders set where the whole group is among them, and the keys of the groups left to ``lead``."""
    mine: dict[str, list[Sequence[Any]]] = {}
    for one in rows:
        if one[_LEAD] == 0:
            mine.setdefault(one[_KEY], []).append(one)
    if not mine:
        return rows, ()
    stored: set[str] = set()
    for part in sliced(list(mine)):
        sql = (
            "SELECT DISTINCT group_key FROM ranks "
            f"WHERE lead IS NOT NULL AND group_key IS NOT NULL AND group_key IN ({holes(part)})"
        )
        stored.update(key for (key,) in conn.execute(sql, part).fetchall())
    led = [one for one in rows if one[_LEAD] != 0 or one[_KEY] in stored]
    for key, members in mine.items():
        if key not in stored:
            first = min(members, key=lambda one: (-one[_RANK], one[_ITEM]))
            born = [one[_BORN] for one in members]
            led += [one for one in members if one is not first]
            led.append((*first[:_LEAD], 1, len(members), min(born), max(born), *first[_LEAD + 4 :]))
    return led, stored


def count_lines(conn: sqlite3.Connection, by: int) -> None:
    """The whole queue has so many lines more."""
    if by:
        conn.execute("UPDATE split_counts SET n = n + ? WHERE name = ''", (by,))
