"""Builders for tests: a sensible default for everything, so that a test names only what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from opstui.domain.model import Item

MORNING = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
"""A Friday, five past eight."""


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime = MORNING) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> datetime:
        """Move on by ``timedelta(**span)``."""
        self.time += timedelta(**span)
        return self.time


def an_item(key: str = "INC1", title: str = "Dock 7 scanner rejects every label", **more: Any) -> Item:
    """A ticket of the help desk, opened an hour before the morning."""
    values: dict[str, Any] = {
        "source": "helpdesk",
        "key": key,
        "title": title,
        "status": "Open",
        "created": MORNING - timedelta(hours=1),
        "updated": MORNING - timedelta(hours=1),
        "fingerprint": f"{key}-1",
    }
    return Item(**(values | more))


def counter() -> Callable[[], int]:
    """Numbers from 1."""
    state = {"n": 0}

    def count() -> int:
        state["n"] += 1
        return state["n"]

    return count


def add_item(conn: Any, key: str = "INC1", **more: Any) -> int:
    """A row of ``items`` as a pull leaves it, without ranks: for tests of what hangs on an item. Its id."""
    item = an_item(key, **more)
    cursor = conn.execute(
        "INSERT INTO items (source, key, kind, title, body, status, stage, priority_label, labels, url, fields, fingerprint, "
        "first_seen) VALUES (?, ?, ?, ?, '', ?, ?, '', '', '', '{}', ?, 0)",
        (item.source, item.key, item.kind, item.title, item.status, item.stage, item.fingerprint),
    )
    return int(cursor.lastrowid)
