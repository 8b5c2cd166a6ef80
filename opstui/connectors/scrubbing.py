"""Taking people out of what a source answered: the same person is the same stranger everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from opstui.domain.model import Person

STRANGERS = ("Ana Ruiz", "Bo Lind", "Cy Moss")

_MAIL = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_OURS = re.compile(r"(?:@|%40)example\.com$")

_NAMES = frozenset(("displayname", "realname", "fullname"))
_PARTS = frozenset(("firstname", "lastname", "givenname", "familyname", "surname"))
_IDS = frozenset(("accountid", "login", "username", "userkey"))
_MAILS = frozenset(("emailaddress", "email", "mail"))
_PEOPLE_KEYS = "user users author updateauthor assignee assignedto reporter requester creator owner lead actor watchers"
_PERSONS = frozenset(_PEOPLE_KEYS.split())
"""Keys whose value is somebody, with a name under ``name``."""

_DROPPED = frozenset(("avatarurls", "avatarurl", "avatar", "gravatar", "photo"))
_SHORTEST = 3


class Scrub:
    """Learns who people are from answers (``learn``), and puts strangers in their place (call it)."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._stands: dict[str, str] = {}
        self._numbers = 0
        self._pattern: re.Pattern[str] | None = None
        self._words: re.Pattern[str] | None = None
        for person in people:
            self._meet([person.name], [alias for alias in person.aliases if "@" not in alias], [person.email or ""])

    def learn(self, value: Any) -> bool:
        """Take note of everybody in an answer; whether there was somebody new."""
        before = len(self._stands)
        for names, ids, mails in _people(value):
            self._meet(names, ids, mails)
        return len(self._stands) > before

    def __call__(self, value: Any, key: str = "") -> Any:
        """The same without people."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self(one, key) for one in value]
        if isinstance(value, dict):
            return {
                self._text(str(name)): {} if _plain(str(name)) in _DROPPED else self(one, str(name))
                for name, one in value.items()
            }
        return value

    def _text(self, text: str) -> str:
        if self._pattern is None:
            known = sorted(self._stands, key=len, reverse=True)
            self._pattern = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in known) or r"(?!)", re.IGNORECASE)
        stands = self._stands
        text = self._pattern.sub(lambda found: stands[found[0].casefold()], text)
        return _MAIL.sub(self._mail, text)

    def _mail(self, found: re.Match[str]) -> str:
        address = found[0].replace("%40", "@").casefold()
        if _OURS.search(address) and address.startswith("person-"):
            return found[0]
        if address not in self._stands:
            self._meet([], [], [address])
        return self._stands[address]

    def _meet(self, names: Iterable[str], ids: Iterable[str], mails: Iterable[str]) -> None:
        """Somebody, known by any of these."""
        names, ids, mails = ([one.strip() for one in some if len(one.strip()) >= _SHORTEST] for some in (names, ids, mails))
        spellings = [one.casefold() for one in (*names, *ids, *mails)]
        if not spellings:
            return
        known = next((self._stands[one] for one in spellings if one in self._stands), "")
        if known and all(one in self._stands for one in spellings):
            return
        number = _number(known) or self._next()
        name = STRANGERS[number - 1] if number <= len(STRANGERS) else f"Person {number}"
        for one in names:
            self._stand(one, name)
            for part, stand in zip(_parts(one), (name.split()[0], name.split()[-1]), strict=False):
                self._stands.setdefault(part.casefold(), stand)
        for one in ids:
            self._stand(one, f"account-{number}")
        for one in mails:
            self._stand(one, f"person-{number}@example.com")
        self._pattern = None

    def _stand(self, known: str, stranger: str) -> None:
        """One for the other, in addresses too."""
        for form in (str, quote_plus, lambda text: quote(text, safe="")):
            self._stands.setdefault(form(known).casefold(), form(stranger))

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers


def _parts(name: str) -> list[str]:
    """The first and the last word of a person's name, which texts use alone."""
    words = [word for word in re.split(r"[\s,]+", name) if word]
    if len(words) < 2 or not all(word[0].isupper() for word in words):
        return []
    return [word if len(word) >= _SHORTEST else name for word in (words[0], words[-1])]


def _number(stand: str) -> int:
    """Which stranger a replacement belongs to, 0 for none."""
    for number, name in enumerate(STRANGERS, 1):
        if stand == name:
            return number
    found = re.search(r"\d+", stand)
    return int(found[0]) if found else 0


def _plain(key: str) -> str:
    return key.replace("_", "").replace("-", "").casefold()


def _people(value: Any, key: str = "") -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Everybody in a piece of JSON: names, ids, e-mails."""
    if isinstance(value, list):
        for one in value:
            yield from _people(one, key)
    if not isinstance(value, dict):
        return
    names, ids, mails = [], [], []
    person = _is_person(value, key)
    for name, one in value.items():
        plain = _plain(str(name))
        if isinstance(one, str):
            if plain in _NAMES | _PARTS:
                names.append(one)
            elif plain in _IDS or (person and plain in ("key", "name") and "displayName" in value):
                ids.append(one)
            elif plain in _MAILS:
                mails.append(one)
            elif person and plain == "name":
                names.append(one)
        else:
            yield from _people(one, str(name))
    if value.get("type") == "mention" and isinstance(attrs := value.get("attrs"), dict):
        ids.append(str(attrs.get("id", "")))
        names.append(str(attrs.get("text", "")).removeprefix("@"))
    first, last = (next((str(value[one]) for one in some if one in value), "") for some in (("firstname",), ("lastname",)))
    if first and last:
        names.insert(0, f"{first} {last}")
    if names or ids or mails:
        yield names, ids, mails


def _is_person(value: dict[str, Any], key: str) -> bool:
    plain = {_plain(str(name)) for name in value}
    return _plain(key) in _PERSONS or bool(plain & (_IDS | _MAILS | {"displayname"}))
