"""The drafts of a stand-up, read from journal and items: for everybody at once, beside the keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from opstui.domain.drafting import Act, Hand, Move, draft
from opstui.domain.standup import Draft
from opstui.domain.standup import Known as Noted
from opstui.services.desk import keeping
from opstui.services.desk.context import Context
from opstui.store import records, work
from opstui.store.records import Kept

NOTED = "said"
REACH = timedelta(days=7)
"""A stand-up that began longer ago than this says nothing of what is news: then that is since the working day before."""


def roster(at: Context) -> tuple[str, ...]:
    """Who is asked, each by one name: as the config says, else me and everybody in it who has any capacity."""
    people = at.people
    asked = [people.canonical(name) for name in at.settings.standup.roster if name.strip()]
    if not asked:
        away = {one.name for one in at.settings.people if one.capacity == 0}
        asked = [*([people.me.name] if people.me else []), *(person.name for person in people.persons)]
        asked = [name for name in asked if name not in away]
    return tuple(dict.fromkeys(asked))


def since(at: Context) -> datetime:
    """From when on things are told as news: the end of the last stand-up of an earlier day, else the opening of the working
    day before.

    Today's own is passed over, so that finishing it does not sweep board and drafts empty.
    """
    now = at.now()
    today = at.calendar.local(now).date()
    for kept in records.find(at.store.read, "standup", open=False, since=now - REACH, limit=20):
        ended: datetime | None = kept.what.ended
        if kept.name < today.isoformat() and ended is not None and ended <= now:
            return ended
    day = today - timedelta(days=1)
    for _ in range(366):
        if at.calendar.is_workday(day):
            break
        day -= timedelta(days=1)
    return at.calendar.opening(day)


def kept(conn: sqlite3.Connection, standup: str) -> dict[str, Kept[Noted]]:
    """What was known of each one whose turn in a stand-up is over, by its uid."""
    return {one.what.person: one for one in records.find(conn, NOTED, name=standup)}


def step(at: Context, standup: str, old: Kept[Noted] | None, person: str, draft: Draft) -> keeping.Step:
    """What is known of somebody now, to be kept with what they said."""
    what = Noted(person, draft)
    return old, old.now(what) if old else records.new(NOTED, what, at.now(), at.who, name=standup, open=False)


class Known(NamedTuple):
    """What is known of everybody's work: a draft for each, and what each one has in hand."""

    drafts: Mapping[str, Draft]
    hands: Mapping[str, tuple[Hand, ...]]


def drafts(at: Context, people: Sequence[str], since: datetime) -> Mapping[str, Draft]:
    """What is known of each one's work since then."""
    return known(at, people, since).drafts


def known(at: Context, people: Sequence[str], since: datetime) -> Known:
    """The same, with what each one has in hand. What is read is sorted by person once, not looked through for each."""
    names = at.people
    mine = (names.me.name if names.me else "") or at.who
    today = at.calendar.local(at.now()).date()
    end = at.calendar.on(today + timedelta(days=1), time())
    acts: dict[str, list[Act]] = {}
    moves: dict[str, list[Move]] = {}
    hands: dict[str, list[Hand]] = {}
    with at.store.reading() as conn:
        for act in work.acts(conn, since, [name for name in dict.fromkeys((*people, at.who)) if name]):
            acts.setdefault(act.who, []).append(act)
        for move in work.moves(conn, since, names.canonical):
            for person in {move.who, move.owner}:
                moves.setdefault(person, []).append(move)
        for hand in work.hands(conn, list(people)):
            hands.setdefault(hand.owner, []).append(hand)
    own = {person: (*hands.get(person, ()), *(hands.get("", ()) if person == mine else ())) for person in people}
    found = {
        person: draft(person, acts.get(person, ()), moves.get(person, ()), own[person], end, me=person == mine)
        for person in people
    }
    return Known(found, own)
