"""The log: notes, comments, decisions and actions in one list, youngest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from opstui.domain.views import Entry
from opstui.store import fulltext, journal
from opstui.store.notes import COMMENT, NOTE

DECISION = "decision"
ACTION = "action"
WRITING = ("note", "comment", "decide")
"""Verbs whose outcome is in the log by itself, so that their journal line would only say it twice."""

_NOTES = """SELECT n.id, n.kind, n.at * 1000 AS at, n.who, n.text, n.ref, 0 AS grp FROM notes n
  WHERE n.withdrawn IS NULL AND {where} ORDER BY n.at DESC, n.id DESC LIMIT {bound}"""
_DECISIONS = """SELECT d.id, 'decision' AS kind, d.at * 1000 AS at, d.who,
  d.what || CASE WHEN d.why = '' THEN '' ELSE ': ' || d.why END AS text, d.ref, 0 AS grp FROM decisions d
  WHERE d.withdrawn IS NULL AND {where} ORDER BY d.at DESC, d.id DESC LIMIT {bound}"""
_ACTIONS = """SELECT g.id, g.verb AS kind, g.at_ms AS at, g.who,
  g.summary || CASE WHEN g.why = '' THEN '' ELSE ': ' || g.why END AS text, '' AS ref, g.id AS grp FROM journal_groups g
  WHERE {where} ORDER BY g.at_ms DESC, g.id DESC LIMIT {bound}"""


def entries(conn: sqlite3.Connection, query: str, kinds: Sequence[str], offset: int, limit: int) -> list[Entry]:
    """``limit`` entries from ``offset`` on that hold every word of ``query`` and are of one of ``kinds`` (none: all)."""
    words, wanted = fulltext.match(query), set(kinds)
    arms: list[str] = []
    args: list[object] = []

    def arm(sql: str, table: str, alias: str, where: list[str], values: list[object]) -> None:
        if words:
            where.append(f"{alias}.id IN (SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ?)")
            values.append(words)
        arms.append(f"SELECT * FROM ({sql.format(where=' AND '.join(where) or '1', bound=int(offset + limit))})")
        args.extend(values)

    noted = [kind for kind in (NOTE, COMMENT) if not wanted or kind in wanted]
    if noted:
        arm(_NOTES, "notes", "n", [f"n.kind IN ({_marks(noted)})"], [*noted])
    if not wanted or DECISION in wanted:
        arm(_DECISIONS, "decisions", "d", [], [])
    verbs = sorted(wanted - {NOTE, COMMENT, DECISION, ACTION})
    if not wanted or ACTION in wanted:
        arm(_ACTIONS, "journal_groups", "g", [f"g.verb NOT IN ({_marks(WRITING)})"], [*WRITING])
    elif verbs:
        arm(_ACTIONS, "journal_groups", "g", [f"g.verb IN ({_marks(verbs)})"], [*verbs])
    sql = f"{' UNION ALL '.join(arms)} ORDER BY at DESC, grp DESC, id DESC LIMIT ? OFFSET ?"
    return [_entry(conn, row) for row in conn.execute(sql, (*args, limit, offset)).fetchall()]


def of_item(conn: sqlite3.Connection, ref: str, limit: int) -> list[Entry]:
    """Everything done to an item, undone or not, youngest first."""
    return [
        Entry(group.id, group.verb, group.at, group.who, _sentence(group.summary, group.why), line.ref, group.id)
        for group, line in journal.of_item(conn, ref, limit)
    ]


def _entry(conn: sqlite3.Connection, row: tuple[int, str, int, str, str, str, int]) -> Entry:
    id, kind, at_ms, who, text, ref, grp = row
    if grp:
        ref = _only_ref(conn, grp)
    return Entry(id, kind, datetime.fromtimestamp(at_ms / 1000, UTC), who, text, ref, grp)


def _only_ref(conn: sqlite3.Connection, group: int) -> str:
    # An action on one item belongs to it; a bulk action belongs to none.
    refs = {line.ref for line in journal.lines(conn, group, 2)}
    return refs.pop() if len(refs) == 1 else ""


def _sentence(summary: str, why: str) -> str:
    return f"{summary}: {why}" if why else summary


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
