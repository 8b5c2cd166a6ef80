"""Decisions: what, why, what was dropped, who owns it, when it is looked at again, and which one took its place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from opstui.domain.views import Decision
from opstui.store import fulltext
from opstui.store.journal import new_uid

_COLUMNS = (
    "d.id, d.uid, d.at, d.who, d.what, d.why, d.options, d.owner, d.review_on, d.effect, d.ref, d.supersedes, d.superseded_by"
)


def add(
    conn: sqlite3.Connection,
    *,
    at: datetime,
    who: str,
    what: str,
    why: str = "",
    options: Sequence[str] = (),
    owner: str = "",
    review_on: str = "",
    effect: str = "",
    ref: str = "",
    supersedes: int | None = None,
    uid: str | None = None,
) -> tuple[int, str]:
    """Write one, pointing at the one it supersedes and that one at it; its id and uid."""
    uid = uid or new_uid()
    cursor = conn.execute(
        "INSERT INTO decisions (uid, at, who, ref, what, why, options, owner, review_on, effect, supersedes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(uid, int(at.timestamp()), who, ref, what, why, json.dumps(list(options), ensure_ascii=False)),
            *(owner, review_on, effect, supersedes),
        ),
    )
    id = int(cursor.lastrowid or 0)
    if supersedes is not None:
        set_superseded(conn, supersedes, id)
    return id, uid


def set_superseded(conn: sqlite3.Connection, id: int, by: int | None) -> None:
    """Say which decision took this one's place, None: it is in force again."""
    conn.execute("UPDATE decisions SET superseded_by = ? WHERE id = ?", (by, id))


def link(conn: sqlite3.Connection, uid: str, supersedes: str | None, superseded_by: str | None) -> None:
    """Point a decision at its neighbours by their uids; one that is not in this file is left out."""
    conn.execute(
        "UPDATE decisions SET supersedes = (SELECT id FROM decisions WHERE uid = ?), "
        "superseded_by = (SELECT id FROM decisions WHERE uid = ?) WHERE uid = ?",
        (supersedes, superseded_by, uid),
    )


def set_withdrawn(conn: sqlite3.Connection, uid: str, at: datetime | None) -> None:
    """Put a decision out of sight, or back (None)."""
    conn.execute("UPDATE decisions SET withdrawn = ? WHERE uid = ?", (int(at.timestamp()) if at else None, uid))


def load(conn: sqlite3.Connection, id: int) -> Decision | None:
    """One decision that is not withdrawn."""
    row = conn.execute(f"SELECT {_COLUMNS} FROM decisions d WHERE d.id = ? AND d.withdrawn IS NULL", (id,)).fetchone()
    return _decision(row) if row else None


def by_uid(conn: sqlite3.Connection, uid: str) -> tuple[Decision, datetime | None] | None:
    """The decision with this uid and when it was withdrawn."""
    row = conn.execute(f"SELECT {_COLUMNS}, d.withdrawn FROM decisions d WHERE d.uid = ?", (uid,)).fetchone()
    return (_decision(row[:-1]), _moment(row[-1])) if row else None


def find(conn: sqlite3.Connection, query: str, ref: str, offset: int, limit: int) -> list[Decision]:
    """Decisions by words and by item, youngest first."""
    where, args = ["d.withdrawn IS NULL"], []
    if match := fulltext.match(query):
        where.append("d.id IN (SELECT rowid FROM decisions_fts WHERE decisions_fts MATCH ?)")
        args.append(match)
    if ref:
        where.append("d.ref = ?")
        args.append(ref)
    sql = f"SELECT {_COLUMNS} FROM decisions d WHERE {' AND '.join(where)} ORDER BY d.at DESC, d.id DESC LIMIT ? OFFSET ?"
    return [_decision(row) for row in conn.execute(sql, (*args, limit, offset))]


def every(conn: sqlite3.Connection) -> Iterator[tuple[Decision, datetime | None]]:
    """Every decision with when it was withdrawn, oldest first."""
    for row in conn.execute(f"SELECT {_COLUMNS}, d.withdrawn FROM decisions d ORDER BY d.id"):
        yield _decision(row[:-1]), _moment(row[-1])


def _decision(row: tuple[Any, ...]) -> Decision:
    id, uid, at, who, what, why, options, owner, review_on, effect, ref, supersedes, superseded_by = row
    return Decision(
        id=id,
        uid=uid,
        at=datetime.fromtimestamp(at, UTC),
        who=who,
        what=what,
        why=why,
        options=tuple(json.loads(options)),
        owner=owner,
        review_on=review_on,
        effect=effect,
        ref=ref,
        supersedes=supersedes,
        superseded_by=superseded_by,
    )


def _moment(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def uid_of(conn: sqlite3.Connection, id: int) -> str | None:
    """The uid of a decision."""
    row = conn.execute("SELECT uid FROM decisions WHERE id = ?", (id,)).fetchone()
    return str(row[0]) if row else None


def id_of(conn: sqlite3.Connection, uid: str) -> int | None:
    """The number of a decision in this file."""
    row = conn.execute("SELECT id FROM decisions WHERE uid = ?", (uid,)).fetchone()
    return int(row[0]) if row else None
