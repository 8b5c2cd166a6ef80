"""What is blocked, as items and links say it: by its stage, or because it waits for another item that is open."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from opstui.store.ranks import OVER
from opstui.store.rows import holes, is_item, moment, sliced

_OVER = ", ".join(f"'{place}'" for place in OVER)
# What is gone is in the place ``closed``: nothing of the items themselves has to be read for that.
_ALIVE = f"{{0}}.place NOT IN ({_OVER}) AND {{0}}.stage <> 'done'"


_BLOCKED = f"""
SELECT item FROM (
  SELECT r.item, r.rank FROM ranks r WHERE r.stage = 'blocked' AND {_ALIVE.format("r")}
  UNION
  SELECT r.item, r.rank FROM links l
  JOIN items i ON {is_item("i", "l.blocker")} JOIN ranks o ON o.item = i.id AND {_ALIVE.format("o")}
  JOIN items w ON {is_item("w", "l.blocked")} JOIN ranks r ON r.item = w.id AND {_ALIVE.format("r")}
) ORDER BY rank DESC, item LIMIT ?"""

_WAITS = f"""
SELECT DISTINCT l.blocked, l.blocker FROM links l
JOIN items i ON {is_item("i", "l.blocker")} JOIN ranks r ON r.item = i.id AND {_ALIVE.format("r")}
WHERE l.blocked IN ({{holes}}) ORDER BY l.blocked, l.blocker"""


class Stuck(NamedTuple):
    """An item as the ledger asks about it. ``status`` is its source's word, the rest is what is in force here."""

    id: int
    ref: str
    title: str
    status: str
    stage: str
    owner: str
    place: str
    over: bool
    comments: int
    blocks: int
    waits_for: tuple[str, ...]
    first_seen: datetime
    changed: datetime
    """When something of it was last news here."""

    @property
    def blocked(self) -> bool:
        """Whether it cannot go on."""
        return not self.over and (self.stage == "blocked" or bool(self.waits_for))


def blocked(conn: sqlite3.Connection, limit: int) -> list[int]:
    """The ids of what is blocked, the most pressing first."""
    return [id for (id,) in conn.execute(_BLOCKED, (limit,)).fetchall()]


def look(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[str, Stuck]:
    """These items by their refs, in this order."""
    found: dict[int, Stuck] = {}
    for part in sliced(ids):
        sql = (
            "SELECT i.id, i.source || ':' || i.key, i.title, i.status, r.stage, coalesce(r.owner, ''), r.place, "
            f"i.gone IS NOT NULL OR r.stage = 'done' OR r.place IN ({_OVER}), "
            "(SELECT count(*) FROM comments c WHERE c.item = i.id), r.blocks, i.first_seen, r.changed "
            f"FROM items i JOIN ranks r ON r.item = i.id WHERE i.id IN ({holes(part)})"
        )
        rows = conn.execute(sql, part).fetchall()
        waits = _waits(conn, [row[1] for row in rows])
        for id, ref, title, status, stage, owner, place, over, comments, blocks, seen, changed in rows:
            waiting = tuple(waits.get(ref, ()))
            times = datetime.fromtimestamp(seen, UTC), datetime.fromtimestamp(changed, UTC)
            found[id] = Stuck(id, ref, title, status, stage, owner, place, bool(over), comments, blocks, waiting, *times)
    return {found[id].ref: found[id] for id in ids if id in found}


def blocked_since(conn: sqlite3.Connection, stuck: Iterable[Stuck]) -> dict[str, datetime]:
    """When each came to its blocked stage, as its source or somebody here said; what waits for another only is left out.

    Where nobody said when, it is as long as the item is known here.
    """
    found = {one.ref: one for one in stuck if one.stage == "blocked"}
    said: dict[str, datetime] = {}
    for part in sliced([one.id for one in found.values()]):
        sql = (
            "SELECT i.source || ':' || i.key, max(c.at) FROM changes c JOIN items i ON i.id = c.item "
            "WHERE (c.field = 'stage' AND c.new = 'blocked' "
            "OR c.field = 'status' AND c.new = i.status AND i.stage = 'blocked') "
            f"AND c.item IN ({holes(part)}) GROUP BY c.item"
        )
        said.update((ref, at) for ref, stamp in conn.execute(sql, part).fetchall() if (at := moment(stamp)))
    for refs in sliced(list(found)):
        sql = (
            "SELECT j.ref, max(g.at_ms), j.after FROM journal j JOIN journal_groups g ON g.id = j.grp "
            f"WHERE g.verb = 'stage' AND j.target = 'mark' AND j.ref <> '' AND j.ref IN ({holes(refs)}) GROUP BY j.ref"
        )
        for ref, at_ms, after in conn.execute(sql, refs).fetchall():
            if json.loads(after or "{}").get("stage") == "blocked" and (at := moment(at_ms // 1000)):
                said[ref] = max(at, said.get(ref, at))
    return {ref: said.get(ref, one.first_seen) for ref, one in found.items()}


def latest(conn: sqlite3.Connection, kind: str, refs: Sequence[str]) -> dict[str, str]:
    """The uid of the youngest record of a kind on each of these items."""
    found: dict[str, str] = {}
    for part in sliced(refs):
        sql = f"SELECT ref, uid FROM records WHERE kind = ? AND ref <> '' AND ref IN ({holes(part)}) ORDER BY at, id"
        found.update(conn.execute(sql, (kind, *part)).fetchall())
    return found


def last_done(conn: sqlite3.Connection, refs: Sequence[str]) -> dict[str, tuple[datetime, str]]:
    """The last decision about each of these items that stands, or the last escalation: when, and what in words."""
    found: dict[str, tuple[int, str]] = {}
    for part in sliced(refs):
        here = f"ref <> '' AND ref IN ({holes(part)}) ORDER BY at, id"
        sql = f"SELECT ref, at, what FROM decisions WHERE withdrawn IS NULL AND {here}"
        found.update((ref, (at, f"decided: {what}")) for ref, at, what in conn.execute(sql, part).fetchall())
        sql = f"SELECT ref, at, json_extract(data, '$.to') FROM records WHERE kind = 'escalation' AND {here}"
        for ref, at, to in conn.execute(sql, part).fetchall():
            if at >= found.get(ref, (at, ""))[0]:
                found[ref] = (at, f"escalated to {to}")
    return {ref: (at, said) for ref, (stamp, said) in found.items() if (at := moment(stamp))}


def _waits(conn: sqlite3.Connection, refs: Sequence[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in sliced(refs):
        for ref, blocker in conn.execute(_WAITS.format(holes=holes(part)), part).fetchall():
            found.setdefault(ref, []).append(blocker)
    return found
