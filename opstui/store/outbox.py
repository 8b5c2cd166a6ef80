"""Changes meant for sources, as the store keeps them. Every function that writes runs in its caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.domain.model import NO_MARK, Mark
from opstui.domain.outbox import OPEN, STUCK, gravest, in_force
from opstui.domain.views import Outgoing
from opstui.store.rows import as_json, holes, moment, seconds, sliced

if TYPE_CHECKING:
    from opstui.store.db import Connection

_COLUMNS = (
    "id, uid, grp, source, ref, verb, value, base, who, at, state, due, attempts, doubt, settled, "
    "made, what, why, next_step, theirs, undoes, item, tried"
)
_IS_OPEN = "state IN ('parked', 'pending', 'sending')"
_IS_SHOWN = "state IN ('parked', 'pending', 'sending', 'failed', 'conflict')"
"""The words of the index ``outbox_open``."""
_SHOWN = frozenset((*OPEN, *STUCK))


def add(
    conn: sqlite3.Connection,
    *,
    uid: str,
    group: int,
    source: str,
    ref: str,
    item: int | None,
    verb: str,
    value: Any,
    base: Any,
    who: str,
    at: datetime,
    due: datetime,
    state: str = "pending",
    undoes: int | None = None,
) -> int:
    """Put a change into the outbox: its number."""
    cursor = conn.execute(
        "INSERT INTO outbox (uid, grp, source, ref, item, verb, value, base, who, at, state, due, undoes) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            uid,
            group,
            source,
            ref,
            item,
            verb,
            as_json(value),
            as_json(base),
            who,
            seconds(at),
            state,
            seconds(due),
            undoes,
        ),
    )
    return int(cursor.lastrowid or 0)


def load(conn: Connection, id: int) -> Outgoing | None:
    """One change, None when there is none of that number."""
    row = conn.execute(f"SELECT {_COLUMNS} FROM outbox WHERE id = ?", (id,)).fetchone()
    return _outgoing(row) if row else None


def by_uid(conn: Connection, uid: str) -> Outgoing | None:
    """One change by the name that no other store has given."""
    row = conn.execute(f"SELECT {_COLUMNS} FROM outbox WHERE uid = ?", (uid,)).fetchone()
    return _outgoing(row) if row else None


def of_group(conn: Connection, group: int) -> list[Outgoing]:
    """The changes of one action, oldest first."""
    return read(conn, "WHERE grp = ? ORDER BY id", (group,))


def of_item(conn: Connection, item: int) -> list[Outgoing]:
    """The changes of one item that are on their way or came back, oldest first."""
    return read(conn, f"WHERE item = ? AND {_IS_SHOWN} ORDER BY id", (item,))


def with_sent(conn: Connection, item: int, ref: str, since: datetime) -> list[Outgoing]:
    """The same, then those that were sent since a moment."""
    columns = f"SELECT {_COLUMNS} FROM outbox WHERE"
    sent = f"{columns} ref = ? AND state = 'sent' AND settled >= ?"
    sql = f"{columns} item = ? AND {_IS_SHOWN} UNION ALL {sent} ORDER BY id"
    found = [_outgoing(row) for row in conn.execute(sql, (item, ref, seconds(since))).fetchall()]
    return sorted(found, key=lambda one: one.state == "sent")


def sent(conn: Connection, since: datetime) -> int:
    """How many changes their sources have taken since a moment."""
    sql = (
        "SELECT count(*) FROM outbox WHERE source IN (SELECT name FROM sources) AND settled >= ? "
        "AND settled IS NOT NULL AND state = 'sent'"
    )
    return int(conn.execute(sql, (seconds(since),)).fetchone()[0])


def listed(conn: Connection, states: Collection[str], limit: int = 200) -> list[Outgoing]:
    """Changes in these states, youngest first. What is not over is found without a look at what is."""
    here = f"INDEXED BY outbox_open WHERE {_IS_SHOWN} AND" if _SHOWN.issuperset(states) else "WHERE"
    return read(conn, f"{here} state IN ({holes(list(states))}) ORDER BY id DESC LIMIT ?", (*states, limit))


def shown(conn: Connection, items: Sequence[int]) -> dict[int, str]:
    """The gravest state of each of these items' changes; items without any are absent. Cheap where there are none at all."""
    found: dict[int, list[str]] = {}
    for part in sliced(list(items)):
        sql = f"SELECT item, state FROM outbox WHERE {_IS_SHOWN} AND item IN ({holes(part)})"
        for item, state in conn.execute(sql, tuple(part)).fetchall():
            found.setdefault(item, []).append(state)
    return {item: gravest(states) for item, states in found.items()}


