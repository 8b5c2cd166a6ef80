"""Sources as the store knows them: how far each was read, how its last pull went, and what it refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.domain.kinds import OWN
from opstui.store.rows import as_json, moment, seconds

if TYPE_CHECKING:
    from opstui.store.db import Connection
    from opstui.store.pages import PageLike

REFUSALS_KEPT = 1_000
"""Refused records kept of one source: enough to see what is wrong with a file."""

_TIMES = ("last_ok", "last_try", "next_due", "paused", "quota_reset", "expires")
_LISTS = ("notes", "verbs")


class Usage(NamedTuple):
    """What a source said of our use of it; see ``opstui.connectors.api.Usage``."""

    calls: int = 0
    quota_left: int | None = None
    quota_limit: int | None = None
    quota_reset: datetime | None = None
    expires: datetime | None = None
    account: str = ""


class Health(NamedTuple):
    """One source's row. ``state``: never, syncing, ok, failed, refused or broken; whether ``ok`` is stale, the reader tells.

    The counts are those of the pull under way or of the last one, but ``refused``, which are the records that do not come
    in as things stand: a pull that reads only what is new meets few of them again, ``refused_now``. ``items`` are those held
    that are not gone.
    """

    name: str
    state: str = "never"
    last_ok: datetime | None = None
    last_try: datetime | None = None
    next_due: datetime | None = None
    seconds: float | None = None
    seen: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    what: str = ""
    why: str = ""
    next_step: str = ""
    notes: tuple[str, ...] = ()
    items: int = 0
    refused_now: int = 0
    paused: datetime | None = None
    calls: int = 0
    quota_left: int | None = None
    quota_limit: int | None = None
    quota_reset: datetime | None = None
    expires: datetime | None = None
    account: str = ""
    verbs: tuple[str, ...] = ()
    failures: int = 0


class Refused(NamedTuple):
    """A record that did not come in: where it stands, why, and how it begins."""

    where: str
    reason: str
    sample: str
    at: datetime


def ensure(conn: sqlite3.Connection, source: str) -> bool:
    """Make sure that the source has a row; tells whether it was never read to its end."""
    row = conn.execute("SELECT last_ok FROM sources WHERE name = ?", (source,)).fetchone()
    if row is None:
        conn.execute("INSERT INTO sources (name) VALUES (?)", (source,))
        return True
    return row[0] is None


def never_read(conn: sqlite3.Connection, source: str) -> bool:
    """Whether the source was never read to its end."""
    row = conn.execute("SELECT last_ok FROM sources WHERE name = ?", (source,)).fetchone()
    return row is None or row[0] is None


def begin(conn: sqlite3.Connection, source: str, now: datetime) -> None:
    """A pull starts: its counts start at nothing."""
    ensure(conn, source)
    conn.execute(
        "UPDATE sources SET state = 'syncing', last_try = ?, seen = 0, added = 0, changed = 0, unchanged = 0, refused = 0, "
        "calls = 0, began_with = cursor WHERE name = ?",
        (seconds(now), source),
    )


def applied(
    conn: sqlite3.Connection,
    source: str,
    page: PageLike,
    now: datetime,
    *,
    added: int,
    changed: int,
    unchanged: int,
    deleted: int,
    returned: int,
) -> None:
    """Count a page, keep its cursor and what it refused; the caller holds the page's transaction."""
    cursor = None if page.cursor is None else as_json(page.cursor)
    conn.execute(
        "UPDATE sources SET cursor = coalesce(?, cursor), seen = seen + ?, added = added + ?, changed = changed + ?, "
        "unchanged = unchanged + ?, refused = refused + ?, items = items + ? WHERE name = ?",
        (
            cursor,
            added + changed + unchanged + len(page.refused),
            added,
            changed + deleted,
            unchanged,
            len(page.refused),
            added + returned - deleted,
            source,
        ),
    )
    if page.refused:
        at = seconds(now)
        conn.executemany(
            "INSERT INTO refusals (source, place, reason, sample, at) VALUES (?, ?, ?, ?, ?)",
            [(source, one.where, one.reason, one.sample, at) for one in page.refused[:REFUSALS_KEPT]],
        )


