"""What every command shares: the global options and, once asked for, the open workspace or the engine's station."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.errors import ConfigError

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.services.station import Station
    from opstui.services.workspace import Workspace


@dataclass(slots=True)
class State:
    """The global options; opening is left to the first command that needs it."""

    config: Path | None = None
    data_dir: Path | None = None
    overrides: dict[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    readonly: bool = False
    """``--readonly``: nothing is sent to any source."""
    _workspace: Workspace | None = None

    @property
    def config_path(self) -> Path:
        """Where the config file is, or would be."""
        from opstui.config import paths

        return paths.config_path(self.config, self.environ)

    @property
    def config_or_none(self) -> Path | None:
        """The config file as ``load`` wants it: None on a first start, where the defaults are in force."""
        from opstui.config import paths

        path = self.config_path
        return path if paths.is_there(path) or paths.is_named(self.config, self.environ) else None

    def require_config(self) -> None:
        """Most commands are about somebody's own queue.

        Raises:
            ConfigError: there is no config yet. One that was named and is missing is left to whoever loads it.
        """
        if self.config_or_none is None:
            why = f"it would be {self.config_path}"
            raise ConfigError("no config yet", why, "Next: opstui init writes one, opstui demo shows a day without.")

    @property
    def workspace(self) -> Workspace:
        """Config, store and desk, opened on the first use."""
        if self._workspace is None:
            from opstui.services import workspace

            self.require_config()
            self._workspace = workspace.open(
                self.config, self.data_dir, self.environ, flags=self.overrides, readonly=self.readonly
            )
        return self._workspace

    @property
    def desk(self) -> Desk:
        """The desk."""
        return self.workspace.desk

    def station(self) -> Station:
        """What the engine works with; whoever asks for it closes its store."""
        from opstui.services.station import open_station

        self.require_config()
        station = open_station(self.config, self.data_dir, self.environ, flags=self.overrides)
        return replace(station, readonly=True) if self.readonly else station

    def plugin_environ(self) -> Mapping[str, str]:
        """The environment in which plugins are only looked at: no secret of any source is in it."""
        from opstui.config import load
        from opstui.services.station import without_secrets

        loaded = load.inspect(self.config_or_none, environ=self.environ, flags=self.overrides)
        return without_secrets(self.environ, loaded.settings)

    def close(self) -> None:
        """Give the store back."""
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None
