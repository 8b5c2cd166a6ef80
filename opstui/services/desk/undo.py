"""Undo and redo: a group taken back exactly, or not at all when something it changed was changed again since."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from opstui.domain.views import Preview, Receipt
from opstui.errors import Refused
from opstui.late import late
from opstui.services.desk import words
from opstui.services.desk.context import Context
from opstui.store import items, journal, marks, sessions

if TYPE_CHECKING:
    from opstui.services.desk import lines, verdicts
    from opstui.store import ranks
else:  # the foot names what undo would do; that takes none of what doing it takes
    lines = late("opstui.services.desk.lines")
    verdicts = late("opstui.services.desk.verdicts")
    ranks = late("opstui.store.ranks")

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


def _turn(at: Context, conn: sqlite3.Connection, group: journal.Group, *, back: bool) -> Receipt:
    """Set everything a group touched to what stood before (``back``) or after it, and say so in the journal."""
    verb = "undo" if back else "redo"
    done = journal.lines(conn, group.id)
    # Within a group the lines of one thing follow each other, so they are taken back in the opposite order.
    turned = [_opposite(line) for line in reversed(done)] if back else done
    for line in turned:
        if lines.current(conn, line) != line.before:
            raise _blocked(conn, verb, group, line)
        lines.put(conn, line, at.instant())
    said = f"{'Undid' if back else 'Redid'}: {group.summary}"
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
    touched = items.refs_to_ids(conn, [line.ref for line in turned if line.target == journal.MARK])
    ranks.rescore(conn, touched.values(), at.rules, at.instant())
    if group.verb in verdicts.VERDICTS:
        sessions.take_back(conn, len(touched) if back else -len(touched))
    return Receipt(number, verb, _refs(done), (), said)


def _opposite(line: journal.Line) -> journal.Line:
    return journal.Line(line.ref, line.item, line.target, line.after, line.before)


def _blocked(conn: sqlite3.Connection, verb: str, group: journal.Group, line: journal.Line) -> Refused:
    later = journal.later(conn, group.id, line.ref) if line.target == journal.MARK else None
    why = f"{line.ref or 'what it wrote'} was changed since" + (f" ({later.summary})" if later else "")
    return Refused(f"Cannot {verb}: {group.summary}", why, "Undo the later action first" if later else "", ref=line.ref)


def _preview(at: Context, conn: sqlite3.Connection, group: journal.Group, *, back: bool) -> Preview:
    shown = journal.lines(conn, group.id, SHOWN)
    moved = [line for line in shown if line.target == journal.MARK]
    if not back:
        tail = ""
    elif not moved:
        tail = ": in force again" if group.verb == "withdraw" else ": out of sight"
    elif len(shown) == SHOWN:
        tail = ": all of them back to where they were"
    else:
        tail = f": {_back(at, moved)}"
    return Preview(group.verb, _refs(shown), (), group.summary + tail, group.id, group.at)


def _back(at: Context, moved: list[journal.Line]) -> str:
    pairs = [(marks.parse(line.before), marks.parse(line.after)) for line in moved]
    if all(before.verdict == after.verdict and before.until == after.until for before, after in pairs):
        return "as before"
    return words.back_to(words.standing(before, at.zone) for before, _ in pairs)


def _refs(done: Iterable[journal.Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.ref for line in done if line.ref))
