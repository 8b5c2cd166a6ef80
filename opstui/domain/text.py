"""Foreign text made harmless: what a terminal would obey or hide is taken out where text comes in.

A source may hold anything: escape sequences that move the cursor or set the clipboard, bidi overrides that show
``exe.pdf`` for ``fdp.exe``, invisible letters that make two equal names differ. Nothing of it may reach a screen.
"""

from __future__ import annotations

import re
import unicodedata

_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, modes
    r"|\x9b[0-?]+[ -/]*[@-~]"  # CSI in one character; alone it is a quote, wrongly decoded
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS and the like, whole
    r"|\x1b[ -/]*[0-~]"  # every other escape
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NEVER = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0, DEL and C1 that were not part of an escape
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILED = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_PICTURE = "\xa9\xae\u203c-\u3299\U0001f000-\U0001faff"
_SELECTOR = re.compile(f"(?<![{_PICTURE}#*0-9])\ufe0f|(?<=[#*0-9])\ufe0f(?!\u20e3)")
_JOINER = re.compile(f"(?<![{_PICTURE}\ufe0f])\u200d|\u200d(?![{_PICTURE}])")
_HIDDEN = re.compile(
    f"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]|[{_MARKS}]{{5}}"
)
"""What ``str.isprintable`` lets through though it must be looked at."""

_RUNS = re.compile(r"\s+")
_LINE_END = re.compile(r"(?<! ) +\n")


def clean(text: str, *, limit: int | None = None) -> str:
    """Make foreign text safe to show on several lines; tabs become spaces, outer white space goes.

    ``limit`` cuts to that many characters, the last one then being an ellipsis. Cleaning twice changes nothing.
    """
    if not text.isprintable() or (not text.isascii() and _HIDDEN.search(text)):
        text = _scrub(text)
    text = text.strip()
    return text if limit is None or len(text) <= limit else _cut(text, limit)


def clean_line(text: str, *, limit: int | None = None) -> str:
    """Make foreign text safe to show on one line: as ``clean``, and every run of white space becomes one space."""
    if not text.isprintable() or (not text.isascii() and _HIDDEN.search(text)):
        text = _scrub(text).replace("\n", " ")
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
    """The folded words of a text as the full-text index cuts them: runs of letters and digits."""
    return _WORDS.findall(fold(text))


_WORDS = re.compile(r"[^\W_]+")


def _scrub(text: str) -> str:
    if text.isascii() and text.replace("\n", "").isprintable():
        return _LINE_END.sub("\n", text) if " \n" in text else text
    text = _ESCAPE.sub("", text)
    text = _BREAKS.sub("\n", text).replace("\t", "    ")
    text = _NEVER.sub("", text)
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
        text = _SPACES.sub(" ", text)
        text = _SELECTOR.sub("", text)
        text = _JOINER.sub("", text)
        text = _PILED.sub(r"\1", text)
    return _LINE_END.sub("\n", text)


def _cut(text: str, limit: int) -> str:
    if limit <= 0:
        return ""
    return text[: limit - 1].rstrip("\u200d \n") + "…"
