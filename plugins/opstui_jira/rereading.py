"""Open issues read again by their keys: what left the query stays true here, and what is gone is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Page
from opstui.connectors.http import segment
from opstui.connectors.shape import need
from opstui_jira import jql, site
from opstui_jira.batches import Query, by_key, issues_of
from opstui_jira.mapping import Mapper
from opstui_jira.values import Unreadable, key_of

if TYPE_CHECKING:
    from opstui.connectors.http import Http

MOST = 200
"""Keys at a time."""

AT_ONCE = 100
"""Issues for one request."""

CONFIRMED = 20
"""Keys of which it is asked one by one whether they are gone."""


def page(http: Http, mapper: Mapper, keys: Sequence[str], since: datetime) -> Page:
    """These issues as they are now. ``deleted`` names those of which the site says that they are not there.

    Raises:
        SourceUnavailable, SourceRefused: as ``Http.get``.
    """
    found: list[Any] = []
    for start in range(0, len(keys), AT_ONCE):
        found += _read(http, mapper, keys[start : start + AT_ONCE])
    told = mapper.page(_once(found), since)
    here = {item.key for item in told.items} | {refusal.where for refusal in told.refused}
    lost = [key for key in keys if key not in here][:CONFIRMED]
    gone, moved = _confirmed(http, mapper, lost) if lost else ([], [])
    later = mapper.page([issue for issue in _once(moved) if key_of(issue) not in here], since)
    return replace(told, items=(*told.items, *later.items), refused=(*told.refused, *later.refused), deleted=tuple(gone))


def _read(http: Http, mapper: Mapper, keys: Sequence[str]) -> list[Any]:
    if mapper.site.is_cloud:
        return by_key(http, Query("", mapper.fields, True), keys)
    where = f"{http.context.source}: issues by key"
    body = {"jql": jql.keyed(keys), "fields": mapper.fields, "expand": ["changelog"], "maxResults": len(keys)}
    # A key that is gone is no mistake in the query then.
    return issues_of(http.post_query("/rest/api/2/search", {**body, "validateQuery": False}).json, where)


def _confirmed(http: Http, mapper: Mapper, keys: Sequence[str]) -> tuple[list[str], list[Any]]:
    """Of keys that were not answered, those that are not there, and issues that go by another key now."""
    where = f"{http.context.source}: an issue by key"
    gone: list[str] = []
    moved: list[Any] = []
    for key in keys:
        params = {"fields": ",".join(mapper.fields), "expand": "changelog"}
        reply = http.get(f"{mapper.site.api}/issue/{segment(key)}", params, accept=(404, 410))
        if reply.status != 200:
            gone.append(key)
        elif need(reply.json, "key", str, where) != key:
            gone.append(key)
            moved.append(reply.json)
    if gone:  # nobody in particular sees no issue at all, which is no reason to close any
        site.signed_in(http, mapper.site)
    return gone, moved


def _once(issues: Sequence[Any]) -> list[Any]:
    """Each key once; what has none is left to be refused."""
    found: dict[str, Any] = {}
    for place, issue in enumerate(issues):
        try:
            found.setdefault(key_of(issue), issue)
        except Unreadable:
            found[f"\n{place}"] = issue
    return list(found.values())
