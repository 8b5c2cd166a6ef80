"""Declining: why, and whether the reporter is told so by a comment at the source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.ui.cells import tame
from opstui.ui.dialogs.pick_reason import ReasonPicker


class DeclinePicker(ReasonPicker):
    """Asks why. ``sources`` take a comment: ``tell`` says whether the reporter gets the reason there."""

    DEFAULT_CSS = """
    DeclinePicker > #frame { width: 76; }
    DeclinePicker #told { height: auto; margin-top: 1; color: $text-muted; }
    """
    BINDINGS = [
        Binding("f3,ctrl+t", "tell", "Tell the reporter or not", show=False, priority=True, id="decline.tell"),
    ]

    def __init__(self, heading: str, reasons: Sequence[str], sources: Sequence[str], *, tell: bool) -> None:
        super().__init__(heading, reasons)
        self._sources = tuple(sources)
        self.tell = tell and bool(sources)
        """Whether the reporter is told."""
        if sources:
            self.hints = (("1-9", "take at once"), ("enter", "take the line"), ("F3 ^t", "tell or not"), ("esc", "close"))

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        if self._sources:
            yield Static(self._words(), id="told")

    def _words(self) -> Content:
        where = " and ".join(self._sources)
        if self.tell:
            return Content(f"{self.look['done']} " + tame(f"the reporter will be told as a comment at {where}"))
        return Content(f"{self.look['minus']} " + tame(f"nothing is said at {where}: the reason is kept here"))

    def action_tell(self) -> None:
        if self._sources:
            self.tell = not self.tell
            self.query_one("#told", Static).update(self._words())
