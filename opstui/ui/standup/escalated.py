"""What was escalated as a tab: who has it, who does not answer, and the text as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from opstui.services.desk.escalating import EscalationRow
from opstui.ui.keys import key_hint
from opstui.ui.panes.empty import nothing_lines
from opstui.ui.present import Line
from opstui.ui.present_ledgers import escalation_line, escalation_page, ref_cells
from opstui.ui.standup.view import View

if TYPE_CHECKING:
    from opstui.services.desk import Desk

KEYS = ("item.escalate", "standup.answer")


class EscalatedView(View[EscalationRow]):
    """A line an escalation, what was missed first, then by what is due."""

    name: ClassVar[str] = "Escalated"

    def read(self, desk: Desk) -> Any:
        """Everything somebody was asked to decide."""
        return desk.ledgers.escalations()

    def tab(self) -> str:
        """With how many are open, and a sign where one was missed."""
        if not self.rows:
            return self.name
        return f"{self.name} {len(self.rows)}" + (" !" if any(row.missed for row in self.rows) else "")

    def identity(self, row: EscalationRow) -> object:
        """By its item."""
        return row.ref

    def line(self, row: EscalationRow, cells: int, here: bool) -> Line:
        """One escalation."""
        refs = ref_cells([one.ref for one in self.rows], cells)
        return escalation_line(row, cells, self.pane.desk.now(), self.pane.look, refs)

    def page(self, row: EscalationRow, cells: int) -> list[Line]:
        """How it stands, and what was written."""
        keys = {id: key_hint(id, self.pane.desktop.keymap) for id in KEYS}
        return escalation_page(row, cells, self.pane.desk.now(), self.pane.look, keys)

    def ref(self, row: EscalationRow) -> str:
        """Its item."""
        return row.ref

    def copied(self, row: EscalationRow) -> str:
        """The text as it was written."""
        return row.what.text

    def empty(self) -> Sequence[Line]:
        """What it is for."""
        key = key_hint("item.escalate", self.pane.desktop.keymap)
        return nothing_lines(
            "Nobody was asked to decide anything: an escalation stands here until it is decided.", key, "escalates an item"
        )

    def hints(self, row: EscalationRow | None) -> Sequence[tuple[str, str]]:
        """What can be done with it."""
        if row is None:
            return (("standup.next_view", "next view"),)
        next_step = (("item.escalate", "ask the next step"),) if row.missed else ()
        return (*next_step, ("standup.answer", "what became of it"), ("item.copy", "copy"), ("standup.next_view", "next view"))

    def why_not(self, action_id: str, row: EscalationRow | None) -> str:
        """An escalation is needed; what was written is not changed, it is asked again."""
        if action_id == "standup.answer" and row is None:
            return "nothing is escalated"
        if action_id == "standup.edit" and row is not None:
            key = key_hint("item.escalate", self.pane.desktop.keymap)
            return f"it was written as it stands; {key} asks again" if key else "it was written as it stands"
        return ""

    def do(self, verb: str, row: EscalationRow | None) -> bool:
        """Of the escalation under the cursor."""
        if row is None or verb != "answer":
            return False
        self.pane.ask(partial(self._answer, row))
        return True

    async def _answer(self, row: EscalationRow) -> None:
        """They have it, decided it, or said no."""
        from opstui.ui.dialogs.edit_line import LineEditor
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        pane, to = self.pane, row.what.to
        options = [] if row.what.acknowledged else [("acknowledge", f"{to} has it, and will decide")]
        options += [
            ("resolve", "It is decided: back to the queue"),
            ("done", "It is decided, and done with"),
            ("refused", f"{to} said no"),
        ]
        picked = await pane.answer(ChoicePicker(f"What became of {row.ref}?", options))
        ledgers, slot = pane.desk.ledgers, f"escalation:{row.ref}"
        if picked == "acknowledge":
            pane.write(partial(ledgers.acknowledge, row.ref))
        elif picked == "refused":
            save = pane.saver(slot, partial(ledgers.refused, row.ref))
            await pane.answer(LineEditor(f"Why did {to} say no?", slot, pane.desk, empty=True, save=save))
        elif picked is not None:
            save = pane.saver(slot, partial(ledgers.resolve, row.ref, done=picked == "done"))
            await pane.answer(
                LineEditor("What was decided?", slot, pane.desk, placeholder="in a sentence", empty=True, save=save)
            )
