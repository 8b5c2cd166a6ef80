"""The parking lot: what is talked about after the round, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from opstui.domain.parking import Outcome, Topic
from opstui.store.records import Kept
from opstui.ui.keys import key_hint
from opstui.ui.panes.empty import nothing_lines
from opstui.ui.present import Line
from opstui.ui.present_standup import topic_line, topic_page
from opstui.ui.standup.view import View

if TYPE_CHECKING:
    from opstui.domain.views import Receipt
    from opstui.services.desk import Desk
    from opstui.ui.panes.standup import StandupPane

OVER = 20
"""So many topics that are over stand below those that are open."""


class ParkingView(View["Kept[Topic]"]):
    """A line a topic: what is open, the oldest first, then what is over since the last stand-up began."""

    name: ClassVar[str] = "Parked"

    def __init__(self, pane: StandupPane) -> None:
        super().__init__(pane)
        self._titles: dict[str, str] = {}
        """Of the items that topics are about."""

    def read(self, desk: Desk) -> Any:
        """What is open, and what today's stand-up brought to an end."""
        board = desk.standup
        open_ones = board.topics()
        kept = board.of(board.today()) or board.current()
        over = board.topics(open=False, standup=kept.uid)[-OVER:] if kept else []
        titles = {row.ref: row.title for row in desk.rows([one.ref for one in (*open_ones, *over) if one.ref])}
        return [*open_ones, *reversed(over)], titles

    def show(self, found: Any) -> None:
        """Take them."""
        self.rows, self._titles = found

    def tab(self) -> str:
        """With how many are open."""
        count = sum(one.open for one in self.rows)
        return f"{self.name} {count}" if count else self.name

    def identity(self, row: Kept[Topic]) -> object:
        """By its record."""
        return row.uid

    def line(self, row: Kept[Topic], cells: int, here: bool) -> Line:
        """One topic."""
        return topic_line(row, cells, self.pane.desk.now(), self.pane.look)

    def page(self, row: Kept[Topic], cells: int) -> list[Line]:
        """All of it."""
        return topic_page(row, cells, self.pane.desk.now(), self.pane.look, self._titles.get(row.ref, ""))

    def ref(self, row: Kept[Topic]) -> str:
        """The item it is about."""
        return row.ref

    def empty(self) -> Sequence[Line]:
        """What it is for."""
        key = key_hint("standup.park", self.pane.desktop.keymap)
        return nothing_lines(
            "Nothing is parked: what is too long for the round is talked about after it.", key, "parks a topic"
        )

    def hints(self, row: Kept[Topic] | None) -> Sequence[tuple[str, str]]:
        """What can be done with a topic."""
        own = (("standup.answer", "what became of it"), ("standup.edit", "edit")) if row is not None else ()
        return (*own, ("standup.park", "park"), ("standup.next_view", "next view"))

    def why_not(self, action_id: str, row: Kept[Topic] | None) -> str:
        """A topic is needed."""
        if action_id in ("standup.edit", "standup.answer") and row is None:
            return "nothing is parked"
        if action_id == "standup.edit" and row is not None and not row.open:
            return "it is over: only an open topic is edited"
        return ""

    def do(self, verb: str, row: Kept[Topic] | None) -> bool:
        """Of the topic under the cursor."""
        if row is None or verb not in ("edit", "answer"):
            return False
        self.pane.ask(partial(self._edit if verb == "edit" else self._answer, row))
        return True

    async def _edit(self, row: Kept[Topic]) -> None:
        from opstui.ui.dialogs.park_line import ParkLine, as_line

        pane, slot = self.pane, f"standup:topic:{row.uid}"

        def change(text: str) -> Receipt:
            return pane.desk.standup.change_topic(row.uid, text)

        await pane.answer(ParkLine(pane.desk, row.ref, as_line(row.what), slot=slot, save=pane.saver(slot, change)))

    async def _answer(self, row: Kept[Topic]) -> None:
        """What became of it: a task is written here as a note, or made where there is a tracker for it."""
        from opstui.ui.dialogs.edit_line import LineEditor
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        pane, desk = self.pane, self.pane.desk
        options = [(Outcome.TALKED.value, "Talked about, and that was all"), (Outcome.TASK.value, "It is a task now")]
        if row.ref:
            options.append((Outcome.BLOCK.value, f"Time for it: {row.ref} goes on the list for a block"))
        else:
            options.append((Outcome.BLOCK.value, "Time was set aside for it"))
        options.append((Outcome.DROPPED.value, "Dropped"))
        if not row.open:
            options.append((Outcome.OPEN.value, "Open again"))
        picked = await pane.answer(ChoicePicker(f"What became of: {row.what.text}", options))
        if picked is None:
            return
        outcome = Outcome(picked)
        if outcome in (Outcome.BLOCK, Outcome.OPEN):
            pane.write(partial(desk.standup.answer, row.uid, outcome, ""))
            return
        words = {Outcome.TASK: "what is to be done, by whom, by when"}.get(outcome, "what came of it")
        slot = f"standup:answer:{row.uid}"

        def end(said: str) -> Receipt:
            return desk.standup.answer(row.uid, outcome, said)

        heading = f"{row.what.text}: {words}"
        said = await pane.answer(LineEditor(heading, slot, desk, empty=outcome is not Outcome.TASK, save=pane.saver(slot, end)))
        if said is not None:
            self._follow_up(row, outcome)

    def _follow_up(self, row: Kept[Topic], outcome: Outcome) -> None:
        """Where a task that is about no item can go."""
        if outcome is Outcome.TASK and not row.ref:
            key = key_hint("app.create", self.pane.desktop.keymap)
            self.pane.say(f"{row.what.text} is a task now. {key} makes it an item at a source.")
