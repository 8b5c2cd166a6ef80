"""What a source holds of a field against what a change wants of it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from opstui.domain.outbox import field, same, wanted
from opstui.domain.text import fold

if TYPE_CHECKING:
    from opstui.domain.model import Item
    from opstui.domain.people import People
    from opstui.domain.views import Outgoing


def holds(item: Item, write: Outgoing, people: People) -> bool:
    """Whether the field is as the change wants it: then nothing has to be sent, or what was sent has arrived."""
    if write.verb == "labels":
        had = {fold(label) for label in item.labels}
        adds, removes = ({fold(one) for one in write.value.get(part, ())} for part in ("add", "remove"))
        return adds <= had and not removes & had
    if write.verb == "priority" and write.value.get("label") and item.priority_label:
        return fold(write.value["label"]) == fold(item.priority_label)
    return same(write.verb, field(item, write.verb), wanted(write.verb, write.value, write.base), people)


def moved(item: Item, write: Outgoing, people: People) -> bool:
    """Whether somebody else has set the field since the change was made here.

    Labels never clash: they are added and removed one by one. A due date may be the one that the store keeps in UTC.
    """
    if write.verb == "labels":
        return False
    if write.verb == "due" and item.due is not None and item.due.astimezone(UTC).date().isoformat() == write.base:
        return False
    return not same(write.verb, field(item, write.verb), write.base, people)


def came_out(item: Item, write: Outgoing, people: People, said: str) -> bool:
    """Whether the field reads as it should after the change was accepted; ``said`` is how the source words it, if it does."""
    return holds(item, write, people) or bool(said and fold(reads(item, write.verb)) == fold(said))


def reads(item: Item, verb: str) -> str:
    """A field as its source words it."""
    match verb:
        case "assign":
            return item.owner or ""
        case "transition":
            return item.status
        case "priority":
            return item.priority_label
        case "due":
            return item.due.date().isoformat() if item.due else ""
    return ""


def theirs(item: Item, verb: str) -> Any:
    """What stands at the source, in the form in which the outbox keeps it."""
    return field(item, verb)
