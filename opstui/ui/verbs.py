"""The verdicts as a pane runs them: ask what is missing, show the result at once, write it, and put it back if that fails."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from opstui.domain.kinds import PRIORITY_WORDS, Stage
from opstui.domain.views import QueueRow, Receipt
from opstui.errors import OpstuiError
from opstui.ui.aside import Aside
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

    @property
    def words(self) -> str:
        """What was said with it."""
        return str(self.args.get("reason") or self.args.get("text") or "")

    def saying(self, words: str) -> Act:
        """The same with other words."""
        return Act(self.verb, {**self.args, ("text" if "text" in self.args else "reason"): words})


class VerbPane(Pane, inherit_bindings=False):
    """A pane whose rows can be decided. Subclasses say which rows are meant and what is shown meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.last: Act | None = None
        """The last verdict, for repeat."""
        self.aside = Aside()

    def on_unmount(self) -> None:
        """Ask nothing more."""
        self.aside.close()

    # What a subclass says

    def targets(self) -> Sequence[QueueRow]:
        """The rows a verb is meant for: the marked ones, else the one under the cursor."""
        raise NotImplementedError

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
        self.last = act
        if act.verb in LEAVING:
            self.take_away(rows)
        own_words = act.words and act.words not in self.desk.reasons(act.verb)
        failed = partial(self._unwritten, act, rows, refs) if own_words else None
        self.write(partial(getattr(self.desk, act.verb), refs, **act.args), rows, failed=failed)

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

    # The verbs

    def do_accept(self) -> None:
        """Take it."""
        self.decide(Act("accept"))

    def do_done(self) -> None:
        """Nothing more to do."""
        self.decide(Act("done"))

    def do_block(self) -> None:
        """On the list for a protected block."""
        self.decide(Act("for_block"))

    def do_release(self) -> None:
        """Back to the queue."""
        self.decide(Act("release"))

    def do_repeat(self) -> None:
        """The last verdict again."""
        if self.last:
            self.decide(self.last)

    def do_decline(self) -> None:
        """No, with a reason."""
        self.ask(self._decline)

    def do_merge(self) -> None:
        """Into another item."""
        self.ask(self._merge)

    def do_snooze(self) -> None:
        """Until a time."""
        self.ask(self._snooze)

    def do_assign(self) -> None:
        """To somebody, seeing each one's load."""
        self.ask(self._assign)

    def do_escalate(self) -> None:
        """To somebody who can decide."""
        self.ask(self._escalate)

    def do_wait(self) -> None:
        """On somebody, until a date to nudge."""
        self.ask(self._wait)

    def do_priority(self) -> None:
        """Set here."""
        self.ask(self._priority)

    def do_stage(self) -> None:
        """Set here."""
        self.ask(self._stage)

    def do_comment(self) -> None:
        """On the item."""
        self.ask(self._comment)

    def do_note(self) -> None:
        """On the item under the cursor, if there is one."""
        self.ask(self._note)

    def do_decision(self) -> None:
        """About the item under the cursor, if there is one."""
        self.ask(self._decision)

    # Their questions

    def _named(self, rows: Sequence[QueueRow]) -> str:
        refs = self.refs_of(rows)
        return refs[0] if len(refs) == 1 else f"{len(refs)} items"

    async def _reason(self, verb: str, heading: str, *, optional: bool = False) -> str | None:
        from opstui.ui.dialogs.pick_reason import ReasonPicker

        return await self.answer(ReasonPicker(heading, self.desk.reasons(verb), optional=optional))

    async def _person(self, heading: str) -> str | None:
        from opstui.ui.dialogs.pick_person import PersonPicker

        me = self.desk.me()
        picker = PersonPicker(heading, None, self.desk.people(), now=self.desk.now(), me=me.name if me else "")
        self.aside.ask("loads", self.desk.loads, picker.tell)
        return await self.answer(picker)

    async def _decline(self) -> None:
        rows = self.targets()
        reason = await self._reason("decline", f"Decline {self._named(rows)}: why?")
        if reason is not None:
            self.decide(Act("decline", {"reason": reason}), rows)

    async def _merge(self) -> None:
        from opstui.ui.dialogs.pick_ref import RefPicker

        rows = self.targets()
        refs = self.refs_of(rows)
        near = self.desk.near(rows[0].ref)
        heading = f"Merge {self._named(rows)} into"
        into = await self.answer(RefPicker(heading, self.desk.targets, refs, near=near, now=self.desk.now()))
        if into is None:
            return
        reason = await self._reason("merge", f"Merge into {into}: why?", optional=True)
        if reason is not None:
            self.decide(Act("merge", {"into": into, "reason": reason}), rows)

    async def _snooze(self) -> None:
        from opstui.ui.dialogs.pick_when import WhenPicker

        rows = self.targets()
        heading = f"Snooze {self._named(rows)} until"
        picker = WhenPicker(self.desk.now(), self.desk.presets(), self.desk.when, heading, why=True)
        until = await self.answer(picker)
        if until is None:
            return
        reason: str | None = ""
        if picker.asks_why:
            reason = await self._reason("snooze", f"Snooze {self._named(rows)}: why?")
        if reason is not None:
            self.decide(Act("snooze", {"until": until, "reason": reason}), rows)

    async def _assign(self) -> None:
        rows = self.targets()
        who = await self._person(f"Who owns {self._named(rows)}?")
        if who is not None:
            self.decide(Act("assign", {"who": who}), rows)

    async def _escalate(self) -> None:
        from opstui.ui.dialogs.pick_when import NEVER, WhenPicker

        rows = self.targets()
        to = await self._person(f"Escalate {self._named(rows)} to")
        if to is None:
            return
        reason = await self._reason("escalate", f"Escalate to {to}: why?")
        if reason is None:
            return
        heading = f"{to} answers by when?"
        until = await self.answer(
            WhenPicker(self.desk.now(), self.desk.presets(), self.desk.when, heading, without="no deadline")
        )
        if until is not None:
            self.decide(Act("escalate", {"to": to, "reason": reason, "until": None if until is NEVER else until}), rows)

    async def _wait(self) -> None:
        from opstui.ui.dialogs.pick_when import WhenPicker

        rows = self.targets()
        on = await self._person(f"Who {'does' if len(self.refs_of(rows)) == 1 else 'do'} {self._named(rows)} wait on?")
        if on is None:
            return
        until = await self.answer(WhenPicker(self.desk.now(), self.desk.presets(), self.desk.when, f"Nudge {on} when?"))
        if until is None:
            return
        text = await self._reason("wait", f"Waiting on {on}: for what?", optional=True)
        if text is not None:
            self.decide(Act("wait", {"on": on, "until": until, "text": text}), rows)

    async def _priority(self) -> None:
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        rows = self.targets()
        options = [(str(number), word.capitalize()) for number, word in PRIORITY_WORDS.items()]
        now = str(rows[0].priority) if rows[0].priority else None
        value = await self.answer(
            ChoicePicker(f"Priority of {self._named(rows)}", [*options, ("", "As its source says")], current=now)
        )
        if value is not None:
            self.decide(Act("priority", {"n": int(value) if value else None}), rows)

    async def _stage(self) -> None:
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        rows = self.targets()
        words = {Stage.TODO: "To do", Stage.DOING: "Doing", Stage.BLOCKED: "Blocked", Stage.DONE: "Done"}
        options = [(stage.value, word) for stage, word in words.items()]
        value = await self.answer(
            ChoicePicker(f"Stage of {self._named(rows)}", [*options, ("", "As its source says")], current=rows[0].stage.value)
        )
        if value is not None:
            self.decide(Act("stage", {"stage": value or None}), rows)

    async def _comment(self) -> None:
        from opstui.ui.dialogs.edit_note import NoteEditor

        ref = self.targets()[0].ref
        slot = f"comment:{ref}"
        save = self.saver(slot, partial(self.desk.comment, ref))
        await self.answer(NoteEditor(f"Comment on {ref}", slot, self.desk, save=save))

    async def _note(self) -> None:
        from opstui.ui.dialogs.edit_note import NoteEditor

        rows = self.targets()
        ref = rows[0].ref if rows else ""
        slot = f"note:{ref}"
        save = self.saver(slot, partial(self.desk.note, ref=ref))
        await self.answer(NoteEditor(f"Note on {ref}" if ref else "Note", slot, self.desk, save=save))

    async def _decision(self) -> None:
        rows = self.targets()
        await self.edit_decision(rows[0].ref if rows else "")

    async def edit_decision(self, ref: str, initial: Mapping[str, Any] | None = None) -> None:
        """Have a decision written, on an item if there is one."""
        from opstui.ui.dialogs.edit_decision import DecisionEditor, slot_of

        def decide(given: dict[str, Any]) -> Receipt:
            return self.desk.decide(**given)

        save = self.saver(slot_of(ref, initial), decide)
        await self.answer(DecisionEditor(self.desk, ref, initial, save=save))
