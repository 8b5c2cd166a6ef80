"""An action over items: planned on what stands, then written in one transaction, here and into the outbox."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain.model import NO_MARK, Item, Mark, Verdict
from opstui.domain.outbox import field_words, wanted
from opstui.domain.views import Receipt
from opstui.errors import Refused
from opstui.services.desk import outgoing, words
from opstui.services.desk.context import Context
from opstui.services.desk.outgoing import BACK, Step, Wish
from opstui.store import items, journal, marks, ranks, reach, sessions

if TYPE_CHECKING:
    from opstui.store.db import Connection

VERDICTS = frozenset(verdict.value for verdict in Verdict)
"""Verbs that count in the triage session."""
_FIELDS = {"assign": "owner", "transition": "status", "priority": "priority", "due": "due date"}


@dataclass(frozen=True, slots=True)
class Intent:
    """One action before it meets its items: ``change`` gives an item's new mark or raises Refused.

    ``wish`` is what it asks of the item's source; where the source takes that, ``there`` gives the mark instead.
    """

    verb: str
    change: Callable[[Item, Mark], Mark]
    said: Callable[[str], str]
    why: str = ""
    into: str = ""
    wish: Wish | None = None
    there: Callable[[Item, Mark], Mark] | None = None
    letter: Callable[[Connection, int, Item], str] | None = None
    """In place of a wish: what is written on each item at its source, where that takes comments."""
    more: Callable[[Connection, Sequence[Change]], Iterable[journal.Line]] | None = None
    """What else is written with the marks, in the same transaction: the lines of it."""


class Change(NamedTuple):
    """What an intent does to one item: its mark before and after, and what is sent to its source."""

    ref: str
    id: int
    before: Mark
    after: Mark
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an intent does to each item, which it cannot be done to, and which sources hear nothing of it, with the reason."""

    changed: tuple[Change, ...]
    refused: tuple[tuple[str, str], ...]
    local: tuple[tuple[str, str], ...] = ()

    @property
    def refs(self) -> tuple[str, ...]:
        """The items that change."""
        return tuple(change.ref for change in self.changed)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What goes into the outbox, or comes out of it."""
        return tuple(change.step for change in self.changed if change.step is not None)

    def lines(self) -> Iterator[journal.Line]:
        """What the journal keeps."""
        for ref, id, before, after, step in self.changed:
            old, new = marks.dump(before), marks.dump(after)
            if old != new:
                yield journal.Line(ref, id, journal.MARK, old, new)
            if step is not None:
                yield from step.lines()


def act(at: Context, intent: Intent, refs: Sequence[str]) -> Receipt:
    """Write an intent over its items: marks, journal, outbox, ranks and session in one transaction."""
    now = at.instant()
    with at.store.writing() as conn:
        plan = planned(at, conn, intent, refs)
        if not plan.changed:
            return Receipt(0, intent.verb, (), plan.refused, "nothing changed")
        marks.save(conn, {change.id: change.after for change in plan.changed if change.after != change.before})
        summary = intent.said(words.items(plan.refs))
        written = [*plan.lines(), *(intent.more(conn, plan.changed) if intent.more else ())]
        group = journal.write(conn, written, at=at.now(), who=at.who, verb=intent.verb, summary=summary, why=intent.why)
        numbers = outgoing.put(at, conn, group, plan.steps)
        ranks.rescore(conn, [change.id for change in plan.changed], at.rules, now)
        if intent.verb in VERDICTS:
            sessions.record(conn, now, len(plan.changed), at.began)
        where = outgoing.told(at, conn, sources(plan), plan.local)
    return Receipt(group, intent.verb, plan.refs, plan.refused, summary, outgoing=numbers, **where)


def sources(plan: Plan) -> list[str]:
    return [step.source for step in plan.steps if step.new]


def planned(at: Context, conn: Connection, intent: Intent, refs: Sequence[str]) -> Plan:
    asked = list(dict.fromkeys(refs))
    ids = items.refs_to_ids(conn, asked)
    standing = marks.load_many(conn, ids.values())
    into = _final_target(conn, intent.into) if intent.into else ""
    known = reach.every(conn) if intent.wish or intent.letter else {}
    changed: list[Change] = []
    refused: list[tuple[str, str]] = []
    local: dict[str, str] = {}
    for ref in asked:
        id = ids.get(ref)
        item = items.load_item(conn, id) if id is not None else None
        if id is None or item is None:
            refused.append((ref, "there is no such item"))
            continue
        if intent.into and (why := _no_merge(ref, intent.into, into)):
            refused.append((ref, why))
            continue
        before, away, wish = standing.get(id, NO_MARK), "", intent.wish
        if intent.letter:
            wish = Wish("comment", {"text": intent.letter(conn, id, item)})
        if wish:
            away = outgoing.takes(at, known, item.source, wish.verb)
        try:
            change = intent.there if intent.there and wish and not away else intent.change
            after = change(item, before)
        except Refused as error:
            refused.append((ref, error.why or error.what))
            continue
        if into:
            after = replace(after, target=into)
        step = outgoing.step(at, conn, id, item, wish) if wish and not away else None
        if step is None and marks.dump(after) == marks.dump(before):
            refused.append((ref, _already(wish)))
            continue
        if away:
            local[item.source] = away
        changed.append(Change(ref, id, before, after, step))
    return Plan(tuple(changed), tuple(refused), tuple(local.items()))


def _already(wish: Wish | None) -> str:
    """Why nothing changes: ``its priority is high already`` where one field was to be set."""
    field = _FIELDS.get(wish.verb) if wish else None
    if wish is None or field is None or wish.value is BACK:
        return "nothing would change"
    value = wanted(wish.verb, wish.value, None)
    return f"it has no {field} already" if value is None else f"its {field} is {field_words(wish.verb, value)} already"


def _final_target(conn: sqlite3.Connection, ref: str) -> str:
    # Merging into something that was itself merged means the one that is left; a chain has no cycle, see _no_merge.
    seen = {ref}
    while True:
        ids = items.refs_to_ids(conn, [ref])
        if ref not in ids:
            return ""
        mark = marks.load(conn, ids[ref])
        if mark.verdict is not Verdict.MERGE or mark.target in seen:
            return ref
        seen.add(mark.target)
        ref = mark.target


def _no_merge(ref: str, asked: str, final: str) -> str:
    if not final:
        return f"there is no item {asked} to merge into"
    if ref == asked:
        return "cannot merge into itself"
    if ref == final:
        return f"{asked} is merged into this one already"
    return ""


def fill(said: str, tail: str = "") -> Callable[[str], str]:
    """What is said of an action, with its items in the place of ``{0}``."""
    # Not str.format on the whole: a person's name or a ref may hold braces.
    return lambda what: said.replace("{0}", what, 1) + tail
