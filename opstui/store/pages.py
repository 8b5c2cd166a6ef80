"""Pages that sources hand over, taken in whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from opstui.domain.model import NO_MARK, Item
from opstui.domain.urgency import assess
from opstui.store import links, marks, news, outbox, ranks, sources
from opstui.store.itemrows import ITEM, histories, item_values
from opstui.store.rows import holes, seconds, sliced

if TYPE_CHECKING:
    from opstui.domain.urgency import Rules

_NAMES = ITEM.split(", ")
_INSERT = f"INSERT INTO items (id, first_seen, {ITEM}) VALUES (?, ?, {holes(_NAMES)})"
_UPDATE = f"UPDATE items SET gone = NULL, {', '.join(f'{name} = ?' for name in _NAMES)} WHERE id = ?"
_FTS_INSERT = "INSERT INTO items_fts (rowid, title, body) SELECT id, title, body FROM items WHERE id BETWEEN ? AND ?"
_FTS_DELETE = "INSERT INTO items_fts (items_fts, rowid, title, body) VALUES ('delete', ?, ?, ?)"
_FTS_ADD = "INSERT INTO items_fts (rowid, title, body) VALUES (?, ?, ?)"
_COMMENT = "INSERT INTO comments (item, seq, at, who, text) VALUES (?, ?, ?, ?, ?)"
_TITLE, _BODY, _CREATED = (_NAMES.index(name) for name in ("title", "body", "created"))


class RefusalLike(Protocol):
    """A record that did not come in, as a connector tells it."""

    @property
    def where(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def sample(self) -> str: ...


class PageLike(Protocol):
    """A page as a connector hands it over; see ``opstui.connectors.api.Page``."""

    @property
    def items(self) -> Sequence[Item]: ...
    @property
    def deleted(self) -> Sequence[str]: ...
    @property
    def cursor(self) -> Mapping[str, Any] | None: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def refused(self) -> Sequence[RefusalLike]: ...


@dataclass(frozen=True, slots=True)
class Applied:
    """What a page did. ``refs_changed``: items added, changed or gone."""

    added: int
    changed: int
    unchanged: int
    deleted: int
    refs_changed: tuple[str, ...] = ()


Ready = Mapping[str, tuple[tuple[Any, ...], list[Any]]]
"""By key what a new item's rows in ``items`` and ``ranks`` will be."""


def ready(items: Sequence[Item], rules: Rules, now: datetime) -> Ready:
    """The rows of items as they will be if each is new and nothing waits for it: worked out before anything is locked."""
    return {item.key: (item_values(item), ranks.row(0, assess(rules, item, NO_MARK, 0, now), 0, 0, 0)) for item in items}


def apply_page(
    conn: sqlite3.Connection,
    source: str,
    page: PageLike,
    rules: Rules,
    now: datetime,
    made: Ready | None = None,
    *,
    counted: bool = True,
) -> Applied:
    """Take in one page: items, what moved, links, ranks, cursor and counts. The caller holds the transaction.

    An item that is not in the page stays as it is: only ``deleted`` names what is gone. ``made``: what ``ready`` gave.
    ``counted`` is False for what comes in beside a pull: it is none of its figures.
    """
    first_pull = sources.ensure(conn, source)
    items = {item.key: item for item in page.items}
    known = _known(conn, source, list(items))
    new = [item for key, item in items.items() if key not in known]
    moved = [(known[key][0], item) for key, item in items.items() if _is_news(known.get(key), item)]
    gone = _gone(conn, source, [key for key in page.deleted if key not in items], now)
    blockers = links.tell(conn, source, [*new, *(item for _, item in moved)])
    base = _add(conn, new, rules, now, first_pull, ready(new, rules, now) if made is None else made) if new else 0
    if moved:
        _change(conn, moved, rules, now)
    if links.any_links(conn):
        blockers |= links.blockers_of(conn, [*(item.ref for item in new), *gone])
        blockers -= {*range(base, base + len(new)), *(id for id, _ in moved)}
    adopted = marks.adopt(conn) if new else ()
    ranks.rescore(conn, blockers.union(gone.values(), adopted), rules, now)
    returned = sum(1 for _, item in moved if known[item.key][2] is not None)
    if counted:
        sources.applied(
            conn,
            source,
            page,
            now,
            added=len(new),
            changed=len(moved),
            unchanged=page.unchanged + len(page.items) - len(new) - len(moved),
            deleted=len(gone),
            returned=returned,
        )
    else:
        sources.grown(conn, source, len(new) + returned - len(gone))
    return Applied(
        added=len(new),
        changed=len(moved),
        unchanged=page.unchanged + len(page.items) - len(new) - len(moved),
        deleted=len(gone),
        refs_changed=(*(item.ref for item in new), *(item.ref for _, item in moved), *gone),
    )


