"""The verdicts as a pane runs them: each asks what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from opstui.domain.kinds import PRIORITY_WORDS
from opstui.domain.views import Receipt
from opstui.ui.cells import tame
from opstui.ui.deciding import Act
from opstui.ui.tracker import TrackerPane


class VerbPane(TrackerPane, inherit_bindings=False):
    """A pane whose rows can be decided. Subclasses say which rows are meant and what is shown meanwhile."""

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

    async def _reason(self, verb: str, heading: str, *, optional: bool = False) -> str | None:
        from opstui.ui.dialogs.pick_reason import ReasonPicker

        return await self.answer(ReasonPicker(heading, self.desk.reasons(verb), optional=optional))

    async def ask_person(self, heading: str, first: str = "", note: str = "") -> str | None:
        """Somebody, with everybody's open work in view; ``first`` is who is proposed, and ``note`` says why."""
        from opstui.ui.dialogs.pick_person import PersonPicker

        me = self.desk.me()

        def look(name: str, told: Callable[[Any], None]) -> None:
            self.aside.ask("work", partial(self.desk.ledgers.work, name), told)

        people = self.desk.people()
        picker = PersonPicker(
            heading, None, people, now=self.desk.now(), me=me.name if me else "", first=first, note=note, work=look
        )
        self.aside.ask("loads", self.desk.loads, picker.tell)
        self.aside.ask("over", self.desk.ledgers.over, picker.tell_over)
        return await self.answer(picker)

    async def _merge(self) -> None:
        from opstui.ui.dialogs.pick_ref import RefPicker

        rows = self.meant()
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

        rows = self.meant()
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
        rows = self.meant()
        who = await self.ask_person(f"Who owns {self._named(rows)}?")
        if who is not None:
            self.decide(Act("assign", {"who": who}), rows)

    async def _escalate(self) -> None:
        """Whose turn it is, then one page: everything on it may stay empty."""
        from opstui.ui.dialogs.escalate import EscalationEditor

        rows = self.meant()
        refs = self.refs_of(rows)
        known = await self.aside.answer("suggested", partial(self.desk.ledgers.suggested, refs[0]))
        turn = f"step {known.step} of {known.steps}" if known.step else ""
        to = await self.ask_person(f"Escalate {self._named(rows)} to", known.to, turn)
        if to is None:
            return
        reasons, told = self.desk.reasons("escalate"), self.tells(rows)
        editor = EscalationEditor(self.desk, to, refs, known if len(refs) == 1 else None, reasons, told)
        letter = await self.answer(editor)
        if letter is None:
            return
        args = {"to": to, "reason": letter.asked.question, "until": letter.until, "asked": letter.asked, "tell": letter.tell}
        self.decide(Act("escalate", args, editor.slot), rows)

    async def _wait(self) -> None:
        from opstui.ui.dialogs.pick_when import WhenPicker

        rows = self.meant()
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

        rows = self.meant()
        options = [(str(number), word.capitalize()) for number, word in PRIORITY_WORDS.items()]
        if not all("priority" in self.verbs_of(row.source) for row in rows):
            options.append(("", "As its source says"))  # where it is set at the source, it always is
        now = str(rows[0].priority) if rows[0].priority else None
        label = tame(rows[0].priority_label) if len(self.refs_of(rows)) == 1 else ""
        own = label and label.casefold() != PRIORITY_WORDS.get(rows[0].priority or 0)
        notes = {now: f"now, {label} at {rows[0].source}"} if now and own else None
        value = await self.answer(ChoicePicker(f"Priority of {self._named(rows)}", options, current=now, notes=notes))
        if value is not None:
            self.decide(Act("priority", {"n": int(value) if value else None}), rows)

    async def _comment(self) -> None:
        from opstui.ui.dialogs.edit_note import NoteEditor

        row = self.meant()[0]
        ref, source = row.ref, row.source
        slot = f"comment:{ref}"
        save = self.saver(slot, partial(self.desk.comment, ref))
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
