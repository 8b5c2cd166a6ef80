"""What reaches a tracker: transitions with what they ask for, due dates, labels, and word to who reported an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from opstui.domain.kinds import Stage
from opstui.domain.views import QueueRow
from opstui.ui.deciding import Act, DecidingPane

if TYPE_CHECKING:
    from opstui.ui.dialogs.pick_move import Step


class TrackerPane(DecidingPane, inherit_bindings=False):
    """The questions of verbs that a source carries out. Where it cannot, it is said before anything is asked."""

    def do_stage(self) -> None:
        """Along at its tracker, or here."""
        self.ask(self._move)

    def do_due(self) -> None:
        """Until when."""
        self.ask(self._due)

    def do_labels(self) -> None:
        """More of them, and fewer."""
        self.ask(self._labels)

    async def _decline(self) -> None:
        from opstui.ui.dialogs.decline import DeclinePicker

        rows = self.meant()
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

    async def _move(self) -> None:
        rows = self.meant()
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
        from opstui.ui.dialogs.pick_when import NEVER, DayPicker
        from opstui.ui.edit_change import NOTHING

        at = await self.answer(DayPicker(self.desk.now(), self.desk.when, heading, without="no due date"))
        return NOTHING if at is None else None if at is NEVER else at

    async def _due(self) -> None:
        from opstui.ui.edit_change import NOTHING

        rows = self.meant()
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

        rows = self.meant()
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
