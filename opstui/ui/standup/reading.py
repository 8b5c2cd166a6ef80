"""Reading the tabs of the stand-up pane beside the keys: what may have changed, the one that is shown first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from opstui.errors import OpstuiError

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.ui.panes.standup import StandupPane
    from opstui.ui.standup.view import View

REST = 5
"""Times as long as it took to read a view, it is not read again."""
State = tuple[int, str]
"""The state of the store, and the minute."""


class Reading:
    """Which views and what of the meeting were read, at which state; ``told`` hears which view has come."""

    def __init__(self, pane: StandupPane, told: Callable[[int], None]) -> None:
        self._pane, self._told = pane, told
        self.seen: set[int] = set()
        """The views that have been read at least once."""
        self.troubles: dict[int, OpstuiError] = {}
        """Why a view could not be read."""
        self._meeting_at: State | None = None
        self._read_at: dict[int, State] = {}
        self._rest_until: dict[int, float] = {}
        """Until when each view is not read again, by the monotonic clock."""
        self._later: Timer | None = None

    def stale(self, *, others: bool = False, hurry: bool = False) -> None:
        """The view that is shown, and the ``others`` after it for the counts in their tabs, where the store has moved on.

        One that took long rests ``REST`` times as long, unless there is a ``hurry``: while a sync moves the store each second,
        reading must leave the machine to it and to the keys.
        """
        pane, state = self._pane, self._pane.desktop.state()
        if self._meeting_at != state:
            self._meeting_at = state
            pane.aside.ask("meeting", partial(pane.meeting.read, pane.desk), self._met, first=True)
        for at in (pane.at, *(other for other in range(len(pane.views)) if others and other != pane.at)):
            if self._read_at.get(at) == state:
                continue
            if not hurry and (rest := self._rest_until.get(at, 0.0) - monotonic()) > 0:
                if at == pane.at and self._later is None:
                    self._later = pane.set_timer(rest, self._rested)
                continue
            self._read_at[at] = state
            pane.aside.ask(f"view {at}", partial(_read, pane.views[at], pane.desk), partial(self._came, at))

    def again(self) -> None:
        """The view that is shown wants other rows, though nothing was written."""
        self._read_at.pop(self._pane.at, None)
        self.stale(hurry=True)

    def _rested(self) -> None:
        self._later = None
        if self._pane.is_current:  # else it is read when it is shown again
            self.stale()

    def _met(self, kept: Any) -> None:
        if self._pane.is_attached:
            self._pane.meeting.took(kept)

    def _came(self, at: int, found: tuple[Any, OpstuiError | None, float]) -> None:
        if not self._pane.is_attached:
            return
        rows, error, took = found
        self._rest_until[at] = monotonic() + REST * took
        if error is None:
            self.troubles.pop(at, None)
            self.seen.add(at)
            self._pane.views[at].show(rows)
        else:
            self.troubles[at] = error
            self._read_at.pop(at, None)
        self._told(at)


def _read(view: View[Any], desk: Desk) -> tuple[Any, OpstuiError | None, float]:
    """A view's rows, or why they could not be read, and the seconds it took; in a thread."""
    began = monotonic()
    try:
        return view.read(desk), None, monotonic() - began
    except OpstuiError as error:  # the tab says why
        return None, error, monotonic() - began
