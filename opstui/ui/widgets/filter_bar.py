"""The line that narrows the list: what is typed above, what it means or where its mistake is below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from opstui.errors import QueryError
from opstui.ui.cells import tame, width
from opstui.ui.present import Line
from opstui.ui.widgets.painted import Painted

PAUSE_S = 0.12
"""The list follows when typing rests for this long."""

EXAMPLES = "words, or  owner = none   sla < 2h   age > 3d   status ~ wait   not team = IT"


class FilterHint(Painted):
    """The line under what is typed."""

    def __init__(self) -> None:
        super().__init__()
        self.text: Line = []

    def line(self, y: int) -> Line:
        """The hint."""
        return self.text


class Prompt(Painted):
    """The sign before what is typed."""

    DEFAULT_CSS = "Prompt { width: 3; }"

    def line(self, y: int) -> Line:
        """The key that opened it."""
        return [(" /", "accent")]


class FilterBar(Vertical):
    """An input with its hint; it says ``Changed`` while typing rests, ``Done`` on Enter or Escape."""

    DEFAULT_CSS = """
    FilterBar {
        height: 2;
        & > Horizontal { height: 1; }
        & Input, & Input:focus { height: 1; border: none; padding: 0; background: transparent; background-tint: transparent; }
        &.-kept { height: 1; }
        &.-kept > FilterHint { display: none; }
    }
    """

    @dataclass
    class Changed(Message):
        """Another right query is there."""

        query: str

    @dataclass
    class Done(Message):
        """The input is left; with ``kept`` the query stays in force."""

        kept: bool

    def __init__(self, check: Callable[[str], QueryError | None], query: str = "") -> None:
        super().__init__(id="filter")
        self._check = check
        self._input = Input(query, compact=True, select_on_focus=False, placeholder="filter", id="query")
        self._hint = FilterHint()
        self._pause: Timer | None = None
        self._said = query

    def compose(self) -> ComposeResult:
        """Input above, hint below."""
        with Horizontal():
            yield Prompt()
            yield self._input
        yield self._hint

    def on_mount(self) -> None:
        """Type at once."""
        self.edit()

    def edit(self) -> None:
        """Go on typing."""
        self.remove_class("-kept")
        self._input.focus()
        self._show(None)

    def tell(self, text: str) -> None:
        """Say how many rows there are."""
        if not self._check(self._input.value):
            self._hint.text = [("   " + text, "muted")]
            self._hint.repaint()

    @property
    def value(self) -> str:
        """What is typed."""
        return self._input.value

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._pause:
            self._pause.stop()
        error = self._check(event.value)
        self._show(error)
        if error is None:
            self._pause = self.set_timer(PAUSE_S, self._say)

    def _say(self) -> None:
        if self._input.value != self._said:
            self._said = self._input.value
            self.post_message(self.Changed(self._said))

    def _show(self, error: QueryError | None) -> None:
        if error is None:
            self._hint.text = [("   " + EXAMPLES, "muted")] if not self._input.value else []
        else:
            before = width(tame(self._input.value[: error.column - 1]))
            words = f"column {error.column}: " + ". ".join(part for part in (error.why or error.what, error.next_step) if part)
            self._hint.text = [(" " * (before + 3), "text"), ("^ ", "error"), (tame(words), "error")]
            if before > self.size.width // 2:
                self._hint.text = [("   ", "text"), (tame(words), "error")]
        self._hint.repaint()

    def on_key(self, event: events.Key) -> None:
        """Enter keeps a right query, Escape drops it."""
        if event.key == "enter":
            event.stop()
            if (error := self._check(self._input.value)) is not None:
                self._show(error)
                return
            self._say()
            self.add_class("-kept")
            self.post_message(self.Done(bool(self._input.value.strip())))
        elif event.key in ("escape", "ctrl+c"):
            event.stop()
            self.post_message(self.Done(False))
        elif event.key in ("down", "tab"):
            event.stop()
            event.prevent_default()
            self.add_class("-kept")
            self.post_message(self.Done(bool(self._input.value.strip()) and self._check(self._input.value) is None))
