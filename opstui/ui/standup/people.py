"""The stand-up by person: who speaks, who has spoken, and what each one has in hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from opstui.domain.views import Load
from opstui.services.desk import Desk
from opstui.ui.cells import cut, tame
from opstui.ui.present import Line
from opstui.ui.standup.view import View


class PeopleView(View[Load]):
    """A line a person."""

    name: ClassVar[str] = "People"

    def read(self, desk: Desk) -> Any:
        """Everybody with their open work."""
        return desk.loads()

    def identity(self, row: Load) -> object:
        """By name."""
        return row.name

    def line(self, row: Load, cells: int, here: bool) -> Line:
        """Name and open work."""
        return [(cut(tame(row.name), cells - 10), "text"), (f"  {row.open} open", "muted")]

    def empty(self) -> Sequence[Line]:
        """Nobody is known."""
        return [[("Nobody is in the config yet: name your people under [[people]].", "text")]]
