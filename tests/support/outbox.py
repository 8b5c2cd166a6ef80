"""What the engine leaves in the store, for tests of the desk: which verbs a source has, and what became of a change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opstui.domain.outbox import State
from opstui.services import own
from opstui.services.desk import Desk
from opstui.store import outbox, ranks, sources
from opstui.store.rows import as_json
from tests.support.desk import store_of


def can(desk: Desk, source: str, verbs: Iterable[str], takes_back: Iterable[str] = ()) -> None:
    """A worker has loaded the source's connector, which has these verbs."""
    with store_of(desk).writing() as conn:
        sources.ensure(conn, source)
        sql = "UPDATE sources SET verbs = ?, takes_back = ?, last_try = coalesce(last_try, 1) WHERE name = ?"
        conn.execute(sql, (as_json(sorted(verbs)), as_json(sorted(takes_back)), source))


def settle(desk: Desk, id: int, state: State, *, raised: bool = False, **columns: Any) -> None:
    """The engine has moved a change on; ``raised``: with its item in the queue. What was sent reads back as it was wanted."""
    with store_of(desk).writing() as conn:
        if state is State.SENDING:
            conn.execute("UPDATE outbox SET tried = coalesce(tried, ?), attempts = attempts + 1 WHERE id = ?", (1, id))
        outbox.set_state(conn, id, state, **columns)
        one = outbox.load(conn, id)
        assert one is not None
        (item,) = conn.execute("SELECT item FROM outbox WHERE id = ?", (id,)).fetchone()
        if raised:
            own.raise_write(conn, one, rules=desk._at.rules, now=desk.now())
        if item is not None:
            ranks.rescore(conn, [item], desk._at.rules, desk.now())
