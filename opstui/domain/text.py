"""Foreign text made harmless: what a terminal would obey or hide is taken out where text comes in.

A source may hold anything: escape sequences that move the cursor or set the clipboard, bidi overrides that show
``exe.pdf`` for ``fdp.exe``, invisible letters that make two equal names differ. Nothing of it may reach a screen.
Most text is harmless, which one or two quick questions tell; ``scrub`` is loaded for the first that is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_RUNS = re.compile(r"\s+")


@cache
def _hidden() -> re.Pattern[str]:
    """What ``str.isprintable`` lets through though it must be looked at. Compiled when the first text asks: it takes long."""
    return re.compile(
        f"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]|[{MARKS}]{{5}}"
    )


def clean(text: str, *, limit: int | None = None) -> str:
    """Make foreign text safe to show on several lines; tabs become spaces, outer white space goes.

    ``limit`` cuts to that many characters, the last one then being an ellipsis. Cleaning twice changes nothing.
    """
    if not text.isprintable() or (not text.isascii() and _hidden().search(text)):
        text = _scrub()(text)
    text = text.strip()
    return text if limit is None or len(text) <= limit else _cut(text, limit)


def clean_line(text: str, *, limit: int | None = None) -> str:
    """Make foreign text safe to show on one line: as ``clean``, and every run of white space becomes one space."""
    if not text.isprintable() or (not text.isascii() and _hidden().search(text)):
        text = _scrub()(text).replace("\n", " ")
    text = text.strip()
    if "  " in text:
        text = _RUNS.sub(" ", text)
    return text if limit is None or len(text) <= limit else _cut(text, limit)


def fold(text: str) -> str:
    """The form in which names, headings and words are compared: no case, no accents, single spaces."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(text.casefold().split())


def words(text: str) -> list[str]:
    """The words of a text as the full-text index cuts and folds them: runs of letters and digits, no case, no accents.

    Unlike ``fold`` this keeps to one letter for one, as the index does: ``ß`` stays, ``№`` is no word.
    """
    if text.isascii():
        return _WORDS.findall(text.lower())
    low = "".join(one if len(one := char.casefold()) == 1 else char.lower() for char in text)
    bare = "".join(char for char in unicodedata.normalize("NFD", low) if not unicodedata.combining(char))
    return _WORDS.findall(unicodedata.normalize("NFC", bare))


_WORDS = re.compile(r"[^\W_]+")


@cache
def _scrub() -> Callable[[str], str]:
    from opstui.domain.scrub import scrub

    return scrub


def _cut(text: str, limit: int) -> str:
    if limit <= 0:
        return ""
    return text[: limit - 1].rstrip("\u200d \n") + "…"
