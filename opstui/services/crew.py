"""The workers that are running: started, listened to, ended when they are silent, and accounted for."""

from __future__ import annotations

import contextlib
import selectors
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.services import health
from opstui.services.child import Child
from opstui.services.job import Counts, Ended, Event, Task, trouble
from opstui.services.running import Outcome, Running
from opstui.services.station import Station

if TYPE_CHECKING:
    from opstui.config.settings import Source

Tell = Callable[[Event], None]

GRACE_S = 2.0
"""How long a worker may take to end after its last word."""


class Crew:
    """All workers of one engine. Call ``step`` until nothing is ``busy``; every pull gives one Outcome."""

    def __init__(self, station: Station, tell: Tell, *, spare: Child | None = None) -> None:
        """``spare`` is a worker that has been warming up since before the station was open."""
        self.station = station
        self.tell = tell
        self.running: dict[str, Running] = {}
        self._spare = spare
        self.watching: Callable[[str, tuple[Path, ...]], None] = lambda source, paths: None
        self.selector = selectors.DefaultSelector()
        self._over: list[Outcome] = []

    @property
    def busy(self) -> bool:
        """Whether a pull runs or its outcome waits to be taken."""
        return bool(self.running or self._over)

    @property
    def full(self) -> bool:
        """Whether another pull has to wait."""
        return len(self.running) >= self.station.limits.workers

    def start(self, source: Source) -> None:
        """Start a pull; one whose process cannot be started is over at once, with the reason.

        Raises:
            StoreError: that it begins cannot be noted; then nothing has begun.
        """
        child: Child | None = None
        begun = False
        try:
            spare, self._spare = self._spare, None
            if spare is not None and self.station.foreign(source):
                spare.close()  # it was started with the secrets of other sources in its environment
                spare = None
            child = spare or Child(self.station.worker_environ(source))
            health.begin(self.station, source.name)
            child.give(self.station.job(source, Task.PULL))
            begun = True
        except OSError as error:
            state, words = trouble(error)
            self._over.append(Outcome(source.name, Ended(state, Counts(), 0.0, **words)))
            return
        finally:
            if child is not None and not begun:
                child.close()
        run = self.running[source.name] = Running(source, child)
        self.tell({"event": "started", "source": source.name, "pid": child.pid})
        self.selector.register(child.out, selectors.EVENT_READ, (self._listen, run))
        self.selector.register(child.err, selectors.EVENT_READ, (self._keep_log, run))

    def step(self, timeout: float) -> list[Outcome]:
        """Wait up to ``timeout`` seconds for something to happen; the pulls that are over now."""
        if self._over:
            timeout = 0.0
        elif self.running:
            timeout = min(timeout, max(0.01, self._soonest()))
        for key, _ in self.selector.select(timeout):
            handle, run = key.data
            handle(run, key.fileobj)
        for name in list(self.running):
            self._look(name)
        over, self._over = self._over, []
        return over

    def stop(self, why: str = "it was stopped before it ended") -> list[Outcome]:
        """End every worker now; what they applied stays and the next pull goes on from there."""
        for name, run in list(self.running.items()):
            run.child.kill()
            self._drain(run)
            if run.verdict is None:
                self._end(name, run, run.stopped(why))
            else:
                self._look(name)
        over, self._over = self._over, []
        return over

    def close(self) -> None:
        """Let go of everything."""
        self.stop()
        if self._spare is not None:
            self._spare.close()
        self.selector.close()

    # -- listening

    def _listen(self, run: Running, pipe: Any) -> None:
        for event in map(run.hear, run.child.events()):
            if event["event"] in ("progress", "applied", "note", "usage"):
                self.tell({**event, "source": run.source.name})
            elif event["event"] == "watched":
                self.watching(run.source.name, run.watched or ())
        if run.child.out_ended:
            self._forget(run.child.out)
            run.child.settle(0.2)

    def _keep_log(self, run: Running, pipe: Any) -> None:
        run.child.keep_log()
        if run.child.err_ended:
            self._forget(run.child.err)

    def _drain(self, run: Running) -> None:
        """Take what is still in the pipes of a worker that has ended."""
        while not run.child.out_ended and (events := run.child.events()):
            for event in events:
                run.hear(event)
        run.child.keep_log()

    def _look(self, name: str) -> None:
        """See whether a pull is over, one way or the other."""
        run = self.running[name]
        code = run.child.ended()
        if code is None and run.verdict is not None and run.child.silent(GRACE_S):
            run.child.kill()
            code = 0
        if code is not None:
            self._drain(run)
            self._end(name, run, run.ended(code, health.log_path(self.station.folder, name)))
        elif run.child.silent(run.timeout):
            run.child.kill()
            self._end(name, run, run.silent())

    def _end(self, name: str, run: Running, ended: Ended) -> None:
        del self.running[name]
        for pipe in (run.child.out, run.child.err):
            self._forget(pipe)
        log = run.child.log()
        run.child.close()
        health.keep_log(self.station.folder, name, log)
        self._over.append(Outcome(name, replace(ended, usage=run.usage), run.watched, can=run.can))

    def _forget(self, pipe: Any) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(pipe)

    def _soonest(self) -> float:
        """Seconds until the first worker will have been silent for too long."""
        moment = time.monotonic()
        return min(
            run.child.last_sign + (GRACE_S if run.verdict is not None else run.timeout) - moment
            for run in self.running.values()
        )
