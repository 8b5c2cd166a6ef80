"""What the panes read: lines of a view, and open work per person. One item whole is in ``detail``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.domain.kinds import Kind, Place, Stage
from opstui.domain.views import Load, QueueRow, View, Work
from opstui.store import order
from opstui.store.rows import holes, moment, sliced
from opstui.store.splits import recount_splits, stored_splits

if TYPE_CHECKING:
    from opstui.domain.urgency import Rules
    from opstui.store.db import Connection

__all__ = ["count", "loads", "position", "recount_splits", "rows", "stored_splits", "window"]

_ROW = (
    "i.id, i.source, i.key, i.kind, i.title, i.status, r.stage, r.priority, "
    "CASE WHEN r.priority IS i.priority THEN i.priority_label ELSE '' END, r.owner, r.owner_state, "
    "i.created, i.updated, i.due, r.sla_due, r.sla_left, r.rank, r.why, r.place, r.until, coalesce(m.target, ''), r.blocks, "
    "i.first_seen, r.changed, r.group_size, r.group_first, r.group_last, r.urgent, r.important, "
    "m.at, coalesce(m.reason, ''), "
    # In the same statement: while the outbox is empty it costs a look into an empty index. The words are that index's.
    "(SELECT group_concat(o.state) FROM outbox o WHERE o.item = i.id "
    "AND o.state IN ('parked', 'pending', 'sending', 'failed', 'conflict'))"
)
_FROM = "FROM items i JOIN ranks r ON r.item = i.id LEFT JOIN marks m ON m.item = i.id"
_WORK = "place NOT IN ('closed', 'done', 'declined', 'merged')"
_KINDS = {kind.value: kind for kind in Kind}
_STAGES = {stage.value: stage for stage in Stage}
_PLACES = {place.value: place for place in Place}


def window(
    conn: Connection, view: View, *, since: datetime, now: datetime, rules: Rules | None, offset: int = 0, limit: int = 50
) -> list[QueueRow]:
    """The lines of a view from ``offset`` on, ``limit`` at most. QueryError when its query has a mistake.

    ``rules`` are what a query is read by; a view without one needs none, here and below.
    """
    return rows(conn, order.window(conn, view, offset, limit, since, now, rules), since=since, now=now)


def count(conn: Connection, view: View, *, since: datetime, now: datetime, rules: Rules | None) -> int:
    """How many lines a view has."""
    return order.count(conn, view, since, now, rules)


def position(conn: Connection, view: View, id: int, *, since: datetime, now: datetime, rules: Rules | None) -> int | None:
    """Where an item stands in a view, from 0; None when it is not in it. A folded item stands where its group does."""
    return order.position(conn, view, id, since, now, rules)


def rows(conn: Connection, ids: Sequence[int], *, since: datetime, now: datetime) -> list[QueueRow]:
    """These items as lines, in this order; what is new and what moved is looked up for them alone."""
    after, at = int(since.timestamp()), int(now.timestamp())
    found: dict[int, Sequence[Any]] = {}
    for part in sliced(ids):
        sql = f"SELECT {_ROW} {_FROM} WHERE i.id IN ({holes(part)})"
        found.update((one[0], one) for one in conn.execute(sql, tuple(part)).fetchall())
    moved = _moved(conn, [id for id, one in found.items() if one[23] > after], after)
    return [_row(found[id], moved.get(id, {}), after, at) for id in ids if id in found]


def loads(conn: Connection) -> list[Load]:
    """Open work per person, the most first: everything owned that is not over, wherever it stands."""
    sql = (
        f"SELECT owner, count(*), min(born) FROM ranks WHERE owner_state = 'ok' AND stage <> 'done' AND {_WORK} "
        "GROUP BY owner ORDER BY count(*) DESC, owner"
    )
    return [Load(owner, open, moment(oldest)) for owner, open, oldest in conn.execute(sql).fetchall()]


def oldest_of(conn: Connection, owner: str, limit: int) -> list[Work]:
    """What somebody has had in hand longest, of what is not over."""
    sql = (
        "SELECT i.source || ':' || i.key, i.title, r.born FROM ranks r JOIN items i ON i.id = r.item "
        f"WHERE r.owner = ? AND r.owner_state = 'ok' AND r.stage <> 'done' AND r.{_WORK} ORDER BY r.born, r.item LIMIT ?"
    )
    return [Work(ref, title, moment(born)) for ref, title, born in conn.execute(sql, (owner, limit)).fetchall()]


def _row(one: Sequence[Any], moved: Mapping[str, Sequence[str]], after: int, at: int) -> QueueRow:
    sla_due = one[14]
    return QueueRow(
        id=one[0],
        ref=f"{one[1]}:{one[2]}",
        source=one[1],
        kind=_KINDS[one[3]],
        title=one[4],
        status=one[5],
        stage=_STAGES[one[6]],
        priority=one[7],
        priority_label=one[8],
        owner=one[9],
        owner_state=one[10],
        created=moment(one[11]),
        updated=moment(one[12]),
        due=moment(one[13]),
        sla_due=moment(sla_due),
        sla_left_s=one[15] if sla_due is None else sla_due - at,
        rank=one[16],
        why=one[17],
        place=_PLACES[one[18]],
        until=moment(one[19]),
        target=one[20],
        blocks=one[21],
        new=one[22] > after,
        moved=tuple(moved),
        group_size=one[24],
        group_first=moment(one[25]),
        group_last=moment(one[26]),
        urgent=bool(one[27]),
        important=bool(one[28]),
        decided=moment(one[29]),
        reason=one[30],
        outbox=_gravest(one[31]) if one[31] else "",
        moves=tuple((field, old, new, who) for field, (old, new, who) in moved.items()),
    )


def _gravest(states: str) -> str:
    from opstui.domain.outbox import gravest  # most queues have nothing on its way

    return gravest(states.split(","))


def _moved(conn: Connection, ids: Collection[int], after: int) -> dict[int, dict[str, tuple[str, str, str]]]:
    """Field by field what moved: from what before the first of its changes to what after the last, and who made that one."""
    found: dict[int, dict[str, tuple[str, str, str]]] = {}
    for part in sliced(list(ids)):
        sql = f"SELECT item, field, old, new, who FROM changes WHERE item IN ({holes(part)}) AND seen > ? ORDER BY id"
        for item, field, old, new, who in conn.execute(sql, (*part, after)).fetchall():
            fields = found.setdefault(item, {})
            before = fields[field][0] if field in fields else old or ""
            fields[field] = before, new or "", who or ""
    return found
