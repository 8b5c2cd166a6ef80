"""Whether one item fits a query: asked of the same SQL that makes a split, so that the two cannot disagree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.store.querysql import where

if TYPE_CHECKING:
    from opstui.domain.query import Node
    from opstui.domain.urgency import Rules
    from opstui.store.db import Connection


def fits(conn: Connection, id: int, nodes: Sequence[Node], rules: Rules, now: datetime) -> list[bool]:
    """For each query whether the item fits it."""
    found = []
    for node in nodes:
        condition = where(conn, node, rules, now)
        sql = f"SELECT 1 FROM items i JOIN ranks r ON r.item = i.id WHERE i.id = ? AND ({condition.sql})"
        found.append(conn.execute(sql, (id, *condition.args)).fetchone() is not None)
    return found
