"""Escalations that were asked: acknowledged, decided or refused, and over when their item is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain import escalation as rules_of
from opstui.domain import verdicts
from opstui.domain.escalation import Escalation, Outcome
from opstui.domain.kinds import Verdict
from opstui.domain.model import NO_MARK
from opstui.domain.text import clean, clean_line
from opstui.domain.views import Receipt
from opstui.errors import Refused
from opstui.services.desk import asking, keeping, words
from opstui.services.desk.context import Context
from opstui.store import items, journal, marks, ranks, records, stuck
from opstui.store.records import Kept

if TYPE_CHECKING:
    from opstui.domain.model import Mark
    from opstui.services.desk.acting import Change
    from opstui.store.db import Connection
    from opstui.store.stuck import Stuck

STANDING = 1000
"""So many escalations are listed."""


class EscalationRow(NamedTuple):
    """One escalation as the ledger shows it; ``missed``: what it waits for did not come in time."""

    kept: Kept[Escalation]
    item: Stuck | None
    missed: bool

    @property
    def what(self) -> Escalation:
        """The escalation itself."""
        return self.kept.what

    @property
    def ref(self) -> str:
        """Its item."""
        return self.kept.ref


def rows(at: Context) -> list[EscalationRow]:
    """Every escalation that is open, what was missed first, then by what is due."""
    now = at.instant()
    with at.store.reading() as conn:
        kept = records.find(conn, asking.KIND, open=True, limit=STANDING)
        seen = stuck.look(conn, list(items.refs_to_ids(conn, [one.ref for one in kept]).values()))
    found = [EscalationRow(one, seen.get(one.ref), rules_of.missed(one.what, now)) for one in kept]
    alive = [row for row in found if row.item is None or not row.item.over]
    return sorted(alive, key=lambda row: (not row.missed, row.what.due is None, row.what.due or now, row.kept.at, row.ref))


def one(at: Context, ref: str) -> Kept[Escalation] | None:
    """The escalation of an item: the open one, else the last."""
    with at.store.reading() as conn:
        id = items.id_of(conn, ref)
        standing = asking.standing(conn, ref, marks.load(conn, id)) if id is not None else None
        if standing is not None:
            return standing
        found = records.find(conn, asking.KIND, ref=ref, limit=1)
    return found[0] if found else None


def acknowledge(at: Context, ref: str, by: str, until: datetime | str | None) -> Receipt:
    """Somebody has it: from now on it waits to be decided, which is another time. It is not resolved by that.

    Raises:
        Refused: it is not escalated, or acknowledged already.
        UsageError: that time is over.
    """
    now = at.instant()
    with at.store.writing() as conn:
        id, before, mark = _standing(conn, ref, "acknowledge")
        if before.what.acknowledged:
            when = words.moment(before.what.acknowledged, at.zone)
            raise Refused(f"acknowledge {ref}", f"{before.what.acknowledged_by} did so {when}", ref=ref)
        who = at.people.canonical(clean_line(by).strip()) if by.strip() else before.what.to
        due = asking.to_come(at, until) if until else before.what.resolve_by
        what = replace(before.what, acknowledged=now, acknowledged_by=who, resolve_by=due)
        after = replace(mark, until=due) if mark.verdict is Verdict.ESCALATE else mark
        said = f"{who} has {ref}" + (f", decided by {words.moment(due, at.zone)}" if due else "")
        return _turn(at, conn, id, before, before.now(what, due=due), mark, after, "acknowledge", said)


def resolve(at: Context, ref: str, outcome: str, *, done: bool = False, refused: bool = False) -> Receipt:
    """It was decided, or refused: the escalation is over and its item comes back to the queue, or is done with.

    Raises:
        Refused: it is not escalated.
    """
    now = at.instant()
    said = clean(outcome).strip()
    with at.store.writing() as conn:
        id, before, mark = _standing(conn, ref, "resolve")
        ended = Outcome.REFUSED if refused else Outcome.RESOLVED
        what = replace(before.what, outcome=ended, ended=now, said=said)
        item = items.load_item(conn, id)
        after = mark
        if item is not None and mark.verdict is Verdict.ESCALATE and item.stage != "done":
            after = (
                verdicts.decide(Verdict.DONE, item, mark, now, at.who, reason=said) if done else verdicts.release(item, mark)
            )
        verb = "refused" if refused else "resolve"
        word = f"{before.what.to} refused {ref}" if refused else f"Resolved {ref}, escalated to {before.what.to}"
        return _turn(at, conn, id, before, before.now(what, open=False, due=None), mark, after, verb, word, said)


def closing(at: Context, verb: str, conn: Connection, changes: Sequence[Change]) -> Iterator[journal.Line]:
    """The open escalations and waits of items whose verdict is another one now: over, within that action.

    A wait for somebody else is another one too: what was said to the one before is not told of the next.
    """
    asked = records.standing(conn, asking.KIND, [one.ref for one in changes if one.after.verdict is not Verdict.ESCALATE])
    waits = records.standing(conn, "wait", [one.ref for one in changes if _left(one)])
    for change in changes:
        outcome = Outcome.CLOSED if change.after.verdict in verdicts.ENDING else Outcome.WITHDRAWN
        for kept in asked.get(change.ref, ())[:1]:
            what = replace(kept.what, outcome=outcome, ended=at.instant(), said=f"{verb.replace('_', ' ')} here")
            yield from keeping.saved(conn, [(kept, kept.now(what, open=False, due=None))])
        for wait in waits.get(change.ref, ()):
            yield from keeping.saved(conn, [(wait, wait.now(wait.what, open=False))])


def _left(change: Change) -> bool:
    before, after = change.before, change.after
    return before.verdict is Verdict.WAIT and (after.verdict is not Verdict.WAIT or after.target != before.target)


def _turn(
    at: Context,
    conn: Connection,
    id: int,
    before: Kept[Escalation],
    after: Kept[Escalation],
    mark: Mark,
    marked: Mark,
    verb: str,
    said: str,
    why: str = "",
) -> Receipt:
    """Write the record and the mark it goes with as one action."""
    lines = []
    if marked != mark:
        marks.save(conn, {id: marked})
        lines.append(journal.Line(before.ref, id, journal.MARK, marks.dump(mark), marks.dump(marked)))
    stored = asking.stored(conn, before.ref)
    receipt = keeping.write(at, conn, [(stored, after)], verb=verb, said=said, why=why, lines=lines)
    ranks.rescore(conn, [id], at.rules, at.instant())
    return receipt


def _standing(conn: Connection, ref: str, verb: str) -> tuple[int, Kept[Escalation], Mark]:
    id = items.id_of(conn, ref)
    mark = marks.load(conn, id) if id is not None else NO_MARK
    kept = asking.standing(conn, ref, mark)
    if id is None or kept is None:
        why = "there is no such item" if id is None else "it is not escalated"
        raise Refused(f"{verb} {ref}", why, "opstui escalation list shows what is", ref=ref)
    return id, kept, mark
