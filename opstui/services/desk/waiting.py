"""Waiting on people: what is parked on whom, since when, when they are nudged and how often that was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opstui.domain.kinds import Verdict
from opstui.domain.text import clean
from opstui.domain.views import Receipt
from opstui.domain.waiting import Nudge, Wait, nudge_text, working_days
from opstui.errors import Refused
from opstui.services.desk import keeping, lines, outgoing, words
from opstui.services.desk.context import Context
from opstui.store import items, journal, marks, notes, ranks, reach, records
from opstui.store.records import Kept
from opstui.store.rows import moment

if TYPE_CHECKING:
    from opstui.store.db import Connection

KIND = "wait"
MOST = 1000
"""So many are listed."""
NEXT = ""
"""When the next nudge is, unless somebody says otherwise: in ``AFTER`` working days."""
AFTER = 2

_ROWS = """
SELECT i.source || ':' || i.key, i.title, m.target, m.reason, m.at, m.until, r.place FROM marks m
JOIN ranks r ON r.item = m.item AND r.place IN ('waiting', 'queue') JOIN items i ON i.id = m.item
WHERE m.verdict = 'wait' AND i.gone IS NULL
ORDER BY m.until IS NULL, m.until, m.item LIMIT ?"""


class WaitRow(NamedTuple):
    """``nudge``: when they are reminded; ``due``: that has come; ``days``: working days so far."""

    ref: str
    title: str
    person: str
    what_for: str
    since: datetime | None
    nudge: datetime | None
    due: bool
    days: int
    nudges: tuple[Nudge, ...]


def rows(at: Context) -> list[WaitRow]:
    """Everything that waits on somebody, what is to be nudged first."""
    now, calendar = at.instant(), at.calendar
    with at.store.reading() as conn:
        found = conn.execute(_ROWS, (MOST,)).fetchall()
        done = {kept.ref: kept.what.nudges for kept in records.find(conn, KIND, open=True, limit=MOST)}
    made = []
    for ref, title, person, what_for, since, until, _ in found:
        began, nudge = moment(since), moment(until)
        days = working_days(began, now, calendar) if began else 0
        due = nudge is not None and nudge <= now
        made.append(WaitRow(ref, title, person, what_for, began, nudge, due, days, done.get(ref, ())))
    return made


def draft(at: Context, ref: str) -> str:
    """The words for a nudge, from what is known.

    Raises:
        Refused: the item waits on nobody.
    """
    with at.store.reading() as conn:
        id = _id(conn, ref)
        mark = marks.load(conn, id)
        if mark.verdict is not Verdict.WAIT:
            raise Refused(f"nudge {ref}", "it waits on nobody", f"opstui wait {ref} --on WHO", ref=ref)
        item = items.load_item(conn, id)
        kept = _stored(conn, ref)
    title, done = item.title if item else "", kept.what.nudges if kept else ()
    return nudge_text(mark.target, ref, title, mark.reason, mark.at, done, at.who, at.now(), at.calendar)


def nudge(at: Context, ref: str, text: str, next: datetime | str, send: bool) -> Receipt:
    """Note that somebody was reminded and when it is done next; with ``send`` as a comment at the item's source.

    Raises:
        Refused: the item waits on nobody, or its source takes no comments and it should be sent.
    """
    text = clean(text).strip() or draft(at, ref)
    later = _later(at, next)
    with at.store.writing() as conn:
        id = _id(conn, ref)
        mark = marks.load(conn, id)
        if mark.verdict is not Verdict.WAIT:
            raise Refused(f"nudge {ref}", "it waits on nobody", f"opstui wait {ref} --on WHO", ref=ref)
        source = ref.partition(":")[0]
        written, steps = [], []
        if send:
            if why := outgoing.takes(at, reach.every(conn), source, "comment"):
                raise Refused(f"nudge {ref}", why, "Without --send it is only noted; the text is yours to send", ref=ref)
            _, uid = notes.add(conn, kind=notes.COMMENT, at=at.instant(), who=at.who, ref=ref, text=text)
            written.append(journal.Line(ref, id, journal.NOTE, None, lines.note_state(uid)))
            steps.append(outgoing.Step(ref, id, source, "comment", {"text": text}, None, uid))
            written.extend(steps[-1].lines())
        after = replace(mark, until=later)
        marks.save(conn, {id: after})
        written.append(journal.Line(ref, id, journal.MARK, marks.dump(mark), marks.dump(after)))
        before = _stored(conn, ref)
        one = Nudge(at.instant(), text, send)
        kept = before.now(replace(before.what, person=mark.target, nudges=(*before.what.nudges, one))) if before else None
        kept = kept or records.new(KIND, Wait(mark.target, (one,)), at.now(), at.who, ref=ref)
        said = f"Nudged {mark.target} about {ref}, again {words.moment(later, at.zone)}"
        receipt = keeping.write(at, conn, [(before, kept)], verb="nudge", said=said, why=text, lines=written)
        numbers = outgoing.put(at, conn, receipt.group, steps)
        ranks.rescore(conn, [id], at.rules, at.instant())
        where = outgoing.told(at, conn, [source] if send else [], [])
    return receipt._replace(outgoing=numbers, **where)


def _later(at: Context, next: datetime | str) -> datetime:
    if isinstance(next, datetime):
        return next.replace(microsecond=0)
    if next:
        return at.when(next).replace(microsecond=0)
    calendar = at.calendar
    day = calendar.local(at.now()).date()
    left = AFTER
    for _ in range(60):
        day += timedelta(days=1)
        left -= calendar.is_workday(day)
        if not left:
            return calendar.on(day, calendar.start)
    return calendar.on(day, time(9))


def _id(conn: Connection, ref: str) -> int:
    id = items.id_of(conn, ref)
    if id is None:
        raise Refused(f"No item {ref!r}", "a ref is source:key", "opstui queue lists refs", ref=ref)
    return id


def _stored(conn: Connection, ref: str) -> Kept[Wait] | None:
    found = records.find(conn, KIND, open=True, ref=ref, limit=1)
    return found[0] if found else None
