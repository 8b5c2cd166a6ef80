"""From text to a table: which delimiter, where the heading line is, and rows that survive a broken quote."""

from __future__ import annotations

import csv
import gc
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from opstui.connectors.api import Refusal
from opstui.errors import SourceRefused
from opstui_csv.headings import recognised
from opstui_csv.table import Table, heading_row, sample

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "|"}
_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
_SAMPLE = 60
_HEAD = 1 << 18
"""Rows and characters at the top in which delimiter and heading line are looked for."""

_LOOK = 5000
"""How many lines of a broken record are searched for the next whole row."""

_ESCAPED = re.compile(r'\\"(?=[^,;\t|\r\n])')
"""A quote written as databases do it; before a delimiter it is the end of a cell whose last character is a backslash."""

_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def delimiter_of(value: str) -> str:
    """The character an option names: itself, or tab, comma, semicolon, pipe.

    Raises:
        ValueError: it is not one character.
    """
    found = _WORDS.get(value.lower(), value)
    if len(found) != 1 or found in '"\r\n\0':
        raise ValueError('should be one character, or "tab", "comma", "semicolon" or "pipe"')
    return found


def parse(text: str, name: str, delimiter: str = "", known: Callable[[Sequence[str]], int] = recognised) -> Table:
    """The table of a delimited text. Rows that do not fit are refused with their line, the rest comes in.

    Raises:
        SourceRefused: it is empty, or no delimiter makes columns of it.
    """
    hint = _HINT.match(text)
    first_line = 0
    if hint:
        delimiter, text, first_line = delimiter or hint[1], text[hint.end() :], 1
    if not text.strip():
        raise SourceRefused(f"{name} is empty", "it has no heading line", "Export it again.")
    with _big_cells():
        found = delimiter or _sniff(text)
        form: dict[str, Any] = {"delimiter": found, "skipinitialspace": _spaced(text, found)}
        if '""' not in text[:_HEAD] and _ESCAPED.search(text[:_HEAD]):
            form["escapechar"] = "\\"
        head = _top(text, **form)
        at = heading_row(head, known)
        _check_width(head[at], text, name, found)
        return _Body(text, name, form, at, head[at], first_line).table()


class _Body:
    """The rows below the heading line."""

    def __init__(self, text: str, name: str, form: dict[str, Any], at: int, names: list[str], first_line: int) -> None:
        self.text = text
        self.name = name
        self.form = form
        self.names = list(names)
        while self.names and not self.names[-1].strip():
            self.names.pop()
        self.width = len(self.names)
        self.first_line = first_line
        reader = csv.reader(io.StringIO(text[:_HEAD], newline=""), **form)
        for _ in range(at + 1):
            next(reader)
        self.start = reader.line_num
        """How many physical lines end with the heading line."""

    def table(self) -> Table:
        """All rows at the speed of the C reader when every one is well formed, with care otherwise."""
        rows = self._swift()
        refused: list[Refusal] = []
        notes: list[str] = []
        lines: Callable[[int], int] = self._count_to
        if rows is None:
            rows, ends, refused, notes = _Careful(self).rows()
            lines = ends.__getitem__
        repeated = [index for index, row in enumerate(rows) if row == self.names] if self.names in rows else []
        if repeated:
            notes.append(f"{self.name}: {len(repeated)} repeated heading lines were left out")
            kept = [index for index, row in enumerate(rows) if row != self.names]
            inner = lines
            rows = [rows[index] for index in kept]
            lines = lambda index: inner(kept[index])  # noqa: E731 - a one-line wrapper reads better here
        form = f"{_NAMES.get(self.form['delimiter'], self.form['delimiter'])} separated"
        return Table(self.name, self.names, rows, lines, refused, notes, form)

    def _swift(self) -> list[list[str]] | None:
        stream = _lines(self.text)
        for _ in range(self.start):
            next(stream)
        was = gc.isenabled()
        gc.disable()  # a list of 100,000 lists costs twice the time with the collector on
        try:
            rows = list(csv.reader(stream, strict=True, **self.form))
        except csv.Error:
            return None
        finally:
            if was:
                gc.enable()
        if set(map(len, rows)) - {self.width}:
            return None
        return rows

    def _count_to(self, index: int) -> int:
        """The line of a row: read again up to it, because most tables never need one."""
        with _big_cells():
            stream = _lines(self.text)
            for _ in range(self.start):
                next(stream)
            reader = csv.reader(stream, **self.form)
            line = 0
            for _ in range(index + 1):
                line = reader.line_num
                next(reader)
        return self.first_line + self.start + line + 1


