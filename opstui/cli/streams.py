"""The two ways out of a command: data to stdout, narration to stderr. Nothing printed can steer the terminal."""

from __future__ import annotations

import sys
from typing import TextIO

from opstui.domain.text import clean

# No library here: the app's own start comes through this module.


def harmless(text: str) -> str:
    """A text of several lines without anything that a terminal would obey; what it begins with keeps its place."""
    body = text.lstrip(" \n")
    return text[: len(text) - len(body)] + clean(body)


def out(text: str = "") -> None:
    """Data for a person: to stdout."""
    write(sys.stdout, harmless(text))


def say(text: str) -> None:
    """Narration: to stderr, so that stdout stays data."""
    write(sys.stderr, harmless(text))


def write(stream: TextIO | None, text: str) -> None:
    """A text that is harmless already, and a line's end, at once: what is said first stands first."""
    if stream is not None:  # None: opstui was started with that end closed
        stream.write(text + "\n")
        stream.flush()


def any_text() -> None:
    """Let both streams take every letter: one that a terminal's encoding lacks is spelled out, and is no error."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
