"""Choosing where an item goes next: the moves its tracker allows now, asked for while the dialog is open already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from opstui.domain.kinds import Stage
from opstui.ui.cells import fit, tame
from opstui.ui.dialogs.edit_fields import Asked
from opstui.ui.dialogs.frame import Picker
from opstui.ui.widgets.choices import Choice, narrow

HERE = {Stage.TODO: "To do", Stage.DOING: "Doing", Stage.BLOCKED: "Blocked", Stage.DONE: "Done"}
TITLE_CELLS = 26


class Move(Protocol):
    """What a tracker allows now, as the desk gives it: its id and title there, the status it leads to, what it asks for."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def fields(self) -> Sequence[Asked]: ...


class Step(NamedTuple):
    """What was chosen: a move of the tracker, a status in words, or a stage that is only set here."""

    move: Move | None = None
    status: str = ""
    stage: str = ""


class MovePicker(Picker[Step]):
    """Asks for a move. Until ``moves`` are known, a status can be typed, or a stage set here only."""

    DEFAULT_CSS = """
    MovePicker {
        & > #frame { width: 72; }
        & #asked { height: auto; margin-bottom: 1; color: $text-muted; }
        & #asked.-wrong { color: $text-warning; }
    }
    """
    placeholder = "where to"
    hints = (("1-9", "take at once"), ("enter", "take the line"), ("esc", "close"))

    def __init__(self, heading: str, source: str, moves: Sequence[Move] | None, *, here: bool = True) -> None:
        super().__init__(heading)
        self._source = source
        self._moves = moves
        self._here = here
        """Whether a stage that is only set here may be chosen."""
        self._said = "" if moves is not None else f"asking {source} …"
        self._wrong = False
        self.nothing = "Type the name of a status."

    @property
    def known(self) -> bool:
        """Whether it is known what the tracker allows."""
        return self._moves is not None

    def between(self) -> Iterable[Widget]:
        yield Static(id="asked")

    def on_mount(self) -> None:
        self._tell()
        super().on_mount()

    def tell(self, moves: Sequence[Move] | None) -> None:
        """What the tracker allows has come: the cursor is on the first of them, and what was typed stays."""
        self._moves = moves
        none = moves is not None and not moves
        self._said, self._wrong = (f"{self._source} allows no move from here" if none else ""), none
        self._again()

    def trouble(self, why: str) -> None:
        """It could not be asked."""
        self._said, self._wrong = f"{self._source} could not be asked: {why}", True
        self._again()

    def _again(self) -> None:
        if self.is_running and self.query(Input):
            self._tell()
            self.refill()
            self.call_after_refresh(self.fit)

    def _tell(self) -> None:
        line = self.query_one("#asked", Static)
        line.display = bool(self._said)
        line.set_class(self._wrong, "-wrong")
        line.update(Content(tame(self._said)))

    def lines(self) -> Sequence[Choice]:
        if self._moves:
            return [self._line(number, move) for number, move in enumerate(self._moves)]
        if not self._here:
            return []
        lines = [Choice("", Content("set here only, its tracker does not hear of it"), heading=True)]
        return lines + [
            Choice(f"stage:{stage.value}", Content(words), key=str(number), search=stage.value)
            for number, (stage, words) in enumerate(HERE.items(), 1)
        ]

    def _line(self, number: int, move: Move) -> Choice:
        asks = ", ".join(field.title for field in move.fields if field.required)
        to = tame(move.status)
        left = Content.assemble(fit(tame(move.title), TITLE_CELLS, self.look["ellipsis"]))
        if to != tame(move.title):
            left = Content.assemble(left, (f"  {self.look['arrow']} ", "$text-muted"), to)
        left = Content.assemble(left, (f"   asks for {tame(asks)}" if asks else "", "$text-muted"))
        key = str(number + 1) if number < 9 else ""
        return Choice(f"move:{number}", left, key=key, search=move.status)

    def shown(self, query: str) -> Sequence[Choice]:
        kept = list(narrow(self.lines(), query))
        if query and not self._moves:
            as_written = Content.assemble(query, (f"   at {self._source}, as written", "$text-muted"))
            kept.insert(0, Choice(f"status:{query}", as_written))
        return kept

    def answer(self, choice: Choice) -> Step:
        kind, _, value = choice.value.partition(":")
        if kind == "move":
            move = (self._moves or ())[int(value)]
            return Step(move, move.status, move.stage)
        return Step(status=value) if kind == "status" else Step(stage=value)
