"""Short errands beside the pulls: sending what waits for a source, and asking one for an item's transitions.

One push a source at a time, by whoever holds the lease; what a worker leaves half way is found and looked for.
"""

from __future__ import annotations

import contextlib
import selectors
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from opstui.domain.outbox import State
from opstui.domain.text import clean
from opstui.errors import StoreBusy
from opstui.services import health, own
from opstui.services.child import Child
from opstui.services.job import Event, Job, Task, trouble
from opstui.services.ledger import TRIES, because
from opstui.services.station import Station, seconds
from opstui.services.usage import usage_of
from opstui.store import sending, sources

if TYPE_CHECKING:
    from opstui.config.settings import Source

GRACE_S = 2.0
"""How long a worker may take to end after its last word."""

ASKING_S = 60.0
"""How long a source may take to name an item's transitions."""

WAITED = "s waited"
"""The unit in which a source that has asked for a short pause tells how much of it is over."""

TOLD = frozenset({"pushed", "usage", "note", "progress"})


class Errand:
    """One worker on its way. ``ref`` is the item that transitions are asked for."""

    def __init__(self, task: Task, source: Source, child: Child, ref: str = "") -> None:
        self.task = task
        self.source = source
        self.child = child
        self.ref = ref
        self.origin = ""
        """Who ships the connector, once the worker has said so."""
        self.usage: sources.Usage | None = None
        """What the source said of our use of it."""
        self.timeout = min(seconds(source.timeout), ASKING_S) if task is Task.MOVES else seconds(source.timeout)
        self.waits_until: datetime | None = None
        """The end of the pause that it sits out, as far as it has told."""
        self.verdict: Event | None = None
        """Its last word: finished or failed."""


