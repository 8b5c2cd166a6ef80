"""Choosing a person with their work in view: how much is open, and how old the oldest of it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from textual import on
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from opstui.domain.model import Person
from opstui.domain.views import Load, Work
from opstui.ui.cells import cut, tame, width
from opstui.ui.dialogs.frame import Picker
from opstui.ui.dialogs.lines import age, bar, column
from opstui.ui.present import Look
from opstui.ui.widgets.choices import EMPTY, Choice, Choices, narrow

NAME_CELLS = 22
BAR_CELLS = 8
WORK_CELLS = 60
"""For ref and title of something that somebody has in hand, …"""
REF_CELLS = 28
"""… and of these at most so many for the ref."""
NOBODY: Mapping[str, str] = MappingProxyType({})
REST_S = 0.06
"""What somebody has in hand is looked up when the cursor rests for this long."""
Ask = Callable[[str, Callable[[Any], None]], None]
"""Asks for a person's oldest work, and tells it later."""
OLD_S = 14 * 86_400
"""From this age on the oldest item is pointed out."""


def load_lines(
    loads: Iterable[Load] | None,
    people: Iterable[Person | str],
    now: datetime,
    look: Look,
    *,
    me: str = "",
    over: Mapping[str, str] = NOBODY,
) -> list[Choice]:
    """One line a person: those of the config, the least loaded first, then the others who own something.

    None for loads: they are not known yet, and nothing is said of them. ``over`` says of whom it is too much.
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
        found.append(_line(name, known.get(name), figures, look, me, over.get(name, "")))
    return found


def _line(name: str, person: Person | None, figures: Content, look: Look, me: str, over: str = "") -> Choice:
    team = (person.team or "") if person else ""
    label = f"{name} (me)" if me and name == me else name
    said = (over, "$text-warning") if over else (tame(team), "$text-muted")
    left = Content.assemble(column(label, NAME_CELLS, look), "  ", said)
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


def work_line(one: Work, now: datetime, look: Look) -> Content:
    """``  9d  helpdesk:INC4711  Dock 7 scanner rejects every label``."""
    old = one.born is not None and (now - one.born).total_seconds() >= OLD_S
    ref = cut(tame(one.ref), REF_CELLS, look["ellipsis"])
    return Content.assemble(
        (f"{age(one.born, now, look):>7}", "$text-warning" if old else ""),
        f"  {ref}  ",
        (cut(tame(one.title), WORK_CELLS - width(ref), look["ellipsis"]), "$foreground"),
    )


class PersonPicker(Picker[str]):
    """Asks for a person. Anybody can be typed; somebody who is not known here is taken as written."""

    DEFAULT_CSS = """
    PersonPicker {
        & > #frame { width: 76; }
        & #work { display: none; height: auto; margin-top: 1; color: $text-muted; }
    }
    """
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
        first: str = "",
        note: str = "",
        work: Ask | None = None,
    ) -> None:
        super().__init__(heading)
        self._first, self._note = first, note
        self._over: Mapping[str, str] = NOBODY
        self._ask = work
        self._resting: Timer | None = None
        self._now = now
        self._loads = None if loads is None else tuple(loads)
        self._people = tuple(people)
        self._me = me
        self._lines: Sequence[Choice] | None = None
        self._waits = False
        """Whether enter was pressed on what is written before it was known who else there is."""
        self.nothing = "Type a name, then enter."

    @property
    def _there(self) -> bool:
        """Whether line and list stand on the screen: an answer may come before they do, and after they have gone."""
        return self.is_running and bool(self.query(Input)) and bool(self.query(Choices))

    def tell(self, loads: Iterable[Load]) -> None:
        """The figures have come, and with them whoever owns something: the cursor stays on its person."""
        self._loads, self._lines = tuple(loads), None
        if self._there:
            here = self.list.current
            self.refill(keep=here.value if here and here.value != self.typed.strip() else None)
            if self._waits:
                self.enter()

    def tell_over(self, over: Mapping[str, str]) -> None:
        """Who has too much already is known now: it is said where the team stood."""
        self._over, self._lines = over, None
        if self._there:
            here = self.list.current
            self.refill(keep=here.value if here and here.value != self.typed.strip() else None)

    def enter(self) -> None:
        """A name that nobody of the config has may be that of an owner: that is known when the figures are."""
        here = self.list.current
        if self._loads is None and not self._waits and here and here.value == self.typed.strip():
            self._waits = True
        else:
            super().enter()

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        if self._ask:
            yield Static(id="work")

    @on(Choices.Moved)
    def _moved(self, event: Choices.Moved) -> None:
        """The cursor rests on somebody: what they have in hand longest is read beside the keys."""
        if self._ask is None or event.choice is None:
            return
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_S, partial(self._look, event.choice.value))

    def _look(self, name: str) -> None:
        if self._ask:
            self._ask(name, partial(self._told, name))

    def _told(self, name: str, work: Sequence[Work]) -> None:
        """Their oldest items, below the list."""
        here = self.list.current if self._there else None
        if here is None or here.value != name:
            return
        line = self.query_one("#work", Static)
        line.display = bool(work)
        line.update(Content("\n").join(work_line(one, self._now, self.look) for one in work))
        self.call_after_refresh(self.fit)

    def lines(self) -> Sequence[Choice]:
        if self._lines is None:
            found = load_lines(self._loads, self._people, self._now, self.look, me=self._me, over=self._over)
            self._lines = self._proposed(found) if self._first else found
        return self._lines

    def _proposed(self, lines: Sequence[Choice]) -> list[Choice]:
        """Whoever is proposed stands first."""
        own = next((line for line in lines if line.value == self._first), None)
        own = own or _line(self._first, None, EMPTY, self.look, "")
        name = f"{self._first} (me)" if self._first == self._me else self._first
        left = Content.assemble(column(name, NAME_CELLS, self.look), ("  " + self._note, "$text-primary"))
        return [replace(own, left=left), *(line for line in lines if line.value != self._first)]

    def shown(self, query: str) -> Sequence[Choice]:
        kept = list(narrow(self.lines(), query))
        if query and not any(choice.value.casefold() == query.casefold() for choice in kept):
            kept.append(Choice(query, Content.assemble(query, ("   as written", "$text-muted"))))
        return kept

    def answer(self, choice: Choice) -> str:
        return choice.value
