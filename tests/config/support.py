"""A folder of config files and what loading them finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from opstui.config.findings import Finding
from opstui.config.load import Loaded, inspect, load

NOTHING: Mapping[str, str] = {}


def written(folder: Path, text: str, name: str = "config.toml") -> Path:
    """A config file with that text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def loaded(folder: Path, text: str, *, environ: Mapping[str, str] = NOTHING, **flags: str) -> Loaded:
    """What that text means; ``flags`` are written ``day__start="08:00"``."""
    given = {key.replace("__", "."): value for key, value in flags.items()}
    return load(written(folder, text), environ={"TZ": "UTC", **environ}, flags=given)


def found(folder: Path, text: str, *, environ: Mapping[str, str] = NOTHING, **flags: str) -> tuple[Finding, ...]:
    """What is wrong with that text."""
    given = {key.replace("__", "."): value for key, value in flags.items()}
    return inspect(written(folder, text), environ={"TZ": "UTC", **environ}, flags=given).findings


def the_one(findings: tuple[Finding, ...]) -> Finding:
    """The only finding."""
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]
