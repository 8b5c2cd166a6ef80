"""Notes, comments, decisions and drafts, and the log that shows them with what was done."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from opstui.domain.text import clean, clean_line
from opstui.domain.views import Decision, Entry, Receipt
from opstui.errors import Refused, UsageError
from opstui.services.desk import chain, lines, outgoing, words
from opstui.services.desk.context import Context
from opstui.store import decisions as kept
from opstui.store import drafts, items, journal, notes, reach
from opstui.store import log as history

if TYPE_CHECKING:
    from opstui.store.db import Connection

BRIEF = 60
"""Characters of a text that its journal line repeats."""


def note(at: Context, text: str, ref: str) -> Receipt:
    """Write a note."""
    return _write_note(at, notes.NOTE, text, [ref])


def comment(at: Context, refs: str | Sequence[str], text: str) -> Receipt:
    """Write a comment on an item, or the same on several: one action."""
    named = list(dict.fromkeys([refs] if isinstance(refs, str) else refs))
    if not named or not all(named):
        raise UsageError("A comment needs the item it is on")
    return _write_note(at, notes.COMMENT, text, named, send=True)


def decide(
    at: Context,
    what: str,
    why: str,
    options: Sequence[str],
    owner: str,
    review_on: str,
    effect: str,
    ref: str,
    supersedes: int | None,
) -> Receipt:
    """Record a decision; the superseded one and this one point at each other from the same transaction on.

    Raises:
        UsageError: there is no text, or the review date is none.
        Refused: the superseded decision does not exist or has a successor already.
    """
    what = clean_line(what).strip()
    if not what:
        raise UsageError("A decision needs to say what was decided")
    fields = {
        "why": clean(why).strip(),
        "options": [text for option in options if (text := clean_line(option).strip())],
        "owner": at.people.canonical(clean_line(owner).strip()) if owner.strip() else "",
        "review_on": _review_date(at, review_on),
        "effect": clean_line(effect).strip(),
    }
    now = at.instant()
    with at.store.writing() as conn:
        item, missing = _item(conn, ref)
        if missing:
            return Receipt(0, "decide", (), ((ref, missing),), "nothing was written")
        old = _superseded(conn, supersedes)
        id, uid = kept.add(conn, at=now, who=at.who, what=what, ref=ref, supersedes=supersedes, **fields)  # type: ignore[arg-type]
        written = [journal.Line(ref, item, journal.DECISION, None, lines.decision_state(uid))]
        if old is not None:
            before, after = lines.decision_state(old.uid), lines.decision_state(old.uid, uid)
            written.append(journal.Line(old.ref, None, journal.DECISION, before, after))
        said = f"Decided: {_brief(what)}" + (f" (instead of decision {old.id})" if old else "")
        group = journal.write(
            conn, written, at=at.now(), who=at.who, verb="decide", summary=said, why=_brief(str(fields["why"]))
        )
    return Receipt(group, "decide", (ref,) if ref else (), (), said, id)


def withdraw(at: Context, kind: str, id: int, reason: str) -> Receipt:
    """Put a note, comment or decision out of sight.

    Raises:
        Refused: there is none, or the decision was superseded and so is part of another one's history.
    """
    if kind not in (notes.NOTE, notes.COMMENT, history.DECISION):
        raise UsageError(f"No {kind!r} can be withdrawn", "a note, a comment or a decision can")
    now = at.instant()
    with at.store.writing() as conn:
        if kind == history.DECISION:
            ref, said, written = _withdraw_decision(conn, id)
        else:
            found = notes.load(conn, id)
            if found is None or found.withdrawn is not None or found.kind != kind:
                raise Refused(f"Withdraw {kind} {id}", f"there is no such {kind}")
            ref, said = found.ref, f"Withdrew a {kind}: {_brief(found.text)}"
            item, _ = _item(conn, ref)
            written = [journal.Line(ref, item, journal.NOTE, lines.note_state(found.uid), None)]
        for line in written:
            lines.put(conn, line, now)
        sent = _meant_for_a_source(at, conn, written) if kind == notes.COMMENT else None
        if sent is not None:
            written.append(sent.line)
            said += f" ({chain.sentence([sent])})"
        why = clean(reason).strip()
        group = journal.write(conn, written, at=at.now(), who=at.who, verb="withdraw", summary=said, why=why)
        if sent is not None:
            chain.turn(at, conn, sent, group)
    return Receipt(group, "withdraw", (ref,) if ref else (), (), said, id)


def _meant_for_a_source(at: Context, conn: Connection, written: Sequence[journal.Line]) -> chain.Outlook | None:
    """What withdrawing a comment does to the one at its source, or on its way there; None when there is none."""
    (note,) = written
    uid = str(chain.said(note)["uid"])
    seen = chain.look(at, conn, replace(note, target=journal.OUTBOX, before=lines.outbox_state(uid, "comment")))
    return None if seen.turn is chain.Turn.NOTHING else seen


def save_draft(at: Context, slot: str, text: str) -> None:
    """Keep or drop what is being typed."""
    if not text and not draft(at, slot):
        return
    with at.store.writing() as conn:
        drafts.save(conn, slot, text, at.now())


def draft(at: Context, slot: str) -> str:
    """What was being typed."""
    return drafts.load(at.store.read, slot)


def log(at: Context, query: str, kinds: Sequence[str], offset: int, limit: int, withdrawn: bool) -> list[Entry]:
    """Everything written and done, youngest first."""
    return history.entries(at.store.read, query, kinds, offset, limit, withdrawn=withdrawn)


def log_count(at: Context, query: str, kinds: Sequence[str], limit: int, withdrawn: bool) -> int:
    """How many entries the log has, up to ``limit``."""
    return history.count(at.store.read, query, kinds, limit, withdrawn=withdrawn)


def refs(at: Context, group: int, limit: int) -> tuple[str, ...]:
    """What one action was on."""
    return tuple(ref for ref in journal.refs_of(at.store.read, group, limit) if ref)


def audit(at: Context, ref: str, limit: int) -> list[Entry]:
    """Everything done to an item."""
    return history.of_item(at.store.read, ref, limit)


def decisions(at: Context, query: str, ref: str, offset: int, limit: int) -> list[Decision]:
    """Decisions by words and by item."""
    return kept.find(at.store.read, query, ref, offset, limit)


def decision(at: Context, id: int) -> Decision | None:
    """One decision."""
    return kept.load(at.store.read, id)


def _write_note(at: Context, kind: str, text: str, refs: Sequence[str], *, send: bool = False) -> Receipt:
    """The same text on each item, or on none for an empty ref; ``Receipt.id`` is that of the first.

    With ``send`` it goes to the item's source too, where that takes comments, under the uid of what is kept here.
    """
    text = clean(text).strip()
    if not text:
        raise UsageError(f"An empty {kind} says nothing")
    written: list[journal.Line] = []
    refused: list[tuple[str, str]] = []
    steps: list[outgoing.Step] = []
    local: list[tuple[str, str]] = []
    first = 0
    with at.store.writing() as conn:
        known = reach.every(conn) if send else {}
        for ref in refs:
            item, missing = _item(conn, ref)
            if missing:
                refused.append((ref, missing))
                continue
            id, uid = notes.add(conn, kind=kind, at=at.instant(), who=at.who, ref=ref, text=text)
            first = first or id
            written.append(journal.Line(ref, item, journal.NOTE, None, lines.note_state(uid)))
            if not send:
                continue
            source = ref.partition(":")[0]
            if away := outgoing.takes(at, known, source, "comment"):
                local.append((source, away))
                continue
            steps.append(outgoing.Step(ref, item, source, "comment", {"text": text}, None, uid))
            written.extend(steps[-1].lines())
        if not written:
            return Receipt(0, kind, (), tuple(refused), "nothing was written")
        on = tuple(dict.fromkeys(line.ref for line in written if line.ref))
        said = f"{kind.capitalize()}{f' on {words.items(on)}' if on else ''}: {_brief(text)}"
        group = journal.write(conn, written, at=at.now(), who=at.who, verb=kind, summary=said)
        numbers = outgoing.put(at, conn, group, steps)
        where = outgoing.told(at, conn, [step.source for step in steps], local) if send else {}
    return Receipt(group, kind, on, tuple(refused), said, first, outgoing=numbers, **where)


def _withdraw_decision(conn: sqlite3.Connection, id: int) -> tuple[str, str, list[journal.Line]]:
    found = kept.load(conn, id)
    if found is None:
        raise Refused(f"Withdraw decision {id}", "there is no such decision")
    if found.superseded_by is not None:
        raise Refused(f"Withdraw decision {id}", f"decision {found.superseded_by} took its place", "Withdraw that one first")
    item, _ = _item(conn, found.ref)
    written = [journal.Line(found.ref, item, journal.DECISION, lines.decision_state(found.uid), None)]
    old = kept.load(conn, found.supersedes) if found.supersedes is not None else None
    if old is not None:
        # What it replaced is in force again.
        before, after = lines.decision_state(old.uid, found.uid), lines.decision_state(old.uid)
        written.append(journal.Line(old.ref, None, journal.DECISION, before, after))
    return found.ref, f"Withdrew a decision: {_brief(found.what)}", written


def _superseded(conn: sqlite3.Connection, id: int | None) -> Decision | None:
    if id is None:
        return None
    old = kept.load(conn, id)
    if old is None:
        raise Refused(f"Supersede decision {id}", "there is no such decision")
    if old.superseded_by is not None:
        raise Refused(f"Supersede decision {id}", f"decision {old.superseded_by} did so already", "Supersede that one")
    return old


def _item(conn: sqlite3.Connection, ref: str) -> tuple[int | None, str]:
    if not ref:
        return None, ""
    id = items.id_of(conn, ref)
    return id, "" if id is not None else "there is no such item"


def _review_date(at: Context, text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return at.when(text).astimezone(at.zone).date().isoformat()


def _brief(text: str) -> str:
    line = clean_line(text)
    return line if len(line) <= BRIEF else line[: BRIEF - 1].rstrip() + "…"
