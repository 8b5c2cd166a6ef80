"""What the page of a board's row needs besides the row: read beside the keys, and kept until the next reading."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opstui.domain.boardviews import Card
    from opstui.ui.panes.standup import StandupPane

KEPT = 200


class Cards:
    """The flow of items by ref. Whoever asks for one that is not there yet is shown again when it has come."""

    def __init__(self, pane: StandupPane) -> None:
        self._pane = pane
        self._cards: dict[str, Card | None] = {}

    def clear(self) -> None:
        """Something was written: ask anew."""
        self._cards.clear()

    def of(self, ref: str) -> Card | None:
        """One item's, None as long as it is not there."""
        if ref not in self._cards:
            desk = self._pane.desk
            self._pane.aside.ask("card", partial(desk.board.card, ref), partial(self._came, ref), first=True)
        return self._cards.get(ref)

    def _came(self, ref: str, card: Card | None) -> None:
        if len(self._cards) >= KEPT:
            self._cards.clear()
        self._cards[ref] = card
        if self._pane.is_attached:
            self._pane.page.again()
