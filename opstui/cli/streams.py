"""The two ways out of a command: data to stdout, narration to stderr. Nothing printed can steer the terminal."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from opstui.domain.text import clean
from opstui.errors import OpstuiError

# No library here: the app's own start comes through this module.


def harmless(text: str) -> str:
    """A text of several lines without anything that a terminal would obey; what it begins with keeps its place."""
    body = text.lstrip(" \n")
    return text[: len(text) - len(body)] + clean(body)


def out(text: str = "") -> None:
    """Data for a person: to stdout."""
    write(sys.stdout, harmless(text))


def say(text: str) -> None:
    """Narration: to stderr, so that stdout stays data; between words where the terminal's line ends."""
    write(sys.stderr, fitted(harmless(text), sys.stderr))


def fitted(text: str, stream: TextIO | None) -> str:
    """A text in lines that fit the terminal behind ``stream``, each as far in as its first; elsewhere as it is."""
    if stream is None or not stream.isatty():
        return text
    import shutil
    from textwrap import wrap

    columns = max(20, shutil.get_terminal_size().columns)
    lines: list[str] = []
    for line in text.split("\n"):
        lead = line[: len(line) - len(line.lstrip())]
        broken = wrap(line, columns, subsequent_indent=lead, break_long_words=False, break_on_hyphens=False)
        lines += broken if len(line) > columns else [line]
    return "\n".join(lines)


def write(stream: TextIO | None, text: str) -> None:
    """A text that is harmless already, and a line's end, at once: what is said first stands first."""
    if stream is None:  # opstui was started with that end closed
        return
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon(stream)
        if stream is not sys.stderr:  # narration that nobody can hear is no reason to stop
            raise unwritable(error) from error


def unwritable(error: OSError) -> OpstuiError:
    """The output takes nothing more: a full disk behind a redirection, for one."""
    return OpstuiError("the output could not be written", error.strerror or str(error), "Send it somewhere else, or make room.")


def abandon(stream: TextIO) -> None:
    """Let what is left in a stream go nowhere, so that the interpreter's last flush has nothing to complain about."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def any_text() -> None:
    """Let both streams take every letter: one that a terminal's encoding lacks is spelled out, and is no error."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
