"""What a query means: the intervals its comparisons stand for at a moment, and whether an item fits.

``bounds`` is shared with the SQL of the store, so that the two cannot disagree. Logic has two values: comparing
something absent is false, ``!=`` is exactly ``not =``, and ``not`` flips either.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from opstui.domain.calendar import WorkCalendar
from opstui.domain.model import Item, Stage
from opstui.domain.people import People
from opstui.domain.querytree import FIELDS, And, Compare, FieldType, Node, Not, Or, ValueType, Word
from opstui.domain.text import fold, words
from opstui.domain.when import WEEKDAYS, parse_duration

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_NOBODY = People()
_ALWAYS = WorkCalendar()


class Bounds(NamedTuple):
    """``low <= column < high`` on a stored number (times in UTC seconds); None leaves a side open. Absent never fits."""

    column: str
    low: float | None
    high: float | None


@dataclass(slots=True)
class Facts:
    """What a query can ask of one item; owner, priority and stage are those in force, ``changed`` and the rest the store's."""

    item: Item
    owner: str | None = None
    priority: int | None = None
    stage: Stage = Stage.TODO
    sla_due: datetime | None = None
    sla_left: int | None = None
    blocks: int = 0
    changed: datetime | None = None
    rank: float = 0.0
    urgent: bool = False
    important: bool = False
    notes: str = ""

    @classmethod
    def of(cls, item: Item) -> Facts:
        """The facts of an item as its source tells them."""
        return cls(item, item.owner, item.priority, item.stage)


Predicate = Callable[[Facts], bool]


def matches(node: Node, facts: Facts, now: datetime, people: People = _NOBODY, calendar: WorkCalendar = _ALWAYS) -> bool:
    """Whether an item fits a query; for many items make a ``predicate`` once."""
    return predicate(node, now, people, calendar)(facts)


def predicate(node: Node, now: datetime, people: People = _NOBODY, calendar: WorkCalendar = _ALWAYS) -> Predicate:
    """A query as a function of facts, with every time in it resolved at ``now``."""
    match node:
        case And(children):
            every = [predicate(child, now, people, calendar) for child in children]
            return lambda facts: all(test(facts) for test in every)
        case Or(children):
            some = [predicate(child, now, people, calendar) for child in children]
            return lambda facts: any(test(facts) for test in some)
        case Not(child):
            test = predicate(child, now, people, calendar)
            return lambda facts: not test(facts)
        case Word(text):
            return _word(text)
        case Compare(op="!="):
            equal = _compare(Compare(node.field, "=", node.value), now, people, calendar)
            return lambda facts: not equal(facts)
        case Compare():
            return _compare(node, now, people, calendar)


def bounds(node: Compare, now: datetime, calendar: WorkCalendar) -> tuple[Bounds, ...]:
    """The intervals, one of which must hold, of ``= < <= > >=`` on a priority, number, flag, time or span.

    A duration against a time in the past counts back (``updated < 2h``: within the last two hours), against ``due`` it
    counts ahead. ``sla < 2h`` means that fewer than two working hours are left, ``sla < 1d`` one working day: time in
    which nobody is at work does not help. A paused clock is compared by what it has left.
    """
    field, value, op = FIELDS[node.field], node.value, node.op
    data = value.data
    if field.type is FieldType.PRIORITY and value.type is ValueType.TEXT:
        op = _FLIPPED.get(op, op)
    if value.type is ValueType.DATE:
        first, last = _day(str(data), now, calendar, ahead=field.ahead)
        return (Bounds(field.name, *_whole(op, first, last)),)
    assert isinstance(data, int | float)
    if value.type is not ValueType.DURATION:
        return (Bounds(field.name, *_number(op, data)),)
    seconds = int(data)
    stamp = (now - _EPOCH) // _SECOND
    if field.name == "sla":
        seconds = parse_duration(value.text.removeprefix("-"), calendar) * (-1 if seconds < 0 else 1)
        limit = (calendar.add_working(now, seconds) - _EPOCH) // _SECOND if seconds > 0 else stamp + seconds
        return Bounds("sla_due", *_whole(op, limit, limit + 1)), Bounds("sla_left", *_whole(op, seconds, seconds + 1))
    if field.ahead:
        return (Bounds(field.name, *_whole(op, stamp + seconds, stamp + seconds + 1)),)
    column = "created" if field.name == "age" else field.name
    return (Bounds(column, *_whole(_FLIPPED.get(op, op), stamp - seconds, stamp - seconds + 1)),)


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _whole(op: str, first: int, last: int) -> tuple[int | None, int | None]:
    """A comparison with the whole-second interval from ``first`` up to ``last``."""
    match op:
        case "<":
            return None, first
        case "<=":
            return None, last
        case ">":
            return last, None
        case ">=":
            return first, None
    return first, last


def _number(op: str, number: float) -> tuple[float | None, float | None]:
    above = math.nextafter(number, math.inf)
    match op:
        case "<":
            return None, number
        case "<=":
            return None, above
        case ">":
            return above, None
        case ">=":
            return number, None
    return number, above


