"""Who is who: one name per person, however a source spells it, and whether an owner can be told from a field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from opstui.domain.model import Person
from opstui.domain.text import clean_line, fold


def _set(spaced: str, *phrases: str) -> frozenset[str]:
    return frozenset((*spaced.split(), *phrases))


_NOBODY = _set(
    "- -- ? none nobody no-one unassigned unowned null nil n/a na tbd tba open empty (empty) (none) (unassigned) unknown",
    *("", "no one", "not assigned", "to be decided", "to be assigned", "no owner"),
)
_GROUPS = _set(
    "team teams group groups desk helpdesk servicedesk support queue dept department staff everyone all anyone shift crew pool "
    "office mailbox inbox info noreply no-reply operations ops triage dispatch on-call oncall committee board"
)
"""Words that name a body of people rather than one."""

_MAIL = re.compile(r"^(?P<name>[^<>]*?)\s*<(?P<mail>[^<>\s]+@[^<>\s]+)>$")
_SEVERAL = re.compile(r"\s*[;/&+|\n]\s*|\s+(?:and|und)\s+")
_TOKENS = re.compile(r"[\w-]+")
_KEPT = 20_000
_LONGEST = 200
"""Spellings remembered, and how long one may be; a column of a hundred thousand rows rarely has a thousand."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What a field that should name one person says: ``state`` is ``ok``, ``none`` or ``ambiguous``."""

    name: str | None
    state: str


_NONE = Owner(None, "none")


@dataclass(frozen=True, slots=True)
class People:
    """The persons of the config, and ``me`` among them; answers are remembered by spelling."""

    persons: tuple[Person, ...] = ()
    me: Person | None = None
    _index: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _teams: frozenset[str] = field(default=frozenset(), init=False, repr=False, compare=False)
    _vips: frozenset[str] = field(default=frozenset(), init=False, repr=False, compare=False)
    _seen: dict[str, Owner] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        everybody = self.persons if self.me is None or self.me in self.persons else (*self.persons, self.me)
        exact: dict[str, list[str]] = {}
        first: dict[str, list[str]] = {}
        for person in everybody:
            for spelling in _spellings(person):
                _add(exact, spelling, person.name)
            parts = fold(person.name).split()
            if len(parts) > 1:
                _add(first, parts[0], person.name)
        for spelling, names in first.items():
            exact.setdefault(spelling, names)
        self._index.update({spelling: tuple(names) for spelling, names in exact.items()})
        object.__setattr__(self, "_teams", frozenset(fold(p.team) for p in everybody if p.team))
        object.__setattr__(self, "_vips", frozenset(p.name for p in everybody if p.vip))

    def owner(self, raw: str | None) -> Owner:
        """The person a field names and whether it names exactly one. A group or several persons keep the field's words."""
        if not raw:
            return _NONE
        found = self._seen.get(raw)
        if found is None:
            if len(self._seen) >= _KEPT:
                self._seen.clear()
            found = self._read(clean_line(raw))
            if len(raw) <= _LONGEST:
                self._seen[raw] = found
        return found

    def canonical(self, name: str) -> str:
        """The one name of whoever is meant; a stranger's name comes back tidied."""
        return self.owner(name).name or clean_line(name)

    def owner_state(self, raw: str | None) -> str:
        """``ok``, ``none`` (nobody) or ``ambiguous`` (several persons, two of that name, or a group)."""
        return self.owner(raw).state

    def is_me(self, name: str | None) -> bool:
        """Whether this field names the manager."""
        if self.me is None or not name:
            return False
        owner = self.owner(name)
        return owner.state == "ok" and owner.name == self.me.name

    @property
    def has_vips(self) -> bool:
        """Whether anybody is marked as one."""
        return bool(self._vips)

    def vip(self, name: str | None) -> bool:
        """Whether this field names somebody marked as a VIP."""
        if not self._vips or not name:
            return False
        return self.owner(name).name in self._vips

    def _read(self, text: str) -> Owner:
        mail = _MAIL.match(text)
        shown = (mail["name"].strip(" \"'") or mail["mail"]) if mail else text
        for spelling in (text, shown, *((mail["mail"],) if mail else ())):
            names = self._lookup(spelling)
            if names:
                return Owner(names[0], "ok") if len(names) == 1 else Owner(shown, "ambiguous")
        folded = fold(shown)
        if folded in _NOBODY:
            return _NONE
        if folded in self._teams or _several(shown, self._index) or _is_group(folded):
            return Owner(shown, "ambiguous")
        return Owner(shown, "ok")

    def _lookup(self, spelling: str) -> tuple[str, ...]:
        folded = fold(spelling)
        names = self._index.get(folded)
        if names is None and "@" in folded:
            local = folded.partition("@")[0]
            names = self._index.get(re.sub(r"[._-]+", " ", local))
        if names is None and folded.count(",") == 1:
            last, _, given = folded.partition(",")
            names = self._index.get(f"{given.strip()} {last.strip()}")
        return names or ()


def _spellings(person: Person) -> Iterator[str]:
    yield person.name
    yield from person.aliases
    if person.email:
        yield person.email


def _add(index: dict[str, list[str]], spelling: str, name: str) -> None:
    names = index.setdefault(fold(spelling), [])
    if name not in names:
        names.append(name)


def _several(text: str, index: dict[str, tuple[str, ...]]) -> bool:
    """Whether more than one person is named. ``Ruiz, Ana`` is one, ``Ana Ruiz, Bo Lind`` are two."""
    parts = [part for part in _SEVERAL.split(text) if part]
    if len(parts) > 1:
        return True
    commas = [part.strip() for part in text.split(",") if part.strip()]
    if len(commas) != 2:
        return len(commas) > 2
    return all(fold(part) in index for part in commas) or all(len(part.split()) > 1 for part in commas)


def _is_group(folded: str) -> bool:
    name = folded.partition("@")[0] if "@" in folded else folded
    tokens = _TOKENS.findall(name.replace(".", " ").replace("_", " "))
    return any(token in _GROUPS or not _GROUPS.isdisjoint(token.split("-")) for token in tokens)
