"""Where the config file and the data folder are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def config_path(flag: str | Path | None, environ: Mapping[str, str]) -> Path:
    """``--config``, else ``$OPSTUI_CONFIG``, else the platform's config folder; the file need not exist."""
    if flag:
        return Path(flag).expanduser()
    if named := environ.get("OPSTUI_CONFIG", ""):
        return Path(named).expanduser()
    return _folder("config", environ) / "config.toml"


def data_dir(flag: str | Path | None, environ: Mapping[str, str]) -> Path:
    """``--data-dir``, else ``$OPSTUI_DATA_DIR``, else the platform's data folder; the folder need not exist."""
    if flag:
        return Path(flag).expanduser()
    if named := environ.get("OPSTUI_DATA_DIR", ""):
        return Path(named).expanduser()
    return _folder("data", environ)


def is_there(path: Path) -> bool:
    """Whether there is a file; one that this user may not look for counts, so that whoever reads it tells."""
    try:
        return path.exists()
    except OSError:
        return True


def is_named(flag: str | Path | None, environ: Mapping[str, str]) -> bool:
    """Whether somebody named the config file, so that its absence is a mistake and not a first start."""
    return bool(flag or environ.get("OPSTUI_CONFIG", ""))


def _folder(which: str, environ: Mapping[str, str]) -> Path:
    """The platform's folder. XDG variables are read from ``environ``, so that a test can move them."""
    variable = {"config": "XDG_CONFIG_HOME", "data": "XDG_DATA_HOME"}[which]
    if (xdg := environ.get(variable, "")) and Path(xdg).is_absolute():
        return Path(xdg) / "opstui"
    import platformdirs  # not needed where a variable or a flag says it

    return platformdirs.user_config_path("opstui") if which == "config" else platformdirs.user_data_path("opstui")
