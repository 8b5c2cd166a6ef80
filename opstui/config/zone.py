"""Time zones by name, and this machine's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from opstui.config.findings import nearest
from opstui.errors import ConfigError

LOCAL = "local"


def zone(name: str) -> ZoneInfo:
    """The zone of that name.

    Raises:
        ConfigError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # not known; no name at all; a folder of zones
        close = nearest(name, sorted(available_timezones()))
        step = f"Did you mean {close}?" if close else "Write an area and a city, as in Europe/London"
        raise ConfigError(f"{name!r} is no time zone", "", step) from error


def local_name(environ: Mapping[str, str], root: Path = Path("/")) -> str | None:
    """The name of this machine's zone: ``TZ``, else what ``/etc`` says; None when nobody knows."""
    for name in _candidates(environ, root):
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            continue
    return None


def _candidates(environ: Mapping[str, str], root: Path) -> tuple[str, ...]:
    found = [environ.get("TZ", "").removeprefix(":")]
    try:
        found.append(str((root / "etc/localtime").readlink()).rpartition("zoneinfo/")[2])
    except OSError:
        pass  # a copy, or nothing
    try:
        found.append((root / "etc/timezone").read_text("ascii").strip())
    except (OSError, UnicodeDecodeError):
        pass  # only some systems have it
    return tuple(name for name in found if name)