class _Careful:
    """Row by row: a stray quote or a half-written end costs the rows it touches, not the file."""

    def __init__(self, body: _Body) -> None:
        self.body = body
        self.lines = list(io.StringIO(body.text, newline=""))
        self.kept: list[list[str]] = []
        self.places: list[int] = []
        self.refused: list[Refusal] = []
        self.short: list[tuple[int, list[str]]] = []
        self.budget = 20 * len(self.lines) + 1000

    def rows(self) -> tuple[list[list[str]], list[int], list[Refusal], list[str]]:
        """The rows, the line of each, the refused ones and notes."""
        position = self.body.start
        while position < len(self.lines):
            position = self._read_from(position)
        notes = self._settle_short()
        order = sorted(range(len(self.kept)), key=self.places.__getitem__) if notes else range(len(self.kept))
        return [self.kept[i] for i in order], [self._line(self.places[i]) for i in order], self.refused, notes

    def _read_from(self, position: int) -> int:
        """Read rows until the end or until one that is broken makes it necessary to start again; where to go on from."""
        width, first = self.body.width, position
        keep, mark = self.kept.append, self.places.append
        reader = csv.reader(self._lines_from(position), strict=True, **self.body.form)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return len(self.lines)
            except csv.Error:
                return self._mend(first)
            end = position + reader.line_num
            if len(row) == width:
                keep(row)
                mark(first)
            else:
                again = self._next_whole(first + 1, end, strict=True) if end - first > 1 else None
                if again is not None:
                    self._refuse(first, "a quote in this row is not closed", row)
                    return again
                self._take(first, end, row)
            first = end

    def _mend(self, first: int) -> int:
        """Take the one record that starts here though its quotes are wrong, or refuse it; where to go on from."""
        reader = csv.reader(self._lines_from(first), **self.body.form)
        try:
            row = next(reader)
        except csv.Error as error:
            self._refuse(first, f"cannot be read: {error}", [self.lines[first]])
            return first + 1
        end = first + reader.line_num
        self.budget -= end - first
        if end - first == 1 and not self._left_open(first):
            self._take(first, end, row)
            return end
        again = self._next_whole(first + 1, end) if self.budget > 0 else None
        never = again is None and end == len(self.lines)
        why = "a quote in this row is never closed: is the file half-written?" if never else "a quote in this row is not closed"
        self._refuse(first, why, row)
        return end if again is None else again

    def _lines_from(self, position: int) -> Iterator[str]:
        return map(self.lines.__getitem__, range(position, len(self.lines)))

    def _take(self, first: int, end: int, row: list[str]) -> None:
        width = self.body.width
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            row = row[:width]
        if len(row) == width:
            self.kept.append(row)
            self.places.append(first)
        elif not any(cell.strip() for cell in row):
            return
        elif len(row) > width:
            why = f"has {len(row)} cells where the heading has {width}: is a delimiter inside a text that is not quoted?"
            self._refuse(first, why, row)
        elif end == len(self.lines) and not self.lines[-1].endswith(("\n", "\r")):
            self._refuse(first, f"is half-written: the file ends after {len(row)} of {width} cells", row)
        else:
            self.short.append((first, row))

    def _settle_short(self) -> list[str]:
        """Some exporters leave out empty cells at the end of a row; then, and only then, short rows are whole."""
        trimmed = len(self.short) >= 3 and len(self.short) * 10 >= len(self.kept) and all(row[-1].strip() for row in self.kept)
        for first, row in self.short:
            if trimmed:
                self.kept.append(row + [""] * (self.body.width - len(row)))
                self.places.append(first)
            else:
                self._refuse(first, f"has {len(row)} cells where the heading has {self.body.width}", row)
        if trimmed:
            return [f"{self.body.name}: rows that end early were filled up with empty cells"]
        self.refused.sort(key=lambda refusal: int(refusal.where.rpartition(":")[2]))
        return []

    def _left_open(self, line: int) -> bool:
        """Whether a quote is still open at the end of a line that is a record by itself."""
        try:
            list(csv.reader([self.lines[line]], strict=True, **self.body.form))
        except csv.Error as error:
            return "end of data" in str(error)
        return False

    def _next_whole(self, start: int, end: int, *, strict: bool = False) -> int | None:
        """The next of these lines that is a whole row by itself; one with perfect quotes before one with enough delimiters."""
        rough = None
        delimiter, width = self.body.form["delimiter"], self.body.width
        for place in range(start, min(end, start + _LOOK)):
            line = self.lines[place]
            try:
                if len(next(csv.reader([line], strict=True, **self.body.form), [])) == width > 1:
                    return place if rough is None or strict else rough
            except csv.Error:
                pass  # no row by itself
            if rough is None and line.count(delimiter) == width - 1 > 0:
                rough = place
        return None if strict else rough

    def _refuse(self, first: int, reason: str, row: Sequence[str]) -> None:
        self.refused.append(Refusal(f"{self.body.name}:{self._line(first)}", reason, sample(row)))

    def _line(self, place: int) -> int:
        return self.body.first_line + place + 1


