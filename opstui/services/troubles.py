"""A sick source and a credential that ends are items of the queue: raised once, kept true, closed when they are over.

Every function runs in its caller's transaction and tells whether the queue has changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opstui.domain.format import plural
from opstui.domain.kinds import OWN, Stage
from opstui.services import own
from opstui.store import items, sources

if TYPE_CHECKING:
    from opstui.domain.model import Item
    from opstui.services.station import Station
    from opstui.store.db import Connection

FAILURES = 3
"""So many runs in a row and a source that does not answer is somebody's business."""

AT_ONCE = frozenset({"refused", "broken"})
"""What does not mend itself."""

WARNINGS = ((timedelta(0), "over", 1), (timedelta(days=3), "near", 2), (timedelta(days=14), "soon", 3))
"""How long before its end a credential is warned of, what that is called, and its priority; the gravest first."""

STOPPED, REQUIRED, OTHER = 1, 2, 3
"""Priorities of a sick source: one that the queue's being clear depends on goes first, above all when it stays so."""


def source_key(name: str) -> str:
    """The key of the item about a sick source."""
    return f"source-{name}"


def credential_key(name: str) -> str:
    """The key of the item about a credential that ends."""
    return f"credential-{name}"


def after_run(conn: sqlite3.Connection, station: Station, name: str) -> bool:
    """A run of a source was noted in ``sources``: say in the queue how the source is now."""
    row = sources.health(conn).get(name)
    source = next((one for one in station.settings.sources if one.name == name), None)
    if row is None or source is None:
        return False
    stirred = credential(conn, station, name, row.expires)
    if row.state == "ok":
        return _close(conn, station, source_key(name)) or stirred
    if row.state not in AT_ONCE and row.failures < FAILURES:
        return stirred
    said = "cannot be read" if row.state == "failed" else "refuses to be read" if row.state == "refused" else "is broken"
    since = f"Last read {row.last_ok:%d %b %Y %H:%M} UTC." if row.last_ok else "It was never read."
    body = "\n".join(part for part in (row.what, row.why, row.next_step, since) if part)
    # What a failing server says differs from run to run; what is to be done tells whether it is another trouble.
    fields = {"source": name, "state": row.state, "remedy": row.next_step}
    priority = OTHER if not source.required else STOPPED if row.state in AT_ONCE else REQUIRED
    return _raise(conn, station, source_key(name), f"{name} {said}", body, priority, fields) or stirred


def credential(conn: sqlite3.Connection, station: Station, name: str, expires: datetime | None) -> bool:
    """Say in the queue that a credential ends soon, or no more that it does."""
    now = station.now()
    level = next(((word, priority) for left, word, priority in WARNINGS if expires and expires - now <= left), None)
    if expires is None or level is None:
        return _close(conn, station, credential_key(name))
    word, priority = level
    day = f"{expires:%d %b %Y}"
    titles = {
        "soon": f"The credential of {name} ends on {day}",
        "near": f"The credential of {name} ends in {plural(WARNINGS[1][0].days, 'day')} or less, on {day}",
        "over": f"The credential of {name} ended on {day}",
    }
    after = "Since then nothing is read from it or written to it." if word == "over" else "Then nothing can be read or written."
    body = f"{after}\nMake a new one at the source, then run: opstui auth {name}"
    fields = {"source": name, "expires": expires.isoformat(), "state": word}
    return _raise(conn, station, credential_key(name), titles[word], body, priority, fields)


def over(conn: Connection, station: Station) -> list[str]:
    """Keys of items about sources that nobody reads any more."""
    read = {source.name for source in station.sources()}
    keys: list[str] = []
    for start in (source_key(""), credential_key("")):
        sql = "SELECT key FROM items WHERE source = ? AND key >= ? AND key < ? AND stage <> 'done'"
        found = conn.execute(sql, (OWN, start, start + "\U0010ffff")).fetchall()
        keys += [key for (key,) in found if key.removeprefix(start) not in read]
    return keys


def close(conn: sqlite3.Connection, station: Station, keys: Iterable[str]) -> None:
    """These items are over."""
    for key in keys:
        _close(conn, station, key)


def _raise(
    conn: sqlite3.Connection, station: Station, key: str, title: str, body: str, priority: int, fields: Mapping[str, str]
) -> bool:
    before = _open(conn, key)
    same = {"priority": str(priority), **fields}
    if before is not None and dict(before.fields) == same:
        return False
    own.raise_item(conn, key, title, body, rules=station.rules, now=station.now(), priority=priority, fields=same)
    return True


def _close(conn: sqlite3.Connection, station: Station, key: str) -> bool:
    if _open(conn, key) is None:
        return False
    own.close_item(conn, key, rules=station.rules, now=station.now())
    return True


def _open(conn: sqlite3.Connection, key: str) -> Item | None:
    """The item of that key as long as it is not over."""
    id = items.id_of(conn, f"{OWN}:{key}")
    found = None if id is None else items.load_item(conn, id)
    return found if found is not None and found.stage is not Stage.DONE else None
