"""The desk's ledgers: blockers, escalations, and what waits on people. One read or action a method, as in ``facade``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.views import Receipt, Work
from opstui.services.desk import asking, blockers, escalating, stock, waiting
from opstui.services.desk.context import Context
from opstui.services.desk.waiting import NEXT
from opstui.store import queue

if TYPE_CHECKING:
    from opstui.domain.escalation import Asked, Escalation, Ladder
    from opstui.services.desk.asking import Suggested
    from opstui.services.desk.escalating import EscalationRow
    from opstui.services.desk.stock import BlockerRow
    from opstui.services.desk.waiting import WaitRow
    from opstui.store.records import Kept


class LedgerDesk:
    """``desk.ledgers``. A blocker's ``target`` is the ref of its item, or the beginning of its uid where it has none."""

    def __init__(self, at: Context) -> None:
        self._at = at

    # blockers

    def blockers(self) -> list[BlockerRow]:
        """What is blocked now, whether or not stock was taken since: forced ones first, then by repeats and age."""
        return stock.rows(self._at)

    def take_stock(self) -> Receipt:
        """Bring the ledger up to date with the items. Nothing that undo would take back."""
        return stock.take_stock(self._at)

    def block(self, ref: str = "", text: str = "", owner: str = "", next_step: str = "") -> Receipt:
        """Put something into the ledger that no tracker says is blocked; with ``ref`` it is about that item."""
        return blockers.block(self._at, ref, text, owner, next_step)

    def set_owner(self, target: str, owner: str) -> Receipt:
        """Give a blocker to somebody; empty: back to whoever owns its item."""
        return blockers.set_owner(self._at, target, owner)

    def set_next(self, target: str, text: str) -> Receipt:
        """Say what is done next about a blocker."""
        return blockers.set_next(self._at, target, text)

    def edit(self, target: str, owner: str, next_step: str) -> Receipt:
        """Owner and next step of a blocker in one action."""
        return blockers.edit(self._at, target, owner, next_step)

    def clear(self, target: str, said: str = "") -> Receipt:
        """It blocks nobody any more; where its item still says so, it stays out until that moves."""
        return blockers.clear(self._at, target, said)

    # escalations

    def escalations(self) -> list[EscalationRow]:
        """Everything somebody was asked to decide, what was missed first."""
        return escalating.rows(self._at)

    def escalation(self, ref: str) -> Kept[Escalation] | None:
        """The escalation of an item: the open one, else the last; None when there was none."""
        return escalating.one(self._at, ref)

    def ladder(self) -> Ladder:
        """Who is asked one after the other, as the config says."""
        return asking.ladder(self._at)

    def suggested(self, ref: str) -> Suggested:
        """What an escalation of this item starts from: whose turn it is, by when, and the facts."""
        return asking.suggested(self._at, ref)

    def letter(self, ref: str, to: str, until: datetime | str | None, asked: Asked, reason: str = "") -> str:
        """The text that would be written, without writing it."""
        return asking.preview(self._at, ref, to, until, asked, reason)

    def acknowledge(self, ref: str, by: str = "", until: datetime | str | None = None) -> Receipt:
        """Somebody has it: it waits for the decision now, until the ladder's time for that or ``until``."""
        return escalating.acknowledge(self._at, ref, by, until)

    def resolve(self, ref: str, outcome: str = "", *, done: bool = False) -> Receipt:
        """It was decided: the item comes back to the queue with that, or is done with."""
        return escalating.resolve(self._at, ref, outcome, done=done)

    def refused(self, ref: str, why: str = "") -> Receipt:
        """Whoever was asked said no: the item comes back to the queue, and the next step of the ladder is asked next."""
        return escalating.resolve(self._at, ref, why, refused=True)

    # who has what

    def work(self, name: str, limit: int = 3) -> list[Work]:
        """What somebody has had in hand longest."""
        return queue.oldest_of(self._at.store.read, name, limit)

    def over(self) -> dict[str, str]:
        """Who has more in work than the board's capacity says, in words: ``5/4 over``."""
        from opstui.services.desk.board import BoardDesk

        loads = BoardDesk(self._at).people().loads
        return {one.name: f"{one.in_work}/{one.capacity} over" for one in loads if one.over}

    # waiting on people

    def waiting(self) -> list[WaitRow]:
        """Everything that waits on somebody, what is to be nudged first."""
        return waiting.rows(self._at)

    def nudge_text(self, ref: str) -> str:
        """The words for the next nudge, from what is known."""
        return waiting.draft(self._at, ref)

    def nudge(self, ref: str, text: str = "", next: datetime | str = NEXT, *, send: bool = False) -> Receipt:
        """Note that somebody was reminded, and when it is done next; with ``send`` as a comment at the item's source."""
        return waiting.nudge(self._at, ref, text, next, send)
