"""The first screen of all, when there is no config: a demo to look at, or a set-up with one's own tracker or export."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from opstui.ui.dialogs.frame import hint_line
from opstui.ui.present import UNICODE, Look
from opstui.ui.theme import DARK, LIGHT
from opstui.ui.widgets.choices import Choice, Choices

DEMO, INIT = "demo", "init"


def choices() -> list[Choice]:
    """What can be done first, with the command that does the same."""
    return [
        Choice(DEMO, Content("Look around on a synthetic ops day"), Content.styled("opstui demo", "$text-muted"), key="1"),
        Choice(INIT, Content("Set up with your tracker or export"), Content.styled("opstui init", "$text-muted"), key="2"),
    ]


def words(config: Path | None) -> Content:
    """What opstui is for, and where its config would be."""
    where = f"There is no config yet. It would be {config}." if config else "There is no config yet."
    return Content.assemble(
        ("opstui\n", "bold"),
        "The operations manager's day in a terminal.\n\n",
        "One queue over every ticket, mail and alert, ranked, each with the\n",
        "reason why it stands there, and one key per verdict.\n\n",
        (where, "$text-muted"),
    )


class WelcomeApp(App[str], inherit_bindings=False):
    """Asks what to do first; the answer is ``demo``, ``init`` or nothing."""

    CSS = """
    Screen { align: center middle; background: $background; }
    #welcome { width: 74; max-width: 96%; height: auto; padding: 1 2; border: round $foreground 30%; background: $surface; }
    #welcome.-ascii { border: ascii $foreground 30%; }
    #welcome > Choices { margin-top: 1; }
    #hints { margin-top: 1; height: auto; }
    """
    BINDINGS = [
        Binding("enter", "take", "Take it", show=False, id="welcome.take"),
        Binding("1,d", f"answer('{DEMO}')", "Demo", show=False, id="welcome.demo"),
        Binding("2,s", f"answer('{INIT}')", "Set up", show=False, id="welcome.init"),
        Binding("down,j,tab", "move(1)", "Down", show=False, id="welcome.down"),
        Binding("up,k,shift+tab", "move(-1)", "Up", show=False, id="welcome.up"),
        Binding("q,escape,ctrl+c", "leave", "Leave", show=False, id="welcome.leave"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, config: Path | None = None, look: Look | None = None, environ: Mapping[str, str] = os.environ) -> None:
        super().__init__(ansi_color=None if "NO_COLOR" not in environ else True)
        self.look = look or Look(glyphs=UNICODE)
        self._config = config
        self.animation_level = "none"
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        with Vertical(id="welcome", classes="-ascii" if self.look.ascii else ""):
            yield Static(words(self._config))
            yield Choices(id="choices", look=self.look)
            yield Static(hint_line((("enter", "take it"), ("1 2", "at once"), ("q", "leave")), self.look), id="hints")

    def on_mount(self) -> None:
        self.query_one(Choices).show(choices())

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        self.exit(event.choice.value)

    def action_take(self) -> None:
        current = self.query_one(Choices).current
        self.exit(current.value if current else None)

    def action_answer(self, value: str) -> None:
        self.exit(value)

    def action_move(self, step: int) -> None:
        self.query_one(Choices).move(step)

    def action_leave(self) -> None:
        self.exit(None)


def welcome(config: Path | None = None) -> str | None:
    """Show the screen; what was chosen, None when it was left."""
    return WelcomeApp(config).run()
