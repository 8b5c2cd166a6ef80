"""What the stand-up's board shows: columns and their rows, the load of each person, what nobody sees, who waits for whom."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from opstui.domain.flow import NO_PAST, Past
from opstui.domain.views import Linked, QueueRow


class BoardRow(NamedTuple):
    """One item on the board. ``changed``, ``blocked`` and ``ageing`` say why it is shown; none of them: it was folded."""

    row: QueueRow
    col: int
    """The number of its column from the left; -1 when no column takes its status."""
    stage: str
    """The name of its column, empty without one."""
    entered: datetime
    age_s: int
    """Working seconds since then."""
    pace: float | None = None
    """The share of earlier stays in the column that were shorter, 0 to 1; None while too few are known."""
    changed: bool = False
    blocked: bool = False
    ageing: bool = False


class BoardColumn(NamedTuple):
    """One column. ``total`` is its open items; in a column for what is done, those that came there since the last stand-up."""

    col: int
    name: str
    over: bool
    """Whether it is for what is done: there only what was closed since is counted and shown."""
    wip: int | None
    total: int
    changed: int
    blocked: int
    ageing: int
    rows: tuple[BoardRow, ...]
    folded: int
    """How many more there are: unmoved, or beyond what is shown."""
    past: Past = NO_PAST

    @property
    def limit(self) -> str:
        """``over``, ``at`` or ``under`` its limit; empty without one."""
        if self.wip is None or self.over:
            return ""
        return "over" if self.total > self.wip else "at" if self.total == self.wip else "under"


class BoardView(NamedTuple):
    """The board, walked right to left. ``since`` is the stand-up or handoff that changes are counted from."""

    columns: tuple[BoardColumn, ...]
    since: datetime
    ageing: int
    """The percentage from which an item ages."""
    unmapped: int = 0
    """Open items that no column takes."""
    settling: bool = False
    """The items stand as a config before this one put them; the engine works the columns out anew."""


class PersonLoad(NamedTuple):
    """What one person has: open items, those of them in work, and how many that should be at most."""

    name: str
    open: int
    in_work: int
    capacity: int
    oldest: datetime | None
    known: bool = True
    """Whether the config names this person."""

    @property
    def over(self) -> bool:
        """Whether it is more than it should be; of somebody who is away, anything in work."""
        return self.in_work > self.capacity

    @property
    def away(self) -> bool:
        """Whether nothing is to be in work here."""
        return self.capacity == 0


class Spelling(NamedTuple):
    """One person whom the items write in several ways that the config does not join, and what to write into it."""

    name: str
    also: tuple[str, ...]
    config: str


class PeopleView(NamedTuple):
    """Everybody's load, the most loaded first, and who is likely somebody else in other words."""

    loads: tuple[PersonLoad, ...]
    spellings: tuple[Spelling, ...] = ()


class UnseenGroup(NamedTuple):
    """Items that nobody sees for one reason: ``owner``, ``ambiguous``, ``status`` or ``stranger``."""

    code: str
    title: str
    remedy: str
    total: int
    rows: tuple[BoardRow, ...]
    names: tuple[str, ...] = ()
    """What it is about, most frequent first: the statuses that no column takes, the owners who are nobody of the config."""


class UnseenView(NamedTuple):
    """Every group, also an empty one, and how many different items are in any of them."""

    groups: tuple[UnseenGroup, ...]
    total: int


class ChainRow(NamedTuple):
    """An item that others wait for: how many at once, how many in all, and what it waits for itself."""

    ref: str
    title: str
    owner: str | None
    owner_state: str
    direct: int
    frees: int
    waits: tuple[Linked, ...]
    holds: tuple[Linked, ...]


class ChainsView(NamedTuple):
    """Who holds others up, those that can be done at once first and among them the one that frees most.

    ``cut``: there are more links than are looked at.
    """

    rows: tuple[ChainRow, ...]
    rings: tuple[tuple[str, ...], ...]
    links: int
    cut: bool = False


class StayLine(NamedTuple):
    """One visit of an item to a column, in working seconds."""

    stage: str
    entered: datetime
    left: datetime | None
    worked_s: int


class Card(NamedTuple):
    """All that the page beside the board tells of an item's flow."""

    item: BoardRow
    past: Past
    stays: tuple[StayLine, ...]
    waits: tuple[Linked, ...]
    """Open items that it waits for."""
    holds: tuple[Linked, ...]
    """Open items that wait for it."""
    frees: int
    """All that wait for it, also through others."""
    day_s: int
    """Seconds of a working day."""
