"""One pull under way: what its worker says, and what its end comes to."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.connectors.api import VERBS
from opstui.domain.text import clean
from opstui.services.child import Child
from opstui.services.job import Counts, Ended, Event, SourceResult
from opstui.services.schedule import asked
from opstui.services.station import seconds
from opstui.services.troubles import AT_ONCE
from opstui.services.usage import usage_of

if TYPE_CHECKING:
    from opstui.config.settings import Source
    from opstui.store.sources import Usage

NOTES = 50
"""Notes of one pull that are kept."""

GOES_ON = "What came in is kept; the next pull goes on from there."


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

    @property
    def mends(self) -> bool:
        """Whether it may go well in a moment without anybody's doing."""
        return self.ended.state not in AT_ONCE

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

    @property
    def took(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.child.started

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

    def ended(self, code: int, log: Path) -> Ended:
        """How it ended, now that its process has; ``log`` is where what it printed will be."""
        took, notes = self.took, tuple(self.notes)
        verdict = self.verdict
        if verdict is None:
            what = f"{self.connector} ended in the middle of a pull"
            next_step = f"{GOES_ON} What it printed is in {log}." if self.child.log() else GOES_ON
            return Ended("failed", self.counts, took, what, _code_words(code), next_step, notes=notes)
        if verdict["event"] == "finished":
            return Ended("ok", self.counts, took, notes=notes)
        what, why, next_step = (str(verdict.get(key) or "") for key in ("what", "why", "next_step"))
        return Ended(
            str(verdict.get("state", "failed")),
            self.counts,
            took,
            what,
            why,
            next_step,
            retry_after=asked(verdict.get("retry_after")),
            notes=notes,
        )

    def silent(self) -> Ended:
        """How it ended that had to be ended."""
        return Ended(
            "failed",
            self.counts,
            self.took,
            f"{self.source.name} gave no sign of life for {self.source.timeout} and was ended",
            f"its {self.connector} hangs, or its server does",
            f"{GOES_ON} If it only needs longer, raise its timeout.",
            notes=tuple(self.notes),
        )

    def stopped(self, why: str) -> Ended:
        """How it ended that was stopped on the way."""
        return Ended("stopped", self.counts, self.took, f"{self.source.name} was not pulled to its end", why, GOES_ON)


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


def _code_words(code: int) -> str:
    if code >= 0:
        return f"its process ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", perhaps because the machine ran out of memory" if -code == signal.SIGKILL else ""
    return f"its process was ended by {name}{hint}"
