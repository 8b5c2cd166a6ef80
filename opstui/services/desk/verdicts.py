"""Verdicts and what else is set on items: what each leaves here and asks of the item's source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from opstui.domain import verdicts as rules_of
from opstui.domain.escalation import Asked
from opstui.domain.model import Item, Mark, Place, Stage, Verdict
from opstui.domain.text import clean, clean_line
from opstui.domain.views import Preview, Receipt
from opstui.errors import Refused, UsageError
from opstui.late import late
from opstui.services.desk import acting, outgoing, words
from opstui.services.desk.acting import VERDICTS, Intent, act, fill
from opstui.services.desk.context import Context
from opstui.services.desk.outgoing import BACK, Wish
from opstui.store import marks

if TYPE_CHECKING:
    from opstui.services.desk import asking, escalating
    from opstui.store.db import Connection
else:
    asking = late("opstui.services.desk.asking")
    escalating = late("opstui.services.desk.escalating")


def verdict(at: Context, verdict: Verdict, refs: Sequence[str], **args: Any) -> Receipt:
    """Carry out one of the eight verdicts."""
    return act(at, _verdict(at, verdict, **args), refs)


def priority(at: Context, refs: Sequence[str], n: int | None) -> Receipt:
    """Set the priority, at the source where it takes one; or go back to the source's."""
    return act(at, _priority(n), refs)


def stage(at: Context, refs: Sequence[str], stage: Stage | str | None) -> Receipt:
    """Set or clear the stage here."""
    return act(at, _stage(at, stage), refs)


def for_block(at: Context, refs: Sequence[str]) -> Receipt:
    """Accept as work for a protected block."""
    return act(at, block_intent(at), refs)


def release(at: Context, refs: Sequence[str]) -> Receipt:
    """Take the verdict off."""
    return act(at, _release(at), refs)


def preview(at: Context, verb: str, refs: Sequence[str], args: Mapping[str, Any]) -> Preview:
    """What an action would do."""
    intent = _by_name(at, verb, dict(args))
    with at.store.reading() as conn:
        plan = acting.planned(at, conn, intent, refs)
        where = outgoing.told(at, conn, acting.sources(plan), plan.local)
    said = intent.said(words.items(plan.refs)) if plan.refs else "nothing changes"
    tail = f", {len(plan.refused)} refused" if plan.refused else ""
    return Preview(verb, plan.refs, plan.refused, said + tail, **where)


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
            return _stage(at, args["stage"])
        case "for_block" | "for-block":
            return block_intent(at)
        case "release":
            return _release(at)
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
    asked: Asked | None = None,
) -> Intent:
    now = at.instant()
    if verdict is Verdict.ESCALATE and target.strip():
        until = asking.deadline(at, at.people.canonical(clean_line(target).strip()), until)
    end = asking.to_come(at, until) if until is not None else None
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
    intent = Intent(verdict.value, change, fill(said, tail), reason, into, wish, there)
    if verdict is Verdict.ESCALATE:
        return _asking(at, intent, target, end, asking.sound(asked or Asked()), tell=bool(tell))
    return replace(intent, more=partial(escalating.closing, at, verdict.value))


def _asking(at: Context, intent: Intent, to: str, until: datetime | None, asked: Asked, *, tell: bool) -> Intent:
    """The escalation with its record, and its text as a comment where somebody wants that."""
    more = partial(asking.written, at, to=to, until=until, asked=asked, reason=intent.why)

    def letter(conn: Connection, id: int, item: Item) -> str:
        mark = marks.load(conn, id)
        return asking.letter(at, conn, id, item.ref, mark, to, until, asked, intent.why).text

    return replace(intent, more=more, letter=letter if tell else None)


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


def _priority(n: int | None) -> Intent:
    if n is not None and n not in range(1, 6):
        raise UsageError(f"No priority {n}", "priorities are 1 (critical) to 5 (lowest)")
    said = fill(f"Priority of {{0}}: {words.priority(n)}")
    wish = Wish("priority", BACK if n is None else {"priority": n, "label": ""})
    there: Callable[[Item, Mark], Mark] = lambda item, mark: rules_of.set_priority(item, mark, None)  # noqa: E731
    return Intent("priority", lambda item, mark: rules_of.set_priority(item, mark, n), said, wish=wish, there=there)


def _stage(at: Context, stage: Stage | str | None) -> Intent:
    try:
        new = Stage(stage) if stage is not None else None
    except ValueError as error:
        raise UsageError(f"No stage {stage!r}", "stages are " + ", ".join(Stage)) from error
    said, now = fill(f"Stage of {{0}}: {new.value if new else 'as its source says'}"), at.instant()
    return Intent("stage", lambda item, mark: rules_of.set_stage(item, mark, new, now), said)


def block_intent(at: Context) -> Intent:
    """Onto the list for a block; out of the queue with it."""
    now = at.instant()

    def change(item: Item, mark: Mark) -> Mark:
        waiting = rules_of.place(item, mark, now, at.rules.people)[0] is Place.QUEUE
        if mark.for_block and not waiting:
            raise Refused(item.ref, "already on the list for a block", ref=item.ref)
        listed = rules_of.set_for_block(item, mark)
        return rules_of.decide(Verdict.ACCEPT, item, listed, now, at.who) if waiting else listed

    more = partial(escalating.closing, at, "for a block")
    return Intent("for_block", change, fill("{0} on the list for a block"), more=more)


def _release(at: Context) -> Intent:
    more = partial(escalating.closing, at, "released")
    return Intent("release", rules_of.release, fill("{0} back to the queue"), more=more)
