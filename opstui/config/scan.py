"""Where each key of a TOML file stands. tomllib tells no lines, so a finding finds its line here.

The text has been read by tomllib before: the scanner may trust that it is valid, and never has to explain why not.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from opstui.config.findings import Path

BLANK = re.compile(r"(?:[\s]|#[^\n]*)*")
SPACE = re.compile(r"[ \t]*")
KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
STRING = re.compile(r'"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
OTHER = re.compile(r"[^,\]}#\n]+")
ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(["\\bfnrt]))')
SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def lines_of(text: str) -> dict[Path, int]:
    """Path of every key and list element -> its line, from 1."""
    return _Scanner(text).run()


def headers_of(text: str) -> list[tuple[int, Path]]:
    """The line of every ``[table]`` and ``[[element]]``, from 1, in order, with its path."""
    scanner = _Scanner(text)
    scanner.run()
    return scanner.headers


class _Scanner:
    """One pass over one file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.headers: list[tuple[int, Path]] = []
        self.elements: dict[Path, int] = {}
        """Arrays of tables -> index of the element that is being written."""

    def run(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(BLANK)
        while self.at < len(self.text):
            start = self.at
            if self.text.startswith("[[", start):
                self.at += 2
                table = self._element(self._key(), start)
                self.at += 2
                self.headers.append((self.line(start), table))
            elif self.text[start] == "[":
                self.at += 1
                table = self._resolve(self._key())
                self._note(table, start)
                self.at += 1
                self.headers.append((self.line(start), table))
            else:
                self._pair(table)
            self._skip(BLANK)
        return self.lines

    def line(self, place: int) -> int:
        """The line of a place in the text, from 1."""
        return bisect_right(self.starts, place)

    def _element(self, key: Path, start: int) -> Path:
        place = self._resolve(key[:-1]) + key[-1:]
        self.elements[place] = self.elements.get(place, -1) + 1
        element = (*place, self.elements[place])
        self._note(element, start)
        return element

    def _resolve(self, key: Path) -> Path:
        place: Path = ()
        for part in key:
            place = (*place, part)
            if place in self.elements:
                place = (*place, self.elements[place])
        return place

    def _pair(self, table: Path) -> None:
        start = self.at
        path = table + self._key()
        self._note(path, start)
        self.at += 1  # the equals sign
        self._skip(SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline(path)
        else:
            self._skip(STRING if opening in "\"'" else OTHER)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._next() != "]":
            element = (*path, index)
            self._note(element, self.at)
            self._value(element)
            index += 1
            if self._next() == ",":
                self.at += 1
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self._next() != "}":
            self._pair(path)
            if self._next() == ",":
                self.at += 1
        self.at += 1

    def _next(self) -> str:
        self._skip(BLANK)
        return self.text[self.at]

    def _key(self) -> Path:
        found: list[str | int] = []
        while match := KEY.match(self.text, self.at):
            quoted, literal, bare = match.groups()
            found.append(bare or (literal if literal is not None else ESCAPE.sub(_unescaped, quoted or "")))
            self.at = match.end()
            if self.text[self.at] != ".":
                break
            self.at += 1
        return tuple(found)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self.at):
            self.at = match.end()

    def _note(self, path: Path, start: int) -> None:
        line = self.line(start)
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)


def _unescaped(match: re.Match[str]) -> str:
    short, long, letter = match.groups()
    return SHORT.get(letter, letter) if letter else chr(int(short or long, 16))
