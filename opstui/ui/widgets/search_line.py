"""The line that looks for words: it says ``Changed`` while typing rests, ``Left`` when the list is gone back to."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

PAUSE_S = 0.08
"""The list follows when typing rests for this long."""


class SearchLine(Horizontal):
    """Hidden until ``edit``; Enter and the arrows keep the words, Escape drops them."""

    DEFAULT_CSS = """
    SearchLine { display: none; height: 1; padding: 0 1; }
    SearchLine.-open { display: block; }
    SearchLine > Static { width: 2; color: $text-muted; }
    SearchLine > Input { width: 1fr; height: 1; border: none; padding: 0; background: transparent; }
    SearchLine > Input:focus { border: none; background: transparent; background-tint: transparent; }
    SearchLine > Input:nocolor > .input--cursor { text-style: reverse; }
    """

    @dataclass
    class Changed(Message):
        """Other words are looked for."""

        words: str

    @dataclass
    class Left(Message):
        """The line was left for the list."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._input = Input(compact=True, select_on_focus=False, placeholder=placeholder)
        self._input.cursor_blink = False
        self._pause: Timer | None = None
        self._said = ""

    def compose(self) -> ComposeResult:
        """The prompt and what is typed."""
        yield Static("/")
        yield self._input

    @property
    def open(self) -> bool:
        """Whether the line is there."""
        return self.has_class("-open")

    def edit(self) -> None:
        """Type, or go on typing."""
        self.add_class("-open")
        self._input.focus()

    def close(self) -> None:
        """Drop the words and the line."""
        self.remove_class("-open")
        with self._input.prevent(Input.Changed):
            self._input.value = ""
        self._say()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._pause:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_S, self._say)

    def _say(self) -> None:
        if self._pause:
            self._pause.stop()
            self._pause = None
        words = self._input.value.strip()
        if words != self._said:
            self._said = words
            self.post_message(self.Changed(words))

    def on_key(self, event: events.Key) -> None:
        """Enter and the arrows leave the line for the list; Escape drops the search."""
        if event.key not in ("enter", "down", "tab", "escape"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape" or not self._input.value.strip():
            self.close()
        else:
            self._say()
        self.post_message(self.Left())
