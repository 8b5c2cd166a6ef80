"""Finding the account that a person of the config, or a name that somebody typed, stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opstui.domain.text import clean_line, fold
from opstui.errors import WriteRefused
from opstui_jira.people import identity

if TYPE_CHECKING:
    from opstui.connectors.http import Http
    from opstui_jira.mapping import Mapper

ACCOUNT_ID = re.compile(r"[0-9a-f]{24}|\d+:[0-9a-f]{8}-[0-9a-f-]{27}|(?:qm|ug|unknown):\S+")
"""How Cloud's account ids look: https://developer.atlassian.com/cloud/jira/platform/user-privacy-developer-guide/"""

_QUERIES = 6
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Account:
    """An account that can be assigned: ``reference`` as a request names it, ``shown`` as an item would show it."""

    reference: Mapping[str, str]
    shown: str


def find(http: Http, mapper: Mapper, wanted: Mapping[str, Any], place: Mapping[str, str]) -> Account:
    """The one account that ``wanted`` (name, aliases, email) means and that can be assigned at ``place``.

    ``place`` is ``{"issueKey": …}`` or ``{"project": …}``.

    Raises:
        WriteRefused: there is none, or there are several.
    """
    name = clean_line(str(wanted.get("name") or ""))
    email = clean_line(str(wanted.get("email") or ""))
    spellings = [text for one in (name, *(wanted.get("aliases") or ())) if (text := clean_line(str(one)))]
    near: dict[str, str] = {}
    for parameter, query in _queries(mapper.site.is_cloud, spellings, email):
        found = list(_people(http, mapper, {**place, parameter: query}))
        exact = found if parameter == "accountId" else _exact(found, spellings, email)
        if not exact and fold(query) == fold(email) and len(found) == 1:
            exact = found  # Cloud finds by an e-mail address that it does not show
        if len(exact) == 1:
            return _account(mapper, exact[0])
        if exact:
            raise _refused(http, f"{name or email} is several accounts: {_list(exact)}", _ALIAS)
        near.update((identity(one), _words(one)) for one in found)
    why = f"no account of {name or email} can be assigned here"
    if near:
        why += f"; there are {', '.join(list(near.values())[:_NAMED])}"
    raise _refused(http, why, _ALIAS)


_ALIAS = "Say it in full, or put the account's e-mail address or id among the person's aliases in the config"


def _queries(is_cloud: bool, spellings: Iterable[str], email: str) -> Iterator[tuple[str, str]]:
    """What to ask for, the surest first."""
    texts = list(dict.fromkeys(filter(None, spellings)))
    ids = [text for text in texts if ACCOUNT_ID.fullmatch(text)] if is_cloud else []
    others = list(dict.fromkeys(text for text in (email, *texts) if text and text not in ids))
    parameter = "query" if is_cloud else "username"
    yield from [*(("accountId", id) for id in ids), *((parameter, text) for text in others)][:_QUERIES]


def _people(http: Http, mapper: Mapper, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    answer = http.get(f"{mapper.site.api}/user/assignable/search", {**params, "maxResults": 50}).json
    for one in answer if isinstance(answer, list) else ():
        if isinstance(one, Mapping) and identity(one) and one.get("active") is not False:
            yield one


def _exact(found: list[Mapping[str, Any]], spellings: Iterable[str], email: str) -> list[Mapping[str, Any]]:
    """Those whose e-mail address it is, else those that go by one of the names."""
    named = {fold(text) for text in spellings}
    by_mail = [one for one in found if fold(_text(one, "emailAddress")) in {fold(email), *named} - {""}]
    ids = ("accountId", "name", "key", "displayName")
    return by_mail or [one for one in found if any(fold(_text(one, field)) in named for field in ids)]


def _account(mapper: Mapper, one: Mapping[str, Any]) -> Account:
    field = "accountId" if mapper.site.is_cloud else "name"
    return Account({field: _text(one, field)}, mapper.people.name(one) or "")


def _list(found: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join([_words(one) for one in found][:_NAMED])


def _words(one: Mapping[str, Any]) -> str:
    detail = _text(one, "emailAddress") or _text(one, "name") or _text(one, "accountId")
    return clean_line(f"{_text(one, 'displayName') or identity(one)} ({detail})", limit=100)


def _refused(http: Http, why: str, step: str) -> WriteRefused:
    return WriteRefused(f"{http.context.source}: the person cannot be told", why, step)


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    return text if isinstance(text, str) else ""
