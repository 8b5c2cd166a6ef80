"""Items that opstui raises itself, so that what went wrong stands in the queue: changes that came back, sick sources.

They are items of the source ``opstui``, which no config may name and the sources' pane does not show. Every function here
runs in its caller's transaction; an item that is raised again after it was closed comes back as news.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.domain.format import plural
from opstui.domain.kinds import OWN, Kind, Stage
from opstui.domain.model import Item
from opstui.domain.outbox import State, field_words, words
from opstui.domain.text import clean, clean_line
from opstui.store import items, pages
from opstui.store.items import id_of
from opstui.store.rows import as_json

if TYPE_CHECKING:
    from opstui.domain.urgency import Rules
    from opstui.domain.views import Outgoing

PRIORITY = 2
"""High: nobody else will see to it."""


class _Page(NamedTuple):
    """A page without the plugins' module, which the desk's first frame does without."""

    items: tuple[Item, ...]
    deleted: tuple[str, ...] = ()
    cursor: Mapping[str, Any] | None = None
    unchanged: int = 0
    refused: tuple[Any, ...] = ()


def raise_item(
    conn: sqlite3.Connection,
    key: str,
    title: str,
    body: str = "",
    *,
    rules: Rules,
    now: datetime,
    priority: int = PRIORITY,
    kind: Kind = Kind.FOLLOWUP,
    fields: Mapping[str, str] | None = None,
    owner: str = "",
) -> None:
    """Put an item of our own into the queue; the same one again changes nothing, another text brings it up to date."""
    before = _loaded(conn, key)
    item = Item(
        source=OWN,
        key=key,
        title=clean_line(title),
        kind=kind,
        body=clean(body),
        status="open",
        stage=Stage.TODO,
        priority=priority,
        owner=owner or None,
        created=before.created if before else now,
        updated=now,
        fields=dict(fields or {}),
    )
    _apply(conn, item, before, rules, now)


def close_item(conn: sqlite3.Connection, key: str, rules: Rules, now: datetime) -> None:
    """What an item of our own was about is over; nothing happens when there is none or it is closed."""
    before = _loaded(conn, key)
    if before is not None and before.stage is not Stage.DONE:
        _apply(conn, replace(before, status="over", stage=Stage.DONE, updated=now), before, rules, now)


def write_key(id: int) -> str:
    """The key of the item about one change that came back."""
    return f"outbox-{id}"


def raise_write(conn: sqlite3.Connection, write: Outgoing, *, rules: Rules, now: datetime) -> None:
    """A change failed or is in conflict: say which, why, and what can be done."""
    clash = write.state == State.CONFLICT
    said = words(write.verb, write.value)
    where = write.ref or write.source
    title = f"{'In conflict' if clash else 'Not sent'}: {said} on {where}"
    lines = [part for part in (write.what, write.why) if part]
    if clash:
        ours, theirs = field_words(write.verb, write.base), field_words(write.verb, write.theirs)
        lines.append(f"It was {ours} when you changed it; meanwhile it is {theirs}.")
        lines.append("In the outbox you decide: yours all the same, theirs, or another value.")
    if write.next_step:
        lines.append(write.next_step)
    raise_item(
        conn,
        write_key(write.id),
        title,
        "\n".join(lines),
        rules=rules,
        now=now,
        fields={"outbox": str(write.id), "ref": write.ref},
    )


def close_write(conn: sqlite3.Connection, id: int, rules: Rules, now: datetime) -> None:
    """A change that had come back was sent, tried again or dropped."""
    close_item(conn, write_key(id), rules=rules, now=now)


def waiting_key(source: str) -> str:
    """The key of the item about changes that do not get through to a source."""
    return f"waiting-{source}"


def raise_waiting(conn: sqlite3.Connection, source: str, count: int, why: str, *, rules: Rules, now: datetime) -> None:
    """Changes have been tried again and again; they are kept and tried on, but somebody should know."""
    title = f"{plural(count, 'change')} cannot be sent to {source}"
    step = "They are kept and tried again by themselves. Look at the source in Sources; drop what is no longer wanted."
    body = "\n".join(part for part in (why, step) if part)
    raise_item(conn, waiting_key(source), title, body, rules=rules, now=now, fields={"source": source})


def close_waiting(conn: sqlite3.Connection, source: str, rules: Rules, now: datetime) -> None:
    """Changes get through to the source again."""
    close_item(conn, waiting_key(source), rules=rules, now=now)


def waited_for(conn: sqlite3.Connection) -> list[str]:
    """The sources that an open item says changes cannot be sent to."""
    start = waiting_key("")
    sql = "SELECT key FROM items WHERE source = ? AND key > ? AND key < ? AND stage <> ? AND gone IS NULL"
    found = conn.execute(sql, (OWN, start, start + "\U0010ffff", Stage.DONE.value)).fetchall()
    return [key.removeprefix(start) for (key,) in found]


def _loaded(conn: sqlite3.Connection, key: str) -> Item | None:
    id = id_of(conn, f"{OWN}:{key}")
    return None if id is None else items.load_item(conn, id)


def _apply(conn: sqlite3.Connection, item: Item, before: Item | None, rules: Rules, now: datetime) -> None:
    owned = [item.owner] if item.owner else []
    told = as_json([item.title, item.body, item.stage, item.priority, item.kind, dict(item.fields), *owned])
    fingerprint = hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()
    if before is None or before.fingerprint != fingerprint:
        pages.apply_page(conn, OWN, _Page((replace(item, history=(), comments=(), fingerprint=fingerprint),)), rules, now)
