"""A source in the making: its options from texts, its name, and the page that shows what its connector made of it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.cli.output import table
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.config.settings import NAME
from opstui.connectors.api import Network, Suggestion
from opstui.errors import PluginError, SourceError, UsageError

if TYPE_CHECKING:
    from opstui.services.plugins import OptionInfo, PluginInfo

COLUMNS = "columns"
"""The option that a column map stands under, whatever the connector."""

UNUSED_SHOWN = 12


@dataclass(slots=True)
class NewSource:
    """What was said of it so far. Relative paths typed are relative to where opstui was started."""

    plugin: PluginInfo
    config_folder: Path
    name: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    network: Network | None = None
    """How the config there is says to reach it."""
    later: list[str] = field(default_factory=list)
    """Secrets that ``opstui auth`` takes once the source is written."""

    def put(self, text: str, *, loosely: bool = False) -> None:
        """Set an option from ``path=x.csv`` or ``columns.status=State``; ``loosely`` a column needs no ``columns.``.

        Raises:
            UsageError: it is neither.
        """
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key:
            raise UsageError(f"{text!r} is not KEY=VALUE", "", "Write it as in path=exports/tickets.csv")
        types = self.types()
        if loosely and key not in types and "." not in key and COLUMNS in types:
            key = f"{COLUMNS}.{key}"
        head, dot, rest = key.partition(".")
        if dot:
            inner = self.options.get(head)
            known = inner if isinstance(inner, dict) and types.get(head) != "secret" else {}  # a secret is kept in one place
            self.options[head] = {**known, rest: _inner(value)}
        else:
            self.options[head] = self._path(value) if types.get(head) == "path" else _value(value, types.get(head, "str"))
        self.later = [one for one in self.later if one != head]

    def types(self) -> dict[str, str]:
        """The type of each option that its connector takes."""
        return {option.name: option.type for option in self.plugin.options}

    def secrets(self) -> list[str]:
        """The options that are secrets."""
        return [name for name, type in self.types().items() if type == "secret"]

    def missing(self) -> list[OptionInfo]:
        """Options that it cannot do without and that nobody set."""
        return [one for one in self.plugin.options if one.required and one.name not in self.options]

    def spare(self) -> dict[str, Any]:
        """What stands in the config as an example to fill in: where a tracker's new issues go."""
        return {
            one.name: one.example
            for one in self.plugin.options
            if one.name == "create" and one.name not in self.options and isinstance(one.example, dict)
        }

    def put_off(self, option: str) -> None:
        """Leave a secret to ``opstui auth``: refer to where this machine keeps secrets best, under the source's name."""
        from opstui.config.secrets import keyring_name

        name = f"{self.name or self.usual_name()}.{option}"
        self.put(f"{option}.{'keyring' if keyring_name() else 'file'}={name}")
        self.later.append(option)

    def untried(self, environ: Mapping[str, str]) -> bool:
        """Whether one of its secrets is not here yet, so that nobody can look at it."""
        references = [self.options.get(name) for name in self.secrets()]
        variables = [str(one["env"]) for one in references if isinstance(one, dict) and "env" in one]
        return bool(self.later) or any(not environ.get(name) for name in variables)

    def usual_name(self) -> str:
        """A name from its file or folder, else from its connector."""
        for option in self.plugin.options:
            if option.type == "path" and isinstance(text := self.options.get(option.name), str):
                path = Path(re.split(r"[*?\[]", text)[0] or ".")
                stem = re.sub(r"[^A-Za-z0-9_.]+", "-", path.stem if path.suffix else path.name).strip("-.").lower()
                if stem and re.fullmatch(NAME, stem):
                    return stem
        return self.plugin.name

    def _path(self, text: str) -> str:
        """A path as the config should have it: relative when it lies beside the config, else whole."""
        if text.startswith("~") or not text:
            return text
        whole = os.path.normpath(Path.cwd() / text)
        folder = str(self.config_folder.absolute())
        return os.path.relpath(whole, folder) if os.path.commonpath([whole, folder]) == folder else whole


def checked_name(name: str) -> str:
    """A name that a source can have.

    Raises:
        UsageError: it cannot be the first part of a ref.
    """
    if not re.fullmatch(NAME, name):
        raise UsageError(f"{name!r} cannot be a source's name", "it begins every ref", "Use letters, digits, - _ and .")
    return name


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or with a number behind it when it is taken."""
    n, found = 1, name
    while found in taken:
        n += 1
        found = f"{name}-{n}"
    return found


def show(found: Suggestion, options: Mapping[str, Any]) -> None:
    """What would be written and what came to that: for a person, so that a wrong guess is seen before it counts."""
    from opstui.config.toml import line

    rows = "" if found.rows is None else ", 1 record" if found.rows == 1 else f", {found.rows:,} records"
    say(f"\nThis looks like a {found.title}{rows}." if found.guesses else f"\n{found.title}{rows}.")
    if found.guesses:
        heading = ("attribute", "column", "such as", "because")
        lines = [(one.attribute, one.column, ", ".join(one.samples) or "(empty)", one.why) for one in found.guesses]
        table([heading, *lines], indent="  ", grow=2, err=True)
    if found.unused:
        more = f" and {len(found.unused) - UNUSED_SHOWN} more" if len(found.unused) > UNUSED_SHOWN else ""
        say(f"  Kept as fields of their own: {', '.join(found.unused[:UNUSED_SHOWN])}{more}")
    for key, value in found.options.items():
        if key != COLUMNS:
            say(f"  {line(key, value)}" + ("" if key in options else "   (suggested)"))
    for note in found.notes:
        say(f"  Note: {note}")


def _value(text: str, kind: str) -> Any:
    """What a text stands for in an option of that type; a wrong one is left for the connector's check to name."""
    if kind == "str":
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if kind == "list":
            return [part.strip() for part in text.split(",") if part.strip()]
        return {"yes": True, "no": False}.get(text.casefold(), text) if kind == "bool" else text


def _inner(text: str) -> Any:
    """A value inside a table: a list or number as TOML writes it, else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def usable(state: State, name: str) -> PluginInfo:
    """A connector by its name.

    Raises:
        UsageError: nobody offers it.
        PluginError: it cannot be used.
    """
    from opstui.services.plugins import check_plugin

    found = check_plugin(name, state.plugin_environ())
    if not found.ok:
        raise PluginError(f"connector {name!r} cannot be used", found.reason, found.next_step, plugin=name)
    return found


def look(state: State, source: NewSource, zone: str, *, as_is: bool = False) -> Suggestion:
    """What the connector makes of the source.

    Raises:
        ConfigError, SourceError, PluginError: as ``services.sourcing.suggest``.
    """
    from opstui.services.sourcing import Draft, check, suggest

    draft = Draft(
        source.name or source.usual_name(), source.plugin.name, source.options, source.config_folder, zone, source.network
    )
    if as_is:
        check(draft, state.environ)
        return Suggestion(source.options, title=source.plugin.title)
    try:
        return suggest(draft, state.environ)
    except SourceError as error:
        raise type(error)(error.what, error.why, error.next_step or "--as-is writes it all the same.") from error


def known_zone(name: str) -> str:
    """A zone as its name is written.

    Raises:
        ConfigError: there is none of that name.
    """
    from opstui.config.zone import zone

    return zone(name).key
