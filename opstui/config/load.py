"""Load a configuration: defaults, extended files, the user's file, environment and flags, each key with where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import structs

from opstui.config.check import Meaning
from opstui.config.files import read_layers
from opstui.config.findings import Finding, config_error
from opstui.config.merge import Layer, Merged
from opstui.config.settings import SET_BY_LOAD, Settings, Source, StandardTable, plain
from opstui.config.shared import refused
from opstui.config.zone import LOCAL, local_name

if TYPE_CHECKING:
    from opstui.config.explain import Explained

# What only a mistake, a question or an override needs is imported where it is used: this is on the way to the first screen.


class Loaded(NamedTuple):
    """Settings in force, who set each of them, and the files that were read, farthest first."""

    settings: Settings
    provenance: Merged
    files: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Warnings, and for ``inspect`` errors too."""

    def explain(self, key: str) -> Explained:
        """One key's value, where it came from and what it overrode.

        Raises:
            UsageError: there is no such key.
        """
        from opstui.config.explain import explained

        return explained(self.settings, self.provenance, key)

    def keys(self) -> Iterator[Explained]:
        """Every key in force, for ``opstui config show``."""
        from opstui.config.explain import leaves

        return leaves(self.settings, self.provenance)


def load(path: Path | None, *, environ: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Loaded:
    """The configuration of a file (None: no file, only defaults, environment and flags).

    Raises:
        ConfigError: there are mistakes; it carries every one of them.
    """
    loaded = inspect(path, environ=environ, flags=flags)
    if any(finding.severity == "error" for finding in loaded.findings):
        raise config_error(loaded.findings)
    return loaded


def check(path: Path | None, *, environ: Mapping[str, str], flags: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong or doubtful, errors first."""
    return inspect(path, environ=environ, flags=flags).findings


def inspect(path: Path | None, *, environ: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Loaded:
    """As ``load``, but mistakes are only listed; where there is one, the default counts instead."""
    merged = Merged()
    merged.add(Layer("default", plain(Settings())))
    layers, findings = read_layers(path) if path is not None else ([], [])
    for layer in layers:
        findings += refused(layer)
        merged.add(_with_texts(layer))
    findings += _override(merged, environ, flags or {})
    settings, wrong = _convert(merged)
    settings = _placed(settings, merged)
    findings += [*merged.findings, *wrong]
    local = local_name(environ) if settings.day.timezone == LOCAL else settings.day.timezone
    if local is None:
        why, step = "this machine's time zone cannot be told, so UTC counts", "Set it, as in Europe/London"
        findings.append(Finding("warning", merged.where(("day", "timezone")), "day.timezone", why, step))
    settings = structs.replace(settings, day=structs.replace(settings.day, timezone=local or "UTC"))
    meaning = Meaning(settings, merged)
    meaning.check()
    findings += meaning.findings
    files = tuple(layer.file for layer in layers if layer.file is not None)
    return Loaded(settings, merged, files, tuple(sorted(dict.fromkeys(findings), key=lambda one: one.severity)))


def _override(merged: Merged, environ: Mapping[str, str], flags: Mapping[str, str]) -> list[Finding]:
    """Lay the environment and then the flags on top."""
    if not flags and not any(name.startswith("OPSTUI_") and "__" in name for name in environ):
        return []
    from opstui.config.overrides import environment_layers, flag_layers

    findings = []
    for read, given in ((environment_layers, environ), (flag_layers, flags)):
        layers, troubles = read(given, merged)
        findings += troubles
        for layer in layers:
            findings += refused(layer)
            merged.add(_with_texts(layer))
    return findings


def _convert(merged: Merged) -> tuple[Settings, list[Finding]]:
    """Settings from the merged data; only when they do not fit is every key looked at on its own."""
    data = merged.data
    if not any(SET_BY_LOAD & source.keys() for source in data.get("sources", ()) if isinstance(source, dict)):
        try:
            return msgspec.convert(data, Settings), []
        except msgspec.ValidationError:
            pass  # the walk below says where and why, for each mistake
    from opstui.config.shape import Shape

    shape = Shape(merged)
    shape.check()
    return msgspec.convert(data, Settings), shape.findings


def _placed(settings: Settings, merged: Merged) -> Settings:
    """Settings without what was switched off, with each source's folders and whole paths of the files that they name."""
    splits = tuple(split for split in settings.triage.splits if split.enabled)
    sources = tuple(_with_folders(source, merged) for source in settings.sources)
    settings = structs.replace(settings, sources=sources, triage=structs.replace(settings.triage, splits=splits))
    if settings.network.ca:
        whole = _folder(merged, ("network", "ca")) / Path(settings.network.ca).expanduser()
        settings = structs.replace(settings, network=structs.replace(settings.network, ca=str(whole)))
    if settings.routines:
        settings = structs.replace(settings, routines=tuple(one for one in settings.routines if one.enabled))
    if settings.standards:
        standards = tuple(_with_path(one, merged) for one in settings.standards if one.enabled)
        settings = structs.replace(settings, standards=standards)
    return settings


def _with_path(standard: StandardTable, merged: Merged) -> StandardTable:
    if not standard.path:
        return standard
    folder = _folder(merged, ("standards", standard.name, "path"))
    return structs.replace(standard, path=str(folder / Path(standard.path).expanduser()))


def _with_folders(source: Source, merged: Merged) -> Source:
    path = ("sources", source.name)
    folders = {option: _folder(merged, (*path, "options", option)) for option in source.options}
    return structs.replace(source, folder=_folder(merged, (*path, "connector")), folders=folders)


def _folder(merged: Merged, path: tuple[str | int, ...]) -> Path:
    """The folder of the file that set a key; for the environment and flags, where opstui was started."""
    origin = merged.origin(path)
    file = origin.layer.file if origin else None
    return file.absolute().parent if file else Path.cwd()


def _with_texts(layer: Layer) -> Layer:
    """TOML's own dates and times in ``[day]``, and of routines, as the texts that their options are."""
    day = layer.data.get("day")
    if isinstance(day, dict):
        layer.data["day"] = {key: _text(value) for key, value in day.items()}
    routines = layer.data.get("routines")
    if isinstance(routines, list):
        for one in routines:
            if isinstance(one, dict) and "due" in one:
                one["due"] = _text(one["due"])
    return layer


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(one) for one in value]
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value
