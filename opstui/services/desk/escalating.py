"""Escalations: asked with their verdict, acknowledged, decided or refused, and passed on to the next step of the ladder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain import escalation as rules_of
from opstui.domain import verdicts
from opstui.domain.escalation import NEVER, Asked, Escalation, Fact, Ladder, Missed, Outcome, Rung
from opstui.domain.escalation_text import escalation_text
from opstui.domain.kinds import Verdict
from opstui.domain.model import NO_MARK
from opstui.domain.text import clean, clean_line
from opstui.domain.views import Receipt
from opstui.domain.when import parse_duration
from opstui.errors import Refused, UsageError
from opstui.services.desk import facts as gathered
from opstui.services.desk import keeping, words
from opstui.services.desk.context import Context
from opstui.store import items, journal, marks, ranks, records, stuck
from opstui.store.records import Kept

if TYPE_CHECKING:
    from opstui.domain.model import Mark
    from opstui.services.desk.acting import Change
    from opstui.store.db import Connection
    from opstui.store.stuck import Stuck

KIND = "escalation"
STANDING = 1000
"""So many escalations are listed."""
GATHERED = 50
"""Of so many items at a time the facts are gathered; an action on more is no letter to anybody."""


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


class Suggested(NamedTuple):
    """What ``E`` starts from: whose turn it is, by when, what is known, and who was asked before."""

    to: str
    step: int
    steps: int
    acknowledge_by: datetime | None
    resolve_by: datetime | None
    facts: tuple[Fact, ...]
    owner: str
    earlier: tuple[Missed, ...]
    last: Escalation | None


def ladder(at: Context) -> Ladder:
    """The ladder of the config, with everybody's one name."""
    said = at.settings.escalation
    if not said.ladder:
        return Ladder()
    hours = at.calendar if said.calendar == "working" else None
    rungs = tuple(
        Rung(at.people.canonical(one.to), _seconds(at, one.acknowledge, hours), _seconds(at, one.resolve, hours))
        for one in said.ladder
    )
    return Ladder(rungs, hours)


def _seconds(at: Context, text: str, hours: object) -> int:
    return parse_duration(text, at.calendar if hours is not None else None) if text.strip() else 0


def suggested(at: Context, ref: str) -> Suggested:
    """What is known before anybody is asked: the next step of the ladder, its times, and the facts of the item."""
    now, steps = at.instant(), ladder(at)
    with at.store.reading() as conn:
        id = items.id_of(conn, ref)
        kept = _last(conn, ref, marks.load(conn, id) if id is not None else None)
        found = gathered.facts(at, conn, id) if id is not None else ()
        one = stuck.look(conn, [id]).get(ref) if id is not None else None
    step = steps.after(kept.what if kept else None, now)
    to = steps.rungs[step - 1].to if step else ""
    earlier = rules_of.passed_on(kept.what, kept.at, now) if kept else ()
    return Suggested(
        to, step, len(steps.rungs), *steps.due(step, now), found, one.owner if one else "", earlier, kept.what if kept else None
    )


def deadline(at: Context, to: str, until: datetime | str | None) -> datetime | None:
    """When an escalation comes back unanswered: as asked, else as the ladder says of this person, else never."""
    if until == NEVER:
        return None
    if until is not None:
        return at.when(until) if isinstance(until, str) else until
    steps = ladder(at)
    acknowledge, resolve = steps.due(steps.step_of(to), at.instant())
    return acknowledge or resolve


def sound(asked: Asked) -> Asked:
    """What was written, made clean.

    Raises:
        UsageError: the recommended option is none of those given.
    """
    options = tuple(
        rules_of.Choice(what, clean_line(one.consequence).strip())
        for one in asked.options
        if (what := clean_line(one.text).strip())
    )
    if asked.recommended and not 1 <= asked.recommended <= len(options):
        raise UsageError(
            f"There is no option {asked.recommended} to recommend", f"there are {len(options)}", "Number them from 1"
        )
    told = asked.facts
    if told is not None:
        told = tuple(Fact(text, clean_line(one.origin).strip()) for one in told if (text := clean_line(one.text).strip()))
    return Asked(
        clean_line(asked.question).strip(),
        options,
        asked.recommended,
        clean(asked.why).strip(),
        clean_line(asked.owner).strip(),
        told,
    )


def letter(
    at: Context, conn: Connection, id: int, ref: str, mark: Mark, to: str, until: datetime | None, asked: Asked, reason: str
) -> Escalation:
    """The escalation as it would stand: facts, who was asked before, times of the ladder, and the text that is written.

    ``mark`` is what stood before it.
    """
    now, steps = at.instant(), ladder(at)
    one = stuck.look(conn, [id]).get(ref)
    before = _last(conn, ref, mark)
    step = steps.step_of(to)
    resolve = steps.due(step, now)[1]
    told = asked.facts if asked.facts is not None else gathered.facts(at, conn, id)
    made = Escalation(
        to,
        asked.question or reason,
        told,
        asked.options,
        asked.recommended,
        asked.why,
        asked.owner or (one.owner if one else ""),
        step,
        len(steps.rungs),
        until,
        max(resolve, until) if resolve and until else resolve or until,
        earlier=rules_of.passed_on(before.what, before.at, now) if before else (),
    )
    return replace(made, text=escalation_text(made, ref, one.title if one else "", at.who, at.zone))


