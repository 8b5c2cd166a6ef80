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
    """The splits' names and counts in ``cells``, and where each stands.

    The active one and the last, which is all of them, are always there; how many there was no room for stands before the
    last. A count below 0 is one that is not known in this view, and is not told.
    """
    room = cells - line_width(end) - 2
    shown = [index for index, split in enumerate(splits) if split.count or index == active or not split.query]
    there = len(shown)
    kept = [index for index in shown if index in (active, len(splits) - 1)]
    if _needed(splits, kept, there, look) > room:
        end, room = [], cells - 1  # rather the names than since when
    while _needed(splits, shown, there, look) > room and len(shown) > 1:
        shown.remove(next((index for index in reversed(shown) if index not in kept), shown[-1 if shown[-1] != active else 0]))
    line: Line = [(" ", "text")]
    places: list[Place] = []
    at = 1
    for index in shown:
        if index == shown[-1] and there > len(shown):
            more = f"+{there - len(shown)}"
            line += [(more, "muted"), ("   ", "text")]
            at += width(more) + 3
        split = splits[index]
        name = tame(split.name)
        count = _count(split, look)
        tone = "strong" if index == active else "muted"
        line += [(name, tone), (count, tone if index == active else "muted"), ("   ", "text")]
        size = width(name) + width(count)
        places.append((index, at, at + size))
        at += size + 3
    gap = cells - line_width(line) - line_width(end) - 1
    return [*line, (" " * max(gap, 0), "text"), *(end if gap >= 0 else [])], places


def _count(split: SplitCount, look: Look) -> str:
    return "" if split.count < 0 else f" {split.count:,}" + ("" if split.fresh else look["ellipsis"])


def _needed(splits: Sequence[SplitCount], shown: Sequence[int], there: int, look: Look) -> int:
    more = len(f"+{there - len(shown)}") + 3 if there > len(shown) else 0
    return 1 + more + sum(width(tame(splits[index].name)) + width(_count(splits[index], look)) + 3 for index in shown)


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
