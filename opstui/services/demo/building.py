"""Build the demo's day up to an hour: exports, pulls, and what was done between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from opstui.errors import SourceError
from opstui.services import workspace
from opstui.services.clock import NOW
from opstui.services.demo.day import prepare
from opstui.services.demo.morning import lived
from opstui.services.demo.times import EVENING, MORNING, moment
from opstui.services.once import sync_once
from opstui.services.station import open_station

SOURCES = ("projects", "helpdesk", "mail", "alerts", "kpi")
AGAIN = moment("fri 08:45")
"""Between the morning and a later hour the help desk and the board are read once more: verdicts fall on what came by then."""


def build(folder: Path, day: Path, environ: Mapping[str, str], at: datetime = MORNING) -> None:
    """Fill a store in ``folder`` from files in ``day``: Thursday evening's, Friday morning's, and those of ``at``.

    The difference between two rounds is what happened; what was done here meanwhile is sent with the next.

    Raises:
        SourceError: a source cannot be read.
    """
    rounds = [EVENING, *(one for one in (MORNING, AGAIN) if one < at), at]
    # One source after the other, so that what ranks the same stands in the same order in every demo.
    _read(prepare(day, EVENING), folder, {**environ, NOW: EVENING.isoformat()}, [[name] for name in SOURCES])
    for before, now in pairwise(rounds):
        with workspace.open(day / "config.toml", folder, {**environ, NOW: before.isoformat()}, demo=True) as opened:
            lived(opened, before, now)
        turns = [SOURCES[:2]] if now == AGAIN < at else [()]
        _read(prepare(day, now), folder, {**environ, NOW: now.isoformat()}, turns)


def _read(config: Path, folder: Path, environ: Mapping[str, str], turns: Sequence[Sequence[str]] = ((),)) -> None:
    """Read the sources, all at once or those named in each turn."""
    station = open_station(config, folder, environ)
    with station.store:
        for result in (result for names in turns for result in sync_once(station, names)):
            if not result.ok:
                raise SourceError(f"the demo's {result.source}", f"{result.error}: {result.why}", result.next_step)
