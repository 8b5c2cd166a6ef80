"""What is wrong with a configuration: one finding a mistake, with its place and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from opstui.domain.text import clean_line
from opstui.errors import ConfigError

BARE = r"[A-Za-z0-9_-]+"

Path = tuple[str | int, ...]
"""The parts of a dotted key; an element of a list goes by its name, else by its index."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake or doubt: ``where`` is ``file:line``, ``environment: NAME`` or ``flag: KEY``."""

    severity: Literal["error", "warning"]
    where: str
    key: str
    why: str
    next_step: str = ""

    def __post_init__(self) -> None:
        for part in ("where", "key", "why", "next_step"):  # they quote files of other people
            object.__setattr__(self, part, clean_line(getattr(self, part)))

    @property
    def named(self) -> bool:
        """Whether its place names the key already, as a flag does."""
        return self.where == f"flag: {self.key}"

    def __str__(self) -> str:
        head = f"{self.where}: " if self.where else ""
        subject = f"{self.key}: " if self.key and not self.named else ""
        return f"{head}{subject}{self.why}" + (f". {self.next_step}" if self.next_step else "")


def config_error(findings: Iterable[Finding]) -> ConfigError:
    """The error that carries every finding that is one."""
    errors = [finding for finding in findings if finding.severity == "error"]
    lines = tuple(str(error) for error in errors)
    if len(errors) == 1:
        one = errors[0]
        subject = f"{one.where}: {one.key}" if one.key and not one.named else one.where
        return ConfigError(subject, one.why, one.next_step, findings=lines)
    return ConfigError(
        f"{len(errors)} mistakes in the configuration",
        "the first is " + lines[0],
        "See all: opstui config check",
        findings=lines,
    )


def dotted(path: Path) -> str:
    """``("sources", "help desk", "every")`` -> ``sources."help desk".every``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            shown = part if re.fullmatch(BARE, part) else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
            text += f".{shown}" if text else shown
    return text


PART = r'\s*(?:"((?:[^"\\]|\\.)*)"|([^."\s]+)|\[(\d+)\])\s*'


def parts(key: str) -> Path:
    """The other way round; an element without a name is ``[1]`` and on.

    Raises:
        ConfigError: the text is no dotted key.
    """
    found: list[str | int] = []
    part, place = re.compile(PART), 0
    while match := part.match(key, place):
        quoted, bare, index = match.groups()
        if index is not None:
            found.append(int(index) - 1)
        elif bare is not None and (indexed := re.fullmatch(r"(.+)\[(\d+)\]", bare)):
            found += [indexed[1], int(indexed[2]) - 1]
        else:
            found.append(bare if bare is not None else re.sub(r"\\(.)", r"\1", quoted))
        place = match.end()
        if place == len(key):
            return tuple(found)
        if key[place] == "[":
            continue
        if key[place] != ".":
            break
        place += 1
    raise ConfigError(
        f"{key!r} is no key", "parts are joined by dots", 'Write for example day.timezone or sources."help desk".every'
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or an empty text."""
    from difflib import get_close_matches  # only a mistake pays for it

    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean x?``, else the known words when they are few."""
    words = tuple(known)
    if close := nearest(word, words):
        return f"Did you mean {close}?"
    return f"Known: {', '.join(words)}" if 0 < len(words) <= 25 else ""
