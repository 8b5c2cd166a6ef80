"""An export brought back in: what is not here yet is added, what is here stays as it is, what cannot be read is named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from opstui.connectors.api import VERBS
from opstui.domain import standup as walk
from opstui.domain.model import Mark, Stage
from opstui.domain.outbox import State, words
from opstui.domain.text import clean, clean_line
from opstui.domain.urgency import Rules
from opstui.errors import UsageError
from opstui.services import records
from opstui.services.desk import lines
from opstui.services.desk.sending import cleaned
from opstui.services.export import FORMAT, MANIFEST
from opstui.services.records import Record
from opstui.store import decisions, drafts, items, journal, marks, notes, outbox, ranks, sessions
from opstui.store import records as store_records
from opstui.store.db import Connection, Store

WRONG = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What reading a record raises when it was written by hand and not well: numbers without end and nests among it."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import did: per kind how many records were added and how many were here already, and those refused."""

    added: Mapping[str, int]
    same: Mapping[str, int]
    refused: tuple[tuple[str, str], ...]
    """``file:line`` and the reason."""


@dataclass(slots=True)
class _Work:
    """An import under way, in one transaction."""

    conn: Connection
    now: datetime
    moved_in: bool
    """Nothing was ever done in this store: then the imported actions can be undone here as they could be there."""
    lines: list[journal.Line] = field(default_factory=list)
    rescore: list[int] = field(default_factory=list)
    links: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """Decisions with the uids of the one each supersedes and the one that took its place."""


def bring_in(store: Store, folder: Path, *, now: datetime, who: str, rules: Rules) -> Brought:
    """Read an export of ``opstui export`` back, all in one transaction.

    Raises:
        UsageError: the folder holds no export, or one of a newer opstui.
    """
    _check(folder)
    added = dict.fromkeys(records.FILES, 0)
    same = dict.fromkeys(records.FILES, 0)
    refused: list[tuple[str, str]] = []
    with store.writing() as conn:
        work = _Work(conn, now.replace(microsecond=0), moved_in=not journal.any_group(conn))
        # Actions last: whether this store was new must not depend on what is being brought in.
        # What was sent belongs to one of them.
        for kind in ("marks", "notes", "decisions", "records", "sessions", "drafts", "journal", "outbox"):
            for place, record, wrong in _read(folder / f"{kind}.jsonl"):
                try:
                    if record is None:
                        raise ValueError(wrong)
                    new = _TAKE[kind](work, record)
                except WRONG as error:
                    refused.append((place, _reason(error)))
                    continue
                (added if new else same)[kind] += 1
        _link_decisions(work)
        ranks.rescore(conn, work.rescore, rules, now)
        if work.lines:
            said = ", ".join(f"{n} {kind}" for kind, n in added.items() if n)
            journal.write(
                conn, work.lines, at=now, who=who, verb="import", summary=f"Imported {said}", undoable=not work.moved_in
            )
    return Brought(added, same, tuple(refused))


def _check(folder: Path) -> None:
    manifest = folder / MANIFEST
    try:
        found = json.loads(manifest.read_text("utf-8"))["format"]
    except FileNotFoundError:
        raise UsageError(
            f"{folder} holds no export", f"there is no {MANIFEST} in it", "Name a folder of opstui export"
        ) from None
    except (OSError, *WRONG) as error:
        raise UsageError(f"{manifest} cannot be read", str(error)) from error
    if found != FORMAT:
        raise UsageError(f"{folder} is an export of format {found}", f"this opstui reads format {FORMAT}", "Update opstui")


