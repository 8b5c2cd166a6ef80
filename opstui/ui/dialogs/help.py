"""Every key, searchable: what is focused first, the user's own keys, and Enter runs the row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.domain.actions import ACTIONS, BY_ID, Action
from opstui.ui.commands import keymap_of
from opstui.ui.dialogs.frame import Picker
from opstui.ui.dialogs.lines import column
from opstui.ui.keys import keys_of, shown
from opstui.ui.present import Look
from opstui.ui.widgets.choices import EMPTY, Choice, Choices

KEY_CELLS = 13
TITLE_CELLS = 23
WIDE = 100
"""From this width on the command line's twin has a column of its own."""


def key_words(action: Action, keymap: Mapping[str, str]) -> str:
    """The keys of an action as this user presses them: ``j ↓``."""
    return " ".join(shown(key) for key in keys_of(action.id, keymap))


def in_order(where: Sequence[str]) -> list[tuple[str, list[Action]]]:
    """The actions by heading: what works where the cursor is, by group; then everywhere; then elsewhere."""
    here, everywhere, elsewhere = {}, [], []  # type: ignore[var-annotated]
    for action in ACTIONS:
        if "*" in action.where:
            everywhere.append(action)
        elif any(place in where for place in action.where):
            here.setdefault(action.group, []).append(action)
        else:
            elsewhere.append(action)
    places = [(f"{group}, here", actions) for group, actions in here.items()]
    return [*places, ("everywhere", everywhere), *([("elsewhere", elsewhere)] if elsewhere else [])]


def help_lines(
    where: Sequence[str], keymap: Mapping[str, str], why_not: Callable[[str], str], look: Look, *, wide: bool = False
) -> list[Choice]:
    """The rows under their headings; an action that cannot be run now says why in place of its help."""
    lines: list[Choice] = []
    for heading, actions in in_order(where):
        lines.append(Choice("", Content(heading.upper()), heading=True))
        for action in actions:
            off = "works in " + ", ".join(action.where) if heading == "elsewhere" else why_not(action.id)
            left = Content.assemble(
                column(key_words(action, keymap), KEY_CELLS - 1, look, "bold" if not off else "") + " ",
                column(action.title, TITLE_CELLS - 1, look) + " ",
                (off or action.help, "$text-muted"),
            )
            command = Content.styled(f"opstui {action.command}", "$text-muted") if wide and action.command else EMPTY
            lines.append(Choice(action.id, left, command, search=f"{action.help} {action.command} {action.id} {action.group}"))
    return lines


class HelpScreen(Picker[str]):
    """Shows every action; the answer is the id of the one to run.

    What is not given is asked of the app: ``where`` the cursor is, the user's ``keymap``, and ``why_not`` an action
    can be run now.
    """

    DEFAULT_CSS = """
    HelpScreen {
        & > #frame { width: 116; height: 92%; }
        & Choices { max-height: 100%; height: 1fr; }
        & #whole { height: 2; margin-top: 1; color: $text-muted; }
        & #hints { margin-top: 0; }
        &.-low #whole { display: none; }
    }
    """
    placeholder = "search: a verb, a key, a word"
    digits = False
    highest = 1000
    nothing = "No action is called that."
    hints = (("enter", "run it"), ("↑↓", "move"), ("esc", "close"))

    def __init__(
        self,
        where: Sequence[str] | None = None,
        keymap: Mapping[str, str] | None = None,
        why_not: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__("Keys")
        self._where = where
        self._keymap = keymap
        self._why_not = why_not
        self._lines: Sequence[Choice] = ()

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        yield Static(id="whole")

    def on_mount(self) -> None:
        pane = getattr(self.app, "pane", None)
        where = self._where if self._where is not None else (getattr(pane, "place", "triage"), "list")
        keymap = self._keymap if self._keymap is not None else keymap_of(self.app)
        why_not = self._why_not or getattr(pane, "why_not", None) or (lambda action_id: "")
        self._lines = help_lines(where, keymap, why_not, self.look, wide=self.app.size.width >= WIDE)
        super().on_mount()

    def lines(self) -> Sequence[Choice]:
        return self._lines

    def answer(self, choice: Choice) -> str:
        return choice.value

    @on(Choices.Moved)
    def _say_it_whole(self, event: Choices.Moved) -> None:
        action = BY_ID.get(event.choice.value) if event.choice is not None else None
        parts = [] if action is None else [action.help, *([f"opstui {action.command}"] if action.command else []), action.id]
        self.query_one("#whole", Static).update(Content("   ".join(parts)))
