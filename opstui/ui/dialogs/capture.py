"""Quick capture: one line at the foot of the screen that becomes a note. What is typed is kept as a draft."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from opstui.ui.dialogs.drafts import DraftDesk, DraftKeeper
from opstui.ui.dialogs.frame import Dialog, PromptLine

SLOT = "capture"


class CaptureLine(Dialog[str]):
    """Asks for one line. The draft in ``SLOT`` stays until the caller drops it."""

    DEFAULT_CSS = """
    CaptureLine {
        align: center bottom;
        background: $background 0%;
        & > #frame { width: 100%; }
        & #hints { margin-top: 0; }
    }
    """
    hints = (("enter", "keep it as a note"), ("esc", "close, keeps the draft"))

    def __init__(self, desk: DraftDesk, heading: str = "Quick capture") -> None:
        super().__init__(heading)
        self._keeper = DraftKeeper(desk, SLOT, self, self.subtitle)

    def body(self) -> Iterable[Widget]:
        yield PromptLine("one line: what, who, by when", prompt="+")

    def on_mount(self) -> None:
        line = self.query_one(Input)
        draft = self._keeper.restore()
        with line.prevent(Input.Changed):
            line.value = draft
        line.cursor_position = len(line.value)
        line.focus()
        if draft:
            self.subtitle("draft restored")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._keeper.typed(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self._keeper.keep()
        self.dismiss(event.value.strip() or None)

    def action_close(self) -> None:
        self._keeper.keep()
        self.dismiss(None)
