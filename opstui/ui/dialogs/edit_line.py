"""One line to be written or changed in place: kept as a draft while it is typed, and what it means said below."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from opstui.ui.cells import tame
from opstui.ui.dialogs.drafts import DraftDesk
from opstui.ui.dialogs.editor import KEEPS, Editor, Save
from opstui.ui.dialogs.frame import PromptLine


class LineEditor(Editor[str]):
    """Asks for a line; stays open until ``save`` has written it. ``echo`` says what it means, ``empty`` allows none."""

    DEFAULT_CSS = """
    LineEditor {
        align: center bottom;
        background: $background 0%;
        & > #frame { width: 100%; }
        & #hints { margin-top: 0; }
        & #said { height: auto; color: $text-muted; padding-left: 2; }
    }
    """
    hints = (("enter", "keep it"), KEEPS)

    def __init__(
        self,
        heading: str,
        slot: str,
        desk: DraftDesk,
        value: str = "",
        *,
        placeholder: str = "",
        prompt: str = ">",
        echo: Callable[[str], str] | None = None,
        empty: bool = False,
        save: Save[str] | None = None,
    ) -> None:
        super().__init__(heading, slot, desk, save)
        self._value, self._placeholder, self._prompt, self._echo, self._empty = value, placeholder, prompt, echo, empty

    def body(self) -> Iterable[Widget]:
        yield PromptLine(self._placeholder, prompt=self._prompt)
        yield Static(id="said")
        yield self.trouble()

    def on_mount(self) -> None:
        line = self.query_one(Input)
        draft = self.keeper.restore()
        with line.prevent(Input.Changed):
            line.value = draft or self._value
        line.cursor_position = len(line.value)
        line.focus()
        self._say()
        if draft:
            self.subtitle("draft restored")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.typed(event.value)
        self._say()

    def _say(self) -> None:
        words = self._echo(self.query_one(Input).value.strip()) if self._echo else ""
        said = self.query_one("#said", Static)
        said.display = bool(words)
        said.update(Content(tame(words)))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self.take(event.value.strip())

    def take(self, text: str) -> None:
        """Write what was entered; nothing at all closes."""
        if text or self._empty:
            self.commit(text)
        else:
            self.action_close()
