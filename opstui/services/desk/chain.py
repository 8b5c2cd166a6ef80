"""A change meant for a source, taken back and made again: as often as anybody likes, whatever the engine did meanwhile.

A change and all that takes it back or makes it again are a chain: ``uid``, ``uid-1``, ``uid-2``, … Those with an even number
make it, those with an odd one take it back. The last that is not cancelled tells which of both is in force. As long as that one
has certainly not reached the source, turning it round is to cancel it; after that the next of the chain is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.domain.outbox import SETS, STUCK, State, field, same, wanted
from opstui.domain.views import Outgoing
from opstui.services.desk import outgoing
from opstui.store import items, journal, outbox, reach

if TYPE_CHECKING:
    from opstui.domain.people import People
    from opstui.services.desk.context import Context
    from opstui.store.db import Connection


class Turn(StrEnum):
    """What turning a change round comes to."""

    NOTHING = "nothing"
    CANCEL = "cancel"
    REVIVE = "revive"
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
    at: int = -1
    """Where in the chain the one in force stands."""
    value: Any = None

    @property
    def source(self) -> str:
        """Whose change it is."""
        return self.rows[0].source if self.rows else ""


def look(at: Context, conn: Connection, line: journal.Line) -> Outlook:
    """What turning a line of the journal round comes to; ``line.after`` None means: take it back."""
    back = line.after is None
    rows = _chain(conn, said(line)["uid"])
    last = max((n for n, one in enumerate(rows) if one.state != State.CANCELLED), default=-1)
    nothing = Outlook(Turn.NOTHING, line, back, rows, last)
    if not rows or (last < 0 and back) or (last >= 0 and (last % 2 == 1) == back):
        return nothing
    if last < 0:
        return nothing._replace(turn=Turn.REVIVE)
    if outgoing.held(rows[last]):
        return nothing._replace(turn=Turn.CANCEL)
    if last + 1 < len(rows):
        return nothing._replace(turn=Turn.REVIVE)
    first = rows[0]
    if not back:
        return nothing._replace(turn=Turn.SEND, value=first.value)
    if first.verb in SETS:
        value = opposite(first, str(said(line).get("stage", "")), at.people)
        return nothing._replace(turn=Turn.STAYS if value is NONE else Turn.SEND, value=None if value is NONE else value)
    taken = first.verb in reach.of(conn, first.source).takes_back
    return nothing._replace(turn=Turn.SEND if taken else Turn.STAYS, value=first.value)


def turn(at: Context, conn: Connection, seen: Outlook, group: int) -> None:
    """Do what ``look`` saw."""
    rows, last = seen.rows, seen.at
    match seen.turn:
        case Turn.CANCEL:
            one = rows[last]
            outgoing.cancel(at, conn, one, "taken back before it was sent" if one.state not in STUCK else "taken back")
            outgoing.rebase(at, conn, one)
        case Turn.REVIVE:
            state, due = outgoing.when(at, conn)
            empty = {"settled": None, "attempts": 0, "what": "", "why": "", "next_step": "", "theirs": None}
            outbox.set_state(conn, rows[last + 1].id, state, due=due, **empty)
        case Turn.SEND:
            _send(at, conn, seen, group)
        case _:
            return


def said(line: journal.Line) -> Mapping[str, Any]:
    """What a line tells of its change."""
    found: Mapping[str, Any] = json.loads(line.after or line.before or "{}")
    return found


def sentence(outlooks: Iterable[Outlook]) -> str:
    """What is done about changes on their way, for a receipt or the list of what undo will do; empty for nothing."""
    parts: dict[str, None] = {}
    for one in outlooks:
        parts[_words(one)] = None
    return ", ".join(part for part in parts if part)


NONE = object()
"""There is no opposite."""


def opposite(one: Outgoing, stage: str, people: People) -> Any:
    """The value that sets a field back to what it was; ``NONE`` where no verb says that."""
    match one.verb:
        case "assign":
            return outgoing.person(people, one.base) if one.base else None
        case "priority":
            return {"priority": one.base, "label": ""} if one.base else NONE
        case "transition":
            return {"status": one.base, "id": "", "fields": {}, "stage": stage} if one.base else NONE
        case "labels":
            return outgoing.label_steps(wanted("labels", one.value, one.base), one.base or [])
    return one.base


def _send(at: Context, conn: Connection, seen: Outlook, group: int) -> None:
    """The next of the chain, on top of what the one before it set."""
    first, before = seen.rows[0], seen.rows[seen.at]
    item = seen.line.item if not first.ref else items.id_of(conn, first.ref)
    state, due = outgoing.when(at, conn)
    # Made again, a comment is a new one: it takes nothing back.
    undoes = before.id if seen.back or first.verb in SETS else None
    outbox.add(
        conn,
        uid=f"{first.uid}-{seen.at + 1}",
        group=group,
        source=first.source,
        ref=first.ref,
        item=item,
        verb=first.verb,
        value=seen.value,
        base=_base(at, conn, before, item),
        who=at.who,
        at=at.instant(),
        due=due,
        state=state,
        undoes=undoes,
    )


def _base(at: Context, conn: Connection, before: Outgoing, item: int | None) -> Any:
    """What the field holds once the one before has been sent, in the source's own words where it has said them."""
    if before.verb not in SETS:
        return None
    expected = wanted(before.verb, before.value, before.base)
    found = items.load_item(conn, item) if item is not None and before.state == State.SENT else None
    now = field(found, before.verb) if found else expected
    return now if same(before.verb, now, expected, at.people) else expected


def _chain(conn: Connection, uid: str) -> tuple[Outgoing, ...]:
    """The change and its turns, in their order; they are named without a gap."""
    found: list[Outgoing] = []
    while (one := outbox.by_uid(conn, f"{uid}-{len(found)}" if found else uid)) is not None:
        found.append(one)
    return tuple(found)


def _words(one: Outlook) -> str:
    source = one.source
    match one.turn:
        case Turn.CANCEL | Turn.REVIVE | Turn.SEND if not one.back:
            return f"sent to {source} again" if one.turn is not Turn.CANCEL else f"it stays at {source}"
        case Turn.CANCEL:
            came_back = one.rows[one.at].state in STUCK
            return f"nothing of it is at {source}" if came_back else f"cancelled before it is sent to {source}"
        case Turn.SEND | Turn.REVIVE:
            verb = one.rows[0].verb
            what = "sends the opposite change" if verb in SETS else "takes it back"
            return f"{what} at {source}" if verb not in SETS else f"{what} to {source}"
        case Turn.STAYS:
            return f"cannot be taken back at {source}: {_STAYS[one.rows[0].verb]}"
    return ""


_STAYS = {
    "comment": "comments stay",
    "create": "new items stay",
    "priority": "it had no priority before",
    "transition": "it had no status before",
}
