"""The workers that are running: started, listened to, ended when they are silent, and accounted for."""

from __future__ import annotations

import contextlib
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import VERBS
from opstui.domain.text import clean
from opstui.services import health
from opstui.services.child import Child
from opstui.services.job import Counts, Ended, Event, SourceResult, Task, trouble
from opstui.services.station import Station, seconds
from opstui.services.usage import usage_of

if TYPE_CHECKING:
    from opstui.config.settings import Source
    from opstui.store.sources import Usage

Tell = Callable[[Event], None]

NOTES = 50
"""Notes of one pull that are kept."""

LONGEST_WAIT_S = 7 * 86400.0
"""A source that asks for a longer pause is tried all the same."""

GRACE_S = 2.0
"""How long a worker may take to end after its last word."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A pull that is over."""

    source: str
    ended: Ended
    watched: tuple[Path, ...] | None = None
    standing: int = 0
    """Refused records that the store has of it by now, those of this pull and of earlier ones."""
    can: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """The verbs that its connector carries out, and those it takes back, as far as it came to say so."""
    stirred: bool = False
    """Whether how it ended has changed the queue: the source is sick now, or well again."""

    @property
    def ok(self) -> bool:
        """Whether all of it came in."""
        return self.ended.state == "ok"

    def result(self) -> SourceResult:
        """The line ``opstui sync`` prints."""
        end, counts = self.ended, self.ended.counts
        return SourceResult(
            self.source,
            self.ok,
            counts.seen,
            counts.added,
            counts.changed,
            counts.unchanged,
            max(self.standing, counts.refused),
            round(end.seconds, 3),
            "" if self.ok else end.what,
            end.why,
            end.next_step,
            refused_before=max(0, self.standing - counts.refused),
        )

    def story(self, next_due: str = "") -> Event:
        """The event that tells how it ended."""
        event: Event = {"event": "finished" if self.ok else "failed", "state": self.ended.state, **told(self.result())}
        return event | {"next_due": next_due} if next_due else event


def told(result: SourceResult) -> Event:
    """A result's part of an event."""
    event: Event = {name: getattr(result, name) for name in ("source", "ok", *_FIGURES, "seconds")}
    return event if result.ok else event | {"what": result.error, "why": result.why, "next_step": result.next_step}


_FIGURES = ("seen", "added", "changed", "unchanged", "refused", "refused_before")


class Running:
    """One pull under way."""

    def __init__(self, source: Source, child: Child) -> None:
        self.source = source
        self.child = child
        self.timeout = seconds(source.timeout)
        self.counts = Counts()
        self.notes: list[str] = []
        self.watched: tuple[Path, ...] | None = None
        self.usage: Usage | None = None
        self.can: tuple[tuple[str, ...], tuple[str, ...]] | None = None
        self.origin = ""
        """The distribution that the connector comes from, with its version, once its worker has said so."""
        self.verdict: Event | None = None
        """Its last word: finished or failed."""

    @property
    def connector(self) -> str:
        """What the one to tell of a fault is called: the connector, and who ships it."""
        return f"connector {self.source.connector!r}" + (f" of {self.origin}" if self.origin else "")

    def hear(self, said: Event) -> Event:
        """Keep what an event says; gives it back with a connector's words made fit for a terminal."""
        event = {name: clean(value) if isinstance(value, str) else value for name, value in said.items()}
        match event["event"]:
            case "applied" | "finished" | "failed":
                self.counts = counts_of(event)
                if event["event"] != "applied":
                    self.verdict = event
            case "note" if len(self.notes) < NOTES:
                self.notes.append(str(event.get("text", "")))
            case "usage":
                self.usage = usage_of(event)
            case "can":
                self.can = can_of(event)
            case "offer":
                self.origin = str(event.get("origin", ""))
            case "watched":
                self.watched = tuple(Path(str(path)) for path in event.get("paths", ()))
        return event


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
                ended = Ended("stopped", run.counts, self._took(run), f"{name} was not pulled to its end", why, GOES_ON)
                self._end(name, run, ended)
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
            self._end(name, run, self._ended(run, code))
        elif run.child.silent(run.timeout):
            run.child.kill()
            self._end(name, run, self._silent(run))

    def _ended(self, run: Running, code: int) -> Ended:
        """How a pull ended whose process has."""
        took, notes = self._took(run), tuple(run.notes)
        verdict = run.verdict
        if verdict is None:
            what = f"{run.connector} ended in the middle of a pull"
            next_step = f"{GOES_ON} {self._log_words(run)}".rstrip()
            return Ended("failed", run.counts, took, what, _code_words(code), next_step, notes=notes)
        if verdict["event"] == "finished":
            return Ended("ok", run.counts, took, notes=notes)
        what, why, next_step = (str(verdict.get(key) or "") for key in ("what", "why", "next_step"))
        return Ended(
            str(verdict.get("state", "failed")),
            run.counts,
            took,
            what,
            why,
            next_step,
            retry_after=_pause(verdict.get("retry_after")),
            notes=notes,
        )

    def _silent(self, run: Running) -> Ended:
        return Ended(
            "failed",
            run.counts,
            self._took(run),
            f"{run.source.name} gave no sign of life for {run.source.timeout} and was ended",
            f"its {run.connector} hangs, or its server does",
            f"{GOES_ON} If it only needs longer, raise its timeout.",
            notes=tuple(run.notes),
        )

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

    def _took(self, run: Running) -> float:
        return time.monotonic() - run.child.started

    def _log_words(self, run: Running) -> str:
        return f"What it printed is in {health.log_path(self.station.folder, run.source.name)}." if run.child.log() else ""


GOES_ON = "What came in is kept; the next pull goes on from there."


def counts_of(event: Event) -> Counts:
    """The counts an event carries; a worker's numbers are not trusted to be numbers."""
    names = ("added", "changed", "unchanged", "deleted", "refused")
    return Counts(**{name: value if isinstance(value := event.get(name), int) else 0 for name in names})


def can_of(event: Event) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What an event says that a connector carries out, and takes back."""
    verbs, back = (
        tuple(one for one in said if isinstance(one, str) and one in VERBS) if isinstance(said := event.get(name), list) else ()
        for name in ("verbs", "takes_back")
    )
    return verbs, back


def _pause(wait: object) -> float | None:
    """The pause that a source asks for, if it is one that ends."""
    return min(float(wait), LONGEST_WAIT_S) if isinstance(wait, (int, float)) and wait >= 0 else None


def _code_words(code: int) -> str:
    if code >= 0:
        return f"its process ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", perhaps because the machine ran out of memory" if -code == signal.SIGKILL else ""
    return f"its process was ended by {name}{hint}"
