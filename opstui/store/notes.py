"""Notes and comments: what the manager wrote on an item or on its own. Withdrawn ones stay in the file, out of sight."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from opstui.domain.views import Entry
from opstui.store.journal import new_uid

NOTE = "note"
COMMENT = "comment"
_ENTRY = "id, kind, at, who, text, ref"
_NOTE = "id, uid, kind, at, who, ref, text, withdrawn"


@dataclass(frozen=True, slots=True)
class Note:
    """A note or comment as it stands in the file."""

    id: int
    uid: str
    kind: str
    at: datetime
    who: str
    ref: str
    text: str
    withdrawn: datetime | None


def add(
    conn: sqlite3.Connection, *, kind: str, at: datetime, who: str, ref: str, text: str, uid: str | None = None
) -> tuple[int, str]:
    """Write one; its id and uid."""
    uid = uid or new_uid()
    cursor = conn.execute(
        "INSERT INTO notes (uid, kind, at, who, ref, text) VALUES (?, ?, ?, ?, ?, ?)",
        (uid, kind, int(at.timestamp()), who, ref, text),
    )
    return int(cursor.lastrowid or 0), uid


def load(conn: sqlite3.Connection, id: int) -> Note | None:
    """One note, withdrawn or not."""
    row = conn.execute(f"SELECT {_NOTE} FROM notes WHERE id = ?", (id,)).fetchone()
    return _note(row) if row else None


def by_uid(conn: sqlite3.Connection, uid: str) -> Note | None:
    """The note with this uid, withdrawn or not."""
    row = conn.execute(f"SELECT {_NOTE} FROM notes WHERE uid = ?", (uid,)).fetchone()
    return _note(row) if row else None


def set_withdrawn(conn: sqlite3.Connection, uid: str, at: datetime | None) -> None:
    """Put a note out of sight, or back (None)."""
    conn.execute("UPDATE notes SET withdrawn = ? WHERE uid = ?", (int(at.timestamp()) if at else None, uid))


def of(conn: sqlite3.Connection, ref: str, limit: int = 100, *, told: bool = True) -> tuple[Entry, ...]:
    """The notes and comments on an item, oldest first (the youngest ``limit`` of them).

    Without ``told`` a comment that is meant for the item's source is left out: the outbox has it, and then the source's thread.
    """
    # The change of a comment has its uid; those that take it back or make it again have a number behind it.
    mine = "(o.uid = notes.uid OR (o.uid > notes.uid || '-' AND o.uid < notes.uid || '.'))"
    here = "" if told else f"AND NOT EXISTS (SELECT 1 FROM outbox o WHERE {mine} AND o.state <> 'cancelled') "
    sql = (
        f"SELECT {_ENTRY} FROM notes WHERE ref = ? AND ref <> '' AND withdrawn IS NULL {here}ORDER BY at DESC, id DESC LIMIT ?"
    )
    return tuple(entry(row) for row in reversed(conn.execute(sql, (ref, limit)).fetchall()))


def every(conn: sqlite3.Connection) -> Iterator[Note]:
    """Every note, withdrawn ones too, oldest first."""
    for row in conn.execute(f"SELECT {_NOTE} FROM notes ORDER BY id"):
        yield _note(row)


def entry(row: tuple[int, str, int, str, str, str]) -> Entry:
    """A line of the log from ``id, kind, at, who, text, ref``."""
    id, kind, at, who, text, ref = row
    return Entry(id, kind, datetime.fromtimestamp(at, UTC), who, text, ref)


def _note(row: tuple[int, str, str, int, str, str, str, int | None]) -> Note:
    id, uid, kind, at, who, ref, text, withdrawn = row
    gone = None if withdrawn is None else datetime.fromtimestamp(withdrawn, UTC)
    return Note(id, uid, kind, datetime.fromtimestamp(at, UTC), who, ref, text, gone)
