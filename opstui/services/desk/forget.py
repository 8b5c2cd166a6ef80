"""Letting go of a source that the config no longer has: its items are over, what was decided on them stays."""

from __future__ import annotations

from opstui.domain.format import plural
from opstui.domain.outbox import OPEN, STUCK
from opstui.domain.views import Receipt
from opstui.errors import Refused
from opstui.services.desk import outgoing
from opstui.services.desk.context import Context
from opstui.store import journal, outbox, ranks, sources

SLICE = 250
"""Items closed in one transaction, so that others can write in between."""


def forget(at: Context, name: str) -> Receipt:
    """Close what a source gave, in slices; broken off, the next call closes the rest.

    No undo takes it back: the way back is the source itself, whose next pull brings every item with its mark.

    Raises:
        Refused: the config has it, or the store holds nothing of it.
    """
    if any(source.name == name for source in at.settings.sources):
        step = "Take it out of the config first; enabled = false only stops reading it."
        raise Refused(f"cannot forget {name}", "it is in the config", step)
    held = sources.health(at.store.read).get(name, sources.Health(name)).items
    if not held:
        raise Refused(f"cannot forget {name}", "no item of such a source is here", "opstui doctor names the sources.")
    said = f"Forgot {name}: {plural(held, 'item')} closed"
    with at.store.writing() as conn:
        sources.forget_cursor(conn, name)
        for one in outbox.listed(conn, (*OPEN, *STUCK), -1):
            if one.source == name:
                outgoing.cancel(at, conn, one, "its source was forgotten")
        group = journal.write(conn, (), at=at.now(), who=at.who, verb="forget", summary=said, undoable=False)
    last = ""
    while True:
        with at.store.writing() as conn:
            ids, last = sources.close_items(conn, name, at.instant(), last, SLICE)
            ranks.rescore(conn, ids, at.rules, at.instant())
        if len(ids) < SLICE:
            return Receipt(group, "forget", (), (), said)
