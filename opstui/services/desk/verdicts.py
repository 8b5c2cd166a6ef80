"""Verdicts and what else is set on items: planned on what stands, then written in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.domain import verdicts as rules_of
from opstui.domain.model import NO_MARK, Item, Mark, Place, Stage, Verdict
from opstui.domain.text import clean, clean_line
from opstui.domain.views import Preview, Receipt
from opstui.errors import Refused, UsageError
from opstui.services.desk import outgoing, words
from opstui.services.desk.context import Context
from opstui.services.desk.outgoing import BACK, Step, Wish
from opstui.store import items, journal, marks, ranks, reach, sessions

if TYPE_CHECKING:
    from opstui.store.db import Connection

VERDICTS = frozenset(verdict.value for verdict in Verdict)
"""Verbs that count in the triage session."""


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


def verdict(at: Context, verdict: Verdict, refs: Sequence[str], **args: Any) -> Receipt:
    """Carry out one of the eight verdicts."""
    return act(at, _verdict(at, verdict, **args), refs)


def priority(at: Context, refs: Sequence[str], n: int | None) -> Receipt:
    """Set the priority, at the source where it takes one; or go back to the source's."""
    return act(at, _priority(n), refs)


def stage(at: Context, refs: Sequence[str], stage: Stage | str | None) -> Receipt:
    """Set or clear the stage here."""
    return act(at, _stage(stage), refs)


def for_block(at: Context, refs: Sequence[str]) -> Receipt:
    """Accept as work for a protected block."""
    return act(at, _for_block(at), refs)


def release(at: Context, refs: Sequence[str]) -> Receipt:
    """Take the verdict off."""
    return act(at, _release(), refs)


def preview(at: Context, verb: str, refs: Sequence[str], args: Mapping[str, Any]) -> Preview:
    """What an action would do."""
    intent = _by_name(at, verb, dict(args))
    with at.store.reading() as conn:
        plan = _plan(at, conn, intent, refs)
        where = outgoing.told(at, conn, _sources(plan), plan.local)
    said = intent.said(words.items(plan.refs)) if plan.refs else "nothing changes"
    tail = f", {len(plan.refused)} refused" if plan.refused else ""
    return Preview(verb, plan.refs, plan.refused, said + tail, **where)


def act(at: Context, intent: Intent, refs: Sequence[str]) -> Receipt:
    """Write an intent over its items: marks, journal, outbox, ranks and session in one transaction."""
    now = at.instant()
    with at.store.writing() as conn:
        plan = _plan(at, conn, intent, refs)
        if not plan.changed:
            return Receipt(0, intent.verb, (), plan.refused, "nothing changed")
        marks.save(conn, {change.id: change.after for change in plan.changed if change.after != change.before})
        summary = intent.said(words.items(plan.refs))
        group = journal.write(conn, plan.lines(), at=at.now(), who=at.who, verb=intent.verb, summary=summary, why=intent.why)
        numbers = outgoing.put(at, conn, group, plan.steps)
        ranks.rescore(conn, [change.id for change in plan.changed], at.rules, now)
        if intent.verb in VERDICTS:
            sessions.record(conn, now, len(plan.changed), at.began)
        where = outgoing.told(at, conn, _sources(plan), plan.local)
    return Receipt(group, intent.verb, plan.refs, plan.refused, summary, outgoing=numbers, **where)


def _sources(plan: Plan) -> list[str]:
    return [step.source for step in plan.steps if step.new]


def _plan(at: Context, conn: Connection, intent: Intent, refs: Sequence[str]) -> Plan:
    asked = list(dict.fromkeys(refs))
    ids = items.refs_to_ids(conn, asked)
    standing = marks.load_many(conn, ids.values())
    into = _final_target(conn, intent.into) if intent.into else ""
    known = reach.every(conn) if intent.wish else {}
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
        before, away = standing.get(id, NO_MARK), ""
        if intent.wish:
            away = outgoing.takes(at, known, item.source, intent.wish.verb)
        try:
            change = intent.there if intent.there and intent.wish and not away else intent.change
            after = change(item, before)
        except Refused as error:
            refused.append((ref, error.why or error.what))
            continue
        if into:
            after = replace(after, target=into)
        step = outgoing.step(conn, id, item, intent.wish, at.people) if intent.wish and not away else None
        if step is None and marks.dump(after) == marks.dump(before):
            refused.append((ref, "nothing would change"))
            continue
        if away:
            local[item.source] = away
        changed.append(Change(ref, id, before, after, step))
    return Plan(tuple(changed), tuple(refused), tuple(local.items()))


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


# intents --------------------------------------------------------------------------------------------------------------


def _by_name(at: Context, verb: str, args: dict[str, Any]) -> Intent:
    if verb in VERDICTS:
        for name in ("into", "who", "to", "on"):
            if name in args:
                args["target"] = args.pop(name)
        if "text" in args:
            args["reason"] = args.pop("text")
        return _verdict(at, Verdict(verb), **args)
    match verb:
        case "priority":
            return _priority(args["n"])
        case "stage":
            return _stage(args["stage"])
        case "for_block" | "for-block":
            return _for_block(at)
        case "release":
            return _release()
        case "transition" | "due" | "labels":
            from opstui.services.desk import sending

            return sending.by_name(at, verb, args)
    raise UsageError(f"No verb {verb!r}", "only verdicts and what is set on items can be previewed")


