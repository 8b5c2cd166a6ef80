"""What an action sends: planned on what the outbox holds of the item already, then put there in the action's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.domain.format import plural
from opstui.domain.kinds import OWN
from opstui.domain.outbox import OPEN, SETS, STUCK, State, field, same, wanted
from opstui.domain.text import fold
from opstui.domain.views import Outgoing
from opstui.domain.when import parse_duration
from opstui.services.desk import lines
from opstui.store import items, journal, kept, outbox, reach, sources

if TYPE_CHECKING:
    from opstui.domain.model import Item
    from opstui.domain.people import People
    from opstui.services.desk.context import Context
    from opstui.store.db import Connection

NOUNS = {
    "assign": "owner",
    "priority": "priority",
    "transition": "transitions",
    "due": "due dates",
    "labels": "labels",
    "comment": "comments",
    "create": "new items",
}
"""What a source that has not the verb does not take."""

BACK = object()
"""Wanted in place of a value: what the source itself says."""


class Wish(NamedTuple):
    """What an action wants of an item's source: a verb of ``connectors.api.VERBS`` and its value, or ``BACK``."""

    verb: str
    value: Any


@dataclass(frozen=True, slots=True)
class Step:
    """What one wish does to the outbox. Without ``new`` it only takes back what was held."""

    ref: str
    item: int | None
    source: str
    verb: str
    value: Any
    base: Any
    uid: str
    new: bool = True
    replaced: tuple[Outgoing, ...] = ()
    left: str = ""
    """What the journal keeps for its opposite, see ``lines.LEFT``."""

    def lines(self) -> Iterable[journal.Line]:
        """What the journal keeps of it."""
        for old in reversed(self.replaced):  # taken back, they are sent in their own order again
            yield gone(old, self.item)
        if self.new:
            state = lines.outbox_state(self.uid, self.verb, self.left)
            yield journal.Line(self.ref, self.item, journal.OUTBOX, None, state)


def turn_of(uid: str) -> int:
    """The number of a change in its chain, see ``chain``."""
    return int(uid.partition("-")[2] or 0)


def takes_back(uid: str) -> bool:
    """Whether a change takes another one back."""
    return turn_of(uid) % 2 == 1


def gone(one: Outgoing, item: int | None) -> journal.Line:
    """The journal's line of a change that will not be sent. Where it was to take one back, that one is in force again."""
    state = lines.outbox_state(one.uid.partition("-")[0], one.verb)
    before, after = (None, state) if takes_back(one.uid) else (state, None)
    return journal.Line(one.ref, item, journal.OUTBOX, before, after)


def held(one: Outgoing) -> bool:
    """Whether a change has certainly not reached its source, so that taking it out of the outbox is all there is to do."""
    return one.state in (State.PARKED, *STUCK) or (one.state == State.PENDING and not one.doubt)


def step(at: Context, conn: Connection, id: int, item: Item, wish: Wish, uid: str = "") -> Step | None:
    """What a wish does on top of what the outbox holds of the item; None when nothing would change.

    A change of the same field that is still held is replaced, so that the source gets one: what it was based on stays.
    One that may be on the wire goes first, and this one builds on what it sets.
    """
    wish, verb, uid = _known(conn, id, wish), wish.verb, uid or journal.new_uid()
    if verb not in SETS:
        return Step(item.ref, id, item.source, verb, wish.value, None, uid)
    older = [one for one in outbox.of_item(conn, id) if one.verb == verb]
    waiting = [one for one in older if one.state in OPEN and held(one)]
    flying = [one for one in older if one.state in OPEN and not held(one)]
    stuck = [one for one in older if one.state in STUCK]
    base = _base(at, item, verb, waiting, flying, stuck)
    standing = wanted(verb, waiting[-1].value, waiting[-1].base) if waiting else base
    target = base if wish.value is BACK else wanted(verb, wish.value, standing)
    if same(verb, target, standing, at.people) and not stuck and not _fills_in(wish, waiting):
        return None
    value = wish.value
    if verb == "labels":
        value = label_steps(base, target)
    new = not same(verb, target, base, at.people)
    if not new and not waiting and not stuck:
        return None
    return Step(item.ref, id, item.source, verb, value, base, uid, new, (*waiting, *stuck), _left(item, verb, base))


def _fills_in(wish: Wish, waiting: Sequence[Outgoing]) -> bool:
    """Whether a move that is held is asked for once more, with other fields."""
    if wish.verb != "transition" or wish.value is BACK or not waiting:
        return False
    fields = wish.value.get("fields")
    return bool(fields) and fields != waiting[-1].value.get("fields")


def _left(item: Item, verb: str, base: Any) -> str:
    if verb == "priority":
        return item.priority_label if item.priority == base else ""
    return item.stage.value if verb == "transition" else ""


def _known(conn: Connection, id: int, wish: Wish) -> Wish:
    """The wish for a transition by its name, or by its status, with what the item's source said of it when it was asked."""
    if wish.verb != "transition" or wish.value is BACK or wish.value["id"]:
        return wish
    said = fold(wish.value["status"])
    for move in reach.moves(conn, id) or ():
        if said in (fold(move["status"]), fold(move["title"])):
            known = {"status": move["status"], "id": move["id"], "stage": wish.value["stage"] or move["stage"]}
            return Wish(wish.verb, {**wish.value, **known})
    return wish


def _base(
    at: Context,
    item: Item,
    verb: str,
    waiting: Sequence[Outgoing],
    flying: Sequence[Outgoing],
    stuck: Sequence[Outgoing],
) -> Any:
    if waiting:
        return waiting[0].base
    if flying:
        return wanted(verb, flying[-1].value, flying[-1].base)
    if stuck and stuck[-1].state == State.CONFLICT:
        return stuck[-1].theirs
    return field(item, verb, at.zone_of(item.source))


