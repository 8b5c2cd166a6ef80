"""Fewer bytes to the terminal: only the attributes that change are sent, not all of them before every piece of text.

Textual writes ``ESC[38;2;…;48;2;…m text ESC[0m`` for each piece. Over a slow line that is most of what a key press costs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver

_SGR = re.compile("\x1b\\[([0-9;]*)m")
_MOVES = re.compile("(?:\x1b\\[[0-9;]*H|\n|\r)+")
_PLAIN = re.compile("(?:\x1b\\[[0-9;]*H|[^\x1b])*")

Look = tuple[tuple[str, ...], str, str]
"""Flags, foreground, background of an SGR sequence."""
NONE: Look = ((), "", "")
_FLAGS = {((), ("1",)): ["1"], (("1",), ()): ["22"]}
"""Flags that can be switched alone; all others are set anew together with the colours."""


@lru_cache(512)
def _parse(parameters: str) -> Look:
    """The parameters of one SGR sequence that sets everything anew."""
    words = parameters.split(";")
    flags: list[str] = []
    colours = {"3": "", "4": ""}
    at = 0
    while at < len(words):
        word = words[at]
        if word in ("38", "48") and at + 1 < len(words):
            length = 5 if words[at + 1] == "2" else 3
            colours[word[0]] = ";".join(words[at : at + length])
            at += length
            continue
        if len(word) in (2, 3) and word[:-1] in ("3", "9") and word != "39":
            colours["3"] = word
        elif len(word) in (2, 3) and word[:-1] in ("4", "10") and word != "49":
            colours["4"] = word
        elif word not in ("", "0", "39", "49"):
            flags.append(word)
        at += 1
    return tuple(flags), colours["3"], colours["4"]


@lru_cache(2048)
def _change(old: str, new: str) -> str:
    """The shortest sequence that leads from one set of attributes to another."""
    if old == new:
        return ""
    before, after = _parse(old), _parse(new)
    if after == NONE:
        return "\x1b[0m"
    flags = _FLAGS.get((before[0], after[0])) if before[0] != after[0] else []
    if flags is None:
        return f"\x1b[0;{new}m"
    words = [*flags]
    if before[1] != after[1]:
        words.append(after[1] or "39")
    if before[2] != after[2]:
        words.append(after[2] or "49")
    return f"\x1b[{';'.join(words)}m" if words else ""


def lean(data: str) -> str:
    """The same picture in fewer bytes. What holds anything but text, moves and attributes is left as it is."""
    if "\x1b[0m" not in data:
        return data
    pieces = _SGR.split(data)
    out: list[str] = []
    now = wanted = ""
    for at in range(0, len(pieces), 2):
        text = pieces[at]
        if text:
            if _PLAIN.fullmatch(text) is None:
                return data
            if now != wanted and _MOVES.fullmatch(text) is None:
                out.append(_change(now, wanted))
                now = wanted
            out.append(text)
        if at + 1 < len(pieces):
            wanted = "" if pieces[at + 1] == "0" else pieces[at + 1]
    if now:
        out.append("\x1b[0m")
    return "".join(out)


def lean_driver(driver: type[Driver]) -> type[Driver]:
    """A driver that writes the lean form of what it is given."""

    def write(self: Driver, data: str) -> None:
        driver.write(self, lean(data))

    return type(f"Lean{driver.__name__}", (driver,), {"write": write})
