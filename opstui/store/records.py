"""What a manager keeps besides notes and decisions: stand-ups, blockers and the like, each a document of its kind.

One table for all kinds, so that undo and export are written once. What a kind's document holds is a frozen
dataclass of the domain, named in ``KINDS``; nothing is read or written here that does not fit it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, Generic, TypeVar

from opstui.store.journal import RECORD, Line, new_uid
from opstui.store.rows import as_json, holes, moment, seconds, sliced

T = TypeVar("T")

KINDS: Mapping[str, tuple[str, str]] = {
    "topic": ("opstui.domain.parking", "Topic"),
    "blocker": ("opstui.domain.blockers", "Blocker"),
    "escalation": ("opstui.domain.escalation", "Escalation"),
    "wait": ("opstui.domain.waiting", "Wait"),
    "standup": ("opstui.domain.standup", "Standup"),
    "said": ("opstui.domain.standup", "Known"),
    "round": ("opstui.domain.rounds", "Round"),
    "standard": ("opstui.domain.standards", "Followed"),
    "improvement": ("opstui.domain.improvements", "Improvement"),
}
"""Kind -> module and name of the dataclass that its documents are; the class knows its kind by the same name."""

_COLUMNS = "uid, kind, name, ref, at, who, open, due, data"


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """One record: ``what`` is its document. ``open`` as long as somebody has to see to it, ``due`` when; times in seconds."""

    kind: str
    what: T
    at: datetime
    who: str
    uid: str = ""
    name: str = ""
    """What it is called among its kind: a day, a routine."""
    ref: str = ""
    """The item it is about."""
    open: bool = True
    due: datetime | None = None

    def now(self, what: T, **changes: Any) -> Kept[T]:
        """The same record with another document, and whatever else of it has changed."""
        return replace(self, what=what, **changes)


def new(kind: str, what: T, at: datetime, who: str, **more: Any) -> Kept[T]:
    """A record that is not in any file yet."""
    return Kept(kind, what, at.replace(microsecond=0), who, new_uid(), **more)


@lru_cache
def type_of(kind: str) -> type[Any]:
    """The dataclass of a kind's documents.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of record")
    module, name = KINDS[kind]
    found: type[Any] = getattr(import_module(module), name)
    return found


def encode(what: Any) -> Any:
    """A document as plain JSON values: times as RFC 3339, enums by their value."""
    import msgspec

    return msgspec.to_builtins(what)


def decode(kind: str, data: Any) -> Any:
    """A document from plain JSON values; what it does not know is passed over, what is missing takes its default.

    Raises:
        ValueError: it is none of its kind, with what is wrong and where.
    """
    import msgspec

    try:
        return msgspec.convert(data, type_of(kind))
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def sound(kept: Kept[T]) -> Kept[T]:
    """A record from outside, as long as it is one that could have been made here: what the class alone does not say.

    Raises:
        ValueError: a time without an offset, a name that its kind does not give, a stand-up at odds with itself.
    """
    _must_have_offsets(kept.what, kept.kind)
    what: Any = kept.what
    if kept.kind == "standup":
        if date.fromisoformat(what.day).isoformat() != what.day or kept.name != what.day:
            raise ValueError(f"{kept.name!r} is not the day of a stand-up")
        if kept.open == (what.ended is not None):
            raise ValueError("it is over and under way")
    if kept.kind == "round" and kept.name != what.name:
        raise ValueError(f"{kept.name!r} is not the name of the round {what.name}")
    return kept


def _must_have_offsets(value: Any, where: str) -> None:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no offset, in {where}")
    elif isinstance(value, tuple):
        for one in value:
            _must_have_offsets(one, where)
    elif is_dataclass(value):
        for field in fields(value):
            _must_have_offsets(getattr(value, field.name), f"{where}.{field.name}")


def save(conn: sqlite3.Connection, kept: Kept[Any]) -> None:
    """Write a record, over what stands under its uid."""
    conn.execute(
        f"INSERT INTO records ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO UPDATE SET "
        "name = excluded.name, ref = excluded.ref, at = excluded.at, who = excluded.who, open = excluded.open, "
        "due = excluded.due, data = excluded.data",
        (
            *(kept.uid, kept.kind, kept.name, kept.ref, seconds(kept.at), kept.who, int(kept.open), seconds(kept.due)),
            as_json(encode(kept.what)),
        ),
    )


def remove(conn: sqlite3.Connection, uid: str) -> None:
    """Take a record out; the journal still has it."""
    conn.execute("DELETE FROM records WHERE uid = ?", (uid,))


