"""A virtual list of anything: only the lines in view are ever fetched or painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from opstui.ui.keys import bindings_for
from opstui.ui.present import Line, line_width, strip
from opstui.ui.widgets.painted import Painted

Row = TypeVar("Row")

WINDOW = 200
"""Rows fetched at once."""


class LineList(Painted, Generic[Row], can_focus=True, inherit_bindings=False):
    """Rows with a cursor. ``draw(row, cells, here)`` gives a row's line, ``identity`` what makes it the same row again."""

    DEFAULT_CSS = "LineList { height: 1fr; width: 1fr; }"
    BINDINGS = [*bindings_for("list")]

    @dataclass
    class Moved(Message):
        """The cursor is on another row, or on none."""

        def can_replace(self, message: Message) -> bool:
            """Only the last place of a moving cursor counts."""
            return isinstance(message, LineList.Moved)

    @dataclass
    class Opened(Message):
        """A row was opened with a double click."""

    def __init__(
        self, draw: Callable[[Row, int, bool], Line], identity: Callable[[Row], object], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.count = 0
        self.cursor = 0
        self.top = 0
        self.empty: Sequence[Line] = ()
        """What stands here when there is no row."""
        self._draw = draw
        self._identity = identity
        self._fetch: Callable[[int, int], Sequence[Row]] = lambda offset, limit: ()
        self._start = 0
        self._rows: Sequence[Row] = ()
        self._told: object = None

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.row_at(self.cursor)

    def row_at(self, index: int) -> Row | None:
        """A row by its place; fetches the window around it when it is not at hand."""
        if not 0 <= index < self.count:
            return None
        if not self._start <= index < self._start + len(self._rows):
            self._start = max(0, index - WINDOW // 3)
            self._rows = self._fetch(self._start, WINDOW)
        at = index - self._start
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def load(self, fetch: Callable[[int, int], Sequence[Row]], count: int, *, fresh: bool = False) -> None:
        """Show ``count`` rows; the cursor stays on its row if that is near, unless this is a ``fresh`` list."""
        before = self.row
        held = None if before is None or fresh else self._identity(before)
        self._fetch, self._start, self._rows = fetch, 0, ()
        self.count = count
        if fresh:
            self.cursor = self.top = 0
        if held is not None:
            self._find(held)
        self.cursor = max(0, min(self.cursor, count - 1))
        self._settle()
        self._tell()

    def _find(self, held: object) -> None:
        """Follow a row that moved because others came before it."""
        self.row_at(min(self.cursor, self.count - 1))
        for at, row in enumerate(self._rows):
            if self._identity(row) == held:
                moved = self._start + at - self.cursor
                self.cursor += moved
                self.top += moved
                return

    def move_to(self, index: int) -> None:
        """Put the cursor on a row."""
        before, top = self.cursor, self.top
        self.cursor = max(0, min(index, self.count - 1))
        self._settle(repaint=False)
        if self.top != top or not self.count:
            self.repaint()
        elif self.cursor != before:
            self.repaint_lines((before - top, self.cursor - top))
        self._tell()

    def action_run(self, action_id: str) -> None:
        """Run one of the moving actions."""
        page = max(self.size.height - 1, 1)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page, "first": -self.count, "last": self.count}
        self.move_to(self.cursor + steps[action_id.removeprefix("list.")])

    def _tell(self) -> None:
        row = self.row
        if row != self._told:
            self._told = row
            self.post_message(self.Moved())

    def _settle(self, *, repaint: bool = True) -> None:
        """Scroll so that the cursor is in view, by half a page, and redraw what differs."""
        height = max(self.size.height, 1)
        if not self.top <= self.cursor < self.top + height:
            self.top = self.cursor - height // 2
        self.top = max(0, min(self.top, self.count - height))
        if repaint:
            self.repaint()

    def line(self, y: int) -> Line:
        """A row's line, or one of the message that stands here when there are no rows."""
        if not self.count:
            offset = max((self.size.height - len(self.empty)) // 3, 0)
            if not 0 <= y - offset < len(self.empty):
                return [(" ", "text")]
            line = self.empty[y - offset]
            return [(" " * max((self.size.width - line_width(line)) // 2, 1), "text"), *line]
        row = self.row_at(self.top + y)
        if row is None:
            return [(" ", "text")]
        here = self.top + y == self.cursor
        lead = self.look["cursor"] if here else " "
        drawn = self._draw(row, max(self.size.width - 2, 1), here)
        used = line_width(drawn)
        thumb = self._thumb(y, used)
        # As wide as the list: what is drawn anew when the cursor leaves must reach to the end of its background.
        return [(lead, "accent"), *drawn, *(thumb or [(" " * max(self.size.width - 1 - used, 0), "text")])]

    def _thumb(self, y: int, used: int) -> Line:
        """The last cell of a line: part of the scroll thumb, or nothing."""
        height = self.size.height
        if self.count <= height or not height:
            return []
        size = max(1, height * height // self.count)
        start = round((height - size) * self.top / max(self.count - height, 1))
        if not start <= y < start + size:
            return []
        gap = self.size.width - 2 - used
        return [(" " * max(gap, 0), "text"), ("|" if self.look.ascii else "▐", "rule")]

    def render_line(self, y: int) -> Strip:
        """Paint one line, the cursor's on its own background."""
        line = self._shown.get(y)
        if line is None:
            line = self._shown[y] = self.line(y)
        palette = self.surface.palette
        here = bool(self.count) and self.top + y == self.cursor
        styles = dict(palette.cursor if here else palette.plain)
        styles["struck"] = styles["muted"] + Style(strike=True)
        return strip(line, styles, self.size.width).adjust_cell_length(self.size.width, styles["text"])

    def on_resize(self) -> None:
        """The cursor stays in view."""
        super().on_resize()
        self._settle()

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens."""
        if self.top + event.y < self.count:
            self.move_to(self.top + event.y)
            if event.chain == 2:
                self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll; the cursor stays on the page."""
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll; the cursor stays on the page."""
        event.stop()
        self._scroll(-3)

    def _scroll(self, rows: int) -> None:
        height = max(self.size.height, 1)
        self.top = max(0, min(self.top + rows, self.count - height))
        self.cursor = max(self.top, min(self.cursor, self.top + height - 1, max(self.count - 1, 0)))
        self.repaint()
        self._tell()
