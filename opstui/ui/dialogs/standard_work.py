"""How it is done: the standards an item is under, their steps ticked on it, and what was not done so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.widget import Widget

from opstui.domain.standards import Matched
from opstui.domain.views import Receipt
from opstui.ui.dialogs.frame import Dialog, Hint
from opstui.ui.present import Line
from opstui.ui.present_routines import StepsPage
from opstui.ui.present_standards import standard_page
from opstui.ui.widgets.page import Page

if TYPE_CHECKING:
    from datetime import datetime

    from opstui.services.desk.standards import StandardDesk

Write = Callable[[Callable[[], Receipt], Callable[[str], None]], None]
"""Writes, and tells why that failed, or nothing once it is done."""


class StandardWork(Dialog[None]):
    """One standard at a time. What is ticked is written at once; ``read`` gives the standards as they are then."""

    DEFAULT_CSS = """
    StandardWork {
        & > #frame { width: 100; background: $background; }
        & #steps { height: auto; min-height: 4; }
    }
    """
    BINDINGS = [
        Binding("j,down", "move(1)", "Down", show=False, id="standards.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="standards.up"),
        Binding("pagedown,J", "scroll_page(1)", "Page down", show=False, id="standards.page_down"),
        Binding("pageup,K", "scroll_page(-1)", "Page up", show=False, id="standards.page_up"),
        Binding("tab", "another(1)", "Next standard", show=False, id="standards.next", priority=True),
        Binding("shift+tab", "another(-1)", "Standard before", show=False, id="standards.previous", priority=True),
        Binding("space,enter", "tick", "Tick", show=False, id="standards.tick"),
        Binding("e,n", "note", "Note", show=False, id="standards.note"),
        Binding("x", "deviate", "Not done so", show=False, id="standards.deviate"),
        Binding("U", "untick", "Untick", show=False, id="standards.untick"),
        Binding("H,q", "close", "Close", show=False, id="standards.close"),
    ]
    gives_way = "#steps"
    highest = 60

    def __init__(
        self, ref: str, found: Sequence[Matched], desk: StandardDesk, now: Callable[[], datetime], write: Write
    ) -> None:
        super().__init__(f"How {ref} is done")
        self.ref, self.found, self.at, self.step = ref, tuple(found), 0, 0
        self._desk, self._now, self._write = desk, now, write
        self._page = Page(id="steps")
        self._trouble = ""
        self._told: StepsPage = StepsPage([], [])
        self.hints = self._hints()

    def body(self) -> Iterable[Widget]:
        yield self._page

    def on_mount(self) -> None:
        self.step = self._first_open()
        self._page.show(self._lines)
        self._say_place()

    @property
    def one(self) -> Matched:
        """The standard that is shown."""
        return self.found[self.at]

    def _hints(self) -> tuple[Hint, ...]:
        steps = (("space", "tick"), ("e", "with a note"), ("x", "not done so")) if self.one.followed.steps else ()
        others = (("tab", "next standard"),) if len(self.found) > 1 else ()
        return (*steps, *others, ("esc", "close"))

    def _say_place(self) -> None:
        self.show_hints(self._hints())
        self.subtitle(f"{self.at + 1} of {len(self.found)}" if len(self.found) > 1 else "")

    def _lines(self, cells: int) -> list[Line]:
        self._told = standard_page(self.one, cells, self._now(), self.look, at=self.step, trouble=self._trouble)
        return self._told.lines

    def fit(self) -> None:
        """As high as its lines are, as far as there is room."""
        self._page.styles.height = max(len(self._lines(max(self._page.size.width - 2, 20))), 4)
        super().fit()
        self.call_after_refresh(self._in_view)

    def _again(self) -> None:
        self._page.again()
        self.fit()

    def _in_view(self) -> None:
        places, page = self._told.places, self._page
        if not places or not page.size.height:
            return
        place = places[min(self.step, len(places) - 1)] if self.step else 0
        if place < page.top:
            page.scroll_lines(place - page.top)
        elif place + 1 >= page.top + page.size.height:
            page.scroll_lines(place + 2 - page.size.height - page.top)

    def _first_open(self) -> int:
        return next((n for n, step in enumerate(self.one.followed.steps) if not step.over), 0)

    # Keys

    def action_move(self, by: int) -> None:
        """To another step."""
        self.step = max(0, min(self.step + by, len(self.one.followed.steps) - 1))
        self._page.again()
        self._in_view()

    def action_scroll_page(self, by: int) -> None:
        """Through the text below the steps."""
        self._page.scroll_lines(by * max(self._page.size.height - 2, 1))

    def action_another(self, by: int) -> None:
        """Another of the item's standards."""
        self.at = (self.at + by) % len(self.found)
        self.step, self._trouble = self._first_open(), ""
        self._page.show(self._lines)
        self._say_place()
        self.fit()

    def action_tick(self) -> None:
        """The step is done; on to the next."""
        if self._has_step() and not self.one.followed.steps[self.step].over:
            self._do(partial(self._desk.tick, self.ref, self.one.standard.name, self.step + 1), on=True)
        elif self._has_step():
            self._say("It is ticked already; U takes that back.")

    def action_untick(self) -> None:
        """The step is to be done after all."""
        if self._has_step() and self.one.followed.steps[self.step].over:
            self._do(partial(self._desk.untick, self.ref, self.one.standard.name, self.step + 1))

    def action_note(self) -> None:
        """The step is done, with a remark."""
        from opstui.ui.dialogs.ask_line import LineDialog

        if not self._has_step():
            return
        step, name = self.step, self.one.standard.name
        tick = self.one.followed.steps[step]

        def noted(text: str | None) -> None:
            if text:
                self._do(partial(self._desk.tick, self.ref, name, step + 1, text), on=True)

        self.app.push_screen(LineDialog(tick.text, tick.note, placeholder="what was seen or done"), noted)

    def action_deviate(self) -> None:
        """The step was not done as it stands, and why."""
        from opstui.ui.dialogs.ask_line import LineDialog

        if not self._has_step():
            return
        step, name = self.step, self.one.standard.name

        def said(why: str | None) -> None:
            if why:
                self._do(partial(self._desk.deviate, self.ref, name, step + 1, why), on=True)

        words = "why; it becomes a note and an idea to improve it"
        self.app.push_screen(LineDialog(f"Not done so: {self.one.followed.steps[step].text}", placeholder=words), said)

    def _has_step(self) -> bool:
        return bool(self.one.followed.steps)

    def _do(self, do: Callable[[], Receipt], *, on: bool = False) -> None:
        step = self.step

        def told(why: str) -> None:
            self._trouble = why
            if not why and on and step == self.step:
                steps = self.one.followed.steps
                order = [*range(step + 1, len(steps)), *range(step)]
                self.step = next((n for n in order if not steps[n].over), step)
            if self.is_attached:
                self._again()

        self._write(do, told)

    def _say(self, text: str) -> None:
        self._trouble = text
        self._again()

    def show(self, found: Sequence[Matched]) -> None:
        """What was read again."""
        if found and self.is_attached:
            name = self.one.standard.name
            self.found = tuple(found)
            self.at = next((n for n, one in enumerate(found) if one.standard.name == name), 0)
            self._trouble = ""
            self._again()
