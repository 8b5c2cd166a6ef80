"""Asking for a decision: whose turn it is, what is known, the text, and the record that goes with the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain import escalation as rules_of
from opstui.domain.board import over_since
from opstui.domain.escalation import NEVER, Asked, Escalation, Fact, Ladder, Missed, Outcome, Rung
from opstui.domain.escalation_text import escalation_text
from opstui.domain.kinds import Verdict
from opstui.domain.model import NO_MARK
from opstui.domain.text import clean, clean_line
from opstui.domain.verdicts import ENDING
from opstui.domain.when import parse_duration
from opstui.errors import Refused, UsageError
from opstui.services.desk import facts as gathered
from opstui.services.desk import keeping, words
from opstui.services.desk.context import Context
from opstui.store import items, journal, marks, records, stuck
from opstui.store.records import Kept

if TYPE_CHECKING:
    from opstui.domain.model import Mark
    from opstui.services.desk.acting import Change
    from opstui.store.db import Connection

KIND = "escalation"
GATHERED = 50
"""Of so many items at a time the facts are gathered; an action on more is no letter to anybody."""


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
        kept = last(at, conn, ref, marks.load(conn, id) if id is not None else None)
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


def to_come(at: Context, until: datetime | str) -> datetime:
    """The moment that somebody gave, in seconds.

    Raises:
        UsageError: it is over.
    """
    end = (at.when(until) if isinstance(until, str) else until).replace(microsecond=0)
    if end <= at.instant():
        raise UsageError(f"{words.moment(end, at.zone)} is over", "a time to come is needed", "Try 2h, eod, mon 9 or +3d")
    return end


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
    before = last(at, conn, ref, mark)
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
        before = stored(conn, change.ref)
        if before is not None:
            passed = replace(before.what, outcome=Outcome.PASSED, ended=at.instant(), said=f"passed on to {to}")
            yield from keeping.saved(conn, [(before, before.now(passed, open=False, due=None))])
        yield from keeping.saved(conn, [(None, records.new(KIND, what, at.now(), at.who, ref=change.ref, due=what.due))])


def last(at: Context, conn: Connection, ref: str, mark: Mark | None) -> Kept[Escalation] | None:
    """The step before the next one: the open escalation of an item, or one that was refused and nothing came after.

    A no holds until the item gets another verdict, or is over, here or at its source.
    """
    mark = mark or NO_MARK
    kept = standing(conn, ref, mark)
    if kept is not None:
        return kept
    found = records.find(conn, KIND, ref=ref, limit=1) if ref else []
    if not found or found[0].what.outcome is not Outcome.REFUSED:
        return None
    ended = found[0].what.ended or found[0].at
    if mark.verdict is not None and mark.at is not None and (mark.at > ended or mark.verdict in ENDING):
        return None
    id = items.id_of(conn, ref)
    item = items.load_item(conn, id) if id is not None else None
    return None if item is not None and over_since(at.rules.board, item, ended, at.now()) else found[0]


def standing(conn: Connection, ref: str, mark: Mark) -> Kept[Escalation] | None:
    """The open escalation of an item; where only its verdict says so, made from that."""
    kept = stored(conn, ref)
    if kept is not None or mark.verdict is not Verdict.ESCALATE or mark.at is None:
        return kept
    ended = records.find(conn, KIND, ref=ref, limit=1)
    if ended and ended[0].what.outcome is Outcome.CLOSED and ended[0].at >= mark.at:
        return None  # the verdict is still there for when its source opens the item again
    what = Escalation(mark.target, mark.reason, acknowledge_by=mark.until, resolve_by=mark.until)
    return Kept(KIND, what, mark.at, mark.who or "", journal.new_uid(), ref=ref, due=mark.until)


def stored(conn: Connection, ref: str) -> Kept[Escalation] | None:
    """The open escalation of an item as it is in the file."""
    found = records.find(conn, KIND, open=True, ref=ref, limit=1) if ref else []
    return found[0] if found else None
