"""What the engine writes down about sources: that a pull began, how it ended, and what others ask for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opstui.errors import StoreBusy
from opstui.store import asks, sending, sources

if TYPE_CHECKING:
    from opstui.services.running import Outcome
    from opstui.services.station import Station

_STATES = {"failed", "refused", "broken"}

LEFT_ALONE = 2
"""From so many failures in a row on, an engine that has just started waits as the one before it would have."""


class Sick(NamedTuple):
    """A source that failed so often in a row; ``due``, in seconds since 1970, is when it is tried again at the earliest."""

    failures: int
    due: float | None


def begin(station: Station, name: str) -> None:
    """A pull starts; whoever asked for it is being served."""
    with station.store.writing() as conn:
        sources.begin(conn, name, station.now())
        asks.take(conn, [name])


def settle(station: Station, outcome: Outcome, due: float | None, tries: int = 1) -> Outcome:
    """A pull is over: keep how it went and when the next one comes. The outcome, with what stands refused by now.

    Raises:
        StoreBusy: others held the store at each of so many tries, and nothing was kept.
    """
    stirred = False
    for left in range(tries - 1, -1, -1):
        try:
            stirred = _settle(station, outcome, due)
            break
        except StoreBusy:
            if not left:
                raise
    return replace(outcome, standing=sources.refused(station.store.read, outcome.source), stirred=stirred)


def _settle(station: Station, outcome: Outcome, due: float | None) -> bool:
    from opstui.services import troubles  # what is not of the engine's side asks this module for a path at most
    from opstui.services.station import seconds

    ended, now = outcome.ended, station.now()
    next_due = None if due is None else datetime.fromtimestamp(due, UTC)
    with station.store.writing() as conn:
        if ended.usage is not None:
            sources.used(conn, outcome.source, ended.usage)
        if outcome.can is not None:
            sources.can(conn, outcome.source, *outcome.can)
        if outcome.ok:
            before = sources.health(station.store.read).get(outcome.source)
            sources.finish(conn, outcome.source, now, seconds_taken=ended.seconds, next_due=next_due, notes=ended.notes)
            if before is not None and before.failures:  # it answers again; a change it refused is no failure of the pull
                held = now + timedelta(seconds=seconds(station.settings.outbox.hold))
                settled = now + timedelta(seconds=station.limits.settle)
                sending.hasten(conn, held, [outcome.source], settled=settled)
        else:
            sources.fail(
                conn,
                outcome.source,
                now,
                state=ended.state if ended.state in _STATES else "failed",
                what=ended.what,
                why=ended.why,
                next_step=ended.next_step,
                next_due=next_due,
                seconds_taken=ended.seconds,
                counts=ended.state != "stopped",
            )
        return ended.state != "stopped" and troubles.after_run(conn, station, outcome.source)


def recover(station: Station) -> None:
    """Nobody else pulls now: a source that looks as if it were being pulled lost its engine in the middle."""
    from opstui.services import troubles

    if over := troubles.over(station.store.read, station):
        with station.store.writing() as conn:
            troubles.close(conn, station, over)
    lost = [name for name, row in sources.health(station.store.read).items() if row.state == "syncing"]
    if not lost:
        return
    with station.store.writing() as conn:
        for name in lost:
            sources.fail(
                conn,
                name,
                station.now(),
                state="failed",
                what=f"{name} was not pulled to its end",
                why="the engine was ended in the middle",
                next_step="What came in is kept; the next pull goes on from there.",
                counts=False,
            )


def fresh_since(station: Station) -> Mapping[str, float]:
    """When each source was last pulled to its end, in seconds since 1970; those whose last pull failed are absent."""
    known = sources.health(station.store.read)
    return {name: row.last_ok.timestamp() for name, row in known.items() if row.state == "ok" and row.last_ok is not None}


def sick(station: Station) -> Mapping[str, Sick]:
    """The sources whose last pulls failed, with how often in a row and how long they are left alone.

    Only one that does not answer is left alone over a restart: where somebody has to change something, a restart is what
    follows the change.
    """
    found = {}
    for name, row in sources.health(station.store.read).items():
        if row.failures:
            waits = row.state == "failed" and row.failures >= LEFT_ALONE and row.next_due is not None
            found[name] = Sick(row.failures, row.next_due.timestamp() if waits and row.next_due else None)
    return found


def paused(station: Station) -> frozenset[str]:
    """The sources that a person has stopped here."""
    return sources.paused(station.store.read)


def asked(station: Station) -> frozenset[str]:
    """The sources other processes want pulled."""
    return asks.asked(station.store.read)


def ask(station: Station, names: Iterable[str]) -> None:
    """Want sources pulled by whoever holds the lease."""
    with station.store.writing() as conn:
        asks.ask(conn, names, station.now())


def log_path(folder: Path, name: str) -> Path:
    """Where the last words of a source's connector are kept."""
    return folder / "logs" / f"{name}.log"


def keep_log(folder: Path, name: str, text: bytes) -> None:
    """Keep what a connector printed during its last pull, for the one who has to mend it; readable by its owner alone."""
    path = log_path(folder, name)
    # A log that cannot be written is no reason to fail a pull.
    with contextlib.suppress(OSError):
        if not text:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text)
