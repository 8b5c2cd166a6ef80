"""Who a Jira account is: one of the config's people where it can be told, else the name that Jira shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opstui.domain.model import Person
from opstui.domain.text import clean_line, fold

NAME_LIMIT = 200
_KEPT = 20_000
"""Accounts remembered: a site's issues name the same few again and again."""
_SPELLINGS = ("accountId", "emailAddress", "name", "key", "displayName")
"""What may tell an account, the surest first. Cloud has account ids, Data Center names and keys."""
_SHOWN = ("displayName", "name", "emailAddress", "key", "accountId")


class Directory:
    """The people of the config by everything they go by."""

    def __init__(self, persons: Iterable[Person]) -> None:
        names: dict[str, set[str]] = {}
        for person in persons:
            for spelling in (person.name, *person.aliases, person.email or ""):
                if spelling:
                    names.setdefault(fold(spelling), set()).add(person.name)
        self._names = {spelling: next(iter(found)) for spelling, found in names.items() if len(found) == 1}
        self._seen: dict[tuple[Any, ...], str | None] = {}

    def name(self, account: Any) -> str | None:
        """The name of an account as Jira describes it, None where there is none."""
        if isinstance(account, str):
            return self._names.get(fold(account)) or clean_line(account, limit=NAME_LIMIT) or None
        if not isinstance(account, dict):
            return None
        told = tuple(map(account.get, _SPELLINGS))
        try:
            return self._seen[told]
        except KeyError:
            if len(self._seen) >= _KEPT:
                self._seen.clear()
            found = self._seen[told] = self._read(tuple(map(_text, told)))
            return found
        except TypeError:  # one of them is no text, but a list
            return self._read(tuple(map(_text, told)))

    def _read(self, told: tuple[str, ...]) -> str | None:
        for text in told:
            if found := self._names.get(fold(text)):
                return found
        by_field = dict(zip(_SPELLINGS, told, strict=True))
        return next((shown for field in _SHOWN if (shown := clean_line(by_field[field], limit=NAME_LIMIT))), None)

    def named(self, shown: Any, *ids: Any) -> str | None:
        """The name behind an account id or a shown name, as a changelog has them."""
        for one in ids:
            found = self._names.get(fold(_text(one)))
            if found:
                return found
        return self.name(_text(shown))


def identity(account: Any) -> str:
    """What Jira itself tells an account by: the account id on Cloud, the key or the name on Data Center."""
    if not isinstance(account, dict):
        return ""
    return next((text for field in ("accountId", "key", "name") if (text := _text(account.get(field)))), "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
