"""The palette: every action that can be run where the cursor is, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.domain.actions import BY_ID, Action
from opstui.ui.commands import find, keymap_of, runnable
from opstui.ui.dialogs.frame import Picker
from opstui.ui.dialogs.lines import column
from opstui.ui.keys import key_hint
from opstui.ui.present import Look
from opstui.ui.widgets.choices import Choice, Choices

TITLE_CELLS = 23


def palette_lines(actions: Iterable[Action], keymap: Mapping[str, str], look: Look) -> list[Choice]:
    """One line an action: its title and help, and the user's own key at the right."""
    return [
        Choice(
            action.id,
            Content.assemble(column(action.title, TITLE_CELLS - 1, look) + " ", (action.help, "$text-muted")),
            Content.styled(key_hint(action.id, keymap), "$foreground"),
        )
        for action in actions
    ]


class PaletteScreen(Picker[str]):
    """Asks for an action by name; the answer is its id. What can be run is asked of the screen below."""

    DEFAULT_CSS = """
    PaletteScreen {
        align: center top;
        & > #frame { width: 88; margin-top: 2; }
        & #twin { height: 1; margin-top: 1; color: $text-muted; }
        & #hints { margin-top: 0; }
        &.-low > #frame { margin-top: 0; }
    }
    """
    placeholder = "what to do"
    digits = False
    nothing = "No action is called that. ? lists every key."
    hints = (("enter", "do it"), ("↑↓", "move"), ("esc", "close"))

    def __init__(self, actions: Sequence[Action] | None = None, keymap: Mapping[str, str] | None = None) -> None:
        super().__init__("Do what?")
        self._actions = actions
        self._keymap = keymap

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        yield Static(id="twin")

    def on_mount(self) -> None:
        if self._actions is None:
            self._actions = runnable(self.app.screen_stack[-2])
        if self._keymap is None:
            self._keymap = keymap_of(self.app)
        super().on_mount()

    def shown(self, query: str) -> Sequence[Choice]:
        actions = self._actions or ()
        return palette_lines(find(actions, query) if query else actions, self._keymap or {}, self.look)

    def answer(self, choice: Choice) -> str:
        return choice.value

    @on(Choices.Moved)
    def _say_its_twin(self, event: Choices.Moved) -> None:
        action = BY_ID.get(event.choice.value) if event.choice is not None else None
        twin = f"in a shell: opstui {action.command}" if action is not None and action.command else ""
        self.query_one("#twin", Static).update(Content(twin))