def grown(conn: sqlite3.Connection, source: str, by: int) -> None:
    """So many more items are held than before, by no pull."""
    conn.execute("UPDATE sources SET items = items + ? WHERE name = ?", (by, source))


def finish(
    conn: sqlite3.Connection,
    source: str,
    now: datetime,
    *,
    seconds_taken: float,
    next_due: datetime | None = None,
    notes: Iterable[str] = (),
) -> None:
    """A pull came to its end. If it read anything anew, older refusals are history; without a cursor it always does."""
    sql = "SELECT refused, cursor IS NULL OR cursor IS NOT began_with OR refused > 0 FROM sources WHERE name = ?"
    row = conn.execute(sql, (source,)).fetchone()
    # The youngest are its own, and two pulls may fall into one second.
    kept = min(row[0], REFUSALS_KEPT) if row and row[1] else REFUSALS_KEPT
    conn.execute(
        "DELETE FROM refusals WHERE source = ? "
        "AND id NOT IN (SELECT id FROM refusals WHERE source = ? ORDER BY id DESC LIMIT ?)",
        (source, source, kept),
    )
    conn.execute(
        "UPDATE sources SET state = 'ok', last_ok = ?, next_due = ?, seconds = ?, failures = 0, "
        "what = '', why = '', next_step = '', notes = ? WHERE name = ?",
        (seconds(now), seconds(next_due), seconds_taken, json.dumps(list(notes), ensure_ascii=False), source),
    )


def fail(
    conn: sqlite3.Connection,
    source: str,
    now: datetime,
    *,
    state: str,
    what: str,
    why: str = "",
    next_step: str = "",
    next_due: datetime | None = None,
    seconds_taken: float | None = None,
    counts: bool = True,
) -> None:
    """A pull failed: what came in before stays, and nothing is closed. ``state``: failed, refused or broken.

    ``counts`` is False for a pull that we ended ourselves: that says nothing about the source.
    """
    ensure(conn, source)
    conn.execute(
        "UPDATE sources SET state = ?, last_try = ?, next_due = ?, seconds = ?, failures = failures + ?, "
        "what = ?, why = ?, next_step = ? WHERE name = ?",
        (state, seconds(now), seconds(next_due), seconds_taken, int(counts), what, why, next_step, source),
    )


def used(conn: sqlite3.Connection, source: str, usage: Usage) -> None:
    """Keep what a source said of our use of it; of the credential's end and its account, the last word that there was."""
    ensure(conn, source)
    conn.execute(
        "UPDATE sources SET calls = ?, quota_left = ?, quota_limit = ?, quota_reset = ?, "
        "expires = coalesce(?, expires), account = coalesce(nullif(?, ''), account) WHERE name = ?",
        (
            usage.calls,
            usage.quota_left,
            usage.quota_limit,
            seconds(usage.quota_reset),
            seconds(usage.expires),
            usage.account,
            source,
        ),
    )


def renewed(conn: sqlite3.Connection, source: str, expires: datetime | None) -> None:
    """It has a new credential, which ends at ``expires`` as far as anybody knows; what the old one led to is over."""
    ensure(conn, source)
    sql = "UPDATE sources SET expires = ?, account = '', failures = 0, next_due = NULL WHERE name = ?"
    conn.execute(sql, (seconds(expires), source))


def pause(conn: sqlite3.Connection, source: str, since: datetime | None) -> None:
    """Nobody pulls it or pushes to it from now on; None: they do again."""
    ensure(conn, source)
    conn.execute("UPDATE sources SET paused = ? WHERE name = ?", (seconds(since), source))


def paused(conn: Connection) -> frozenset[str]:
    """The sources that a person has stopped here."""
    return frozenset(row[0] for row in conn.execute("SELECT name FROM sources WHERE paused IS NOT NULL").fetchall())


def refuse(conn: sqlite3.Connection, source: str, *, what: str, why: str, next_step: str) -> None:
    """Nothing can be written to it; when it is pulled next stays as it was, and a pull under way has the last word."""
    ensure(conn, source)
    sql = "UPDATE sources SET state = 'refused', what = ?, why = ?, next_step = ? WHERE name = ? AND state <> 'syncing'"
    conn.execute(sql, (what, why, next_step, source))


