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
from opstui.ui.cells import tame
from opstui.ui.keys import key_hint
from opstui.ui.pane import Pane

if TYPE_CHECKING:
    from textual.screen import ModalScreen

    from opstui.ui.dialogs.pick_move import Step

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
        self.write(partial(getattr(self.desk, act.verb), refs, **act.args), rows, told=self.say_where, failed=failed)

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
        """At its source, or here."""
        self.ask(self._priority)

    def do_stage(self) -> None:
        """Along at its tracker, or here."""
        self.ask(self._move)

    def do_due(self) -> None:
        """Until when."""
        self.ask(self._due)

    def do_labels(self) -> None:
        """More of them, and fewer."""
        self.ask(self._labels)

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

    async def ask_person(self, heading: str) -> str | None:
        """Somebody, with everybody's open work in view."""
        from opstui.ui.dialogs.pick_person import PersonPicker

        me = self.desk.me()
        picker = PersonPicker(heading, None, self.desk.people(), now=self.desk.now(), me=me.name if me else "")
        self.aside.ask("loads", self.desk.loads, picker.tell)
        return await self.answer(picker)

    async def _decline(self) -> None:
        from opstui.ui.dialogs.decline import DeclinePicker

        rows = self.targets()
        told = self.tells(rows)
        tell = self.desktop.workspace.settings.outbox.tell_reporter
        picker = DeclinePicker(f"Decline {self._named(rows)}: why?", self.desk.reasons("decline"), told, tell=tell)
        reason = await self.answer(picker)
        if reason is not None:
            self.decide(Act("decline", {"reason": reason, "tell": picker.tell} if told else {"reason": reason}), rows)

    def tells(self, rows: Sequence[QueueRow]) -> Sequence[str]:
        """The sources among those of rows that take a comment, for whoever reported an item there."""
        return [source for source in dict.fromkeys(row.source for row in rows) if "comment" in self.verbs_of(source)]

    def verbs_of(self, source: str) -> Sequence[str]:
        """What a source takes, as far as was read last."""
        return next((state.verbs for state in self.desktop.sources if state.name == source), ())

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
        who = await self.ask_person(f"Who owns {self._named(rows)}?")
        if who is not None:
            self.decide(Act("assign", {"who": who}), rows)

    async def _escalate(self) -> None:
        from opstui.ui.dialogs.pick_when import NEVER, WhenPicker

        rows = self.targets()
        to = await self.ask_person(f"Escalate {self._named(rows)} to")
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
        on = await self.ask_person(f"Who {'does' if len(self.refs_of(rows)) == 1 else 'do'} {self._named(rows)} wait on?")
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

    async def _move(self) -> None:
        rows = self.targets()
        source = rows[0].source
        if any(row.source != source for row in rows) or "transition" not in self.verbs_of(source):
            await self._stage(rows)
            return
        found = await self.ask_move(rows[0].ref, source, self._from_to(rows))
        if found is None:
            return
        step, fields = found
        if not step.status:
            self.decide(Act("stage", {"stage": step.stage}), rows)
            return
        one = len(self.refs_of(rows)) == 1
        move = step.move.id if step.move and one else ""  # another item may have the same way under another id
        self.decide(Act("transition", {"status": step.status, "id": move, "fields": fields, "stage": step.stage}), rows)

    def _from_to(self, rows: Sequence[QueueRow]) -> str:
        one = len(self.refs_of(rows)) == 1 and rows[0].status
        return f"Move {self._named(rows)} from {rows[0].status} to" if one else f"Move {self._named(rows)} to"

    async def ask_move(self, ref: str, source: str, heading: str, *, here: bool = True) -> tuple[Step, dict[str, str]] | None:
        """A move and what it asks for. It opens at once; what the tracker allows is asked meanwhile where it is not known."""
        from opstui.ui.dialogs.edit_fields import FieldsForm
        from opstui.ui.dialogs.pick_move import MovePicker

        picker = MovePicker(heading, source, self.desk.moves(ref), here=here)
        engine = self.desktop.engine

        def heard(event: Mapping[str, Any]) -> None:
            why = ": ".join(str(event[part]) for part in ("what", "why") if event.get(part))
            picker.trouble(why) if why else picker.tell(self.desk.moves(ref))

        if not picker.known and (why := engine.ask_moves(ref, heard)):
            picker.trouble(why)
        step = await self.answer(picker)
        engine.forget_moves(ref)
        if step is None:
            return None
        asked = [field for field in step.move.fields if field.required] if step.move else []
        if not asked:
            return step, {}
        fields = await self.answer(FieldsForm(f"{ref} to {step.status}: it asks for", asked))
        return None if fields is None else (step, fields)

    async def _stage(self, rows: Sequence[QueueRow]) -> None:
        from opstui.ui.dialogs.pick_reason import ChoicePicker

        words = {Stage.TODO: "To do", Stage.DOING: "Doing", Stage.BLOCKED: "Blocked", Stage.DONE: "Done"}
        options = [(stage.value, word) for stage, word in words.items()]
        value = await self.answer(
            ChoicePicker(
                f"Stage of {self._named(rows)}, set here",
                [*options, ("", "As its source says")],
                current=rows[0].stage.value,
                said=self._takes_none(rows, "transition", "transitions"),
            )
        )
        if value is not None:
            self.decide(Act("stage", {"stage": value or None}), rows)

    def _takes_none(self, rows: Sequence[QueueRow], verb: str, noun: str) -> str:
        """Why it stays here: ``kept here: helpdesk (csv) takes no transitions``."""
        by_name = {state.name: state for state in self.desktop.sources}
        for name in dict.fromkeys(row.source for row in rows):
            state = by_name.get(name)
            if state is not None and verb not in state.verbs:
                return f"kept here: {name} ({state.connector}) takes no {noun}"
        return "kept here: they are of several sources" if len({row.source for row in rows}) > 1 else ""

    async def ask_due(self, heading: str) -> Any:
        """A day, None for none; ``edit_change.NOTHING`` when it was closed."""
        from opstui.ui.dialogs.pick_when import NEVER, WhenPicker
        from opstui.ui.edit_change import NOTHING

        at = await self.answer(WhenPicker(self.desk.now(), self.desk.presets(), self.desk.when, heading, without="no due date"))
        return NOTHING if at is None else None if at is NEVER else at

    async def _due(self) -> None:
        from opstui.ui.edit_change import NOTHING

        rows = self.targets()
        if refused := self._refused(rows, "due", "due dates"):
            self.say(refused, "warning")
            return
        at = await self.ask_due(f"{self._named(rows)} {'is' if len(self.refs_of(rows)) == 1 else 'are'} due")
        if at is not NOTHING:
            self.decide(Act("due", {"when": at}), rows)

    def _refused(self, rows: Sequence[QueueRow], verb: str, noun: str) -> str:
        """Why nothing can be asked, where no source of these takes it: it is not kept here either."""
        if any(verb in self.verbs_of(row.source) for row in rows):
            return ""
        state = next((state for state in self.desktop.sources if state.name == rows[0].source), None)
        name = f"{rows[0].source} ({state.connector})" if state else rows[0].source
        return f"{name} takes no {noun}, and none are kept here."

    async def _labels(self) -> None:
        from opstui.ui.dialogs.ask_line import LineDialog
        from opstui.ui.labels import label_changes, label_words

        rows = self.targets()
        if refused := self._refused(rows, "labels", "labels"):
            self.say(refused, "warning")
            return
        found = self.desk.detail(rows[0].ref) if len(self.refs_of(rows)) == 1 else None
        has = found.item.labels if found else ()
        text = await self.answer(
            LineDialog(
                f"Labels of {self._named(rows)}",
                "",
                placeholder="+audit -later",
                echo=lambda typed: label_words(typed, has, known=found is not None),
            )
        )
        add, remove = label_changes(text or "")
        if add or remove:
            self.decide(Act("labels", {"add": add, "remove": remove}), rows)

    async def _comment(self) -> None:
        from opstui.ui.dialogs.edit_note import NoteEditor

        ref = self.targets()[0].ref
        slot = f"comment:{ref}"
        save = self.saver(slot, partial(self.desk.comment, ref))
        source = self.targets()[0].source
        where = f"at {source}" if "comment" in self.verbs_of(source) else "kept here"
        await self.answer(NoteEditor(f"Comment on {ref}, {where}", slot, self.desk, save=save))

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
