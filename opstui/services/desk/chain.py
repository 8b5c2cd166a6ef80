"""A change meant for a source, taken back and made again: as often as anybody likes, whatever the engine did meanwhile.

A change and all that takes it back or makes it again are a chain: ``uid``, then ``uid-1``, ``uid-2``, … Those with an even
number make it, those with an odd one take it back. The last that is not cancelled tells which of both is in force. As long as
that one has certainly not reached the source, turning it round is to cancel it; after that another one is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.domain.outbox import OPEN, SETS, STUCK, State, field, same, wanted
from opstui.domain.views import Outgoing
from opstui.services.desk import lines, outgoing
from opstui.store import items, journal, outbox, reach

if TYPE_CHECKING:
    from opstui.domain.people import People
    from opstui.services.desk.context import Context
    from opstui.store.db import Connection


class Turn(StrEnum):
    """What turning a change round comes to."""

    NOTHING = "nothing"
    CANCEL = "cancel"
    SEND = "send"
    STAYS = "stays"
    """It is at the source, and nothing takes it back there."""


class Outlook(NamedTuple):
    """What will be done about one line of the journal."""

    turn: Turn
    line: journal.Line
    back: bool
    """Whether it is taken back, not made again."""
    rows: tuple[Outgoing, ...] = ()
    """The chain."""
    last: Outgoing | None = None
    """The one of it that is in force."""
    value: Any = None

    @property
    def source(self) -> str:
        """Whose change it is."""
        return self.rows[0].source if self.rows else ""


def look(at: Context, conn: Connection, line: journal.Line) -> Outlook:
    """What turning a line of the journal round comes to; ``line.after`` None means: take it back."""
    back = line.after is None
    rows = _chain(conn, said(line)["uid"])
    last = next((one for one in reversed(rows) if one.state != State.CANCELLED), None)
    found = Outlook(Turn.NOTHING, line, back, rows, last)
    makes = last is not None and not outgoing.takes_back(last.uid)
    if not rows or makes != back:
        return found
    if last is not None and outgoing.held(last):
        return found._replace(turn=Turn.CANCEL)
    first = rows[0]
    if not back:
        return found._replace(turn=Turn.SEND, value=first.value)
    if first.verb in SETS:
        left = str(said(line).get(lines.LEFT.get(first.verb, ""), ""))
        value = opposite(first, left, at.people)
        return found._replace(turn=Turn.STAYS if value is NONE else Turn.SEND, value=None if value is NONE else value)
    taken = first.verb in reach.of(conn, first.source).takes_back
    return found._replace(turn=Turn.SEND if taken else Turn.STAYS, value=first.value)


def turn(at: Context, conn: Connection, seen: Outlook, group: int) -> int | None:
    """Do what ``look`` saw; the number of the change that is sent for it."""
    if seen.turn is Turn.CANCEL and seen.last is not None:
        held = seen.last.state not in STUCK
        outgoing.cancel(at, conn, seen.last, "taken back before it was sent" if held else "taken back")
        outgoing.rebase(at, conn, seen.last)
    elif seen.turn is Turn.SEND:
        return _send(at, conn, seen, group)
    return None


def said(line: journal.Line) -> Mapping[str, Any]:
    """What a line tells of its change."""
    found: Mapping[str, Any] = json.loads(line.after or line.before or "{}")
    return found


def sentence(outlooks: Iterable[Outlook], *, undo: bool = True) -> str:
    """What is done about changes on their way, for a receipt or the list of what undo will do; empty for nothing."""
    parts: dict[str, None] = {}
    for one in sorted(outlooks, key=lambda one: _ORDER.index(one.turn)):
        parts[_words(one, undo)] = None
    return ", ".join(part for part in parts if part)


NONE = object()
"""There is no opposite."""


def opposite(one: Outgoing, left: str, people: People) -> Any:
    """The value that sets a field back to what it was, see ``lines.LEFT``; ``NONE`` where no verb says that."""
    match one.verb:
        case "assign":
            return outgoing.person(people, one.base) if one.base else None
        case "priority":
            return {"priority": one.base, "label": left} if one.base else NONE
        case "transition":
            return {"status": one.base, "id": "", "fields": {}, "stage": left} if one.base else NONE
        case "labels":
            return outgoing.label_steps(wanted("labels", one.value, one.base), one.base or [])
    return one.base


def _send(at: Context, conn: Connection, seen: Outlook, group: int) -> int:
    """The next of the chain, on top of what is on its way."""
    first, before = seen.rows[0], seen.last
    item = items.id_of(conn, first.ref) if first.ref else None
    state, due = outgoing.when(at, conn)
    number = outgoing.turn_of(seen.rows[-1].uid) + 1
    number += number % 2 != int(seen.back)
    # Made again, a comment is a new one: it takes nothing back.
    undoes = before.id if before and (seen.back or first.verb in SETS) else None
    return outbox.add(
        conn,
        uid=f"{first.uid}-{number}",
        group=group,
        source=first.source,
        ref=first.ref,
        item=item,
        verb=first.verb,
        value=seen.value,
        base=_base(at, conn, first, before, item),
        who=at.who,
        at=at.instant(),
        due=due,
        state=state,
        undoes=undoes,
    )


def _base(at: Context, conn: Connection, first: Outgoing, before: Outgoing | None, item: int | None) -> Any:
    """What the field holds by then: what is on its way to it, else what was sent, in the source's own words."""
    if first.verb not in SETS or item is None:
        return None
    ahead = [one for one in outbox.of_item(conn, item) if one.verb == first.verb and one.state in OPEN]
    if ahead:
        return wanted(first.verb, ahead[-1].value, ahead[-1].base)
    if before is None:
        return first.base
    expected = wanted(before.verb, before.value, before.base)
    found = items.load_item(conn, item)
    now = field(found, first.verb, at.zone_of(found.source)) if found else expected
    return now if same(first.verb, now, expected, at.people) else expected


def _chain(conn: Connection, uid: str) -> tuple[Outgoing, ...]:
    """The change and its turns, in their order."""
    found = outbox.read(conn, "WHERE uid = ? OR (uid > ? AND uid < ?)", (uid, f"{uid}-", f"{uid}."))
    return tuple(sorted(found, key=lambda one: outgoing.turn_of(one.uid)))


def _words(one: Outlook, undo: bool) -> str:
    source, last = one.source, one.last
    match one.turn:
        case Turn.CANCEL if not one.back:
            return f"it stays at {source}"
        case Turn.CANCEL:
            came_back = last is not None and last.state in STUCK
            return f"nothing of it is at {source}" if came_back else f"cancelled before it is sent to {source}"
        case Turn.SEND if undo and not one.back:
            return f"what was taken out is on its way to {source} again"
        case Turn.SEND if not one.back:
            return f"sent to {source} again" if last else f"sent to {source}"
        case Turn.SEND:
            return f"sends the opposite change to {source}" if one.rows[0].verb in SETS else f"takes it back at {source}"
        case Turn.STAYS:
            return f"cannot be taken back at {source}: {_STAYS[one.rows[0].verb]}"
    return ""


_ORDER = (Turn.CANCEL, Turn.SEND, Turn.STAYS, Turn.NOTHING)
_STAYS = {
    "comment": "comments stay",
    "create": "new items stay",
    "priority": "it had no priority before",
    "transition": "it had no status before",
}