def _lines(text: str) -> Iterator[str]:
    """The lines of a text with their ends; a StringIO would hold four bytes for each character and be slower."""
    data = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    return io.TextIOWrapper(data, encoding="utf-8", errors="surrogatepass", newline="")


def _top(text: str, **form: Any) -> list[list[str]]:
    """The first rows; the last of them is left out when it may be cut."""
    rows = list(islice(csv.reader(io.StringIO(text[:_HEAD], newline=""), **form), _SAMPLE))
    return rows[:-1] if len(text) > _HEAD and len(rows) > 1 else rows


def _sniff(text: str) -> str:
    """The delimiter under which the top of the file has the most rows of one width, known headings counting extra."""
    best, top = ",", 0.0
    for candidate in DELIMITERS:
        rows = [row for row in _top(text, delimiter=candidate) if row]
        if not rows:
            continue
        width, times = Counter(map(len, rows)).most_common(1)[0]
        hits = max(recognised(row) for row in rows[:20])
        score = 0.0 if width == 1 and hits < 2 else times / len(rows) * min(width, 30) + 5 * hits
        if score > top:
            best, top = candidate, score
    return best


def _check_width(names: list[str], text: str, name: str, delimiter: str) -> None:
    """A heading line of one cell means that the delimiter is wrong."""
    if len([cell for cell in names if cell.strip()]) > 1:
        return
    other = _sniff(text)
    width = max(map(len, _top(text, delimiter=other)))
    if other != delimiter and width > 1:
        why = f"with {_NAMES.get(delimiter, delimiter)!r} each line is one cell; with {_NAMES[other]!r} it has {width}"
        raise SourceRefused(f"{name} has another delimiter", why, "Remove delimiter from the options, or correct it.")
    why = "it has one column only, whatever delimiter is tried"
    raise SourceRefused(f"{name} is not a table", why, "Check that it is the right file, or set delimiter.")


def _spaced(text: str, delimiter: str) -> bool:
    """Whether a blank stands between each delimiter and a quoted cell."""
    head = text[:20000]
    return f'{delimiter} "' in head and f'{delimiter}"' not in head


@contextmanager
def _big_cells() -> Iterator[None]:
    """Let cells be larger than the csv module's 128 kB while we read."""
    before = csv.field_size_limit(1 << 30)
    try:
        yield
    finally:
        csv.field_size_limit(before)
