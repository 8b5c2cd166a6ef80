"""Text measured in terminal cells: cut, pad and wrap so that no foreign text can break a column."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

_UNSURE = "(?s)\u200d.?|[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\u200b\u200c\u2060\ufeff\u00ad]|[\U000e0000-\U000e0fff]"
"""What terminals disagree about: joined emoji, variation selectors, skin tones, tags and invisible characters."""

_CONTROL = "[\x00-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_MAX_MARKS = 2
"""Combining marks kept on one letter: more would climb into the lines above."""


@lru_cache(4096)
def tame(text: str) -> str:
    """``text`` as one line that every terminal gives the same width: the first emoji of a joined one, no control characters."""
    if text.isascii() and text.isprintable():
        return text
    if text.isprintable() and max(text) < "\u0300":
        return text
    text = re.sub(_UNSURE, "", re.sub(_CONTROL, " ", text))
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if get_character_cell_size(character) == 0 else 0
        if marks <= _MAX_MARKS and (kept or not marks):
            kept.append(character)
    return "".join(kept)


def width(text: str) -> int:
    """How many cells ``text`` takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, cells: int, ellipsis: str = "…") -> str:
    """``text`` in at most ``cells`` cells, ending in ``ellipsis`` when something was dropped."""
    if len(text) <= cells and (text.isascii() or cell_len(text) <= cells):
        return text
    if cells <= len(ellipsis):
        return ellipsis[: max(cells, 0)]
    room = cells - len(ellipsis)
    if text.isascii():
        return text[:room].rstrip() + ellipsis
    used = 0
    for index, character in enumerate(text):
        size = get_character_cell_size(character)
        if used + size > room:
            return text[:index].rstrip() + ellipsis
        used += size
    return text


def fit(text: str, cells: int, ellipsis: str = "…") -> str:
    """``text`` in exactly ``cells`` cells, cut or padded on the right."""
    text = cut(text, cells, ellipsis)
    return text + " " * (cells - width(text))


def right(text: str, cells: int, ellipsis: str = "…") -> str:
    """``text`` in exactly ``cells`` cells, cut or padded on the left."""
    text = cut(text, cells, ellipsis)
    return " " * (cells - width(text)) + text


def wrap(text: str, cells: int, limit: int = 0) -> list[str]:
    """``text`` as lines of at most ``cells`` cells, broken at spaces where it can be; at most ``limit`` lines when given."""
    cells = max(cells, 4)
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        lines.extend(_wrap_one(tame(paragraph), cells))
        if limit and len(lines) > limit:
            break
    if limit and len(lines) > limit:
        lines = [*lines[: limit - 1], cut(lines[limit - 1] + " …" + " " * cells, cells)]
    return lines


def _wrap_one(paragraph: str, cells: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for word in paragraph.split():
        size = width(word)
        if line and used + 1 + size <= cells:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            lines.append(line)
        while size > cells:
            head = _take(word, cells)
            lines.append(head)
            word = word[len(head) :]
            size = width(word)
        line, used = word, size
    lines.append(line)
    return lines


def _take(word: str, cells: int) -> str:
    used = 0
    for index, character in enumerate(word):
        used += get_character_cell_size(character)
        if used > cells:
            return word[: max(index, 1)]
    return word
