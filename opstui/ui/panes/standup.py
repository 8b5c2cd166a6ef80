"""The stand-up: one pane, a tab for each way to look at the day's work, and the walk from person to person over them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from textual import on
from textual.timer import Timer
from textual.widget import Widget

from opstui.domain.views import QueueRow, Receipt
from opstui.errors import OpstuiError
from opstui.ui.keys import key_hint
from opstui.ui.panes.beside import ListAndPage
from opstui.ui.panes.empty import error_lines
from opstui.ui.panes.queue import DETAIL_PAUSE_S
from opstui.ui.present import Line, Look
from opstui.ui.standup import make_views
from opstui.ui.standup.meeting import Meeting
from opstui.ui.standup.reading import Reading
from opstui.ui.standup.view import View
from opstui.ui.verbs import VerbPane
from opstui.ui.widgets.foot_line import Hint
from opstui.ui.widgets.line_list import LineList
from opstui.ui.widgets.page import Page
from opstui.ui.widgets.skipping_list import SkippingList
from opstui.ui.widgets.tabs_bar import TabsBar

MARKS = ("item.mark", "item.range", "item.alike")
QUIET = ("turn", "said")
"""Steps of the round."""
OWN_PAGE = ("item.open", "item.preview")
"""What any row can be opened with, on an item or not."""


class StandupPane(VerbPane, inherit_bindings=False):
    """The frame: it reads its views beside the keys, shows the one chosen, and gives keys to it first."""

    place = "standup"

    def __init__(self) -> None:
        super().__init__()
        self.views: list[View[Any]] = make_views(self)
        self.at = 0
        """Which of them is shown."""
        self.meeting = Meeting(self)
        self.tabs = TabsBar([view.name for view in self.views], id="heading")
        self.list: SkippingList[Any] = SkippingList(self._line, self._identity, self._heading, id="rows")
        self.page = Page(id="row-page")
        self.columns = ListAndPage(self.list, self.page, self.tabs, self.foot)
        self.whole = False
        self._cursors: dict[int, int] = {}
        """Where the cursor was in the views that are not shown."""
        self.reading = Reading(self, self._came)
        self._resting: Timer | None = None
        self._shown: object = None
        self._fresh = True

    def body(self) -> Iterable[Widget]:
        """Tabs, then list and page."""
        self.fit()
        yield self.tabs
        yield self.columns

    def on_mount(self) -> None:
        """Keys go to the list, which says that it is read."""
        self.list.empty = self._nothing()
        self.list.focus(scroll_visible=False)

    def on_resize(self) -> None:
        """Another size, another place for the page."""
        super().on_resize()
        self.fit()

    def fit(self) -> None:
        """Place list and page for this width."""
        self.columns.fit(self.app.size, len(self.view.rows), whole=self.whole, short=True)

    @property
    def view(self) -> View[Any]:
        """The view that is shown."""
        return self.views[self.at]

    @property
    def look(self) -> Look:
        """Zone and glyphs."""
        return self.desktop.look

    def here(self) -> str:
        """``Stand-up 2 of 6 · 4:12 of 15:00`` while one is under way."""
        return self.meeting.here()

    # Reading: in a thread beside the keys, and only what may have changed

    def refresh_data(self) -> None:
        """Read again what the store has changed; until that is there, what was read before stands."""
        self.desktop.read_health()
        self.reading.stale()
        self._chrome()

    def on_screen_resume(self) -> None:
        """Shown for the first time: the counts of all tabs too."""
        super().on_screen_resume()
        self.reading.stale(others=True)

    def shown_again(self) -> None:
        """Shown as it was left; the counts of all tabs may have changed."""
        super().shown_again()
        self.reading.stale(others=True)

    def tick(self) -> None:
        """Ages move on."""
        self.refresh_data()
        self.reading.stale(others=True)

    def read_view(self) -> None:
        """The view that is shown wants other rows, though nothing was written."""
        self.reading.again()

    def _came(self, at: int) -> None:
        """A view has been read."""
        if at == self.at:
            self._load()
        self._chrome()

    def met(self) -> None:
        """The stand-up itself has been read, which is before any view."""
        for view in self.views:
            view.took()
        self._follow()
        self.list.repaint()
        self.page.again()
        self._chrome()

    def _load(self) -> None:
        """Show the rows of the view; the cursor stays on its row."""
        view = self.view
        self.list.empty = self._nothing()
        self.fit()
        self.list.load(lambda offset, limit: view.rows[offset : offset + limit], len(view.rows), fresh=self._fresh)
        if self._fresh:
            self._fresh = False
            self.list.move_to(self._cursors.get(self.at, 0))
        self._follow()
        self._show()

    def _follow(self) -> None:
        """The cursor goes where the view wants it, once that is there."""
        view = self.view
        if view.wanted is not None:
            at = next((at for at, row in enumerate(view.rows) if view.identity(row) == view.wanted), None)
            if at is not None:
                view.wanted = None
                self.list.move_to(at)

    def _nothing(self) -> Sequence[Line]:
        if error := self.reading.troubles.get(self.at):
            return error_lines(error)
        if self.view.rows or self.at in self.reading.seen:
            return self.view.empty()
        return [[("Loading …" if not self.look.ascii else "Loading", "muted")]]

    # What is shown

    def _chrome(self) -> None:
        """Head, tabs and foot; each redraws only what differs."""
        self.refresh_head()
        self.tabs.names = tuple(view.tab() for view in self.views)
        self.tabs.active = self.at
        self.tabs.end = self.view.end()
        self.tabs.repaint()
        self._refresh_foot()

    def _refresh_foot(self) -> None:
        undo = self.desk.undo_list(1)
        key = key_hint("app.undo", self.desktop.keymap)
        self.foot.end = [(key, "key"), (f" undo: {undo[0].verb.replace('_', ' ')}", "muted")] if undo else []
        self.foot.hints = self.hints()
        self.foot.repaint()

    def hints(self) -> list[Hint]:
        """What can be done with the row under the cursor."""
        row = self.list.row if self.is_attached else None
        wanted = (*self.view.hints(row), ("app.help", "all keys"))
        keymap = self.desktop.keymap
        return [(id, key, word) for id, word in wanted if (key := key_hint(id, keymap))]

    def _line(self, row: Any, cells: int, here: bool) -> Line:
        return self.view.line(row, cells, here)

    def _identity(self, row: Any) -> object:
        return self.view.identity(row)

    def _heading(self, row: Any) -> bool:
        return self.view.heading(row)

    @on(LineList.Moved)
    def _moved(self) -> None:
        """The page waits until the cursor rests, as in the queue: on the way of a key there is only the list."""
        if self._resting:
            self._resting.reset()
        else:
            self._resting = self.set_timer(DETAIL_PAUSE_S, self._rested)

    def _rested(self) -> None:
        self._resting = None
        if self._under_cursor() != self._shown:
            self._show()
        self.foot.hints = self.hints()
        self.foot.repaint()

    def _under_cursor(self) -> object:
        row = self.list.row
        return (self.at, self.view.identity(row)) if row is not None else None

    def _show(self) -> None:
        """The page of the row under the cursor; of the same one as before where it was scrolled to."""
        row, shown = self.list.row, self._under_cursor()
        self.page.show(partial(self.view.page, row) if row is not None else None, keep=shown == self._shown)
        self._shown = shown

    @property
    def counts(self) -> bool:
        """Whether a second more changes what is said: while a stand-up is under way."""
        return self.meeting.under_way

    def count_down(self) -> None:
        """Another second: nothing is read for it."""
        self.refresh_head()
        if self.view.counts:
            self.list.repaint()
            self.page.again()

    # Verbs are on the item of the row

    def targets(self) -> Sequence[QueueRow]:
        """The item of the row under the cursor."""
        row = self.list.row
        ref = self.view.ref(row) if row is not None else ""
        found = self.desk.row(ref) if ref else None
        return [found] if found else []

    def why_not(self, action_id: str) -> str:
        """The view knows what its rows can be; a verdict needs an item."""
        if action_id in MARKS:
            return "marks are made in the queue"
        if action_id in OWN_PAGE:
            return "" if self.list.row is not None else "there is nothing here to open"
        return super().why_not(action_id)

    def written(self, rows: Sequence[QueueRow], receipt: Receipt) -> None:
        """What was written is read at once; whose turn it is shows by itself among the people."""
        if receipt.summary and not receipt.refused and not (receipt.verb in QUIET and self.view.turns):
            self.say(receipt.summary)
        self.refresh_data()
        self.reading.stale(others=True, hurry=True)

    # Keys of the stand-up: the view first, then the meeting; moving about is the frame's

    def action_run(self, action_id: str) -> None:
        """Run an action of this pane, or say why it cannot be run now."""
        place, _, verb = action_id.partition(".")
        if place != self.place:
            super().action_run(action_id)
            return
        self.say()
        own = getattr(self, f"go_{verb}", None)
        row = self.list.row
        if own is None and not self.meeting.known:
            self.ask(partial(self._once_met, action_id))
            return
        try:
            if own is not None:
                own()
            elif why := self.view.why_not(action_id, row):
                self.say(why[:1].upper() + why[1:] + ".", "warning")
            elif not self.view.do(verb, row):
                self.meeting.do(verb)
        except OpstuiError as error:
            self.say(str(error), "error")

    async def _once_met(self, action_id: str) -> None:
        """What a key of the stand-up does depends on how it stands: that is read first, whatever else is waited for."""
        self.meeting.took(await self.aside.answer("met", partial(self.meeting.read, self.desk)))
        self.action_run(action_id)

    def go_next_view(self) -> None:
        """The next tab."""
        self.choose((self.at + 1) % len(self.views))

    def go_previous_view(self) -> None:
        """The tab before."""
        self.choose((self.at - 1) % len(self.views))

    def go_detail_down(self) -> None:
        """Half a page down."""
        self.page.scroll_lines(max(self.page.size.height // 2, 1))

    def go_detail_up(self) -> None:
        """Half a page up."""
        self.page.scroll_lines(-max(self.page.size.height // 2, 1))

    def go_block(self) -> None:
        """Something is blocked that its tracker does not say."""
        from opstui.ui.standup.blockers import block

        self.ask(partial(block, self))

    @on(TabsBar.Chosen)
    def _tab_clicked(self, event: TabsBar.Chosen) -> None:
        self.choose(event.index)

    def open_view(self, name: str) -> None:
        """Go to a tab by its word."""
        for at, view in enumerate(self.views):
            if view.name == name:
                self.choose(at)

    def choose(self, at: int) -> None:
        """Show another tab; each is found as it was left."""
        if at != self.at:
            self._cursors[self.at] = self.list.cursor
            self.at, self._fresh = at, True
            self._load()
        self.reading.stale(hurry=True)
        self._chrome()

    def do_open(self) -> None:
        """The row on a page of its own; again to go back."""
        self._show()
        self.whole = not self.whole
        self.fit()
        self.page.can_focus = self.whole
        (self.page if self.whole else self.list).focus(scroll_visible=False)

    do_preview = do_open

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.do_open()

    def do_copy(self) -> None:
        """Ref and title to the clipboard of the terminal, or what the view has in their place."""
        row = self.list.row
        if row is not None and (text := self.view.copied(row)):
            self.app.copy_to_clipboard(text)
            self.say("Copied the text.")
            return
        for row in self.targets():
            self.app.copy_to_clipboard(f"{row.ref} {row.title}")
            self.say(f"Copied {row.ref}.")

    def do_why(self) -> None:
        """The score of the row's item, term by term."""
        from opstui.ui.dialogs.why import WhyScreen

        for row in self.targets():
            if found := self.desk.detail(row.ref):
                self.app.push_screen(WhyScreen(found))

    def do_filter(self) -> None:
        """Not here."""
        self.say("The stand-up is not filtered: look for an item in the queue.")

    def do_back(self) -> None:
        """Back to the list, then to the queue."""
        if self.whole:
            self.do_open()
        else:
            self.desktop.do("app.triage")
