"""Whether one item fits queries: by the domain's own matching, of which the SQL of splits is held to mean the same.

The SQL would look up every item that has a word; for one item the answer lies in its own few rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.model import Stage
from opstui.domain.query import Facts, predicate
from opstui.store import items
from opstui.store.rows import moment

if TYPE_CHECKING:
    from opstui.domain.query import Node
    from opstui.domain.urgency import Rules
    from opstui.store.db import Connection

_RANK = "owner, priority, stage, sla_due, sla_left, blocks, changed, rank, urgent, important"
_APART = "\n\u01c1\n"
"""Between two notes: a letter that nobody writes, so that no words are found across their ends."""


def fits(conn: Connection, id: int, nodes: Sequence[Node], rules: Rules, now: datetime) -> list[bool]:
    """For each query whether the item fits it."""
    facts = facts_of(conn, id)
    return [facts is not None and predicate(node, now, rules.people, rules.calendar)(facts) for node in nodes]


def facts_of(conn: Connection, id: int) -> Facts | None:
    """What a query can ask of one item, None when there is no such item."""
    item = items.load_item(conn, id)
    row = conn.execute(f"SELECT {_RANK} FROM ranks WHERE item = ?", (id,)).fetchone()
    if item is None or row is None:
        return None
    owner, priority, stage, due, left, blocks, changed, rank, urgent, important = row
    written = conn.execute("SELECT text FROM notes WHERE ref = ? AND withdrawn IS NULL ORDER BY id", (item.ref,)).fetchall()
    return Facts(
        item,
        owner,
        priority,
        Stage(stage),
        moment(due),
        left,
        blocks,
        moment(changed),
        rank,
        bool(urgent),
        bool(important),
        _APART.join(text for (text,) in written),
    )
