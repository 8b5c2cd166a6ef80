"""The triage pane: one ranked queue, and a key for everything that is done with it."""

from __future__ import annotations

from functools import partial

from textual import on

from opstui.domain.kinds import OWN
from opstui.ui.keys import bindings_for, key_hint
from opstui.ui.panes.queue import QueuePane
from opstui.ui.widgets.row_list import RowList
from opstui.ui.widgets.splits_bar import SplitsBar


class TriagePane(QueuePane, inherit_bindings=False):
    """What each key of the queue does; the verdicts themselves are ``VerbPane``'s."""

    CSS_PATH = "triage.tcss"
    BINDINGS = [*bindings_for("triage"), *bindings_for("list")]
    place = "triage"

    def action_run(self, action_id: str) -> None:
        """Moving is the list's, or the page's when the whole item is open."""
        if action_id.startswith("list."):
            (self.detail if self.whole else self.rows).action_run(action_id)
        else:
            super().action_run(action_id)

    def why_not(self, action_id: str) -> str:
        """Also: nothing to unfold, nothing to range from."""
        row = self.rows.row
        if action_id == "triage.unfold" and not self.rows.unfolded and (row is None or row.group_size < 2):
            return "this line is one item, not a group"
        if action_id == "triage.changed" and self.places.at:
            return f"it narrows the queue; {key_hint('triage.places', self.desktop.keymap)} goes back there"
        return super().why_not(action_id)

    def do_next_split(self) -> None:
        """The next split that has rows."""
        self._step(1)

    def do_previous_split(self) -> None:
        """The one before."""
        self._step(-1)

    def _step(self, step: int) -> None:
        if self.places.at:
            self.places.step(step)
            self._another_place()
            return
        shown = [index for index, split in enumerate(self._splits) if split.count or index == self.active] + [-1]
        self.choose_split(shown[(shown.index(self.active) + step) % len(shown)])

    @on(SplitsBar.Chosen)
    def _split_clicked(self, event: SplitsBar.Chosen) -> None:
        if self.places.at:
            self.places.open(self.places.shown()[event.index])
            self._another_place()
        else:
            self.choose_split(event.index if event.index < len(self._splits) else -1)

    def choose_split(self, index: int) -> None:
        """Show another split, from its first line."""
        self.active = index
        self._another_view()

    def _another_view(self) -> None:
        self.rows.marks.clear()
        self._load(keep=False)
        self._refresh_chrome()
        self._show_detail()

    def do_changed(self) -> None:
        """Only what is new or moved; the cursor stays on its item when that is among them."""
        self.only_changed = not self.only_changed
        self._load(keep=True)
        self._refresh_chrome()
        self._show_detail()

    def do_places(self) -> None:
        """What is snoozed and, place by place, what else was decided; or back."""
        self.places.toggle()
        self._another_place()

    def _another_place(self) -> None:
        self.rows.unfold(())
        self._lead = None
        self._another_view()
        self._count_places()

    def do_unfold(self) -> None:
        """Show a group's items under it, or fold them."""
        if self.rows.unfolded:
            self.rows.unfold(())
            self._lead = None
        elif row := self.rows.row:
            self._lead = row
            self.rows.unfold(self._members(row), self.rows.cursor)

    def do_preview(self) -> None:
        """Show or hide the detail."""
        if self.whole:
            self._page(1)
            return
        self.preview = not self.has_class("-detail")
        self.fit()
        self._show_detail(fresh=True)

    def do_open(self) -> None:
        """The whole item; Enter again goes back. An item of opstui's own is opened where it can be mended."""
        row = self.rows.row
        own = self.desk.detail(row.ref) if not self.whole and row and row.source == OWN else None
        if own and self.desktop.open_own(own.item.fields):
            return
        self.whole = not self.whole
        self.fit()
        self._refresh_chrome()
        self._show_detail(fresh=True)

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.do_open()

    def _page(self, pages: int) -> None:
        self.detail.scroll_lines(pages * max(self.detail.size.height - 2, 1))

    def do_detail_down(self) -> None:
        """Scroll the detail."""
        self.detail.scroll_lines(max(self.detail.size.height // 2, 1))

    def do_detail_up(self) -> None:
        """Scroll the detail."""
        self.detail.scroll_lines(-max(self.detail.size.height // 2, 1))

    def do_mark(self) -> None:
        """Mark, and go on."""
        self.rows.mark_here()

    def do_range(self) -> None:
        """Mark from the last mark to here."""
        self.rows.mark_range()

    def do_alike(self) -> None:
        """Mark everything like this."""
        if row := self.rows.row:
            alike = [one for one in self.desk.rows(self.desk.alike(row.ref)) if one.place is row.place]
            self.rows.mark([row, *(one for one in alike if one.id != row.id)], on=True)
            self.say(f"{len(alike):,} alike marked.")

    @on(RowList.Marked)
    def _marks_changed(self) -> None:
        self.foot.left = self._session()
        self.foot.repaint()

    def do_copy(self) -> None:
        """Ref and title to the clipboard of the terminal."""
        rows = self.targets()
        self.app.copy_to_clipboard("\n".join(f"{row.ref} {row.title}" for row in rows))
        self.say(f"Copied {rows[0].ref}" + (f" and {len(rows) - 1} more." if len(rows) > 1 else "."))

    def do_why(self) -> None:
        """The score, term by term."""
        from opstui.ui.dialogs.why import WhyScreen

        row = self.rows.row
        if row and (found := self.desk.detail(row.ref)):
            self.app.push_screen(WhyScreen(found, self.desk.now()))

    def do_standard(self) -> None:
        """How it is done, and what of that was done here."""
        from opstui.ui.standards import follow

        if row := self.rows.row:
            self.ask(partial(follow, self, row.ref))

    def do_back(self) -> None:
        """Close what is open: the whole item, the marks, the filter, the places."""
        if self.whole:
            self.do_open()
        elif self.rows.marks:
            self.rows.clear_marks()
        elif self.filter or self.query("#filter"):
            self._close_filter()
        elif self.rows.unfolded:
            self.do_unfold()
        elif self.places.at:
            self.do_places()
        elif self.only_changed:
            self.do_changed()
        elif self.active >= 0:
            self.choose_split(-1)

    # Filter

    def do_filter(self) -> None:
        """Type what to narrow to."""
        from opstui.ui.widgets.filter_bar import FilterBar

        open_bar = self.query(FilterBar)
        if open_bar:
            open_bar.first().edit()
            return
        bar = FilterBar(self.desk.check_query, self.filter)
        self.mount(bar, after=self.bar)
        self.desktop.held.wait_while(lambda: bar.is_attached and not bar.has_focus_within)
        self.bar.joints = ()
        self.bar.repaint()

    def on_filter_bar_changed(self, event: object) -> None:
        """Narrow while typing rests."""
        self.filter = getattr(event, "query", "").strip()
        self._another_view()
        from opstui.ui.widgets.filter_bar import FilterBar

        for bar in self.query(FilterBar):
            bar.tell(f"{self.rows.count:,} of {self._left():,}")

    def on_filter_bar_done(self, event: object) -> None:
        """Back to the list, with the filter or without."""
        if getattr(event, "kept", False):
            self.set_focus(None)
        else:
            self._close_filter()

    def _close_filter(self) -> None:
        self.query("#filter").remove()
        self.set_focus(None)
        had, self.filter = self.filter, ""
        if had:
            self._load(keep=True)
            self._refresh_chrome()
            self._show_detail()
        self.call_after_refresh(self.fit)
