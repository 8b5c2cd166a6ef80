"""The triage pane: one ranked queue, the item under the cursor beside it, and a verdict per key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from textual import on
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget

from opstui.domain.model import Place
from opstui.domain.views import Detail, QueueRow, Receipt, SplitCount, View
from opstui.errors import OpstuiError
from opstui.ui.aside import Aside
from opstui.ui.cells import tame
from opstui.ui.keys import bindings_for, key_hint
from opstui.ui.panes.empty import clear_lines, error_lines, nothing_lines
from opstui.ui.present import Line, Look
from opstui.ui.present_detail import detail_lines, timeline_lines
from opstui.ui.verbs import VerbPane
from opstui.ui.widgets.page import Page, SideRule
from opstui.ui.widgets.row_list import RowList
from opstui.ui.widgets.splits_bar import SplitsBar

DETAIL_PAUSE_S = 0.03
"""The detail follows when the cursor rests for this long: a held key costs two lines a step."""
RELOAD_PAUSE_S = 0.02
"""Writes that land together are read again once."""
RECOUNT_PAUSE_S = 0.4
"""The splits are counted anew when verdicts rest for this long."""
PROBE = 100
"""Rows looked at before a whole view is counted beside the keys."""
SIDE, WIDE = 100, 176
"""Terminal widths from which the detail stands beside the list, and the timeline beside the detail."""


class TriagePane(VerbPane, inherit_bindings=False):
    """The queue. State that is not in the store is a view (split, filter, place), the cursor, and the marks."""

    CSS_PATH = "triage.tcss"
    BINDINGS = [*bindings_for("triage"), *bindings_for("list")]
    place = "triage"

    def __init__(self) -> None:
        super().__init__()
        self.bar = SplitsBar(id="splits")
        self.rows = RowList(id="rows")
        self.detail = Page(id="detail", classes="detail")
        self.timeline = Page(id="timeline", classes="timeline")
        rules = SideRule(classes="detail"), SideRule(classes="timeline")
        self.columns = Container(self.rows, rules[0], self.detail, rules[1], self.timeline, id="body")
        self.filter = ""
        self.snoozed = False
        self.only_changed = False
        self.active = -1
        """The chosen split, -1 for all."""
        self.preview: bool | None = None
        """Whether the detail is shown; None: as the width suggests."""
        self.whole = False
        self._splits: tuple[SplitCount, ...] = ()
        self._landed_ids: set[int] = set()
        self._resting: Timer | None = None
        self._reloading: Timer | None = None
        self._recounting: Timer | None = None
        self.aside = Aside()
        self._shown: str | None = None
        self._lead: QueueRow | None = None

    def body(self) -> Iterable[Widget]:
        """Splits, then list, detail and timeline; placed before they are mounted, so that they are drawn once."""
        self.fit()
        yield self.bar
        yield self.columns

    def on_resize(self) -> None:
        """Another width, other columns."""
        self.fit()
        self._refresh_chrome()

    @property
    def look(self) -> Look:
        """Zone and glyphs."""
        return self.desktop.look

    # What is shown

    @property
    def view(self) -> View:
        """Split, filter, place and the only-changed switch as one view."""
        split = self._splits[self.active].query if 0 <= self.active < len(self._splits) else ""
        queries = [query for query in (split if not self.snoozed else "", self.filter) if query.strip()]
        query = queries[0] if len(queries) == 1 else " and ".join(f"({query})" for query in queries)
        place = Place.SNOOZED if self.snoozed else Place.QUEUE
        return View(place, query, self.only_changed and not self.snoozed, grouped=not self.snoozed)

    def refresh_data(self) -> None:
        """Read the view again: the cursor stays on its item, on its line."""
        self.desktop.sources = self.desk.sources()
        self._splits = self.desk.splits()
        self._load(keep=True)
        self._refresh_chrome()
        self._show_detail(fresh=True)

    def _load(self, *, keep: bool, to: QueueRow | None = None) -> None:
        """Show the view: with ``keep`` the cursor stays on its item, else it goes to ``to`` or the first line."""
        view, rows = self.view, self.rows
        rows.hidden -= self._landed_ids
        self._landed_ids.clear()
        here = to or (rows.row if keep else None)
        lead = self._lead if rows.unfolded else None
        try:
            found, exact = self._count(view)
            count = max(found - len(rows.hidden), 0)
            place = self._place(view, here) if here and count else None
            if place is None and lead:
                place = self._place(view, lead)
            rows.show(partial(self.desk.window, view), count, place if here or keep else 0)
        except OpstuiError as error:
            rows.empty = error_lines(error)
            rows.show(lambda offset, limit: (), 0, 0)
            return
        if not exact:
            self.aside.ask("count", partial(self.desk.count, view), partial(self._counted, view))
        if lead and (at := self._place(view, lead)) is not None:
            rows.unfold(self._members(lead), at)
            if here and (index := rows.index_of(here.id)) is not None:
                rows.move_to(index)
        if not count:
            rows.empty = self._nothing()
            rows.repaint()

    def _count(self, view: View) -> tuple[int, bool]:
        """How many rows a view has, as far as that is known at once, and whether it is exact."""
        if not view.query:
            return self.desk.count(view), True
        first = len(self.desk.window(view, 0, PROBE))
        if first < PROBE:
            return first, True
        stored = 0 if self.filter or view.only_changed or self.active < 0 else self._splits[self.active].count
        return max(first, stored), False

    def _counted(self, view: View, count: int) -> None:
        if view == self.view and self.is_attached:
            self.rows.set_count(max(count - len(self.rows.hidden), 0))
            self._refresh_chrome()

    def _place(self, view: View, row: QueueRow) -> int | None:
        """Where a row stands now: looked for around the cursor where a whole view would take long to search."""
        if not view.query:
            return self.desk.position(view, row.id)
        first = max(0, self.rows.cursor - PROBE)
        near = self.desk.window(view, first, 2 * PROBE)
        return next((first + at for at, found in enumerate(near) if found.id == row.id), None)

    def _nothing(self) -> Sequence[Line]:
        """Why there is no row: clear, not fresh, filtered away, or nothing of this sort."""
        now, look, keymap = self.desk.now(), self.look, self.desktop.keymap
        if self.filter:
            return nothing_lines(f"No item matches  {tame(self.filter)}", "Esc", "clears the filter")
        if self.snoozed:
            return nothing_lines("Nothing is snoozed.", key_hint("triage.snoozed", keymap), "goes back to the queue")
        if self.only_changed:
            since = look.at(self.desk.since(), now)
            return nothing_lines(f"Nothing new or moved since {since}.", key_hint("triage.changed", keymap), "shows everything")
        if self.active >= 0:
            name = tame(self._splits[self.active].name)
            return nothing_lines(f"Nothing in {name}.", key_hint("triage.next_split", keymap), "goes to the next split")
        clear, blockers = self.desk.clear()
        return clear_lines(
            clear, blockers, self.desktop.sources, self.desk.session(), now, look, key_hint("app.refresh", keymap)
        )

    def here(self) -> str:
        """``Triage 14 left``."""
        return f"Triage {self._left()} left"

    def _left(self) -> int:
        """Items that still need a verdict, whatever the view."""
        if not (self.snoozed or self.only_changed or self.filter or self.active >= 0):
            return self.rows.count
        return self.desk.session().left

    def _refresh_chrome(self) -> None:
        """Head, splits and foot; each redraws only what differs."""
        self.refresh_head()
        left = self._left()
        self.bar.splits = [*self._splits, SplitCount("All", "", left)]
        self.bar.active = len(self._splits) if self.active < 0 else self.active
        if self.active >= 0 and not (self.filter or self.only_changed):
            self.bar.splits[self.active] = replace(self._splits[self.active], count=self.rows.count, fresh=True)
        if self.snoozed:
            self.bar.splits = [SplitCount("Snoozed", "", self.rows.count)]
            self.bar.active = 0
        self.bar.end = self._said_of_view()
        self.bar.repaint()
        foot = self.foot
        foot.left = self._session()
        foot.hints = self.hints()
        undo = self.desk.undo_list(1) if self.desktop.started else ()
        key = key_hint("app.undo", self.desktop.keymap)
        foot.end = [(key, "key"), (f" undo: {undo[0].verb.replace('_', ' ')}", "muted")] if undo else []
        foot.repaint()

    def _said_of_view(self) -> Line:
        keymap = self.desktop.keymap
        if self.whole:
            return [(key_hint("app.back", keymap), "key"), (" back to the list", "muted")]
        if self.snoozed:
            return [(key_hint("triage.snoozed", keymap), "key"), (" back to the queue", "muted")]
        since = self.look.at(self.desk.since(), self.desk.now())
        if self.only_changed:
            return [
                ("only changed since " + since, "strong"),
                ("  " + key_hint("triage.changed", keymap), "key"),
                (" all", "muted"),
            ]
        return [("since " + since, "muted")]

    def _session(self) -> Line:
        if self.rows.marks:
            return [(f"{len(self.rows.marks)} marked", "strong"), ("  Esc", "key"), (" none", "muted")]
        session = self.desk.session()
        words = [f"{self._left()} left"]
        if session.decided:
            words.append(f"{session.minutes} min")
        if session.seconds_each is not None:
            words.append(f"{session.seconds_each:.0f} s each")
        return [(f" {self.look['dot']} ".join(words), "muted")]

    def settled(self) -> None:
        """Say what undo would do."""
        self._refresh_chrome()

    def tick(self) -> None:
        """Another minute: ages and clocks move on."""
        self._refresh_chrome()
        self.rows.tick()
        self._show_detail(fresh=True)

    # Columns

    def fit(self) -> None:
        """Place list, detail and timeline for this width and what is asked for."""
        size = self.app.size
        wanted = self.desktop.workspace.settings.ui.detail
        beside = wanted == "side" or (wanted in ("auto", "off") and size.width >= SIDE)
        shown = self.preview if self.preview is not None else (wanted != "off" and (beside or wanted == "below"))
        shown = shown or self.whole
        timeline = shown and (size.width >= WIDE or (self.whole and size.width >= SIDE))
        self.set_class(shown, "-detail")
        self.set_class(timeline, "-timeline")
        self.set_class(self.whole, "-whole")
        below = not beside and not self.whole
        self.columns.set_class(below, "-below")
        self.detail.edge = "top" if below else ""
        self.rows.narrow = size.width < SIDE
        detail = min(max(round(size.width * 0.36), 40), 52)
        right = round(size.width * 0.4) if self.whole else 37
        self.detail.styles.width = "1fr" if self.whole or below else detail
        self.detail.styles.height = "55%" if below else "1fr"
        self.timeline.styles.width = right
        joints = [size.width - right - 1] if timeline else []
        if shown and not below and not self.whole:
            joints.append(size.width - detail - 1 - (right + 1 if timeline else 0))
        self.bar.joints = joints if not self.query("#filter") else ()
        self.foot.joints = joints
        self.bar.repaint()
        self.foot.repaint()

    # Detail

    @on(RowList.Moved)
    def _moved(self) -> None:
        if self._resting:
            self._resting.reset()
        else:
            self._resting = self.set_timer(DETAIL_PAUSE_S, self._rested)

    def _rested(self) -> None:
        self._resting = None
        self._show_detail()

    def _show_detail(self, *, fresh: bool = False) -> None:
        """The item under the cursor; ``fresh`` reads it again though it is shown already."""
        if not self.has_class("-detail"):
            return
        row = self.rows.row
        ref = row.ref if row else None
        if ref == self._shown and not fresh:
            return
        keep = ref == self._shown
        self._shown = ref
        found = self.desk.detail(ref) if ref else None
        self.detail.show(partial(self._detail_lines, found) if found else None, keep=keep)
        if self.has_class("-timeline"):
            self.timeline.show(partial(self._timeline_lines, found) if found else None, keep=keep)

    def _detail_lines(self, found: Detail, cells: int) -> list[Line]:
        timeline = not self.has_class("-timeline")
        failed = self.rows.failed.get(found.row.id, "")
        return detail_lines(found, cells, self.desk.now(), self.desk.since(), self.look, timeline=timeline, failed=failed)

    def _timeline_lines(self, found: Detail, cells: int) -> list[Line]:
        return timeline_lines(found, cells, self.desk.now(), self.look)

    # Verdicts on rows

    def targets(self) -> Sequence[QueueRow]:
        """The marked rows, else the one under the cursor."""
        if self.rows.marks:
            return list(self.rows.marks.values())
        return [self.rows.row] if self.rows.row else []

    def take_away(self, rows: Sequence[QueueRow]) -> None:
        """Show the verdict before it is written; the cursor goes on to the next item."""
        if self.snoozed:
            return
        self.rows.hide(row.id for row in rows)
        self._refresh_chrome()

    def written(self, rows: Sequence[QueueRow], receipt: Receipt) -> None:
        """What was written is read again, once for all that land together."""
        for row in rows:
            self._landed_ids.add(row.id)
            self.rows.failed.pop(row.id, None)
        if receipt.verb not in ("undo", "redo"):
            self.rows.marks.clear()
        if self._reloading:
            self._reloading.stop()
        self._reloading = self.set_timer(RELOAD_PAUSE_S, self.refresh_data)
        if self._recounting:
            self._recounting.stop()
        self._recounting = self.set_timer(RECOUNT_PAUSE_S, self._recount)

    def _recount(self) -> None:
        self.aside.ask("splits", self.desk.recount, self._recounted)

    def _recounted(self, splits: tuple[SplitCount, ...]) -> None:
        if self.is_attached:
            self._splits = splits
            self._refresh_chrome()

    def on_unmount(self) -> None:
        """Ask nothing more."""
        self.aside.close()

    def put_back(self, rows: Sequence[QueueRow], why: Mapping[str, str]) -> None:
        """Rows come back where they were; those that could not be written say why."""
        self._landed_ids |= {row.id for row in rows}
        self.rows.failed |= {row.id: why[row.ref] for row in rows if row.ref in why}
        self.refresh_data()

    def _told(self, verb: str, receipt: Receipt) -> None:
        """After undo the cursor is on what came back."""
        super()._told(verb, receipt)
        row = self.desk.row(receipt.refs[0]) if receipt.refs else None
        if row and not self.snoozed:
            self._load(keep=True, to=row)
            self._show_detail(fresh=True)

    # Actions of the pane

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
        return super().why_not(action_id)

    def do_next_split(self) -> None:
        """The next split that has rows."""
        self._step(1)

    def do_previous_split(self) -> None:
        """The one before."""
        self._step(-1)

    def _step(self, step: int) -> None:
        if self.snoozed:
            self.do_snoozed()
            return
        shown = [index for index, split in enumerate(self._splits) if split.count or index == self.active] + [-1]
        self.choose_split(shown[(shown.index(self.active) + step) % len(shown)])

    @on(SplitsBar.Chosen)
    def _split_clicked(self, event: SplitsBar.Chosen) -> None:
        if not self.snoozed:
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

    def do_snoozed(self) -> None:
        """Everything snoozed, or back."""
        self.snoozed = not self.snoozed
        self._another_view()

    def do_unfold(self) -> None:
        """Show a group's items under it, or fold them."""
        if self.rows.unfolded:
            self.rows.unfold(())
            self._lead = None
        elif row := self.rows.row:
            self._lead = row
            self.rows.unfold(self._members(row), self.rows.cursor)

    def _members(self, lead: QueueRow) -> list[QueueRow]:
        refs = [ref for ref in self.members_of(lead) if ref != lead.ref]
        return [row for ref in refs[:200] if (row := self.desk.row(ref))]

    def do_preview(self) -> None:
        """Show or hide the detail."""
        if self.whole:
            self._page(1)
            return
        self.preview = not self.has_class("-detail")
        self.fit()
        self._show_detail(fresh=True)

    def do_open(self) -> None:
        """The whole item; Enter again goes back."""
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
            alike = [found for ref in self.desk.alike(row.ref) if (found := self.desk.row(ref))]
            self.rows.mark([row, *(found for found in alike if found.id != row.id)], on=True)
            self.say(f"{len(alike)} alike marked.")

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

    def do_back(self) -> None:
        """Close what is open: the whole item, the marks, the filter, the snoozed view."""
        if self.whole:
            self.do_open()
        elif self.rows.marks:
            self.rows.clear_marks()
        elif self.filter or self.query("#filter"):
            self._close_filter()
        elif self.rows.unfolded:
            self.do_unfold()
        elif self.snoozed:
            self.do_snoozed()
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
        self.mount(FilterBar(self.desk.check_query, self.filter), after=self.bar)
        self.bar.joints = ()
        self.bar.repaint()

    def on_filter_bar_changed(self, event: object) -> None:
        """Narrow while typing rests."""
        self.filter = getattr(event, "query", "").strip()
        self._another_view()
        from opstui.ui.widgets.filter_bar import FilterBar

        for bar in self.query(FilterBar):
            bar.tell(f"{self.rows.count} of {self._left()}")

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
