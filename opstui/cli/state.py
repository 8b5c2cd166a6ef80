"""What every command shares: the global options and, once asked for, the open workspace."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.services.workspace import Workspace


@dataclass(slots=True)
class State:
    """The global options; opening is left to the first command that needs it."""

    config: Path | None = None
    data_dir: Path | None = None
    overrides: dict[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _workspace: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """Config, store and desk, opened on the first use."""
        if self._workspace is None:
            from opstui.services import workspace

            self._workspace = workspace.open(self.config, self.data_dir, self.environ, flags=self.overrides)
        return self._workspace

    @property
    def desk(self) -> Desk:
        """The desk."""
        return self.workspace.desk

    def close(self) -> None:
        """Give the store back."""
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None
