"""The minutes of a stand-up, collected from its record, the ledger of blockers, the parking lot and the items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opstui.domain import standup as walk
from opstui.domain.minutes import Blocker, Minutes, Parked, spoken
from opstui.domain.standup import Standup, Turn
from opstui.services.desk import drafts
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
    open_turns = [turn.person for turn in turns if turn.draft is None] if base.ended is None else []
    known = drafts.drafts(at, open_turns, drafts.since(at)) if open_turns else {}
    turns = tuple(replace(turn, draft=known[turn.person]) if turn.person in known else turn for turn in turns)
    current = kept.what.current if kept is not None and kept.what.ended is None else ""
    with at.store.reading() as conn:
        return replace(
            base,
            people=tuple(spoken(turn, base.uid, speaking=bool(current) and turn.person == current) for turn in turns),
            blockers=_blockers(conn) if base.state != "over" or _today(at, base) else (),
            parked=_parked(conn, base),
        )


def _today(at: Context, minutes: Minutes) -> bool:
    return minutes.day == at.calendar.local(at.now()).date().isoformat()


def _blockers(conn: Connection) -> tuple[Blocker, ...]:
    """Open blockers as the ledger keeps them; none where there is no ledger."""
    if "blocker" not in records.KINDS:
        return ()
    found = records.find(conn, "blocker", open=True, limit=MOST)
    return tuple(
        Blocker(
            one.uid,
            one.what.title,
            one.ref,
            one.what.who,
            one.what.next_step,
            f"unchanged {one.what.unchanged} times" if one.what.unchanged > 1 else "unchanged" if one.what.unchanged else "",
        )
        for one in reversed(found)
    )


def _parked(conn: Connection, minutes: Minutes) -> tuple[Parked, ...]:
    """What came up in this stand-up; before one is held, what is open."""
    found = records.find(conn, "topic", open=None if minutes.uid else True, since=minutes.started, limit=MOST)
    return tuple(
        Parked(one.uid, one.what, one.ref)
        for one in reversed(found)
        if not minutes.uid or one.what.standup == minutes.uid or (one.open and minutes.state == "under way")
    )
