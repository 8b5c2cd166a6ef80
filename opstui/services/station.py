"""What every part of the engine works with: settings, rules, store, clock, and the limits it keeps."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.domain.when import parse_duration
from opstui.errors import UsageError
from opstui.services.clock import child_environ, clock
from opstui.services.job import MEMORY_MB, Job, Task
from opstui.store import kept
from opstui.store.db import STORE, Store

if TYPE_CHECKING:
    from opstui.config.settings import Settings, Source
    from opstui.connectors.api import Network
    from opstui.domain.urgency import Rules
    from opstui.services.workspace import Workspace

LIMITS = "OPSTUI_ENGINE_LIMITS"
"""Sets limits by name, for tests and unusual machines: ``memory_mb=4096,watch=10``."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient the engine is, in seconds; tests are less patient than people."""

    workers: int = 4
    """Pulls at a time."""
    watch: float = 2.0
    """Between two looks at watched files."""
    beat: float = 5.0
    """Between two signs that this engine lives."""
    look: float = 1.0
    """Between two looks for what others asked for, and for ranks that ran out."""
    standby: float = 2.0
    """Between two tries to take over from another engine."""
    patience: float = 120.0
    """How long a one-shot sync waits for another engine without a sign of progress."""
    settle: float = 10.0
    """How long after a lost answer a source may still carry a change out: before that nobody looks for it."""
    retry: float = 10.0
    """How long, at most, before what did not get through is tried again the first time; then twice that, and so on."""
    farewell: float = 5.0
    """How long an engine that is told to end goes on sending what waits."""
    alone: float = 20.0
    """How long a push waits for a pull of the same source."""
    memory_mb: int = MEMORY_MB


@dataclass(frozen=True, slots=True)
class Station:
    """One engine's surroundings, handed to each of its parts."""

    settings: Settings
    rules: Rules
    store: Store
    now: Callable[[], datetime]
    environ: Mapping[str, str]
    limits: Limits = field(default_factory=Limits)
    config: Path | None = None
    """The config file, ``flags`` what was set over it, and ``files`` all that were read: it and those it extends."""
    flags: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    readonly: bool = False
    """Whether nothing may be sent, whatever the switch and the config say."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.store.path.parent

    def sends_nothing(self) -> bool:
        """Whether it is read-only: the command line says so, else the switch that was set last, else the config."""
        said = kept.kept(self.store.read, kept.READONLY)
        return self.readonly or (said == "on" if said else self.settings.outbox.readonly)

    def sources(self) -> tuple[Source, ...]:
        """The sources that are switched on."""
        return tuple(source for source in self.settings.sources if source.enabled)

    def source(self, name: str) -> Source | None:
        """The source of that name, None when no config has it or it is switched off."""
        return next((source for source in self.sources() if source.name == name), None)

    def job(self, source: Source, task: Task) -> Job:
        """What a worker has to know to do ``task`` on a source."""
        return Job(
            task,
            source.name,
            source.connector,
            os.getpid(),
            source.options,
            source.folder,
            source.folders,
            zone_name(source.timezone or self.settings.day.timezone, self.environ),
            self.store.path,
            replace(self.rules),  # without what it has worked out for itself, which does not travel
            memory_mb=self.limits.memory_mb,
            network=network(self.settings),
            foreign=self.foreign(source),
        )

    def worker_environ(self, source: Source | None = None) -> dict[str, str]:
        """The environment of a worker: ours, and our clock, without the secrets of other sources than ``source``."""
        environ = child_environ(self.environ, self.now)
        for name in self.foreign(source):
            environ.pop(name, None)
        return environ

    def foreign(self, source: Source | None) -> tuple[str, ...]:
        """The variables that hold secrets of other sources."""
        mine = variables(source) if source is not None else frozenset()
        return tuple(sorted(frozenset().union(*map(variables, self.settings.sources)) - mine))


def network(settings: Settings) -> Network:
    """How workers reach the network."""
    from opstui.connectors.api import Network

    said = settings.network
    return Network(said.proxy, said.no_proxy, Path(said.ca) if said.ca else None)


def variables(source: Source) -> frozenset[str]:
    """The environment's variables that a source's secrets are kept in."""
    return frozenset(
        named
        for value in source.options.values()
        if isinstance(value, dict) and len(value) == 1 and isinstance(named := value.get("env"), str)
    )


def without_secrets(environ: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The environment without what holds the sources' secrets, for whoever only looks at plugins."""
    held: frozenset[str] = frozenset().union(*map(variables, settings.sources))
    return {name: value for name, value in environ.items() if name not in held}


def seconds(duration: str) -> float:
    """A duration of the config in seconds."""
    return float(parse_duration(duration))


def zone_name(name: str, environ: Mapping[str, str]) -> str:
    """A zone's name with ``local`` looked up."""
    from opstui.config.zone import LOCAL, local_name

    return (local_name(environ) or "UTC") if name == LOCAL else name


def limits(environ: Mapping[str, str]) -> Limits:
    """The usual limits, with what the environment says of them.

    Raises:
        UsageError: it names a limit that there is not, or a value that is no number.
    """
    known = {one.name: one.type for one in fields(Limits)}
    given: dict[str, Any] = {}
    for pair in filter(None, environ.get(LIMITS, "").split(",")):
        name, _, text = (part.strip() for part in pair.partition("="))
        try:
            given[name] = int(text) if known[name] == "int" else float(text)
        except (KeyError, ValueError) as error:
            raise UsageError(
                f"{LIMITS}: {pair!r}", f"write NAME=NUMBER, with one of {', '.join(known)}", "Unset it."
            ) from error
    return Limits(**given)


def station_for(at: Station | Workspace) -> Station:
    """The engine's view of an open workspace."""
    if isinstance(at, Station):
        return at
    from opstui.config.rules import rules

    return Station(at.settings, rules(at.settings), at.store, at.now, os.environ, limits(os.environ))


def open_station(
    config: Path | None, data_dir: Path | None, environ: Mapping[str, str], flags: Mapping[str, str] | None = None
) -> Station:
    """Open what the engine needs, without the desk.

    Raises:
        ConfigError, StoreError, UsageError: as the app's own opening.
    """
    from opstui.config import load, paths
    from opstui.config.rules import rules

    now = clock(environ)
    path = paths.config_path(config, environ)
    loaded = load.load(path, environ=environ, flags=flags or {})
    store = Store.open(paths.data_dir(data_dir, environ) / STORE, now=now)
    known = rules(loaded.settings)
    return Station(loaded.settings, known, store, now, environ, limits(environ), path, dict(flags or {}), loaded.files)
