"""What the board of the stand-up is read from: counts and rows by column, by person, by what is missing, and open links.

None of it is on the way of a key: each of these looks through the ranks once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from opstui.store.ranks import OVER
from opstui.store.rows import is_item

if TYPE_CHECKING:
    from opstui.store.db import Connection

LINKS_MOST = 20_000
"""Links between open items that are looked at."""

_OPEN = f"r.place NOT IN ({', '.join(repr(place) for place in OVER)})"
_SINCE = "coalesce(r.entered, r.born)"
_FLAGGED = "moved OR stuck OR ages"


class Flags(NamedTuple):
    """An item on the board and why it is shown."""

    item: int
    col: int
    entered: int
    moved: bool
    stuck: bool
    ages: bool


class Counts(NamedTuple):
    """One column in numbers: all of it, and those of it that moved, are stuck and age, and that do any of it."""

    col: int
    all: int
    moved: int
    stuck: int
    ages: int
    flagged: int


class Lens(NamedTuple):
    """How the board is looked at: since when, the columns for what is done, and what makes an item age or stuck there."""

    since: int
    over: tuple[int, ...]
    cutoffs: tuple[int | None, ...]
    """By column the moment before which an item must have come there to age; None where nobody can tell."""
    waiting: Collection[int] = ()
    """Items that wait for others."""


def counts(conn: Connection, lens: Lens) -> dict[int, Counts]:
    """Every column that has anything in it; ``UNMAPPED`` is one too."""
    sql, args = _flags(lens)
    sql = f"SELECT col, count(*), sum(moved), sum(stuck), sum(ages), sum({_FLAGGED}) FROM ({sql}) GROUP BY col"
    return {row[0]: Counts(*row) for row in conn.execute(sql, args).fetchall()}


def flagged(conn: Connection, lens: Lens, most: int) -> list[Flags]:
    """What moved, is stuck or ages, by column and falling rank, ``most`` of each column."""
    sql, args = _flags(lens)
    sql = (
        "SELECT item, col, since, moved, stuck, ages FROM "
        f"(SELECT *, row_number() OVER (PARTITION BY col ORDER BY {_ORDER}) AS n FROM ({sql}) "
        f"WHERE ({_FLAGGED}) AND col >= 0) WHERE n <= ? ORDER BY col, n"
    )
    return [_as_flags(row) for row in conn.execute(sql, (*args, most)).fetchall()]


def column(conn: Connection, lens: Lens, col: int, offset: int, limit: int) -> list[Flags]:
    """The items of one column, those of ``flagged`` first and in the same order."""
    sql, args = _flags(lens)
    sql = (
        f"SELECT item, col, since, moved, stuck, ages FROM ({sql}) WHERE col = ? "
        f"ORDER BY ({_FLAGGED}) DESC, {_ORDER} LIMIT ? OFFSET ?"
    )
    return [_as_flags(row) for row in conn.execute(sql, (*args, col, limit, offset)).fetchall()]


_ORDER = "rank DESC, since DESC, item"


def _as_flags(row: Sequence[Any]) -> Flags:
    item, col, entered, moved, stuck, ages = row
    return Flags(item, col, entered, bool(moved), bool(stuck), bool(ages))


def _flags(lens: Lens) -> tuple[str, list[Any]]:
    """The statement that gives every item of the board with its flags."""
    args: list[Any] = [lens.since]
    waits = "0"
    if lens.waiting:
        waits = "r.stage = 'doing' AND r.item IN (SELECT value FROM json_each(?))"
        args.append(json.dumps(sorted(lens.waiting)))
    cases = [(col, at) for col, at in enumerate(lens.cutoffs) if at is not None]
    ages = "0"
    if cases:
        ages = f"coalesce({_SINCE} < CASE r.col {'WHEN ? THEN ? ' * len(cases)}END, 0)"
        args += [value for case in cases for value in case]
    over = ", ".join(str(int(col)) for col in lens.over)
    sql = (
        f"SELECT r.item AS item, r.col AS col, {_SINCE} AS since, r.rank AS rank, r.changed > ? AS moved, "
        f"(r.stage = 'blocked' OR ({waits})) AS stuck, {ages} AS ages FROM ranks r "
        f"WHERE r.col IS NOT NULL AND r.col NOT IN ({over}) AND {_OPEN}"
    )
    if lens.over:
        sql += (
            f" UNION ALL SELECT r.item, r.col, {_SINCE}, r.rank, 1, 0, 0 FROM ranks r "
            f"WHERE r.col IN ({over}) AND r.place NOT IN ('declined', 'merged') AND {_SINCE} > ?"
        )
        args.append(lens.since)
    return sql, args


def flags_of(conn: Connection, lens: Lens, items: Sequence[int]) -> list[Flags]:
    """These items with their flags, in their order, as far as they are on the board."""
    sql, args = _flags(lens)
    sql = f"SELECT item, col, since, moved, stuck, ages FROM ({sql}) WHERE item IN (SELECT value FROM json_each(?))"
    found = {row[0]: _as_flags(row) for row in conn.execute(sql, (*args, json.dumps(list(items)))).fetchall()}
    return [found[item] for item in items if item in found]


def entered(conn: Connection, item: int) -> tuple[int, int] | None:
    """The column of an item and when it came there; None when it belongs on no board."""
    sql = f"SELECT r.col, {_SINCE} FROM ranks r WHERE r.col IS NOT NULL AND r.item = ?"
    row = conn.execute(sql, (item,)).fetchone()
    return (row[0], row[1]) if row else None


def of_owner(conn: Connection, over: Collection[int], names: Collection[str], most: int) -> list[int]:
    """The open items of the board that are owned under any of these names, the highest rank first."""
    held = ", ".join(str(int(col)) for col in over)
    sql = (
        f"SELECT r.item FROM ranks r WHERE r.owner_state = 'ok' AND r.col IS NOT NULL AND r.col NOT IN ({held}) AND {_OPEN} "
        "AND r.owner IN (SELECT value FROM json_each(?)) ORDER BY r.rank DESC, r.item LIMIT ?"
    )
    return [item for (item,) in conn.execute(sql, (json.dumps(sorted(names)), most)).fetchall()]


def work(conn: Connection, over: Collection[int]) -> list[tuple[str, int, str, int, int]]:
    """Open items of the board by owner, column and stage: how many, and when the oldest of them was born."""
    held = ", ".join(str(int(col)) for col in over)
    sql = (
        "SELECT r.owner, r.col, r.stage, count(*), min(r.born) FROM ranks r WHERE r.owner_state = 'ok' AND r.col IS NOT NULL "
        f"AND r.col NOT IN ({held}) AND {_OPEN} GROUP BY r.owner, r.col, r.stage"
    )
    return list(conn.execute(sql).fetchall())


UNSEEN = ("owner", "ambiguous", "status", "stranger")
"""Reasons for which nobody sees an item."""


class Unseen(NamedTuple):
    """Items that nobody sees for one reason."""

    total: int
    items: Sequence[int]
    names: tuple[str, ...]


def unseen(
    conn: Connection, over: Collection[int], columns: int, known: Collection[str], most: int
) -> tuple[dict[str, Unseen], int]:
    """By reason the items that nobody sees, the highest rank first, and how many there are for any. ``known`` are the
    names of the config; without one nobody is a stranger. ``columns`` is how many the board has."""
    held = ", ".join(str(int(col)) for col in over)
    tests = {
        "owner": "r.owner_state = 'none'",
        "ambiguous": "r.owner_state = 'ambiguous'",
        "status": f"r.col NOT BETWEEN 0 AND {int(columns) - 1}",
        "stranger": "r.owner_state = 'ok' AND r.owner NOT IN (SELECT value FROM json_each(:known))" if known else "0",
    }
    args = {"known": json.dumps(sorted(known)), "most": most}
    board = f"FROM ranks r WHERE r.col IS NOT NULL AND r.col NOT IN ({held}) AND {_OPEN}"
    sums = ", ".join(f"sum({test})" for test in tests.values())
    *each, every = conn.execute(
        f"SELECT {sums}, sum({' OR '.join(f'({test})' for test in tests.values())}) {board}", args
    ).fetchone()
    found = {}
    for (code, test), count in zip(tests.items(), each, strict=True):
        items: list[int] = []
        if count:
            sql = f"SELECT r.item {board} AND {test} ORDER BY r.rank DESC, r.item LIMIT :most"
            items = [item for (item,) in conn.execute(sql, args).fetchall()]
        found[code] = Unseen(count or 0, items, _names(conn, code, f"{board} AND {test}", args) if count else ())
    return found, every or 0


NAMES_MOST = 20


def _names(conn: Connection, code: str, board: str, args: dict[str, Any]) -> tuple[str, ...]:
    """What the items of a reason have in common, the most frequent first."""
    if code == "owner":
        return ()
    name = "i.status" if code == "status" else "r.owner"
    joined = board.replace("FROM ranks r", "FROM ranks r JOIN items i ON i.id = r.item") if code == "status" else board
    sql = f"SELECT {name} {joined} GROUP BY {name} ORDER BY count(*) DESC, {name} LIMIT {NAMES_MOST}"
    return tuple(one or "" for (one,) in conn.execute(sql, args).fetchall())


_LINKS = (
    f"SELECT DISTINCT l.blocker, l.blocked, b.id FROM links l JOIN items a ON {is_item('a', 'l.blocker')} "
    f"JOIN items b ON {is_item('b', 'l.blocked')} "
    f"JOIN ranks r ON r.item = a.id AND r.stage <> 'done' AND {_OPEN} "
    f"JOIN ranks s ON s.item = b.id AND s.stage <> 'done' AND {_OPEN.replace('r.', 's.')} "
)


def links(conn: Connection) -> list[tuple[str, str, int]]:
    """Links whose two ends are open: blocker, blocked, and the number of what is blocked; ``LINKS_MOST`` and one at most."""
    return list(conn.execute(f"{_LINKS} LIMIT ?", (LINKS_MOST + 1,)).fetchall())


def links_at(conn: Connection, end: str, refs: Sequence[str]) -> list[tuple[str, str]]:
    """The open links of which these refs are one ``end``, ``blocker`` or ``blocked``: blocker and blocked."""
    if end not in ("blocker", "blocked"):
        raise ValueError(f"{end!r} is no end of a link")
    sql = f"{_LINKS} WHERE l.{end} IN (SELECT value FROM json_each(?)) LIMIT ?"
    return [(blocker, blocked) for blocker, blocked, _ in conn.execute(sql, (json.dumps(list(refs)), LINKS_MOST)).fetchall()]
