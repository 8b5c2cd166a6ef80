"""After ``g``: the line that says which letter goes where."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from opstui.ui.present import Line
from opstui.ui.widgets.painted import Painted

PLACES: Mapping[str, tuple[str, str]] = {
    "t": ("app.triage", "triage"),
    "u": ("app.standup", "stand-up"),
    "l": ("app.log", "log"),
    "s": ("app.sources", "sources"),
    "o": ("app.outbox", "outbox"),
    "r": ("app.routines", "routines"),
    "g": ("list.first", "first line"),
}


class GotoLine(Painted):
    """The letters and where they lead."""

    DEFAULT_CSS = "GotoLine { dock: bottom; height: 1; }"

    def line(self, y: int) -> Line:
        """The one line."""
        line: Line = [(" go to", "strong")]
        for letter, (_, words) in PLACES.items():
            line += [("   ", "text"), (letter, "key"), (" " + words, "muted")]
        return line


class GotoScreen(ModalScreen[str]):
    """Takes one key; any other than those shown closes it."""

    DEFAULT_CSS = "GotoScreen { background: transparent; }"
    BINDINGS = [Binding("escape", "close", "Close", show=False, id="goto.close", tooltip="Stay here.")]

    def compose(self) -> ComposeResult:
        """One line at the foot."""
        yield GotoLine()

    def on_key(self, event: events.Key) -> None:
        """The letter that says where to."""
        event.stop()
        self.dismiss(PLACES[event.key][0] if event.key in PLACES else None)

    def action_close(self) -> None:
        """Go nowhere."""
        self.dismiss(None)