def not_older(
    conn: sqlite3.Connection, source: str, items: Sequence[Item], *, sent: Collection[int] | None = None
) -> tuple[Item, ...]:
    """The items without those of which the store has a later telling.

    ``sent``: only these are looked at, and they were read back after something was sent to them: what is told as of the
    same second, or without a time, may be from before that.
    """
    if sent is not None and not sent:
        return tuple(items)
    found: dict[str, tuple[int, int | None]] = {}
    for part in sliced([item.key for item in items]):
        sql = f"SELECT key, id, updated FROM items WHERE source = ? AND key IN ({holes(part)})"
        found.update((key, (id, at)) for key, id, at in conn.execute(sql, (source, *part)).fetchall())
    return tuple(item for item in items if item.key not in found or not _is_older(item, *found[item.key], sent))


def _is_older(item: Item, id: int, stored: int | None, sent: Collection[int] | None) -> bool:
    at = seconds(item.updated)
    if sent is None:
        return at is not None and stored is not None and at < stored
    return id in sent and (at is None or stored is None or at <= stored)


def _is_news(known: tuple[int, str, int | None] | None, item: Item) -> bool:
    return known is not None and (known[1] != item.fingerprint or known[2] is not None)


def _known(conn: sqlite3.Connection, source: str, keys: Sequence[str]) -> dict[str, tuple[int, str, int | None]]:
    found: dict[str, tuple[int, str, int | None]] = {}
    for part in sliced(keys):
        sql = f"SELECT key, id, fingerprint, gone FROM items WHERE source = ? AND key IN ({holes(part)})"
        found.update((key, (id, mark, gone)) for key, id, mark, gone in conn.execute(sql, (source, *part)).fetchall())
    return found


def _add(conn: sqlite3.Connection, items: Sequence[Item], rules: Rules, now: datetime, first_pull: bool, made: Ready) -> int:
    """Insert items never seen before under ids in one run, and tell the first of them."""
    at = int(now.timestamp())
    base: int = conn.execute("SELECT coalesce(max(id), 0) + 1 FROM items").fetchone()[0]
    rows: list[tuple[Any, ...]] = []
    scores: list[list[Any]] = []
    history: list[tuple[Any, ...]] = []
    thread: list[tuple[Any, ...]] = []
    for id, item in enumerate(items, base):
        values, score = made[item.key]
        created = values[_CREATED]
        born = at if created is None else created
        # What a source already held when it was first read is not news of today.
        last = seen = min(born, at) if first_pull else at
        rows.append((id, seen, *values))
        if item.history:
            lines = news.first_history(id, item, at)
            history += lines
            last = max(seen, max(line[6] for line in lines))
        if item.comments:
            thread += _thread(id, item)
        scores.append(ranks.dated(score, id, born, last))
    conn.executemany(_INSERT, rows)
    conn.execute(_FTS_INSERT, (base, base + len(items) - 1))
    if history:
        conn.executemany(news.INSERT, history)
    if thread:
        conn.executemany(_COMMENT, thread)
    if links.any_links(conn) and (waiting := ranks.blocks(conn, [item.ref for item in items])):
        for place, item in enumerate(items):
            if count := waiting.get(item.ref, 0):
                standing = assess(rules, item, NO_MARK, count, now)
                scores[place] = ranks.row(base + place, standing, count, *ranks.times_of(scores[place]))
    ranks.insert(conn, scores)
    return base


