"""Why a setting is what it is: its value, who said so, and whom that overrode. Secrets stay covered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opstui.config.findings import Path, did_you_mean, dotted, parts
from opstui.config.merge import Merged, element, elements
from opstui.config.settings import Settings, plain
from opstui.config.shared import SECRET_KEY
from opstui.domain.urgency import WEIGHTS
from opstui.errors import ConfigError, UsageError

COVERED = "(not shown)"


@dataclass(frozen=True, slots=True)
class Overrode:
    """What a farther layer had said."""

    value: Any
    where: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A key's value and where it came from: ``file:line``, ``environment: NAME``, ``flag: KEY`` or ``default``."""

    key: str
    value: Any
    where: str
    overrode: tuple[Overrode, ...] = ()
    """The nearest first."""


def explained(settings: Settings, merged: Merged, key: str) -> Explained:
    """One key, a table, or an element of a list by its name.

    Raises:
        UsageError: there is no such key.
    """
    try:
        path = parts(key)
    except ConfigError as error:
        raise UsageError(error.what, error.why, error.next_step) from error
    value: Any = everything(settings)
    here: Path = ()
    for part in path:
        known = dict(value) if isinstance(value, dict) else dict(elements(value)) if isinstance(value, list) else {}
        name = known_part(part, value)
        if name not in known:
            where = f"in {dotted(here)}" if here else "in the configuration"
            raise UsageError(f"there is no {str(part)!r} {where}", "", did_you_mean(str(part), map(str, known)))
        value, here = known[name], (*here, name)
    return _one(here, value, merged)


def known_part(part: str | int, value: Any) -> str | int:
    """A part of a path as the data has it: an element asked for by number goes by its name."""
    if isinstance(part, int) and isinstance(value, list) and part < len(value):
        return element(value[part], part)
    return part


def leaves(settings: Settings, merged: Merged) -> Iterator[Explained]:
    """Every key that holds a value, in the order of the declared options."""
    yield from _leaves((), everything(settings), merged)


def _leaves(path: Path, value: Any, merged: Merged) -> Iterator[Explained]:
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _leaves((*path, key), one, merged)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for name, one in elements(value):
            yield from _leaves((*path, name), one, merged)
    else:
        yield _one(path, value, merged)


def _one(path: Path, value: Any, merged: Merged) -> Explained:
    origins = merged.origins.get(path, [])
    overrode = tuple(Overrode(covered(path, origin.value), origin.where) for origin in reversed(origins[:-1]))
    return Explained(dotted(path), covered(path, value), origins[-1].where if origins else "default", overrode)


def everything(settings: Settings) -> dict[str, Any]:
    """The settings as plain data, with the weights that nobody named."""
    data = plain(settings)
    data["triage"]["weights"] = {**WEIGHTS, **data["triage"]["weights"]}
    return data


def covered(path: Path, value: Any) -> Any:
    """The value, with texts that look like secrets covered; a reference may be seen."""
    if isinstance(value, dict):
        return {key: covered((*path, key), one) for key, one in value.items()}
    if isinstance(value, list):
        return [covered((*path, element(one, index)), one) for index, one in enumerate(value)]
    options = path[path.index("options") + 1 :] if "options" in path else ()
    if isinstance(value, str) and value and options and re.search(SECRET_KEY, str(options[-1])):
        return COVERED
    return value
