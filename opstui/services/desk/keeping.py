"""Records written as actions: what came, changed or went, with its journal group, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from opstui.domain.views import Receipt
from opstui.services.desk.context import Context
from opstui.store import items, journal, records
from opstui.store.records import Kept

if TYPE_CHECKING:
    from opstui.store.db import Connection

Step = tuple[Kept[Any] | None, Kept[Any] | None]
"""A record before and after; None where there is none."""


def write(
    at: Context,
    conn: Connection,
    steps: Sequence[Step],
    *,
    verb: str,
    said: str,
    why: str = "",
    lines: Iterable[journal.Line] = (),
    undoable: bool = True,
) -> Receipt:
    """Save records and journal them as one action, with further ``lines`` of the same transaction, written already.

    A step that changes nothing is left out; when none is left and there are no lines, the receipt's group is 0. What nobody
    asked for, such as taking stock, is not ``undoable``: undo takes back what a person did.
    """
    written = [*lines, *saved(conn, steps)]
    if not written:
        return Receipt(0, verb, (), (), "nothing changed")
    refs = list(dict.fromkeys(line.ref for line in written if line.ref))
    group = journal.write(conn, written, at=at.now(), who=at.who, verb=verb, summary=said, why=why, undoable=undoable)
    return Receipt(group, verb, tuple(refs), (), said)


def saved(conn: Connection, steps: Iterable[Step]) -> Iterator[journal.Line]:
    """Save records within somebody else's action: the lines that its group has to hold. What is not taken is not saved."""
    for before, after in steps:
        about = next((one.ref for one in (after, before) if one and one.ref), "")
        line = records.line(before, after, items.id_of(conn, about) if about else None)
        if line.before == line.after:
            continue
        if after is not None:
            records.save(conn, after)
        elif before is not None:
            records.remove(conn, before.uid)
        yield line
