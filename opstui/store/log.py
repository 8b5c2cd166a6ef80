"""The log: notes, comments, decisions and actions in one list, youngest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from opstui.domain.views import Entry
from opstui.store import fulltext, journal
from opstui.store.notes import COMMENT, NOTE

DECISION = "decision"
ACTION = "action"
WRITING = ("note", "comment", "decide", "turn", "said")
"""Verbs whose outcome is in the log by itself, so that their journal line would only say it twice: notes and decisions; the
steps of a stand-up, which are in its report."""

_SHOWN = {
    "notes": "n.id, n.kind, n.at * 1000 AS at, n.who, n.text, n.ref, 0 AS grp, n.withdrawn IS NOT NULL AS gone",
    "decisions": "d.id, 'decision' AS kind, d.at * 1000 AS at, d.who, "
    "d.what || CASE WHEN d.why = '' THEN '' ELSE ': ' || d.why END AS text, d.ref, 0 AS grp, d.withdrawn IS NOT NULL AS gone",
    "journal_groups": "g.id, g.verb AS kind, g.at_ms AS at, g.who, "
    "g.summary || CASE WHEN g.why = '' THEN '' ELSE ': ' || g.why END AS text, '' AS ref, g.id AS grp, 0 AS gone",
}
_NAMED = {"notes": ("n", "at"), "decisions": ("d", "at"), "journal_groups": ("g", "at_ms")}


@dataclass(frozen=True, slots=True)
class _Arm:
    """One table of the log: where its rows come from, what they must fulfil, in which order, and the values for that."""

    table: str
    source: str
    where: str
    order: str
    values: tuple[object, ...]


def entries(
    conn: sqlite3.Connection, query: str, kinds: Sequence[str], offset: int, limit: int, *, withdrawn: bool = False
) -> list[Entry]:
    """``limit`` entries from ``offset`` on that hold every word of ``query`` and are of one of ``kinds`` (none: all).

    Those that were withdrawn are there only when asked for.
    """
    arms = _arms(query, kinds, withdrawn)
    if not arms:
        return []
    bound = int(offset + limit)
    parts = [
        f"SELECT * FROM (SELECT {_SHOWN[arm.table]} FROM {arm.source} WHERE {arm.where} ORDER BY {arm.order} LIMIT {bound})"
        for arm in arms
    ]
    args = [value for arm in arms for value in arm.values]
    sql = f"{' UNION ALL '.join(parts)} ORDER BY at DESC, grp DESC, id DESC LIMIT ? OFFSET ?"
    return [_entry(conn, row) for row in conn.execute(sql, (*args, limit, offset)).fetchall()]


def count(conn: sqlite3.Connection, query: str, kinds: Sequence[str], limit: int, *, withdrawn: bool = False) -> int:
    """How many entries there are, ``limit`` at most: counting further than anybody looks would cost more than the list."""
    total = 0
    for arm in _arms(query, kinds, withdrawn):
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {arm.source} WHERE {arm.where} LIMIT ?)"
        total += int(conn.execute(sql, (*arm.values, limit - total)).fetchone()[0])
    return total


def _arms(query: str, kinds: Sequence[str], withdrawn: bool) -> list[_Arm]:
    """Which tables are asked, and for what.

    With words the full-text index leads, youngest row first, so that the newest matches of a common word are found
    without finding all of them; rows are written in the order of their times.
    """
    words, wanted = fulltext.match(query), set(kinds)
    arms: list[_Arm] = []

    def arm(table: str, where: list[str], values: Sequence[object]) -> None:
        alias, at = _NAMED[table]
        if table != "journal_groups" and not withdrawn:
            where = [*where, f"{alias}.withdrawn IS NULL"]
        if words:
            source = f"{table}_fts f CROSS JOIN {table} {alias} ON {alias}.id = f.rowid"
            found = " AND ".join([f"{table}_fts MATCH ?", *where])
            arms.append(_Arm(table, source, found, "f.rowid DESC", (words, *values)))
        else:
            arms.append(
                _Arm(table, f"{table} {alias}", " AND ".join(where) or "1", f"{alias}.{at} DESC, {alias}.id DESC", (*values,))
            )

    noted = [kind for kind in (NOTE, COMMENT) if not wanted or kind in wanted]
    if noted:
        arm("notes", [f"n.kind IN ({_marks(noted)})"], noted)
    if not wanted or DECISION in wanted:
        arm("decisions", [], [])
    verbs = sorted(wanted - {NOTE, COMMENT, DECISION, ACTION})
    if not wanted or ACTION in wanted:
        arm("journal_groups", [f"g.verb NOT IN ({_marks(WRITING)})"], WRITING)
    elif verbs:
        arm("journal_groups", [f"g.verb IN ({_marks(verbs)})"], verbs)
    return arms


def of_item(conn: sqlite3.Connection, ref: str, limit: int) -> list[Entry]:
    """Everything done to an item, undone or not, youngest first."""
    return [
        Entry(group.id, group.verb, group.at, group.who, _sentence(group.summary, group.why), ref, group.id)
        for group in journal.groups_of_item(conn, ref, limit)
    ]


def _entry(conn: sqlite3.Connection, row: tuple[int, str, int, str, str, str, int, int]) -> Entry:
    id, kind, at_ms, who, text, ref, grp, gone = row
    if grp:
        ref = _only_ref(conn, grp)
    return Entry(id, kind, datetime.fromtimestamp(at_ms / 1000, UTC), who, text, ref, grp, bool(gone))


def _only_ref(conn: sqlite3.Connection, group: int) -> str:
    # An action on one item belongs to it; a bulk action belongs to none.
    refs = journal.refs_of(conn, group, 2)
    return refs[0] if len(refs) == 1 else ""


def _sentence(summary: str, why: str) -> str:
    return f"{summary}: {why}" if why else summary


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
