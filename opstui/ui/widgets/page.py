"""A scrollable page of ready-made lines: the detail beside the list, and the timeline."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from opstui.ui.present import Line
from opstui.ui.widgets.painted import Painted

Write = Callable[[int], list[Line]]
"""Gives the lines of a page for a width in cells."""


class Page(Painted):
    """Lines made for the width at hand. Only lines that differ are redrawn, so going from item to item costs little."""

    DEFAULT_CSS = "Page { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.top = 0
        self.edge = ""
        """Where a rule of its own parts it from its neighbour: ``top``, ``left`` or nowhere."""
        self._write: Write | None = None
        self._lines: list[Line] = []
        self._made_for = 0

    def show(self, write: Write | None, *, keep: bool = False) -> None:
        """Show another page from its top; ``keep`` stays where it was scrolled to."""
        self._write = write
        self._made_for = 0
        if not keep:
            self.top = 0
        self.repaint()

    def again(self) -> None:
        """The same page, written anew: what it says of the time has moved on."""
        self._made_for = 0
        self.repaint()

    def line(self, y: int) -> Line:
        """The rule and the line's text."""
        cells = max(self.size.width - (3 if self.edge == "left" else 2), 1)
        if cells != self._made_for:
            self._lines = self._write(cells) if self._write else []
            self._made_for = cells
        if self.edge == "top":
            if y == 0:
                return [(self.look["rule"] * self.size.width, "rule")]
            y -= 1
        at = y + self.top
        text = self._lines[at] if at < len(self._lines) else []
        return [(self.look["side"] + " ", "rule") if self.edge == "left" else (" ", "text"), *text]

    def scroll_lines(self, lines: int) -> None:
        """Scroll by some lines, within the page."""
        self.line(0)
        top = max(0, min(self.top + lines, len(self._lines) - self.size.height))
        if top != self.top:
            self.top = top
            self.repaint()

    def action_run(self, action_id: str) -> None:
        """Run one of the moving actions: a page scrolls."""
        page, whole = max(self.size.height - 2, 1), len(self._lines)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page, "first": -whole, "last": whole}
        self.scroll_lines(steps[action_id.removeprefix("list.")])

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the page."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the page."""
        event.stop()
        self.scroll_lines(-3)


class SideRule(Painted):
    """The rule between two columns. A widget of its own: what is beside it is then redrawn without it."""

    DEFAULT_CSS = "SideRule { width: 1; height: 1fr; }"

    def line(self, y: int) -> Line:
        """One cell."""
        return [(self.look["side"], "rule")]
