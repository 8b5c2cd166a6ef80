"""The outbox as the engine works through it: what may be sent now, and how a change moves from state to state.

In order per item: a change waits for an older one of the same field that somebody has to decide on first, and for every
older one of its item that is on its way and does not wait so itself. Every function that writes runs in its caller's
transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from opstui.domain.model import NO_MARK, Verdict
from opstui.domain.outbox import SETS, State
from opstui.domain.views import Outgoing
from opstui.store import marks, outbox
from opstui.store.items import id_of
from opstui.store.rows import as_json, holes, moment, seconds, sliced

if TYPE_CHECKING:
    from opstui.store.db import Connection

_SETS = ", ".join(f"'{verb}'" for verb in sorted(SETS))
_ON_ITS_WAY = "state IN ('pending', 'sending')"
"""The words of the index ``outbox_due``."""

_SHOWN = "state IN ('parked', 'pending', 'sending', 'failed', 'conflict')"
"""The words of the index ``outbox_open``."""

_STUCK = f"""
  SELECT 1 FROM outbox s WHERE s.item = {{p}}.item AND s.id < {{p}}.id AND s.{_SHOWN}
  AND s.verb = {{p}}.verb AND s.verb IN ({_SETS}) AND s.state IN ('parked', 'failed', 'conflict')"""

_FREE = f"""
o.state = 'pending' AND o.{_ON_ITS_WAY}
AND NOT EXISTS ({_STUCK.format(p="o")})
AND NOT EXISTS (
  SELECT 1 FROM outbox p WHERE p.item = o.item AND p.id < o.id AND p.{_SHOWN}
  AND p.{_ON_ITS_WAY} AND NOT EXISTS ({_STUCK.format(p="p")})
)
AND (o.undoes IS NULL OR NOT EXISTS (SELECT 1 FROM outbox u WHERE u.id = o.undoes AND u.{_ON_ITS_WAY}))"""
"""Nothing goes before it."""


def due(conn: Connection, source: str, now: datetime, limit: int = 50) -> list[Outgoing]:
    """The changes of a source that may be sent now, oldest first: of each item one at a time."""
    tail = f"AS o WHERE o.source = ? AND o.due <= ? AND {_FREE} ORDER BY o.id LIMIT ?"
    return outbox.read(conn, tail, (source, seconds(now), limit))


def next_due(conn: sqlite3.Connection | Connection) -> dict[str, datetime]:
    """When each source has something to be sent, as things stand; sources that have nothing are absent."""
    sql = f"SELECT o.source, min(o.due) FROM outbox o WHERE {_FREE} GROUP BY o.source"
    return {source: moment(at) for source, at in conn.execute(sql).fetchall()}  # type: ignore[misc]


def claim(conn: sqlite3.Connection, id: int, now: datetime) -> bool:
    """Say that a change is being sent, before it leaves; False when it is not there to be sent any more."""
    sql = "UPDATE outbox SET state = 'sending', doubt = 0, tried = ? WHERE id = ? AND state = 'pending'"
    return bool(conn.execute(sql, (seconds(now), id)).rowcount)


def put_off(
    conn: sqlite3.Connection, id: int, until: datetime, *, doubt: bool, what: str, why: str, next_step: str, made: str = ""
) -> bool:
    """A try has come to nothing: again later. ``made`` is what the source said of it already, if it did."""
    sql = (
        f"UPDATE outbox SET state = 'pending', due = ?, attempts = attempts + 1, doubt = ?, what = ?, why = ?, next_step = ?, "
        f"made = ? WHERE id = ? AND {_ON_ITS_WAY}"
    )
    return bool(conn.execute(sql, (ceil(until.timestamp()), doubt, what, why, next_step, made, id)).rowcount)


def settle(conn: sqlite3.Connection, id: int, state: State, now: datetime, **columns: Any) -> bool:
    """A change has come to an end; False when somebody else has seen to it meanwhile."""
    if conn.execute(f"SELECT 1 FROM outbox WHERE id = ? AND {_ON_ITS_WAY}", (id,)).fetchone() is None:
        return False
    words = {"what": "", "why": "", "next_step": ""} | columns
    outbox.set_state(conn, id, state, settled=now, doubt=0, **words)
    return True


def rebase(conn: sqlite3.Connection, write: Outgoing, base: Any) -> None:
    """What follows a change of the same field was meant to stand on it: that is what the source holds now."""
    if write.item is not None and write.verb in SETS:
        sql = "UPDATE outbox SET base = ? WHERE item = ? AND verb = ? AND id > ? AND state IN ('parked', 'pending')"
        conn.execute(sql, (as_json(base), write.item, write.verb, write.id))


def expected(conn: sqlite3.Connection, write: Outgoing, owner: str | None) -> None:
    """The owner that a verdict has set at its source is no news to that verdict, in whatever words it was read back."""
    mark = marks.load(conn, write.item) if write.item is not None and write.verb == "assign" else NO_MARK
    if mark.verdict is Verdict.ASSIGN and write.value and mark.target == write.value["name"]:
        sql = "UPDATE changes SET seen = ? WHERE item = ? AND field = 'owner' AND new = ? AND seen > ?"
        at = seconds(mark.at)
        conn.execute(sql, (at, write.item, owner, at))


def recover(conn: sqlite3.Connection, until: datetime, source: str | None = None, why: str = "") -> int:
    """Nobody sends now: what looks as if it were being sent may have arrived or not. How many there were.

    ``why`` it was broken off, as far as that is known.
    """
    sql = (
        f"UPDATE outbox SET state = 'pending', doubt = 1, due = ?, attempts = attempts + 1, what = ?, why = ?, next_step = ? "
        f"WHERE state = 'sending' AND {_ON_ITS_WAY} AND source = coalesce(?, source)"
    )
    why = f"{why}; nobody knows whether it arrived" if why else "nobody knows whether it arrived"
    words = ("its sending was broken off", why, "opstui looks before it sends it again.")
    return conn.execute(sql, (ceil(until.timestamp()), *words, source)).rowcount


def in_flight(conn: Connection) -> frozenset[str]:
    """The sources that something looks as if it were being sent to."""
    sql = f"SELECT DISTINCT source FROM outbox WHERE state = 'sending' AND {_ON_ITS_WAY}"
    return frozenset(source for (source,) in conn.execute(sql).fetchall())


def hasten(
    conn: sqlite3.Connection,
    now: datetime,
    sources: Collection[str],
    *,
    settled: datetime | None = None,
    held_only: bool = False,
) -> None:
    """Send at once what is held or waits for its next try.

    What may have arrived is looked for as soon as it has ``settled``; without that it waits on. ``held_only``: so does what
    was tried before.
    """
    whole = f"UPDATE outbox SET due = ? WHERE state = 'pending' AND {_ON_ITS_WAY} AND due > ? AND doubt = ? AND source IN "
    tried = " AND attempts = 0" if held_only else ""
    for doubt, until in ((0, now), (1, settled)):
        if until is None:
            continue
        at = ceil(until.timestamp()) if doubt else seconds(until)
        for part in sliced(list(sources)):
            conn.execute(f"{whole} ({holes(part)}){tried}", (at, at, doubt, *part))


def delay(conn: sqlite3.Connection, source: str, until: datetime) -> None:
    """Nothing of a source is sent before that."""
    at = ceil(until.timestamp())
    sql = f"UPDATE outbox SET due = ? WHERE state = 'pending' AND {_ON_ITS_WAY} AND source = ? AND due < ?"
    conn.execute(sql, (at, source, at))


def hold_up(
    conn: sqlite3.Connection, source: str, now: datetime, until: datetime, *, what: str, why: str, next_step: str
) -> None:
    """What is due cannot be sent at all, for a reason that is none of its own: later, and each says why."""
    sql = (
        "UPDATE outbox SET due = ?, attempts = attempts + 1, what = ?, why = ?, next_step = ? "
        f"WHERE state = 'pending' AND {_ON_ITS_WAY} AND source = ? AND due <= ?"
    )
    conn.execute(sql, (ceil(until.timestamp()), what, why, next_step, source, seconds(now)))


def tired(conn: sqlite3.Connection | Connection, source: str, tries: int) -> int:
    """How many changes of a source have been tried so often and still wait."""
    sql = f"SELECT count(*) FROM outbox WHERE state = 'pending' AND {_ON_ITS_WAY} AND source = ? AND attempts >= ?"
    return int(conn.execute(sql, (source, tries)).fetchone()[0])


def taken(conn: Connection, write: Outgoing) -> frozenset[str]:
    """The ids of what other changes of ours are known to have made, where this one's could be looked for.

    Not of what was taken back: some sources give the id of a comment that is gone to the next one.
    """
    where, values = ("ref = ?", (write.ref,)) if write.verb != "create" else ("source = ?", (write.source,))
    sql = (
        f"SELECT made FROM outbox o WHERE {where} AND verb = ? AND id <> ? AND made <> '' AND undoes IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM outbox u WHERE u.ref = o.ref AND u.undoes = o.id AND u.state = 'sent')"
    )
    return frozenset(made for (made,) in conn.execute(sql, (*values, write.verb, write.id)).fetchall())


def sent_since(conn: sqlite3.Connection, source: str, since: datetime) -> set[int]:
    """The items of a source that something was sent to since then."""
    sql = "SELECT item FROM outbox WHERE source = ? AND settled >= ? AND settled IS NOT NULL AND item IS NOT NULL"
    return {item for (item,) in conn.execute(sql, (source, seconds(since))).fetchall()}


def known_as(conn: sqlite3.Connection, id: int, ref: str) -> None:
    """What a ``create`` made is an item with this ref, in the store already or soon."""
    conn.execute("UPDATE outbox SET ref = ?, item = ? WHERE id = ?", (ref, id_of(conn, ref), id))


def tally(conn: Connection, source: str, since: datetime) -> dict[str, int]:
    """How many changes of a source came to each end since then, and how many wait."""
    sql = "SELECT state, count(*) FROM outbox WHERE source = ? AND settled >= ? AND settled IS NOT NULL GROUP BY state"
    found: dict[str, int] = dict(conn.execute(sql, (source, seconds(since))).fetchall())
    sql = f"SELECT count(*) FROM outbox WHERE source = ? AND {_ON_ITS_WAY}"
    return found | {"waiting": int(conn.execute(sql, (source,)).fetchone()[0])}
