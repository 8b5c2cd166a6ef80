"""Which place besides the queue is on the screen, and the places' counts as far as they are known."""

from __future__ import annotations

from collections.abc import Sequence

from opstui.domain.shelves import FIRST, SHELVES, Shelf
from opstui.domain.views import SplitCount


class Places:
    """The walk through the places. ``at`` is the one shown, None while the queue is."""

    def __init__(self) -> None:
        self.at: Shelf | None = None
        self._counts: dict[Shelf, int] = {}
        self._seen: set[Shelf] = set()

    def open(self, shelf: Shelf | None) -> None:
        """Show a place; None: back to the queue, and what was looked at is forgotten."""
        self.at = shelf
        if shelf is None:
            self._seen.clear()
        else:
            self._seen.add(shelf)

    def toggle(self) -> None:
        """The first place, or back to the queue."""
        self.open(None if self.at else FIRST)

    def counted(self, counts: Sequence[int]) -> None:
        """All counts are known anew. What was there once in this walk stays in sight when it is empty."""
        self._counts = dict(zip(SHELVES, counts, strict=True))
        self._seen |= {shelf for shelf, count in self._counts.items() if count}

    def shown(self) -> list[Shelf]:
        """The places to walk through: those that hold something, or did."""
        return [shelf for shelf in SHELVES if shelf in self._seen or shelf is self.at]

    def tabs(self, here: int | None) -> tuple[list[SplitCount], int]:
        """The places with their counts, ``here`` that of the one shown when it is whole; and which one that is."""
        shown = self.shown()
        if self.at is not None and here is not None:
            self._counts[self.at] = here
        tabs = [SplitCount(shelf.name, "", self._counts.get(shelf, 0), shelf in self._counts) for shelf in shown]
        return tabs, shown.index(self.at) if self.at else 0

    def step(self, step: int) -> None:
        """The next place that is shown, or the one before."""
        shown = self.shown()
        if self.at is not None:
            self.open(shown[(shown.index(self.at) + step) % len(shown)])
