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
from opstui.ui.widgets.choices import Choice, narrow

NAME_CELLS = 22
BAR_CELLS = 8
OLD_S = 14 * 86_400
"""From this age on the oldest item is pointed out."""


def load_lines(
    loads: Iterable[Load], people: Iterable[Person | str], now: datetime, look: Look, *, me: str = ""
) -> list[Choice]:
    """One line a person: those of the config, the least loaded first, then the others who own something."""
    by_name = {load.name: load for load in loads}
    known: dict[str, Person | None] = {}
    for person in people:
        if isinstance(person, str):
            known.setdefault(person, None)
        else:
            known[person.name] = person
    most = max((load.open for load in by_name.values()), default=0)
    ordered = sorted(known, key=lambda name: (by_name[name].open if name in by_name else 0, name.casefold()))
    ordered += sorted((name for name in by_name if name not in known), key=str.casefold)
    return [_line(name, by_name.get(name), known.get(name), most, now, look, me) for name in ordered if name]


def _line(name: str, load: Load | None, person: Person | None, most: int, now: datetime, look: Look, me: str) -> Choice:
    count = load.open if load else 0
    oldest = load.oldest if load else None
    team = (person.team or "") if person else ""
    label = f"{name} (me)" if me and name == me else name
    left = Content.assemble(column(label, NAME_CELLS, look), "  ", (tame(team), "$text-muted"))
    old = oldest is not None and (now - oldest).total_seconds() >= OLD_S
    right = Content.assemble(
        (bar(count, most, BAR_CELLS, look), "$text-muted"),
        f" {count:>3} open",
        (f"  oldest {age(oldest, now, look):>4}" if count else " " * 13, "$text-warning" if old else "$text-muted"),
    )
    aliases = " ".join(person.aliases) if person else ""
    return Choice(name, left, right, search=f"{aliases} {team}")


class PersonPicker(Picker[str]):
    """Asks for a person. Anybody can be typed; somebody who is not known here is taken as written."""

    DEFAULT_CSS = "PersonPicker > #frame { width: 76; }"
    placeholder = "a name"
    digits = False
    hints = (("enter", "choose"), ("type", "to narrow, or somebody else"), ("esc", "close"))

    def __init__(
        self,
        heading: str,
        loads: Iterable[Load],
        people: Iterable[Person | str],
        *,
        now: datetime | None = None,
        me: str = "",
    ) -> None:
        super().__init__(heading)
        self._now = now
        self._loads = tuple(loads)
        self._people = tuple(people)
        self._me = me
        self._lines: list[Choice] = []
        self.nothing = "Type a name, then enter."

    def on_mount(self) -> None:
        now = self._now or max((load.oldest for load in self._loads if load.oldest), default=None)
        if now is not None:
            self._lines = load_lines(self._loads, self._people, now, self.look, me=self._me)
        super().on_mount()

    def lines(self) -> Sequence[Choice]:
        return self._lines

    def shown(self, query: str) -> Sequence[Choice]:
        kept = list(narrow(self._lines, query))
        if query and not any(choice.value.casefold() == query.casefold() for choice in kept):
            kept.append(Choice(query, Content.assemble(query, ("   as written", "$text-muted"))))
        return kept

    def answer(self, choice: Choice) -> str:
        return choice.value
