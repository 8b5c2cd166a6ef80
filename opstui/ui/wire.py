"""Fewer bytes to the terminal: only the attributes that change are sent, not all of them before every piece of text.

And of a frame only the lines that are not on the screen yet, when one pane follows another.

Textual writes ``ESC[38;2;…;48;2;…m text ESC[0m`` for each piece. Over a slow line that is most of what a key press costs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

try:
    from textual._compositor import LayoutUpdate
except ImportError:  # a private name: without it every frame is written whole
    LayoutUpdate = None  # type: ignore[assignment,misc]

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from textual.driver import Driver

_SGR = re.compile("\x1b\\[([0-9;]*)m")
_MOVES = re.compile("(?:\x1b\\[[0-9;]*H|\n|\r)+")
_PLAIN = re.compile("(?:\x1b\\[[0-9;]*H|[^\x1b])*")

LINES = 512
"""So many lines are kept in their lean form: some ten screens of the usual size."""

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
    found = _lean(data, "")
    if found is None:
        return data
    text, now = found
    return f"{text}\x1b[0m" if now else text


def _lean(data: str, now: str) -> tuple[str, str] | None:
    """The lean form behind what leaves the attributes ``now``, and those that it leaves; None when it holds anything else."""
    pieces = _SGR.split(data)
    out: list[str] = []
    wanted = ""
    for at in range(0, len(pieces), 2):
        text = pieces[at]
        if text:
            if _PLAIN.fullmatch(text) is None:
                return None
            if now != wanted and _MOVES.fullmatch(text) is None:
                out.append(_change(now, wanted))
                now = wanted
            out.append(text)
        if at + 1 < len(pieces):
            wanted = "" if pieces[at + 1] == "0" else pieces[at + 1]
    return "".join(out), now


_lean_line = lru_cache(LINES)(_lean)


class Lean(str):
    """What is lean already, and stays so when a move is added."""

    __slots__ = ()

    def __add__(self, other: str) -> Lean:
        return Lean(str.__add__(self, other))


class Written:
    """What stands on each line of the terminal, as far as it was written by whole frames.

    Going to another pane writes only the lines that differ from it; any other whole frame is written whole, and mends what
    something else may have written over the screen.
    """

    def __init__(self) -> None:
        self.lines: dict[int, str] = {}
        self.turning = False
        """Whether the next frame is that of another pane."""

    def noted(self, update: RenderableType | None) -> RenderableType | None:
        """What is to be written for an update."""
        if LayoutUpdate is not None and isinstance(update, LayoutUpdate):
            return Frame(update, self)
        for y, _, _ in getattr(update, "spans", ()):
            self.lines.pop(y, None)
        return update


class Frame(LayoutUpdate or object):  # type: ignore[misc]
    """A whole frame, written line by line: what a line takes is kept, for the next time that it is shown."""

    def __init__(self, update: LayoutUpdate, written: Written) -> None:
        super().__init__(update.strips, update.region)
        self._written = written

    def render_segments(self, console: Console) -> str:
        """The lines that are not there yet."""
        written, region = self._written, self.region
        before = written.lines if written.turning else {}
        lines: dict[int, str] = {}
        out: list[str] = []
        now = ""
        for y, strips in enumerate(self.strips, region.y):
            line = lines[y] = "".join([strip.render(console) for strip in strips])
            if before.get(y) == line:
                continue
            found = _lean_line(line, now)
            if found is None:  # whatever it holds, it begins and ends without attributes
                found = ("\x1b[0m" if now else "") + line, ""
            text, now = found
            out += (f"\x1b[{y + 1};{region.x + 1}H", text)
        written.lines = lines
        return Lean("".join([*out, "\x1b[0m"] if now else out))


def lean_driver(driver: type[Driver]) -> type[Driver]:
    """A driver that writes the lean form of what it is given."""

    def write(self: Driver, data: str) -> None:
        driver.write(self, data if isinstance(data, Lean) else lean(data))

    return type(f"Lean{driver.__name__}", (driver,), {"write": write})
