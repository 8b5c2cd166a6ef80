"""The manager's marks on items: one row an item, and the same as JSON for the journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opstui.domain.model import NO_MARK, Mark, Stage, Verdict
from opstui.store.rows import holes, moment, seconds, sliced

COLUMNS = "verdict, at, who, until, reason, target, owner, priority, stage, for_block, basis, staged"
"""Of the table ``marks``, in the order of ``from_row``."""

_NAMES = tuple(COLUMNS.split(", "))
_UPSERT = f"INSERT INTO marks (item, {COLUMNS}) VALUES (?, {holes(_NAMES)}) ON CONFLICT (item) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _NAMES
)


def from_row(row: tuple[Any, ...]) -> Mark:
    """A mark from its columns."""
    verdict, at, who, until, reason, target, owner, priority, stage, for_block, basis, staged = row
    return Mark(
        verdict=Verdict(verdict) if verdict else None,
        at=moment(at),
        who=who,
        until=moment(until),
        reason=reason,
        target=target,
        owner=owner,
        priority=priority,
        stage=Stage(stage) if stage else None,
        for_block=bool(for_block),
        basis=basis,
        staged=moment(staged),
    )


def load(conn: sqlite3.Connection, item: int) -> Mark:
    """The mark on an item, ``NO_MARK`` when there is none."""
    row = conn.execute(f"SELECT {COLUMNS} FROM marks WHERE item = ?", (item,)).fetchone()
    return from_row(row) if row else NO_MARK


def load_many(conn: sqlite3.Connection, items: Iterable[int]) -> dict[int, Mark]:
    """The marks on these items; items without one are absent."""
    found: dict[int, Mark] = {}
    for part in sliced(list(items)):
        sql = f"SELECT item, {COLUMNS} FROM marks WHERE item IN ({holes(part)})"
        found.update((row[0], from_row(row[1:])) for row in conn.execute(sql, part))
    return found


def every(conn: sqlite3.Connection) -> Iterator[tuple[str, Mark]]:
    """Every mark by the ref of its item, those too that wait for theirs."""
    names = ", ".join(f"m.{name}" for name in _NAMES)
    for ref, *row in conn.execute(
        f"SELECT i.source || ':' || i.key, {names} FROM marks m JOIN items i ON i.id = m.item ORDER BY 1"
    ):
        yield ref, from_row(tuple(row))
    for ref, mark in all_waiting(conn):
        yield ref, parse(mark)


def save(conn: sqlite3.Connection, marks: Mapping[int, Mark]) -> None:
    """Write marks; ``NO_MARK`` removes the row, so that what was undone leaves no trace here."""
    kept = [(item, *_columns(mark)) for item, mark in marks.items() if mark != NO_MARK]
    dropped = [(item,) for item, mark in marks.items() if mark == NO_MARK]
    if kept:
        conn.executemany(_UPSERT, kept)
    if dropped:
        conn.executemany("DELETE FROM marks WHERE item = ?", dropped)


def dump(mark: Mark) -> str | None:
    """A mark as JSON in one form only, so that equal marks are equal texts; None for no mark."""
    if mark == NO_MARK:
        return None
    values = {name: value for name, value in zip(_NAMES, _columns(mark), strict=True) if value not in (None, "", 0)}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if values else None


def parse(text: str | None) -> Mark:
    """A mark from what ``dump`` made of it."""
    if not text:
        return NO_MARK
    values = json.loads(text)
    return from_row(tuple(values.get(name, _EMPTY.get(name)) for name in _NAMES))


def waiting(conn: sqlite3.Connection, ref: str) -> str | None:
    """The mark, as JSON, that waits for an item which no source has brought yet: it came with an import."""
    row = conn.execute("SELECT mark FROM marks_waiting WHERE ref = ?", (ref,)).fetchone()
    return str(row[0]) if row else None


def all_waiting(conn: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every mark that waits, with the ref it waits for."""
    return conn.execute("SELECT ref, mark FROM marks_waiting ORDER BY ref").fetchall()


def keep_waiting(conn: sqlite3.Connection, ref: str, mark: str | None) -> None:
    """Keep a mark until its item comes; None drops it."""
    if mark is None:
        conn.execute("DELETE FROM marks_waiting WHERE ref = ?", (ref,))
    else:
        conn.execute(
            "INSERT INTO marks_waiting (ref, mark) VALUES (?, ?) ON CONFLICT (ref) DO UPDATE SET mark = excluded.mark",
            (ref, mark),
        )


def adopt(conn: sqlite3.Connection) -> list[int]:
    """Give items that have come since the marks that waited for them; the ids of those that got one."""
    found = conn.execute(
        "SELECT w.ref, i.id, w.mark FROM marks_waiting w JOIN items i "
        "ON i.source = substr(w.ref, 1, instr(w.ref, ':') - 1) AND i.key = substr(w.ref, instr(w.ref, ':') + 1)"
    ).fetchall()
    save(conn, {id: parse(mark) for _, id, mark in found})
    conn.executemany("DELETE FROM marks_waiting WHERE ref = ?", [(ref,) for ref, _, _ in found])
    return [id for _, id, _ in found]


_EMPTY = {"reason": "", "target": "", "for_block": 0, "basis": ""}


def _columns(mark: Mark) -> tuple[Any, ...]:
    return (
        mark.verdict.value if mark.verdict else None,
        seconds(mark.at),
        mark.who,
        seconds(mark.until),
        mark.reason,
        mark.target,
        mark.owner,
        mark.priority,
        mark.stage.value if mark.stage else None,
        int(mark.for_block),
        mark.basis,
        seconds(mark.staged),
    )
