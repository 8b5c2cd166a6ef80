"""The walk of a stand-up as keys drive it: whose turn it is, for how long, what is parked, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.ui.panes.standup import StandupPane


class Meeting:
    """The stand-up under way, whatever view is shown."""

    def __init__(self, pane: StandupPane) -> None:
        self.pane = pane

    def read(self, desk: Desk) -> Any:
        """The stand-up as it stands; in a thread."""
        return None

    def took(self, current: Any) -> None:
        """What was read."""

    @property
    def under_way(self) -> bool:
        """Whether anybody may be speaking."""
        return False

    def here(self) -> str:
        """``Stand-up 2 of 6 · 4:12 of 15:00``."""
        return "Stand-up"

    def do(self, verb: str) -> None:
        """Run one of the keys that mean the same in every view."""
