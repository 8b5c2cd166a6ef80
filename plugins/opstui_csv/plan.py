"""What each column of one table is and how its dates are read: decided once, from the heading line and the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from operator import itemgetter

from opstui.errors import SourceRefused
from opstui_csv import headings as known
from opstui_csv.datecolumn import DateColumn
from opstui_csv.dates import Order, evidence, first_like
from opstui_csv.headings import Heading
from opstui_csv.settings import Settings
from opstui_csv.table import Table
from opstui_csv.values import missing_marks

KEPT_AS_FIELDS = ("stage", "closed", "links")
"""Attributes that help to understand a row but are no attribute of an item: their columns stay in its fields too."""


class NoKey(SourceRefused):
    """No column of a table tells its records apart."""


@dataclass(slots=True)
class Plan:
    """The columns of a table by attribute, the remaining ones, the date columns, and what was assumed."""

    columns: Mapping[str, tuple[Heading, ...]]
    rest: tuple[Heading, ...]
    vendor: str
    dates: dict[str, DateColumn] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    key_from: str = "column"
    """``column``, ``url`` or ``title``."""
    ignored: tuple[int, ...] = ()
    decisions: str = ""
    """What the values decided, as part of every row's fingerprint."""
    found: Mapping[str, tuple[Heading, ...]] = field(default_factory=dict)
    """The columns as they were told or recognised, whatever an event log makes of them later."""

    def places(self, attribute: str) -> tuple[int, ...]:
        """Every place in a row that holds the attribute."""
        return tuple(place for heading in self.columns.get(attribute, ()) for place in heading.places)


def compile_plan(table: Table, settings: Settings) -> Plan:
    """The plan of a table.

    Raises:
        SourceRefused: a column named in the config is not there, or none can tell the records apart.
    """
    gathered = known.gather(table.names)
    ignored = {known.plain(name) for name in settings.ignore} or known.NOISE
    usable = tuple(heading for heading in gathered if heading.plain not in ignored)
    columns = known.guess(usable, told(table.name, usable, settings))
    plan = Plan(columns, (), known.vendor(gathered))
    plan.ignored = tuple(place for heading in gathered if heading.plain in ignored for place in heading.places)
    _settle_key(plan, table, gathered)
    plan.found = plan.columns
    used = {heading.name for attribute, group in plan.columns.items() if attribute not in KEPT_AS_FIELDS for heading in group}
    plan.rest = tuple(heading for heading in usable if heading.name not in used)
    marks = missing_marks(settings.missing)
    _settle_dates(plan, table, settings, marks)
    return plan


def told(name: str, headings: Sequence[Heading], settings: Settings) -> dict[str, tuple[Heading, ...]]:
    """The columns that the config names."""
    by_name = {heading.name: heading for heading in headings}
    by_plain: dict[str, Heading] = {}
    for heading in headings:
        by_plain.setdefault(heading.plain, heading)
    said: dict[str, tuple[Heading, ...]] = {}
    for attribute, wanted in settings.columns.items():
        found = []
        for word in wanted:
            match = by_name.get(word) or by_plain.get(known.plain(word))
            if match is None:
                near = known.nearest(word, headings)
                hint = f"the nearest is {near!r}" if near else "its columns are " + ", ".join(list(by_name)[:15])
                step = f"Correct columns.{attribute} in the source's options."
                raise SourceRefused(f"{name} has no column {word!r}", hint, step)
            found.append(match)
        said[attribute] = tuple(found)
    return said


def _settle_key(plan: Plan, table: Table, headings: Sequence[Heading]) -> None:
    """Without a key column an address or, where it is unique, the title tells records apart."""
    if plan.columns.get("key"):
        return
    if plan.columns.get("url"):
        plan.key_from = "url"
        plan.notes.append(f"{table.name}: no key column; records are known by {plan.columns['url'][0].name!r}")
        return
    title = plan.columns.get("title")
    if title:
        place = title[0].places[0]
        values = [row[place].strip() for row in table.rows if row[place].strip()]
        if len(set(values)) == len(values):
            plan.key_from = "title"
            name = title[0].name
            plan.notes.append(f"{table.name}: no key column; records are known by {name!r}, so a renamed one is a new one")
            return
        why = f"no heading is a known key, and {title[0].name!r} has the same value in several rows"
    else:
        why = "no heading is known: " + ", ".join(heading.name for heading in headings[:12])
    step = 'Set columns = { key = "…", title = "…" } in the source\'s options.'
    raise NoKey(f"{table.name} has no column that tells records apart", why, step)


@dataclass(slots=True)
class _Dated:
    """One date column while its order is being decided."""

    attribute: str
    heading: Heading
    values: list[str]
    day: int
    month: int
    either: int


def _settle_dates(plan: Plan, table: Table, settings: Settings, marks: frozenset[str]) -> None:
    columns = []
    for attribute in known.DATED:
        for heading in plan.columns.get(attribute, ())[:1]:
            values = list(map(str.strip, map(itemgetter(heading.places[0]), table.rows)))
            if not marks.isdisjoint(values):
                values = ["" if value in marks else value for value in values]
            columns.append(_Dated(attribute, heading, values, *evidence(values)))
    clear = [column for column in columns if column.day or column.month]
    decided: list[str] = []
    for column in columns:
        order, why = _order(column, clear, settings, table)
        formats = () if _contradicted(column, settings) else settings.formats
        zone = UTC if column.heading.utc else settings.zone
        day_end = column.attribute in {"due", "sla_due"}
        plan.dates[column.attribute] = DateColumn(zone, order, formats=formats, day_end=day_end, values=column.values)
        whole = plan.dates[column.attribute].whole_days
        decided.append(f"{column.heading.name}={order}{'!' if whole else ''}")
        if why:
            words = "day first" if order is Order.DAY else "month first"
            plan.notes.append(f"{table.name}: {column.heading.name!r} is read {words}{why}")
    plan.decisions = ";".join(decided)


def _order(column: _Dated, clear: Sequence[_Dated], settings: Settings, table: Table) -> tuple[Order, str]:
    """The order of one column and, when there was anything to decide, why."""
    if column.day or column.month:
        order = Order.DAY if column.day >= column.month else Order.MONTH
        if column.day and column.month:
            other = min(column.day, column.month)
            return order, f" by most of its values; {other} that can only be read the other way are taken as no date"
        index = first_like(column.values, order)
        return order, f": {column.values[index]} ({table.where(index)}) can be nothing else"
    if not column.either:
        return settings.order or Order.DAY, ""
    orders = {Order.DAY if other.day >= other.month else Order.MONTH: other.heading.name for other in clear}
    if len(orders) == 1:
        order, name = next(iter(orders.items()))
        return order, f", as {name!r} is: none of its values shows it"
    if settings.order is not None:
        return settings.order, f", as {settings.order_from} says: none of its values shows it"
    return Order.DAY, ': nothing shows which it is; set dates = "month-first" if that is wrong'


def _contradicted(column: _Dated, settings: Settings) -> bool:
    """Whether the values say another order than the format in the config."""
    if not settings.formats or settings.order is None:
        return False
    return (column.month > column.day) if settings.order is Order.DAY else (column.day > column.month)
