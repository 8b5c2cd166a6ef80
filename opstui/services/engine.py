"""The engine: the one process that pulls sources into a store, on a schedule and when asked.

``python -m opstui.services.engine`` is what the app starts; ``opstui sync --watch`` runs the same loop. It tells what
it does as one line of JSON per event on stdout and obeys one word per line on stdin: ``pull``, ``pull NAME``,
``check NAME``, ``push``, ``push NAME``, ``moves REF``, ``stop``. When stdin ends it sends what waits in the outbox, for some
seconds, and ends, and its workers with it.
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.errors import OpstuiError, StoreBusy
from opstui.services import health
from opstui.services.checking import Checks
from opstui.services.chores import Chores
from opstui.services.crew import Crew, Tell
from opstui.services.errands import Errands
from opstui.services.interrupt import Stopped, interruptible
from opstui.services.job import Event, encode, trouble
from opstui.services.lease import Lease
from opstui.services.plan import Plan
from opstui.services.reloading import ConfigWatch
from opstui.services.running import Outcome
from opstui.services.station import Station, open_station, station_for
from opstui.store import sending

if TYPE_CHECKING:
    from opstui.services.workspace import Workspace

IDLE_S = 1.0
"""The longest sleep: it hears stdin and workers at once, and the rest by looking."""


class Engine:
    """One engine: active while it holds the lease, on standby while another does."""

    def __init__(self, station: Station, tell: Tell, *, words: int | None = None) -> None:
        """``words`` is the descriptor that words come in on, None to run until a signal."""
        self.station = station
        self.tell = tell
        self.crew = Crew(station, tell)
        self.errands = Errands(station, tell, self.crew.selector)
        self.lease = Lease(station)
        self.chores = Chores(station)
        self.checks = Checks(tell)
        self.plan = self._plan()
        self.crew.watching = self._watching
        self.config = ConfigWatch(station)
        self._config_is_old = False
        self._over: list[tuple[Outcome, float]] = []
        """Pulls that ended and are not noted yet, with when the next one is due."""
        self._hasty: set[str] = set()
        """Sources that somebody has said ``push`` of."""
        self._held_up = False
        self._ending = False
        self._was_busy = False
        self._told_holder = ""
        self._partial = b""
        self._timers: dict[str, float] = {}
        if words is not None:
            self.crew.selector.register(words, selectors.EVENT_READ, (self._hear, None))

    def run(self) -> int:
        """Work until told to end; 0 when it was, 1 when the store gave up on us."""
        try:
            while not self._ending:
                try:
                    self._round()
                except StoreBusy:
                    self._held_up = True
            with contextlib.suppress(StoreBusy):
                self._farewell()
            return 0
        except OpstuiError as error:
            self.tell({"event": "failed", "source": "", **trouble(error)[1]})
            return 1
        finally:
            self._wind_up()

    def _round(self) -> None:
        """One look at everything. Who holds the store for long, as a copy of the file does, only holds us up."""
        if self._held_up:
            self._held_up = False
            self._take(self._step(self.station.limits.look))
        self._settle()
        self._hasten()
        self._follow_config()
        if self._hold():
            self._work()
        else:
            self._take(self._step(self.station.limits.look))

    def _work(self) -> None:
        """One round: what is due starts, what happened is noted, what is old is tidied."""
        now = self._clock()
        self.plan.answered(self.errands.answered(), now)
        if self._every("watch", self.station.limits.watch):
            self.plan.look(self.crew.running)
        if self._every("look", self.station.limits.look):
            self.plan.paused = health.paused(self.station)
            self.plan.want(health.asked(self.station))
            self.chores.look(idle=not self.crew.busy)
            self.errands.send(self.lease.id, not_to=self._not_now())
            if self.errands.tidy():
                self.chores.stirred()
        for source in self.plan.ready(now, self._occupied()):
            if self.crew.full:
                break
            self.plan.begun(source.name)
            try:
                self.crew.start(source)
            except StoreBusy:
                self.plan.want([source.name])
                raise
        self._take(self._step(self._pause(now)))
        self._settle()
        self._tell_idle()

    def _step(self, timeout: float) -> list[Outcome]:
        """Wait for something to happen; the pulls that are over."""
        outcomes = self.crew.step(timeout)
        if self.errands.look():
            self.chores.stirred()
        return outcomes

    def _occupied(self) -> frozenset[str]:
        """Sources that are not pulled now: a pull and a push of one source go one after the other."""
        return self.errands.pushing.union(self.crew.running)

    def _not_now(self) -> frozenset[str]:
        """Sources that nothing is sent to now. A pull that takes long is not waited for."""
        moment = time.monotonic()
        pulled = (name for name, run in self.crew.running.items() if moment - run.child.started < self.station.limits.alone)
        return self.plan.paused.union(pulled)

    def _take(self, outcomes: list[Outcome]) -> None:
        """Pulls are over; when the next ones come is known at once, whatever the store says."""
        now = self._clock()
        self._over += [(outcome, self.plan.ended(outcome, now)) for outcome in outcomes]

    def _settle(self) -> None:
        """Note how pulls ended, where people and the next pull find it; what cannot be noted now stays for later."""
        while self._over:
            outcome, due = self._over[0]
            outcome = health.settle(self.station, outcome, due)
            self._over.pop(0)
            self.chores.pulled(outcome)
            self.tell(outcome.story(_rfc3339(due)))

    # -- the config

    def _follow_config(self) -> None:
        """Go by what the config says now: read whole, between two pulls."""
        if self._every("config", self.station.limits.watch) and self.config.changed():
            self._config_is_old = True
        if not self._config_is_old or self.crew.busy or self.errands.busy or self._over:
            return
        self._config_is_old = False
        try:
            station = self.config.read(self.station)
        except OpstuiError as error:
            self.tell({"event": "config", "ok": False, **trouble(error)[1]})
            return
        if station is self.station:
            return
        self.station = self.crew.station = self.errands.station = station
        self.chores.follow(station)
        old, self.plan = self.plan, Plan(station.sources(), {}, self._clock())
        self.plan.keep(old)
        if self.lease.held:
            self.lease.announce(self.plan.entries)
        self.tell({"event": "config", "ok": True, "sources": list(self.plan.entries)})

    # -- being the only one

    def _hold(self) -> bool:
        """Whether the lease is ours; keeps it alive, takes it over when its holder is gone, says who has it."""
        limits = self.station.limits
        if self.lease.held:
            if self._every("beat", limits.beat) and not self.lease.renew():
                self.errands.stop()
                self._take(self.crew.stop("another engine took over"))
                self._settle()
                self.tell({"event": "lease", "held": False, "holder": self.lease.holder()})
            return self.lease.held
        if not self._every("standby", limits.standby):
            return False
        if self.lease.take():
            health.recover(self.station)
            self.errands.recover()
            self.chores.reranking.begin()
            self.plan = self._plan()
            self.lease.announce(self.plan.entries)
            self.tell({"event": "lease", "held": True, "holder": self.lease.me})
            self._told_holder = ""
            return True
        holder = self.lease.holder()
        if holder != self._told_holder:
            self._told_holder = holder
            self.tell({"event": "lease", "held": False, "holder": holder})
        return False

    # -- words

    def _hear(self, _: Any, fd: Any) -> None:
        data = os.read(fd, 4096)
        if not data:
            self._ending = True
            self.crew.selector.unregister(fd)
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        self._partial = self._partial[-4096:]
        for line in lines:
            self.obey(line.decode("utf-8", "replace").strip())

    def obey(self, word: str) -> None:
        """Do what one line of stdin says; a word it does not know is told, not obeyed."""
        verb, _, name = word.partition(" ")
        if verb == "stop":
            self._ending = True
        elif verb == "pull":
            self._want(name.strip())
        elif verb == "check":
            if not self.checks.begin(self.station, name.strip()):
                self.tell({"event": "unknown", "word": word[:80]})
        elif verb == "push":
            self._push(name.strip())
        elif verb == "moves":
            if not self.errands.moves(name.strip()):
                self.tell({"event": "unknown", "word": word[:80]})
        elif word:
            self.tell({"event": "unknown", "word": word[:80]})

    def _want(self, name: str) -> None:
        names = [name] if name else list(self.plan.entries)
        unknown = [one for one in names if one not in self.plan.entries]
        if unknown:
            self.tell({"event": "unknown", "word": f"pull {unknown[0]}"[:80]})
        elif self.lease.held:
            self.plan.want(names)
        else:
            health.ask(self.station, names)

    def _push(self, name: str) -> None:
        if name and name not in self.plan.entries:
            self.tell({"event": "unknown", "word": f"push {name}"[:80]})
        else:
            self._hasty |= {name} if name else set(self.plan.entries)

    def _hasten(self) -> None:
        """Send now what is held or waits for its next try; an engine that holds the lease sees it at its next look."""
        if self._hasty:
            now = self.station.now()
            with self.station.store.writing() as conn:
                sending.hasten(conn, now, self._hasty, settled=now + timedelta(seconds=self.station.limits.settle))
            self._hasty = set()
            self._timers.pop("look", None)

    def _farewell(self) -> None:
        """Send what still waits before the end, held or not, for as long as people wait for a window to close."""
        limits, names = self.station.limits, [source.name for source in self.station.sources()]
        if not self.lease.held or self.station.sends_nothing() or not sending.next_due(self.station.store.read):
            return
        self.errands.stop_asking()
        self._take(self.crew.stop())
        with self.station.store.writing() as conn:
            sending.hasten(conn, self.station.now(), names, held_only=True)
        deadline = time.monotonic() + limits.farewell
        while (left := deadline - time.monotonic()) > 0:
            self.errands.send(self.lease.id, not_to=self.plan.paused)
            if not self.errands.busy:
                return
            self._take(self._step(min(left, limits.look)))

    # -- time

    def _plan(self) -> Plan:
        sources = self.station.sources()
        plan = Plan(sources, health.fresh_since(self.station), self._clock(), sick=health.sick(self.station))
        plan.paused = health.paused(self.station)
        return plan

    def _watching(self, source: str, paths: tuple[Path, ...]) -> None:
        if entry := self.plan.entries.get(source):
            entry.watch.set(paths)

    def _clock(self) -> float:
        return self.station.now().timestamp()

    def _every(self, name: str, seconds: float) -> bool:
        """Whether ``name`` is due again, at most every so many seconds."""
        moment = time.monotonic()
        if moment < self._timers.get(name, 0.0):
            return False
        self._timers[name] = moment + seconds
        return True

    def _pause(self, now: float) -> float:
        """How long to wait for something to happen."""
        limits = self.station.limits
        pause = min(IDLE_S, limits.look, limits.watch, limits.beat)
        due = None if self.crew.full else self.plan.next_due(self._occupied())
        return pause if due is None else max(0.01, min(pause, due - now))

    def _tell_idle(self) -> None:
        busy = self.crew.busy
        if self._was_busy and not busy:
            due = self.plan.next_due(())
            self.tell({"event": "idle", "next_due": None if due is None else _rfc3339(due)})
        self._was_busy = busy

    def _wind_up(self) -> None:
        """Leave the store clean: no worker, no lease, no source that looks as if it were being pulled."""
        try:
            self.errands.stop()
            self._take(self.crew.stop())
            self._settle()
            if self.lease.held:
                self.errands.recover()
            self.chores.close()
            self.lease.release()
        except OpstuiError as error:
            self.tell({"event": "failed", "source": "", **trouble(error)[1]})
        finally:
            self.crew.close()


def watch(at: Station | Workspace, tell: Tell, *, words: int | None = None) -> int:
    """Run an engine until a signal or the end of ``words``; 0, or 1 when the store failed.

    Raises:
        Interrupted: Ctrl+C or another signal ended it; the store is clean.
    """
    with interruptible():
        try:
            return Engine(station_for(at), tell, words=words).run()
        except Stopped as stop:
            raise stop.told() from None


def json_teller(fd: int) -> Tell:
    """Tells events as JSON lines on ``fd``, and drops one rather than wait for a reader that does not read."""

    def tell(event: Event) -> None:
        try:
            if select.select([], [fd], [], 0)[1]:
                os.write(fd, encode(event))
        except OSError:  # the reader is gone; stdin's end will say so too
            pass

    return tell


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def main(argv: list[str] | None = None) -> int:
    """The app's child: ``--config PATH --data-dir PATH``, both optional."""
    from argparse import ArgumentParser

    parser = ArgumentParser(prog="python -m opstui.services.engine")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--readonly", action="store_true")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args(argv)
    tell = json_teller(sys.stdout.fileno())
    flags = dict(pair.split("=", 1) for pair in given.set if "=" in pair)
    try:
        station = open_station(given.config, given.data_dir, os.environ, flags)
        with station.store:
            station = replace(station, readonly=given.readonly)
            return watch(station, tell, words=sys.stdin.fileno())
    except OpstuiError as error:
        tell({"event": "failed", "source": "", **trouble(error)[1]})
        print(error, file=sys.stderr)  # noqa: T201  the app keeps its last line
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
