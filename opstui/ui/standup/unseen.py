"""What nobody sees: items without a clear owner whom the config knows, or on no column; and persons under several names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from opstui.domain import boardviews
from opstui.domain.boardviews import BoardRow, Spelling, UnseenGroup
from opstui.ui.present import Line
from opstui.ui.present_board import group_line, key_cells, more_line, row_line, spelling_line
from opstui.ui.present_card import row_page, spelling_page
from opstui.ui.standup.cards import Cards
from opstui.ui.standup.view import View

if TYPE_CHECKING:
    from datetime import datetime

    from opstui.services.desk import Desk
    from opstui.ui.panes.standup import StandupPane


class Head(NamedTuple):
    """The line over a reason."""

    group: UnseenGroup


class More(NamedTuple):
    """The line for what of a reason is not shown."""

    code: str
    total: int


class Names(NamedTuple):
    """The line over persons under several names."""

    total: int


class Here(NamedTuple):
    """An item, under one of its reasons."""

    code: str
    item: BoardRow


Row = Head | More | Names | Here | Spelling


class UnseenView(View[Row]):
    """A heading for every reason that has any, its items below."""

    name: ClassVar[str] = "Unseen"

    def __init__(self, pane: StandupPane) -> None:
        super().__init__(pane)
        self.total = 0
        self.cards = Cards(pane)
        self._since: datetime | None = None
        self._day_s = 0
        self._keys = 8

    def read(self, desk: Desk) -> Any:
        """The reasons with their items, and the spellings."""
        return desk.board.unseen(), desk.board.people().spellings, desk.board.since(), desk.board.day_s()

    def show(self, found: Any) -> None:
        """Take it."""
        view: boardviews.UnseenView
        view, spellings, self._since, self._day_s = found
        self.cards.clear()
        rows: list[Row] = []
        for group in view.groups:
            if group.total:
                rows += [Head(group), *(Here(group.code, row) for row in group.rows)]
                if group.total > len(group.rows):
                    rows.append(More(group.code, group.total - len(group.rows)))
        if spellings:
            rows += [Names(len(spellings)), *spellings]
        self.total = view.total + len(spellings)
        self._keys = key_cells(row for group in view.groups for row in group.rows)
        self.rows = rows

    def tab(self) -> str:
        """With how many there are."""
        return f"{self.name} {self.total}" if self.total else self.name

    def identity(self, row: Row) -> object:
        """An item by reason and ref, a heading by what it is over."""
        match row:
            case Here(code, item):
                return (code, item.row.ref)
            case Head(group):
                return ("head", group.code)
            case More(code, _):
                return ("more", code)
            case Names():
                return "names"
            case Spelling():
                return ("spelling", row.name)

    def heading(self, row: Row) -> bool:
        """Headings and counts are passed over."""
        return isinstance(row, Head | More | Names)

    def line(self, row: Row, cells: int, here: bool) -> Line:
        """One line."""
        look = self.pane.look
        match row:
            case Here(_, item):
                return row_line(item, cells, look, self._day_s, self._keys)
            case Head(group):
                return group_line(group, cells, look)
            case More(_, total):
                return more_line(total, look)
            case Names(total):
                return [("One person under several names", "strong"), (f" {total}", "muted")]
            case Spelling():
                return spelling_line(row, cells, look)

    def page(self, row: Row, cells: int) -> list[Line]:
        """An item's flow, or what to write."""
        if isinstance(row, Spelling):
            return spelling_page(row, cells)
        if not isinstance(row, Here):
            return []
        pane, now = self.pane, self.pane.desk.now()
        card = self.cards.of(row.item.row.ref)
        return row_page(row.item, card, cells, now, self._since or now, pane.look, self._day_s)

    def ref(self, row: Row) -> str:
        """The item of a row."""
        return row.item.row.ref if isinstance(row, Here) else ""

    def empty(self) -> Sequence[Line]:
        """Everything is seen by somebody."""
        return [
            [("Everything is seen.", "text")],
            [],
            [
                (
                    "Items without one clear owner whom the config knows, and on no column of the board, would stand here.",
                    "muted",
                )
            ],
        ]

    def hints(self, row: Row | None) -> Sequence[tuple[str, str]]:
        """Give it to somebody, then what the round needs."""
        own = [("item.assign", "owner"), ("item.decline", "decline")] if row is not None and self.ref(row) else []
        return [*own, *self.pane.meeting.hints()][:5]
