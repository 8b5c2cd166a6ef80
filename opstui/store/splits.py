"""How many lines each split has: stored, so that the first paint reads a number; counted anew away from the keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.views import SplitCount, View
from opstui.errors import QueryError, StoreBusy, StoreFull, StoreReadOnly
from opstui.store import order

if TYPE_CHECKING:
    from opstui.domain.urgency import Rules
    from opstui.store.db import Connection, Store

Splits = Sequence[tuple[str, str]]
"""Name and query of each."""


def stored_splits(conn: Connection, splits: Splits) -> list[SplitCount]:
    """The counts as they were last taken, in the order of ``splits``; not fresh when a query is new here."""
    stored = {name: (query, n) for name, query, n in conn.execute("SELECT name, query, n FROM split_counts").fetchall()}
    found = []
    for name, query in splits:
        before, n = stored.get(name, ("", 0))
        known = name in stored and before == query
        found.append(SplitCount(name, query, n if known else 0, known))
    return found


def recount_splits(store: Store, splits: Splits, *, since: datetime, now: datetime, rules: Rules) -> list[SplitCount]:
    """Count on the calling thread's read connection, then write what differs in one short transaction."""
    conn = store.read
    counts = []
    for name, query in splits:
        try:
            counts.append(SplitCount(name, query, order.count(conn, View(query=query), since, now, rules)))
        except QueryError:
            counts.append(SplitCount(name, query, 0))  # the config check tells of it; a count must not fail for it
    if counts != stored_splits(conn, splits) or _others(conn, splits):
        try:
            _keep(store, counts)
        except (StoreReadOnly, StoreFull, StoreBusy):
            pass  # a count that cannot be kept is right all the same
    return counts


def _keep(store: Store, counts: Sequence[SplitCount]) -> None:
    with store.writing() as writer:
        writer.execute("DELETE FROM split_counts WHERE name <> ''")
        rows = [(one.name, one.query, one.count) for one in counts if one.name]
        writer.executemany("INSERT OR REPLACE INTO split_counts (name, query, n) VALUES (?, ?, ?)", rows)


def _others(conn: Connection, splits: Splits) -> bool:
    names = {name for name, _ in splits}
    return any(name and name not in names for (name,) in conn.execute("SELECT name FROM split_counts").fetchall())
