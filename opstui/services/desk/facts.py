"""What an escalation can say of an item: facts, each with where it is known from. Nothing is added to what was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from opstui.domain.escalation import Fact
from opstui.domain.format import on_paper, plural
from opstui.domain.text import clean_line
from opstui.domain.waiting import working_days
from opstui.domain.when import span
from opstui.services.desk.context import Context
from opstui.store import decisions, items, notes
from opstui.store.stuck import blocked_since, look

if TYPE_CHECKING:
    from opstui.domain.model import Change, Item
    from opstui.store.db import Connection
    from opstui.store.stuck import Stuck

WRITTEN, CHANGES, WAITING = 3, 3, 3
"""So many of the last notes, decisions and comments, of the last changes, and of the items that wait are told."""
TEXT = 160
"""Characters of anything quoted."""
_TOLD = frozenset(("status", "stage", "priority", "owner", "due"))


def facts(at: Context, conn: Connection, id: int) -> tuple[Fact, ...]:
    """The facts of an item, the weightiest first: what runs out, how long it lasts, whom it stops, what was tried."""
    item = items.load_item(conn, id)
    one = look(conn, [id]).get(item.ref) if item else None
    if item is None or one is None:
        return ()
    zone, now = at.zone, at.now()
    found = [
        *_clocks(conn, item, id, now, zone),
        *_blocked(at, conn, one, now, zone),
        *_stopped(conn, item, one),
        *_opened(at, conn, one, now, zone),
        *_tried(conn, item, zone),
        *_moved(item.history, zone, item.source),
        Fact(f"Owner: {one.owner}" if one.owner else "Nobody owns it", item.source),
    ]
    return tuple(found)


def _clocks(conn: Connection, item: Item, id: int, now: datetime, zone: tzinfo) -> Iterator[Fact]:
    row = conn.execute("SELECT sla_due, sla_left FROM ranks WHERE item = ?", (id,)).fetchone()
    if row and row[0] is not None:
        due = datetime.fromtimestamp(row[0], now.tzinfo)
        words = f"broken since {on_paper(due, zone)}" if due <= now else f"kept until {on_paper(due, zone)}"
        yield Fact(f"The SLA is {words}", "SLA clock")
    elif row and row[1] is not None:
        yield Fact(f"The SLA clock is paused with {span(row[1])} left", "SLA clock")
    if item.due is not None:
        yield Fact(f"{'Was' if item.due <= now else 'Is'} due {on_paper(item.due, zone)}", item.source)


def _blocked(at: Context, conn: Connection, one: Stuck, now: datetime, zone: tzinfo) -> Iterator[Fact]:
    since = blocked_since(conn, [one]).get(one.ref)
    if since is not None:
        yield Fact(f"Blocked since {on_paper(since, zone)} ({_lasted(at, since, now)})", f"{one.status or one.stage}")
    if one.waits_for:
        waits = look(conn, list(items.refs_to_ids(conn, one.waits_for[:WAITING]).values()))
        named = ", ".join(_named(other) for other in waits.values())
        more = f" and {len(one.waits_for) - WAITING} more" if len(one.waits_for) > WAITING else ""
        yield Fact(f"Waits for {named}{more}", "links")


def _stopped(conn: Connection, item: Item, one: Stuck) -> Iterator[Fact]:
    if not one.blocks:
        return
    found = look(conn, list(items.refs_to_ids(conn, item.blocks).values()))
    waiting = [other for other in found.values() if not other.over]
    if waiting:
        named = ", ".join(_named(other) for other in waiting[:WAITING])
        more = f" and {len(waiting) - WAITING} more" if len(waiting) > WAITING else ""
        yield Fact(f"Stops {plural(len(waiting), 'other')}: {named}{more}", "links")


def _opened(at: Context, conn: Connection, one: Stuck, now: datetime, zone: tzinfo) -> Iterator[Fact]:
    row = conn.execute("SELECT created, reporter FROM items WHERE id = ?", (one.id,)).fetchone()
    if row and row[0] is not None:
        opened = datetime.fromtimestamp(row[0], now.tzinfo)
        by = f" by {row[1]}" if row[1] else ""
        yield Fact(f"Opened {on_paper(opened, zone)}{by} ({_lasted(at, opened, now)} ago)", one.ref.partition(":")[0])


def _named(one: Stuck) -> str:
    return f"{one.ref} {clean_line(one.title, limit=40)} ({one.owner or 'no owner'})"


def _tried(conn: Connection, item: Item, zone: tzinfo) -> Iterator[Fact]:
    """What was decided, noted and said, the youngest first."""
    told: list[tuple[datetime, str, str]] = []
    for decision in decisions.find(conn, "", item.ref, 0, WRITTEN):
        told.append((decision.at, f"Decided: {decision.what}", f"decision by {decision.who}"))
    for note in notes.of(conn, item.ref, WRITTEN):
        told.append((note.at, note.text, f"{note.kind} by {note.who}"))
    for comment in item.comments[-WRITTEN:]:
        if comment.at is not None:
            told.append((comment.at, comment.text, f"comment by {comment.who or 'somebody'}"))
    told.sort(key=lambda one: one[0], reverse=True)
    for moment, text, origin in told[:WRITTEN]:
        yield Fact(clean_line(text, limit=TEXT), f"{origin}, {on_paper(moment, zone)}")


def _moved(history: tuple[Change, ...], zone: tzinfo, source: str) -> Iterator[Fact]:
    known = [change for change in history if change.field in _TOLD and change.at is not None and change.old != change.new]
    for change in list(reversed(known))[:CHANGES]:
        text = f"{change.field.capitalize()}: {change.old or 'nothing'}, then {change.new or 'nothing'}"
        who = change.who or source
        yield Fact(clean_line(text, limit=TEXT), f"{who}, {on_paper(change.at, zone)}" if change.at else who)


def _lasted(at: Context, since: datetime, now: datetime) -> str:
    days = working_days(since, now, at.calendar)
    if days >= 1:
        return plural(days, "working day")
    return span(max(timedelta(), now - since).total_seconds())
