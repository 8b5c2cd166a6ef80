"""What a command is given as arguments, or on stdin where ``-`` stands for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from opstui.errors import UsageError

STDIN = "-"


def refs_of(given: Sequence[str]) -> list[str]:
    """The refs named; ``-`` stands for those on stdin, the first word of each line.

    Raises:
        UsageError: there is none.
    """
    found: list[str] = []
    for one in given:
        found += [line.split()[0] for line in sys.stdin if line.strip()] if one == STDIN and sys.stdin else [one]
    if not found:
        raise UsageError("no refs", "stdin had none", "Name them, or pipe them in: opstui queue --refs | opstui done -")
    return found


def text_of(given: str) -> str:
    """The text given, or all of stdin for ``-``.

    Raises:
        UsageError: it is empty.
    """
    text = (sys.stdin.read() if sys.stdin else "") if given == STDIN else given
    if not text.strip():
        raise UsageError("nothing to write", "the text is empty")
    return text
