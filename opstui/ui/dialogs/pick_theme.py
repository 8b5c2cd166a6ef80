"""Choosing a theme: it is tried on as the cursor moves, and Escape brings the old one back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.ui.cells import tame
from opstui.ui.dialogs.frame import Picker
from opstui.ui.widgets.choices import Choice, Choices


class ThemePicker(Picker[str]):
    """Asks for one of the app's themes, ours first. ``note`` says what should be known before choosing."""

    DEFAULT_CSS = "ThemePicker #note { height: auto; margin-bottom: 1; color: $text-warning; }"
    digits = False
    hints = (("enter", "keep this theme"), ("esc", "back to the old one"))

    def __init__(self, heading: str = "Theme", *, note: str = "") -> None:
        super().__init__(heading)
        self._note = note
        self._before_theme = ""

    def between(self) -> Iterable[Widget]:
        if self._note:
            yield Static(Content(tame(self._note)), id="note")

    def on_mount(self) -> None:
        self._before_theme = self.app.theme
        super().on_mount()

    def lines(self) -> Sequence[Choice]:
        themes = self.app.available_themes
        names = sorted(themes, key=lambda name: (not name.startswith("opstui"), name))
        tones = {name: Content.styled("dark" if themes[name].dark else "light", "$text-muted") for name in names}
        return [Choice(name, Content(name), tones[name]) for name in names]

    def refill(self, *, keep: str | None = None) -> None:
        super().refill(keep=self.app.theme)

    @on(Choices.Moved)
    def _try_on(self, event: Choices.Moved) -> None:
        if event.choice is not None and event.choice.value in self.app.available_themes:
            self.app.theme = event.choice.value

    def answer(self, choice: Choice) -> str:
        return choice.value

    def action_close(self) -> None:
        self.app.theme = self._before_theme
        super().action_close()
