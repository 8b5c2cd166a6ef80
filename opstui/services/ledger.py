"""The rows of one source's outbox as they move from state to state: each move one short transaction, kept before it is told."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

from opstui.connectors.api import Page
from opstui.domain.outbox import State
from opstui.domain.outbox import field as held
from opstui.domain.text import clean_line
from opstui.errors import OpstuiError, SourceRefused, StoreBusy
from opstui.services import own
from opstui.services.job import trouble
from opstui.services.schedule import FIRST_RETRY, retry_in
from opstui.services.sound import LONGEST_WORDS, sound
from opstui.store import kept, leases, outbox, pages, ranks, sending, sources

if TYPE_CHECKING:
    from opstui.domain.masking import Mask
    from opstui.domain.model import Item
    from opstui.domain.urgency import Rules
    from opstui.domain.views import Outgoing
    from opstui.store.db import Connection, Store

T = TypeVar("T")

SETTLE_S = 10.0
"""How long after a lost answer a source may still carry the change out: before that, looking for it proves nothing."""

TRIES = 10
"""After so many tries, about an hour, a waiting change is in the queue too; it is tried on for as long as it stands."""

REFUSED_S = 900.0
"""A source that refuses everything is asked again after this long, or when somebody says ``push``."""

BUSY_TRIES = 12
"""A minute, as for a pull."""

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a push waits for what; ``chance`` gives numbers from 0 to 1."""

    settle: float = SETTLE_S
    first: float = FIRST_RETRY
    tries: int = TRIES
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a push writes down. ``tell`` hears ``pushed`` for every change that moved on.

    ``holder`` is whose lease this run goes by; as soon as it is another's, nothing may be sent any more.
    """

    store: Store
    source: str
    rules: Rules
    now: Callable[[], datetime]
    tell: Callable[..., None] = lambda event, **more: None
    patience: Patience = field(default_factory=Patience)
    holder: str = ""
    mask: Mask | None = None
    """Strikes the source's secrets out of what is kept."""
    connector: str = ""
    """Its name in the config, and who ships it: whom to tell when it breaks."""
    origin: str = ""
    zone: tzinfo = UTC
    """The source's, in which its days begin."""

    def claim(self, write: Outgoing, now: datetime) -> bool:
        """Say that a change is being sent, before it leaves; False when it may not be."""
        return self._commit(lambda conn: self._may_send(conn) and sending.claim(conn, write.id, now))

    def end(
        self, write: Outgoing, state: State, item: Item | None, said: Mapping[str, Any] = NOTHING, gone: tuple[str, ...] = ()
    ) -> None:
        """A change has come to an end; what was read back is kept in the same transaction. ``said``: columns of its row."""

        def end(conn: Connection) -> bool:
            now = self.now()
            if not sending.settle(conn, write.id, state, now, **said):
                return False
            if state is State.SENT and item is not None:
                sending.rebase(conn, write, held(item, write.verb, self.zone))
            if item is not None or gone:
                self._keep(conn, item, gone, now)
            if state is State.SENT and item is not None:
                sending.expected(conn, write, item.owner)
            if state is State.SENT and write.verb == "create" and write.undoes is None and said.get("made"):
                sending.known_as(conn, write.id, f"{self.source}:{said['made']}" if item is None else item.ref)
            if write.item is not None:
                ranks.rescore(conn, [write.item], self.rules, now)
            self._show(conn, write, state, now)
            return True

        if self._commit(end):
            self._told(write, state)

    def put_off(self, write: Outgoing, error: BaseException, *, doubt: bool, made: str, pause: float = 0.0) -> None:
        """A try has come to nothing: again later, after ``pause`` seconds at least. ``made``: what the source said of it."""
        patience = self.patience
        wait = retry_in(write.attempts, patience.chance(), patience.first)
        wait = max(wait, pause, patience.settle if doubt else 0.0)
        until, said = self.now() + timedelta(seconds=wait), self.words_of(error)

        def later(conn: Connection) -> bool:
            if not sending.put_off(conn, write.id, until, doubt=doubt, made=made, **said):
                return False
            self._complain(conn, self.patience.tries, error)
            return True

        if self._commit(later):
            self._told(write, State.PENDING)

    def pause(self, seconds: float) -> None:
        """The source has asked to be left alone for so long."""
        until = self.now() + timedelta(seconds=seconds)
        self._commit(lambda conn: sending.delay(conn, self.source, until))

    def refused(self, error: SourceRefused) -> None:
        """Nothing can be written until somebody changes something: all of it waits, and the source and the queue say so."""
        until = self.now() + timedelta(seconds=REFUSED_S)

        def refuse(conn: Connection) -> None:
            sending.delay(conn, self.source, until)
            sources.refuse(conn, self.source, **self.words_of(error))
            self._complain(conn, 0, error)

        self._commit(refuse)

    def words_of(self, error: BaseException) -> dict[str, str]:
        """What, why and next of an error, for the row of the change that met it."""
        told = trouble(error, self.connector or self.source, self.origin)[1]
        said = words(str(told["what"]), str(told["why"]), str(told["next_step"]))
        if not isinstance(error, OpstuiError):
            said["next_step"] = "It is tried again. Tell the connector's author."
        lines = {name: clean_line(text, limit=LONGEST_WORDS) for name, text in said.items()}
        return {name: self.mask.text(line) for name, line in lines.items()} if self.mask else lines

    def _may_send(self, conn: Connection) -> bool:
        if kept.kept(conn, kept.READONLY) == "on" or self.source in sources.paused(conn):
            return False
        lease = leases.current(conn, leases.ENGINE)
        return not self.holder or (lease is not None and lease.holder == self.holder)

    def _show(self, conn: Connection, write: Outgoing, state: State, now: datetime) -> None:
        """What came back is in the queue; what went through is not any more."""
        if state in (State.FAILED, State.CONFLICT):
            settled = outbox.load(conn, write.id)
            assert settled is not None
            own.raise_write(conn, settled, rules=self.rules, now=now)
            return
        own.close_write(conn, write.id, self.rules, now)
        if not sending.tired(conn, self.source, 1):
            own.close_waiting(conn, self.source, self.rules, now)

    def _keep(self, conn: Connection, item: Item | None, gone: tuple[str, ...], now: datetime) -> None:
        """Take in what was read back, unless a pull has brought a later telling meanwhile."""
        good, _ = sound(() if item is None else (item,), self.source, self.mask)
        page = Page(pages.not_older(conn, self.source, good), gone)
        pages.apply_page(conn, self.source, page, self.rules, now, counted=False)

    def _complain(self, conn: Connection, tries: int, error: BaseException) -> None:
        """Changes that do not get through stand in the queue, one item a source."""
        if count := sending.tired(conn, self.source, tries):
            own.raise_waiting(conn, self.source, count, because(self.words_of(error)), rules=self.rules, now=self.now())

    def _told(self, write: Outgoing, state: State) -> None:
        self.tell("pushed", id=write.id, ref=write.ref, verb=write.verb, state=state.value)

    def _commit(self, change: Callable[[Connection], T]) -> T:
        """One short transaction; who holds the store for long only holds us up."""
        for left in range(BUSY_TRIES - 1, -1, -1):
            try:
                with self.store.writing() as conn:
                    return change(conn)
            except StoreBusy:
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")


def because(said: Mapping[str, Any]) -> str:
    """What and why in one sentence."""
    return ": ".join(part for name in ("what", "why") if (part := str(said.get(name) or "")))


def words(what: str, why: str, next_step: str) -> dict[str, str]:
    """What, why and next, for a row."""
    return {"what": what, "why": why, "next_step": next_step}
