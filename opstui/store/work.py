"""What people did and have in hand: the reads that a stand-up is drafted from. Bounded, and meant for beside the keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from opstui.domain.drafting import DID, Act, Hand, Move, Name
from opstui.domain.kinds import Place, Stage
from opstui.store.ranks import OVER
from opstui.store.rows import UNDONE, holes, is_item, moment, sliced

ACTS, MOVES = 2_000, 4_000
"""So many actions and moves are looked through: the youngest."""
HANDS = 40
"""So many items of one person, the first by rank; who holds more has more than can be said."""
_REFS = 60

_OVER = ", ".join(f"'{place}'" for place in OVER)
_HANDS = f"""
SELECT i.source || ':' || i.key, i.title, h.owner, h.stage, h.place, i.status, i.due, coalesce(m.target, ''),
  coalesce(m.reason, '')
FROM (
  SELECT item, owner, stage, place, rank, row_number() OVER (
    PARTITION BY owner ORDER BY stage = 'blocked' OR place = 'waiting' DESC, stage = 'doing' OR place = 'accepted' DESC,
    rank DESC, item
  ) AS n
  FROM ranks WHERE owner_state = 'ok' AND stage <> 'done' AND place NOT IN ({_OVER}) AND owner IN ({{holes}})
) h JOIN items i ON i.id = h.item LEFT JOIN marks m ON m.item = h.item
WHERE h.n <= {HANDS} AND i.gone IS NULL ORDER BY h.owner, h.rank DESC, h.item"""
_ACCEPTED = """
SELECT i.source || ':' || i.key, i.title, '', r.stage, r.place, i.status, i.due, coalesce(m.target, ''), coalesce(m.reason, '')
FROM ranks r JOIN items i ON i.id = r.item LEFT JOIN marks m ON m.item = r.item
WHERE r.place = 'accepted' AND r.place NOT IN ('queue', 'closed') AND r.owner IS NULL ORDER BY r.rank DESC, r.item LIMIT ?"""
_MOVES = """
SELECT i.source || ':' || i.key, i.title, c.field, coalesce(c.old, ''), coalesce(c.new, ''), c.at, c.who, r.owner, r.stage
FROM ranks r JOIN changes c ON c.item = r.item AND c.at > ? JOIN items i ON i.id = r.item
WHERE r.changed > ? ORDER BY c.at DESC, c.id DESC LIMIT ?"""


def hands(conn: sqlite3.Connection, people: Sequence[str]) -> list[Hand]:
    """What these people have in hand, and what of it waits for what; also what was accepted and is nobody's."""
    found = conn.execute(_ACCEPTED, (HANDS,)).fetchall()
    for part in sliced(people):
        found += conn.execute(_HANDS.format(holes=holes(part)), part).fetchall()
    waits = blockers(conn, [row[0] for row in found if row[3] == Stage.BLOCKED.value])
    return [
        Hand(
            row[0], row[1], row[2], Stage(row[3]), Place(row[4]), row[5], moment(row[6]), row[7], row[8], waits.get(row[0], ())
        )
        for row in found
    ]


def blockers(conn: sqlite3.Connection, refs: Sequence[str]) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """What each of these items waits for and is not over: ref, title and owner; items unknown here by their ref alone."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for part in sliced(refs):
        sql = f"""SELECT DISTINCT l.blocked, l.blocker, coalesce(i.title, ''), coalesce(r.owner, '') FROM links l
          LEFT JOIN items i ON {is_item("i", "l.blocker")}
          LEFT JOIN ranks r ON r.item = i.id
          WHERE l.blocked IN ({holes(part)}) AND coalesce(r.stage, '') <> 'done'
            AND coalesce(r.place, 'queue') NOT IN ({_OVER}) ORDER BY l.blocked, l.blocker"""
        for blocked, blocker, title, owner in conn.execute(sql, part).fetchall():
            found.setdefault(blocked, []).append((blocker, title, owner))
    return {ref: tuple(ones) for ref, ones in found.items()}


def moves(conn: sqlite3.Connection, since: datetime, name: Name) -> list[Move]:
    """What moved at its source since then, in the order of the times; people by their one ``name``."""
    after = int(since.timestamp())
    rows = conn.execute(_MOVES, (after, after, MOVES)).fetchall()
    return [
        Move(ref, title, field, old, new, datetime.fromtimestamp(at, UTC), name(who) if who else "", owner or "", Stage(stage))
        for ref, title, field, old, new, at, who, owner, stage in reversed(rows)
    ]


def acts(conn: sqlite3.Connection, since: datetime, who: Collection[str]) -> list[Act]:
    """What these people did here since then and is not taken back, in the order it was done."""
    sql = f"""SELECT g.id, g.uid, g.at_ms, g.who, g.verb, g.summary FROM journal_groups g
      WHERE g.at_ms > ? AND g.undoes IS NULL AND g.redoes IS NULL AND g.who IN ({holes([*who])})
      AND g.verb IN ({holes([*DID])}) AND NOT {UNDONE} ORDER BY g.at_ms DESC, g.id DESC LIMIT ?"""
    rows = conn.execute(sql, (int(since.timestamp() * 1000), *who, *DID, ACTS)).fetchall()
    found = []
    for id, uid, at_ms, name, verb, summary in reversed(rows):
        refs = [ref for (ref,) in conn.execute("SELECT DISTINCT ref FROM journal WHERE grp = ? LIMIT ?", (id, _REFS)) if ref]
        titles = tuple(title_of(conn, ref) for ref in refs[:1])
        found.append(Act(uid, datetime.fromtimestamp(at_ms / 1000, UTC), name, verb, summary, tuple(refs), titles))
    return found


def title_of(conn: sqlite3.Connection, ref: str) -> str:
    """An item's title, empty when there is no such item."""
    source, _, key = ref.partition(":")
    row = conn.execute("SELECT title FROM items WHERE source = ? AND key = ?", (source, key)).fetchone()
    return row[0] if row else ""
