"""What a source holds of a field against what a change wants of it."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from opstui.domain.outbox import field, same, wanted
from opstui.domain.text import fold

if TYPE_CHECKING:
    from opstui.domain.model import Item
    from opstui.domain.people import People
    from opstui.domain.views import Outgoing


def holds(item: Item, write: Outgoing, people: People, zone: tzinfo) -> bool:
    """Whether the field is as the change wants it: then nothing has to be sent, or what was sent has arrived."""
    if write.verb == "labels":
        had = {fold(label) for label in item.labels}
        adds, removes = ({fold(one) for one in write.value.get(part, ())} for part in ("add", "remove"))
        return adds <= had and not removes & had
    if write.verb == "priority" and write.value.get("label") and item.priority_label:
        return fold(write.value["label"]) == fold(item.priority_label)
    return same(write.verb, field(item, write.verb, zone), wanted(write.verb, write.value, write.base), people)


def moved(item: Item, write: Outgoing, people: People, zone: tzinfo) -> bool:
    """Whether somebody else has set the field since the change was made here.

    Labels never clash: they are added and removed one by one.
    """
    return write.verb != "labels" and not same(write.verb, field(item, write.verb, zone), write.base, people)


def came_out(item: Item, write: Outgoing, people: People, zone: tzinfo, said: str) -> bool:
    """Whether the field reads as it should after the change was accepted; ``said`` is how the source words it, if it does."""
    return holds(item, write, people, zone) or bool(said and fold(reads(item, write.verb, zone)) == fold(said))


def reads(item: Item, verb: str, zone: tzinfo) -> str:
    """A field as its source words it."""
    match verb:
        case "assign":
            return item.owner or ""
        case "transition":
            return item.status
        case "priority":
            return item.priority_label
        case "due":
            return str(field(item, verb, zone) or "")
    return ""
