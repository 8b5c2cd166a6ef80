"""The outbox: every change on its way to a source and every one that came back, and the ways out of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from textual import on
from textual.widget import Widget

from opstui.domain.views import Outgoing, QueueRow, Receipt
from opstui.ui.keys import key_hint
from opstui.ui.panes.beside import ListAndPage
from opstui.ui.panes.empty import nothing_lines
from opstui.ui.present import Line
from opstui.ui.present_outbox import STUCK, counts_down, outbox_line, outbox_page
from opstui.ui.verbs import VerbPane
from opstui.ui.widgets.foot_line import Hint
from opstui.ui.widgets.line_list import LineList
from opstui.ui.widgets.page import Page
from opstui.ui.widgets.tabs_bar import TabsBar

ORDER = ("conflict", "failed", "sending", "pending", "parked")
"""What needs a decision stands first, then what goes next."""
AT_ONCE = frozenset({"retry", "mine"})
"""Ways out that are not held."""
MOST = 1000
"""So many changes are listed."""


class OutboxPane(VerbPane, inherit_bindings=False):
    """One line a change; the page says all of the one under the cursor."""

    place = "outbox"

    def __init__(self) -> None:
        super().__init__()
        self.tabs = TabsBar(["Outbox"], id="heading")
        self.list: LineList[Outgoing] = LineList(self._line, lambda change: change.id, id="changes")
        self.page = Page(id="change")
        self.columns = ListAndPage(self.list, self.page, self.tabs, self.foot)
        self.whole = False
        self._changes: Sequence[Outgoing] = ()
        self._sent = 0
        """How many were sent today."""
        self._titles: dict[str, str] = {}
        """Of the items whose changes are listed."""
        self._shown: int | None = None

    def body(self) -> Iterable[Widget]:
        """Heading, then lines and page."""
        self.fit()
        yield self.tabs
        yield self.columns

    def fit(self) -> None:
        """Place list and page for this width; nothing to say more of: no rule across an empty screen."""
        self.columns.fit(self.app.size, len(self._changes), whole=self.whole)

    def on_resize(self) -> None:
        """Another size, another place for the page."""
        self.fit()

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.list.focus(scroll_visible=False)

    def here(self) -> str:
        """``Outbox, 2 came back``."""
        back = sum(change.state in STUCK for change in self._changes)
        return f"Outbox, {back} came back" if back else "Outbox"

    def refresh_data(self) -> None:
        """Read the outbox again; the cursor stays on its change."""
        self.desktop.read_health()
        found = self.desk.outbox(limit=MOST)
        self._sent = self.desk.sent_today()
        self._changes = sorted(found, key=lambda change: (ORDER.index(change.state), change.due, change.id))
        wanting = {change.ref for change in self._changes if change.ref} - self._titles.keys()
        self._titles |= {row.ref: row.title for row in self.desk.rows(sorted(wanting))} if wanting else {}
        self.list.empty = self._nothing()
        self.fit()
        self.list.load(lambda offset, limit: self._changes[offset : offset + limit], len(self._changes))
        wanted, self.desktop.wanted_change = self.desktop.wanted_change, None
        at = next((at for at, change in enumerate(self._changes) if change.id == wanted), None)
        if at is not None:
            self.list.move_to(at)
        elif wanted is not None:
            self.say("That change is over: it is no longer in the outbox.")
        self.tabs.end = self._sum()
        self.tabs.repaint()
        self.refresh_head()
        undo = self.desk.undo_list(1)
        key = key_hint("app.undo", self.desktop.keymap)
        self.foot.end = [(key, "key"), (f" undo: {undo[0].verb.replace('_', ' ')}", "muted")] if undo else []
        self._show()

    def wanted(self) -> bool:
        """Whether a change is to be gone to."""
        return self.desktop.wanted_change is not None

    def tick(self) -> None:
        """Ages move on."""
        self.refresh_data()

    @property
    def counts(self) -> bool:
        """Whether a second more changes what is said."""
        return not self.desktop.readonly and counts_down(self._changes, self.desk.now())

    def count_down(self) -> None:
        """Another second: what is said of the time moves on, nothing is read."""
        self.list.repaint()
        self.page.again()

    def _sum(self) -> Line:
        """``1 came back · 3 on their way · 12 sent today``."""
        back = sum(change.state in STUCK for change in self._changes)
        parked = sum(change.state == "parked" for change in self._changes)
        out = len(self._changes) - back - parked
        words = [
            f"{back} came back" if back else "",
            f"{out} on their way" if out else "",
            f"{parked} parked" if parked else "",
            f"{self._sent:,} sent today" if self._sent else "",
        ]
        return [(f" {self.desktop.look['dot']} ".join(word for word in words if word), "muted")]

    def _nothing(self) -> Sequence[Line]:
        key = key_hint("app.triage", self.desktop.keymap)
        return nothing_lines("Nothing is on its way, and nothing came back.", key, "goes back to the queue")

    def _line(self, change: Outgoing, cells: int, here: bool) -> Line:
        title, readonly = self._titles.get(change.ref, ""), self.desktop.readonly
        now, paused = self.desk.now(), self.desktop.is_paused(change.source)
        return outbox_line(change, cells, now, self.desktop.look, title=title, readonly=readonly, paused=paused)

    @on(LineList.Moved)
    def _show(self) -> None:
        """The page of the change under the cursor."""
        change = self.list.row
        self.foot.hints = self.hints()
        self.foot.repaint()
        row = self.desk.row(change.ref) if change and change.ref else None
        shown = change.id if change else None
        self.page.show(partial(self._page, change, row) if change else None, keep=shown == self._shown)
        self._shown = shown

    def _page(self, change: Outgoing, row: QueueRow | None, cells: int) -> list[Line]:
        undo = key_hint("app.undo", self.desktop.keymap) if self._undoes(change) else ""
        title = row.title if row else ""
        now, look, readonly = self.desk.now(), self.desktop.look, self.desktop.readonly
        paused = self.desktop.is_paused(change.source)
        return outbox_page(change, cells, now, look, title=title, undo=undo, readonly=readonly, paused=paused)

    def _undoes(self, change: Outgoing) -> bool:
        """Whether undo takes back this very change."""
        undo = self.desk.undo_list(1)
        return bool(undo) and undo[0].group == change.group

    def hints(self) -> list[Hint]:
        """The ways out of the change under the cursor."""
        change = self.list.row if self.is_attached else None
        ways = {
            "conflict": (("outbox.mine", "mine"), ("outbox.theirs", "theirs"), ("outbox.edit", "edit")),
            "failed": (("outbox.retry", "try again"), ("outbox.edit", "edit"), ("outbox.drop", "drop")),
            "pending": (("outbox.retry", "send now"), ("outbox.edit", "edit"), ("outbox.drop", "drop")),
            "parked": (("outbox.release", "send"), ("outbox.edit", "edit"), ("outbox.drop", "drop")),
        }
        wanted = (*(ways.get(change.state, ()) if change else ()), ("app.triage", "triage"), ("app.help", "all keys"))
        keymap = self.desktop.keymap
        return [(id, key, word) for id, word in wanted if (key := key_hint(id, keymap))]

    def targets(self) -> Sequence[QueueRow]:
        """The item of the change under the cursor."""
        change = self.list.row
        row = self.desk.row(change.ref) if change and change.ref else None
        return [row] if row else []

    def why_not(self, action_id: str) -> str:
        """Each state has its ways out, and no others."""
        change = self.list.row
        if not action_id.startswith("outbox."):
            return super().why_not(action_id)
        if change is None:
            return "the outbox is empty"
        match action_id, change.state:
            case ("outbox.mine" | "outbox.theirs", state) if state != "conflict":
                return "nobody changed the same field: there is no conflict to settle"
            case ("outbox.release", _) if not any(one.state == "parked" for one in self._changes):
                return "nothing is parked"
            case ("outbox.retry", "conflict"):
                return "it is in conflict: mine, theirs, or edit it"
            case ("outbox.retry", "parked"):
                return "it is parked: release it instead"
            case ("outbox.retry" | "outbox.edit" | "outbox.drop", "sending"):
                return "it is at its source now"
        if action_id == "outbox.retry" and self.desktop.readonly:
            return "nothing is sent while read-only"
        return ""

    # Ways out

    def _out(self, do: Callable[[], Receipt]) -> None:
        self.write(do, told=self._done)

    def _done(self, receipt: Receipt) -> None:
        if receipt.group:
            note = "" if receipt.verb in AT_ONCE else receipt.note  # nothing holds what was decided a second time
            self.say(". ".join(part[:1].upper() + part[1:] for part in (receipt.summary, note) if part) + ".")

    def do_mine(self) -> None:
        """Over what stands there."""
        if change := self.list.row:
            self._out(partial(self.desk.mine, change.id))

    def do_theirs(self) -> None:
        """What stands there stays."""
        if change := self.list.row:
            self._out(partial(self.desk.drop, change.id))

    def do_drop(self) -> None:
        """It is not sent."""
        if change := self.list.row:
            self._out(partial(self.desk.drop, change.id))

    def do_retry(self) -> None:
        """Now, whatever its turn."""
        if change := self.list.row:
            self._out(partial(self.desk.retry, change.id))

    def do_release(self) -> None:
        """What was parked goes, once it is said how many and where to."""
        self.ask(self._release)

    async def _release(self) -> None:
        from opstui.ui.dialogs.release import release_picker

        parked = [change for change in self._changes if change.state == "parked"]
        here = self.list.row if self.list.row in parked else None
        answer = await self.answer(release_picker(parked, here, self.desktop.look, readonly=self.desktop.readonly))
        if answer:
            ids = [here.id] if answer == "one" and here else None
            self._out(partial(self.desk.release_parked, ids))

    def do_edit(self) -> None:
        """Another value in its place."""
        if change := self.list.row:
            self.ask(partial(self._edit, change))

    async def _edit(self, change: Outgoing) -> None:
        from opstui.ui.edit_change import NOTHING, other_value

        value = await other_value(self, change)
        if value is not NOTHING:
            self._out(partial(self.desk.edit, change.id, value))

    # Moving

    def do_open(self) -> None:
        """The change alone; again to go back."""
        self.whole = not self.whole
        self.fit()
        self.page.can_focus = self.whole
        (self.page if self.whole else self.list).focus(scroll_visible=False)

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.do_open()

    def do_detail_down(self) -> None:
        """Half a page down."""
        self.page.scroll_lines(max(self.page.size.height // 2, 1))

    def do_detail_up(self) -> None:
        """Half a page up."""
        self.page.scroll_lines(-max(self.page.size.height // 2, 1))

    def do_back(self) -> None:
        """Back to the list, then to the queue."""
        if self.whole:
            self.do_open()
        else:
            self.desktop.do("app.triage")
