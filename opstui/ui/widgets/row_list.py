"""The virtual list: any number of rows, of which only the visible ones are ever fetched or painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from opstui.domain.kinds import OWN
from opstui.domain.views import QueueRow
from opstui.ui.cells import width
from opstui.ui.present import Columns, Line, columns, line_width, queue_line
from opstui.ui.widgets.painted import Painted

Paint = Callable[..., Line]
"""``queue_line``, or what paints another line in its place."""
Fetch = Callable[[int, int], Sequence[QueueRow]]
"""``fetch(offset, limit)`` gives a window of rows."""

NEAR = 500
"""How far the next row that stays is looked for."""
STRIPS = 1000
"""Painted lines kept."""
PAGES = 3
"""Rows fetched at once, in pages."""


class RowList(Painted):
    """Rows with a cursor, marks and ranges. It knows rows by their id, so new data never moves the cursor to another item."""

    DEFAULT_CSS = "RowList { height: 1fr; width: 1fr; }"

    class Moved(Message):
        """The cursor is on another row, or on none."""

        def can_replace(self, message: Message) -> bool:
            """Only the last place of a moving cursor counts."""
            return isinstance(message, RowList.Moved)

    class Opened(Message):
        """The row under the cursor was opened with a double click."""

    class Marked(Message):
        """The set of marked rows changed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.count = 0
        self.cursor = 0
        self.top = 0
        self.marks: dict[int, QueueRow] = {}
        self.failed: dict[int, str] = {}
        """Rows whose last verdict could not be written, with the reason."""
        self.hidden: set[int] = set()
        """Rows that a verdict took away, until the store says so too."""
        self.empty: Sequence[Line] = ()
        """What stands here when there is no row."""
        self.narrow = False
        """Whether nothing stands beside it: then a title needs more room before there is a column for the owner."""
        self._placed = self._moved = False
        self._paint: Paint = queue_line
        self._fetch: Fetch | None = None
        self._start = 0
        self._rows: list[QueueRow] = []
        self._lead = -1
        self._members: list[QueueRow] = []
        self._anchor = 0
        self._ref_cells = 8
        self._key_cells = 4
        self._grid: Columns | None = None
        self._strips: dict[tuple[int, bool, bool, bool, bool], Strip] = {}
        self._strips_for: object = None
        self._drawn_when: datetime | None = None
        self._drawn: dict[int, tuple[object, ...]] = {}

    # Rows

    @property
    def row(self) -> QueueRow | None:
        """The row under the cursor."""
        return self.row_at(self.cursor)

    def row_at(self, index: int) -> QueueRow | None:
        """A row by its place in the list; fetches the window around it when it is not at hand."""
        if not 0 <= index < self.count:
            return None
        if self._members and index > self._lead:
            if index <= self._lead + len(self._members):
                return self._members[index - self._lead - 1]
            index -= len(self._members)
        if not self._start <= index < self._start + len(self._rows):
            self._load(index)
        at = index - self._start
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def index_of(self, row_id: int) -> int | None:
        """The place of a row, when it is in the window at hand."""
        for at, row in enumerate(self._members):
            if row.id == row_id:
                return self._lead + 1 + at
        for at, row in enumerate(self._rows):
            if row.id == row_id:
                index = self._start + at
                return index + len(self._members) if self._members and index > self._lead else index
        return None

    def rows_between(self, first: int, last: int) -> list[QueueRow]:
        """The rows of a range, both ends included."""
        low, high = sorted((first, last))
        return [row for index in range(low, high + 1) if (row := self.row_at(index))]

    def show(self, fetch: Fetch, count: int, cursor: int | None = None) -> None:
        """Show other or newer rows. ``cursor`` is the new place of the row under the cursor: it stays on its screen line."""
        self._fetch, self._start, self._rows, self._members, self._lead = fetch, 0, [], [], -1
        self.count = count
        where = self.cursor if cursor is None else cursor
        self.top += where - self.cursor
        self.cursor = max(0, min(where, count - 1))
        self._clamp_top()
        self._keep_in_view()
        self._strips.clear()
        self._refresh_changed()

    @property
    def placed(self) -> bool:
        """Whether the rows are those of another place than the queue: then a line says what was decided."""
        return self._placed

    @placed.setter
    def placed(self, placed: bool) -> None:
        if placed != self._placed:
            from opstui.ui.present_places import place_line  # the first frame is the queue's

            self._placed, self._grid, self._paint = placed, None, place_line if placed else queue_line

    @property
    def moved(self) -> bool:
        """Whether only what moved is shown: then a line says what, and who moved it."""
        return self._moved

    @moved.setter
    def moved(self, moved: bool) -> None:
        if moved != self._moved:
            self._moved, self._grid = moved, None

    def set_count(self, count: int) -> None:
        """The exact number of rows is known by now."""
        self.count = count + len(self._members)
        if self.cursor >= self.count:
            self.cursor = max(0, self.count - 1)
            self.post_message(self.Moved())
        self._clamp_top()
        self._keep_in_view()
        self._refresh_changed()

    def hide(self, ids: Iterable[int]) -> None:
        """Take rows away at once; the cursor goes to the next one that stays."""
        gone = set(ids)
        stays = next((row for row in self._from_cursor() if row.id not in gone), None)
        self.hidden |= gone
        before = len(self._rows) + len(self._members)
        self._rows = [row for row in self._rows if row.id not in gone]
        self._members = [row for row in self._members if row.id not in gone]
        self.count = max(0, self.count - (before - len(self._rows) - len(self._members)))
        for row_id in gone:
            self.marks.pop(row_id, None)
            self.failed.pop(row_id, None)
        index = self.index_of(stays.id) if stays else None
        self.cursor = max(0, min(self.cursor if index is None else index, self.count - 1))
        self._clamp_top()
        self._keep_in_view()
        self._refresh_changed()
        self.post_message(self.Moved())

    def replace(self, row: QueueRow) -> None:
        """Show a newer state of one row, where it stands."""
        self._rows = [row if old.id == row.id else old for old in self._rows]
        self._members = [row if old.id == row.id else old for old in self._members]
        for key in [key for key in self._strips if key[0] == row.id]:
            del self._strips[key]
        self._refresh_changed()

    def unfold(self, members: Sequence[QueueRow], lead: int = 0) -> None:
        """Show the members of the group at place ``lead`` below it; none folds it again."""
        if self._members:
            if self.cursor > self._lead:
                self.cursor = max(self._lead, self.cursor - len(self._members))
            self.count -= len(self._members)
            self._members = []
        if members:
            self._lead, self._members = lead, list(members)
            self.count += len(members)
        self._clamp_top()
        self._keep_in_view()
        self._refresh_changed()

    @property
    def unfolded(self) -> bool:
        """Whether a group is open."""
        return bool(self._members)

    def _in_group(self, index: int) -> bool:
        """Whether a line is the head of the open group or one of its items."""
        return bool(self._members) and self._lead <= index <= self._lead + len(self._members)

    def _told_row(self, index: int) -> QueueRow | None:
        """A row as it is told in its place: the items of an open group hang under its head, which then counts none."""
        row = self.row_at(index)
        if row is None or not self._in_group(index):
            return row
        if index == self._lead:
            return row._replace(group_size=1)
        return row._replace(title=f"{self.look['child']} {row.title}", group_size=1)

    def _from_cursor(self) -> Iterable[QueueRow]:
        after = range(self.cursor, min(self.count, self.cursor + NEAR))
        before = range(self.cursor - 1, max(-1, self.cursor - NEAR), -1)
        return (row for index in (*after, *before) if (row := self.row_at(index)))

    def _load(self, index: int) -> None:
        if self._fetch is None:
            return
        page = max(self.size.height, 20)
        self._start = max(0, index - page)
        rows = self._fetch(self._start, PAGES * page + len(self.hidden))
        self._rows = [row for row in rows if row.id not in self.hidden] if self.hidden else list(rows)
        refs = [(width(row.ref), width(row.source)) for row in self._rows if row.source != OWN]
        ref = max((whole for whole, _ in refs), default=8)
        key = max((whole - source - 1 for whole, source in refs), default=4)
        if ref > self._ref_cells or key > self._key_cells:
            self._ref_cells, self._key_cells = max(ref, self._ref_cells), max(key, self._key_cells)
            self._grid = None

    def tick(self) -> None:
        """Another minute: redraw the lines whose times read differently now."""
        now, grid, paint = self.surface.now(), self._columns(), self._paint
        changed: list[int] = []
        for y, state in self._drawn.items():
            if not isinstance(row := state[0], QueueRow):
                continue
            if paint(row, grid, self._drawn_when or now, self.look) != paint(row, grid, now, self.look):
                changed.append(y)
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    # Cursor and marks

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, redrawing the two lines that change, or the page when it has to scroll."""
        index = max(0, min(index, self.count - 1))
        if index == self.cursor or not self.count:
            return
        old, self.cursor = self.cursor, index
        if not self._keep_in_view():
            self._refresh_lines((old, index))
        self.post_message(self.Moved())

    def mark(self, rows: Iterable[QueueRow], on: bool | None = None) -> None:
        """Mark rows, unmark them, or turn each one's mark over."""
        for row in rows:
            if on if on is not None else row.id not in self.marks:
                self.marks[row.id] = row
            else:
                self.marks.pop(row.id, None)
        self._refresh_changed()
        self.post_message(self.Marked())

    def mark_here(self) -> None:
        """Turn the mark of the row under the cursor over and go on to the next."""
        if row := self.row:
            self._anchor = self.cursor
            self.mark([row])
            self.move_to(self.cursor + 1)

    def mark_range(self) -> None:
        """Mark from the last marked row to the cursor."""
        self.mark(self.rows_between(self._anchor, self.cursor), on=True)
        self._anchor = self.cursor

    def clear_marks(self) -> None:
        """Unmark every row."""
        self.mark(list(self.marks.values()), on=False)

    def action_run(self, action_id: str) -> None:
        """Run one of the moving actions."""
        page = max(self.size.height - 1, 1)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page, "first": -self.count, "last": self.count}
        self.move_to(self.cursor + steps[action_id.removeprefix("list.")])

    # Painting

    def line(self, y: int) -> Line:
        """One line of the message that stands here when there are no rows."""
        offset = max((self.size.height - len(self.empty)) // 3, 0)
        if not 0 <= y - offset < len(self.empty):
            return [(" ", "text")]
        line = self.empty[y - offset]
        return [(" " * max((self.size.width - line_width(line)) // 2, 1), "text"), *line]

    def render_line(self, y: int) -> Strip:
        """Paint one row, from the strips at hand when nothing about it changed."""
        row = self._told_row(self.top + y)
        self._drawn[y] = state = self._state(y)
        self._cells = self.size.width
        if row is None:
            return self.paint(self.line(y) if not self.count else [(" ", "text")])
        grid, now = self._columns(), self.surface.now()
        basis = (grid, self.surface.palette.name, now.replace(second=0, microsecond=0))
        self._drawn_when = now
        if basis != self._strips_for or len(self._strips) > STRIPS:
            self._strips.clear()
            self._strips_for = basis
        here, barred = bool(state[1]), bool(state[4])
        key = (row.id, here, bool(state[2]), bool(state[3]), self._in_group(self.top + y))
        strip = self._strips.get(key)
        if strip is None:
            line = self._paint(row, grid, now, self.look, cursor=here, marked=key[2], failed=key[3])
            strip = self._strips[key] = self.paint([*line, (" ", "rule")], cursor=here)
        if barred:
            styles = self.surface.palette.cursor if here else self.surface.palette.plain
            return Strip.join([strip.crop(0, self.size.width - 1), self._bar(styles)])
        return strip

    def _bar(self, styles: Mapping[str, Style]) -> Strip:
        return Strip([Segment("|" if self.look.ascii else "▐", styles["rule"])], 1)

    def _thumb(self) -> tuple[int, int] | None:
        """The lines of the scroll thumb, None when everything is in view."""
        height = self.size.height
        if self.count <= height or not height:
            return None
        size = max(1, height * height // self.count)
        start = round((height - size) * self.top / max(self.count - height, 1))
        return start, start + size

    def _columns(self) -> Columns:
        if self._grid is None or self._grid.width != self.size.width - 1:
            self._grid = columns(
                self.size.width - 1, self._ref_cells, self._key_cells, narrow=self.narrow, place=self._placed, moved=self._moved
            )
        return self._grid

    def _clamp_top(self) -> None:
        self.top = max(0, min(self.top, self.count - max(self.size.height, 1)))

    def _keep_in_view(self) -> bool:
        """Scroll so that the cursor is in view: by half a page, so that few key presses redraw the page."""
        height = self.size.height
        if not height or self.top <= self.cursor < self.top + height:
            return False
        self.top = self.cursor - height // 2
        self._clamp_top()
        self.refresh()
        return True

    def _refresh_lines(self, indexes: Iterable[int]) -> None:
        self.refresh(*(Region(0, index - self.top, self.size.width, 1) for index in indexes))

    def _refresh_changed(self) -> None:
        """Redraw the lines whose row, mark or cursor differs from what was last drawn there."""
        changed = [y for y in range(self.size.height) if self._state(y) != self._drawn.get(y)]
        if changed:
            self._shown.clear()
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _state(self, y: int) -> tuple[object, ...]:
        """All that decides what line ``y`` looks like."""
        row = self._told_row(self.top + y)
        if row is None:
            return (None, None if self.count else self.line(y))
        thumb = self._thumb()
        barred = thumb is not None and thumb[0] <= y < thumb[1]
        here = self.top + y == self.cursor
        return (row, here, row.id in self.marks, row.id in self.failed, barred, self._placed, self._moved)

    def on_resize(self) -> None:
        """The cursor stays in view."""
        self._clamp_top()
        self._keep_in_view()

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens; on the scroll thumb's column it jumps."""
        if event.x == self.size.width - 1 and self._thumb():
            self.scroll_rows(round(event.y * self.count / self.size.height) - self.top)
            return
        self.move_to(self.top + event.y)
        if event.chain == 2 and self.row:
            self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll without moving the cursor off the page."""
        event.stop()
        self.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll without moving the cursor off the page."""
        event.stop()
        self.scroll_rows(-3)

    def scroll_rows(self, rows: int) -> None:
        """Scroll by some rows; the cursor stays in view."""
        top = self.top
        self.top += rows
        self._clamp_top()
        if self.top == top:
            return
        self.refresh()
        moved = max(self.top, min(self.cursor, self.top + self.size.height - 1))
        if moved != self.cursor:
            self.cursor = moved
            self.post_message(self.Moved())
