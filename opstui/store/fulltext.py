"""Words as a person types them, as an FTS5 query."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def match(text: str) -> str:
    """Every word of ``text`` must be there, the last one as a prefix; empty when there is no word in it."""
    words = _WORD.findall(text)
    return " ".join(f'"{word}"' for word in words) + "*" if words else ""