def open_writes(
    conn: sqlite3.Connection | Connection, items: Iterable[int]
) -> dict[int, list[tuple[str, Any, datetime | None]]]:
    """(verb, value, since when) of what is on its way, by item, oldest first: for ``domain.outbox.in_force``."""
    found: dict[int, list[tuple[str, Any, datetime | None]]] = {}
    for part in sliced(list(items)):
        here = f"{_IS_OPEN} AND {_IS_SHOWN} AND item IN ({holes(part)})"
        sql = f"SELECT item, verb, value, at FROM outbox WHERE {here} ORDER BY id"
        for item, verb, value, at in conn.execute(sql, tuple(part)).fetchall():
            found.setdefault(item, []).append((verb, json.loads(value), moment(at)))
    return found


def over(conn: sqlite3.Connection | Connection, marked: Mapping[int, Mark], items: Iterable[int]) -> Mapping[int, Mark]:
    """Marks with what is on its way to each item's source: what is in force here until the source says so itself."""
    open = open_writes(conn, items)
    if not open:
        return marked
    return {**marked, **{item: in_force(marked.get(item, NO_MARK), writes) for item, writes in open.items()}}


def every(conn: sqlite3.Connection) -> Iterator[tuple[Outgoing, str]]:
    """Every change there ever was, oldest first, with the uid of its action."""
    sql = f"SELECT {_COLUMNS}, (SELECT g.uid FROM journal_groups g WHERE g.id = grp) FROM outbox ORDER BY id"
    for row in conn.execute(sql):
        yield _outgoing(row[:-1]), row[-1]


def counts(conn: Connection) -> Mapping[str, Mapping[str, int]]:
    """How many changes of each source are in each state that is not over: source -> state -> count."""
    sql = f"SELECT source, state, count(*) FROM outbox WHERE {_IS_SHOWN} GROUP BY source, state"
    found: dict[str, dict[str, int]] = {}
    for source, state, n in conn.execute(sql).fetchall():
        found.setdefault(source, {})[state] = n
    return found


def set_state(conn: sqlite3.Connection, id: int, state: str, **columns: Any) -> None:
    """Move a change to a state and set other columns of its row; times as datetimes, JSON columns as values."""
    values = {name: _stored(name, value) for name, value in columns.items()}
    sets = "".join(f", {name} = ?" for name in values)
    conn.execute(f"UPDATE outbox SET state = ?{sets} WHERE id = ?", (state, *values.values(), id))


def _stored(name: str, value: Any) -> Any:
    if name in ("value", "base", "theirs"):
        return as_json(value)
    return seconds(value) if isinstance(value, datetime) else value


def read(conn: Connection, tail: str, values: Sequence[Any]) -> list[Outgoing]:
    """The changes that a query gives, from what stands behind the table's name."""
    return [_outgoing(row) for row in conn.execute(f"SELECT {_COLUMNS} FROM outbox {tail}", tuple(values)).fetchall()]


def _outgoing(row: Sequence[Any]) -> Outgoing:
    (
        id,
        uid,
        group,
        source,
        ref,
        verb,
        value,
        base,
        who,
        at,
        state,
        due,
        attempts,
        doubt,
        settled,
        made,
        *words,
        theirs,
        undoes,
        item,
        tried,
    ) = row
    what, why, next_step = words
    return Outgoing(
        id=id,
        uid=uid,
        group=group,
        source=source,
        ref=ref,
        verb=verb,
        value=_value(value),
        base=_value(base),
        who=who,
        at=moment(at),  # type: ignore[arg-type]
        state=state,
        due=moment(due),  # type: ignore[arg-type]
        attempts=attempts,
        doubt=bool(doubt),
        settled=moment(settled),
        made=made,
        what=what,
        why=why,
        next_step=next_step,
        theirs=_value(theirs),
        undoes=undoes,
        item=item,
        tried=moment(tried),
    )


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text)