def _read(path: Path) -> Iterator[tuple[str, Record | None, str]]:
    """Each line's place, its record or None, and what is wrong with it."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            place = f"{path.name}:{number}"
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield place, None, f"not JSON: {error}"
                continue
            yield (place, record, "") if isinstance(record, dict) else (place, None, "not a JSON object")


def _reason(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)


def _mark(work: _Work, record: Record) -> bool:
    """A mark that is here stays; one whose item is not here yet waits for it."""
    ref, mark = clean_line(record["ref"]), _clean(records.mark_from(record))
    dumped = marks.dump(mark)
    item = items.id_of(work.conn, ref)
    there = marks.waiting(work.conn, ref) if item is None else marks.dump(marks.load(work.conn, item))
    if dumped is None or there is not None:
        return False
    if item is None:
        marks.keep_waiting(work.conn, ref, dumped)
    else:
        marks.save(work.conn, {item: mark})
        work.rescore.append(item)
    work.lines.append(journal.Line(ref, item, journal.MARK, None, dumped))
    return True


def _note(work: _Work, record: Record) -> bool:
    uid, kind = clean_line(record["uid"]), record["kind"]
    if kind not in (notes.NOTE, notes.COMMENT):
        raise ValueError(f"{kind!r} is neither a note nor a comment")
    if notes.by_uid(work.conn, uid) is not None:
        return False
    at, who, ref = records.needed(record, "at"), clean_line(record["who"]), clean_line(records.text(record, "ref"))
    notes.add(work.conn, kind=kind, at=at, who=who, ref=ref, text=clean(record["text"]), uid=uid)
    if gone := records.moment(record.get("withdrawn")):
        notes.set_withdrawn(work.conn, uid, gone)
    else:
        work.lines.append(journal.Line(ref, items.id_of(work.conn, ref), journal.NOTE, None, lines.note_state(uid)))
    return True


def _decision(work: _Work, record: Record) -> bool:
    uid = clean_line(record["uid"])
    if decisions.by_uid(work.conn, uid) is not None:
        return False
    options = record.get("options") or []
    if not isinstance(options, list):
        raise ValueError("options is not a list")
    ref = clean_line(records.text(record, "ref"))
    old, by = _other(record, "supersedes"), _other(record, "superseded_by")
    decisions.add(
        work.conn,
        at=records.needed(record, "at"),
        who=clean_line(record["who"]),
        what=clean_line(record["what"]),
        why=clean(records.text(record, "why")),
        options=[clean_line(option) for option in options],
        owner=clean_line(records.text(record, "owner")),
        review_on=clean_line(records.text(record, "review_on")),
        effect=clean_line(records.text(record, "effect")),
        ref=ref,
        uid=uid,
    )
    if gone := records.moment(record.get("withdrawn")):
        decisions.set_withdrawn(work.conn, uid, gone)
    else:
        state = lines.decision_state(uid, by)
        work.lines.append(journal.Line(ref, items.id_of(work.conn, ref), journal.DECISION, None, state))
    work.links.append((uid, old, by))
    return True


def _link_decisions(work: _Work) -> None:
    # Only once all are in, since either may come first in the file.
    for uid, old, by in work.links:
        decisions.link(work.conn, uid, old, by)


def _record(work: _Work, record: Record) -> bool:
    """A stand-up, a blocker or the like; one that is here stays as it is, also where it is another one about the same."""
    uid = clean_line(record["uid"])
    if store_records.load(work.conn, uid) is not None:
        return False
    found = _kept(record | {"uid": uid})
    if _has_like(work.conn, found):
        if found.kind != "standup":
            return False
        # What was said in it is nowhere else: it comes in, but two cannot be under way.
        found = found.now(walk.left_open(found.what), open=False)
    store_records.save(work.conn, found)
    work.lines.append(store_records.line(None, found, items.id_of(work.conn, found.ref)))
    return True


def _has_like(conn: sqlite3.Connection, kept: store_records.Kept[Any]) -> bool:
    """Whether one stands here of which there is one only: by its name, by its item, or at all."""
    if kept.kind == "round":
        return bool(store_records.find(conn, kept.kind, name=kept.name, limit=1))
    if not kept.open:
        return False
    if kept.kind == "standup":
        return bool(store_records.find(conn, kept.kind, open=True, limit=1))
    name = kept.name if kept.kind == "standard" else None
    one = kept.ref and kept.kind in ("blocker", "escalation", "wait", "standard")
    return bool(one and store_records.find(conn, kept.kind, open=True, name=name, ref=kept.ref, limit=1))


def _kept(record: Record) -> store_records.Kept[Any]:
    """A record from its export, with every text in it clean."""
    kind = str(record["kind"])
    return store_records.sound(
        store_records.Kept(
            kind,
            store_records.decode(kind, cleaned(record["data"])),
            records.needed(record, "at"),
            clean_line(record["who"]),
            clean_line(record["uid"]),
            clean_line(records.text(record, "name")),
            clean_line(records.text(record, "ref")),
            bool(record.get("open")),
            records.moment(record.get("due")),
        )
    )


def _session(work: _Work, record: Record) -> bool:
    gaps = tuple(int(gap) for gap in record.get("seconds") or [])
    started, ended = records.needed(record, "started"), records.needed(record, "ended")
    return sessions.restore(work.conn, sessions.Session(started, ended, int(record["decided"]), gaps))


def _draft(work: _Work, record: Record) -> bool:
    slot = clean_line(record["slot"])
    if drafts.load(work.conn, slot):
        return False
    drafts.save(work.conn, slot, clean(record["text"]), work.now)
    return True


def _action(work: _Work, record: Record) -> bool:
    uid = clean_line(record["uid"])
    if journal.by_uid(work.conn, uid) is not None:
        return False
    journal.write(
        work.conn,
        [_line(work.conn, line) for line in record["lines"]],
        at=records.needed(record, "at"),
        who=clean_line(record["who"]),
        verb=clean_line(record["verb"]),
        summary=clean_line(record["summary"]),
        why=clean(records.text(record, "why")),
        # Beside other actions its place in the order of undo would be a lie; then it is history only.
        undoable=bool(record.get("undoable", True)) and work.moved_in,
        undoes=_number(work.conn, record.get("undoes")),
        redoes=_number(work.conn, record.get("redoes")),
        uid=uid,
    )
    return True


def _outgoing(work: _Work, record: Record) -> bool:
    """A change as history: what was not sent there is not sent from here either, since nobody knows what became of it."""
    uid = clean_line(record["uid"])
    if outbox.by_uid(work.conn, uid) is not None:
        return False
    ref, at = clean_line(records.text(record, "ref")), records.needed(record, "at")
    state, undoes = State(record["state"]), record.get("undoes")
    before = outbox.by_uid(work.conn, clean_line(undoes)) if undoes else None
    over = state in (State.SENT, State.CANCELLED)
    verb, value = _verb(record), cleaned(record.get("value"))
    words(verb, value)  # which raises where the value is not one of the verb's
    group = _number(work.conn, record["group"])
    if group is None:
        raise ValueError("group is missing")
    id = outbox.add(
        work.conn,
        uid=uid,
        group=group,
        source=clean_line(record["source"]),
        ref=ref,
        item=items.id_of(work.conn, ref),
        verb=verb,
        value=value,
        base=cleaned(record.get("base")),
        who=clean_line(record["who"]),
        at=at,
        due=at,
        state=state if over else State.CANCELLED,
        undoes=before.id if before else None,
    )
    why = clean(records.text(record, "why")) if over else f"it was {state} when it was exported, and is not sent from here"
    settled = records.moment(record.get("settled")) or (None if over else work.now)
    made, what = clean_line(records.text(record, "made")), clean(records.text(record, "what"))
    outbox.set_state(work.conn, id, state if over else State.CANCELLED, settled=settled, made=made, what=what, why=why)
    return True


def _verb(record: Record) -> str:
    verb = record["verb"]
    if verb not in VERBS:
        raise ValueError(f"{verb!r} is no change that a source takes")
    return str(verb)


def _line(conn: sqlite3.Connection, record: Record) -> journal.Line:
    target, ref = record["target"], clean_line(records.text(record, "ref"))
    if target not in (journal.MARK, journal.NOTE, journal.DECISION, journal.OUTBOX, journal.RECORD):
        raise ValueError(f"{target!r} is no target of an action")
    item = items.id_of(conn, ref)
    return journal.Line(ref, item, target, _state(target, record.get("before")), _state(target, record.get("after")))


def _state(target: str, value: Any) -> str | None:
    """What a line was or became, for undo to set: as clean as if it had come in by itself."""
    if value is None:
        return None
    if target == journal.MARK:
        mark = _clean(marks.parse(json.dumps(value)))
        if mark.priority is not None and mark.priority not in range(1, 6):
            raise ValueError(f"priority {mark.priority!r} is not 1 to 5")
        return marks.dump(mark)
    if target == journal.RECORD:
        return store_records.dump(store_records.sound(store_records.parse(json.dumps(cleaned(value)))))
    uid = clean_line(str(value["uid"]))
    if target == journal.OUTBOX:
        verb = _verb(value)
        left = clean_line(records.text(value, lines.LEFT.get(verb, "")))
        return lines.outbox_state(uid, verb, Stage(left).value if left and verb == "transition" else left)
    return lines.note_state(uid) if target == journal.NOTE else lines.decision_state(uid, _other(value, "superseded_by"))


def _other(record: Record, name: str) -> str | None:
    """The uid of another record."""
    return clean_line(records.text(record, name)) or None


def _number(conn: sqlite3.Connection, uid: Any) -> int | None:
    if uid is None:
        return None
    found = journal.by_uid(conn, clean_line(str(uid)))
    if found is None:
        raise ValueError(f"the action {uid} it speaks of is not there")
    return found


def _clean(mark: Mark) -> Mark:
    return replace(
        mark,
        who=clean_line(mark.who) if mark.who else None,
        reason=clean(mark.reason),
        target=clean_line(mark.target),
        owner=clean_line(mark.owner) if mark.owner else None,
        basis=clean_line(mark.basis),
    )


_TAKE: Mapping[str, Callable[[_Work, Record], bool]] = {
    "marks": _mark,
    "notes": _note,
    "decisions": _decision,
    "records": _record,
    "sessions": _session,
    "drafts": _draft,
    "journal": _action,
    "outbox": _outgoing,
}
