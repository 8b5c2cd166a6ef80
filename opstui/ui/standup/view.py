"""What every tab of the stand-up pane is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from opstui.ui.present import Line

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.ui.panes.standup import StandupPane

Row = TypeVar("Row")


class View(Generic[Row]):
    """One tab of the stand-up pane: what it reads, how a row and its page look, what its keys do. Lives as long as the pane."""

    name: ClassVar[str] = ""
    """The tab's word."""
    turns: ClassVar[bool] = False
    """Whether it shows by itself whose turn it is."""

    def __init__(self, pane: StandupPane) -> None:
        self.pane = pane
        self.rows: Sequence[Row] = ()
        """What was read last."""
        self.wanted: object = None
        """The identity of a row that the cursor is to go to, once."""

    def read(self, desk: Desk) -> Any:
        """What the tab shows. Runs in a thread beside the keys: it may be slow, it must be bounded."""
        raise NotImplementedError

    def show(self, found: Any) -> None:
        """Take what ``read`` gave; on the loop."""
        self.rows = found

    def took(self) -> None:
        """The stand-up itself was read: ``pane.meeting.standup``; after ``show``."""

    def tab(self) -> str:
        """The name, with a count where that helps."""
        return f"{self.name} {len(self.rows)}" if self.rows else self.name

    def identity(self, row: Row) -> object:
        """What makes it the same row again: the cursor stays on it from one reading to the next."""
        return row

    def heading(self, row: Row) -> bool:
        """Whether the cursor passes over it."""
        return False

    def line(self, row: Row, cells: int, here: bool) -> Line:
        """A row's line in the list."""
        raise NotImplementedError

    def page(self, row: Row, cells: int) -> list[Line]:
        """All of the row under the cursor."""
        return []

    def ref(self, row: Row) -> str:
        """The item that verbs are meant for; empty for none."""
        return ""

    def copied(self, row: Row) -> str:
        """What is copied of a row; empty: ref and title of its item."""
        return ""

    def end(self) -> Line:
        """What stands at the right of the tabs."""
        return []

    def empty(self) -> Sequence[Line]:
        """What the tab is for, and the one key that fills it."""
        return ()

    def hints(self, row: Row | None) -> Sequence[tuple[str, str]]:
        """Action ids and their words for the foot, five at most."""
        return ()

    def why_not(self, action_id: str, row: Row | None) -> str:
        """Why an action cannot be run now, empty when it can."""
        return ""

    def do(self, verb: str, row: Row | None) -> bool:
        """The view's own way with ``standup.VERB``; False leaves it to the pane."""
        return False

    @property
    def counts(self) -> bool:
        """Whether a second more changes what is said in a line or on the page."""
        return False