def load(conn: sqlite3.Connection, uid: str) -> Kept[Any] | None:
    """One record by its uid."""
    row = conn.execute(f"SELECT {_COLUMNS} FROM records WHERE uid = ?", (uid,)).fetchone()
    return _kept(row) if row else None


def find(
    conn: sqlite3.Connection,
    kind: str,
    *,
    open: bool | None = None,
    name: str | None = None,
    ref: str | None = None,
    since: datetime | None = None,
    limit: int = 1000,
) -> list[Kept[Any]]:
    """Records of a kind, youngest first: only those that are open (or over), of a name, about an item, from a time on."""
    terms = ["kind = ?"]
    values: list[str | int] = [kind]
    # SQLite is shown to the index of names or of items: of what is open there may be many, of a name or an item a few.
    over = "+open =" if name is not None or ref is not None else "open ="
    told = ((over, None if open is None else int(open)), ("name =", name), ("ref =", ref), ("at >=", seconds(since)))
    for term, value in told:
        if value is not None:
            terms.append(f"{term} ?")
            values.append(value)
    if ref:
        terms.append("ref <> ''")  # as the index says of itself: without it SQLite cannot know that it holds them all
    sql = f"SELECT {_COLUMNS} FROM records WHERE {' AND '.join(terms)} ORDER BY at DESC, id DESC LIMIT ?"
    return [_kept(row) for row in conn.execute(sql, (*values, limit)).fetchall()]


def named(conn: sqlite3.Connection, kind: str, names: Sequence[str]) -> list[Kept[Any]]:
    """Records of a kind with one of these names."""
    found: list[Kept[Any]] = []
    for part in sliced(list(names)):
        sql = f"SELECT {_COLUMNS} FROM records WHERE kind = ? AND name IN ({holes(part)})"
        found += [_kept(row) for row in conn.execute(sql, (kind, *part)).fetchall()]
    return found


def standing(conn: sqlite3.Connection, kind: str, refs: Sequence[str]) -> dict[str, list[Kept[Any]]]:
    """The open records of a kind about each of these items that has any, youngest first."""
    found: dict[str, list[Kept[Any]]] = {}
    for part in sliced(list(refs)):
        sql = (
            f"SELECT {_COLUMNS} FROM records WHERE kind = ? AND +open = 1 AND ref <> '' AND ref IN ({holes(part)}) "
            "ORDER BY at DESC, id DESC"
        )
        for row in conn.execute(sql, (kind, *part)).fetchall():
            kept = _kept(row)
            found.setdefault(kept.ref, []).append(kept)
    return found


def every(conn: sqlite3.Connection) -> Iterator[Kept[Any]]:
    """All records, oldest first."""
    for row in conn.execute(f"SELECT {_COLUMNS} FROM records ORDER BY id"):
        yield _kept(row)


def dump(kept: Kept[Any] | None) -> str | None:
    """A record as a journal line holds it, None for one that is not there; equal records are equal texts."""
    if kept is None:
        return None
    return as_json(
        {
            "uid": kept.uid,
            "kind": kept.kind,
            "name": kept.name,
            "ref": kept.ref,
            "at": seconds(kept.at),
            "who": kept.who,
            "open": kept.open,
            "due": seconds(kept.due),
            "data": encode(kept.what),
        }
    )


def parse(text: str) -> Kept[Any]:
    """A record from its journal line.

    Raises:
        ValueError: it is none.
    """
    said = json.loads(text)
    at = moment(said["at"])
    if at is None:
        raise ValueError("at is missing")
    return Kept(
        said["kind"],
        decode(said["kind"], said["data"]),
        at,
        _text(said, "who"),
        _text(said, "uid"),
        _text(said, "name", ""),
        _text(said, "ref", ""),
        bool(said.get("open", True)),
        moment(said.get("due")),
    )


def _text(said: dict[str, Any], name: str, default: str | None = None) -> str:
    value = said[name] if default is None else said.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    return value


def line(before: Kept[Any] | None, after: Kept[Any] | None, item: int | None = None) -> Line:
    """The journal's line of a record that came, changed or went."""
    either = after or before
    return Line(either.ref if either else "", item, RECORD, dump(before), dump(after))


def put(conn: sqlite3.Connection, uid: str, state: str | None) -> None:
    """Set a record to what a journal line says."""
    if state is None:
        remove(conn, uid)
    else:
        save(conn, parse(state))


def _kept(row: tuple[str, str, str, str, int, str, int, int | None, str]) -> Kept[Any]:
    uid, kind, name, ref, at, who, open, due, data = row
    return Kept(kind, decode(kind, json.loads(data)), moment(at), who, uid, name, ref, bool(open), moment(due))  # type: ignore[arg-type]