def label_steps(base: Sequence[str] | None, target: Sequence[str]) -> dict[str, list[str]]:
    """What to add and what to remove to get from one set of labels to another."""
    had, wants = {fold(one) for one in base or ()}, {fold(one) for one in target}
    return {
        "add": [one for one in target if fold(one) not in had],
        "remove": [one for one in base or () if fold(one) not in wants],
    }


def person(people: People, name: str) -> dict[str, Any]:
    """Somebody as a connector looks for an account."""
    canonical = people.canonical(name)
    everybody = (*people.persons, *((people.me,) if people.me else ()))
    found = next((one for one in everybody if one.name == canonical), None)
    if found is None:
        return {"name": canonical, "aliases": [], "email": None}
    return {"name": found.name, "aliases": list(found.aliases), "email": found.email}


def put(at: Context, conn: Connection, group: int, steps: Iterable[Step]) -> tuple[int, ...]:
    """Carry out steps within their action's transaction: the numbers of the new changes."""
    now, state, due = at.instant(), *when(at, conn)
    numbers = []
    for one in steps:
        for old in one.replaced:
            cancel(at, conn, old, "replaced by a later change")
        if one.new:
            number = outbox.add(
                conn,
                uid=one.uid,
                group=group,
                source=one.source,
                ref=one.ref,
                item=one.item,
                verb=one.verb,
                value=one.value,
                base=one.base,
                who=at.who,
                at=now,
                due=due,
                state=state,
            )
            numbers.append(number)
    return tuple(numbers)


def cancel(at: Context, conn: Connection, one: Outgoing, why: str) -> None:
    """Take a change out of the outbox; what opstui put into the queue because of it is over."""
    outbox.set_state(conn, one.id, State.CANCELLED, settled=at.instant(), why=why)
    if one.state in STUCK:
        close_own(at, conn, one.id)


def close_own(at: Context, conn: Connection, id: int) -> None:
    """Close the queue's item about a change that came back."""
    from opstui.services import own

    own.close_write(conn, id, rules=at.rules, now=at.instant())


def rebase(at: Context, conn: Connection, gone: Outgoing) -> None:
    """What was to follow a change that will not come now follows what stands at the source instead."""
    item = items.id_of(conn, gone.ref) if gone.verb in SETS else None
    if item is None:
        return
    expected, left = wanted(gone.verb, gone.value, gone.base), stands(at, conn, gone)
    for later in outbox.of_item(conn, item):
        follows = later.id > gone.id and later.verb == gone.verb and held(later)
        if follows and same(gone.verb, later.base, expected, at.people):
            outbox.set_state(conn, later.id, later.state, base=left)


def stands(at: Context, conn: Connection, found: Outgoing) -> Any:
    """What the field of a change that will not be sent holds at the source, as far as it is known here."""
    if found.state == State.CONFLICT:
        return found.theirs
    if found.state != State.FAILED or found.verb not in SETS:
        return found.base
    id = items.id_of(conn, found.ref)
    item = items.load_item(conn, id) if id is not None else None
    return field(item, found.verb, at.zone_of(item.source)) if item else found.base


def when(at: Context, conn: Connection) -> tuple[str, datetime]:
    """The state of a change that is made now and when it may be sent: held for a moment, or parked while read-only."""
    parked = readonly(at, conn)
    return (State.PARKED if parked else State.PENDING), at.instant() + timedelta(seconds=hold(at))


def hold(at: Context) -> int:
    """For how many seconds undo takes a change back before it is sent."""
    return max(0, parse_duration(at.settings.outbox.hold))


def readonly(at: Context, conn: Connection) -> bool:
    """Whether nothing is sent: the command line says so, else the switch that was set last, else the config."""
    said = kept.kept(conn, kept.READONLY)
    return at.readonly or (said == "on" if said else at.settings.outbox.readonly)


# what is told ---------------------------------------------------------------------------------------------------------


def takes(at: Context, known: Mapping[str, reach.Reach], source: str, verb: str) -> str:
    """Empty when a source can carry out a verb, else why not, in words."""
    said = known.get(source, reach.NOTHING)
    configured = next((one for one in at.settings.sources if one.name == source and one.enabled), None)
    if configured is None:
        return f"{source} is read no more"
    if verb in said.verbs:
        return ""
    name = f"{source} ({configured.connector})"
    return f"{name} takes no {NOUNS[verb]}" if said.known else f"{name} was not read yet"


def told(at: Context, conn: Connection, sent: Iterable[str], local: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The part of a receipt about where things go: ``sent_to``, ``local`` and ``note``."""
    to, here = tuple(dict.fromkeys(sent)), tuple(dict.fromkeys(one for one in local if one[0] != OWN))
    parts = []
    still = frozenset(to) if readonly(at, conn) else frozenset(to) & sources.paused(conn)
    if go := [one for one in to if one not in still]:
        wait = hold(at)
        due = (at.instant() + timedelta(seconds=wait)).astimezone(at.zone)  # said as a time of day, it stays true
        parts.append(f"for {' and '.join(go)}" + (f", sent at {due:%H:%M:%S}" if wait else ""))
    if stay := [one for one in to if one in still]:
        why = "read-only" if readonly(at, conn) else "paused"
        parts.append(f"kept in the outbox for {' and '.join(stay)}: {why}")
    if here:
        parts.append("kept here: " + ", ".join(why for _, why in here[:3]) + _rest(len(here) - 3))
    return {"sent_to": to, "local": here, "note": "; ".join(parts)}


def _rest(more: int) -> str:
    return f" and {plural(more, 'other source')}" if more > 0 else ""
