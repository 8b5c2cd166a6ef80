"""The outbox of a one-shot sync: what is due or held is sent before it ends, by us or by the engine that is running already."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from selectors import DefaultSelector
from typing import TYPE_CHECKING, Any

from opstui.services.errands import Errands
from opstui.services.station import Station, seconds
from opstui.store import sending

if TYPE_CHECKING:
    from opstui.services.crew import Tell
    from opstui.services.job import SourceResult
    from opstui.services.lease import Lease

POLL_S = 0.1
SPARE_S = 2.0
"""Due times are whole seconds, and another engine looks once a second."""


def flush(station: Station, lease: Lease, names: Collection[str], tell: Tell, ours: Callable[[], bool]) -> bool:
    """Send what waits for these sources while we hold the lease, held changes included; whether anything was sent.

    A change that cannot be sent in this time waits for the next engine. ``ours`` keeps the lease alive.
    """
    horizon, moved = _horizon(station), False
    if station.sends_nothing() or not _soon(station, names, horizon):
        return False
    with DefaultSelector() as selector:
        errands = Errands(station, tell, selector)
        try:
            errands.recover()
            while ours():
                if station.now() <= horizon and _soon(station, names, horizon):
                    errands.send(lease.id, only=names)
                elif not errands.busy:
                    break
                errands.wait(POLL_S)
                moved = errands.look() or moved
        finally:
            # Ctrl+C comes out of the wait above.
            errands.stop()
            if lease.held:
                errands.recover()
    return moved


def wait(station: Station, names: Collection[str]) -> None:
    """Give the engine that holds the lease the time to send what is due or held."""
    horizon = _horizon(station)
    end = horizon + timedelta(seconds=SPARE_S)
    if station.sends_nothing():
        return
    while station.now() <= end and _soon(station, names, horizon):
        time.sleep(POLL_S)


class Tally:
    """What becomes of the changes of some sources from now on."""

    def __init__(self, station: Station, names: Iterable[str]) -> None:
        self._conn, self._since = station.store.read, station.now()
        # Times are whole seconds: what ended in this one before us is not ours to tell.
        self._before = {name: self._now(name) for name in names}

    def told(self, result: SourceResult) -> SourceResult:
        """A source's result with how many of its changes were sent or came back meanwhile, and how many wait."""
        found, before = self._now(result.source), self._before[result.source]
        ends: dict[str, Any] = {name: max(0, found.get(end, 0) - before.get(end, 0)) for name, end in _ENDS.items()}
        return replace(result, **ends, waiting=found["waiting"])

    def _now(self, name: str) -> Mapping[str, int]:
        return sending.tally(self._conn, name, self._since)


_ENDS = {"pushed": "sent", "failed": "failed", "conflicts": "conflict"}


def _horizon(station: Station) -> datetime:
    """By then whatever was held when we came is due."""
    return station.now() + timedelta(seconds=seconds(station.settings.outbox.hold) + 1)


def _soon(station: Station, names: Collection[str], horizon: datetime) -> bool:
    """Whether anything of these sources is due, held or being sent."""
    conn = station.store.read
    due = {name for name, at in sending.next_due(conn).items() if at <= horizon}
    return not (due | sending.in_flight(conn)).isdisjoint(names)
