"""What a query is made of: its fields with their types, its values, and the nodes of its tree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from opstui.domain.kinds import Kind, Stage


class FieldType(StrEnum):
    """How a field is compared."""

    TEXT = "text"
    """``=`` is equality without case and accents, ``~`` holds the words."""
    LIST = "list"
    """As text, over several values: ``=`` means that one is equal, ``!=`` that none is."""
    PERSON = "person"
    CHOICE = "choice"
    PRIORITY = "priority"
    """1 (critical) to 5. With a word, greater means more important: ``priority >= high`` is ``priority <= 2``."""
    NUMBER = "number"
    TIME = "time"
    """With a date, on the calendar; with a duration, how long ago (``due``: how far ahead)."""
    SPAN = "span"
    """A length of time: ``age`` since creation, ``sla`` until the breach."""
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the language. ``ahead``: a duration counts into the future."""

    name: str
    type: FieldType
    help: str
    choices: tuple[str, ...] = ()
    ahead: bool = False


def _fields(*fields: Field) -> dict[str, Field]:
    return {field.name: field for field in fields}


FIELDS: dict[str, Field] = _fields(
    Field("source", FieldType.TEXT, "the name of the source"),
    Field("kind", FieldType.CHOICE, "what it is", tuple(kind.value for kind in Kind)),
    Field("status", FieldType.TEXT, "the source's own word for its state"),
    Field("stage", FieldType.CHOICE, "where it is in its work", tuple(stage.value for stage in Stage)),
    Field("priority", FieldType.PRIORITY, "1 (critical) to 5 (lowest), or the word"),
    Field("owner", FieldType.PERSON, "who has it"),
    Field("reporter", FieldType.PERSON, "who asked"),
    Field("team", FieldType.TEXT, "the team it is with"),
    Field("label", FieldType.LIST, "one of its labels"),
    Field("age", FieldType.SPAN, "time since it was created"),
    Field("created", FieldType.TIME, "when it was created"),
    Field("updated", FieldType.TIME, "when it last moved at the source"),
    Field("due", FieldType.TIME, "when it is due", ahead=True),
    Field("sla", FieldType.SPAN, "time left until the SLA is breached"),
    Field("blocks", FieldType.NUMBER, "how many open items wait for it"),
    Field("changed", FieldType.TIME, "when it last changed here"),
    Field("rank", FieldType.NUMBER, "its place in the queue: more is sooner"),
    Field("urgent", FieldType.FLAG, "time is running out"),
    Field("important", FieldType.FLAG, "it matters, whatever the clock says"),
)

ALIASES = {"labels": "label", "assignee": "owner", "prio": "priority", "type": "kind", "state": "stage", "tag": "label"}
"""Other names that people type for a field."""


class ValueType(StrEnum):
    """What a written value is."""

    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"
    """``data`` is whole seconds."""
    DATE = "date"
    """``data`` is ``today``, ``yesterday``, ``tomorrow``, a weekday's short name, or an ISO date or moment."""
    ME = "me"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Value:
    """One value as written (``text``) and as understood (``data``)."""

    type: ValueType
    text: str
    data: str | int | float | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a quoted phrase, of title, body or notes, or the beginning of a key; its last word may be a prefix."""

    text: str
    column: int = 1


@dataclass(frozen=True, slots=True)
class Compare:
    """``field op value``; ``column`` is where the field stands, from 1."""

    field: str
    op: str
    value: Value
    column: int = 1


@dataclass(frozen=True, slots=True)
class Not:
    """True where ``child`` is not."""

    child: Node


@dataclass(frozen=True, slots=True)
class And:
    """True where every child is; with no child, everywhere."""

    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """True where a child is."""

    children: tuple[Node, ...]


Node = And | Or | Not | Word | Compare
