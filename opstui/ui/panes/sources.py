"""The sources pane: one line a source, and under it what went wrong, what helps, and what did not come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from textual import on
from textual.widget import Widget

from opstui.domain.views import SourceState
from opstui.ui.keys import key_hint
from opstui.ui.pane import Pane
from opstui.ui.panes.empty import nothing_lines
from opstui.ui.present import Line
from opstui.ui.present_sources import TROUBLE, backup_lines, source_line, source_page
from opstui.ui.widgets.foot_line import Hint
from opstui.ui.widgets.line_list import LineList
from opstui.ui.widgets.page import Page
from opstui.ui.widgets.tabs_bar import TabsBar

REFUSED_SHOWN = 200


class SourcesPane(Pane, inherit_bindings=False):
    """Every configured source's health; ``r`` reads the one under the cursor now."""

    DEFAULT_CSS = """
    SourcesPane #sources { height: auto; max-height: 50%; min-height: 3; }
    SourcesPane #source { height: 1fr; }
    """
    place = "sources"

    def __init__(self) -> None:
        super().__init__()
        self.tabs = TabsBar(["Sources"], id="heading")
        self.list: LineList[SourceState] = LineList(self._line, lambda source: source.name, id="sources")
        self.page = Page(id="source")
        self.page.edge = "top"
        self._states: Sequence[SourceState] = ()
        self._backup = ""
        """Why the daily copy fails."""

    def body(self) -> Iterable[Widget]:
        """Heading, lines, page."""
        yield self.tabs
        yield self.list
        yield self.page

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.list.focus(scroll_visible=False)

    def here(self) -> str:
        """``Sources``, and how many are in trouble."""
        bad = sum(state.state in TROUBLE for state in self._states)
        return f"Sources, {bad} in trouble" if bad else "Sources"

    def refresh_data(self) -> None:
        """Read the health again; the cursor stays on its source."""
        self._states = self.desktop.sources = self.desk.sources()
        self.list.empty = nothing_lines("No source is set up yet.", "opstui init", "sets up the first one")
        self.list.styles.height = max(len(self._states), 3)
        self.list.load(lambda offset, limit: self._states[offset : offset + limit], len(self._states))
        total = sum(state.items for state in self._states)
        self._backup = self.desk.backup_trouble()
        self.tabs.end = [(f"{total:,} items from {len(self._states)}", "muted")] if self._states else []
        if self._backup:
            self.tabs.end = [(f"{self.desktop.look['trouble']} the daily backup fails", "error")]
        self.tabs.repaint()
        self.refresh_head()
        self.foot.hints = self.hints()
        self.foot.repaint()
        self._show()

    def tick(self) -> None:
        """Ages move on."""
        self.refresh_data()

    def hints(self) -> list[Hint]:
        """What one does here."""
        wanted = (
            ("app.refresh", "read it now"),
            ("sources.detail_down", "scroll"),
            ("app.triage", "triage"),
            ("app.help", "all keys"),
        )
        return [(id, key_hint(id, self.desktop.keymap), word) for id, word in wanted if key_hint(id, self.desktop.keymap)]

    def _line(self, source: SourceState, cells: int, here: bool) -> Line:
        return source_line(source, cells, self.desk.now(), self.desktop.look)

    @on(LineList.Moved)
    def _show(self) -> None:
        """The page of the source under the cursor."""
        source = self.list.row
        if source is None:
            self.page.show(self._backup_lines if self._backup else None)
            return
        refused = self.desk.refusals(source.name, REFUSED_SHOWN) if source.refused else ()
        self.page.show(partial(self._page, source, refused))

    def _page(self, source: SourceState, refused: Sequence[tuple[str, str, str]], cells: int) -> list[Line]:
        page = source_page(source, refused, cells, self.desk.now(), self.desktop.look)
        return [*self._backup_lines(cells), *page]

    def _backup_lines(self, cells: int) -> list[Line]:
        return backup_lines(self._backup, cells) if self._backup else []

    def do_refresh(self) -> None:
        """Read the source under the cursor now."""
        source = self.list.row
        if source is None:
            self.say("There is no source to read yet: opstui init sets up the first one.", "warning")
            return
        if source.state == "gone":
            self.say(f"{source.name} cannot be read: {source.what}.", "warning")
            return
        self.desktop.pull(source.name)

    def do_detail_down(self) -> None:
        """Half a page down."""
        self.page.scroll_lines(max(self.page.size.height // 2, 1))

    def do_detail_up(self) -> None:
        """Half a page up."""
        self.page.scroll_lines(-max(self.page.size.height // 2, 1))

    def do_back(self) -> None:
        """Back to the queue."""
        self.desktop.do("app.triage")
