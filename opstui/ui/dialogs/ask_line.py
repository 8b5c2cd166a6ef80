"""Asking for one line: a label, a title. What is wrong with it is said below as it is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from opstui.ui.cells import tame
from opstui.ui.dialogs.frame import Dialog, Hint, PromptLine

Check = Callable[[str], str]
"""What a line means, in words; an empty text when it may not be entered yet."""


class LineDialog(Dialog[str]):
    """Asks for a line. ``echo`` says what a line means; ``empty`` allows to enter none."""

    DEFAULT_CSS = """
    LineDialog {
        & > #frame { width: 76; }
        & #said { height: auto; margin-top: 1; color: $text-muted; }
    }
    """
    hints: tuple[Hint, ...] = (("enter", "take it"), ("esc", "close"))

    def __init__(
        self, heading: str, value: str = "", *, placeholder: str = "", echo: Check | None = None, empty: bool = False
    ) -> None:
        super().__init__(heading)
        self._value, self._placeholder, self._echo, self._empty = value, placeholder, echo, empty

    def body(self) -> Iterable[Widget]:
        yield PromptLine(self._placeholder, self._value, prompt=">")
        yield Static(id="said")

    def on_mount(self) -> None:
        line = self.query_one(Input)
        line.cursor_position = len(line.value)
        line.focus()
        self._say()

    @on(Input.Changed)
    def _say(self) -> None:
        said = self._echo(self.query_one(Input).value.strip()) if self._echo else ""
        line = self.query_one("#said", Static)
        line.display = bool(said)
        line.update(Content(tame(said)))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text or self._empty:
            self.dismiss(text)
