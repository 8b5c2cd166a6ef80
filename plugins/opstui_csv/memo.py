"""A function's answers by text, remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Memo(dict[str, Found]):
    """Remembers what a function said of a text, so that a repeated cell costs one look-up; forgets all when it grows large."""

    def __init__(self, of: Callable[[str], Found], limit: int = 100_000) -> None:
        super().__init__()
        self.of = of
        self.limit = limit

    def __missing__(self, text: str) -> Found:
        if len(self) >= self.limit:
            self.clear()
        found = self[text] = self.of(text)
        return found
