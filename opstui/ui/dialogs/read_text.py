"""A text to be read and copied: it scrolls, and nothing in it can be changed."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import TextArea

from opstui.ui.cells import tame
from opstui.ui.dialogs.frame import Dialog


class TextPage(Dialog[None]):
    """Shows a text until it is closed."""

    DEFAULT_CSS = """
    TextPage {
        & > #frame { width: 96; }
        & TextArea { height: auto; border: none; padding: 0; background: transparent; background-tint: transparent; }
        & TextArea:focus { border: none; background-tint: transparent; }
    }
    """
    BINDINGS = [
        Binding("y", "copy", "Copy", show=False, priority=True, id="text.copy"),
        Binding("enter,f3,ctrl+t", "close", "Close", show=False, priority=True, id="text.close"),
    ]
    gives_way = "#text"
    highest = 40
    hints = (("↑↓", "scroll"), ("y", "copy"), ("esc", "close"))

    def __init__(self, heading: str, text: str) -> None:
        super().__init__(heading)
        self._text = "\n".join(tame(line) for line in text.splitlines())

    def body(self) -> Iterable[Widget]:
        area = TextArea(
            self._text, id="text", read_only=True, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False
        )
        area.cursor_blink = False
        yield area

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.subtitle("copied")
