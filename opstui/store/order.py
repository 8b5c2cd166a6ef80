"""Which items a view holds, in order.

The whole queue is read along its index, a window at a time. A view with a query is looked through once; the ids it holds
are kept with the connection until something is committed or a minute has passed, so that scrolling costs a window.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.kinds import Place
from opstui.store.rows import holes, sliced

if TYPE_CHECKING:
    from opstui.domain.urgency import Rules
    from opstui.domain.views import View
    from opstui.store.db import Connection
    from opstui.store.querysql import Where

KEPT = 8
"""Views remembered by a connection: about the splits that somebody walks through."""

_TIMED = (Place.SNOOZED, Place.WAITING, Place.ESCALATED)
"""Places that items leave at a time: what leaves next comes first."""
_PAST = (Place.ASSIGNED, Place.DONE, Place.DECLINED, Place.MERGED)
"""Places where what was decided last comes first."""
_LEADS = """
SELECT DISTINCT lead.rank, lead.item FROM ranks r
JOIN ranks lead ON lead.group_key = r.group_key AND lead.lead = 1
WHERE r.item IN ({holes})"""


def is_whole(view: View) -> bool:
    """Whether a view is the queue as it stands, all of it."""
    return view.place is Place.QUEUE and not view.only_changed and not view.query.strip()


def window(
    conn: Connection, view: View, offset: int, limit: int, since: datetime, now: datetime, rules: Rules | None
) -> Sequence[int]:
    """The ids from ``offset`` on, ``limit`` at most."""
    offset, limit = max(offset, 0), max(limit, 0)
    if is_whole(view):
        lead = "lead = 1" if view.grouped else "lead IS NOT NULL"
        sql = f"SELECT item FROM ranks WHERE {lead} ORDER BY rank DESC, item LIMIT ? OFFSET ?"
        return [id for (id,) in conn.execute(sql, (limit, offset)).fetchall()]
    return every(conn, view, since, now, rules)[offset : offset + limit]


def count(conn: Connection, view: View, since: datetime, now: datetime, rules: Rules | None) -> int:
    """How many lines a view has."""
    if is_whole(view):
        lines = "SELECT n FROM split_counts WHERE name = ''"
        sql = lines if view.grouped else "SELECT count(*) FROM ranks WHERE lead IS NOT NULL"
        return int(conn.execute(sql).fetchone()[0])
    return len(every(conn, view, since, now, rules))


def position(conn: Connection, view: View, id: int, since: datetime, now: datetime, rules: Rules | None) -> int | None:
    """Where an item stands in a view, from 0; an item folded into a group stands where its leader does."""
    found = conn.execute("SELECT rank, lead, group_key FROM ranks WHERE item = ?", (id,)).fetchone()
    if found is None:
        return None
    rank, lead, key = found
    if view.grouped and lead == 0:
        found = conn.execute("SELECT rank, item FROM ranks WHERE group_key = ? AND lead = 1", (key,)).fetchone()
        if found is None:
            return None
        rank, id = found
    if not is_whole(view):
        ids = every(conn, view, since, now, rules)
        return ids.index(id) if id in ids else None
    if lead is None:
        return None
    where = "lead = 1" if view.grouped else "lead IS NOT NULL"
    sql = (
        f"SELECT (SELECT count(*) FROM ranks WHERE {where} AND rank > ?) "
        f"+ (SELECT count(*) FROM ranks WHERE {where} AND rank = ? AND item < ?)"
    )
    return int(conn.execute(sql, (rank, rank, id)).fetchone()[0])


def every(conn: Connection, view: View, since: datetime, now: datetime, rules: Rules | None) -> array[int]:
    """All ids of a view in order; remembered, because the next window of it follows soon."""
    version = conn.execute("PRAGMA data_version").fetchone()[0]
    key = (view, int(since.timestamp()), int(now.timestamp()) // 60, id(rules))
    kept: dict[object, array[int]]
    if conn.found is None or conn.found[0] != version:
        conn.found = (version, {})
    kept = conn.found[1]
    ids = kept.get(key)
    if ids is None:
        if len(kept) >= KEPT:
            del kept[next(iter(kept))]
        ids = kept[key] = array("q", _look_through(conn, view, since, now, rules))
    return ids


def _is_most(conn: Connection) -> bool:
    """Whether the queue is a good part of all that is stored."""
    lines, every = conn.execute("SELECT (SELECT n FROM split_counts WHERE name = ''), (SELECT max(item) FROM ranks)").fetchone()
    return bool(lines * 8 > (every or 0))


def _whole(arg: object) -> object:
    return arg.encode("utf-8", "replace").decode() if isinstance(arg, str) else arg


def _condition(conn: Connection, query: str, now: datetime, rules: Rules | None) -> Where:
    # Not loaded before somebody asks for something: the whole queue, which is what is painted first, has no query.
    from opstui.domain.query import parse
    from opstui.store import querysql

    if rules is None:
        raise ValueError("a query is read by rules")
    return querysql.where(conn, parse(query), rules, now)


def _look_through(conn: Connection, view: View, since: datetime, now: datetime, rules: Rules | None) -> list[int]:
    tests: list[str] = []
    args: list[object] = []
    joined = "ranks r"
    if view.query.strip():
        condition = _condition(conn, view.query, now, rules)
        tests.append(condition.sql)
        # Half a character, which a shell can hand over, is in no row: SQLite must not be asked for it.
        args += [_whole(arg) for arg in condition.args]
        if condition.needs_items:
            joined = "ranks r JOIN items i ON i.id = r.item"
    if view.only_changed:
        tests.append("r.changed > ?")
        args.append(int(since.timestamp()))
    if view.place is Place.QUEUE and view.query.strip() and _is_most(conn):
        # In the order of the rows and sorted after: looking them up in the order of the queue takes four times as long.
        joined = joined.replace("ranks r", "ranks r NOT INDEXED")
    if view.place is not Place.QUEUE:
        return _elsewhere(conn, view, joined, tests, args)
    fits = " AND ".join(["r.lead IS NOT NULL", *tests])
    sql = f"SELECT r.rank, r.item, r.lead FROM {joined} WHERE {fits} ORDER BY r.rank DESC, r.item"
    found = conn.execute(sql, args).fetchall()
    folded = [id for _, id, lead in found if not lead] if view.grouped else []
    if not folded:
        return [id for _, id, _ in found]
    # A member that fits brings its group's line along, so that nothing that fits is out of sight.
    lines = {(rank, id) for rank, id, lead in found if lead}
    for part in sliced(folded):
        lines.update(conn.execute(_LEADS.format(holes=holes(part)), part).fetchall())
    return [id for _, id in sorted(lines, key=lambda line: (-line[0], line[1]))]


def _elsewhere(conn: Connection, view: View, joined: str, tests: Sequence[str], args: Sequence[object]) -> list[int]:
    """The ids of another place than the queue."""
    order = "r.rank DESC, r.item"
    tests, args = ["r.place = ?", *tests], [view.place.value, *args]
    if view.place is not Place.CLOSED:
        tests.append("r.place NOT IN ('queue', 'closed')")  # word for word what the index of the places is for
    if view.place in _TIMED:
        order = "r.until IS NULL, r.until, r.item"
    elif view.place in _PAST:
        order = "m.at DESC, r.item DESC"
    if view.block:
        tests.append("m.for_block = 1")
    if view.decided_from is not None:
        tests.append("m.at >= ?")
        args.append(int(view.decided_from.timestamp()))
    if view.block or view.decided_from is not None:
        # From the marks on: the few that fit, not all that was ever decided.
        joined = joined.replace("ranks r", "marks m CROSS JOIN ranks r ON r.item = m.item", 1)
    elif view.place in _PAST:
        joined += " LEFT JOIN marks m ON m.item = r.item"
    sql = f"SELECT r.item FROM {joined} WHERE {' AND '.join(tests)} ORDER BY {order}"
    return [id for (id,) in conn.execute(sql, args).fetchall()]
