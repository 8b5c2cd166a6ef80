"""Cells made clean, a column at a time: one look at the joined text tells whether any of them needs a closer one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from opstui.domain.text import clean, clean_line
from opstui_csv.values import BODY_LIMIT, LINE_LIMIT, missing_marks

Cells = Sequence[str]
Columns = Sequence[Cells]
"""The places of some rows: one sequence of cells per place, all of the same length."""


class Tidy:
    """Cleans cells, empties missing marks, cuts what is too long and counts that by heading."""

    def __init__(self, missing: Iterable[str] | None) -> None:
        self.marks = missing_marks(missing)
        self.cut: Counter[str] = Counter()

    def line(self, cells: Cells, name: str, limit: int = LINE_LIMIT) -> list[str]:
        """One-line texts."""
        found = list(map(str.strip, cells))
        joined = "|".join(found)
        if not _harmless(joined) or "  " in joined:
            found = list(map(clean_line, found))
        return self._finish(found, name, limit, len(joined), clean_line)

    def text(self, cells: Cells, name: str, limit: int = BODY_LIMIT) -> list[str]:
        """Texts of several lines."""
        found = list(map(str.strip, cells))
        joined = "|".join(found)
        if not _harmless(joined.replace("\n", "|")) or " \n" in joined:
            found = list(map(clean, found))
        return self._finish(found, name, limit, len(joined), clean)

    def one(self, cell: str) -> str:
        """A single one-line text."""
        text = clean_line(cell, limit=LINE_LIMIT)
        return "" if text in self.marks else text

    def raw(self, cells: Cells) -> list[str]:
        """Stripped, without missing marks, not cleaned: for cells that are parsed and not shown."""
        found = list(map(str.strip, cells))
        if not self.marks.isdisjoint(found):
            found = ["" if cell in self.marks else cell for cell in found]
        if not "".join(found).isascii():
            found = list(map(clean_line, found))
        return found

    def _finish(self, found: list[str], name: str, limit: int, total: int, cleaner: Callable[..., str]) -> list[str]:
        if not self.marks.isdisjoint(found):
            found = ["" if cell in self.marks else cell for cell in found]
        if total > limit and max(map(len, found)) > limit:
            self.cut[name] += sum(1 for cell in found if len(cell) > limit)
            found = [cleaner(cell, limit=limit) for cell in found]
        return found


def _harmless(text: str) -> bool:
    """Whether nothing has to be cleaned; cells are parted by a bar, so that no two make a sequence across their border."""
    return text.isprintable() and (text.isascii() or clean(text) == text)


def first(columns: Columns, places: Sequence[int]) -> Cells:
    """The cells of one attribute: of several places the first that is filled."""
    if len(places) == 1:
        return columns[places[0]]
    return [next((cell for cell in cells if cell.strip()), "") for cells in zip(*[columns[p] for p in places], strict=True)]


def pick(rows: Sequence[Cells], places: Sequence[int]) -> Cells:
    """As ``first``, from whole rows."""
    if len(places) == 1:
        return list(map(itemgetter(places[0]), rows))
    return [next((row[place] for place in places if row[place].strip()), "") for row in rows]
