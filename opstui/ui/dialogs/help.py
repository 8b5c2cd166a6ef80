"""Every key, searchable: what is focused first, the user's own keys, and Enter runs the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.content import Content

from opstui.domain.actions import ACTIONS, Action
from opstui.ui.dialogs.frame import Picker
from opstui.ui.dialogs.lines import column
from opstui.ui.keys import keys_of, shown
from opstui.ui.present import Look
from opstui.ui.widgets.choices import EMPTY, Choice

KEY_CELLS = 13
TITLE_CELLS = 16
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
                column(key_words(action, keymap), KEY_CELLS, look, "bold" if not off else ""),
                column(action.title, TITLE_CELLS, look),
                (off or action.help, "$text-muted"),
            )
            command = Content.styled(f"opstui {action.command}", "$text-muted") if wide and action.command else EMPTY
            lines.append(Choice(action.id, left, command, search=f"{action.help} {action.command} {action.id} {action.group}"))
    return lines


class HelpScreen(Picker[str]):
    """Shows every action; the answer is the id of the one to run. ``why_not`` tells why one cannot be run now, or ''."""

    DEFAULT_CSS = """
    HelpScreen {
        & > #frame { width: 116; }
        & Choices { max-height: 100%; height: 1fr; }
        & > #frame { height: 90%; }
    }
    """
    placeholder = "search the keys: a verb, a key, a word"
    digits = False
    nothing = "No key does that. The palette (: or ^p) searches by name too."
    hints = (("enter", "run it"), ("↑↓", "move"), ("esc", "close"))

    def __init__(
        self,
        where: Sequence[str] = ("triage", "list"),
        keymap: Mapping[str, str] | None = None,
        why_not: Callable[[str], str] = lambda action_id: "",
    ) -> None:
        super().__init__("Keys")
        self._where = tuple(where)
        self._keymap = keymap or {}
        self._why_not = why_not

    def lines(self) -> Sequence[Choice]:
        return help_lines(self._where, self._keymap, self._why_not, self.look, wide=self.app.size.width >= WIDE)

    def answer(self, choice: Choice) -> str:
        return choice.value