def can(conn: sqlite3.Connection, source: str, verbs: Iterable[str], takes_back: Iterable[str]) -> None:
    """What its connector carries out and takes back, as its last worker said."""
    ensure(conn, source)
    sql = "UPDATE sources SET verbs = ?, takes_back = ? WHERE name = ?"
    conn.execute(sql, (as_json(sorted(verbs)), as_json(sorted(takes_back)), source))


def cursor(conn: sqlite3.Connection, source: str) -> Mapping[str, Any] | None:
    """Where the last applied page stopped, None for a source never read."""
    row = conn.execute("SELECT cursor FROM sources WHERE name = ?", (source,)).fetchone()
    return None if row is None or row[0] is None else json.loads(row[0])


def forget_cursor(conn: sqlite3.Connection, source: str) -> None:
    """The next pull reads everything again."""
    conn.execute("UPDATE sources SET cursor = NULL, state = 'never', next_due = NULL WHERE name = ?", (source,))


def close_items(conn: sqlite3.Connection, source: str, now: datetime, after: str, limit: int) -> tuple[list[int], str]:
    """Call the next ``limit`` items with keys above ``after`` gone: their ids, to be ranked anew, and the last key."""
    sql = "SELECT id, key FROM items WHERE source = ? AND key > ? AND gone IS NULL ORDER BY key LIMIT ?"
    found = conn.execute(sql, (source, after, limit)).fetchall()
    conn.executemany("UPDATE items SET gone = ? WHERE id = ?", [(seconds(now), id) for id, _ in found])
    conn.execute("UPDATE sources SET items = max(items - ?, 0) WHERE name = ?", (len(found), source))
    return [id for id, _ in found], found[-1][1] if found else after


def health(conn: sqlite3.Connection) -> dict[str, Health]:
    """Every source that was ever tried, by name; what opstui raises itself comes from nowhere and is none."""
    rows = conn.execute(
        "SELECT name, state, last_ok, last_try, next_due, seconds, seen, added, changed, unchanged, "
        "(SELECT count(*) FROM refusals r WHERE r.source = s.name), what, why, next_step, notes, items, refused, "
        "paused, calls, quota_left, quota_limit, quota_reset, expires, account, verbs, failures FROM sources s "
        "WHERE name <> ? ORDER BY name",
        (OWN,),
    ).fetchall()
    return {row[0]: _health(row) for row in rows}


def _health(row: Sequence[Any]) -> Health:
    """A row as it stands in the table: times as seconds, lists as JSON."""
    read: dict[str, Callable[[Any], Any]] = {**dict.fromkeys(_TIMES, moment), **dict.fromkeys(_LISTS, _listed)}
    return Health(*(read[name](value) if name in read else value for name, value in zip(Health._fields, row, strict=True)))


def _listed(text: str) -> tuple[Any, ...]:
    return tuple(json.loads(text))


def outgoing(conn: Connection) -> dict[str, tuple[int, int, int]]:
    """How many changes are on their way to each source, how many came back, and how many of the first are parked.

    Sources without any are absent.
    """
    rows = conn.execute(
        "SELECT source, sum(state NOT IN ('failed', 'conflict')), sum(state IN ('failed', 'conflict')), "
        "sum(state = 'parked') "
        "FROM outbox WHERE state IN ('parked', 'pending', 'sending', 'failed', 'conflict') GROUP BY source"
    ).fetchall()
    return {source: (waiting, stuck, parked) for source, waiting, stuck, parked in rows}


def refused(conn: sqlite3.Connection, source: str) -> int:
    """How many refused records are kept of a source."""
    return int(conn.execute("SELECT count(*) FROM refusals WHERE source = ?", (source,)).fetchone()[0])


def refusals(conn: sqlite3.Connection, source: str, limit: int = 200) -> Sequence[Refused]:
    """What did not come in at the last reading, in the order of the source."""
    sql = "SELECT place, reason, sample, at FROM refusals WHERE source = ? ORDER BY id LIMIT ?"
    return [
        Refused(where, reason, sample, datetime.fromtimestamp(at, UTC))
        for where, reason, sample, at in conn.execute(sql, (source, limit)).fetchall()
    ]
