"""The minutes of a stand-up, collected from its record, the ledger of blockers, the parking lot and the items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opstui.domain import standup as walk
from opstui.domain.blockers import Blocker as Ledgered
from opstui.domain.minutes import Minutes, Parked, spoken
from opstui.domain.standup import Heard, Standup, Turn
from opstui.domain.text import clean_line
from opstui.services.desk import drafts, stock
from opstui.services.desk.board import BoardDesk
from opstui.services.desk.context import Context
from opstui.store import records
from opstui.store.records import Kept

if TYPE_CHECKING:
    from opstui.store.db import Connection

MOST = 200
"""Blockers and topics in a report."""


def collect(at: Context, kept: Kept[Standup] | None) -> Minutes:
    """The report of a stand-up, or the draft of one that was not held: what was not said is what is known."""
    now = at.instant()
    if kept is None:
        today = at.calendar.local(now).date().isoformat()
        turns: tuple[Turn, ...] = tuple(Turn(name) for name in drafts.roster(at))
        base = Minutes(today, now, at.zone)
    else:
        standup = kept.what if kept.what.ended else walk.counted(kept.what, now)
        turns = standup.turns
        base = Minutes(
            kept.name,
            now,
            at.zone,
            kept.uid,
            standup.started,
            standup.ended,
            standup.seconds,
            standup.length_s,
            standup.left_out,
        )
    known = {person: one.what.draft for person, one in drafts.kept(at.store.read, base.uid).items()} if base.uid else {}
    open_turns = [turn.person for turn in turns if turn.person not in known] if base.ended is None else []
    known |= drafts.drafts(at, open_turns, drafts.since(at)) if open_turns else {}
    current = kept.what.current if kept is not None and kept.what.ended is None else ""
    if kept is not None and base.ended is not None:
        blockers, hidden = kept.what.heard, kept.what.unseen
    else:
        blockers, hidden = tuple(_standing(row) for row in stock.rows(at)[:MOST]), unseen(at)
    with at.store.reading() as conn:
        return replace(
            base,
            people=tuple(
                spoken(turn, known.get(turn.person), base.uid, speaking=bool(current) and turn.person == current)
                for turn in turns
            ),
            blockers=blockers,
            parked=_parked(conn, base),
            unseen=hidden,
        )


def heard(kept: Kept[Ledgered], unchanged: int | None = None, done: str = "") -> Heard:
    """A blocker of the ledger as a report holds it."""
    what = kept.what
    count = what.unchanged if unchanged is None else unchanged
    return Heard(kept.uid, clean_line(what.title), kept.ref, what.who, what.next_step, count, done)


def carried(kept: Kept[Ledgered]) -> Heard:
    """The same of one that a stand-up has just carried."""
    return heard(kept, done=kept.what.carried[-1].said if kept.what.carried else "")


def _standing(row: stock.BlockerRow) -> Heard:
    """The same as the ledger shows it now."""
    return heard(row.kept, row.repeats if row.forced else None, row.mended)


def unseen(at: Context) -> tuple[tuple[str, int], ...]:
    """How many open items nobody sees, by why."""
    return tuple((group.title, group.total) for group in BoardDesk(at).unseen().groups if group.total)


def _parked(conn: Connection, minutes: Minutes) -> tuple[Parked, ...]:
    """What came up in this stand-up; before one is held, what is open."""
    found = records.find(conn, "topic", name=minutes.uid, limit=MOST) if minutes.uid else []
    if not minutes.uid or minutes.state == "under way":
        found += [one for one in records.find(conn, "topic", open=True, since=minutes.started, limit=MOST) if one not in found]
        found = sorted(found, key=lambda one: one.at, reverse=True)[:MOST]
    return tuple(Parked(one.uid, one.what, one.ref) for one in reversed(found))
