"""An engine's surroundings for tests: a store in a folder, sources of throw-away connectors, little patience."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from opstui.config.rules import rules
from opstui.config.settings import Day, Settings, Source
from opstui.services.clock import real_clock
from opstui.services.crew import Crew, Outcome
from opstui.services.job import Event
from opstui.services.station import Limits, Station
from opstui.store.db import Store

ROOT = Path(__file__).parents[2]
FAST = Limits(watch=0.05, beat=0.2, look=0.05, standby=0.1, patience=5.0, memory_mb=700)


def a_source(name: str = "desk", connector: str = "", **more: Any) -> Source:
    """A source whose connector has its name unless another is given."""
    values: dict[str, Any] = {"every": "1h", "timeout": "20s"} | more
    return Source(name=name, connector=connector or name, **values)


def python_path(*folders: Path) -> str:
    """A PYTHONPATH on which a child process finds opstui, its plugins and these folders."""
    return os.pathsep.join([str(ROOT), str(ROOT / "plugins"), *(str(folder) for folder in folders)])


def a_station(folder: Path, plugins: Path, *sources: Source, **more: Any) -> Station:
    """A station over a store in ``folder``; the test puts ``plugins`` on its own path."""
    settings = Settings(day=Day(timezone="UTC"), sources=sources)
    environ = {**os.environ, "PYTHONPATH": python_path(plugins)}
    store = Store.open(folder / "opstui.db", now=real_clock)
    return Station(settings, rules(settings), store, real_clock, environ, more.get("limits", FAST))


def pull(station: Station, *names: str) -> tuple[dict[str, Outcome], list[Event]]:
    """Pull these sources, or all, with a crew of their own; outcomes by name, and every event."""
    events: list[Event] = []
    outcomes: dict[str, Outcome] = {}
    crew = Crew(station, events.append)
    try:
        for source in station.sources():
            if not names or source.name in names:
                crew.start(source)
        while crew.busy:
            outcomes |= {outcome.source: outcome for outcome in crew.step(1.0)}
    finally:
        crew.close()
    return outcomes, events


def rows(station: Station) -> int:
    """How many items the store holds."""
    return int(station.store.read.execute("SELECT count(*) FROM items").fetchone()[0])
