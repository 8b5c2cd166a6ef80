"""The stand-up by stage, right to left: what moved, is blocked or ages; the rest is folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from opstui.domain import boardviews
from opstui.domain.boardviews import BoardColumn, BoardRow, PersonLoad
from opstui.ui.keys import key_hint
from opstui.ui.present import Line
from opstui.ui.present_board import fold_line, head_line, key_cells, row_line, strip_lines
from opstui.ui.present_card import fold_page, row_page
from opstui.ui.standup.cards import Cards
from opstui.ui.standup.view import View

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.ui.panes.standup import StandupPane

UNFOLDED = 200
"""Rows of a column that are shown when it is unfolded."""


class Strip(NamedTuple):
    """One line of everybody's load."""

    at: int


class Head(NamedTuple):
    """The line over a column."""

    column: BoardColumn


class Fold(NamedTuple):
    """The line for what of a column is not shown."""

    column: BoardColumn
    shown: int


class Settling(NamedTuple):
    """The line that says that the columns are those of a config before this one."""


class Unmapped(NamedTuple):
    """The line for what is on no column."""

    total: int


Row = Strip | Settling | Head | Fold | Unmapped | BoardRow


class BoardView(View[Row]):
    """Loads on top, then the columns."""

    name: ClassVar[str] = "Board"

    def __init__(self, pane: StandupPane) -> None:
        super().__init__(pane)
        self.loads: Sequence[PersonLoad] = ()
        self.found: boardviews.BoardView | None = None
        self.cards = Cards(pane)
        self._unfolded: frozenset[int] = frozenset()
        self._opening: int | None = None
        """The column that was unfolded just now: the cursor goes to the first of what comes."""
        self._keys = 8
        self._strips: dict[int, list[Line]] = {}
        """The lines of everybody's load, by width."""
        self._day_s = 0

    def read(self, desk: Desk) -> Any:
        """Columns, loads, and what of unfolded columns stands behind the rest."""
        view = desk.board.board()
        rest = {
            one.col: desk.board.rest(one.col, len(one.rows), UNFOLDED, view.since)
            for one in view.columns
            if one.col in self._unfolded and one.folded
        }
        return view, desk.board.people(), rest, desk.board.day_s()

    def show(self, found: Any) -> None:
        """Take it."""
        view, people, rest, self._day_s = found
        self.found = view
        # Who is not asked for work and has none is no news: somebody who is away, a name that only an item knows.
        self.loads = [load for load in people.loads if load.in_work or (load.known and not load.away)]
        self.cards.clear()
        self._strips.clear()
        rows: list[Row] = [Strip(0), Strip(1)] if self.loads else []
        if view.settling:
            rows.append(Settling())
        every: list[BoardRow] = []
        for column in view.columns:
            shown = (*column.rows, *rest.get(column.col, ()))
            rows += [Head(column), *shown]
            every += shown
            if column.total > len(shown) or column.col in self._unfolded:
                rows.append(Fold(column, len(shown)))
        if view.unmapped:
            rows.append(Unmapped(view.unmapped))
        if self._opening is not None and (opened := rest.get(self._opening)):
            self.wanted, self._opening = opened[0].row.ref, None
        nothing = not any(column.total for column in view.columns) and not view.unmapped
        self.rows = () if nothing else rows
        self._keys = key_cells(every)

    def tab(self) -> str:
        """The columns have counts of their own."""
        return self.name

    def end(self) -> Line:
        """Since when things count as moved."""
        if self.found is None:
            return []
        return [(f"since {self.pane.look.at(self.found.since, self.pane.desk.now())}", "muted")]

    def identity(self, row: Row) -> object:
        """An item by its ref, a column by its number."""
        match row:
            case BoardRow():
                return row.row.ref
            case Strip(at):
                return ("strip", at)
            case Head(column) | Fold(column):
                return (type(row).__name__, column.col)
            case Settling():
                return "settling"
            case Unmapped():
                return "unmapped"

    def heading(self, row: Row) -> bool:
        """What is over the columns is passed over; a fold is not: it can be opened."""
        return isinstance(row, Strip | Settling | Head | Unmapped)

    def line(self, row: Row, cells: int, here: bool) -> Line:
        """One line."""
        look = self.pane.look
        match row:
            case BoardRow():
                return row_line(row, cells, look, self._day_s, self._keys)
            case Strip(at):
                if cells not in self._strips:
                    self._strips = {cells: strip_lines(self.loads, cells - 1, look)}
                lines = self._strips[cells]
                return lines[at] if at < len(lines) else [(" ", "text")]
            case Head(column):
                return head_line(column, cells, look, ageing=self._ageing, day_s=self._day_s)
            case Fold(column, shown):
                return fold_line(column, shown, cells, look, self._key("standup.unfold") if here else "")
            case Settling():
                return [("The config has changed: the columns are being worked out.", "warning")]
            case Unmapped(total):
                return [("On no column", "strong"), (f" {total}", "muted"), ("   the tab Unseen has them", "muted")]

    def page(self, row: Row, cells: int) -> list[Line]:
        """An item's flow, or a column in words."""
        if isinstance(row, Fold):
            return fold_page(row.column, row.shown, cells, self._ageing, self._day_s)
        if not isinstance(row, BoardRow) or self.found is None:
            return []
        pane = self.pane
        card = self.cards.of(row.row.ref)
        return row_page(row, card, cells, pane.desk.now(), self.found.since, pane.look, self._day_s, self._ageing)

    def ref(self, row: Row) -> str:
        """The item of a row."""
        return row.row.ref if isinstance(row, BoardRow) else ""

    def empty(self) -> Sequence[Line]:
        """No item belongs on the board."""
        return [
            [("No item is on the board.", "text")],
            [],
            [
                ("Tickets of your sources stand here by stage; ", "muted"),
                (self._key("app.sources"), "key"),
                (" shows the sources", "muted"),
            ],
        ]

    def hints(self, row: Row | None) -> Sequence[tuple[str, str]]:
        """What can be done to the item, then what the round needs."""
        own: list[tuple[str, str]] = []
        if row is not None and (column := self._column(row)) is not None and self._folds(column):
            own.append(("standup.unfold", "fold" if column.col in self._unfolded else "unfold"))
        if self.ref(row) if row is not None else "":
            own.append(("item.assign", "owner"))
        return [*own, *self.pane.meeting.hints()][:5]

    def why_not(self, action_id: str, row: Row | None) -> str:
        """Only what is folded can be unfolded."""
        if action_id == "standup.unfold":
            column = self._column(row) if row is not None else None
            if column is None or not self._folds(column):
                return "all of it is shown"
        return ""

    def do(self, verb: str, row: Row | None) -> bool:
        """Unfold the column of the row, or fold it again."""
        column = self._column(row) if row is not None else None
        if verb != "unfold" or column is None:
            return False
        self._unfolded ^= {column.col}
        self._opening = column.col if column.col in self._unfolded else None
        self.pane.read_view()
        return True

    def _column(self, row: Row) -> BoardColumn | None:
        if isinstance(row, Head | Fold):
            return row.column
        if isinstance(row, BoardRow) and self.found is not None:
            return next((one for one in self.found.columns if one.col == row.col), None)
        return None

    def _folds(self, column: BoardColumn) -> bool:
        return bool(column.folded) or column.col in self._unfolded

    def _key(self, action_id: str) -> str:
        return key_hint(action_id, self.pane.desktop.keymap)

    @property
    def _ageing(self) -> int:
        return self.found.ageing if self.found is not None else 85
