"""Config, store, clock and desk, opened together: the one way into opstui for the app and every command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.services import clock
from opstui.services.desk import Desk
from opstui.store.db import STORE, Store

if TYPE_CHECKING:
    from opstui.config.load import Loaded
    from opstui.config.settings import Settings
    from opstui.services.importing import Brought


@dataclass(frozen=True, slots=True)
class Workspace:
    """What is open; ``demo`` tells that it is the synthetic day."""

    settings: Settings
    loaded: Loaded
    store: Store
    desk: Desk
    now: Callable[[], datetime]
    data_dir: Path
    demo: bool = False
    config: Path | None = None
    """The config file that was asked for, and ``flags`` what was set over it: an engine is started with the same."""
    flags: Mapping[str, str] = field(default_factory=dict)
    readonly: bool = False
    """Whether it was opened with ``--readonly``: its engine is started so too."""

    def set_by(self, *key: str) -> str:
        """Where the config sets a key: a file and its line, the environment, a flag; empty when nothing does."""
        provenance = self.loaded.provenance
        return "" if provenance.is_default(key) else provenance.where(key)

    def export(self, folder: Path) -> dict[str, int]:
        """Write everything the user owns into a folder as JSON Lines, CSV and Markdown; how many of each kind.

        Raises:
            StoreError: the folder cannot be written.
        """
        from opstui.services.export import export

        return export(self.store, folder, now=self.now(), zone=self.desk.zone())

    def bring_in(self, folder: Path) -> Brought:
        """Read an export back: what is not here is added, what is here stays; one undo takes it back.

        Raises:
            UsageError: the folder holds no export that this opstui can read.
        """
        from opstui.config.rules import rules
        from opstui.services.importing import bring_in

        return bring_in(self.store, folder, now=self.now(), who=self.desk.who(), rules=rules(self.settings))

    def close(self) -> None:
        """Finish what was submitted and close the file."""
        self.desk.close()
        self.store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def open(
    config_path: Path | None,
    data_dir: Path | None,
    environ: Mapping[str, str],
    *,
    demo: bool = False,
    flags: Mapping[str, str] | None = None,
    readonly: bool = False,
) -> Workspace:
    """Open the config and the store named, or where ``environ`` and the platform put them.

    Raises:
        ConfigError: the config cannot be used.
        StoreError: the store cannot be opened.
        UsageError: the clock's variables cannot be read.
    """
    from opstui.config import load, paths

    now = clock.clock(environ)
    path = paths.config_path(config_path, environ)
    # Nobody's first start has a config; one that somebody named must be there.
    there = paths.is_there(path) or paths.is_named(config_path, environ)
    loaded = load.load(path if there else None, environ=environ, flags=flags or {})
    folder = paths.data_dir(data_dir, environ)
    store = Store.open(folder / STORE, now=now)
    desk = Desk(store, loaded.settings, now=now, readonly=readonly)
    config = path if there else None
    return Workspace(loaded.settings, loaded, store, desk, now, folder, demo, config, dict(flags or {}), readonly)
