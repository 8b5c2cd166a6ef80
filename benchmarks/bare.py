"""The floor: the smallest Textual app that has a frame and answers a key."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class Bare(App[None]):
    """Header, a counter, footer."""

    BINDINGS = [("j", "count", "Count"), ("k", "count", "Count")]
    number = 0

    def compose(self) -> ComposeResult:
        yield Header()
        yield Static("Ready 0", id="body")
        yield Footer()

    def action_count(self) -> None:
        """Change one line, the least that a key press can show."""
        self.number += 1
        self.query_one("#body", Static).update(f"Ready {self.number}")


if __name__ == "__main__":
    Bare().run()
