"""Where each item stands: derived from items, marks and rules, stored so that the queue is one walk along an index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.domain.model import NO_MARK, Comment
from opstui.domain.urgency import assess, pack_why
from opstui.store import groups, links, marks, outbox
from opstui.store.itemrows import ITEM, histories, item_from
from opstui.store.rows import holes, moment, sliced

if TYPE_CHECKING:
    from opstui.domain.urgency import Rules, Standing

COLUMNS = (
    "item, place, rank, why, valid_until, owner, owner_state, priority, stage, sla_due, sla_left, until, "
    "urgent, important, blocks, born, changed, group_key, lead, group_size, group_first, group_last, col, entered"
)
_NAMES = COLUMNS.split(", ")
_INSERT = f"INSERT INTO ranks ({COLUMNS}) VALUES ({holes(_NAMES)})"
_UPSERT = f"{_INSERT} ON CONFLICT (item) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])
_PLACE, _STAGE, _KEY, _LEAD, _BORN, _CHANGED = (
    _NAMES.index(name) for name in ("place", "stage", "group_key", "lead", "born", "changed")
)

SLICE_EXPIRED = 250
"""Items re-scored in one transaction, so that it stays short."""

OVER = ("closed", "done", "declined", "merged")
"""Places of items that nobody works on any more."""
_OVER = ", ".join(f"'{place}'" for place in OVER)

_BLOCKS = f"""
SELECT l.blocker, count(DISTINCT l.blocked) FROM links l
JOIN items i ON i.source = substr(l.blocked, 1, instr(l.blocked, ':') - 1)
  AND i.key = substr(l.blocked, instr(l.blocked, ':') + 1)
LEFT JOIN marks m ON m.item = i.id LEFT JOIN ranks r ON r.item = i.id
WHERE l.blocker IN ({{holes}}) AND i.gone IS NULL AND coalesce(m.stage, i.stage) <> 'done'
  AND coalesce(r.place, 'queue') NOT IN ({_OVER})
GROUP BY l.blocker"""


def row(id: int, standing: Standing, blocks: int, born: int, changed: int) -> list[Any]:
    """One row of ``ranks``. In a group nobody leads until ``groups`` has looked at all of it."""
    place, key = standing.place._value_, standing.group_key
    lead = None if place != "queue" else 1 if key is None else 0
    valid_until, sla_due, until, entered = standing.valid_until, standing.sla_due, standing.until, standing.entered
    return [
        id,
        place,
        standing.rank,
        pack_why(standing.why),
        None if valid_until is None else int(valid_until.timestamp()),
        standing.owner,
        standing.owner_state,
        standing.priority,
        standing.stage._value_,
        None if sla_due is None else int(sla_due.timestamp()),
        standing.sla_left,
        None if until is None else int(until.timestamp()),
        1 if standing.urgent else 0,  # sqlite3 takes a bool the long way round
        1 if standing.important else 0,
        blocks,
        born,
        changed,
        key,
        lead,
        1,
        None,
        None,
        standing.col,
        None if entered is None else int(entered.timestamp()),
    ]


def dated(one: list[Any], id: int, born: int, changed: int) -> list[Any]:
    """A row made before its item had an id, with that and the times it was waiting for."""
    one[0], one[_BORN], one[_CHANGED] = id, born, changed
    return one


def times_of(one: Sequence[Any]) -> tuple[int, int]:
    """When a row's item was born and last changed."""
    return one[_BORN], one[_CHANGED]


