"""The way of a verb in a pane: what is meant, a look at many first, the result shown at once, and put back if that fails."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from opstui.domain.views import QueueRow, Receipt
from opstui.errors import OpstuiError, Refused
from opstui.ui.aside import Aside
from opstui.ui.cells import tame
from opstui.ui.keys import key_hint
from opstui.ui.pane import Pane

if TYPE_CHECKING:
    from textual.screen import ModalScreen

Answer = TypeVar("Answer")

TITLES = 200
"""So many items of a bulk verdict are shown with their titles."""
LEAVING = frozenset({"accept", "done", "decline", "merge", "snooze", "assign", "escalate", "wait", "for_block"})
"""Verbs after which an item is no longer in the queue."""
MANY = 200
"""From so many items on a preview takes long enough to be told that it is made."""


class Act(NamedTuple):
    """A verb with what was answered for it: what ``.`` repeats."""

    verb: str
    args: Mapping[str, Any] = MappingProxyType({})
    slot: str = ""
    """Where the draft of what was written for it is kept until it is done."""

    @property
    def words(self) -> str:
        """What was said with it."""
        return str(self.args.get("reason") or self.args.get("text") or "")

    def saying(self, words: str) -> Act:
        """The same with other words."""
        return Act(self.verb, {**self.args, ("text" if "text" in self.args else "reason"): words}, self.slot)

    def again(self) -> Act:
        """The same for other items: facts are of one item and gathered anew, and a source is told only when that is asked."""
        args = dict(self.args)
        if args.get("asked") is not None:
            args |= {"asked": replace(args["asked"], facts=None), "tell": False}
        return Act(self.verb, args)


class DecidingPane(Pane, inherit_bindings=False):
    """A pane whose rows can be decided. Subclasses say which rows are meant and what is shown meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.last: Act | None = None
        """The last verdict, for repeat."""
        self.aside = Aside(lambda error: self.app._handle_exception(error))  # as if it had been asked here

    def on_unmount(self) -> None:
        """Ask nothing more."""
        self.aside.close()

    # What a subclass says

    def targets(self) -> Sequence[QueueRow]:
        """The rows a verb is meant for: the marked ones, else the one under the cursor."""
        raise NotImplementedError

    def meant(self) -> Sequence[QueueRow]:
        """The rows that a question is about, at its beginning: one later than the key, and the list may have moved on.

        Raises:
            Refused: they have gone meanwhile.
        """
        if rows := self.targets():
            return rows
        raise Refused("Nothing was done", "the item under the cursor has just gone")

    def take_away(self, rows: Sequence[QueueRow]) -> None:
        """Rows leave, before the store knows."""

    # The way of a verb

    def why_not(self, action_id: str) -> str:
        """A verb needs a row."""
        if action_id.startswith("item.") and action_id != "item.note" and action_id != "item.decision" and not self.targets():
            return "there is no item under the cursor"
        if action_id == "item.repeat" and self.last is None:
            return "no verdict yet in this session"
        return super().why_not(action_id)

    def ask(self, flow: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a flow of questions; keys go to its dialogs meanwhile."""
        asking = self.run_worker(self._guarded(flow), exclusive=True, group="ask", exit_on_error=True)
        # Until its dialog is there, and from one dialog to the next, keys are meant for what comes.
        self.desktop.held.wait_while(lambda: not asking.is_finished and self.app.screen is self)

    async def _guarded(self, flow: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await flow()
        except OpstuiError as error:
            self.say(str(error), "error")

    async def answer(self, dialog: ModalScreen[Answer]) -> Answer | None:
        """What a dialog was answered, None when it was closed."""
        return await self.app.push_screen_wait(dialog)

    def refs_of(self, rows: Sequence[QueueRow]) -> list[str]:
        """The refs meant by rows: a folded group stands for all of its items."""
        refs: list[str] = []
        for row in rows:
            refs += self.members_of(row) if row.group_size > 1 else [row.ref]
        return list(dict.fromkeys(refs))

    def members_of(self, row: QueueRow) -> Sequence[str]:
        """The refs of a folded group, its lead first."""
        return (row.ref, *(ref for ref in self.desk.alike(row.ref) if ref != row.ref))

    def decide(self, act: Act, rows: Sequence[QueueRow] | None = None) -> None:
        """Carry out a verb on the rows meant; many items are shown first, one is done at once."""
        rows = list(self.targets() if rows is None else rows)
        refs = self.refs_of(rows)
        if len(refs) > 1:
            self.ask(partial(self._decide_many, act, rows, refs))
        elif refs:
            self._submit(act, rows, refs)

    async def _decide_many(self, act: Act, rows: Sequence[QueueRow], refs: Sequence[str]) -> None:
        from opstui.ui.dialogs.bulk import BulkPreview, question

        if len(refs) > MANY:
            self.say(f"Looking at {len(refs):,} items.")
        preview = await self.aside.answer("preview", partial(self.desk.preview, act.verb, refs, **act.args))
        heading = question(act.verb, act.args, len(preview.refs), self.desk.now(), self.desktop.look)
        titles = {row.ref: row.title for row in rows}
        for ref in [ref for ref in refs if ref not in titles][:TITLES]:
            if row := self.desk.row(ref):
                titles[ref] = row.title
        if await self.answer(BulkPreview(preview, titles, heading, act.words)):
            going = set(preview.refs)
            self._submit(
                act, [row for row in rows if row.ref in going or row.group_size > 1], [ref for ref in refs if ref in going]
            )

    def _submit(self, act: Act, rows: Sequence[QueueRow], refs: Sequence[str]) -> None:
        if not refs:
            return
        self.last = act.again()
        if act.verb in LEAVING:
            self.take_away(rows)
        # What has a draft is found again by the same key; other words of one's own are offered at once.
        own_words = act.words and not act.slot and act.words not in self.desk.reasons(act.verb)
        failed = partial(self._unwritten, act, rows, refs) if own_words else None
        do = partial(getattr(self.desk, act.verb), refs, **act.args)
        self.write(partial(self.keep, act.slot, do) if act.slot else do, rows, told=self.say_where, failed=failed)

    def say_where(self, receipt: Receipt) -> None:
        """Where it goes, and how long undo keeps it from going; or that it stays here, and why."""
        if receipt.note and not receipt.refused:
            key = key_hint("app.undo", self.desktop.keymap)
            cancels = f" {self.desktop.look['dot']} {key} cancels" if receipt.sent_to and key else ""
            self.say(tame(receipt.note[0].upper() + receipt.note[1:]) + cancels, "text")

    def _unwritten(self, act: Act, rows: Sequence[QueueRow], refs: Sequence[str], why: str) -> None:
        """Nothing was written: what was typed for it is offered again, unless another question is open."""
        self.say(why, "error")
        if self.app.screen is self:
            self.ask(partial(self._try_again, act, rows, refs, why))

    async def _try_again(self, act: Act, rows: Sequence[QueueRow], refs: Sequence[str], why: str) -> None:
        from opstui.ui.dialogs.pick_reason import ReasonPicker

        heading = f"{act.verb.capitalize()} {self._named(rows)} once more?"
        picker = ReasonPicker(heading, self.desk.reasons(act.verb), initial=act.words, trouble=f"Not saved. {why}")
        words = await self.answer(picker)
        if words is not None:
            self._submit(act.saying(words), rows, refs)

    def _named(self, rows: Sequence[QueueRow]) -> str:
        refs = self.refs_of(rows)
        return refs[0] if len(refs) == 1 else f"{len(refs)} items"
