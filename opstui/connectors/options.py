"""A source's options, checked against what its connector declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from types import MappingProxyType
from typing import Any

from opstui.connectors.api import Option
from opstui.domain.kinds import Stage
from opstui.errors import ConfigError, OpstuiError

_SHAPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), 'text in quotes, such as "abc"'),
    "int": ((int,), "a whole number"),
    "bool": ((bool,), "true or false"),
    "path": ((str, Path), "a path in quotes"),
    "list": ((list, tuple), 'a list, such as ["a", "b"]'),
    "table": ((dict,), "a table, such as { a = 1 }"),
    "secret": ((dict,), 'a reference, such as { env = "NAME" } or { keyring = "NAME" }, never the secret itself'),
}


def unresolved(reference: Any, folder: Path) -> str:
    """Stands in for a secret where only the shape of the options is checked."""
    return ""


def resolve(
    declared: tuple[Option, ...],
    given: Mapping[str, Any],
    *,
    folder: Path,
    source: str,
    folders: Mapping[str, Path] = MappingProxyType({}),
    secret: Callable[[Any, Path], str] = unresolved,
) -> dict[str, Any]:
    """The options as the connector gets them: defaults filled in, paths whole, secrets as values.

    ``folder`` is that of the config file the source stands in, ``folders`` of the options that another file set.
    ``secret(reference, folder)`` gives
    the value a reference stands for.

    Raises:
        ConfigError: with every finding, each naming the dotted key.
    """
    findings: list[str] = []
    next_step = "Run: opstui config check"
    values: dict[str, Any] = {}
    by_name = {option.name: option for option in declared}
    for name in given:
        if name not in by_name:
            findings.append(f"sources.{source}.options.{name}: unknown option{_near(name, list(by_name))}")
    for option in declared:
        where = f"sources.{source}.options.{option.name}"
        value = given.get(option.name)
        if value is None:
            if option.required:
                findings.append(f"{where}: is required. {option.help.rstrip('.')}{_example(option)}")
            value = deepcopy(option.default)
        else:
            wrong = _wrong(option, value)
            if wrong:
                findings.append(f"{where}: {wrong}")
                continue
        try:
            values[option.name] = _settle(option, value, folders.get(option.name, folder), secret)
        except (OpstuiError, ValueError) as error:
            findings.append(f"{where}: {error}")
            if option.type == "secret" and isinstance(value, Mapping) and not {"keyring", "file"}.isdisjoint(value):
                next_step = f"Run: opstui auth {source}"
    if findings:
        raise ConfigError(
            f"source {source!r} has options that cannot be used",
            "; ".join(findings),
            next_step,
            findings=tuple(findings),
        )
    return values


def secrets_of(declared: tuple[Option, ...], values: Mapping[str, Any]) -> tuple[str, ...]:
    """The secret values among resolved options, so that they can be struck out of any message."""
    found = (values.get(option.name) for option in declared if option.type == "secret")
    return tuple(value for value in found if isinstance(value, str) and value)


def check_stages(value: Mapping[str, Any]) -> None:
    """Every value is a stage."""
    for word, stage in value.items():
        if stage not in {known.value for known in Stage}:
            raise ValueError(f"{word!r} is {stage!r}, but a stage is one of todo, doing, blocked, done")


def check_priorities(value: Mapping[str, Any]) -> None:
    """Every value is from 1 to 5."""
    for word, number in value.items():
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 5:
            raise ValueError(f"{word!r} is {number!r}, but a priority is a number from 1 (critical) to 5 (lowest)")


def whole_path(text: str | Path, folder: Path) -> Path:
    """A path of a config file as an absolute one; a glob stays a glob."""
    path = Path(text).expanduser()
    return path if path.is_absolute() else folder / path


def _settle(option: Option, value: Any, folder: Path, secret: Callable[[Any, Path], str]) -> Any:
    """Turn a value of the right shape into what the connector gets."""
    if value is None:
        return None
    if option.type == "path":
        value = whole_path(value, folder)
    elif option.type == "secret":
        value = secret(value, folder)
    elif option.type == "list":
        value = list(value)
    if option.check is not None and option.type != "secret":
        option.check(value)
    return value


def _wrong(option: Option, value: Any) -> str:
    """What is wrong with the shape of a value, or nothing."""
    types, words = _SHAPES[option.type]
    if not isinstance(value, types) or (option.type == "int" and isinstance(value, bool)):
        return f"should be {words}" + ("" if option.type == "secret" else f", not {_words(value)}")
    if option.choices and value not in option.choices:
        return f"{value!r} is none of {', '.join(option.choices)}{_near(str(value), list(option.choices))}"
    return ""


def _words(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _near(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known are {', '.join(known)}" if known else "; this connector takes none"


def _example(option: Option) -> str:
    if option.example is None:
        return ""
    return f", such as {option.name} = {_toml(option.example)}"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'