def insert(conn: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Write the ranks of items that had none."""
    rows, keys = groups.led_from_the_start(conn, rows)
    conn.executemany(_INSERT, rows)
    lines = sum(1 for one in rows if one[_LEAD])
    groups.count_lines(conn, lines + groups.lead(conn, keys))


def update(conn: sqlite3.Connection, rows: Sequence[Sequence[Any]], rules: Rules, now: datetime) -> None:
    """Write ranks over older ones, with what follows from it: groups, line count, and items blocked by these."""
    ids = [one[0] for one in rows]
    lines, keys, flipped = 0, {one[_KEY] for one in rows if one[_LEAD] == 0}, []
    old: dict[int, tuple[str, str]] = {}
    for part in sliced(ids):
        sql = f"SELECT item, place, stage, group_key, lead FROM ranks WHERE item IN ({holes(part)})"
        for item, place, stage, key, lead in conn.execute(sql, part).fetchall():
            old[item] = (place, stage)
            if lead is not None:
                lines -= lead
                if key is not None:
                    keys.add(key)
    conn.executemany(_UPSERT, rows)
    lines += sum(1 for one in rows if one[_LEAD])
    groups.count_lines(conn, lines + groups.lead(conn, keys))
    for one in rows:
        before = old.get(one[0])
        if before is not None and _open(*before) != _open(one[_PLACE], one[_STAGE]):
            flipped.append(one[0])
    if flipped and links.any_links(conn):
        # Those among ``rows`` too: they were counted before the others of them moved. One step is enough, since how many
        # wait for an item never decides whether it is open itself.
        rescore(conn, links.blockers_of(conn, refs_of(conn, flipped)), rules, now)


def rescore(conn: sqlite3.Connection, ids: Iterable[int], rules: Rules, now: datetime) -> int:
    """Work out anew where these items stand, from what is stored; the caller holds the transaction."""
    wanted = list(dict.fromkeys(ids))
    for part in sliced(wanted):
        marked = outbox.over(conn, marks.load_many(conn, part), part)
        history = histories(conn, part)
        sql = (
            f"SELECT i.id, i.gone, coalesce(i.created, i.first_seen), coalesce(r.changed, i.first_seen), {_qualified()} "
            f"FROM items i LEFT JOIN ranks r ON r.item = i.id WHERE i.id IN ({holes(part)})"
        )
        found = conn.execute(sql, part).fetchall()
        waiting = blocks(conn, [f"{one[4]}:{one[5]}" for one in found])
        said = _last_words(conn, part)
        rows = []
        for id, gone, born, changed, *values in found:
            item = item_from(values, history.get(id, ()), said.get(id, ()))
            count = waiting.get(item.ref, 0)
            one = row(id, assess(rules, item, marked.get(id, NO_MARK), count, now), count, born, changed)
            rows.append(closed(one) if gone is not None else one)
        update(conn, rows, rules, now)
    return len(wanted)


def rescore_expired(conn: sqlite3.Connection, rules: Rules, now: datetime, limit: int = SLICE_EXPIRED) -> int:
    """Re-score up to ``limit`` items whose standing has run out, the longest first; tells how many there were."""
    sql = "SELECT item FROM ranks WHERE valid_until IS NOT NULL AND valid_until <= ? ORDER BY valid_until LIMIT ?"
    return rescore(conn, [one[0] for one in conn.execute(sql, (int(now.timestamp()), limit)).fetchall()], rules, now)


def rescore_slice(conn: sqlite3.Connection, rules: Rules, now: datetime, after: int, limit: int = SLICE_EXPIRED) -> int | None:
    """Re-score ``limit`` items with ids above ``after``: the last of them, or None when there was none left."""
    ids = [one[0] for one in conn.execute("SELECT id FROM items WHERE id > ? ORDER BY id LIMIT ?", (after, limit)).fetchall()]
    rescore(conn, ids, rules, now)
    return ids[-1] if ids else None


def next_expiry(conn: sqlite3.Connection) -> datetime | None:
    """When the first standing runs out."""
    sql = "SELECT valid_until FROM ranks WHERE valid_until IS NOT NULL ORDER BY valid_until LIMIT 1"
    found = conn.execute(sql).fetchone()
    return moment(found[0]) if found else None


def closed(one: Sequence[Any]) -> list[Any]:
    """The same row for an item that its source says is gone: nothing brings it back by itself."""
    changed = list(one)
    changed[_PLACE], changed[_LEAD], changed[_NAMES.index("valid_until")] = "closed", None, None
    return changed


def blocks(conn: sqlite3.Connection, refs: Sequence[str]) -> Mapping[str, int]:
    """How many open items wait for each of these; refs that nothing waits for are absent."""
    if not links.any_links(conn):
        return {}
    found: dict[str, int] = {}
    for part in sliced(refs):
        found.update(conn.execute(_BLOCKS.format(holes=holes(part)), part).fetchall())
    return found


def refs_of(conn: sqlite3.Connection, ids: Sequence[int]) -> list[str]:
    """The refs of items."""
    found: list[str] = []
    for part in sliced(ids):
        sql = f"SELECT source || ':' || key FROM items WHERE id IN ({holes(part)})"
        found.extend(one[0] for one in conn.execute(sql, part).fetchall())
    return found


def _last_words(conn: sqlite3.Connection, ids: Sequence[int]) -> Mapping[int, tuple[Comment, ...]]:
    """The last comment of each thread: all that a rank asks of it is whose turn it is."""
    sql = f"SELECT item, max(seq), at, who, text FROM comments WHERE item IN ({holes(ids)}) GROUP BY item"
    return {id: (Comment(text, moment(at), who),) for id, _, at, who, text in conn.execute(sql, ids).fetchall()}


def _open(place: str, stage: str) -> bool:
    return place not in OVER and stage != "done"


def _qualified() -> str:
    return ", ".join(f"i.{name}" for name in ITEM.split(", "))
