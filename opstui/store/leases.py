"""Who may do what only one process at a time may do: a row with a heartbeat per right."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from opstui.store.rows import moment, seconds

ENGINE = "engine"
"""The right to be the one engine of a store."""

STALE_S = 30
"""A holder that has not been heard of for so long is taken for dead."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a right: ``holder`` is unique to one process and says for people what it is."""

    holder: str
    pid: int
    host: str
    beat: datetime | None


def acquire(conn: sqlite3.Connection, name: str, mine: Lease, now: datetime) -> bool:
    """Take a right unless a living process holds it; the caller holds the transaction."""
    held = current(conn, name)
    if held is not None and held.holder != mine.holder and not is_dead(held, mine.host, now):
        return False
    conn.execute(
        "INSERT INTO leases (name, holder, pid, host, beat) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
        "holder = excluded.holder, pid = excluded.pid, host = excluded.host, beat = excluded.beat",
        (name, mine.holder, mine.pid, mine.host, seconds(now)),
    )
    return True


def renew(conn: sqlite3.Connection, name: str, holder: str, now: datetime) -> bool:
    """Show that the holder lives; False when somebody else has taken the right meanwhile."""
    done = conn.execute("UPDATE leases SET beat = ? WHERE name = ? AND holder = ?", (seconds(now), name, holder))
    return bool(done.rowcount)


def release(conn: sqlite3.Connection, name: str, holder: str) -> None:
    """Give a right back; nothing happens when it is another's."""
    conn.execute("DELETE FROM leases WHERE name = ? AND holder = ?", (name, holder))


def current(conn: sqlite3.Connection, name: str) -> Lease | None:
    """Who holds a right, alive or not."""
    row = conn.execute("SELECT holder, pid, host, beat FROM leases WHERE name = ?", (name,)).fetchone()
    return None if row is None else Lease(row[0], row[1], row[2], moment(row[3]))


def is_dead(lease: Lease, host: str, now: datetime) -> bool:
    """Whether a holder is surely gone: its process, where we can look, or its heartbeat."""
    beat = seconds(lease.beat) or 0
    if abs((seconds(now) or 0) - beat) > STALE_S:
        return True
    return lease.host == host and not _runs(lease.pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's, so it is there
    return True
