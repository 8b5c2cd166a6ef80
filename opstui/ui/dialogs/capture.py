"""Quick capture: one line at the foot of the screen that becomes a note. What is typed is kept as a draft."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from opstui.ui.dialogs.drafts import DraftDesk
from opstui.ui.dialogs.editor import KEEPS, Editor, Save
from opstui.ui.dialogs.frame import PromptLine

SLOT = "capture"


class CaptureLine(Editor[str]):
    """Asks for one line; with ``save`` it stays open until that has written it."""

    DEFAULT_CSS = """
    CaptureLine {
        align: center bottom;
        background: $background 0%;
        & > #frame { width: 100%; }
        & #hints { margin-top: 0; }
    }
    """
    hints = (("enter", "keep it as a note"), KEEPS)

    def __init__(self, desk: DraftDesk, heading: str = "Quick capture", *, save: Save[str] | None = None) -> None:
        super().__init__(heading, SLOT, desk, save)

    def body(self) -> Iterable[Widget]:
        yield PromptLine("one line: what, who, by when", prompt="+")
        yield self.trouble()

    def on_mount(self) -> None:
        line = self.query_one(Input)
        draft = self.keeper.restore()
        with line.prevent(Input.Changed):
            line.value = draft
        line.cursor_position = len(line.value)
        line.focus()
        if draft:
            self.subtitle("draft restored")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.typed(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if text := event.value.strip():
            self.commit(text)
        else:
            self.action_close()
