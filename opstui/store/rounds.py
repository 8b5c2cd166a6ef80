"""Of rounds what is asked often, without their documents: which are open or over, and which stand in the queue as missed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opstui.domain.kinds import OWN, ROUTINE
from opstui.store.rows import holes, sliced

if TYPE_CHECKING:
    from opstui.store.db import Connection


def written(conn: Connection, names: Sequence[str]) -> dict[str, bool]:
    """Of these names those of which something is written, and whether the round is still open."""
    found: dict[str, bool] = {}
    for part in sliced(list(names)):
        sql = f"SELECT name, open FROM records WHERE kind = 'round' AND name IN ({holes(part)})"
        found.update((name, bool(still)) for name, still in conn.execute(sql, tuple(part)).fetchall())
    return found


def told(conn: Connection) -> list[tuple[str, str, str]]:
    """The items about missed rounds that are not over: their key, and the routine and the day that they are about."""
    sql = "SELECT key, fields FROM items WHERE source = ? AND key >= ? AND key < ? AND stage <> 'done' AND gone IS NULL"
    found = conn.execute(sql, (OWN, ROUTINE, ROUTINE + "\U0010ffff")).fetchall()
    said = [(key, json.loads(fields)) for key, fields in found]
    return [(key, fields["routine"], fields.get("day", "")) for key, fields in said if "routine" in fields]
