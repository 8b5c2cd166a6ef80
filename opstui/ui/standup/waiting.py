"""Waiting on people as a tab: who owes what since when, when they are nudged, and with which words."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from opstui.errors import OpstuiError
from opstui.services.desk.waiting import WaitRow
from opstui.ui.keys import key_hint
from opstui.ui.panes.empty import nothing_lines
from opstui.ui.present import Line
from opstui.ui.present_ledgers import ref_cells, wait_line, wait_page
from opstui.ui.standup.view import View

if TYPE_CHECKING:
    from opstui.domain.views import Detail, Receipt
    from opstui.services.desk import Desk
    from opstui.ui.panes.standup import StandupPane


class WaitingView(View[WaitRow]):
    """A line an item that waits on somebody, what is to be nudged first."""

    name: ClassVar[str] = "Waiting"

    def __init__(self, pane: StandupPane) -> None:
        super().__init__(pane)
        self._pages: dict[str, tuple[str, Detail | None]] = {}
        """The words for the next nudge and the item, of rows that were looked at."""

    def read(self, desk: Desk) -> Any:
        """Everything that waits."""
        return desk.ledgers.waiting()

    def show(self, found: Any) -> None:
        """Take them."""
        self.rows = found
        self._pages.clear()

    def tab(self) -> str:
        """With how many wait, and a sign where somebody is to be nudged."""
        if not self.rows:
            return self.name
        return f"{self.name} {len(self.rows)}" + (" !" if any(row.due for row in self.rows) else "")

    def identity(self, row: WaitRow) -> object:
        """By its item."""
        return row.ref

    def line(self, row: WaitRow, cells: int, here: bool) -> Line:
        """One item."""
        refs = ref_cells([one.ref for one in self.rows], cells)
        return wait_line(row, cells, self.pane.desk.now(), self.pane.look, refs)

    def page(self, row: WaitRow, cells: int) -> list[Line]:
        """All of it, with the words for the next nudge."""
        if row.ref not in self._pages:
            try:
                words = self._words(row.ref)
            except OpstuiError as error:
                words = str(error)
            self._pages[row.ref] = words, self.pane.desk.detail(row.ref)
        draft, detail = self._pages[row.ref]
        return wait_page(row, draft, detail, cells, self.pane.desk.now(), self.pane.look)

    def _words(self, ref: str) -> str:
        """What was written for the next nudge, else what is known."""
        return self.pane.desk.draft(slot_of(ref)) or self.pane.desk.ledgers.nudge_text(ref)

    def ref(self, row: WaitRow) -> str:
        """Its item."""
        return row.ref

    def empty(self) -> Sequence[Line]:
        """What it is for."""
        key = key_hint("item.wait", self.pane.desktop.keymap)
        return nothing_lines(
            "Nobody owes you anything: what waits on a person stands here with a date.", key, "parks an item on somebody"
        )

    def hints(self, row: WaitRow | None) -> Sequence[tuple[str, str]]:
        """What can be done with it."""
        own = (("standup.nudge", "nudge"), ("standup.edit", "words"), ("standup.answer", "answered")) if row is not None else ()
        return (*own, ("standup.next_view", "next view"))

    def why_not(self, action_id: str, row: WaitRow | None) -> str:
        """Something that waits is needed."""
        wanted = ("standup.nudge", "standup.edit", "standup.answer")
        return "nothing waits on anybody" if action_id in wanted and row is None else ""

    def do(self, verb: str, row: WaitRow | None) -> bool:
        """Of the item under the cursor."""
        ways = {"nudge": self._nudge, "edit": self._edit, "answer": self._answer}
        if row is None or verb not in ways:
            return False
        self.pane.ask(partial(ways[verb], row))
        return True

    async def _nudge(self, row: WaitRow) -> None:
        """Note it with the words as they stand, which are copied; or send them to the item's source."""
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        pane, send = self.pane, False
        source = row.ref.partition(":")[0]
        words = self._words(row.ref)
        if "comment" in pane.verbs_of(source):
            options = [("copy", "Copy the words, and note that it was said"), ("send", f"Write them as a comment at {source}")]
            picked = await pane.answer(ChoicePicker(f"Nudge {row.person}", options, said=words))
            if picked is None:
                return
            send = picked == "send"

        def told(receipt: Receipt) -> None:
            if receipt.group and not send:
                pane.app.copy_to_clipboard(words)
                pane.say(f"{receipt.summary}. The words are copied.")
            elif receipt.group:
                pane.say_where(receipt)

        pane.write(partial(pane.keep, slot_of(row.ref), partial(pane.desk.ledgers.nudge, row.ref, words, send=send)), told=told)

    async def _edit(self, row: WaitRow) -> None:
        """Other words for the next nudge: kept until it goes."""
        from opstui.ui.dialogs.edit_note import NoteEditor

        pane, slot = self.pane, slot_of(row.ref)
        text = await pane.answer(NoteEditor(f"What is said to {row.person}", slot, pane.desk, self._words(row.ref)))
        if text:
            await wrap_future(pane.desk.submit(pane.desk.save_draft, slot, text))  # the page is to show it
            pane.refresh_data()
            self._pages.clear()
            pane.page.again()

    async def _answer(self, row: WaitRow) -> None:
        """They have answered, or it is over."""
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        options = [
            ("release", f"{row.person} answered: back to the queue"),
            ("accept", "Answered, and mine to do now"),
            ("done", "Nothing more to do"),
        ]
        verb = await self.pane.answer(ChoicePicker(f"What became of {row.ref}?", options))
        if verb is not None:
            self.pane.write(partial(getattr(self.pane.desk, verb), [row.ref]))


def slot_of(ref: str) -> str:
    """Where the words of the next nudge are kept until it goes."""
    return f"nudge:{ref}"
