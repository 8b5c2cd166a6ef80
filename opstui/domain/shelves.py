"""The places besides the queue as a person walks through them: what was taken, put off, given away, and ended."""

from __future__ import annotations

from typing import NamedTuple

from opstui.domain.kinds import Place


class Shelf(NamedTuple):
    """One of them: a place, or a part of one: what is for a block, what was decided today."""

    name: str
    place: Place
    block: bool = False
    today: bool = False


SHELVES: tuple[Shelf, ...] = (
    Shelf("Accepted", Place.ACCEPTED),
    Shelf("Waiting", Place.WAITING),
    Shelf("Snoozed", Place.SNOOZED),
    Shelf("Assigned", Place.ASSIGNED),
    Shelf("Escalated", Place.ESCALATED),
    Shelf("For a block", Place.ACCEPTED, block=True),
    Shelf("Done today", Place.DONE, today=True),
    Shelf("Declined", Place.DECLINED),
    Shelf("Merged", Place.MERGED),
)
"""In the order they are walked through."""

FIRST = next(shelf for shelf in SHELVES if shelf.place is Place.SNOOZED)
"""The one that is opened first."""
