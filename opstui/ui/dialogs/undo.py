"""What undo will do, action by action, before it does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.domain.views import Preview
from opstui.ui.cells import tame
from opstui.ui.dialogs.frame import Picker
from opstui.ui.dialogs.lines import counted
from opstui.ui.present import Look
from opstui.ui.widgets.choices import Choice, Choices

LIMIT = 50


class UndoDesk(Protocol):
    """What the list asks of the desk."""

    def now(self) -> datetime: ...
    def undo_list(self, limit: int = 20) -> tuple[Preview, ...]: ...


def undo_lines(actions: Sequence[Preview], now: datetime, look: Look) -> list[Choice]:
    """One line an action, the next one to be taken back first."""
    lines = []
    for number, action in enumerate(actions, 1):
        key = str(number) if number < 10 else ""
        left = Content.assemble((f"{tame(action.verb):<10}", ""), "  ", (tame(action.summary), "$text-muted"))
        right = Content.styled(look.at(action.at, now) if action.at else "", "$text-muted")
        lines.append(Choice(str(action.group), left, right, key=key, search=" ".join(action.refs)))
    return lines


class UndoList(Picker[int]):
    """Asks which action to take back; the answer is its journal group."""

    DEFAULT_CSS = """
    UndoList {
        & > #frame { width: 90; }
        &.-low #refs { height: 1; }
        & #refs { height: 2; margin-top: 1; color: $text-muted; }
    }
    """
    nothing = "Nothing to take back. Every verdict, note and decision will stand here until it is undone."
    hints = (("enter", "take this one back"), ("1-9", "at once"), ("esc", "close"))

    def __init__(self, desk: UndoDesk) -> None:
        super().__init__("What undo will do, next first")
        self._actions = desk.undo_list(LIMIT)
        self._now = desk.now()

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        yield Static(id="refs")

    def lines(self) -> Sequence[Choice]:
        return undo_lines(self._actions, self._now, self.look)

    def answer(self, choice: Choice) -> int:
        return int(choice.value)

    @on(Choices.Moved)
    def _show_refs(self, event: Choices.Moved) -> None:
        refs: tuple[str, ...] = ()
        if event.choice is not None:
            refs = next((action.refs for action in self._actions if str(action.group) == event.choice.value), ())
        head = f"{counted(len(refs), 'item')}: " if len(refs) > 1 else ""
        self.query_one("#refs", Static).update(Content(tame(head + ", ".join(refs))))
