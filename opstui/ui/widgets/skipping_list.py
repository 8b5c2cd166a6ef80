"""A list with headings that the cursor passes over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from opstui.ui.present import Line
from opstui.ui.widgets.line_list import LineList

Row = TypeVar("Row")


class SkippingList(LineList[Row], Generic[Row], inherit_bindings=False):
    """``skips(row)`` says which rows the cursor never rests on; where there is no other, it stands at the first."""

    BINDINGS = LineList.BINDINGS

    def __init__(
        self,
        draw: Callable[[Row, int, bool], Line],
        identity: Callable[[Row], object],
        skips: Callable[[Row], bool],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(draw, identity, id=id)
        self._skips = skips

    def load(self, fetch: Callable[[int, int], Sequence[Row]], count: int, *, fresh: bool = False) -> None:
        """Show these rows."""
        super().load(fetch, count, fresh=fresh)
        self.move_to(self.cursor)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, or on the next one that it may rest on, on its way if there is one."""
        index = max(0, min(index, self.count - 1))
        step = -1 if index < self.cursor else 1
        found = self._from(index, step)
        found = self._from(index, -step) if found is None else found
        super().move_to(index if found is None else found)
        if step < 0 and found is not None and self.top == found and all(map(self._heads, range(found))):
            self.top = 0  # the headings above the first row are in sight again
            self.repaint()

    def _from(self, index: int, step: int) -> int | None:
        while 0 <= index < self.count:
            if not self._heads(index):
                return index
            index += step
        return None

    def _heads(self, index: int) -> bool:
        row = self.row_at(index)
        return row is not None and self._skips(row)
