"""A table read from a file: its heading line, its rows as text, and where each row stands for those who must find it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from opstui.connectors.api import Refusal
from opstui.domain.text import clean_line

HEADING_WITHIN = 20
"""How many rows from the top the heading line is looked for."""


@dataclass(slots=True)
class Table:
    """Rows of equal width. ``line`` tells the line (or sheet row) of a row by its index; it may be slow, so ask for few."""

    name: str
    names: list[str]
    rows: list[list[str]]
    line: Callable[[int], int]
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    form: str = ""
    """How it was read, in words: encoding and delimiter, or the sheet."""

    parts: tuple[tuple[int, Table], ...] = ()
    """Of a table put together from several: the first row of each and where it came from."""

    def where(self, index: int) -> str:
        """``file:line`` of a row."""
        for start, part in reversed(self.parts):
            if index >= start:
                return part.where(index - start)
        return f"{self.name}:{self.line(index)}"

    def refusal(self, index: int, reason: str) -> Refusal:
        """The refusal of a row."""
        return Refusal(self.where(index), reason, sample(self.rows[index]))


def together(tables: Sequence[Table]) -> Table:
    """Several tables with the same heading line as one, in the given order."""
    if len(tables) == 1:
        return tables[0]
    whole = Table(f"{len(tables)} files", tables[0].names, [], lambda index: index + 1, form=tables[0].form)
    parts = []
    for part in tables:
        parts.append((len(whole.rows), part))
        whole.rows.extend(part.rows)
        whole.refused.extend(part.refused)
        whole.notes.extend(part.notes)
    whole.parts = tuple(parts)
    return whole


def sample(cells: Sequence[str]) -> str:
    """The beginning of a row, short and safe to show."""
    return clean_line(" | ".join(cell[:60] for cell in cells[:12]), limit=120)


def heading_row(rows: Sequence[Sequence[str]], known: Callable[[Sequence[str]], int]) -> int:
    """The index of the heading line: near the top the first wide row with two known headings, else the first wide row.

    Reports put a title, a filter and an empty line above it, which are narrow.
    """
    widest = max((_filled(row) for row in rows), default=0)
    wide = [index for index, row in enumerate(rows[:HEADING_WITHIN]) if row and _filled(row) * 2 > widest]
    return next((index for index in wide if known(rows[index]) >= 2), wide[0] if wide else 0)


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())
