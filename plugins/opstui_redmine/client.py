"""Redmine's REST API: addresses, filters and the shapes that its answers must have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from opstui.connectors.api import Context
from opstui.connectors.http import Http, Reply, common, segment
from opstui.errors import SourceRefused, SourceUnavailable
from opstui_redmine.options import Settings

PAGE = 100
"""The most that Redmine gives in one answer, whatever is asked for."""

WHOLE = "journals,relations,allowed_statuses"

Filter = tuple[str, str, Sequence[str]]
"""Field, operator, values, as in Redmine's own filters: ``("updated_on", ">=", ["2026-11-20T08:00:00Z"])``."""

Json = Mapping[str, Any]


ASK = "Ask for the right there, or leave it out."


class Hidden(SourceRefused):
    """An issue that is there and may not be seen."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and how many there are in all."""

    issues: tuple[Json, ...]
    total: int


class Api:
    """What the connector asks of a server. Nothing is sent before the first question."""

    def __init__(self, settings: Settings, context: Context, options: Mapping[str, Any]) -> None:
        self.source = context.source
        self.url = settings.url
        self.http = Http(
            settings.url,
            context,
            headers={"X-Redmine-API-Key": settings.token},
            secrets=(settings.token,),
            wording=wording,
            **common(options),
        )

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def account(self) -> Json:
        """Whose key it is. This address asks for a key even where others may be read without one."""
        reply = self.http.get("/users/current.json", accept={403})
        if reply.status == 403:
            next_step = "An administrator switches it on: Administration, Settings, API, Enable REST web service."
            raise SourceRefused(f"{self.source}: 403, no answer to programs", "the REST API is off at this Redmine", next_step)
        return self.member(reply, "user")

    def issues(self, filters: Iterable[Filter], sort: str, *, offset: int = 0, limit: int = PAGE) -> Listing:
        """One page of issues with their relations."""
        query = [("set_filter", "1"), ("sort", sort), ("limit", str(limit)), ("offset", str(offset)), ("include", "relations")]
        for name, operator, values in filters:
            query += [("f[]", name), (f"op[{name}]", operator), *((f"v[{name}][]", value) for value in values)]
        reply = self.http.get(f"/issues.json?{urlencode(query)}")
        found = self.entries(reply, "issues")
        total = reply.json.get("total_count")
        for issue in found:
            self.sound(issue)
        return Listing(tuple(found), total if isinstance(total, int) else len(found))

    def issue(self, key: str) -> Json | None:
        """One issue with all that belongs to it; None when it is not there.

        Raises:
            Hidden: it is there, and this account may not see it.
        """
        reply = self.http.get(f"/issues/{segment(key)}.json", {"include": WHOLE}, accept={403, 404})
        if reply.status == 404:
            return None
        if reply.status == 403:
            raise Hidden(f"{self.source}: 403, issue {key} may not be seen", "this account has no right to it", ASK)
        issue = self.member(reply, "issue")
        self.sound(issue)
        return issue

    def all(self, path: str, name: str, most: int = 2000) -> Iterator[Json]:
        """Every entry of a list that comes in pages, up to ``most``; none where this account may not see the list."""
        for offset in range(0, most, PAGE):
            reply = self.http.get(path, {"limit": PAGE, "offset": offset}, accept={403, 404})
            if reply.status != 200:
                return
            found = self.entries(reply, name)
            yield from found
            if len(found) < PAGE:
                return

    # -- shapes

    def entries(self, reply: Reply, name: str) -> list[Json]:
        """The list under ``name``, all of it objects."""
        value = reply.json.get(name) if isinstance(reply.json, dict) else None
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.strange(f"an answer without a list of {name}")
        return value

    def member(self, reply: Reply, name: str) -> Json:
        """The object under ``name``."""
        value = reply.json.get(name) if isinstance(reply.json, dict) else None
        if not isinstance(value, dict):
            raise self.strange(f"an answer without the {name}")
        return value

    def sound(self, issue: Json) -> None:
        """An issue has a number, a status and the time of its last change; without them nothing can be told of it."""
        number, status = issue.get("id"), issue.get("status")
        if not isinstance(number, int) or isinstance(number, bool):
            raise self.strange("an issue without a number")
        if not isinstance(status, dict) or not isinstance(issue.get("updated_on"), str):
            raise self.strange(f"issue {number} without status or time of change")

    def strange(self, what: str) -> SourceUnavailable:
        """The error for right JSON of the wrong shape."""
        next_step = f"Look at {self.url} in a browser: is it a Redmine, and a current one?"
        return SourceUnavailable(f"{self.source}: an answer that is not Redmine's", what, next_step)


def wording(reply: Reply) -> str:
    """What Redmine says was wrong: ``{"errors": ["Subject cannot be blank"]}``."""
    body = reply.json
    errors = body.get("errors") if isinstance(body, dict) else None
    return "; ".join(str(one) for one in errors) if isinstance(errors, list) else ""
