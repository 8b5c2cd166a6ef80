"""The two connectors: the same pull over delimited text and over workbooks."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from opstui.connectors.api import Connector, Context, Cursor, Known, Page, Suggestion
from opstui_csv import delimited, files, reading, workbook
from opstui_csv.headings import plain, recognised
from opstui_csv.intake import Intake
from opstui_csv.options import CSV_OPTIONS, EXCEL_OPTIONS
from opstui_csv.pulling import Pull
from opstui_csv.reading import Snapshot
from opstui_csv.settings import settle
from opstui_csv.suggesting import suggestion
from opstui_csv.table import Table


class FileConnector(Connector):
    """What both share: finding files, following them, and reading tables into pages."""

    api_version = 1
    suffixes: ClassVar[tuple[str, ...]]

    def __init__(self, options: Mapping[str, Any], context: Context) -> None:
        super().__init__(options, context)
        self.settings = settle(options, context)

    @abstractmethod
    def table(self, shot: Snapshot, name: str) -> Table:
        """The table in a file.

        Raises:
            SourceRefused: it is no table.
        """

    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        """Pages of what changed in the files since the cursor."""
        return Pull(self, cursor, known).pages()

    def places(self) -> list[files.Place]:
        """The files of this source, newest first."""
        return files.find(self.settings.path, self.suffixes)

    @property
    def recipe(self) -> str:
        """A hash of every option that decides how a row becomes an item."""
        return hashlib.blake2b(self.settings.recipe.encode(), digest_size=8).hexdigest()

    def check(self) -> str:
        """Read the newest file and say what is in it."""
        place, *others = self.places()
        table = self.table(reading.snapshot(place.path), place.name)
        intake = Intake(table, self.settings, self.context)
        maker = f", exported by {intake.plan.vendor}" if intake.plan.vendor else ""
        more = f", and {len(others)} more files" if others else ""
        refused = f", {len(intake.refused)} refused" if intake.refused else ""
        return f"{place.name}: {intake.count} records, {len(table.names)} columns, {table.form}{maker}{refused}{more}"

    def watched(self) -> tuple[Path, ...]:
        """The file itself, or the folder that files appear in."""
        path = self.settings.path
        return (files.root(path),) if files.is_glob(path) or path.is_dir() else (path,)

    @classmethod
    def suggest(cls, options: Mapping[str, Any], context: Context) -> Suggestion:
        """Look at the newest file and guess what each column is."""
        connector = cls(options, context)
        place = connector.places()[0]
        table = connector.table(reading.snapshot(place.path), place.name)
        return suggestion(table, connector.settings, options, context)

    def heading_score(self, cells: Any) -> int:
        """How many cells of a row are headings that we or the config know."""
        told = {plain(name) for names in self.settings.columns.values() for name in names}
        return recognised(cells) + sum(2 for cell in cells if cell and plain(cell) in told)


class CsvConnector(FileConnector):
    """Exports as delimited text."""

    name = "csv"
    title = "CSV export"
    options = CSV_OPTIONS
    suffixes = (".csv", ".tsv", ".tab", ".txt")

    def table(self, shot: Snapshot, name: str) -> Table:
        """The table in a delimited text."""
        text, encoding, notes = reading.decode(shot.data, name, self.settings.encoding)
        table = delimited.parse(text, name, self.settings.delimiter, self.heading_score)
        table.form = f"{encoding}, {table.form}"
        table.notes[:0] = notes
        return table


class ExcelConnector(FileConnector):
    """Exports as workbooks: xlsx, xlsm, xlsb, xls and ods."""

    name = "excel"
    title = "Excel or OpenDocument export"
    options = EXCEL_OPTIONS
    suffixes = workbook.SUFFIXES

    def table(self, shot: Snapshot, name: str) -> Table:
        """The table in one sheet."""
        return workbook.parse(shot.data, name, self.settings.sheet, self.heading_score)
