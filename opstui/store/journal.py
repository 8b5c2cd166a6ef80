"""The journal: every action as one group of lines, each with what stood before and after. Append-only.

A group is *undone* when the last group that names it in ``undoes`` is younger than any that names it in ``redoes``.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opstui.store.rows import UNDONE

MARK = "mark"
NOTE = "note"
DECISION = "decision"
OUTBOX = "outbox"
RECORD = "record"
"""What a line is about; comments are notes of another kind, a change meant for a source is named by its uid, and a record's
line holds all of it."""

_GROUP = "g.id, g.uid, g.at_ms, g.who, g.verb, g.summary, g.why, g.undoable, g.undoes, g.redoes"
_PLAIN = "g.undoable = 1 AND g.undoes IS NULL AND g.redoes IS NULL"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed: an item's mark, a note or a decision. ``before`` and ``after`` are JSON, None: not there."""

    ref: str
    item: int | None
    target: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """One action; ``undoes`` and ``redoes`` name the group it took back or did again."""

    id: int
    uid: str
    at: datetime
    who: str
    verb: str
    summary: str
    why: str = ""
    undoable: bool = True
    undoes: int | None = None
    redoes: int | None = None


def new_uid() -> str:
    """A name that no other store has given."""
    return os.urandom(16).hex()


def write(
    conn: sqlite3.Connection,
    lines: Iterable[Line],
    *,
    at: datetime,
    who: str,
    verb: str,
    summary: str,
    why: str = "",
    undoable: bool = True,
    undoes: int | None = None,
    redoes: int | None = None,
    uid: str | None = None,
) -> int:
    """Append a group with its lines and return its number."""
    cursor = conn.execute(
        "INSERT INTO journal_groups (uid, at_ms, who, verb, summary, why, undoable, undoes, redoes) VALUES (?,?,?,?,?,?,?,?,?)",
        (uid or new_uid(), int(at.timestamp() * 1000), who, verb, summary, why, int(undoable), undoes, redoes),
    )
    group = int(cursor.lastrowid or 0)
    conn.executemany(
        "INSERT INTO journal (grp, ref, item, target, before, after) VALUES (?,?,?,?,?,?)",
        ((group, line.ref, line.item, line.target, line.before, line.after) for line in lines),
    )
    return group


def group(conn: sqlite3.Connection, id: int) -> Group | None:
    """One group, None when there is none of that number."""
    row = conn.execute(f"SELECT {_GROUP} FROM journal_groups g WHERE g.id = ?", (id,)).fetchone()
    return _group(row) if row else None


def lines(conn: sqlite3.Connection, group: int, limit: int = -1) -> list[Line]:
    """The lines of a group in the order written; ``limit`` -1 means all."""
    sql = "SELECT ref, item, target, before, after FROM journal WHERE grp = ? ORDER BY id LIMIT ?"
    return [Line(*row) for row in conn.execute(sql, (group, limit))]


def can_undo(conn: sqlite3.Connection, limit: int) -> list[Group]:
    """The actions that stand and can be taken back, youngest first."""
    sql = f"SELECT {_GROUP} FROM journal_groups g WHERE {_PLAIN} AND NOT {UNDONE} ORDER BY g.id DESC LIMIT ?"
    return [_group(row) for row in conn.execute(sql, (limit,))]


def can_redo(conn: sqlite3.Connection, limit: int) -> list[Group]:
    """The actions undone since the last new one, the one undone last first."""
    # Every undo younger than the last plain action, unless a still younger redo took it back.
    sql = f"""SELECT {_GROUP} FROM journal_groups u JOIN journal_groups g ON g.id = u.undoes
      WHERE u.id > coalesce((SELECT g.id FROM journal_groups g WHERE {_PLAIN} ORDER BY g.id DESC LIMIT 1), 0)
      AND NOT EXISTS (SELECT 1 FROM journal_groups r WHERE r.redoes = u.undoes AND r.id > u.id)
      ORDER BY u.id DESC LIMIT ?"""
    return [_group(row) for row in conn.execute(sql, (limit,))]


