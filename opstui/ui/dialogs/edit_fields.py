"""What a move asks for: one line a field, a list where only some values will do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from textual import events, on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from opstui.ui.cells import fit, tame
from opstui.ui.dialogs.frame import Dialog
from opstui.ui.widgets.choices import Choice, Choices, narrow

LABEL = 20


class Asked(Protocol):
    """A field that a move asks for; without ``choices`` any text will do."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def choices(self) -> Sequence[str]: ...


class FieldsForm(Dialog[dict[str, str]]):
    """Asks for the fields of a move; the answer has those that were filled in, by name."""

    DEFAULT_CSS = """
    FieldsForm {
        & > #frame { width: 72; }
        & Horizontal { height: 1; }
        & Horizontal > .label { width: 22; color: $text-muted; }
        & Horizontal:focus-within > .label { color: $text-primary; text-style: bold; }
        & Horizontal > Input.-textual-compact { width: 1fr; background: $foreground 5%; padding: 0 1; }
        & Horizontal > Input.-textual-compact:focus { width: 1fr; background: $foreground 5%; padding: 0 1; }
        & #choices { margin: 1 0 0 22; }
        & #nothing { display: none; height: auto; margin: 1 0 0 24; color: $text-muted; }
        & #nothing.-shown { display: block; }
        & #trouble { display: none; height: auto; margin-top: 1; color: $text-error; }
        & #trouble.-shown { display: block; }
    }
    """
    BINDINGS = [
        Binding("down", "move(1)", "Down", show=False, priority=True, id="fields.down"),
        Binding("up", "move(-1)", "Up", show=False, priority=True, id="fields.up"),
        Binding("tab", "next(1)", "Next field", show=False, priority=True, id="fields.next"),
        Binding("shift+tab", "next(-1)", "Field before", show=False, priority=True, id="fields.previous"),
        Binding("f2,ctrl+o", "save", "Send", show=False, priority=True, id="fields.save"),
    ]
    hints = (("enter", "take it, and on"), ("tab", "next"), ("F2 ^o", "done"), ("esc", "close"))

    def __init__(self, heading: str, fields: Sequence[Asked]) -> None:
        super().__init__(heading)
        self._fields = tuple(fields)

    def body(self) -> Iterable[Widget]:
        for at, field in enumerate(self._fields):
            with Horizontal():
                star = " *" if field.required and len(self._fields) > 1 else ""
                yield Static(
                    Content(fit(tame(field.title), LABEL - len(star), self.look["ellipsis"]).rstrip() + star), classes="label"
                )
                placeholder = "one of these" if field.choices else "" if field.required else "may stay empty"
                line = Input(id=f"field-{at}", placeholder=placeholder, compact=True, select_on_focus=False)
                line.cursor_blink = False
                yield line
        yield Choices(id="choices", look=self.look)
        yield Static(Content("Nothing like that."), id="nothing")
        yield Static(id="trouble")

    def on_mount(self) -> None:
        self._line(0).focus()

    def _line(self, at: int) -> Input:
        return self.query_one(f"#field-{at}", Input)

    @property
    def _at(self) -> int:
        """The field that is being filled in."""
        focused = self.focused
        return int(str(focused.id).rpartition("-")[2]) if isinstance(focused, Input) else 0

    @property
    def _list(self) -> Choices:
        return self.query_one("#choices", Choices)

    @on(Input.Changed)
    @on(events.DescendantFocus)
    def _show(self) -> None:
        """The values that will do for the field being filled in."""
        field = self._fields[self._at]
        lines = [Choice(one, Content(tame(one))) for one in field.choices]
        typed = self._line(self._at).value.strip()
        exact = any(one.casefold() == typed.casefold() for one in field.choices)
        fitting = lines if exact else narrow(lines, typed)
        self._list.show(fitting, keep=typed)
        self._list.display = bool(fitting)
        self.query_one("#nothing").set_class(bool(lines) and not fitting, "-shown")
        self.call_after_refresh(self.fit)

    @on(Input.Submitted)
    def _entered(self) -> None:
        at = self._at
        field, line = self._fields[at], self._line(at)
        if field.choices and self._list.current is not None and (line.value.strip() or field.required):
            line.value = self._list.current.value
        if at + 1 < len(self._fields):
            self._line(at + 1).focus()
        else:
            self.action_save()

    @on(Choices.Chosen)
    def _clicked(self, event: Choices.Chosen) -> None:
        self._line(self._at).value = event.choice.value

    def action_move(self, step: int) -> None:
        self._list.move(step)

    def action_next(self, step: int) -> None:
        self._line((self._at + step) % len(self._fields)).focus()

    def action_save(self) -> None:
        """Answer, or say what is missing and go there."""
        found: dict[str, str] = {}
        for at, field in enumerate(self._fields):
            text = self._line(at).value.strip()
            fitting = next((one for one in field.choices if one.casefold() == text.casefold()), "")
            wrong = "" if text or not field.required else f"{field.title} is needed."
            if text and field.choices and not fitting:
                wrong = f"{field.title}: {text} is none of its values."
            if wrong:
                self._complain(at, wrong)
                return
            if text:
                found[field.name] = fitting or text
        self.dismiss(found)

    def _complain(self, at: int, text: str) -> None:
        line = self.query_one("#trouble", Static)
        line.update(Content(tame(text)))
        line.add_class("-shown")
        self._line(at).focus()
        self.call_after_refresh(self.fit)
