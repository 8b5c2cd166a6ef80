"""Exports written by a test, and one pull over them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import openpyxl

from opstui.connectors.api import Connector, Context, Cursor, Page, Refusal
from opstui.connectors.options import resolve
from opstui.connectors.testing import KnownItems
from opstui.domain.model import Item
from opstui_csv import CsvConnector, ExcelConnector
from tests.support.build import MORNING

CONNECTORS: Mapping[str, type[Connector]] = {"csv": CsvConnector, "excel": ExcelConnector}


@dataclass
class Pulled:
    """What one pull gave."""

    pages: list[Page] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def items(self) -> dict[str, Item]:
        """Every item by key."""
        return {item.key: item for page in self.pages for item in page.items}

    @property
    def refused(self) -> list[Refusal]:
        """Everything that did not come in."""
        return [refusal for page in self.pages for refusal in page.refused]

    @property
    def deleted(self) -> list[str]:
        """Every key that is gone."""
        return [key for page in self.pages for key in page.deleted]

    @property
    def unchanged(self) -> int:
        """How many were known already."""
        return sum(page.unchanged for page in self.pages)

    @property
    def cursor(self) -> Cursor:
        """The last one."""
        return next(page.cursor for page in reversed(self.pages) if page.cursor is not None)

    def known(self, *before: Pulled) -> KnownItems:
        """A store that holds what this pull and those before it brought, all of it open."""
        prints = {key: item.fingerprint for pulled in (*before, self) for key, item in pulled.items.items()}
        return KnownItems(prints, frozenset(prints))


def make(
    path: Path, connector: str = "csv", *, zone: tzinfo = UTC, notes: list[str] | None = None, **options: Any
) -> Connector:
    """A connector over a file, folder or glob, as the engine would make it."""
    cls = CONNECTORS[connector]
    values = resolve(cls.options, {"path": str(path), **options}, folder=path.parent, source="exports")
    said = [] if notes is None else notes
    return cls(values, Context("exports", zone, lambda: MORNING, path.parent, note=said.append))


def pull(
    path: Path,
    connector: str = "csv",
    *,
    zone: tzinfo = UTC,
    cursor: Cursor | None = None,
    known: KnownItems | None = None,
    **options: Any,
) -> Pulled:
    """One whole pull."""
    found = Pulled()
    source = make(path, connector, zone=zone, notes=found.notes, **options)
    found.pages = list(source.pull(cursor, known or KnownItems()))
    return found


def write_csv(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A file as Python's csv module writes it; it may hold what no encoder lets through."""
    with path.open("w", newline="", encoding=encoding, errors="surrogatepass") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file of exactly these characters."""
    path.write_bytes(text.encode(encoding))
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Sheet1") -> Path:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    book.close()
    return path
