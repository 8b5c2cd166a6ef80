"""The pane of routines: what each key does to a round and to the step under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import on

from opstui.domain.rounds import Standing, number, split_name
from opstui.domain.routines import Needs
from opstui.domain.views import Receipt
from opstui.ui.keys import bindings_for, key_hint
from opstui.ui.panes.rounds import RoundsPane
from opstui.ui.widgets.foot_line import Hint
from opstui.ui.widgets.line_list import LineList

STEP_ACTIONS = frozenset({"routines.tick", "routines.skip", "routines.note", "routines.untick"})
ROUND_ACTIONS = STEP_ACTIONS | {"routines.open", "routines.sign", "routines.waive"}


class RoutinesPane(RoundsPane, inherit_bindings=False):
    """Enter goes into the steps of a round; there Space and Enter tick, and go on to the next open one."""

    BINDINGS = [*bindings_for("routines"), *bindings_for("list")]
    place = "routines"

    def hints(self) -> list[Hint]:
        """The list's keys, or those of the steps."""
        one = self.list.row if self.is_attached else None
        if one is None:
            wanted = [("app.triage", "triage"), ("app.help", "all keys")]
        elif self.inside:
            wanted = [("routines.tick", "tick"), ("routines.skip", "skip"), ("routines.note", "reading or remark")]
            wanted += [("routines.sign", "sign")] if one.round.sign and not one.over else []
            wanted += [("app.back", "list"), ("app.help", "all keys")]
        else:
            wanted = [("routines.open", "steps")]
            wanted += [("routines.sign", "sign")] if one.round.sign and not one.over else []
            wanted += [("routines.waive", "waive")] if not one.over else []
            wanted += [("app.triage", "triage"), ("app.help", "all keys")]
        keymap = self.desktop.keymap
        return [(id, key, word) for id, word in wanted if (key := key_hint(id, keymap))]

    def why_not(self, action_id: str) -> str:
        """What is done to a step needs one; a round that is over is left alone."""
        one = self.list.row
        if action_id not in ROUND_ACTIONS:
            return super().why_not(action_id)
        if one is None:
            return "there is no routine here"
        if action_id in ("routines.open", "routines.untick"):
            return ""
        if one.over:
            return f"it is {one.state}"
        if action_id == "routines.sign" and not one.round.sign:
            return "it needs no signature: the last tick ends it"
        return ""

    def do_open(self) -> None:
        """Into the steps; there it ticks."""
        if self.inside:
            self.do_tick()
        else:
            self._enter()

    @on(LineList.Opened)
    def _opened(self) -> None:
        if not self.inside:
            self._enter()

    def do_back(self) -> None:
        """Out of the steps, then to the queue."""
        if self.inside:
            self._leave()
            self._refresh_foot()
        else:
            self.desktop.do("app.triage")

    def do_detail_down(self) -> None:
        """Half a page down."""
        self.page.scroll_lines(max(self.page.size.height // 2, 1))

    def do_detail_up(self) -> None:
        """Half a page up."""
        self.page.scroll_lines(-max(self.page.size.height // 2, 1))

    # Steps

    def do_tick(self) -> None:
        """The step under the cursor is done."""
        if not self.inside:
            self._enter()
            return
        one = self.list.row
        if one is None:
            return
        step = one.round.steps[self.step]
        if step.over:
            keys = key_hint("routines.untick", self.desktop.keymap)
            self.say(f"It is {'skipped' if step.skipped else 'ticked'} already; {keys} takes that back.")
        elif step.needs:
            self.ask(partial(self._ask_note, one, self.step))
        else:
            self._write(one, partial(self.desk.routines.tick, one.round.name, self.step + 1), self.step)

    def do_note(self) -> None:
        """The step under the cursor, with a reading or a remark."""
        if one := self._entered():
            self.ask(partial(self._ask_note, one, self.step))

    def do_skip(self) -> None:
        """Leave the step under the cursor out."""
        if one := self._entered():
            self.ask(partial(self._skip, one, self.step))

    def do_untick(self) -> None:
        """Take the tick of the step under the cursor back."""
        if one := self._entered():
            if not one.round.steps[self.step].over:
                self.say("It is not ticked.")
                return
            self.write(partial(self.desk.routines.untick, one.round.name, self.step + 1))

    def do_sign(self) -> None:
        """Stand for the round."""
        if one := self.list.row:
            self.write(partial(self.desk.routines.sign, one.round.name), told=self._told_done)

    def do_waive(self) -> None:
        """Give the round up for this time."""
        if one := self.list.row:
            self.ask(partial(self._waive, one))

    def _entered(self) -> Standing | None:
        """The round whose steps the cursor is in; before that, the key leads there."""
        if not self.inside:
            self._enter()
            return None
        return self.list.row

    def _write(self, one: Standing, do: Callable[[], Receipt], step: int) -> None:
        """Write a tick and go on to the next step that is open, round the end."""
        order = [*range(step + 1, len(one.round.steps)), *range(step)]
        following = next((n for n in order if not one.round.steps[n].over), None)

        def told(receipt: Receipt) -> None:
            if following is None:
                self._told_done(receipt)

        if following is not None:
            self._to(following)
        self.write(do, told=told)

    def _told_done(self, receipt: Receipt) -> None:
        if not receipt.group or not (one := self.list.row):
            return
        if one.over:
            self.say(f"{one.round.routine} is {one.state}.")
        elif one.to_sign:
            self.say(f"Every step is over: {key_hint('routines.sign', self.desktop.keymap)} signs it.")

    async def _ask_note(self, one: Standing, step: int) -> None:
        from opstui.ui.dialogs.ask_line import LineDialog

        tick = one.round.steps[step]
        wants_number = tick.needs is Needs.NUMBER
        text: str | None = tick.note
        while True:
            dialog = LineDialog(
                tick.text,
                text or "",
                placeholder="a number, as -18.5 C" if wants_number else "in a few words",
                echo=_not_a_number if wants_number else None,
            )
            text = await self.answer(dialog)
            if text is None:
                return
            if not wants_number or number(text) is not None:
                break
        self._write(one, partial(self.desk.routines.tick, one.round.name, step + 1, text), step)

    async def _skip(self, one: Standing, step: int) -> None:
        why = await self._why(f"Skip: {one.round.steps[step].text}", "skip")
        if why:
            self._write(one, partial(self.desk.routines.skip, one.round.name, step + 1, why), step)

    async def _waive(self, one: Standing) -> None:
        routine, day = split_name(one.round.name)
        why = await self._why(f"Waive {routine}{f' of {day:%a} {day.day} {day:%b}' if day else ''}: why?", "waive")
        if why:
            self.write(partial(self.desk.routines.waive, one.round.name, why), told=self._told_done)

    async def _why(self, heading: str, verb: str) -> str | None:
        from opstui.ui.dialogs.ask_line import LineDialog
        from opstui.ui.dialogs.pick_reason import ReasonPicker

        reasons = self.desk.reasons(verb)
        return await self.answer(ReasonPicker(heading, reasons) if reasons else LineDialog(heading, placeholder="why"))


def _not_a_number(text: str) -> str:
    return "" if not text or number(text) is not None else "It begins with a number, as -18.5 C"
