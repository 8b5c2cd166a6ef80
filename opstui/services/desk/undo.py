"""Undo and redo: a group taken back exactly, or not at all when something it changed was changed again since."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from opstui.domain.outbox import SETS
from opstui.domain.views import Preview, Receipt
from opstui.errors import Refused
from opstui.late import late
from opstui.services.desk import words
from opstui.services.desk.context import Context
from opstui.store import items, journal, marks, sessions

if TYPE_CHECKING:
    from opstui.services.desk import acting, chain, lines
    from opstui.store import ranks, records
    from opstui.store.db import Connection
else:  # the foot names what undo would do; that takes none of what doing it takes
    acting = late("opstui.services.desk.acting")
    chain = late("opstui.services.desk.chain")
    lines = late("opstui.services.desk.lines")
    ranks = late("opstui.store.ranks")
    records = late("opstui.store.records")

LOOKED_AT = 50
"""Changes on their way that are looked at for one line of that list: what becomes of the first is said of all."""

SHOWN = 200
"""Lines of a group that are looked at, and refs that are named, in the list of what undo will do."""


def undo(at: Context, group: int | None) -> Receipt:
    """Take a group back: the last one that stands, or the one named.

    Raises:
        Refused: it is no action that stands, or a later one changed the same thing.
    """
    with at.store.writing() as conn:
        found = _to_undo(conn, group)
        if found is None:
            return Receipt(0, "undo", (), (), "there is nothing to undo")
        return _turn(at, conn, found, back=True)


def redo(at: Context) -> Receipt:
    """Do again the group undone last.

    Raises:
        Refused: what it changed is no longer as it was.
    """
    with at.store.writing() as conn:
        found = journal.can_redo(conn, 1)
        if not found:
            return Receipt(0, "redo", (), (), "there is nothing to redo")
        return _turn(at, conn, found[0], back=False)


def undo_list(at: Context, limit: int) -> tuple[Preview, ...]:
    """What undo would take back, next first."""
    with at.store.reading() as conn:
        return tuple(_preview(at, conn, group, back=True) for group in journal.can_undo(conn, limit))


def redo_list(at: Context, limit: int) -> tuple[Preview, ...]:
    """What redo would do again, next first."""
    with at.store.reading() as conn:
        return tuple(_preview(at, conn, group, back=False) for group in journal.can_redo(conn, limit))


def _to_undo(conn: sqlite3.Connection, group: int | None) -> journal.Group | None:
    if group is None:
        found = journal.can_undo(conn, 1)
        return found[0] if found else None
    named = journal.group(conn, group)
    if named is None or not named.undoable or named.undoes or named.redoes:
        raise Refused(f"Undo {group}", "there is no such action to take back", "ctrl+z lists what undo can do")
    if journal.is_undone(conn, group):
        raise Refused(f"Undo {group}", f"it was taken back already: {named.summary}")
    return named


def _turn(at: Context, conn: Connection, group: journal.Group, *, back: bool) -> Receipt:
    """Set everything a group touched to what stood before (``back``) or after it, and say so in the journal.

    What is on its way to a source is never in the way: whatever the engine did with it, there is an answer.
    """
    verb = "undo" if back else "redo"
    done = journal.lines(conn, group.id)
    # Within a group the lines of one thing follow each other, so they are taken back in the opposite order.
    turned = [_opposite(line) for line in reversed(done)] if back else done
    sent = [line for line in turned if line.target == journal.OUTBOX]
    _must_be_last(conn, verb, group, turned)
    for line in turned:
        if line.target == journal.OUTBOX:
            continue
        if not lines.stands(conn, line):
            raise _blocked(conn, verb, group, line)
        lines.put(conn, line, at.instant())
    _must_be_one_standup(conn, verb, group, turned)
    seen = [chain.look(at, conn, line) for line in sent]
    tail = chain.sentence(seen, undo=back)
    stays = back and len(seen) == len(turned) > 0 and all(one.turn is chain.Turn.STAYS for one in seen)
    did = "Left as it is" if stays else "Undid" if back else "Redid"
    said = f"{did}: {group.summary}" + (f" ({tail})" if tail else "")
    number = journal.write(
        conn,
        turned,
        at=at.now(),
        who=at.who,
        verb=verb,
        summary=said,
        why=group.why,
        undoes=group.id if back else None,
        redoes=None if back else group.id,
    )
    numbers = tuple(id for one in seen if (id := chain.turn(at, conn, one, number)) is not None)
    marked = items.refs_to_ids(conn, [line.ref for line in turned if line.target == journal.MARK])
    touched = items.refs_to_ids(conn, [line.ref for line in turned if line.target in (journal.MARK, journal.OUTBOX)])
    ranks.rescore(conn, touched.values(), at.rules, at.instant())
    if group.verb in acting.VERDICTS:
        sessions.take_back(conn, len(marked) if back else -len(marked))
    sources = tuple(dict.fromkeys(one.source for one in seen if one.turn is chain.Turn.SEND))
    return Receipt(number, verb, _refs(done), (), said, sent_to=sources, outgoing=numbers, note=tail)


def _must_be_last(conn: Connection, verb: str, group: journal.Group, turned: list[journal.Line]) -> None:
    """What a later action set is that action's to take back first, also where it happens to read as it did before."""
    marked = {line.ref: line for line in turned if line.target == journal.MARK}
    if marked:
        for _, line in journal.later_of(conn, group.id, journal.MARK):
            if line.ref in marked:
                raise _blocked(conn, verb, group, marked[line.ref])
    sent = [line for line in turned if line.target == journal.OUTBOX]
    if not sent:
        return
    uids = {str(chain.said(line)["uid"]): line for line in sent}
    fields = {(line.ref, chain.said(line).get("verb")): line for line in sent if line.ref}
    for later, line in journal.later_of(conn, group.id, journal.OUTBOX):
        told = chain.said(line)
        mine = uids.get(str(told["uid"])) or (fields.get((line.ref, told.get("verb"))) if told.get("verb") in SETS else None)
        if mine is not None:
            why = f"{mine.ref or 'what it made'} was changed since ({later.summary})"
            raise Refused(f"Cannot {verb}: {group.summary}", why, "Undo the later action first", ref=mine.ref)


