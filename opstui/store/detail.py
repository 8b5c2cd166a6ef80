"""One item whole: what the page beside the queue shows of it, and what is like it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.domain.grouping import alike_key
from opstui.domain.model import Change, Stage
from opstui.domain.reasons import terms
from opstui.domain.text import words
from opstui.domain.views import Detail, Linked, QueueRow
from opstui.store import decisions, items, log, marks, notes, outbox
from opstui.store.itemrows import ITEM, item_from
from opstui.store.queue import rows
from opstui.store.rows import holes, moment, sliced

if TYPE_CHECKING:
    from opstui.store.db import Connection

ALIKE_MOST = 1_000
"""So many items at a time are alike at most: what is marked with one key must stay an amount a person can look at."""

WRITTEN_MOST = 50
"""So many decisions and so many actions of one item are shown: the youngest."""

_STAGES = {stage.value: stage for stage in Stage}


def row(conn: Connection, ref: str, *, since: datetime, now: datetime) -> QueueRow | None:
    """One item as a line, wherever it stands."""
    id = items.id_of(conn, ref)
    found = rows(conn, [id], since=since, now=now) if id is not None else []
    return found[0] if found else None


def rows_of(conn: Connection, refs: Sequence[str], *, since: datetime, now: datetime) -> list[QueueRow]:
    """These items as lines, in this order; refs of nothing are left out."""
    return rows(conn, list(items.refs_to_ids(conn, refs).values()), since=since, now=now)


def detail(conn: Connection, ref: str, *, since: datetime, now: datetime, today: datetime) -> Detail | None:
    """All of one item, with what was sent of it since ``today`` began.

    Call it inside ``Store.reading()`` so that its parts fit together.
    """
    id = items.id_of(conn, ref)
    if id is None:
        return None
    item = items.load_item(conn, id)
    found = rows(conn, [id], since=since, now=now)
    if item is None or not found:
        return None
    return Detail(
        row=found[0],
        item=item,
        mark=marks.load(conn, id),
        terms=terms(found[0], now),
        since=_since(conn, id, int(since.timestamp())),
        history=item.history,
        comments=item.comments,
        notes=notes.of(conn, ref, told=False),
        blocks=_linked(conn, item.blocks),
        blocked_by=_linked(conn, item.blocked_by),
        group=_group(conn, id),
        decisions=tuple(reversed(decisions.find(conn, "", ref, 0, WRITTEN_MOST))),
        actions=tuple(entry for entry in log.of_item(conn, ref, WRITTEN_MOST) if entry.kind not in log.WRITING),
        outgoing=tuple(outbox.with_sent(conn, id, ref, today)),
    )


def alike(conn: Connection, ref: str) -> list[str]:
    """Itself, then what is in the queue of the same group, or of the same source with the same title but for numbers."""
    id = items.id_of(conn, ref)
    item = items.load_item(conn, id) if id is not None else None
    if item is None:
        return []
    found = conn.execute(
        "SELECT i.source || ':' || i.key FROM ranks g JOIN ranks r ON r.group_key = g.group_key AND r.lead IS NOT NULL "
        "JOIN items i ON i.id = r.item WHERE g.item = ? AND r.item <> g.item ORDER BY r.rank DESC, r.item LIMIT ?",
        (id, ALIKE_MOST - 1),
    ).fetchall()
    if found:
        return [ref, *(other for (other,) in found)]
    key = alike_key(item)
    steady = [word for word in words(item.title) if word.isalpha()]
    if not steady:
        return [ref]
    sql = (
        f"SELECT {', '.join(f'i.{name}' for name in ITEM.split(', '))} FROM items_fts f JOIN items i ON i.id = f.rowid "
        "JOIN ranks r ON r.item = i.id "
        "WHERE items_fts MATCH ? AND i.source = ? AND i.kind = ? AND r.lead IS NOT NULL AND i.id <> ? "
        "ORDER BY r.rank DESC, i.id LIMIT ?"
    )
    match = "title : (" + " AND ".join(f'"{word}"' for word in dict.fromkeys(steady)) + ")"
    like = conn.execute(sql, (match, item.source, item.kind.value, id, ALIKE_MOST - 1)).fetchall()
    return [ref, *(other.ref for other in map(item_from, like) if alike_key(other) == key)]


def _since(conn: Connection, id: int, after: int) -> tuple[Change, ...]:
    sql = "SELECT field, old, new, at, who FROM changes WHERE item = ? AND seen > ? ORDER BY at, id"
    return tuple(
        Change(field, old, new, moment(at), who) for field, old, new, at, who in conn.execute(sql, (id, after)).fetchall()
    )


def _linked(conn: Connection, refs: Sequence[str]) -> tuple[Linked, ...]:
    ids = items.refs_to_ids(conn, refs)
    known: dict[int, tuple[Any, ...]] = {}
    for part in sliced(list(ids.values())):
        sql = f"SELECT i.id, i.title, r.owner, r.stage FROM items i JOIN ranks r ON r.item = i.id WHERE i.id IN ({holes(part)})"
        known.update((one[0], one[1:]) for one in conn.execute(sql, tuple(part)).fetchall())
    found = []
    for ref in refs:
        title, owner, stage = known.get(ids.get(ref, 0), ("", None, None))
        found.append(Linked(ref, title, owner, _STAGES[stage] if stage else None))
    return tuple(found)


def _group(conn: Connection, id: int) -> tuple[Linked, ...]:
    sql = (
        "SELECT i.source || ':' || i.key, i.title, r.owner, r.stage FROM ranks g "
        "JOIN ranks r ON r.group_key = g.group_key AND r.lead IS NOT NULL JOIN items i ON i.id = r.item "
        "WHERE g.item = ? AND g.lead IS NOT NULL AND r.item <> g.item ORDER BY r.rank DESC, r.item LIMIT 100"
    )
    return tuple(Linked(ref, title, owner, _STAGES[stage]) for ref, title, owner, stage in conn.execute(sql, (id,)).fetchall())
