"""The blocker ledger as a tab: what is stuck, who has it, what is done next, and what cannot be heard once more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from opstui.domain.blockers import as_line, from_line
from opstui.services.desk.stock import BlockerRow
from opstui.ui.keys import key_hint
from opstui.ui.panes.empty import nothing_lines
from opstui.ui.present import Line
from opstui.ui.present_ledgers import BY_HAND, blocker_line, blocker_page, ref_cells
from opstui.ui.standup.view import View

if TYPE_CHECKING:
    from opstui.domain.views import Detail, Receipt
    from opstui.services.desk import Desk
    from opstui.ui.panes.standup import StandupPane

KEYS = ("item.decision", "item.escalate", "item.assign", "standup.edit", "standup.answer")
ENDS = ("Solved", "Nobody waits for it any more", "Another way was found")
PLACEHOLDER = "what is done next   @who does it"


class BlockersView(View[BlockerRow]):
    """A line a blocker: those that cannot be carried once more first, then by repeats and age."""

    name: ClassVar[str] = "Blockers"

    def __init__(self, pane: StandupPane) -> None:
        super().__init__(pane)
        self._pages: dict[str, tuple[Detail | None, int]] = {}
        """Of the items that were looked at: all of them, and how many others each frees."""

    def read(self, desk: Desk) -> Any:
        """The ledger."""
        return desk.ledgers.blockers()

    def show(self, found: Any) -> None:
        """Take them."""
        self.rows = found
        self._pages.clear()

    def tab(self) -> str:
        """With how many there are, and a sign where one cannot be carried."""
        if not self.rows:
            return self.name
        return f"{self.name} {len(self.rows)}" + (" !" if any(row.forced for row in self.rows) else "")

    def identity(self, row: BlockerRow) -> object:
        """By its item, else by its record: one that was not written yet has another uid each time."""
        return row.identity

    def line(self, row: BlockerRow, cells: int, here: bool) -> Line:
        """One blocker."""
        refs = ref_cells([one.ref or BY_HAND for one in self.rows], cells)
        return blocker_line(row, cells, self.pane.desk.now(), self.pane.look, refs)

    def page(self, row: BlockerRow, cells: int) -> list[Line]:
        """All of it."""
        desk = self.pane.desk
        if row.ref not in self._pages:
            frees = desk.board.frees(row.ref) if row.item and row.item.blocks else 0
            self._pages[row.ref] = (desk.detail(row.ref) if row.ref else None), frees
        detail, frees = self._pages[row.ref]
        keys = {id: key_hint(id, self.pane.desktop.keymap) for id in KEYS}
        return blocker_page(row, detail, frees, cells, desk.now(), self.pane.look, keys)

    def ref(self, row: BlockerRow) -> str:
        """Its item."""
        return row.ref

    def empty(self) -> Sequence[Line]:
        """What it is for."""
        key = key_hint("standup.block", self.pane.desktop.keymap)
        return nothing_lines(
            "Nothing is blocked: what its tracker calls blocked, or waits for something open, comes here by itself.",
            key,
            "puts something here that no tracker knows",
        )

    def hints(self, row: BlockerRow | None) -> Sequence[tuple[str, str]]:
        """What can be done with a blocker; of one that cannot be carried, what mends that."""
        more = (("standup.block", "add"), ("standup.next_view", "next view"))
        if row is None:
            return more
        own = (("standup.edit", "next step"), ("standup.answer", "ended"))
        if row.forced and row.ref:
            return (("item.decision", "decide"), ("item.escalate", "escalate"), ("item.assign", "owner"), *own)
        return (*own, ("item.escalate", "escalate"), *more)

    def why_not(self, action_id: str, row: BlockerRow | None) -> str:
        """A blocker is needed."""
        return "nothing is blocked" if action_id in ("standup.edit", "standup.answer") and row is None else ""

    def do(self, verb: str, row: BlockerRow | None) -> bool:
        """Of the blocker under the cursor."""
        if row is None or verb not in ("edit", "answer"):
            return False
        self.pane.ask(partial(self._edit if verb == "edit" else self._answer, row))
        return True

    async def _edit(self, row: BlockerRow) -> None:
        """Owner and next step, in one line."""
        from opstui.ui.dialogs.edit_line import LineEditor

        pane, slot = self.pane, f"blocker:{row.identity}"

        def change(text: str) -> Receipt:
            step, owner = from_line(text)
            return pane.desk.ledgers.edit(row.identity, owner, step)

        value = as_line(row.what.next_step, row.what.owner)
        save = pane.saver(slot, change)
        await pane.answer(
            LineEditor(
                f"Next step of {row.name}", slot, pane.desk, value, placeholder=PLACEHOLDER, echo=meaning, empty=True, save=save
            )
        )

    async def _answer(self, row: BlockerRow) -> None:
        """How it ended."""
        from opstui.ui.dialogs.pick_reason import ReasonPicker

        said = await self.pane.answer(ReasonPicker(f"{row.name} is in nobody's way: why?", ENDS, optional=True))
        if said is not None:
            self.pane.write(partial(self.pane.desk.ledgers.clear, row.identity, said))


async def block(pane: StandupPane) -> None:
    """Put something into the ledger by hand: the item under the cursor, else what no tracker knows."""
    from opstui.ui.dialogs.edit_line import LineEditor

    rows = pane.targets()
    ref = rows[0].ref if rows and not isinstance(pane.view, BlockersView) else ""
    slot = f"block:{ref}"

    def keep(text: str) -> Receipt:
        what, owner = from_line(text)
        return pane.desk.ledgers.block(ref, what, owner)

    heading = f"What blocks {ref}?" if ref else "What is blocked?"
    save = pane.saver(slot, keep)
    await pane.answer(
        LineEditor(heading, slot, pane.desk, placeholder="what is blocked   @who sees to it", echo=meaning, save=save)
    )


def meaning(text: str) -> str:
    """What a line with an owner in it means."""
    what, owner = from_line(text)
    return " · ".join(part for part in (what, f"owner {owner}" if owner else "") if part) if owner else ""