def is_undone(conn: sqlite3.Connection, id: int) -> bool:
    """Whether a group was taken back and not done again."""
    sql = f"SELECT 1 FROM journal_groups g WHERE g.id = ? AND {UNDONE}"
    return conn.execute(sql, (id,)).fetchone() is not None


def later(conn: sqlite3.Connection, id: int, ref: str) -> Group | None:
    """The youngest standing action after a group that touched the same item's mark."""
    sql = f"""SELECT {_GROUP} FROM journal j JOIN journal_groups g ON g.id = j.grp
      WHERE j.ref = ? AND j.ref <> '' AND j.target = '{MARK}' AND g.id > ?
      AND g.undoes IS NULL AND g.redoes IS NULL AND NOT {UNDONE} ORDER BY g.id DESC LIMIT 1"""
    row = conn.execute(sql, (ref, id)).fetchone()
    return _group(row) if row else None


def later_of(conn: sqlite3.Connection, id: int, target: str) -> Iterator[tuple[Group, Line]]:
    """Lines about one kind of thing in the standing actions after a group."""
    sql = f"""SELECT {_GROUP}, j.ref, j.item, j.target, j.before, j.after FROM journal j
      JOIN journal_groups g ON g.id = j.grp WHERE j.grp > ? AND j.target = ? AND {_PLAIN} AND NOT {UNDONE} ORDER BY j.id"""
    for row in conn.execute(sql, (id, target)):
        yield _group(row[:10]), Line(*row[10:])


def groups_of_item(conn: sqlite3.Connection, ref: str, limit: int) -> list[Group]:
    """The actions that touched an item, youngest first."""
    sql = f"""SELECT {_GROUP} FROM journal_groups g
      WHERE g.id IN (SELECT grp FROM journal WHERE ref = ? AND ref <> '') ORDER BY g.id DESC LIMIT ?"""
    return [_group(row) for row in conn.execute(sql, (ref, limit))]


def refs_of(conn: sqlite3.Connection, group: int, limit: int) -> list[str]:
    """The items that an action touched, as many as that at most; an empty ref among them for what is on none."""
    return [ref for (ref,) in conn.execute("SELECT DISTINCT ref FROM journal WHERE grp = ? LIMIT ?", (group, limit))]


def every(conn: sqlite3.Connection) -> Iterator[tuple[Group, list[Line]]]:
    """Every group with its lines, oldest first, in one walk over both tables."""
    rest = iter(conn.execute("SELECT grp, ref, item, target, before, after FROM journal ORDER BY grp, id"))
    line = next(rest, None)
    for row in conn.execute(f"SELECT {_GROUP} FROM journal_groups g ORDER BY g.id"):
        group, found = _group(row), []
        while line is not None and line[0] == group.id:
            found.append(Line(*line[1:]))
            line = next(rest, None)
        yield group, found


def any_group(conn: sqlite3.Connection) -> bool:
    """Whether anything was ever done here."""
    return conn.execute("SELECT 1 FROM journal_groups LIMIT 1").fetchone() is not None


def newest(conn: sqlite3.Connection) -> datetime | None:
    """The latest time that an action has, None before the first."""
    (at_ms,) = conn.execute("SELECT max(at_ms) FROM journal_groups").fetchone()
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)


def by_uid(conn: sqlite3.Connection, uid: str) -> int | None:
    """The number of the group with this uid."""
    row = conn.execute("SELECT id FROM journal_groups WHERE uid = ?", (uid,)).fetchone()
    return int(row[0]) if row else None


def _group(row: tuple[Any, ...]) -> Group:
    id, uid, at_ms, who, verb, summary, why, undoable, undoes, redoes = row
    return Group(id, uid, datetime.fromtimestamp(at_ms / 1000, UTC), who, verb, summary, why, bool(undoable), undoes, redoes)
