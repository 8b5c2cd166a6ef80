"""How many items stand on each shelf: along their own indexes, and asked for beside the keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.shelves import Shelf

if TYPE_CHECKING:
    from opstui.store.db import Connection

_PLACES = "SELECT place, count(*) FROM ranks WHERE place NOT IN ('queue', 'closed') GROUP BY place"
# From the marks on: the few of today, or for a block, not all that was ever decided.
_SOME = "SELECT count(*) FROM marks m CROSS JOIN ranks r ON r.item = m.item WHERE r.place = ? AND "


def counts(conn: Connection, shelves: Sequence[Shelf], today: datetime) -> list[int]:
    """One count a shelf; ``today`` is when the day began."""
    places = dict(conn.execute(_PLACES).fetchall())
    found = []
    for shelf in shelves:
        if shelf.block:
            (count,) = conn.execute(_SOME + "m.for_block = 1", (shelf.place.value,)).fetchone()
        elif shelf.today:
            (count,) = conn.execute(_SOME + "m.at >= ?", (shelf.place.value, int(today.timestamp()))).fetchone()
        else:
            count = places.get(shelf.place.value, 0)
        found.append(int(count))
    return found
