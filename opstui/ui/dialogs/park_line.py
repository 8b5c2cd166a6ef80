"""One line for the parking lot: a topic, who is wanted for it, for how long. What it means is said as it is typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from opstui.domain.format import plural
from opstui.domain.parking import MINUTES, Asked, Topic
from opstui.errors import UsageError
from opstui.ui.cells import tame
from opstui.ui.dialogs.drafts import DraftDesk
from opstui.ui.dialogs.editor import KEEPS, Editor, Save
from opstui.ui.dialogs.frame import PromptLine

SLOT = "standup:park"


class Parking(Protocol):
    """What reads a topic."""

    def asked(self, text: str) -> Asked: ...


class ParkDesk(DraftDesk, Protocol):
    """What the line asks of the desk."""

    @property
    def standup(self) -> Any: ...


def as_line(topic: Topic) -> str:
    """A topic as it would be typed."""
    people = [f'@"{name}"' if " " in name else f"@{name}" for name in topic.people]
    return " ".join([topic.text, *people, *([f"{topic.minutes}m"] if topic.minutes != MINUTES else [])])


class ParkLine(Editor[str]):
    """Asks for a topic, on an item if there is one; stays open until ``save`` has written it."""

    DEFAULT_CSS = """
    ParkLine {
        align: center bottom;
        background: $background 0%;
        & > #frame { width: 100%; }
        & #hints { margin-top: 0; }
        & #said { height: auto; color: $text-muted; padding-left: 2; }
    }
    """
    hints = (("enter", "park it"), KEEPS)

    def __init__(
        self, desk: ParkDesk, ref: str = "", value: str = "", *, slot: str = SLOT, save: Save[str] | None = None
    ) -> None:
        super().__init__(f"Park a topic about {ref}" if ref else "Park a topic", slot, desk, save)
        self._parking: Parking = desk.standup
        self._value = value

    def body(self) -> Iterable[Widget]:
        yield PromptLine("forklift rental @bo @dee 10m", prompt="P")
        yield Static(id="said")
        yield self.trouble()

    def on_mount(self) -> None:
        line = self.query_one(Input)
        draft = self.keeper.restore()
        with line.prevent(Input.Changed):
            line.value = draft or self._value
        line.cursor_position = len(line.value)
        line.focus()
        self._say()
        if draft:
            self.subtitle("draft restored")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.typed(event.value)
        self._say()

    def _say(self) -> None:
        """``forklift rental · Bo Lind, Dee Park · 10 minutes``."""
        text, said = self.query_one(Input).value, ""
        if text.strip():
            try:
                asked = self._parking.asked(text)
                said = f" {self.look['dot']} ".join(
                    [asked.text, *([", ".join(asked.people)] if asked.people else []), plural(asked.minutes, "minute")]
                )
            except UsageError as error:
                said = error.why or error.what
        self.query_one("#said", Static).update(Content(tame(said)))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            self.action_close()
            return
        try:
            self._parking.asked(text)
        except UsageError as error:
            self.complain(str(error))
            return
        self.commit(text)
