"""The shapes that data leaves a command in: one JSON document, or aligned columns for a person."""

from __future__ import annotations

import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, tzinfo
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import click

from opstui.cli.streams import write
from opstui.domain.text import clean_line

F = TypeVar("F", bound=Callable[..., Any])

PARTLY = 3
"""Exit code: some of what was asked for was done, some was not."""

_STEERS = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]")
"""What JSON leaves as it is though a terminal obeys or hides it; what is below a space is escaped by ``json`` itself."""


def json_option(command: F) -> F:
    """``--json``: one JSON document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(command)


def rfc3339(at: datetime | None, zone: tzinfo | None = None) -> str | None:
    """A time with its offset, to the second."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def plain(value: Any, zone: tzinfo | None = None) -> Any:
    """A value as JSON knows it: dataclasses and named tuples as objects, times as RFC 3339, enums by their value."""
    if isinstance(value, datetime):
        return rfc3339(value, zone)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name), zone) for f in fields(value)}
    if hasattr(value, "_asdict"):
        return plain(value._asdict(), zone)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one, zone) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one, zone) for one in value]
    return value


def emit_json(value: Any, zone: tzinfo | None = None) -> None:
    """Write the one JSON document."""
    write(sys.stdout, json_text(plain(value, zone), indent=2))


def json_text(value: Any, indent: int | None = None) -> str:
    """Plain data as JSON that is safe to print; letters stay letters where the terminal knows them."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=not encoding.startswith("utf"), indent=indent)
    return _STEERS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, columns: int) -> str:
    """At most so many columns, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    used = 0
    for n, char in enumerate(text):
        used += width(char)
        if used >= columns:
            return text[:n] + "…"
    return text


LEAST = 12
"""Columns that one keeps which gives way."""


def table(
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
    grow: int | Sequence[int] | None = None,
    indent: str = "",
    most: int | None = None,
    err: bool = False,
) -> None:
    """Aligned columns; on a terminal the columns ``grow``, one after the other, give way so that a line fits.

    Elsewhere they are whole, or have ``most`` columns.
    """
    lines = [[clean_line(str(cell)) for cell in row] for row in rows]
    if not lines:
        return
    widths = [max(width(row[n]) for row in lines) for n in range(len(lines[0]))]
    stream = sys.stderr if err else sys.stdout
    yielding = () if grow is None else (grow,) if isinstance(grow, int) else grow
    for n in yielding:
        if stream is not None and stream.isatty():
            room = shutil.get_terminal_size().columns - len(indent) - sum(widths) - 2 * (len(widths) - 1)
            widths[n] = max(min(LEAST, widths[n]), widths[n] + min(room, 0))
        elif most is not None:
            widths[n] = min(widths[n], most)
    write(stream, "\n".join(_aligned(row, widths, right, indent) for row in lines))


def _aligned(row: Sequence[str], widths: Sequence[int], right: Sequence[int], indent: str) -> str:
    cells = []
    for n, cell in enumerate(row):
        shown = cut(cell, widths[n])
        gap = " " * (widths[n] - width(shown))
        cells.append(gap + shown if n in right else shown + gap)
    return (indent + "  ".join(cells)).rstrip()
