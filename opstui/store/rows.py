"""Rows and what is asked with: times as whole UTC seconds, values in slices that fit one statement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")

SLICE = 500
"""How many values go into one statement."""
UNDONE = """EXISTS (SELECT 1 FROM journal_groups u WHERE u.undoes = g.id
  AND NOT EXISTS (SELECT 1 FROM journal_groups r WHERE r.redoes = g.id AND r.id > u.id))"""
"""The groups ``g`` that are taken back."""


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


def as_json(value: Any) -> str:
    """One form only, so that equal values are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def is_item(item: str, ref: str) -> str:
    """The condition, in SQL, that a row of ``items`` is the one that a column with a ref names."""
    return f"{item}.source = substr({ref}, 1, instr({ref}, ':') - 1) AND {item}.key = substr({ref}, instr({ref}, ':') + 1)"
