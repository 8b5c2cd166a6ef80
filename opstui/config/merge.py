"""Layers put on top of each other, remembering who said what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Literal, NamedTuple

from opstui.config.findings import Finding, Path, dotted

LayerKind = Literal["default", "shared", "user", "environment", "flag"]

SECRET_KINDS = frozenset({"env", "keyring", "command", "file"})


@dataclass(frozen=True)
class Layer:
    """One place that settings come from. ``shared``: a file that another one extends."""

    kind: LayerKind
    data: dict[str, Any] = field(repr=False)
    label: str = ""
    """The file as it was named, the variable, or the flag's key."""
    file: FilePath | None = None
    text: str = field(default="", repr=False)

    @cached_property
    def lines(self) -> dict[Path, int]:
        """Path in this file -> line; found only when somebody asks."""
        from opstui.config.scan import lines_of

        return lines_of(self.text)

    def where(self, at: Path = ()) -> str:
        """``team.toml:12``, ``environment: OPSTUI_DAY__START``, ``flag: day.start`` or ``default``."""
        if self.file is None:
            return f"{self.kind}: {self.label}" if self.label else self.kind
        while at and at not in self.lines:
            at = at[:-1]
        return f"{self.label}:{self.lines.get(at, 1)}"


class Origin(NamedTuple):
    """One layer's word on one key; ``at`` is the key's path in that layer."""

    layer: Layer
    at: Path
    value: Any

    @property
    def where(self) -> str:
        """Where it was said."""
        return self.layer.where(self.at)


def is_secret(value: object, key: str | int = "") -> bool:
    """Whether it has the shape of a secret's reference; the table of options never is one."""
    return key != "options" and isinstance(value, dict) and len(value) == 1 and not SECRET_KINDS.isdisjoint(value)


def is_named(value: object) -> bool:
    """Whether it is a list whose elements merge by name."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) for one in value)
        and any(isinstance(one.get("name"), str) for one in value)
    )


def element(table: object, index: int) -> str | int:
    """What an element of a list goes by in a path."""
    name = table.get("name") if isinstance(table, dict) else None
    return name if isinstance(name, str) and name else index


def elements(value: list[Any]) -> Iterator[tuple[str | int, Any]]:
    """The elements of a list with what each goes by."""
    for index, one in enumerate(value):
        yield element(one, index), one


class Merged:
    """The layers so far: the data in force and, per key, everybody's word on it, the nearest last."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.origins: dict[Path, list[Origin]] = {}
        self.findings: list[Finding] = []

    def add(self, layer: Layer) -> None:
        """Lay one more layer on top."""
        self._table(self.data, layer.data, layer, (), ())

    def origin(self, path: Path) -> Origin | None:
        """The nearest word on a key, or on what holds it."""
        while path:
            if found := self.origins.get(path):
                return found[-1]
            path = path[:-1]
        return None

    def is_default(self, path: Path) -> bool:
        """Whether nobody said anything about a key."""
        found = self.origin(path)
        return found is None or found.layer.kind == "default"

    def where(self, path: Path) -> str:
        """Where the key was set."""
        found = self.origin(path)
        return found.where if found else "default"

    def _table(self, target: dict[str, Any], given: dict[str, Any], layer: Layer, path: Path, at: Path) -> None:
        for key, value in given.items():
            here, there = (*path, key), (*at, key)
            before = self.origins.setdefault(here, [])
            old = target.get(key)
            if isinstance(value, dict):
                if not isinstance(old, dict) or is_secret(old, key) or is_secret(value, key):
                    self._forget(here)
                    target[key] = {}
                self._table(target[key], value, layer, here, there)
            elif is_named(value):
                only_defaults = all(origin.layer.kind == "default" for origin in before)
                keep = isinstance(old, list) and not (only_defaults and layer.kind in ("shared", "user"))
                if not keep:
                    self._forget(here)
                    target[key] = []
                self._list(target[key], value, layer, here, there)
            else:
                target[key] = value
            before.append(Origin(layer, there, value))

    def _list(self, target: list[Any], given: list[Any], layer: Layer, path: Path, at: Path) -> None:
        known = dict(elements(target))
        seen: dict[str, Path] = {}
        for index, value in enumerate(given):
            there = (*at, index)
            name = element(value, len(target))
            here = (*path, name)
            if isinstance(name, str) and name in seen:
                self.findings.append(
                    Finding(
                        "error",
                        layer.where(there),
                        dotted(here),
                        f"the name is used twice; first at {layer.where(seen[name])}",
                        "Give each its own name",
                    )
                )
                continue
            if isinstance(name, str):
                seen[name] = there
            self.origins.setdefault(here, []).append(Origin(layer, there, value))
            if name in known:
                changes = {key: said for key, said in value.items() if key != "name"}
                self._table(known[name], changes, layer, here, there)
            else:
                target.append({})
                self._table(target[-1], value, layer, here, there)

    def _forget(self, path: Path) -> None:
        """Drop what was said below a key that is replaced whole."""
        length = len(path)
        for known in [known for known in self.origins if len(known) > length and known[:length] == path]:
            del self.origins[known]
