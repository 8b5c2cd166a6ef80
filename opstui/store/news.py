"""Which fields of a known item moved, when and by whom, as far as its source tells."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from opstui.domain.model import PRIORITY_WORDS, Item
from opstui.store.itemrows import ITEM
from opstui.store.rows import holes, seconds, sliced

INSERT = "INSERT INTO changes (item, field, old, new, at, who, seen) VALUES (?, ?, ?, ?, ?, ?, ?)"
"""``at`` is when it moved, ``seen`` when that was news here."""

SOURCE, REMOVED = "source", "removed"
"""The change that tells that a source has dropped an item."""

Past = frozenset[tuple[str, str | None, int]]
"""What is recorded of an item: field, new value, time."""

_AT = {name: place for place, name in enumerate(ITEM.split(", "))}
_PLAIN = ("title", "status", "owner", "reporter", "team")
_SHORT = 200
"""A text that moved is recorded up to here: the change is a pointer, the item has the text."""


def first_history(id: int, item: Item, at: int) -> list[tuple[Any, ...]]:
    """The history an item brings when it is first seen. It is no news of today: each change was news when it happened."""
    fallback = seconds(item.updated) or seconds(item.created) or at
    rows = []
    for change in item.history:
        when = fallback if change.at is None else int(change.at.timestamp())
        rows.append((id, change.field, change.old, change.new, when, change.who, min(when, at)))
    return rows


def moved(
    id: int, item: Item, old: Sequence[Any], new: Sequence[Any], gone: int | None, thread: int, past: Past, at: int
) -> list[tuple[Any, ...]]:
    """One row for every field that is not what it was, with time and person from the item's own history when it has them."""
    rows: list[tuple[Any, ...]] = []
    told: dict[str, tuple[str | None, int, str | None]] = {}
    for change in item.history:
        when = None if change.at is None else int(change.at.timestamp())
        if when is not None and (change.field, change.new, when) not in past:
            rows.append((id, change.field, change.old, change.new, when, change.who, at))
            told[change.field] = (change.new, when, change.who)
    updated, before_that = new[_AT["updated"]], old[_AT["updated"]]
    when = updated if updated and updated <= at and updated != before_that else at
    for field, before, after in _differences(old, new):
        if field not in told:
            rows.append((id, field, before, after, when, item.changed_by, at))
    if gone is not None:
        rows.append((id, SOURCE, REMOVED, None, at, None, at))
    if len(item.comments) > thread and "comments" not in told:
        last = item.comments[-1]
        rows.append((id, "comments", str(thread), str(len(item.comments)), seconds(last.at) or at, last.who, at))
    return rows


def past(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Past]:
    """What is already recorded of these items, so that a history told again is not written again."""
    found: dict[int, set[tuple[str, str | None, int]]] = {}
    for part in sliced(ids):
        sql = f"SELECT item, field, new, at FROM changes WHERE item IN ({holes(part)})"
        for item, field, new, at in conn.execute(sql, part).fetchall():
            found.setdefault(item, set()).add((field, new, at))
    return {item: frozenset(rows) for item, rows in found.items()}


def _differences(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[str, str | None, str | None]]:
    found = [(name, old[_AT[name]], new[_AT[name]]) for name in _PLAIN if old[_AT[name]] != new[_AT[name]]]
    if not any(field == "status" for field, _, _ in found) and _differ("stage", old, new):
        found.append(("stage", old[_AT["stage"]], new[_AT["stage"]]))
    if _differ("priority", old, new) or _differ("priority_label", old, new):
        found.append(("priority", _priority(old), _priority(new)))
    if _differ("labels", old, new):
        found.append(("labels", _labels(old), _labels(new)))
    for name, field in (("due", "due"), ("sla_due", "sla")):
        if _differ(name, old, new):
            found.append((field, _time(old[_AT[name]]), _time(new[_AT[name]])))
    if _differ("body", old, new):
        found.append(("body", old[_AT["body"]][:_SHORT], new[_AT["body"]][:_SHORT]))
    return [(field, before or None, after or None) for field, before, after in found]


def _differ(name: str, old: Sequence[Any], new: Sequence[Any]) -> bool:
    return bool(old[_AT[name]] != new[_AT[name]])


def _priority(values: Sequence[Any]) -> str | None:
    label, number = values[_AT["priority_label"]], values[_AT["priority"]]
    return label or (None if number is None else PRIORITY_WORDS.get(number, str(number)))


def _labels(values: Sequence[Any]) -> str:
    return ", ".join(values[_AT["labels"]].strip("\n").split("\n"))


def _time(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