def _must_be_one_standup(conn: sqlite3.Connection, verb: str, group: journal.Group, turned: list[journal.Line]) -> None:
    """Two stand-ups are never under way: one that was finished is not taken up again while another is."""
    if not any(line.target == journal.RECORD for line in turned):
        return
    under_way = records.find(conn, "standup", open=True, limit=2)
    if len(under_way) > 1 and any(lines.uid_of(line) in {kept.uid for kept in under_way} for line in turned):
        raise Refused(f"Cannot {verb}: {group.summary}", "another stand-up is under way", "Finish that one first")


def _opposite(line: journal.Line) -> journal.Line:
    return journal.Line(line.ref, line.item, line.target, line.after, line.before)


def _blocked(conn: sqlite3.Connection, verb: str, group: journal.Group, line: journal.Line) -> Refused:
    later = journal.later(conn, group.id, line.ref) if line.target == journal.MARK else None
    if line.target == journal.RECORD:
        uid = lines.uid_of(line)
        later = next((one for one, told in journal.later_of(conn, group.id, journal.RECORD) if lines.uid_of(told) == uid), None)
    why = f"{line.ref or 'what it wrote'} was changed since" + (f" ({later.summary})" if later else "")
    return Refused(f"Cannot {verb}: {group.summary}", why, "Undo the later action first" if later else "", ref=line.ref)


def _preview(at: Context, conn: Connection, group: journal.Group, *, back: bool) -> Preview:
    shown = journal.lines(conn, group.id, SHOWN)
    moved = [line for line in shown if line.target == journal.MARK]
    turned = [_opposite(line) if back else line for line in shown if line.target == journal.OUTBOX]
    sent = chain.sentence((chain.look(at, conn, line) for line in turned[:LOOKED_AT]), undo=back) if turned else ""
    if not back:
        here = ""
    elif not moved:
        written = any(line.target in (journal.NOTE, journal.DECISION) for line in shown)
        changed = any(line.target == journal.RECORD and line.before is not None for line in shown)
        kept = written or any(line.target == journal.RECORD for line in shown)
        here = (
            "in force again"
            if group.verb == "withdraw"
            else "as before"
            if changed
            else "out of sight"
            if kept or not shown
            else ""
        )
    elif len(shown) == SHOWN:
        here = "all of them back to where they were"
    else:
        here = _back(at, moved)
    tail = "; ".join(part for part in (here, sent) if part)
    return Preview(
        group.verb, _refs(shown), (), f"{group.summary}: {tail}" if tail else group.summary, group.id, group.at, note=sent
    )


def _back(at: Context, moved: list[journal.Line]) -> str:
    pairs = [(marks.parse(line.before), marks.parse(line.after)) for line in moved]
    if all(before.verdict == after.verdict and before.until == after.until for before, after in pairs):
        return "as before"
    return words.back_to(words.standing(before, at.zone) for before, _ in pairs)


def _refs(done: Iterable[journal.Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.ref for line in done if line.ref))
