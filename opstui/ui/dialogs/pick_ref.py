"""Choosing an item by searching for it as one types: the other end of a merge."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from textual.content import Content
from textual.timer import Timer

from opstui.domain.views import Hit
from opstui.ui.dialogs.frame import Picker
from opstui.ui.dialogs.lines import age, column, one_line
from opstui.ui.present import Look
from opstui.ui.widgets.choices import Choice

REF_CELLS = 20
PAUSE_S = 0.08
"""How long typing must rest before the store is asked."""


def hit_lines(hits: Iterable[Hit], exclude: Collection[str], now: datetime | None, look: Look) -> list[Choice]:
    """One line an item found, those that may not be chosen left out."""
    lines: dict[str, Choice] = {}
    for hit in hits:
        if hit.kind != "item" or hit.ref in exclude or hit.ref in lines:
            continue
        left = Content.assemble(column(hit.ref, REF_CELLS, look, "$text-muted"), "  ", one_line(hit.title, look))
        right = Content.styled(age(hit.at, now, look), "$text-muted") if now is not None and hit.at else Content("")
        lines[hit.ref] = Choice(hit.ref, left, right)
    return list(lines.values())


class RefPicker(Picker[str]):
    """Asks for an item. ``search`` is asked as one types; ``near`` is shown before anything is typed."""

    DEFAULT_CSS = "RefPicker > #frame { width: 100; }"
    placeholder = "words of the title, or a ref"
    digits = False

    def __init__(
        self,
        heading: str,
        search: Callable[[str], Sequence[Hit]],
        exclude: Collection[str] = (),
        *,
        near: Sequence[Hit] = (),
        now: datetime | None = None,
    ) -> None:
        super().__init__(heading)
        self._search = search
        self._exclude = frozenset(exclude)
        self._near = near
        self._now = now
        self._pause: Timer | None = None
        self.nothing = "Type words of the other item's title."

    def refill(self, *, keep: str | None = None) -> None:
        if self._pause is not None:
            self._pause.stop()
        if not self.typed.strip():
            self._found()
        else:
            self._pause = self.set_timer(PAUSE_S, self._found)

    def _found(self) -> None:
        super().refill()
        self.subtitle("alike" if not self.typed.strip() and self.list.choices else "")

    def shown(self, query: str) -> Sequence[Choice]:
        return hit_lines(self._search(query) if query else self._near, self._exclude, self._now, self.look)

    def enter(self) -> None:
        """What is typed is searched for before it is taken, however fast Enter follows."""
        if self._pause is not None and self.typed.strip():
            self._pause.stop()
            self._found()
        super().enter()

    def answer(self, choice: Choice) -> str:
        return choice.value
