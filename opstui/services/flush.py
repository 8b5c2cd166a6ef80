"""The outbox of a one-shot sync: what is due or held is sent before it ends, by us or by the engine that is running already."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from selectors import DefaultSelector
from typing import TYPE_CHECKING

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


def told(station: Station, result: SourceResult, since: datetime) -> SourceResult:
    """A source's result with what became of its changes since then, and how many wait."""
    found = sending.tally(station.store.read, result.source, since)
    return replace(
        result,
        pushed=found.get("sent", 0),
        failed=found.get("failed", 0),
        conflicts=found.get("conflict", 0),
        waiting=found["waiting"],
    )


def _horizon(station: Station) -> datetime:
    """By then whatever was held when we came is due."""
    return station.now() + timedelta(seconds=seconds(station.settings.outbox.hold) + 1)


def _soon(station: Station, names: Collection[str], horizon: datetime) -> bool:
    """Whether anything of these sources is due, held or being sent."""
    conn = station.store.read
    due = {name for name, at in sending.next_due(conn).items() if at <= horizon}
    return not (due | sending.in_flight(conn)).isdisjoint(names)
