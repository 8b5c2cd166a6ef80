"""Connectors for tables in files: CSV and Excel."""

from __future__ import annotations

from opstui_csv.connector import CsvConnector, ExcelConnector

__all__ = ["CsvConnector", "ExcelConnector"]
