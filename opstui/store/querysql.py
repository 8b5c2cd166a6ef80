"""The query language as SQL over items and ranks: the same meaning as ``domain.query.matches``, parameters for every value.

Every part is true or false, never NULL, so that ``NOT`` and ``OR`` mean what they say. The aliases are ``i`` for items
and ``r`` for ranks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from opstui.domain.query import FIELDS, And, Compare, FieldType, Node, Not, Or, ValueType, Word, bounds
from opstui.domain.text import fold, words
from opstui.store.rows import holes

if TYPE_CHECKING:
    from opstui.domain.people import People
    from opstui.domain.urgency import Rules
    from opstui.store.db import Connection

NUMBERS = {
    "priority": "r.priority",
    "blocks": "r.blocks",
    "rank": "r.rank",
    "urgent": "r.urgent",
    "important": "r.important",
    "created": "i.created",
    "updated": "i.updated",
    "due": "i.due",
    "changed": "r.changed",
    "sla_due": "r.sla_due",
    "sla_left": "r.sla_left",
}
TEXTS = {
    "source": "i.source",
    "kind": "i.kind",
    "status": "i.status",
    "stage": "r.stage",
    "team": "i.team",
    "owner": "r.owner",
    "reporter": "i.reporter",
}

_NOTED = """SELECT x.id FROM notes n
 JOIN items x ON x.source = substr(n.ref, 1, instr(n.ref, ':') - 1) AND x.key = substr(n.ref, instr(n.ref, ':') + 1)
 WHERE n.withdrawn IS NULL AND n.id IN (SELECT rowid FROM notes_fts WHERE notes_fts MATCH ?)"""
_INDEXED = "SELECT rowid FROM items_fts WHERE items_fts MATCH ?"
_KEYED = "SELECT id FROM items WHERE key LIKE ? ESCAPE '\\'"
_SOURCED = "SELECT id FROM items WHERE source = ?"
_SOURCE_KEYED = f"{_SOURCED} AND key LIKE ? ESCAPE '\\'"


@dataclass(frozen=True, slots=True)
class Where:
    """A condition and its parameters."""

    sql: str
    args: tuple[Any, ...] = ()

    @property
    def needs_items(self) -> bool:
        """Whether it asks for more than ranks hold."""
        return "i." in self.sql


def where(conn: Connection, node: Node, rules: Rules, now: datetime) -> Where:
    """The condition that a query stands for at ``now``. Gives ``conn`` the functions that the condition calls."""
    _equip(conn, rules.people)
    sources = tuple(name for (name,) in conn.execute("SELECT name FROM sources").fetchall())
    return _Compiler(rules, now, sources).node(node)


class _Compiler:
    def __init__(self, rules: Rules, now: datetime, sources: tuple[str, ...]) -> None:
        self.rules = rules
        self.now = now
        self.sources = sources

    def node(self, node: Node) -> Where:
        match node:
            case And(children):
                return _join(" AND ", "1", [self.node(child) for child in children])
            case Or(children):
                return _join(" OR ", "0", [self.node(child) for child in children])
            case Not(child):
                inner = self.node(child)
                return Where(f"NOT ({inner.sql})", inner.args)
            case Word(text):
                return self.word(text)
            case Compare(op="!="):
                inner = self.compare(Compare(node.field, "=", node.value))
                return Where(f"NOT ({inner.sql})", inner.args)
            case Compare():
                return self.compare(node)

    def compare(self, node: Compare) -> Where:
        field, value = FIELDS[node.field], node.value
        if value.type is ValueType.NONE:
            return self.absent(field.name)
        if field.type is FieldType.PERSON:
            return self.person(node)
        if field.type in (FieldType.TEXT, FieldType.CHOICE, FieldType.LIST):
            return self.text(node)
        parts = []
        for name, low, high in bounds(node, self.now, self.rules.calendar):
            column = NUMBERS[name]
            tests, args = [f"{column} IS NOT NULL"], []
            for op, limit in ((">=", low), ("<", high)):
                if limit is not None:
                    tests.append(f"{column} {op} ?")
                    args.append(limit)
            parts.append(Where(f"({' AND '.join(tests)})", tuple(args)))
        return _join(" OR ", "0", parts)

    def absent(self, name: str) -> Where:
        if name == "owner":
            return Where("r.owner_state = 'none'")
        if name == "reporter":
            return _by_value("i.reporter", "opstui_state(value) = 'none'")
        if name == "label":
            return Where("i.labels = ''")
        if name == "sla":
            return Where("(r.sla_due IS NULL AND r.sla_left IS NULL)")
        if name in TEXTS:
            return Where(f"coalesce({TEXTS[name]}, '') = ''")
        return Where(f"{NUMBERS['created' if name == 'age' else name]} IS NULL")

    def person(self, node: Compare) -> Where:
        people, column = self.rules.people, TEXTS[node.field]
        if node.value.type is ValueType.ME:
            if people.me is None:
                return Where("0")
            if node.field == "owner":
                return Where("(r.owner_state = 'ok' AND r.owner = ?)", (people.me.name,))
            return _by_value("i.reporter", "opstui_me(value)")
        wanted = str(node.value.data)
        if node.op == "~":
            return _by_value(column, "instr(opstui_person(value), ?) > 0", fold(wanted))
        return _by_value(column, "opstui_person(value) = ?", fold(people.canonical(wanted)))

    def text(self, node: Compare) -> Where:
        wanted, holds = fold(str(node.value.data)), node.op == "~"
        if node.field == "label":
            return _by_value("i.labels", "opstui_label(value, ?, ?)", wanted, int(holds))
        if node.field == "source":
            names = [name for name in self.sources if (wanted in fold(name) if holds else wanted == fold(name))]
            return Where(f"i.source IN ({holes(names)})", tuple(names))
        column = TEXTS[node.field]
        if holds:
            return _by_value(column, "instr(opstui_fold(value), ?) > 0", wanted)
        if FIELDS[node.field].type is FieldType.CHOICE:
            return Where(f"{column} = ?", (wanted,))
        return _by_value(column, "opstui_fold(value) = ?", wanted)

    def word(self, text: str) -> Where:
        """One set of ids, so that a rare word leads straight to its items."""
        sought, start = words(text), fold(text)
        parts: list[Where] = []
        if sought:
            phrase = phrase_of(sought)
            parts += [Where(_INDEXED, (phrase,)), Where(_NOTED, (phrase,))]
        if start:
            parts.append(Where(_KEYED, (like(start),)))
        for name in self.sources if start else ():
            prefix = f"{fold(name)}:"
            if prefix.startswith(start):
                parts.append(Where(_SOURCED, (name,)))
            elif start.startswith(prefix):
                parts.append(Where(_SOURCE_KEYED, (name, like(start[len(prefix) :].strip()))))
        if not parts:
            return Where("0")
        found = " UNION ALL ".join(part.sql for part in parts)
        return Where(f"r.item IN ({found})", tuple(arg for part in parts for arg in part.args))


def phrase_of(sought: list[str]) -> str:
    """Words in a row, the last as a prefix, as an FTS5 query. Words hold letters and digits only: nothing to escape."""
    return f'"{" ".join(sought)}" *'


def like(start: str) -> str:
    """A LIKE pattern for what begins so, with backslash as its escape."""
    escaped = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def _by_value(column: str, test: str, *args: object) -> Where:
    """A test in Python of a column with few different values: asked once a value, which LIMIT makes sure of."""
    table = "ranks" if column.startswith("r.") else "items"
    values = f"SELECT DISTINCT coalesce({column[2:]}, '') AS value FROM {table} LIMIT -1"
    return Where(f"coalesce({column}, '') IN (SELECT value FROM ({values}) WHERE {test})", args)


def _join(op: str, empty: str, parts: list[Where]) -> Where:
    if not parts:
        return Where(empty)
    if len(parts) == 1:
        return parts[0]
    return Where(f"({op.join(part.sql for part in parts)})", tuple(arg for part in parts for arg in part.args))


def _equip(conn: Connection, people: People) -> None:
    """Give a connection the functions of the language once: making one again makes SQLite prepare everything anew."""
    if conn.equipped_for is people:
        return

    def person(name: str | None) -> str:
        return fold(people.owner(name).name or "")

    def me(name: str | None) -> bool:
        return people.is_me(name)

    functions: dict[str, tuple[int, Callable[..., Any]]] = {
        "opstui_fold": (1, _fold),
        "opstui_person": (1, person),
        "opstui_state": (1, people.owner_state),
        "opstui_me": (1, me),
        "opstui_label": (3, _label),
    }
    for name, (count, function) in functions.items():
        conn.create_function(name, count, lru_cache(maxsize=20_000)(function), deterministic=True)
    conn.equipped_for = people


def _fold(text: str | None) -> str:
    return fold(text or "")


def _label(labels: str, wanted: str, holds: bool) -> bool:
    if not labels:
        return False
    every = (fold(label) for label in labels[1:-1].split("\n"))
    return any(wanted in label if holds else wanted == label for label in every)
