"""An engine's surroundings for tests: a store in a folder, sources of throw-away connectors, little patience."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from opstui.config.rules import rules
from opstui.config.settings import Day, Settings, Source
from opstui.services.clock import real_clock
from opstui.services.crew import Crew
from opstui.services.job import Event
from opstui.services.running import Outcome
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


PACE = "watch=0.05,beat=0.2,look=0.05,standby=0.1,patience=5,memory_mb=700"
EXTRA: tuple[str, ...] = ()
"""Flags for the engine besides where everything is."""


class EngineProcess:
    """A real engine process over a config and a store in ``folder``; ``expect`` reads its events."""

    def __init__(self, folder: Path, plugins: Path, config: str, **environ: str) -> None:
        path = self.config = folder / "config.toml"
        self.configure(config)
        self.events: list[Event] = []
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "opstui.services.engine", "--config", str(path), "--data-dir", str(folder), *EXTRA],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": python_path(plugins), "OPSTUI_ENGINE_LIMITS": PACE, **environ},
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self._rest = b""

    def configure(self, config: str) -> None:
        """Write its config, whole at once."""
        part = self.config.with_suffix(".part")
        part.write_text(f'version = 1\n[day]\ntimezone = "UTC"\n{config}')
        part.replace(self.config)

    def say(self, word: str) -> None:
        """One line on its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()

    def expect(self, event: str, timeout: float = 10.0, **fields: Any) -> Event:
        """The next event like this one; fails when none comes."""
        deadline = time.monotonic() + timeout
        seen = []
        while time.monotonic() < deadline:
            while self.events:
                one = self.events.pop(0)
                seen.append(one)
                if one["event"] == event and all(one.get(name) == value for name, value in fields.items()):
                    return one
            self._read()
        raise AssertionError(f"no {event} {fields} among {seen}")

    def end(self, timeout: float = 10.0) -> int:
        """Close its stdin and wait: its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended already
        code = self.process.wait(timeout)
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        """As the out-of-memory killer does it."""
        self.process.kill()
        self.end()

    def _read(self) -> None:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], 0.05)[0]:
            return
        data = os.read(self.process.stdout.fileno(), 65536)
        if not data:
            time.sleep(0.05)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.events += [json.loads(line) for line in lines]


def gone(pid: int, timeout: float = 5.0) -> bool:
    """Whether a process ends within ``timeout``; a zombie has ended."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False
