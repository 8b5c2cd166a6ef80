"""One sync, now: every named source pulled, by us or by the engine that is running already."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from opstui.errors import UsageError
from opstui.services import flush, health
from opstui.services.chores import Chores
from opstui.services.crew import Crew, Tell
from opstui.services.interrupt import Stopped, interruptible
from opstui.services.job import SourceResult
from opstui.services.lease import Lease
from opstui.services.running import Outcome, told
from opstui.services.schedule import next_due
from opstui.services.station import Station, seconds, station_for
from opstui.store import asks, sources

if TYPE_CHECKING:
    from opstui.config.settings import Source
    from opstui.services.child import Child
    from opstui.services.workspace import Workspace
    from opstui.store.sources import Health

POLL_S = 0.1
BUSY_TRIES = 12
"""A minute to note how a pull ended: nobody does it after us."""


def sync_once(
    at: Station | Workspace,
    names: Sequence[str] = (),
    *,
    tell: Tell = lambda event: None,
    spare: Child | None = None,
) -> list[SourceResult]:
    """Pull the named sources, or all, once, and send what waits for them; a result for each, in the config's order.

    When another engine holds the lease it is asked to pull them and its results are given; if it ends meanwhile, the
    rest is pulled here. ``tell`` hears the same events as the app does, and ``lease`` when there is somebody to wait for.
    ``spare`` is a worker from ``child.warming``.

    Raises:
        UsageError: a name that no enabled source has.
        StoreError: the store cannot be used.
        Interrupted: Ctrl+C; what came in is kept, and the source says that it is not whole.
    """
    station = station_for(at)
    wanted = unpaused(station, chosen(station, names), names)
    tally = flush.Tally(station, [source.name for source in wanted])
    with interruptible():
        try:
            results = _synced(station, wanted, tell, spare)
        except Stopped as stop:
            raise stop.told() from None
    return [tally.told(results[source.name]) for source in wanted]


def _synced(station: Station, wanted: list[Source], tell: Tell, spare: Child | None) -> dict[str, SourceResult]:
    lease = Lease(station)
    results: dict[str, SourceResult] = {}
    try:
        while rest := [source for source in wanted if source.name not in results]:
            if lease.held or lease.take():
                results |= _pulled_here(station, lease, rest, tell, spare)
                spare = None
            else:
                tell({"event": "lease", "held": False, "holder": lease.holder()})
                results |= _asked_for(station, lease, rest, tell)
        if not lease.held:
            flush.wait(station, [source.name for source in wanted])
    finally:
        lease.release()
    return results


def chosen(station: Station, names: Collection[str]) -> list[Source]:
    """The sources of those names, all enabled ones without a name.

    Raises:
        UsageError: a name that no enabled source has.
    """
    known = {source.name: source for source in station.sources()}
    for name in names:
        if name not in known:
            off = any(source.name == name for source in station.settings.sources)
            why = "it is switched off (enabled = false)" if off else f"the config has {', '.join(known) or 'no source'}"
            raise UsageError(f"no source {name!r} to pull", why, "Run: opstui config show")
    return [source for name, source in known.items() if not names or name in names]


def unpaused(station: Station, wanted: list[Source], names: Collection[str]) -> list[Source]:
    """Those that nobody has paused; who names one that is paused is told.

    Raises:
        UsageError: a source that is paused was named.
    """
    paused = sources.paused(station.store.read)
    for name in names:
        if name in paused:
            raise UsageError(f"{name} is paused", "it is neither pulled nor written to", f"Run: opstui source resume {name}")
    return [source for source in wanted if source.name not in paused]


def _pulled_here(
    station: Station, lease: Lease, wanted: list[Source], tell: Tell, spare: Child | None
) -> dict[str, SourceResult]:
    """Pull with workers of our own while we hold the lease; what is missing was not done when another engine took it."""
    crew, chores = Crew(station, tell, spare=spare), Chores(station, counts_stale=False)
    waiting, results = list(wanted), {}
    before = {name: row.failures for name, row in sources.health(station.store.read).items()}
    beat = time.monotonic() + station.limits.beat

    def settle(outcome: Outcome) -> None:
        source = station.source(outcome.source)
        every = seconds(source.every) if source else 0.0
        failures = 0 if outcome.ok else before.get(outcome.source, 0) + 1
        due = next_due(station.now().timestamp(), every, failures, 0.5, outcome.ended.retry_after, mends=outcome.mends)
        outcome = health.settle(station, outcome, due, BUSY_TRIES)
        chores.pulled(outcome)
        tell(outcome.story())
        results[outcome.source] = outcome.result()

    def ours() -> bool:
        nonlocal beat
        if time.monotonic() >= beat:
            beat = time.monotonic() + station.limits.beat
            lease.renew()
        return lease.held

    try:
        health.recover(station)
        chores.reranking.begin()
        while ours() and (waiting or crew.busy):
            while waiting and not crew.full:
                crew.start(waiting.pop(0))
            for outcome in crew.step(min(1.0, station.limits.beat)):
                settle(outcome)
        if lease.held:
            if flush.flush(station, lease, [source.name for source in wanted], tell, ours):
                chores.stirred()
            chores.finish(ours)
    finally:
        # Ctrl+C comes out of the wait above.
        for outcome in crew.stop("it was stopped before it ended" if lease.held else "another engine took over"):
            # Whoever took over has noted what we did not end, and pulls it now.
            if lease.held or outcome.ended.state != "stopped":
                settle(outcome)
        crew.close()
        chores.close()
    return results


def _asked_for(station: Station, lease: Lease, wanted: list[Source], tell: Tell) -> dict[str, SourceResult]:
    """Let the engine that holds the lease pull, and read how it went; what is missing is for us, who then hold it."""
    names = [source.name for source in wanted]
    health.ask(station, names)
    results: dict[str, SourceResult] = {}
    before = None
    puzzled: set[str] = set()
    patience = time.monotonic() + station.limits.patience
    while len(results) < len(names):
        time.sleep(POLL_S)
        _say_unknown(lease, [name for name in names if name not in results], puzzled, tell)
        open_asks = health.asked(station)
        rows = sources.health(station.store.read)
        for name in names:
            if name in results or name in open_asks:
                continue
            row = rows.get(name)
            if row is not None and row.state != "syncing":
                results[name] = result_of(row)
                tell({"event": "finished" if results[name].ok else "failed", **told(results[name])})
        seen = (open_asks, rows)
        if seen != before:
            before, patience = seen, time.monotonic() + station.limits.patience
        if len(results) < len(names) and lease.take():
            break  # it ended: the rest is ours
        if time.monotonic() > patience:
            results |= _given_up(station, lease, [name for name in names if name not in results])
    with station.store.writing() as conn:
        asks.take(conn, names)
    return results


def _say_unknown(lease: Lease, names: list[str], told: set[str], tell: Tell) -> None:
    """Say once of each source that the other engine does not know it, so that nobody wonders what takes so long."""
    known = lease.known()
    if known is None:
        return
    for name in names:
        if name not in known and name not in told:
            told.add(name)
            why = f"{lease.holder()} does not know it yet; it reads its config again as soon as it pulls nothing"
            tell({"event": "waiting", "source": name, "why": why})


def _given_up(station: Station, lease: Lease, names: list[str]) -> dict[str, SourceResult]:
    """Lines for sources that the other engine did not get to."""
    why = f"{lease.holder()} is this store's engine and did not get to it in {station.limits.patience:.0f} s"
    known = lease.known()
    if known is not None and not known.issuperset(names):
        why = f"{lease.holder()} is this store's engine, and the config it reads has not all of {', '.join(names)}"
    step = "Look at what it does, or end it and try again."
    return {name: SourceResult(name, False, error=f"{name} was not pulled", why=why, next_step=step) for name in names}


def result_of(row: Health) -> SourceResult:
    """A source's last pull as the store knows it."""
    ok = row.state == "ok"
    return SourceResult(
        row.name,
        ok,
        row.seen,
        row.added,
        row.changed,
        row.unchanged,
        max(row.refused, row.refused_now),
        round(row.seconds or 0.0, 3),
        "" if ok else row.what,
        row.why,
        row.next_step,
        refused_before=max(0, row.refused - row.refused_now),
    )
