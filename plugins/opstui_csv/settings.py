"""The options of one source, checked and put in order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

from opstui.connectors.api import Context
from opstui.domain.model import Kind, Stage
from opstui.domain.text import fold
from opstui.errors import ConfigError
from opstui_csv.dates import Order, locale_order
from opstui_csv.delimited import delimiter_of
from opstui_csv.headings import attribute
from opstui_csv.options import CSV_OPTIONS, dates_of, zone_of
from opstui_csv.reading import known_encoding


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one source, ready to use."""

    path: Path
    columns: Mapping[str, tuple[str, ...]]
    formats: tuple[str, ...]
    order: Order | None
    order_from: str
    zone: tzinfo
    complete: bool
    kind: Kind
    stages: Mapping[str, Stage]
    priorities: Mapping[str, int]
    missing: tuple[str, ...] | None
    ignore: tuple[str, ...]
    encoding: str
    delimiter: str
    sheet: str | int | None

    @property
    def recipe(self) -> str:
        """What decides how a row becomes an item: when it changes, every row is read anew."""
        parts = (self.columns, self.formats, self.order, str(self.zone), self.kind, self.stages, self.priorities, self.missing)
        return repr((*parts, self.ignore, self.encoding, self.delimiter, self.sheet))


def settle(options: Mapping[str, Any], context: Context, environ: Mapping[str, str] = os.environ) -> Settings:
    """Check the options once more and put them in order.

    Raises:
        ConfigError: an option has a value that can never work.
    """
    dates = options.get("dates") or ""
    order, formats = dates_of(dates) if dates else (locale_order(environ), ())
    path = Path(options.get("path") or "")
    try:
        for option in CSV_OPTIONS:
            if option.check is not None and options.get(option.name):
                option.check(options[option.name])
        return Settings(
            path=path if path.is_absolute() else context.folder / path,
            columns=_columns(options.get("columns") or {}),
            formats=formats,
            order=order,
            order_from="the option dates" if dates else "your locale",
            zone=zone_of(options.get("timezone") or "") or context.timezone,
            complete=bool(options.get("complete")),
            kind=Kind(options.get("kind") or "ticket"),
            stages={fold(word): Stage(stage) for word, stage in (options.get("stages") or {}).items()},
            priorities={fold(word): number for word, number in (options.get("priorities") or {}).items()},
            missing=None if options.get("missing") is None else tuple(map(str, options["missing"])),
            ignore=tuple(map(str, options.get("ignore") or ())),
            encoding=known_encoding(options["encoding"]) if options.get("encoding") else "",
            delimiter=delimiter_of(options["delimiter"]) if options.get("delimiter") else "",
            sheet=_sheet(options.get("sheet")),
        )
    except ValueError as error:
        raise ConfigError(
            f"source {context.source!r} has an option that cannot be used", str(error), "Run: opstui config check"
        ) from error


def _columns(value: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for name, headings in value.items():
        found = (headings,) if isinstance(headings, str) else tuple(headings)
        columns[attribute(name) or name] = tuple(heading for heading in found if heading.strip())
    return columns


def _sheet(value: Any) -> str | int | None:
    if isinstance(value, str) and value.strip().isdigit():
        return int(value)
    return value or None
