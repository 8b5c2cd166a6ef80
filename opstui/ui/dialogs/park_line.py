"""One line for the parking lot: a topic, who is wanted for it, for how long. What it means is said as it is typed."""

from __future__ import annotations

from typing import Any, Protocol

from opstui.domain.format import plural
from opstui.domain.parking import MINUTES, Asked, Topic
from opstui.errors import UsageError
from opstui.ui.dialogs.drafts import DraftDesk
from opstui.ui.dialogs.edit_line import LineEditor
from opstui.ui.dialogs.editor import KEEPS, Save

SLOT = "standup:park"
PLACEHOLDER = "forklift rental @bo @dee 10m"


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


class ParkLine(LineEditor):
    """Asks for a topic, on an item if there is one; stays open until ``save`` has written it."""

    hints = (("enter", "park it"), KEEPS)

    def __init__(
        self, desk: ParkDesk, ref: str = "", value: str = "", *, slot: str = SLOT, save: Save[str] | None = None
    ) -> None:
        heading = f"Park a topic about {ref}" if ref else "Park a topic"
        super().__init__(heading, slot, desk, value, placeholder=PLACEHOLDER, prompt="P", echo=self._meaning, save=save)
        self._parking: Parking = desk.standup

    def _meaning(self, text: str) -> str:
        """``forklift rental · Bo Lind, Dee Park · 10 minutes``."""
        if not text:
            return ""
        try:
            asked = self._parking.asked(text)
        except UsageError as error:
            return error.why or error.what
        people = [", ".join(asked.people)] if asked.people else []
        return f" {self.look['dot']} ".join([asked.text, *people, plural(asked.minutes, "minute")])

    def take(self, text: str) -> None:
        """Park it, or say what is missing."""
        try:
            if text:
                self._parking.asked(text)
        except UsageError as error:
            self.complain(str(error))
            return
        super().take(text)
