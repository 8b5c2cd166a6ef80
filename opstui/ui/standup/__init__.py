"""The tabs of the stand-up pane, one view a module; what they share is in ``view``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opstui.ui.panes.standup import StandupPane
    from opstui.ui.standup.view import View

VIEWS = (
    ("board", "BoardView"),
    ("people", "PeopleView"),
    ("blockers", "BlockersView"),
    ("waiting", "WaitingView"),
    ("escalated", "EscalatedView"),
    ("parking", "ParkingView"),
    ("unseen", "UnseenView"),
)
"""Module in this package and class, in the order of the tabs."""


def make_views(pane: StandupPane) -> list[View[Any]]:
    """One of each."""
    return [getattr(import_module(f"{__name__}.{module}"), name)(pane) for module, name in VIEWS]
