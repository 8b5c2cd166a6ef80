"""Whether a change whose answer was lost is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Pushed, Write
from opstui.connectors.http import segment
from opstui.connectors.shape import may, need
from opstui.domain.text import clean, clean_line
from opstui.errors import SourceUnavailable
from opstui_jira import site
from opstui_jira.people import identity
from opstui_jira.values import moment
from opstui_jira.writing import PROPERTY

if TYPE_CHECKING:
    from opstui.connectors.http import Http
    from opstui_jira.mapping import Mapper
    from opstui_jira.options import Settings

SKEW = timedelta(minutes=10)
"""By how much the site's clock may be behind what it last told of it."""

SETTLED = timedelta(minutes=1)
"""How long the search of Cloud may not know of a new issue."""

SIZE, BUDGET = 100, 20


def look(http: Http, settings: Settings, mapper: Mapper, write: Write) -> Pushed | None:
    """The comment or issue that this write made, None when there is none. Raises as ``Connector.look``."""
    since = (write.tried or write.made) - SKEW
    if write.verb == "comment":
        return _comment(http, mapper, write, since + http.clock_ahead)
    if write.verb == "create":
        found = _issue(http, settings, mapper, write, since)
        if found is None and mapper.site.is_cloud:
            _settled(http, write)
        return found
    return None


def _settled(http: Http, write: Write) -> None:
    """Cloud's search learns of a new issue a little later: that it finds none says nothing until then.

    Raises:
        SourceUnavailable: it is too early to tell.
    """
    left = SETTLED - (http.context.now() - (write.tried or write.made))
    if timedelta() < left <= SETTLED:
        raise SourceUnavailable(
            f"{http.context.source}: whether the new issue is there cannot be told yet",
            "its answer was lost, and Jira's search learns of a new issue a little later",
            "It is looked for again by itself, and not made twice",
            retry_after=left.total_seconds(),
        )


def _comment(http: Http, mapper: Mapper, write: Write, since: datetime) -> Pushed | None:
    me = _me(http, mapper)
    wanted = _same(write.value["text"])
    for one in _comments(http, mapper, write.key, since):
        id = one.get("id")
        ours = isinstance(id, str) and id not in write.taken and identity(one.get("author")) == me
        if ours and _same(mapper.text(one.get("body"))) == wanted:
            return Pushed(str(id))
    return None


def _comments(http: Http, mapper: Mapper, key: str, since: datetime) -> Iterator[Mapping[str, Any]]:
    """The comments made since then, newest first."""
    where = f"{http.context.source}: comments"
    path = f"{mapper.site.api}/issue/{segment(key)}/comment"
    for page in range(BUDGET):
        answer = http.get(path, {"orderBy": "-created", "startAt": page * SIZE, "maxResults": SIZE}).json
        found = [one for one in need(answer, "comments", list, where) if isinstance(one, Mapping)]
        recent = [one for one in found if (at := moment(one.get("created"))) is None or at >= since]
        yield from recent
        total = may(answer, "total", int, where)
        if len(recent) < len(found) or not found or total is None or (page + 1) * SIZE >= total:
            return


def _issue(http: Http, settings: Settings, mapper: Mapper, write: Write, since: datetime) -> Pushed | None:
    """An issue of ours with our mark in its property; where that is not told, as on Data Center, with the very same texts."""
    where = f"{http.context.source}: search"
    minutes = max(1, ceil((http.context.now() - since) / timedelta(minutes=1)))
    params: dict[str, str | int] = {
        "jql": f"creator = currentUser() AND created >= -{minutes}m ORDER BY created DESC",
        "maxResults": SIZE,
        "fields": "summary,description,created",
    }
    if mapper.site.is_cloud:  # the search of a Data Center knows no properties
        params["properties"] = PROPERTY
    path = "/rest/api/3/search/jql" if mapper.site.is_cloud else "/rest/api/2/search"
    texts = _same(clean_line(write.value["title"])), _same(str(write.value.get("body") or ""))
    alike: str | None = None
    for one in need(http.get(path, params).json, "issues", list, where):
        key = one.get("key") if isinstance(one, Mapping) else None
        if not isinstance(key, str) or key in write.taken:
            continue
        uid = _uid(one.get("properties"))
        if uid == write.uid:
            return Pushed(key)
        fields = one.get("fields")
        if not uid and isinstance(fields, Mapping):
            here = _same(clean_line(str(fields.get("summary") or ""))), _same(mapper.text(fields.get("description")))
            alike = alike or (key if here == texts else None)
    return Pushed(alike) if alike else None


def _me(http: Http, mapper: Mapper) -> str:
    return mapper.site.account_id or site.signed_in(http, mapper.site)[1]


def _uid(properties: Any) -> str:
    value = properties.get(PROPERTY) if isinstance(properties, Mapping) else None
    uid = value.get("uid") if isinstance(value, Mapping) else None
    return uid if isinstance(uid, str) else ""


def _same(text: str) -> str:
    """A text in the form in which ours and what came back are compared: markup may cost blanks, but no word."""
    return " ".join(clean(text).split())
