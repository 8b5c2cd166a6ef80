"""Changes on their way to a source: their states, what is in force meanwhile, and what a conflict is.

    parked ──released──> pending ──hold is over──> sending ──applied, read back──> sent
      (made read-only)     │  ^                      │ │ │
                           │  └──later, or lost──────┘ │ └──somebody else moved the field──> conflict
                       undone                          └──the source said no──> failed
                           v                                        │ retried: pending again, dropped: cancelled
                       cancelled

A change whose answer was lost is ``pending`` with ``doubt``: before it is sent again, the engine looks whether it is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from opstui.domain.kinds import PRIORITY_WORDS, Stage, Verdict
from opstui.domain.text import fold

if TYPE_CHECKING:
    from opstui.domain.model import Item, Mark
    from opstui.domain.people import People


class State(StrEnum):
    """Where a change stands."""

    PARKED = "parked"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CONFLICT = "conflict"
    CANCELLED = "cancelled"


OPEN = (State.PARKED, State.PENDING, State.SENDING)
"""It is on its way: what it sets is in force here."""
STUCK = (State.FAILED, State.CONFLICT)
"""It came back: what the source says is in force, and somebody has to decide."""
GRAVITY = ("conflict", "failed", "sending", "pending", "parked")
"""From the gravest on, for a row that has several."""
SETS = frozenset({"assign", "transition", "priority", "due", "labels"})
"""Verbs that set a field: the same again changes nothing, and setting the old value takes them back."""


def gravest(states: Iterable[str]) -> str:
    """The state that a row with all of these shows; empty without any."""
    return min((state for state in states if state in GRAVITY), key=GRAVITY.index, default="")


def field(item: Item, verb: str, zone: tzinfo) -> Any:
    """What a verb would set, as the item has it now: JSON-able, None where a verb sets no field.

    ``zone`` is the source's, in which its days begin: the store gives times in UTC.
    """
    match verb:
        case "assign":
            return item.owner
        case "transition":
            return item.status
        case "priority":
            return item.priority
        case "due":
            return item.due.astimezone(zone).date().isoformat() if item.due else None
        case "labels":
            return sorted(item.labels)
    return None


def wanted(verb: str, value: Any, base: Any) -> Any:
    """What the field should hold after a write, in the form of ``field``; ``base`` is what it held before."""
    match verb:
        case "assign":
            return value["name"] if value else None
        case "transition":
            return value["status"]
        case "priority":
            return value["priority"]
        case "labels":
            gone = {fold(one) for one in value.get("remove", ())}
            kept = [one for one in base or () if fold(one) not in gone]
            had = {fold(one) for one in kept}
            return sorted([*kept, *(one for one in value.get("add", ()) if fold(one) not in had)])
    return value


def same(verb: str, one: Any, other: Any, people: People) -> bool:
    """Whether two values of a field mean the same: spelling of names, statuses and labels aside."""
    if verb == "assign":
        return _name(one, people) == _name(other, people)
    if verb == "transition":
        return fold(str(one or "")) == fold(str(other or ""))
    if verb == "labels":
        return {fold(each) for each in one or ()} == {fold(each) for each in other or ()}
    return bool(one == other)


def in_force(mark: Mark, open_writes: Iterable[tuple[str, Any, datetime | None]]) -> Mark:
    """The mark with what is on its way: (verb, value, since when) of each open write, oldest first.

    Owner, priority and stage are set as if they were decided here; once sent, the source itself says them.
    """
    for verb, value, at in open_writes:
        match verb:
            case "assign":
                name = value["name"] if value else ""
                # Without a basis nothing that its source says meanwhile counts as news against it.
                own = mark.verdict is Verdict.ASSIGN and mark.target == name
                mark = replace(mark, owner=name, basis="" if own else mark.basis)
            case "priority":
                mark = replace(mark, priority=value["priority"])
            case "transition" if value.get("stage"):
                mark = replace(mark, stage=Stage(value["stage"]), staged=at)
    return mark


def words(verb: str, value: Any) -> str:
    """A change in a few words: ``owner Bo Lind``, ``to In Progress``, ``comment "…"``."""
    match verb:
        case "assign":
            return f"owner {value['name']}" if value else "no owner"
        case "transition":
            return f"to {value['status']}"
        case "priority":
            return f"priority {value.get('label') or PRIORITY_WORDS[value['priority']]}"
        case "due":
            return f"due {value}" if value else "no due date"
        case "labels":
            signs = [*(f"+{one}" for one in value.get("add", ())), *(f"-{one}" for one in value.get("remove", ()))]
            return f"labels {' '.join(signs)}"
        case "comment":
            return f"comment “{value['text']}”"
        case "create":
            return f"new: {value['title']}"
    return verb


def field_words(verb: str, value: Any) -> str:
    """A field's value for a person: what ``field`` and ``wanted`` give."""
    if value is None or value in ("", []):
        return "none"
    if verb == "priority":
        return PRIORITY_WORDS.get(value, str(value))
    if verb == "labels":
        return ", ".join(value)
    return str(value)


def _name(value: Any, people: People) -> str:
    found = people.owner(value) if value else None
    return fold(found.name) if found and found.name else ""
