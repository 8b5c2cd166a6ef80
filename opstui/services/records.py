"""User-owned records as plain values, one flat JSON object each: the format of ``opstui export`` and ``import``.

Times are RFC 3339 in UTC; items are named by ref, notes, decisions and actions by uid, so that nothing depends on the
numbers of one file.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from opstui.domain.model import Mark, Stage, Verdict
from opstui.store import decisions, drafts, journal, marks, notes, outbox, sessions
from opstui.store import records as kept

Record = dict[str, Any]

FILES = ("marks", "journal", "notes", "decisions", "records", "sessions", "drafts", "outbox")
"""Kinds of records, each in a file of its name, in the order they are brought back in."""


def records(conn: sqlite3.Connection, kind: str) -> Iterator[Record]:
    """Every record of a kind, oldest first."""
    return {
        "marks": _marks,
        "journal": _journal,
        "notes": _notes,
        "decisions": _decisions,
        "records": _kept,
        "sessions": _sessions,
        "drafts": _drafts,
        "outbox": _outbox,
    }[kind](conn)


def mark_record(ref: str, mark: Mark) -> Record:
    """A mark with the ref it is on."""
    return {
        "ref": ref,
        "verdict": mark.verdict.value if mark.verdict else None,
        "at": stamp(mark.at),
        "who": mark.who,
        "until": stamp(mark.until),
        "reason": mark.reason,
        "target": mark.target,
        "owner": mark.owner,
        "priority": mark.priority,
        "stage": mark.stage.value if mark.stage else None,
        "for_block": mark.for_block,
        "basis": mark.basis,
        "staged": stamp(mark.staged),
    }


def mark_from(record: Record) -> Mark:
    """A mark from its record; a value that cannot be one raises ValueError or TypeError."""
    priority = record.get("priority")
    if priority is not None and priority not in range(1, 6):
        raise ValueError(f"priority {priority!r} is not 1 to 5")
    return Mark(
        verdict=Verdict(record["verdict"]) if record.get("verdict") else None,
        at=moment(record.get("at")),
        who=optional(record, "who"),
        until=moment(record.get("until")),
        reason=text(record, "reason"),
        target=text(record, "target"),
        owner=optional(record, "owner"),
        priority=priority,
        stage=Stage(record["stage"]) if record.get("stage") else None,
        for_block=bool(record.get("for_block")),
        basis=text(record, "basis"),
        staged=moment(record.get("staged")),
    )


def stamp(at: datetime | None) -> str | None:
    """A time as a record has it."""
    return at.isoformat() if at else None


def moment(value: Any) -> datetime | None:
    """The time of a record; one without an offset raises ValueError, one out of reach OverflowError."""
    if value is None or value == "":
        return None
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(f"{value!r} has no offset")
    return at.astimezone(UTC)  # which a time at the edge of the calendar does not survive: no store could give it back


def needed(record: Record, name: str) -> datetime:
    """A time that must be there."""
    if (at := moment(record.get(name))) is None:
        raise ValueError(f"{name} is missing")
    return at


def text(record: Record, name: str) -> str:
    """A text, empty when it is not there."""
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    return value or ""


def optional(record: Record, name: str) -> str | None:
    """A text or None."""
    return text(record, name) or None


def _marks(conn: sqlite3.Connection) -> Iterator[Record]:
    for ref, mark in marks.every(conn):
        yield mark_record(ref, mark)


def _journal(conn: sqlite3.Connection) -> Iterator[Record]:
    uids: dict[int, str] = {}
    for group, lines in journal.every(conn):
        uids[group.id] = group.uid
        yield {
            "uid": group.uid,
            "at": stamp(group.at),
            "who": group.who,
            "verb": group.verb,
            "summary": group.summary,
            "why": group.why,
            "undoable": group.undoable,
            "undoes": uids.get(group.undoes) if group.undoes else None,
            "redoes": uids.get(group.redoes) if group.redoes else None,
            "lines": [
                {"ref": line.ref, "target": line.target, "before": _value(line.before), "after": _value(line.after)}
                for line in lines
            ],
        }


def _notes(conn: sqlite3.Connection) -> Iterator[Record]:
    for note in notes.every(conn):
        yield {
            "uid": note.uid,
            "kind": note.kind,
            "at": stamp(note.at),
            "who": note.who,
            "ref": note.ref,
            "text": note.text,
            "withdrawn": stamp(note.withdrawn),
        }


def _decisions(conn: sqlite3.Connection) -> Iterator[Record]:
    for decision, withdrawn in decisions.every(conn):
        yield {
            "uid": decision.uid,
            "at": stamp(decision.at),
            "who": decision.who,
            "ref": decision.ref,
            "what": decision.what,
            "why": decision.why,
            "options": list(decision.options),
            "owner": decision.owner,
            "review_on": decision.review_on,
            "effect": decision.effect,
            "supersedes": decisions.uid_of(conn, decision.supersedes) if decision.supersedes else None,
            "superseded_by": decisions.uid_of(conn, decision.superseded_by) if decision.superseded_by else None,
            "withdrawn": stamp(withdrawn),
        }


def _kept(conn: sqlite3.Connection) -> Iterator[Record]:
    for one in kept.every(conn):
        yield kept_record(one)


def kept_record(one: kept.Kept[Any]) -> Record:
    """A record of any kind, with its document as it is."""
    return {
        "uid": one.uid,
        "kind": one.kind,
        "name": one.name,
        "ref": one.ref,
        "at": stamp(one.at),
        "who": one.who,
        "open": one.open,
        "due": stamp(one.due),
        "data": kept.encode(one.what),
    }


def _sessions(conn: sqlite3.Connection) -> Iterator[Record]:
    for one in sessions.every(conn):
        yield {
            "started": stamp(one.started),
            "ended": stamp(one.ended),
            "decided": one.decided,
            "seconds": list(one.seconds),
        }


def _drafts(conn: sqlite3.Connection) -> Iterator[Record]:
    for slot, typed in drafts.every(conn):
        yield {"slot": slot, "text": typed}


def _outbox(conn: sqlite3.Connection) -> Iterator[Record]:
    uids: dict[int, str] = {}
    for one, group in outbox.every(conn):
        uids[one.id] = one.uid
        yield {
            "uid": one.uid,
            "group": group,
            "source": one.source,
            "ref": one.ref,
            "verb": one.verb,
            "value": one.value,
            "base": one.base,
            "who": one.who,
            "at": stamp(one.at),
            "state": one.state,
            "settled": stamp(one.settled),
            "made": one.made,
            "what": one.what,
            "why": one.why,
            "theirs": one.theirs,
            "undoes": uids.get(one.undoes) if one.undoes else None,
        }


def _value(dumped: str | None) -> Any:
    return None if dumped is None else json.loads(dumped)
