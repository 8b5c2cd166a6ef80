"""What a journal line speaks of, as it stands now, and how to set it to what the line says."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from opstui.store import decisions, items, journal, marks, notes, records


def current(conn: sqlite3.Connection, line: journal.Line) -> str | None:
    """The line's thing as it stands, in the line's own JSON; None when it is not there."""
    if line.target == journal.MARK:
        item = items.id_of(conn, line.ref)
        return marks.waiting(conn, line.ref) if item is None else marks.dump(marks.load(conn, item))
    uid = uid_of(line)
    if line.target == journal.NOTE:
        note = notes.by_uid(conn, uid)
        return note_state(uid) if note and note.withdrawn is None else None
    if line.target == journal.RECORD:
        return records.dump(records.load(conn, uid))
    found = decisions.by_uid(conn, uid)
    if found is None or found[1] is not None:
        return None
    by = found[0].superseded_by
    other = decisions.uid_of(conn, by) if by is not None else None
    return decision_state(uid, other)


def stands(conn: sqlite3.Connection, line: journal.Line) -> bool:
    """Whether the line's thing is as it was before it. A record is compared as today's version would write it down."""
    before = line.before
    if before is not None and line.target == journal.RECORD:
        before = records.dump(records.parse(before))
    return current(conn, line) == before


def put(conn: sqlite3.Connection, line: journal.Line, at: datetime) -> None:
    """Set the line's thing to ``line.after``."""
    if line.target == journal.MARK:
        item = items.id_of(conn, line.ref)
        if item is None:
            marks.keep_waiting(conn, line.ref, line.after)
        else:
            marks.save(conn, {item: marks.parse(line.after)})
        return
    uid, gone = uid_of(line), at if line.after is None else None
    if line.target == journal.RECORD:
        records.put(conn, uid, line.after)
        return
    if line.target == journal.NOTE:
        notes.set_withdrawn(conn, uid, gone)
        return
    decisions.set_withdrawn(conn, uid, gone)
    found = decisions.by_uid(conn, uid)
    if line.after is not None and found is not None:
        other = json.loads(line.after).get("superseded_by")
        decisions.set_superseded(conn, found[0].id, decisions.id_of(conn, other) if other else None)


def note_state(uid: str) -> str:
    """A note that is there."""
    return json.dumps({"uid": uid})


def decision_state(uid: str, superseded_by: str | None = None) -> str:
    """A decision that is there, and the uid of the one that took its place."""
    return json.dumps({"uid": uid, "superseded_by": superseded_by})


LEFT = {"transition": "stage", "priority": "label"}
"""What a change's opposite needs besides the value it replaced: the stage that was left, the source's word for a priority."""


def outbox_state(uid: str, verb: str, left: str = "") -> str:
    """A change meant for a source; ``left`` is what ``LEFT`` names."""
    return json.dumps({"uid": uid, "verb": verb} | ({LEFT[verb]: left} if left and verb in LEFT else {}))


def uid_of(line: journal.Line) -> str:
    """The uid of what a line speaks of, empty for a mark."""
    return str(json.loads(line.after or line.before or "{}").get("uid", ""))
