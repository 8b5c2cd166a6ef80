"""The queue on the screen: a view of it in a list, the item under the cursor beside it, read again when the store moves on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.geometry import Size
from textual.timer import Timer
from textual.widget import Widget

from opstui.domain.kinds import Place
from opstui.domain.views import Detail, Outgoing, QueueRow, Receipt, SplitCount, View
from opstui.errors import OpstuiError
from opstui.ui.cells import tame
from opstui.ui.keys import key_hint
from opstui.ui.panes.empty import clear_lines, error_lines, nothing_lines
from opstui.ui.places import Places
from opstui.ui.present import Line, Look
from opstui.ui.present_detail import detail_lines, timeline_lines
from opstui.ui.verbs import VerbPane
from opstui.ui.widgets.page import Page, SideRule
from opstui.ui.widgets.painted import Columns
from opstui.ui.widgets.row_list import RowList
from opstui.ui.widgets.splits_bar import SplitsBar

if TYPE_CHECKING:
    from opstui.domain.standards import Matched

DETAIL_PAUSE_S = 0.03
"""The detail follows when the cursor rests for this long: a held key costs two lines a step."""
RELOAD_PAUSE_S = 0.02
"""Writes that land together are read again once."""
RECOUNT_PAUSE_S = 0.4
"""The splits are counted anew when verdicts rest for this long."""
PROBE = 150
"""Rows looked at before a whole view is counted beside the keys."""
DRAFTS = {"note": "item.note", "comment": "item.comment", "decision": "item.decision"}
"""What can be begun on an item, and the action that goes on with it."""
CAPTURE = "capture"
"""Where the draft of the quick capture is kept."""
SIDE, WIDE = 110, 200
"""Terminal widths from which the detail stands beside the list, and the timeline beside the detail."""


def widths(cells: int, timeline: bool) -> tuple[int, int]:
    """Cells of the detail and of the timeline beside it: no more than leaves the titles as long as a narrower screen has."""
    if timeline:
        both = min(cells * 40 // 100, 112)
        right = both * 17 // 40
        return both - right, right
    return max(cells * 26 // 100, 38, cells - 136), 0


class QueuePane(VerbPane, inherit_bindings=False):
    """A view of the queue: what it shows, where its columns stand, and what becomes of rows that are decided.

    State that is not in the store is the view (split, filter, place), the cursor, and the marks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bar = SplitsBar(id="splits")
        self.rows = RowList(id="rows")
        self.detail = Page(id="detail", classes="detail")
        self.timeline = Page(id="timeline", classes="timeline")
        rules = SideRule(classes="detail"), SideRule(classes="timeline")
        self.columns = Columns(self.rows, rules[0], self.detail, rules[1], self.timeline, id="body")
        self.filter = ""
        self.places = Places()
        self.only_changed = False
        self.active = -1
        """The chosen split, -1 for all."""
        self.preview: bool | None = None
        """Whether the detail is shown; None: as the width suggests."""
        self.whole = False
        self._placed_for: Size | None = None
        self._splits: tuple[SplitCount, ...] = ()
        self._landed_ids: set[int] = set()
        self._resting: Timer | None = None
        self._reloading: Timer | None = None
        self._recounting: Timer | None = None
        self._shown: str | None = None
        self._detail: Detail | None = None
        self._standards: tuple[Matched, ...] = ()
        """The standard work of the item on the page, as far as it was read."""
        self._undo_group = 0
        """The action that undo would take back."""
        self._loaded: View | None = None
        self._first: Sequence[QueueRow] = ()
        self._lead: QueueRow | None = None

    def body(self) -> Iterable[Widget]:
        """Splits, then list, detail and timeline; placed before they are mounted, so that they are drawn once."""
        self.fit()
        yield self.bar
        yield self.columns

    def on_resize(self) -> None:
        """Another size, other columns; the first frame was placed for its own size already."""
        if self._placed_for != self.app.size:
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
        if self.places.at:
            return self.desk.shelf_view(self.places.at, self.filter)
        split = self._splits[self.active].query if 0 <= self.active < len(self._splits) else ""
        queries = [query for query in (split, self.filter) if query.strip()]
        query = queries[0] if len(queries) == 1 else " and ".join(f"({query})" for query in queries)
        return View(Place.QUEUE, query, self.only_changed)

    def refresh_data(self) -> None:
        """Read the view again: the cursor stays on its item, on its line."""
        self.desktop.read_health()
        self._splits = self.desk.splits()
        self._load(keep=True)
        self._refresh_chrome()
        if self.desktop.started:
            self._show_detail(fresh=True)

    def _load(self, *, keep: bool, to: QueueRow | None = None) -> None:
        """Show the view: with ``keep`` the cursor stays on its item, else it goes to ``to`` or the first line."""
        view, rows = self.view, self.rows
        rows.placed, rows.moved = self.places.at is not None, view.only_changed
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
            rows.show(partial(self._fetch, view), count, place if here or keep else 0)
        except OpstuiError as error:
            rows.empty = error_lines(error)
            rows.show(lambda offset, limit: (), 0, 0)
            return
        self._loaded = view
        if not exact:
            self.aside.ask("count", partial(self.desk.count, view), partial(self._counted, view))
        if lead and (at := self._place(view, lead)) is not None:
            rows.unfold(self._members(lead), at)
            if here and (index := rows.index_of(here.id)) is not None:
                rows.move_to(index)
        if not count:
            rows.empty = self._nothing()
            rows.repaint()
            if self.whole:  # of what was open nothing is left: the list says so
                self.whole = False
                self.fit()

    def _count(self, view: View) -> tuple[int, bool]:
        """How many rows a view has, as far as that is known at once, and whether it is exact."""
        if not view.query:
            return self.desk.count(view), True
        self._first = self.desk.window(view, 0, PROBE)
        if len(self._first) < PROBE:
            return len(self._first), True
        stored = 0 if self.filter or view.only_changed or self.places.at or self.active < 0 else self._splits[self.active].count
        # Read again, it has about as many as before: the cursor must not be drawn back to what is known for sure.
        before = self.rows.count + len(self.rows.hidden) if view == self._loaded else 0
        return max(PROBE, stored, before), False

    def _fetch(self, view: View, offset: int, limit: int) -> Sequence[QueueRow]:
        """Rows for the list: those just looked at when they are enough; none, and the reason at the foot, when it fails."""
        first, self._first = self._first, ()
        if first and offset == 0 and (limit <= PROBE or len(first) < PROBE):
            return first[:limit]
        try:
            return self.desk.window(view, offset, limit)
        except OpstuiError as error:
            self.say(str(error), "error")
            return ()

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
        if self.places.at:
            nothing = f"Nothing in {self.places.at.name}."
            return nothing_lines(nothing, key_hint("triage.places", keymap), "goes back to the queue")
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
        return f"Triage {self._left():,} left"

    def _left(self) -> int:
        """Items that still need a verdict, whatever the view."""
        if not (self.places.at or self.only_changed or self.filter or self.active >= 0):
            return self.rows.count
        return self.desk.session().left

    def _refresh_chrome(self) -> None:
        """Head, splits and foot; each redraws only what differs."""
        self.refresh_head()
        left = self._left()
        self.bar.splits = [*self._splits, SplitCount("All", "", left)]
        self.bar.active = len(self._splits) if self.active < 0 else self.active
        if self.filter or self.only_changed:  # the counts at hand are those of whole splits
            self.bar.splits = [replace(split, count=-1) for split in self.bar.splits]
        if self.active >= 0 or self.filter or self.only_changed:
            at = self.bar.active
            self.bar.splits[at] = replace(self.bar.splits[at], count=self.rows.count, fresh=True)
        if self.places.at:
            self.bar.splits, self.bar.active = self.places.tabs(None if self.filter else self.rows.count)
        self.bar.end = self._said_of_view()
        self.bar.repaint()
        foot = self.foot
        foot.left = self._session()
        foot.hints = self.hints()
        if self.places.at and (key := key_hint("item.release", self.desktop.keymap)):
            foot.hints.insert(0, ("item.release", key, "release"))
        undo = self.desk.undo_list(1) if self.desktop.started else ()
        self._undo_group = undo[0].group if undo else 0
        key = key_hint("app.undo", self.desktop.keymap)
        foot.end = [(key, "key"), (f" undo: {undo[0].verb.replace('_', ' ')}", "muted")] if undo else []
        foot.repaint()

    def _said_of_view(self) -> Line:
        keymap = self.desktop.keymap
        if self.whole:
            return [(key_hint("app.back", keymap), "key"), (" back to the list", "muted")]
        if self.places.at:
            words = " queue" if self.app.size.width < SIDE else " back to the queue"
            return [(key_hint("triage.places", keymap), "key"), (words, "muted")]
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
            marks = self.rows.marks.values()
            whole = sum(max(row.group_size, 1) for row in marks)
            more = f", {whole:,} items with their groups" if whole > len(marks) else ""
            return [(f"{len(marks):,} marked{more}", "strong"), ("  Esc", "key"), (" none", "muted")]
        session = self.desk.session()
        words = [f"{self._left():,} left"]
        if session.decided:
            words.append(f"{session.minutes} min")
        if session.seconds_each is not None:
            words.append(f"{session.seconds_each:.0f} s each")
        line: Line = [(f" {self.look['dot']} ".join(words), "muted")]
        if self.desktop.started and self.desk.draft(CAPTURE):
            line += [("  1 draft ", "strong"), (key_hint("app.capture", self.desktop.keymap), "key")]
        return line

    def settled(self) -> None:
        """Show the item under the cursor, and say what undo would do; from here on it is thought about."""
        self.desk.begin_session()
        self._show_detail()
        self._refresh_chrome()

    def tick(self) -> None:
        """Another minute: ages and clocks move on."""
        self._refresh_chrome()
        self.rows.tick()
        self._show_detail(fresh=True)

    # Columns

    def fit(self) -> None:
        """Place list, detail and timeline for this width and what is asked for."""
        size = self._placed_for = self.app.size
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
        detail, right = widths(size.width, timeline)
        if self.whole:
            right = round(size.width * 0.4)
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
        found = self._detail = self.desk.detail(ref) if ref else None
        drafts = self._drafts(ref) if ref else []
        if not keep:
            self._standards = ()
        if ref and self.desktop.workspace.settings.standards:
            self.aside.ask("standards", partial(self.desk.standards.of, ref), partial(self._told_standards, ref))
        self.detail.show(partial(self._detail_lines, found, drafts) if found else None, keep=keep)
        if self.has_class("-timeline"):
            self.timeline.show(partial(self._timeline_lines, found) if found else None, keep=keep)

    def _told_standards(self, ref: str, found: tuple[Matched, ...]) -> None:
        if self.is_attached and ref == self._shown and found != self._standards:
            self._standards = found
            self.detail.again()

    def _detail_lines(self, found: Detail, drafts: Sequence[str], cells: int) -> list[Line]:
        timeline = not self.has_class("-timeline")
        failed = self.rows.failed.get(found.row.id, "")
        now, since = self.desk.now(), self.desk.since()
        return detail_lines(
            found,
            cells,
            now,
            since,
            self.look,
            timeline=timeline,
            failed=failed,
            drafts=drafts,
            out=self._out,
            standards=self._standard_lines,
        )

    def _standard_lines(self, cells: int) -> list[Line]:
        """The standard work of the item."""
        if not self._standards:
            return []
        from opstui.ui.present_standards import standard_lines

        return standard_lines(self._standards, cells, self.look, key_hint("item.standard", self.desktop.keymap))

    def _out(self, changes: Sequence[Outgoing], cells: int) -> list[Line]:
        """What of the item is on its way, and what came back."""
        from opstui.ui.present_outbox import outgoing_lines

        key, now = key_hint("app.undo", self.desktop.keymap), self.desk.now()
        out, readonly = key_hint("app.outbox", self.desktop.keymap), self.desktop.readonly
        group, paused = self._undo_group, self.desktop.is_paused(changes[0].source) if changes else False
        return outgoing_lines(
            changes, cells, now, self.look, undo=key, group=group, readonly=readonly, paused=paused, outbox_key=out
        )

    @property
    def counts(self) -> bool:
        """Whether the detail tells the seconds until something is sent."""
        if not self._detail or not self._detail.outgoing or self.desktop.readonly or not self.has_class("-detail"):
            return False
        from opstui.ui.present_outbox import counts_down

        return counts_down(self._detail.outgoing, self.desk.now())

    def count_down(self) -> None:
        """Another second: the page is written anew, nothing is read."""
        self.detail.again()

    def _drafts(self, ref: str) -> list[str]:
        """The keys of what was begun on an item and not ended."""
        begun = [action for slot, action in DRAFTS.items() if self.desk.draft(f"{slot}:{ref}")]
        return [key for action in begun if (key := key_hint(action, self.desktop.keymap))]

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
        if self.places.at:
            return  # whether it stays there, the store will say
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
        self._count_places()

    def _count_places(self) -> None:
        if self.places.at:
            self.aside.ask("places", self.desk.shelf_counts, self._counted_places)

    def _counted_places(self, counts: Sequence[int]) -> None:
        if self.is_attached and self.places.at:
            self.places.counted(counts)
            self._refresh_chrome()

    def _recounted(self, splits: tuple[SplitCount, ...]) -> None:
        if self.is_attached:
            self._splits = splits
            self._refresh_chrome()

    def put_back(self, rows: Sequence[QueueRow], why: Mapping[str, str]) -> None:
        """Rows come back where they were; those that could not be written say why."""
        self._landed_ids |= {row.id for row in rows}
        self.rows.failed |= {row.id: why[row.ref] for row in rows if row.ref in why}
        self.refresh_data()

    def _told(self, verb: str, receipt: Receipt) -> None:
        """After undo the cursor is on what came back."""
        super()._told(verb, receipt)
        row = self.desk.row(receipt.refs[0]) if receipt.refs else None
        if row and (not self.places.at or self._place(self.view, row) is not None):
            self._load(keep=True, to=row)
            self._show_detail(fresh=True)

    def _members(self, lead: QueueRow) -> list[QueueRow]:
        refs = [ref for ref in self.members_of(lead) if ref != lead.ref]
        return self.desk.rows(refs[:200])
