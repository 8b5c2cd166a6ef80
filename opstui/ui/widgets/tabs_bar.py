"""A few names over a list, one of them chosen, and the rule under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from opstui.ui.present import Line, line_width
from opstui.ui.widgets.painted import Painted
from opstui.ui.widgets.splits_bar import rule


class TabsBar(Painted):
    """Names and rule; ``end`` is said at the right."""

    DEFAULT_CSS = "TabsBar { height: 2; }"

    @dataclass
    class Chosen(Message):
        """A name was clicked."""

        index: int

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.names = tuple(names)
        self.active = 0
        self.end: Line = []
        self.joint: int | None = None
        """The column where a rule goes down from here."""

    def places(self) -> list[tuple[int, int, int]]:
        """Index, first and last cell of each name."""
        places, at = [], 1
        for index, name in enumerate(self.names):
            places.append((index, at, at + len(name)))
            at += len(name) + 3
        return places

    def line(self, y: int) -> Line:
        """Names above, the rule below, heavy under the chosen one."""
        if y == 0:
            line: Line = [(" ", "text")]
            for index, name in enumerate(self.names):
                line += [(name, "strong" if index == self.active else "muted"), ("   ", "text")]
            gap = self.size.width - line_width(line) - line_width(self.end) - 1
            return [*line, (" " * max(gap, 0), "text"), *(self.end if gap >= 0 else [])]
        joints = [(self.joint, "┬")] if self.joint is not None else []
        return rule(self.size.width, self.look, joints, self.places()[self.active])

    def on_click(self, event: events.Click) -> None:
        """Choose the name under the pointer."""
        for index, first, last in self.places():
            if first <= event.x < last:
                self.post_message(self.Chosen(index))
