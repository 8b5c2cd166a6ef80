"""Settings from the environment and from flags, one small layer each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

from opstui.config.findings import Finding, Path, did_you_mean, dotted, parts
from opstui.config.merge import Layer, LayerKind, Merged, element
from opstui.config.settings import Settings
from opstui.config.shape import bare, fields_of, is_table, table_in
from opstui.errors import ConfigError

PREFIX = "OPSTUI_"


def environment_layers(environ: Mapping[str, str], merged: Merged) -> tuple[list[Layer], list[Finding]]:
    """A layer per variable like ``OPSTUI_DAY__TIMEZONE``; those without ``__`` are no settings."""
    reader = _Reader("environment", merged)
    for name in sorted(environ):
        words = name.removeprefix(PREFIX).split("__")
        if name.startswith(PREFIX) and len(words) > 1 and all(words):
            reader.read(name, [word.lower() for word in words], environ[name])
    return reader.layers, reader.findings


def flag_layers(flags: Mapping[str, str], merged: Merged) -> tuple[list[Layer], list[Finding]]:
    """A layer per ``--set key=value``."""
    reader = _Reader("flag", merged)
    for key, text in flags.items():
        try:
            words = parts(key)
        except ConfigError as error:
            reader.findings.append(Finding("error", f"flag: {key}", "", error.why, error.next_step))
        else:
            reader.read(key, words, text)
    return reader.layers, reader.findings


class _Reader:
    """Follows each key down the declared options, to know which type its text stands for."""

    def __init__(self, kind: LayerKind, merged: Merged) -> None:
        self.kind = kind
        self.merged = merged
        self.layers: list[Layer] = []
        self.findings: list[Finding] = []

    def read(self, label: str, words: Iterable[str | int], text: str) -> None:
        """Add the layer of one variable or flag."""
        path: Path = ()
        declared: Any = Settings
        listed: set[Path] = set()
        there: Any = self.merged.data
        for word in words:
            if inner := table_in(bare(declared)):
                names = [element(one, index) for index, one in enumerate(there if isinstance(there, list) else [])]
                name = names[word] if isinstance(word, int) and word < len(names) else _match(str(word), names)
                if name is None:
                    self._fail(label, (*path, word), "there is none of that name", did_you_mean(str(word), map(str, names)))
                    return
                listed.add(path)
                there, declared = there[names.index(name)], inner
            else:
                name, declared = _step(str(word), bare(declared), there)
                there = there.get(name) if isinstance(there, dict) else None
            path = (*path, name)
        value = value_of(text, declared)
        if path[:-1] in listed and not isinstance(value, dict):
            self._fail(label, path, "this must be a table", f"Name a key of it: {dotted(path)}.…")
        elif path == ("extends",):
            self._fail(label, path, "only a file can extend others", "Write it in your config file")
        else:
            self.layers.append(Layer(self.kind, _nested(path, value, listed), label))

    def _fail(self, label: str, path: Path, why: str, next_step: str) -> None:
        self.findings.append(Finding("error", f"{self.kind}: {label}", dotted(path), why, next_step))


def _step(word: str, kind: Any, there: Any) -> tuple[str, Any]:
    """One key further down: its name as declared, and its type; an unknown one is found out later."""
    if is_table(kind):
        known = fields_of(kind)
        name = str(_match(word, known) or word)
        return name, known[name].type if name in known else Any
    if get_origin(kind) is dict:
        return str(_match(word, there if isinstance(there, dict) else ()) or word), get_args(kind)[1]
    return word, Any


def _match(word: str, names: Iterable[str | int]) -> str | int | None:
    """A name exactly, else the one that a variable would spell so."""
    known = list(names)
    if word in known:
        return word
    same = [name for name in known if isinstance(name, str) and _spelled(name) == _spelled(word)]
    return same[0] if len(same) == 1 else None


def _spelled(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", name.lower())


def value_of(text: str, declared: Any) -> Any:
    """The value a text stands for: TOML where the type is no text, commas for a list."""
    kind = bare(declared)
    if kind is str:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if get_origin(kind) is tuple and table_in(kind) is None:
            return [part.strip() for part in text.split(",") if part.strip()]
        return text


def _nested(path: Path, value: Any, listed: set[Path]) -> dict[str, Any]:
    """The value inside the tables that its path names."""
    for length in range(len(path) - 1, -1, -1):
        name = path[length]
        value = [{"name": name, **value}] if path[:length] in listed else {name: value}
    return dict(value)