class Errands:
    """All errands of one engine. Its pipes are heard through ``selector``; call ``look`` after each wait."""

    def __init__(self, station: Station, tell: Callable[[Event], None], selector: selectors.BaseSelector) -> None:
        self.station = station
        self.tell = tell
        self.selector = selector
        self._under_way: dict[tuple[Task, str], Errand] = {}
        self._not_before: dict[str, float] = {}
        """Sources whose outbox cannot even be put off, because somebody holds the store."""
        self._answered: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether one is under way."""
        return bool(self._under_way)

    @property
    def pushing(self) -> frozenset[str]:
        """The sources that something is being sent to."""
        return frozenset(name for task, name in self._under_way if task is Task.PUSH)

    def answered(self) -> frozenset[str]:
        """The sources that something was sent to since this was asked last."""
        found = frozenset(self._answered)
        self._answered.clear()
        return found

    # -- sending

    def send(self, holder: str, *, not_to: Collection[str] = (), only: Collection[str] | None = None) -> None:
        """Start a push to every source that something is due for. ``holder`` is our lease, ``not_to`` who has to wait."""
        for name in sending.in_flight(self.station.store.read) - self.pushing:
            self.recover(name)  # it could not be said when its worker ended
        due = sending.next_due(self.station.store.read)
        if not due or self.station.sends_nothing():
            return
        now, moment, pushing = self.station.now(), time.monotonic(), self.pushing
        for name, at in due.items():
            source = self.station.source(name)
            if source is None or at > now or name in not_to or name in pushing or (only is not None and name not in only):
                continue
            if len(self.pushing) < self.station.limits.workers and moment >= self._not_before.get(name, 0.0):
                self._start(Task.PUSH, source, "", holder)

    def recover(self, source: str | None = None, why: str = "") -> None:
        """Nobody sends now: what looks as if it were being sent may have arrived, and is looked for in a while."""
        store = self.station.store
        if sending.in_flight(store.read):
            with store.writing() as conn:
                sending.recover(conn, self.station.now() + timedelta(seconds=self.station.limits.settle), source, why)

    def tidy(self) -> bool:
        """Close what is in the queue about changes that wait in vain, once somebody has dropped them; whether any was."""
        station = self.station
        read = station.store.read
        over = [source for source in own.waited_for(read) if not sending.tired(read, source, 1)]
        if over:
            with station.store.writing() as conn:
                for source in over:
                    own.close_waiting(conn, source, station.rules, station.now())
        return bool(over)

    # -- asking

    def moves(self, ref: str) -> bool:
        """Ask for an item's transitions; the event ``moves`` tells when they are here. False: no source has it."""
        source = self.station.source(ref.partition(":")[0])
        if source is None or not ref.partition(":")[2]:
            return False
        if (Task.MOVES, ref) not in self._under_way:
            self._start(Task.MOVES, source, ref)
        return True

    # -- under way

    def wait(self, timeout: float) -> None:
        """Hear them for so many seconds, or until one has said something; for who has nothing else to listen to."""
        if not self.busy:
            time.sleep(timeout)
            return
        for key, _ in self.selector.select(timeout):
            handle, errand = key.data
            handle(errand, key.fileobj)

    def look(self) -> bool:
        """See which are over; whether any was."""
        over = False
        for key, errand in list(self._under_way.items()):
            child = errand.child
            ended = child.ended() is not None or (errand.verdict is not None and child.silent(GRACE_S))
            if ended or child.silent(errand.timeout):
                child.kill()
                self._end(key, errand, ended)
                over = True
        return over

    def stop(self) -> None:
        """End them all now. What they were sending is in doubt: ``recover`` says so."""
        for key, errand in list(self._under_way.items()):
            errand.child.kill()
            self._drain(errand)
            self._let_go(key, errand)

    def stop_asking(self) -> None:
        """End the errands that are only about transitions."""
        for key, errand in list(self._under_way.items()):
            if errand.task is Task.MOVES:
                self._let_go(key, errand)

    def _start(self, task: Task, source: Source, ref: str = "", holder: str = "") -> None:
        key = (task, ref or source.name)
        station = self.station
        limits, key_ = station.limits, ref.partition(":")[2]
        job: Job = replace(station.job(source, task), key=key_, holder=holder, settle=limits.settle, retry=limits.retry)
        try:
            child = Child(station.worker_environ(source))
        except OSError as error:
            self._fail(task, source, ref, trouble(error)[1])
            return
        errand = self._under_way[key] = Errand(task, source, child, ref)
        child.give(job)
        self.selector.register(child.out, selectors.EVENT_READ, (self._listen, errand))
        self.selector.register(child.err, selectors.EVENT_READ, (self._keep_log, errand))

    def _listen(self, errand: Errand, pipe: Any) -> None:
        for said in errand.child.events():
            self._hear(errand, said)
        if errand.child.out_ended:
            self._forget(errand.child.out)
            errand.child.settle(0.2)

    def _hear(self, errand: Errand, said: Event) -> None:
        event = {name: clean(value) if isinstance(value, str) else value for name, value in said.items()}
        if event["event"] in ("finished", "failed"):
            errand.verdict = event
        elif event["event"] == "offer":
            errand.origin = str(event.get("origin", ""))
        elif event["event"] in TOLD:
            if event["event"] == "usage":
                errand.usage = usage_of(event)
            if event["event"] == "pushed" and event.get("state") == State.SENT:
                self._answered.add(errand.source.name)
            if event["event"] == "progress" and errand.task is Task.PUSH and event.get("unit") == WAITED:
                self._wait_for(errand, event)
            self.tell({**event, "source": errand.source.name})

    def _wait_for(self, errand: Errand, event: Event) -> None:
        """A push sits out a pause that its source has asked for: what waits behind it is due after that, and says so."""
        done, total = event.get("done"), event.get("total")
        if not isinstance(done, int) or not isinstance(total, int):
            return
        until = self.station.now() + timedelta(seconds=min(max(0, total - done), ASKING_S))
        if errand.waits_until is None or until > errand.waits_until + timedelta(seconds=2):
            errand.waits_until = until
            with contextlib.suppress(StoreBusy), self.station.store.writing() as conn:
                sending.delay(conn, errand.source.name, until)

    def _keep_log(self, errand: Errand, pipe: Any) -> None:
        errand.child.keep_log()
        if errand.child.err_ended:
            self._forget(errand.child.err)

    def _drain(self, errand: Errand) -> None:
        """Take what is still in the pipes of a worker that has ended."""
        while not errand.child.out_ended and (events := errand.child.events()):
            for said in events:
                self._hear(errand, said)
        errand.child.keep_log()

    def _end(self, key: tuple[Task, str], errand: Errand, in_order: bool) -> None:
        self._drain(errand)
        log = errand.child.log()
        self._let_go(key, errand)
        if log:
            health.keep_log(self.station.folder, errand.source.name, log)
        if errand.usage is not None:
            with contextlib.suppress(StoreBusy), self.station.store.writing() as conn:
                sources.used(conn, errand.source.name, errand.usage)
        said = errand.verdict
        if said is None:
            who = f"connector {errand.source.connector!r}" + (f" of {errand.origin}" if errand.origin else "")
            why = f"its {who} ended in the middle" if in_order else f"its {who} gave no sign of life for {errand.timeout:g} s"
            said = {"what": f"{errand.source.name} did not get to an end", "why": why, "next_step": "It is tried again."}
        elif said["event"] == "finished":
            said = None
        if errand.task is Task.PUSH:
            self._sent(errand.source, said)
        elif said is None:
            self.tell({"event": "moves", "ref": errand.ref, "ok": True})
        else:
            self._fail(errand.task, errand.source, errand.ref, said)

    def _sent(self, source: Source, said: Event | None) -> None:
        """A push is over: nothing of the source is being sent any more."""
        try:
            self.recover(source.name, "" if said is None else because(said))
        except StoreBusy:
            self._not_before[source.name] = time.monotonic() + self.station.limits.retry
        if said is not None:
            self._fail(Task.PUSH, source, "", said)

    def _fail(self, task: Task, source: Source, ref: str, said: Event) -> None:
        """A worker could not do it at all: transitions are told so, changes carry it and are tried again later."""
        words = {name: str(said.get(name) or "") for name in ("what", "why", "next_step")}
        if task is Task.MOVES:
            self.tell({"event": "moves", "ref": ref, "ok": False, **words})
            return
        now = self.station.now()
        self._not_before[source.name] = time.monotonic() + self.station.limits.retry
        with contextlib.suppress(StoreBusy), self.station.store.writing() as conn:
            sending.hold_up(conn, source.name, now, now + timedelta(seconds=4 * self.station.limits.retry), **words)
            if count := sending.tired(conn, source.name, TRIES):
                own.raise_waiting(conn, source.name, count, because(words), rules=self.station.rules, now=now)
        self.tell({"event": "pushed", "source": source.name, "state": "pending", "ref": "", "verb": "", "id": 0, **words})

    def _let_go(self, key: tuple[Task, str], errand: Errand) -> None:
        del self._under_way[key]
        for pipe in (errand.child.out, errand.child.err):
            self._forget(pipe)
        errand.child.close()

    def _forget(self, pipe: Any) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(pipe)
