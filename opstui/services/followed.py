"""Escalations follow their items: over when the source closes one, and open again when it opens one that still is escalated."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.escalation import Outcome
from opstui.store import escalated, records

if TYPE_CHECKING:
    from opstui.store.db import Connection, Store

CLOSED = "closed at its source"


def follow(store: Store, now: datetime) -> bool:
    """Write what became of them; whether anything did. Without news nothing waits for the write lock."""
    if not escalated.over(store.read) and not escalated.again(store.read):
        return False
    with store.writing() as conn:
        _follow(conn, now.replace(microsecond=0))
    return True


def _follow(conn: Connection, now: datetime) -> None:
    for uid in escalated.over(conn):
        if (kept := records.load(conn, uid)) is not None:
            what = replace(kept.what, outcome=Outcome.CLOSED, ended=now, said=CLOSED)
            records.save(conn, kept.now(what, open=False, due=None))
    for uid in escalated.again(conn):
        if (kept := records.load(conn, uid)) is not None:
            what = replace(kept.what, outcome=Outcome.OPEN, ended=None, said="")
            records.save(conn, kept.now(what, open=True, due=what.due))
