"""The options of both connectors, declared once, with the check of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opstui.connectors.api import Option
from opstui.connectors.options import check_priorities, check_stages
from opstui.domain.model import Kind
from opstui.domain.text import fold
from opstui.errors import ConfigError
from opstui_csv.dates import Order, format_order
from opstui_csv.delimited import delimiter_of
from opstui_csv.headings import ALIASES, ATTRIBUTES, attribute
from opstui_csv.reading import known_encoding


def dates_of(value: str) -> tuple[Order | None, tuple[str, ...]]:
    """The order and the formats that the option ``dates`` means."""
    word = fold(value).replace(" ", "-").replace("_", "-")
    if word in {"day-first", "dayfirst", "dmy"}:
        return Order.DAY, ()
    if word in {"month-first", "monthfirst", "mdy"}:
        return Order.MONTH, ()
    return format_order(value), (value,)


def zone_of(value: str) -> tzinfo | None:
    """The zone of a name, None for an empty one."""
    if not value:
        return None
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'{value!r} is no time zone; use a name such as "Europe/London" or "UTC"') from error


def check_dates(value: str) -> None:
    """An order or a strptime format."""
    if not dates_of(value)[1]:
        return
    if "%" not in value or not any(part in value for part in ("%d", "%j", "%s", "%x", "%c")):
        raise ValueError(f'{value!r} is neither "day-first" nor "month-first" nor a format such as "%d-%m-%Y %H:%M"')


def check_columns(value: Mapping[str, Any]) -> None:
    """Attributes we know, each once, with headings."""
    seen: dict[str, str] = {}
    for name, headings in value.items():
        found = attribute(name)
        if found is None:
            near = get_close_matches(name, [*ATTRIBUTES, *ALIASES], 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(ATTRIBUTES)}"
            raise ValueError(f"{name!r} is nothing a column can be{hint}")
        if found in seen:
            raise ValueError(f"{name!r} and {seen[found]!r} are the same attribute")
        seen[found] = name
        several = [headings] if isinstance(headings, str) else headings
        if not isinstance(several, (list, tuple)) or not all(isinstance(heading, str) for heading in several):
            raise ValueError(f"{name} should be a heading in quotes or a list of headings")


def check_zone(value: str) -> None:
    """A name from the time zone database."""
    zone_of(value)


def check_encoding(value: str) -> None:
    """A codec of Python."""
    try:
        known_encoding(value)
    except ConfigError as error:
        raise ValueError(str(error)) from error


def check_delimiter(value: str) -> None:
    """One character."""
    delimiter_of(value)


PATH = Option(
    "path",
    "path",
    "The export: a file, a folder of exports, or a glob such as exports/*.csv.",
    required=True,
    example="exports/tickets.csv",
)
TABLE_OPTIONS: tuple[Option, ...] = (
    PATH,
    Option(
        "columns",
        "table",
        "Which column is what: attribute = heading, or a list of headings; what is not named is recognised by its heading.",
        example={"key": "number", "title": "short_description", "status": "state", "assignee": "assigned_to"},
        check=check_columns,
    ),
    Option(
        "dates",
        "str",
        'How dates are written where the values do not show it: "day-first", "month-first", or a strptime format.',
        example="%d-%m-%Y %H:%M",
        check=check_dates,
    ),
    Option(
        "timezone",
        "str",
        "The zone of dates without one, when it is not that of the source or the day.",
        example="Europe/London",
        check=check_zone,
    ),
    Option("complete", "bool", "The export holds every record: one that is gone from it is over.", default=False, example=True),
    Option(
        "kind", "str", "What its records are.", default="ticket", choices=tuple(kind.value for kind in Kind), example="alert"
    ),
    Option(
        "stages",
        "table",
        "Status word = todo, doing, blocked or done, for words that opstui takes wrongly.",
        example={"Awaiting parts": "blocked", "Accepted": "todo"},
        check=check_stages,
    ),
    Option(
        "priorities",
        "table",
        "Priority word = 1 (critical) to 5 (lowest), for words that opstui takes wrongly.",
        example={"Gold": 1, "Silver": 2},
        check=check_priorities,
    ),
    Option(
        "missing", "list", "Cells that mean nothing is there, instead of ?, -, NULL, N/A and the like.", example=["?", "n.v."]
    ),
    Option("ignore", "list", "Columns that are left out: not kept, and no change when they change.", example=["Last Viewed"]),
)
CSV_OPTIONS: tuple[Option, ...] = (
    *TABLE_OPTIONS,
    Option(
        "encoding",
        "str",
        "The text encoding, when it is found wrongly.",
        example="cp1252",
        check=check_encoding,
    ),
    Option(
        "delimiter",
        "str",
        'What stands between cells, when it is found wrongly: one character, or "tab".',
        example=";",
        check=check_delimiter,
    ),
)
EXCEL_OPTIONS: tuple[Option, ...] = (
    *TABLE_OPTIONS,
    Option(
        "sheet", "str", "The sheet's name or its number from 1; by default the first that has rows.", example="Open tickets"
    ),
)
