"""Rounds on the screen: a line each, the steps of the one under the cursor beside or below, and moving among both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from textual import on
from textual.widget import Widget

from opstui.domain.roundhistory import History
from opstui.domain.rounds import Standing, State
from opstui.domain.views import QueueRow
from opstui.ui.deciding import DecidingPane
from opstui.ui.keys import key_hint
from opstui.ui.panes.beside import ListAndPage
from opstui.ui.panes.empty import nothing_lines
from opstui.ui.present import Line
from opstui.ui.present_routines import round_page, routine_line, sum_line
from opstui.ui.widgets.line_list import LineList
from opstui.ui.widgets.page import Page
from opstui.ui.widgets.tabs_bar import TabsBar

LEAST_LINES = 3


class RoundsPane(DecidingPane, inherit_bindings=False):
    """A line a round. ``inside`` says that keys go to its steps; ``step`` is the one under the cursor there."""

    def __init__(self) -> None:
        super().__init__()
        self.tabs = TabsBar(["Routines"], id="heading")
        self.list: LineList[Standing] = LineList(self._line, lambda one: one.round.name, id="rounds")
        self.page = Page(id="round")
        self.columns = ListAndPage(self.list, self.page, self.tabs, self.foot)
        self.inside = False
        self.step = 0
        self._rows: Sequence[Standing] = ()
        self._histories: dict[str, History] = {}
        self._places: list[int] = []
        """On which line of the page each step begins."""
        self._shown = ""

    def body(self) -> Iterable[Widget]:
        """Heading, then list and page."""
        self.fit()
        yield self.tabs
        yield self.columns

    def fit(self) -> None:
        """Place list and page for this width."""
        self.columns.fit(self.app.size, max(len(self._rows), LEAST_LINES) if self._rows else 0)

    def on_resize(self) -> None:
        """Another size, another place for the page."""
        super().on_resize()
        self.fit()
        self.call_after_refresh(self._in_view)

    def on_mount(self) -> None:
        """Keys go to the list, unless the pane was opened on a round's steps."""
        if not self.inside:
            self.list.focus(scroll_visible=False)

    def here(self) -> str:
        """``Routines, 1 late``."""
        late = sum(not one.over and one.state in (State.LATE, State.MISSED) for one in self._rows)
        return f"Routines, {late} late" if late else "Routines"

    # What is shown

    def refresh_data(self) -> None:
        """Read today again; the cursor stays on its round and its step."""
        self.desktop.read_health()
        desk = self.desk.routines
        today, missed = desk.today(), desk.missed()
        self._rows = (*missed, *today)
        self._histories.clear()
        self.list.empty = self._nothing()
        self.fit()
        self.list.load(lambda offset, limit: self._rows[offset : offset + limit], len(self._rows))
        self.tabs.end = sum_line(today, missed, self.desktop.look)
        self.tabs.repaint()
        self._go_to_wanted()
        self.refresh_head()
        undo = self.desk.undo_list(1)
        key = key_hint("app.undo", self.desktop.keymap)
        self.foot.end = [(key, "key"), (f" undo: {undo[0].verb.replace('_', ' ')}", "muted")] if undo else []
        self._show()

    def _go_to_wanted(self) -> None:
        """The round that an item of the queue is about."""
        wanted, self.desktop.wanted_round = self.desktop.wanted_round, ""
        if not wanted:
            return
        at = next((at for at, one in enumerate(self._rows) if one.round.name == wanted), None)
        if at is None:
            self.say("That round is over: it is no longer in the list.")
            return
        self.list.move_to(at)
        self._show()
        self._enter()

    def tick(self) -> None:
        """Another minute: what was due is late."""
        self.refresh_data()

    def _nothing(self) -> Sequence[Line]:
        desk = self.desk.routines
        if not desk.all:
            return nothing_lines("No routine is set up: checklists that come again.", "[[routines]]", "in the config adds one")
        coming = [(day, one.name) for one in desk.all if (day := desk.next_day(one.name))]
        day, name = min(coming, default=(None, ""))
        said = f"No routine is due today; {name} is next, on {day:%a} {day.day} {day:%b}." if day else "No routine ever comes."
        return nothing_lines(said, key_hint("app.triage", self.desktop.keymap), "goes back to the queue")

    def _line(self, one: Standing, cells: int, here: bool) -> Line:
        today = self.desk.routines.day
        days = any(row.round.day != today for row in self._rows)
        return routine_line(one, cells, today, self.desk.now(), self.desktop.look, days=days)

    @on(LineList.Moved)
    def _show(self) -> None:
        """The page of the round under the cursor; how it went is read beside the keys."""
        one = self.list.row
        name = one.round.name if one else ""
        if name != self._shown:
            self._shown, self.step = name, self._first_open(one)
            self._leave()
        if one is None:
            self._leave()
        self._refresh_foot()
        self.page.show(partial(self._page, one) if one else None, keep=True)
        self._in_view()
        known = {routine.name for routine in self.desk.routines.all}
        if one and one.round.routine in known - self._histories.keys():
            self.aside.ask("history", partial(self.desk.routines.history, one.round.routine), self._told_history)

    def _told_history(self, history: History) -> None:
        if self.is_attached:
            self._histories[history.routine] = history
            self.page.again()

    def _page(self, one: Standing, cells: int) -> list[Line]:
        found = round_page(
            one,
            cells,
            self.desk.now(),
            self.desktop.look,
            at=self.step if self.inside else None,
            history=self._histories.get(one.round.routine),
            sign_key=key_hint("routines.sign", self.desktop.keymap),
        )
        self._places = found.places
        return found.lines

    def _in_view(self) -> None:
        """Scroll the page so that the step under the cursor is seen, and the page's head with the first one."""
        if not self.inside or not self.page.size.height:
            return
        self.page.line(1)
        if not self._places:
            return
        height = self.page.size.height - (1 if self.page.edge == "top" else 0)
        place = self._places[min(self.step, len(self._places) - 1)] if self.step else 0
        end = self._places[self.step] + 2 if self.step < len(self._places) else place
        if place < self.page.top:
            self.page.scroll_lines(place - self.page.top)
        elif end >= self.page.top + height:
            self.page.scroll_lines(end - height + 1 - self.page.top)

    def _refresh_foot(self) -> None:
        self.foot.hints = self.hints()
        self.foot.repaint()

    def targets(self) -> Sequence[QueueRow]:
        """A round is no item."""
        return ()

    # Moving

    def action_run(self, action_id: str) -> None:
        """Moving is the list's, or goes from step to step."""
        if not action_id.startswith("list."):
            super().action_run(action_id)
            return
        if not self.inside:
            self.list.action_run(action_id)
            return
        last = len(self.list.row.round.steps) - 1 if self.list.row else 0
        steps = {"down": 1, "up": -1, "page_down": 8, "page_up": -8, "first": -last, "last": last}
        self._to(max(0, min(self.step + steps[action_id.removeprefix("list.")], last)))

    def _to(self, step: int) -> None:
        self.step = step
        self.page.again()
        self._in_view()

    def _first_open(self, one: Standing | None) -> int:
        steps = one.round.steps if one else ()
        return next((n for n, step in enumerate(steps) if not step.over), 0)

    def _enter(self) -> None:
        self.inside = True
        self.set_focus(None)
        self._to(self._first_open(self.list.row))
        self._refresh_foot()

    def _leave(self) -> None:
        if self.inside:
            self.inside = False
            self.list.focus(scroll_visible=False)
            self.page.again()
            self.page.scroll_lines(-self.page.top)
