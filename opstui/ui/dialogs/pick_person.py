"""Choosing a person with their work in view: how much is open, and how old the oldest of it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from textual.content import Content

from opstui.domain.model import Person
from opstui.domain.views import Load
from opstui.ui.cells import tame
from opstui.ui.dialogs.frame import Picker
from opstui.ui.dialogs.lines import age, bar, column
from opstui.ui.present import Look
from opstui.ui.widgets.choices import EMPTY, Choice, Choices, narrow

NAME_CELLS = 22
BAR_CELLS = 8
OLD_S = 14 * 86_400
"""From this age on the oldest item is pointed out."""


def load_lines(
    loads: Iterable[Load] | None, people: Iterable[Person | str], now: datetime, look: Look, *, me: str = ""
) -> list[Choice]:
    """One line a person: those of the config, the least loaded first, then the others who own something.

    None for loads: they are not known yet, and nothing is said of them.
    """
    by_name = {load.name: load for load in loads or ()}
    known: dict[str, Person | None] = {}
    for person in people:
        if isinstance(person, str):
            known.setdefault(person, None)
        else:
            known[person.name] = person
    most = max((load.open for load in by_name.values()), default=0)
    ordered = sorted(known, key=lambda name: (by_name[name].open if name in by_name else 0, name.casefold()))
    ordered += sorted((name for name in by_name if name not in known), key=str.casefold)
    found = []
    for name in filter(None, ordered):
        figures = EMPTY if loads is None else _figures(by_name.get(name), most, now, look)
        found.append(_line(name, known.get(name), figures, look, me))
    return found


def _line(name: str, person: Person | None, figures: Content, look: Look, me: str) -> Choice:
    team = (person.team or "") if person else ""
    label = f"{name} (me)" if me and name == me else name
    left = Content.assemble(column(label, NAME_CELLS, look), "  ", (tame(team), "$text-muted"))
    aliases = " ".join(person.aliases) if person else ""
    return Choice(name, left, figures, search=f"{aliases} {team}")


def _figures(load: Load | None, most: int, now: datetime, look: Look) -> Content:
    count = load.open if load else 0
    oldest = load.oldest if load else None
    old = oldest is not None and (now - oldest).total_seconds() >= OLD_S
    return Content.assemble(
        (bar(count, most, BAR_CELLS, look), "$text-muted"),
        f" {count:>3} open",
        (f"  oldest {age(oldest, now, look):>7}" if count else " " * 16, "$text-warning" if old else "$text-muted"),
    )


class PersonPicker(Picker[str]):
    """Asks for a person. Anybody can be typed; somebody who is not known here is taken as written."""

    DEFAULT_CSS = "PersonPicker > #frame { width: 76; }"
    placeholder = "a name"
    digits = False
    hints = (("enter", "choose"), ("type", "to narrow, or somebody else"), ("esc", "close"))

    def __init__(
        self,
        heading: str,
        loads: Iterable[Load] | None,
        people: Iterable[Person | str],
        *,
        now: datetime,
        me: str = "",
    ) -> None:
        super().__init__(heading)
        self._now = now
        self._loads = None if loads is None else tuple(loads)
        self._people = tuple(people)
        self._me = me
        self._lines: Sequence[Choice] | None = None
        self._waits = False
        """Whether enter was pressed on what is written before it was known who else there is."""
        self.nothing = "Type a name, then enter."

    def tell(self, loads: Iterable[Load]) -> None:
        """The figures have come, and with them whoever owns something: the cursor stays on its person."""
        self._loads, self._lines = tuple(loads), None
        if self.is_running and self.query(Choices):
            here = self.list.current
            self.refill(keep=here.value if here and here.value != self.typed.strip() else None)
            if self._waits:
                self.enter()

    def enter(self) -> None:
        """A name that nobody of the config has may be that of an owner: that is known when the figures are."""
        here = self.list.current
        if self._loads is None and not self._waits and here and here.value == self.typed.strip():
            self._waits = True
        else:
            super().enter()

    def lines(self) -> Sequence[Choice]:
        if self._lines is None:
            self._lines = load_lines(self._loads, self._people, self._now, self.look, me=self._me)
        return self._lines

    def shown(self, query: str) -> Sequence[Choice]:
        kept = list(narrow(self.lines(), query))
        if query and not any(choice.value.casefold() == query.casefold() for choice in kept):
            kept.append(Choice(query, Content.assemble(query, ("   as written", "$text-muted"))))
        return kept

    def answer(self, choice: Choice) -> str:
        return choice.value