def preview(at: Context, ref: str, to: str, until: datetime | str | None, asked: Asked, reason: str) -> str:
    """The text of an escalation before it is one.

    Raises:
        Refused: there is no such item.
    """
    to = at.people.canonical(clean_line(to).strip())
    with at.store.reading() as conn:
        id = items.id_of(conn, ref)
        if id is None:
            raise Refused(f"No item {ref!r}", "a ref is source:key", "opstui queue lists refs", ref=ref)
        return letter(at, conn, id, ref, marks.load(conn, id), to, deadline(at, to, until), sound(asked), reason).text


def written(
    at: Context, conn: Connection, changes: Sequence[Change], *, to: str, until: datetime | None, asked: Asked, reason: str
) -> Iterator[journal.Line]:
    """The records of escalations within their action: one an item, the one before passed on."""
    plain = replace(asked, facts=()) if len(changes) > GATHERED and asked.facts is None else asked
    for change in changes:
        what = letter(at, conn, change.id, change.ref, change.before, to, until, plain, reason)
        before = _stored(conn, change.ref)
        if before is not None:
            passed = replace(before.what, outcome=Outcome.PASSED, ended=at.instant(), said=f"passed on to {to}")
            yield from keeping.saved(conn, [(before, before.now(passed, open=False, due=None))])
        yield from keeping.saved(conn, [(None, records.new(KIND, what, at.now(), at.who, ref=change.ref, due=what.due))])


def rows(at: Context) -> list[EscalationRow]:
    """Every escalation that is open, what was missed first, then by what is due."""
    now = at.instant()
    with at.store.reading() as conn:
        kept = records.find(conn, KIND, open=True, limit=STANDING)
        seen = stuck.look(conn, list(items.refs_to_ids(conn, [one.ref for one in kept]).values()))
    found = [EscalationRow(one, seen.get(one.ref), rules_of.missed(one.what, now)) for one in kept]
    alive = [row for row in found if row.item is None or not row.item.over]
    return sorted(alive, key=lambda row: (not row.missed, row.what.due is None, row.what.due or now, row.kept.at, row.ref))


def one(at: Context, ref: str) -> Kept[Escalation] | None:
    """The escalation of an item: the open one, else the last."""
    with at.store.reading() as conn:
        id = items.id_of(conn, ref)
        standing = _open(conn, ref, marks.load(conn, id)) if id is not None else None
        if standing is not None:
            return standing
        found = records.find(conn, KIND, ref=ref, limit=1)
    return found[0] if found else None


def acknowledge(at: Context, ref: str, by: str, until: datetime | str | None) -> Receipt:
    """Somebody has it: from now on it waits to be decided, which is another time. It is not resolved by that.

    Raises:
        Refused: it is not escalated, or acknowledged already.
    """
    now = at.instant()
    with at.store.writing() as conn:
        id, before, mark = _standing(conn, ref, "acknowledge")
        if before.what.acknowledged:
            when = words.moment(before.what.acknowledged, at.zone)
            raise Refused(f"acknowledge {ref}", f"{before.what.acknowledged_by} did so {when}", ref=ref)
        who = at.people.canonical(clean_line(by).strip()) if by.strip() else before.what.to
        due = at.when(until) if isinstance(until, str) else until or before.what.resolve_by
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
    """The open escalations and waits of items whose verdict is another one now: over, within that action."""
    for change in changes:
        if change.after.verdict is not Verdict.ESCALATE and (kept := _stored(conn, change.ref)) is not None:
            what = replace(kept.what, outcome=Outcome.WITHDRAWN, ended=at.instant(), said=f"{verb.replace('_', ' ')} here")
            yield from keeping.saved(conn, [(kept, kept.now(what, open=False, due=None))])
        if change.after.verdict is not Verdict.WAIT and change.before.verdict is Verdict.WAIT:
            for wait in records.find(conn, "wait", open=True, ref=change.ref, limit=10):
                yield from keeping.saved(conn, [(wait, wait.now(wait.what, open=False))])


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
    stored = _stored(conn, before.ref)
    receipt = keeping.write(at, conn, [(stored, after)], verb=verb, said=said, why=why, lines=lines)
    ranks.rescore(conn, [id], at.rules, at.instant())
    return receipt


def _standing(conn: Connection, ref: str, verb: str) -> tuple[int, Kept[Escalation], Mark]:
    id = items.id_of(conn, ref)
    mark = marks.load(conn, id) if id is not None else NO_MARK
    kept = _open(conn, ref, mark)
    if id is None or kept is None:
        why = "there is no such item" if id is None else "it is not escalated"
        raise Refused(f"{verb} {ref}", why, "opstui escalation list shows what is", ref=ref)
    return id, kept, mark


def _last(conn: Connection, ref: str, mark: Mark | None) -> Kept[Escalation] | None:
    """The step before the next one: the open escalation of an item, or one that was refused and nothing came after."""
    standing = _open(conn, ref, mark or NO_MARK)
    if standing is not None:
        return standing
    found = records.find(conn, KIND, ref=ref, limit=1) if ref else []
    return found[0] if found and found[0].what.outcome is Outcome.REFUSED else None


def _open(conn: Connection, ref: str, mark: Mark) -> Kept[Escalation] | None:
    """The open escalation of an item; where only its verdict says so, made from that."""
    kept = _stored(conn, ref)
    if kept is not None or mark.verdict is not Verdict.ESCALATE or mark.at is None:
        return kept
    what = Escalation(mark.target, mark.reason, acknowledge_by=mark.until, resolve_by=mark.until)
    return Kept(KIND, what, mark.at, mark.who or "", journal.new_uid(), ref=ref, due=mark.until)


def _stored(conn: Connection, ref: str) -> Kept[Escalation] | None:
    found = records.find(conn, KIND, open=True, ref=ref, limit=1) if ref else []
    return found[0] if found else None
