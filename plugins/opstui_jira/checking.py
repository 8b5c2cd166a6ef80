"""Trying a site without pulling it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Suggestion
from opstui.errors import SourceRefused
from opstui_jira import site
from opstui_jira.values import moment

if TYPE_CHECKING:
    from opstui.connectors.http import Http
    from opstui_jira.options import Settings
    from opstui_jira.site import Site


def check(http: Http, settings: Settings) -> str:
    """Who we are there, what it is, and how many issues the query finds, in one line.

    Raises:
        SourceUnavailable, SourceRefused: as ``Http.get``.
    """
    found = site.learn(http, settings)
    ends = settings.expires or _token_ends(http, settings, found)
    http.tell(account=found.account, expires=ends)
    count = _count(http, settings, found)
    until = f", token ends {ends:%Y-%m-%d}" if ends else ""
    lost = site.missing(found, settings)
    without = f"; no field {', '.join(lost)}" if lost else ""
    about = "about " if found.is_cloud else ""
    return f"{found.words} as {found.account}: {about}{count} issues match{until}{without}"


def suggestion(http: Http, settings: Settings, options: Mapping[str, Any]) -> Suggestion:
    """The options as they are and which Jira it is, so that this need not be found out again. Raises as ``check``."""
    found = site.learn(http, settings)
    notes = [f"The account is {found.account}"]
    if found.is_cloud and not settings.expires:
        notes.append('API tokens end after a year at most: token_expires = "2027-01-10" has you warned ahead')
    if not settings.create:
        notes.append('New issues need a place: create = { project = "OPS", type = "Task" }')
    return Suggestion(
        {**options, "deployment": "cloud" if found.is_cloud else "datacenter"},
        notes=tuple(notes),
        rows=_count(http, settings, found),
        title=found.words,
    )


def _count(http: Http, settings: Settings, found: Site) -> int:
    if found.is_cloud:
        return _number(http.post_query("/rest/api/3/search/approximate-count", {"jql": settings.jql}).json, "count")
    answer = http.get("/rest/api/2/search", {"jql": settings.jql, "maxResults": 0, "fields": "key"}).json
    return _number(answer, "total")


def _token_ends(http: Http, settings: Settings, found: Site) -> datetime | None:
    """When a personal access token of Data Center ends; it is not said which of several is in use, so the first counts."""
    if found.is_cloud or settings.user:
        return None
    try:
        told = http.get("/rest/pat/latest/tokens").json
    except SourceRefused:
        return None
    ends = [moment(one.get("expiringAt")) for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    return min((end for end in ends if end is not None), default=None)


def _number(value: Any, name: str) -> int:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, int) else 0
