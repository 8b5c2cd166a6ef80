"""How data leaves a command: one JSON document, or aligned columns for a person."""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, tzinfo
from enum import Enum
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """``--json``: one JSON document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(command)


def rfc3339(at: datetime | None, zone: tzinfo | None = None) -> str | None:
    """A time with its offset, to the second."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def plain(value: Any, zone: tzinfo | None = None) -> Any:
    """A value as JSON knows it: dataclasses as objects, times as RFC 3339, enums by their value."""
    if isinstance(value, datetime):
        return rfc3339(value, zone)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name), zone) for f in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(one, zone) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one, zone) for one in value]
    return value


def emit_json(value: Any, zone: tzinfo | None = None) -> None:
    """Write the one JSON document."""
    click.echo(json.dumps(plain(value, zone), ensure_ascii=False, indent=2))


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, columns: int) -> str:
    """At most so many columns, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > columns - 1:
            break
        kept += char
    return kept + "…"


def table(rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), grow: int | None = None, indent: str = "") -> None:
    """Aligned columns; on a terminal the column ``grow`` gives way so that a line fits."""
    lines = [[*map(str, row)] for row in rows]
    if not lines:
        return
    widths = [max(width(row[n]) for row in lines) for n in range(len(lines[0]))]
    if grow is not None and sys.stdout.isatty():
        room = shutil.get_terminal_size().columns - len(indent) - sum(widths) - 2 * (len(widths) - 1)
        widths[grow] = max(12, widths[grow] + min(room, 0))
    for row in lines:
        cells = []
        for n, cell in enumerate(row):
            shown = cut(cell, widths[n])
            gap = " " * (widths[n] - width(shown))
            cells.append(gap + shown if n in right else shown + gap)
        click.echo((indent + "  ".join(cells)).rstrip())
