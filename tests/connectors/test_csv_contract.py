"""The shared contract, held by both file connectors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opstui.connectors.testing import ConnectorContract
from opstui_csv import CsvConnector, ExcelConnector
from tests.support.tables import write_csv, write_xlsx

HEADINGS = [
    "Number",
    "Title",
    "Description",
    "Status",
    "Priority",
    "Assigned to",
    "Labels",
    "Opened",
    "Due",
    "Comments",
    "Site",
]


def rows(count: int = 3) -> list[list[str]]:
    """Some tickets, the second half of them a few pages on."""
    return [
        [f"T-{n}", f"Pump {n} drips", "a\nb", "Open", "High", "Ana", "x, y", "2026-11-19 08:00", "2026-11-21", "seen", "Leeds"]
        for n in range(count)
    ]


class TestCsv(ConnectorContract):
    connector = CsvConnector

    def options(self, folder: Path) -> Mapping[str, Any]:
        write_csv(folder / "in.csv", [HEADINGS, *rows(1203)])
        return {"path": "in.csv"}

    def hostile_options(self, folder: Path, text: str) -> Mapping[str, Any]:
        hostile = [[f"{text}{n}", *[text] * (len(HEADINGS) - 1)] for n in range(3)]
        write_csv(folder / "bad.csv", [[*HEADINGS[:-1], text], *hostile])
        return {"path": "bad.csv"}


class TestExcel(ConnectorContract):
    connector = ExcelConnector

    def options(self, folder: Path) -> Mapping[str, Any]:
        write_xlsx(folder / "in.xlsx", [HEADINGS, *rows(603)])
        return {"path": "in.xlsx"}

    def hostile_options(self, folder: Path, text: str) -> Mapping[str, Any]:
        # a workbook is XML: control characters and lone surrogates cannot stand in it, everything else can
        allowed = "".join(char for char in text if char >= " " and not "\ud800" <= char <= "\udfff")
        write_xlsx(folder / "bad.xlsx", [HEADINGS, *[[f"{allowed}{n}", *[allowed] * (len(HEADINGS) - 1)] for n in range(2)]])
        return {"path": "bad.xlsx"}


class TestEventLog(ConnectorContract):
    connector = CsvConnector

    def options(self, folder: Path) -> Mapping[str, Any]:
        log = [
            [
                f"T-{n % 700}",
                f"Pump {n % 700}",
                "",
                ["New", "Closed"][n // 700],
                "1",
                "",
                "",
                "2026-11-01",
                f"2026-11-0{n // 700 + 2}",
            ]
            for n in range(1400)
        ]
        headings = ["Number", "Title", "Description", "Status", "Priority", "Assignee", "Tags", "Opened", "Updated"]
        write_csv(folder / "log.csv", [headings, *log])
        return {"path": "log.csv"}
