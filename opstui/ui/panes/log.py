"""The log pane: notes, decisions and everything done, newest first; the one under the cursor beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from textual import on
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget

from opstui.domain.minutes import MARKDOWN, Minutes, write
from opstui.domain.views import Decision, Entry, Hit, QueueRow, Receipt
from opstui.errors import OpstuiError
from opstui.ui.cells import tame
from opstui.ui.keys import key_hint
from opstui.ui.panes.empty import error_lines, nothing_lines
from opstui.ui.present import Line, Look
from opstui.ui.present_detail import detail_lines
from opstui.ui.present_log import NEVER, decision_page, entry_line, entry_page, kind_word
from opstui.ui.present_standup import minutes_page
from opstui.ui.verbs import VerbPane
from opstui.ui.widgets.foot_line import Hint
from opstui.ui.widgets.line_list import LineList
from opstui.ui.widgets.page import Page
from opstui.ui.widgets.search_line import SearchLine
from opstui.ui.widgets.tabs_bar import TabsBar

STANDUPS = ("standup", "begin", "standup_left")
"""The verbs that end and begin a stand-up."""
KINDS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("All", ()),
    ("Notes", ("note",)),
    ("Decisions", ("decision",)),
    ("Comments", ("comment",)),
    ("Stand-ups", STANDUPS),
    ("Actions", ("action",)),
)
SIDE = 100
"""Terminal width from which the detail stands beside the list."""
REST_S = 0.03
"""The detail follows when the cursor rests for this long."""
REACH = 5_000
"""So many entries are counted; further back when the cursor gets there."""
ITEMS = 20
"""Items found that stand below the entries found."""
STORY = 12


def item_entry(hit: Hit) -> Entry:
    """An item found, as a line among the entries."""
    return Entry(hit.id, "item", hit.at or NEVER, "", hit.title, hit.ref)


class LogPane(VerbPane, inherit_bindings=False):
    """The log. A verdict here is on the item that the line under the cursor is about."""

    DEFAULT_CSS = """
    LogPane > #log-body { height: 1fr; layout: horizontal; }
    LogPane > #log-body.-below { layout: vertical; }
    LogPane #entry { display: none; }
    LogPane.-detail #entry { display: block; }
    LogPane.-whole #entries { display: none; }
    """
    place = "log"

    def __init__(self) -> None:
        super().__init__()
        self.tabs = TabsBar([name for name, _ in KINDS], id="kinds")
        self.entries: LineList[Entry] = LineList(self._line, lambda entry: (entry.kind, entry.id), id="entries")
        self.detail = Page(id="entry")
        self.search = SearchLine("words of anything written or done", id="search")
        self.kind = 0
        self.query_text = ""
        self.reach = REACH
        self.preview: bool | None = None
        self.whole = False
        self._found: Sequence[Entry] = ()
        self._resting: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """Kinds, the line to search with, then list and detail."""
        yield self.tabs
        yield self.search
        with Container(id="log-body"):
            yield self.entries
            yield self.detail

    def on_mount(self) -> None:
        """Place the columns before the first frame."""
        self.fit()
        self.entries.focus(scroll_visible=False)

    def on_resize(self) -> None:
        """Another width, other columns."""
        self.fit()

    @property
    def look(self) -> Look:
        """Zone and glyphs."""
        return self.desktop.look

    def here(self) -> str:
        """``Log``, and what is looked for."""
        return f"Log: {tame(self.query_text)}" if self.query_text else "Log"

    # What is shown

    def refresh_data(self) -> None:
        """Read again; the cursor stays on its entry."""
        self.desktop.read_health()
        self._load(fresh=False)

    def _load(self, *, fresh: bool) -> None:
        kinds, query = KINDS[self.kind][1], self.query_text
        try:
            hits = self.desk.search(query, ITEMS) if query and not kinds else []
            if fresh:
                self.reach = REACH
            count = self.desk.log_count(query, kinds, self.reach, withdrawn=True)
            more = "+" if count == self.reach else ""
            self._found = [] if more else [item_entry(hit) for hit in hits if hit.kind == "item"]
            self.entries.empty = self._nothing()
            self.entries.load(partial(self._window, query, kinds, count), count + len(self._found), fresh=fresh)
            said = f"{count:,}{more} {'entry' if count == 1 else 'entries'}, newest first"
            items = f"{len(self._found)} {'item' if len(self._found) == 1 else 'items'}"
            if self._found:
                said = f"{said}, then {items}" if count else items
            self.tabs.end = [(said, "muted")]
        except OpstuiError as error:
            self.entries.empty = error_lines(error)
            self.entries.load(lambda offset, limit: (), 0, fresh=True)
            self.tabs.end = []
        self._refresh_chrome()
        self._show()

    def _window(self, query: str, kinds: tuple[str, ...], count: int, offset: int, limit: int) -> Sequence[Entry]:
        """The entries first, what was written and done being what a log is for; then the items found."""
        wanted = min(limit, max(count - offset, 0))
        entries = self.desk.log(query, kinds, offset, wanted, withdrawn=True) if wanted else []
        from_item = max(0, offset - count)
        return [*entries, *self._found[from_item : from_item + limit - wanted]]

    def _line(self, entry: Entry, cells: int, here: bool) -> Line:
        return entry_line(entry, cells, self.desk.now(), self.look)

    def _nothing(self) -> Sequence[Line]:
        keymap = self.desktop.keymap
        if self.query_text:
            return nothing_lines(f"Nothing holds  {tame(self.query_text)}", "Esc", "clears the search")
        name = KINDS[self.kind][0].lower()
        if self.kind == 2:
            return nothing_lines(
                "No decision yet: what, why, what was dropped, when to look again.",
                key_hint("item.decision", keymap),
                "records one",
            )
        if self.kind in (0, 1):
            return nothing_lines(
                "Nothing written yet. What you note and decide will stand here.", key_hint("item.note", keymap), "writes a note"
            )
        return nothing_lines(f"No {name} yet.", key_hint("log.next_kind", keymap), "goes to the next kind")

    def _refresh_chrome(self) -> None:
        """Head, kinds and foot; each redraws only what differs."""
        self.refresh_head()
        self.tabs.active = self.kind
        self.tabs.repaint()
        undo = self.desk.undo_list(1)
        said = f" undo: {kind_word(undo[0].verb)}" if undo else ""
        self.foot.end = [(key_hint("app.undo", self.desktop.keymap), "key"), (said, "muted")] if undo else []
        self.foot.hints = self.hints()
        self.foot.repaint()

    def hints(self) -> list[Hint]:
        """What one does here: search, write, decide."""
        entry = self.entries.row
        decide = "supersede" if entry is not None and entry.kind == "decision" and not entry.withdrawn else "decide"
        wanted = (
            ("app.filter", "search"),
            ("log.next_kind", "kind"),
            ("item.note", "note"),
            ("item.decision", decide),
            ("item.open", "open"),
            ("app.help", "all keys"),
        )
        return [(id, key_hint(id, self.desktop.keymap), word) for id, word in wanted if key_hint(id, self.desktop.keymap)]

    def fit(self) -> None:
        """Place list and detail for this width and what is asked for."""
        size = self.app.size
        beside = size.width >= SIDE and not self.whole
        shown = self.whole or (self.preview if self.preview is not None else beside)
        self.set_class(shown, "-detail")
        self.set_class(self.whole, "-whole")
        below = not beside and not self.whole
        self.query_one("#log-body").set_class(below, "-below")
        self.detail.edge = "" if self.whole else "top" if below else "left"
        detail = min(max(round(size.width * 0.38), 40), 72)
        self.detail.styles.width = "1fr" if self.whole or below else detail
        self.detail.styles.height = "55%" if below else "1fr"
        joint = size.width - detail if shown and beside else None
        self.tabs.joint = joint if not self.search.open else None
        self.foot.joints = [joint] if joint is not None else []
        self.tabs.repaint()
        self.foot.repaint()

    # Detail

    @on(LineList.Moved)
    def _moved(self) -> None:
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_S, self._show)
        entries = self.entries
        if entries.cursor == entries.count - 1 >= self.reach - 1:
            self.reach *= 4
            self._load(fresh=False)

    def _show(self) -> None:
        """The page of the entry under the cursor."""
        self.foot.hints = self.hints()
        self.foot.repaint()
        if self.has_class("-detail"):
            entry = self.entries.row
            self.detail.show(partial(self._page, entry) if entry is not None else None)

    def _page(self, entry: Entry, cells: int) -> list[Line]:
        now, look = self.desk.now(), self.look
        if entry.kind == "item":
            found = self.desk.detail(entry.ref)
            return detail_lines(found, cells, now, self.desk.since(), look) if found else [[("It is gone.", "muted")]]
        if (minutes := self._minutes(entry)) is not None:
            return minutes_page(minutes, cells, look)
        title = self._title(entry.ref)
        decision = self._decision_of(entry)
        if decision is not None:
            before = self.desk.decision(decision.supersedes) if decision.supersedes else None
            after = self.desk.decision(decision.superseded_by) if decision.superseded_by else None
            return decision_page(decision, cells, now, look, title=title, before=before, after=after)
        story = [line for line in self.desk.audit(entry.ref, STORY) if line.id != entry.id] if entry.ref else []
        refs = self.desk.refs(entry.group) if entry.group and not entry.ref else ()
        items = [(ref, self._title(ref)) for ref in refs]
        return entry_page(entry, cells, now, look, title=title, story=story, items=items)

    def _minutes(self, entry: Entry) -> Minutes | None:
        """The report of a stand-up that is over; of one under way there is none yet."""
        kept = self.desk.standup.of_action(entry.group) if entry.kind in STANDUPS and entry.group else None
        return self.desk.standup.report(kept.uid) if kept is not None and not kept.open else None

    def _title(self, ref: str) -> str:
        row = self.desk.row(ref) if ref else None
        return tame(row.title) if row else ""

    def _decision_of(self, entry: Entry | None) -> Decision | None:
        return self.desk.decision(entry.id) if entry is not None and entry.kind == "decision" and not entry.withdrawn else None

    # Verbs are on the item that the entry is about

    def targets(self) -> Sequence[QueueRow]:
        """The item of the entry under the cursor."""
        entry = self.entries.row
        row = self.desk.row(entry.ref) if entry is not None and entry.ref else None
        return [row] if row else []

    def why_not(self, action_id: str) -> str:
        """Opening needs an entry, a verdict needs an item, and only what was written can be withdrawn."""
        entry = self.entries.row
        if action_id in ("item.open", "item.preview"):
            return "" if entry is not None else "there is nothing here yet"
        if action_id == "log.withdraw":
            if entry is None or entry.kind not in ("note", "comment", "decision"):
                return "only a note, a comment or a decision can be"
            return "it is already" if entry.withdrawn else ""
        if action_id in ("item.mark", "item.range", "item.alike"):
            return "marks are made in the queue"
        if (
            action_id not in ("item.note", "item.decision", "item.repeat")
            and action_id.startswith("item.")
            and not self.targets()
        ):
            return "this line is about no item"
        return super().why_not(action_id)

    def written(self, rows: Sequence[QueueRow], receipt: Receipt) -> None:
        """What was written stands on top."""
        if receipt.summary and not receipt.refused:
            self.say(receipt.summary)
        self.refresh_data()

    def put_back(self, rows: Sequence[QueueRow], why: Mapping[str, str]) -> None:
        """Nothing was taken away here."""
        self.refresh_data()

    # Actions of the pane

    def do_decision(self) -> None:
        """Supersede the decision under the cursor, else record one on its item."""
        decision = self._decision_of(self.entries.row)
        if decision is None:
            super().do_decision()
        elif decision.superseded_by:
            self.say(f"Decision {decision.superseded_by} took its place already: supersede that one.", "warning")
        else:
            self.ask(partial(self._supersede, decision))

    async def _supersede(self, old: Decision) -> None:
        initial = {"owner": old.owner, "effect": old.effect, "supersedes": old.id, "replaces": old.what}
        await self.edit_decision(old.ref, initial)

    def do_withdraw(self) -> None:
        """Strike the entry out; undo brings it back."""
        entry = self.entries.row
        if entry is not None:
            self.write(partial(self.desk.withdraw, entry.kind, entry.id))

    def do_copy(self) -> None:
        """The entry's text to the clipboard of the terminal."""
        entry = self.entries.row
        if entry is None:
            return
        if (minutes := self._minutes(entry)) is not None:
            self.app.copy_to_clipboard(write(minutes, MARKDOWN))
            self.say("Copied the report as Markdown.")
        else:
            self.app.copy_to_clipboard(entry.text)
            self.say("Copied.")

    def do_why(self) -> None:
        """The score of the entry's item, term by term."""
        from opstui.ui.dialogs.why import WhyScreen

        rows = self.targets()
        if rows and (found := self.desk.detail(rows[0].ref)):
            self.app.push_screen(WhyScreen(found))

    def do_next_kind(self) -> None:
        """The next kind of entry."""
        self._choose((self.kind + 1) % len(KINDS))

    def do_previous_kind(self) -> None:
        """The kind before."""
        self._choose((self.kind - 1) % len(KINDS))

    @on(TabsBar.Chosen)
    def _kind_clicked(self, event: TabsBar.Chosen) -> None:
        self._choose(event.index)

    def _choose(self, kind: int) -> None:
        self.kind = kind
        self._load(fresh=True)

    def do_preview(self) -> None:
        """Show or hide the detail; scroll it when it is the whole page."""
        if self.whole:
            self.detail.scroll_lines(max(self.detail.size.height - 2, 1))
            return
        self.preview = not self.has_class("-detail")
        self.fit()
        self._show()

    def do_open(self) -> None:
        """The entry on a page of its own; again to go back."""
        self.whole = not self.whole
        self.fit()
        self._show()
        self.detail.can_focus = self.whole
        (self.detail if self.whole else self.entries).focus(scroll_visible=False)

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.do_open()

    def do_back(self) -> None:
        """Close the page, then the search."""
        if self.whole:
            self.do_open()
        elif self.search.open:
            self.search.close()
            self._left_search()
        elif self.kind:
            self._choose(0)

    # Search

    def do_filter(self) -> None:
        """Type what to look for."""
        self.search.edit()
        self.fit()

    @on(SearchLine.Changed)
    def _look_for(self, event: SearchLine.Changed) -> None:
        self.query_text = event.words
        self._load(fresh=True)

    @on(SearchLine.Left)
    def _left_search(self) -> None:
        self.entries.focus(scroll_visible=False)
        self.fit()
