"""Choosing a reason or one of a few options: by number, by the arrows, or by typing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from opstui.ui.cells import tame
from opstui.ui.dialogs.frame import Hint, Picker
from opstui.ui.widgets.choices import Choice, narrow

FREE = "free:"
NONE = "none:"


class ReasonPicker(Picker[str]):
    """Asks why: one of the team's reasons by its number, or words of one's own. ``optional`` allows none at all."""

    DEFAULT_CSS = "ReasonPicker #trouble { height: auto; margin-bottom: 1; color: $text-error; }"
    placeholder = "a number, or your own words"
    hints: Sequence[Hint] = (("1-9", "take at once"), ("enter", "take the line"), ("esc", "close"))

    def __init__(
        self, heading: str, reasons: Sequence[str], *, optional: bool = False, initial: str = "", trouble: str = ""
    ) -> None:
        super().__init__(heading)
        self._reasons = tuple(reasons)
        self._optional = optional
        self.initial = initial
        self._trouble = trouble
        self.nothing = "Type the reason, then enter."

    def between(self) -> Iterable[Widget]:
        if self._trouble:
            yield Static(Content(tame(self._trouble)), id="trouble")

    def lines(self) -> Sequence[Choice]:
        lines = [
            Choice(f"r:{reason}", Content(reason), key=str(number) if number < 10 else "")
            for number, reason in enumerate(self._reasons, 1)
        ]
        if self._optional:  # first: Enter alone must not say what nobody thought
            lines.insert(0, Choice(NONE, Content.styled("no reason", "$text-muted"), key="0"))
        return lines

    def shown(self, query: str) -> Sequence[Choice]:
        lines = self.lines()
        found = narrow(lines, query)
        kept = [choice for choice in lines if choice in found and not (query and choice.value == NONE)]
        exact = any(choice.left.plain.casefold() == query.casefold() for choice in kept)
        if query and not exact:
            kept.append(Choice(FREE + query, Content.assemble(query, ("   in your words", "$text-muted"))))
        return kept

    def answer(self, choice: Choice) -> str:
        if choice.value == NONE:
            return ""
        return choice.value.partition(":")[2]


class ChoicePicker(Picker[str]):
    """Asks for one of a few options, each a value and its words; ``current`` is where the cursor starts.

    ``said`` is what is to be known before choosing.
    """

    DEFAULT_CSS = "ChoicePicker #said { height: auto; margin-bottom: 1; color: $text-muted; }"

    def __init__(
        self,
        heading: str,
        options: Iterable[tuple[str, str]],
        *,
        current: str | None = None,
        notes: dict[str, str] | None = None,
        said: str = "",
    ) -> None:
        super().__init__(heading)
        self._said = said
        self._options = tuple(options)
        self._current = current
        self._notes = notes or {}
        self.hints = (("1-9" if len(self._options) > 1 else "1", "take at once"), ("enter", "take the line"), ("esc", "close"))

    def between(self) -> Iterable[Widget]:
        if self._said:
            yield Static(Content(tame(self._said)), id="said")

    def lines(self) -> Sequence[Choice]:
        lines = []
        for number, (value, words) in enumerate(self._options, 1):
            note = self._notes.get(value, "now" if value == self._current else "")
            key = str(number) if number < 10 else ""
            lines.append(Choice(value, Content(words), Content.styled(note, "$text-muted"), key=key, search=value))
        return lines

    def refill(self, *, keep: str | None = None) -> None:
        super().refill(keep=keep or self._current)

    def answer(self, choice: Choice) -> str:
        return choice.value
