"""Rows and what is asked with: times as whole UTC seconds, values in slices that fit one statement."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

T = TypeVar("T")

SLICE = 500
"""How many values go into one statement."""


def seconds(at: datetime | None) -> int | None:
    """Whole UTC seconds since 1970, as the store keeps times."""
    return None if at is None else int(at.timestamp())


def moment(at: int | None) -> datetime | None:
    """The time of stored seconds."""
    return None if at is None else datetime.fromtimestamp(at, UTC)


def sliced(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """``values`` in parts that fit one statement."""
    for start in range(0, len(values), SLICE):
        yield values[start : start + SLICE]


def holes(values: Sequence[object]) -> str:
    """As many ``?`` as there are values."""
    return ", ".join("?" * len(values))


def insert(conn: sqlite3.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Write ``rows`` by an INSERT of one row, many rows a statement.

    SQLite works without the interpreter's lock while a statement runs; with ``executemany`` a busy second thread would
    take the lock away at every row.
    """
    at = 0
    for size in _AT_ONCE:
        while len(rows) - at >= size:
            conn.execute(_repeated(sql, size), list(chain.from_iterable(rows[at : at + size])))
            at += size
    if at < len(rows):
        conn.executemany(sql, rows[at:])


_AT_ONCE = (250, 50, 10)
"""Few sizes, so that each is compiled once; 250 rows stay below the variables that SQLite allows."""


@lru_cache(maxsize=32)
def _repeated(sql: str, size: int) -> str:
    head, values, one = sql.rpartition(" VALUES ")
    return head + values + ", ".join([one] * size)


def as_json(value: Any) -> str:
    """One form only, so that equal values are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