def _change(conn: sqlite3.Connection, moved: Sequence[tuple[int, Item]], rules: Rules, now: datetime) -> None:
    """Bring known items up to date and record which of their fields moved."""
    at, ids = int(now.timestamp()), [id for id, _ in moved]
    old = _old(conn, ids)
    threads = _thread_sizes(conn, ids)
    past = news.past(conn, ids)
    rows, unindex, index, history, retold, thread = [], [], [], [], [], []
    for id, item in moved:
        values, before = item_values(item), old[id]
        rows.append((*values, id))
        if before.values[_TITLE] != values[_TITLE] or before.values[_BODY] != values[_BODY]:
            unindex.append((id, before.values[_TITLE], before.values[_BODY]))
            index.append((id, values[_TITLE], values[_BODY]))
        history += news.moved(id, item, before.values, values, before.gone, threads.get(id, 0), past.get(id, frozenset()), at)
        if item.comments or id in threads:
            retold.append((id,))
            thread += _thread(id, item)
    conn.executemany(_UPDATE, rows)
    if index:
        conn.executemany(_FTS_DELETE, unindex)
        conn.executemany(_FTS_ADD, index)
    conn.executemany(news.INSERT, history)
    conn.executemany("DELETE FROM comments WHERE item = ?", retold)
    conn.executemany(_COMMENT, thread)
    fresh = {line[0] for line in history}
    whole, marked = histories(conn, ids), outbox.over(conn, marks.load_many(conn, ids), ids)
    waiting = ranks.blocks(conn, [item.ref for _, item in moved])
    scores = []
    for id, item in moved:
        count, before = waiting.get(item.ref, 0), old[id]
        standing = assess(rules, replace(item, history=tuple(whole.get(id, ()))), marked.get(id, NO_MARK), count, now)
        born = seconds(item.created)
        changed = at if id in fresh else before.changed
        scores.append(ranks.row(id, standing, count, before.first_seen if born is None else born, changed))
    ranks.update(conn, scores, rules, now)


@dataclass(frozen=True, slots=True)
class _Old:
    values: tuple[Any, ...]
    first_seen: int
    gone: int | None
    changed: int


def _old(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[int, _Old]:
    names = ", ".join(f"i.{name}" for name in _NAMES)
    found: dict[int, _Old] = {}
    for part in sliced(ids):
        sql = (
            f"SELECT i.id, i.first_seen, i.gone, coalesce(r.changed, i.first_seen), {names} "
            f"FROM items i LEFT JOIN ranks r ON r.item = i.id WHERE i.id IN ({holes(part)})"
        )
        for id, first_seen, gone, changed, *values in conn.execute(sql, part).fetchall():
            found[id] = _Old(tuple(values), first_seen, gone, changed)
    return found


def _gone(conn: sqlite3.Connection, source: str, keys: Sequence[str], now: datetime) -> dict[str, int]:
    """Mark what its source positively says is gone: ref -> id of each that was still there."""
    at = int(now.timestamp())
    found = {key: id for key, (id, _, gone) in _known(conn, source, list(dict.fromkeys(keys))).items() if gone is None}
    conn.executemany("UPDATE items SET gone = ? WHERE id = ?", [(at, id) for id in found.values()])
    conn.executemany(news.INSERT, [(id, news.SOURCE, None, news.REMOVED, at, None, at) for id in found.values()])
    conn.executemany("UPDATE ranks SET changed = ? WHERE item = ?", [(at, id) for id in found.values()])
    return {f"{source}:{key}": id for key, id in found.items()}


def _thread(id: int, item: Item) -> list[tuple[Any, ...]]:
    return [(id, n, seconds(comment.at), comment.who, comment.text) for n, comment in enumerate(item.comments)]


def _thread_sizes(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in sliced(ids):
        sql = f"SELECT item, count(*) FROM comments WHERE item IN ({holes(part)}) GROUP BY item"
        found.update(conn.execute(sql, part).fetchall())
    return found