def _day(data: str, now: datetime, calendar: WorkCalendar, *, ahead: bool) -> tuple[int, int]:
    """First second of a day, and of the day after; a moment is its own second (its own minute when it has no seconds)."""
    today = calendar.local(now).date()
    if data in WEEKDAYS:
        offset = WEEKDAYS[data] - today.weekday()
        day = today + timedelta(days=offset % 7 if ahead else -(-offset % 7))
    elif data in _OFFSETS:
        day = today + timedelta(days=_OFFSETS[data])
    else:
        moment = datetime.fromisoformat(data)
        if len(data) > len("2026-11-20"):
            at = moment.replace(tzinfo=calendar.zone) if moment.tzinfo is None else moment
            first = (at - _EPOCH) // _SECOND
            return first, first + (1 if at.second else 60)
        day = moment.date()
    midnight = datetime.min.time()
    begin, end = calendar.on(day, midnight), calendar.on(day + timedelta(days=1), midnight)
    return (begin - _EPOCH) // _SECOND, (end - _EPOCH) // _SECOND


_OFFSETS = {"yesterday": -1, "today": 0, "tomorrow": 1}


def _compare(node: Compare, now: datetime, people: People, calendar: WorkCalendar) -> Predicate:
    field, value = FIELDS[node.field], node.value
    if value.type is ValueType.NONE:
        return _absent(field.name, people)
    if field.type is FieldType.PERSON:
        return _person(node, people)
    if field.type in (FieldType.TEXT, FieldType.CHOICE, FieldType.LIST):
        return _text(node)
    tests = [(_GET[name], low, high) for name, low, high in bounds(node, now, calendar)]

    def within(facts: Facts) -> bool:
        for get, low, high in tests:
            number = get(facts)
            if number is not None and (low is None or number >= low) and (high is None or number < high):
                return True
        return False

    return within


def _absent(name: str, people: People) -> Predicate:
    if name in ("owner", "reporter"):
        return lambda facts: people.owner_state(_TEXTS[name](facts)) == "none"
    if name in _TEXTS:
        return lambda facts: not _TEXTS[name](facts)
    if name == "label":
        return lambda facts: not facts.item.labels
    if name == "sla":
        return lambda facts: facts.sla_due is None and facts.sla_left is None
    get = _GET["created" if name == "age" else name]
    return lambda facts: get(facts) is None


def _person(node: Compare, people: People) -> Predicate:
    get = _TEXTS[node.field]
    if node.value.type is ValueType.ME:
        return lambda facts: people.is_me(get(facts))
    wanted = str(node.value.data)
    if node.op == "~":
        part = fold(wanted)
        return lambda facts: part in fold(people.owner(get(facts)).name or "")
    name = fold(people.canonical(wanted))
    return lambda facts: fold(people.owner(get(facts)).name or "") == name


def _text(node: Compare) -> Predicate:
    wanted = fold(str(node.value.data))
    if node.field == "label":
        if node.op == "~":
            return lambda facts: any(wanted in fold(label) for label in facts.item.labels)
        return lambda facts: any(wanted == fold(label) for label in facts.item.labels)
    get = _TEXTS[node.field]
    if node.op == "~":
        return lambda facts: wanted in fold(get(facts) or "")
    return lambda facts: wanted == fold(get(facts) or "")


def _word(text: str) -> Predicate:
    """The words in a row in title, body or notes, the last as a prefix; or the beginning of the key or ref."""
    sought = words(text)
    start = fold(text)

    def found(facts: Facts) -> bool:
        item = facts.item
        if start and (fold(item.key).startswith(start) or fold(item.ref).startswith(start)):
            return True
        return bool(sought) and any(_in_a_row(sought, words(part)) for part in (item.title, item.body, facts.notes) if part)

    return found


def _in_a_row(sought: list[str], present: list[str]) -> bool:
    *whole, last = sought
    size = len(whole)
    return any(
        present[start : start + size] == whole and present[start + size].startswith(last)
        for start in range(len(present) - size)
    )


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _SECOND


_TEXTS: dict[str, Callable[[Facts], str | None]] = {
    "source": lambda facts: facts.item.source,
    "kind": lambda facts: facts.item.kind,
    "status": lambda facts: facts.item.status,
    "stage": lambda facts: facts.stage,
    "team": lambda facts: facts.item.team,
    "owner": lambda facts: facts.owner,
    "reporter": lambda facts: facts.item.reporter,
}
_GET: dict[str, Callable[[Facts], float | None]] = {
    "priority": lambda facts: facts.priority,
    "blocks": lambda facts: facts.blocks,
    "rank": lambda facts: facts.rank,
    "urgent": lambda facts: facts.urgent,
    "important": lambda facts: facts.important,
    "created": lambda facts: _seconds(facts.item.created),
    "updated": lambda facts: _seconds(facts.item.updated),
    "due": lambda facts: _seconds(facts.item.due),
    "changed": lambda facts: _seconds(facts.changed),
    "sla_due": lambda facts: _seconds(facts.sla_due),
    "sla_left": lambda facts: facts.sla_left,
}
