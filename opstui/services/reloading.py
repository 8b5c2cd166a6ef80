"""Notices that the config's files changed, and reads them again for an engine that is already running."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opstui.services.watch import Watch

if TYPE_CHECKING:
    from opstui.services.station import Station


class ConfigWatch:
    """The files that one engine's settings came from."""

    def __init__(self, station: Station) -> None:
        self._watch = Watch()
        self._watch.set(station.files)

    def changed(self) -> bool:
        """Whether any of them is not as it was read, and has stood still since the last look."""
        return self._watch.changed()

    def read(self, station: Station) -> Station:
        """The same surroundings with what the files say now.

        Raises:
            ConfigError: there are mistakes in them; it is told once, until one of the files changes again.
        """
        from opstui.config import load
        from opstui.config.findings import config_error
        from opstui.config.rules import rules

        self._watch.pulling()
        loaded = load.inspect(station.config, environ=station.environ, flags=station.flags)
        # Those of before too: one that cannot be read now is not among what was read.
        self._watch.set(tuple(dict.fromkeys((*station.files, *loaded.files))))
        if any(finding.severity == "error" for finding in loaded.findings):
            raise config_error(loaded.findings)
        if loaded.settings == station.settings:
            return station
        return replace(station, settings=loaded.settings, rules=rules(loaded.settings), files=loaded.files)