def _verdict(
    at: Context,
    verdict: Verdict,
    *,
    target: str = "",
    until: datetime | str | None = None,
    reason: str = "",
    tell: bool | None = None,
) -> Intent:
    now = at.instant()
    end = _time(at, until) if until is not None else None
    if end is not None and end <= now:
        raise UsageError(f"{words.moment(end, at.zone)} is over", "a time to come is needed", "Try 2h, eod, mon 9 or +3d")
    if verdict is Verdict.MERGE and not target:
        raise UsageError("merge needs the item to merge into")
    if verdict is Verdict.SNOOZE and end is None:
        raise UsageError("snooze needs a time", "", "Try 2h, eod, mon 9 or +3d")
    reason, target = clean(reason).strip(), clean_line(target).strip()
    if verdict in (Verdict.ASSIGN, Verdict.ESCALATE, Verdict.WAIT):
        if not target:
            raise UsageError(f"{verdict.value} needs a person")
        target = at.people.canonical(target)

    def change(item: Item, mark: Mark) -> Mark:
        return rules_of.decide(verdict, item, mark, now, at.who, reason=reason, until=end, target=target)

    said = _SAID[verdict].format("{0}", target=target, until=words.moment(end, at.zone) if end else "")
    into = target if verdict is Verdict.MERGE else ""
    back = {Verdict.WAIT: ", nudge ", Verdict.ESCALATE: ", back "}.get(verdict, "")
    tail = back + words.moment(end, at.zone) if back and end else ""
    wish, there = None, None
    if verdict is Verdict.ASSIGN:
        wish, there = Wish("assign", outgoing.person(at.people, target)), _owned_there(change)
    elif verdict is Verdict.DECLINE and (at.settings.outbox.tell_reporter if tell is None else tell):
        wish = Wish("comment", {"text": f"{f'Declined: {reason}' if reason else 'Declined'} ({at.who})"})
    return Intent(verdict.value, change, fill(said, tail), reason, into, wish, there)


def _owned_there(change: Callable[[Item, Mark], Mark]) -> Callable[[Item, Mark], Mark]:
    # The source says who owns it: as long as the change is on its way the outbox does, and never the mark.
    return lambda item, mark: replace(change(item, mark), owner=None)


_SAID = {
    Verdict.ACCEPT: "Accepted {0}",
    Verdict.DONE: "Done with {0}",
    Verdict.DECLINE: "Declined {0}",
    Verdict.MERGE: "Merged {0} into {target}",
    Verdict.SNOOZE: "Snoozed {0} until {until}",
    Verdict.ASSIGN: "Gave {0} to {target}",
    Verdict.ESCALATE: "Escalated {0} to {target}",
    Verdict.WAIT: "{0} waits on {target}",
}


def fill(said: str, tail: str = "") -> Callable[[str], str]:
    """What is said of an action, with its items in the place of ``{0}``."""
    # Not str.format on the whole: a person's name or a ref may hold braces.
    return lambda what: said.replace("{0}", what, 1) + tail


def _priority(n: int | None) -> Intent:
    if n is not None and n not in range(1, 6):
        raise UsageError(f"No priority {n}", "priorities are 1 (critical) to 5 (lowest)")
    said = fill(f"Priority of {{0}}: {words.priority(n)}")
    wish = Wish("priority", BACK if n is None else {"priority": n, "label": ""})
    there: Callable[[Item, Mark], Mark] = lambda item, mark: rules_of.set_priority(item, mark, None)  # noqa: E731
    return Intent("priority", lambda item, mark: rules_of.set_priority(item, mark, n), said, wish=wish, there=there)


def _stage(stage: Stage | str | None) -> Intent:
    try:
        new = Stage(stage) if stage is not None else None
    except ValueError as error:
        raise UsageError(f"No stage {stage!r}", "stages are " + ", ".join(Stage)) from error
    said = fill(f"Stage of {{0}}: {new.value if new else 'as its source says'}")
    return Intent("stage", lambda item, mark: rules_of.set_stage(item, mark, new), said)


def _for_block(at: Context) -> Intent:
    now = at.instant()

    def change(item: Item, mark: Mark) -> Mark:
        waiting = rules_of.place(item, mark, now)[0] is Place.QUEUE
        if mark.for_block and not waiting:
            raise Refused(item.ref, "already on the list for a block", ref=item.ref)
        listed = rules_of.set_for_block(item, mark)
        return rules_of.decide(Verdict.ACCEPT, item, listed, now, at.who) if waiting else listed

    return Intent("for_block", change, fill("{0} on the list for a block"))


def _release() -> Intent:
    return Intent("release", rules_of.release, fill("{0} back to the queue"))


def _time(at: Context, until: datetime | str) -> datetime:
    moment = at.when(until) if isinstance(until, str) else until
    return moment.replace(microsecond=0)
