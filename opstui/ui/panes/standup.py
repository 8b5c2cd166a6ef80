"""The stand-up: what changed, is blocked or ages, by stage and by person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from opstui.domain.views import QueueRow
from opstui.ui.present import Line
from opstui.ui.verbs import VerbPane
from opstui.ui.widgets.page import Page
from opstui.ui.widgets.tabs_bar import TabsBar


class StandupPane(VerbPane, inherit_bindings=False):
    """The board; until it is read, what it is about to show."""

    place = "standup"

    def __init__(self) -> None:
        super().__init__()
        self.tabs = TabsBar(["Stand-up"], id="heading")
        self.page = Page(id="board")

    def body(self) -> Iterable[Widget]:
        """Heading, then the board."""
        yield self.tabs
        yield self.page

    def here(self) -> str:
        """``Stand-up``."""
        return "Stand-up"

    def refresh_data(self) -> None:
        """Head, board, foot."""
        self.refresh_head()
        self.page.show(self._lines)
        self.foot.hints = self.hints()
        self.foot.repaint()

    def _lines(self, cells: int) -> list[Line]:
        return [[], [("Loading the board …", "muted")]]

    def targets(self) -> Sequence[QueueRow]:
        """No item yet."""
        return ()

    def do_back(self) -> None:
        """Back to the queue."""
        self.desktop.do("app.triage")
