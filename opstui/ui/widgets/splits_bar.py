"""The splits over the list with their counts, and the rule under them."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from opstui.domain.views import SplitCount
from opstui.ui.cells import tame, width
from opstui.ui.present import Line, Look, line_width
from opstui.ui.widgets.painted import Painted

Place = tuple[int, int, int]
"""Where a split stands: its index, first and last cell."""


def splits_line(cells: int, look: Look, splits: Sequence[SplitCount], active: int, end: Line) -> tuple[Line, list[Place]]:
    """The splits' names and counts in ``cells``, the active one always among them, and where each stands."""
    room = cells - line_width(end) - 2
    shown = [index for index, split in enumerate(splits) if split.count or index == active or not split.query]
    while shown and _needed(splits, shown) > room and len(shown) > 1:
        shown.remove(next(index for index in reversed(shown) if index != active))
    line: Line = [(" ", "text")]
    places: list[Place] = []
    at = 1
    for index in shown:
        split = splits[index]
        name = tame(split.name)
        count = f" {split.count}" + ("" if split.fresh else look["ellipsis"])
        tone = "strong" if index == active else "muted"
        line += [(name, tone), (count, tone if index == active else "muted"), ("   ", "text")]
        size = width(name) + width(count)
        places.append((index, at, at + size))
        at += size + 3
    gap = cells - line_width(line) - line_width(end) - 1
    return [*line, (" " * max(gap, 0), "text"), *(end if gap >= 0 else [])], places


def _needed(splits: Sequence[SplitCount], shown: Sequence[int]) -> int:
    return 1 + sum(width(tame(splits[index].name)) + len(str(splits[index].count)) + 4 for index in shown)


def rule(cells: int, look: Look, joints: Sequence[tuple[int, str]] = (), heavy: Place | None = None) -> Line:
    """A rule of ``cells`` with joints where a column's rule meets it, heavy under the active split."""
    signs = [look["rule"]] * cells
    for at, sign in joints:
        if 0 <= at < cells:
            signs[at] = look["rule"] if look.ascii else sign
    if heavy is None:
        return [("".join(signs), "rule")]
    _, first, last = heavy
    return [("".join(signs[:first]), "rule"), (look["heavy"] * (last - first), "text"), ("".join(signs[last:]), "rule")]


class SplitsBar(Painted):
    """Splits and rule; redrawn when a count or the choice changes."""

    DEFAULT_CSS = "SplitsBar { height: 2; }"

    class Chosen(Message):
        """A split was clicked."""

        def __init__(self, index: int) -> None:
            self.index = index
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.splits: list[SplitCount] = []
        self.active = 0
        self.end: Line = []
        """What is said at the right: since when, or which view this is."""
        self.joints: Sequence[int] = ()
        """The columns where a rule goes down from here."""
        self._places: list[Place] = []

    def line(self, y: int) -> Line:
        """Names and counts above, the rule below."""
        line, self._places = splits_line(self.size.width, self.look, self.splits, self.active, self.end)
        if y == 0:
            return line
        heavy = next((place for place in self._places if place[0] == self.active), None)
        return rule(self.size.width, self.look, [(at, "┬") for at in self.joints], heavy)

    def on_click(self, event: events.Click) -> None:
        """Choose the split under the pointer."""
        for index, first, last in self._places:
            if first <= event.x < last:
                self.post_message(self.Chosen(index))
