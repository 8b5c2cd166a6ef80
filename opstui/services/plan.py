"""Which source is pulled next, and when: the engine's book of sources."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from opstui.services import schedule
from opstui.services.station import seconds
from opstui.services.watch import Watch

if TYPE_CHECKING:
    from opstui.config.settings import Source
    from opstui.services.health import Sick
    from opstui.services.running import Outcome


@dataclass(slots=True)
class Entry:
    """One source's line: when it is due (seconds since 1970) and how often in a row it failed."""

    source: Source
    due: float
    failures: int = 0
    wanted: bool = False
    """Somebody asked for it: it goes before the others, and even when it has just been pulled."""
    not_before: float = 0.0
    """Until then the source itself has asked to be left alone."""
    watch: Watch = field(default_factory=Watch)


class Plan:
    """The book. Times are seconds since 1970 by the engine's clock."""

    def __init__(
        self,
        sources: Iterable[Source],
        fresh_since: Mapping[str, float],
        now: float,
        chance: Callable[[], float] = random.random,
        sick: Mapping[str, Sick] = MappingProxyType({}),
    ) -> None:
        self._chance = chance
        self.paused: frozenset[str] = frozenset()
        """Sources that a person has stopped: they wait, whatever is due or asked for."""
        self.entries = {
            source.name: Entry(source, schedule.first_due(fresh_since.get(source.name), seconds(source.every), now))
            for source in sources
        }
        for name, one in sick.items():
            if entry := self.entries.get(name):
                entry.failures = one.failures
                entry.due = max(entry.due, one.due or entry.due)

    def keep(self, old: Plan) -> None:
        """Carry over what an older plan knows of sources that are as they were; the others are new."""
        self.paused = old.paused
        for name, entry in old.entries.items():
            mine = self.entries.get(name)
            if mine is not None and mine.source == entry.source:
                self.entries[name] = entry

    def want(self, names: Iterable[str]) -> None:
        """Pull these as soon as possible."""
        for name in names:
            if entry := self.entries.get(name):
                entry.wanted = True

    def ready(self, now: float, running: Iterable[str]) -> list[Source]:
        """What is to be pulled now, what was asked for first; a source that runs waits for its end."""
        busy = self.paused.union(running)
        due = [entry for name, entry in self.entries.items() if name not in busy and (entry.wanted or entry.due <= now)]
        due.sort(key=lambda entry: (not entry.wanted, entry.due))
        return [entry.source for entry in due]

    def begun(self, name: str) -> None:
        """A pull starts: whatever was asked for until now is being done."""
        entry = self.entries[name]
        entry.wanted = False
        entry.watch.pulling()

    def ended(self, outcome: Outcome, now: float) -> float:
        """A pull is over; when the next one is due."""
        entry = self.entries[outcome.source]
        entry.failures = 0 if outcome.ok else entry.failures + 1
        entry.due = schedule.next_due(
            now, seconds(entry.source.every), entry.failures, self._chance(), outcome.ended.retry_after, mends=outcome.mends
        )
        entry.not_before = now + (outcome.ended.retry_after or 0.0)
        return entry.due

    def answered(self, names: Iterable[str], now: float) -> None:
        """These have taken what was sent to them: those that could not be read need not be waited for any longer."""
        for name in names:
            entry = self.entries.get(name)
            if entry and entry.failures:
                entry.due = min(entry.due, max(now, entry.not_before))

    def look(self, running: Iterable[str]) -> None:
        """Want every source whose files have changed."""
        busy = set(running)
        for name, entry in self.entries.items():
            if name not in busy and entry.watch.changed():
                entry.wanted = True

    def next_due(self, running: Iterable[str]) -> float | None:
        """When something is due next, None when nothing ever will be."""
        busy = self.paused.union(running)
        return min((entry.due for name, entry in self.entries.items() if name not in busy), default=None)
