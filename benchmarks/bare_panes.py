"""The floor of changing panes: two Textual screens, each as full as a pane, and a key for each."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static


class Page(Screen[None]):
    """A screen full of lines."""

    letter = "A"

    def compose(self) -> ComposeResult:
        lines = (f"{self.letter}{number:04}  " + self.letter.lower() * 120 for number in range(44))
        yield Static("\n".join(["Ready " + self.letter, *lines]), markup=False)


class Other(Page):
    """Another one."""

    letter = "B"


class BarePanes(App[None]):
    """Two modes."""

    MODES: ClassVar = {"a": Page, "b": Other}
    DEFAULT_MODE = "a"
    BINDINGS = [("1", "switch_mode('a')", "A"), ("2", "switch_mode('b')", "B")]


if __name__ == "__main__":
    BarePanes().run()
