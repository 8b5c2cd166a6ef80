"""The two searches: tokens in the cloud, offsets in a data center."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.jira.core import Refused
from tests.fakes.jira.jql import BadJql, Query, parse

if TYPE_CHECKING:
    from tests.fakes.jira.core import World
    from tests.fakes.jira.render import Render
    from tests.fakes.jira.state import Issue

UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
MOST_RECONCILED = 50


@dataclass
class _Place:
    """Where a token stands: how far, what was shown before it, and since when it is good."""

    jql: str
    offset: int
    seen: frozenset[str]
    made: datetime


class Search:
    """Answers searches. The switches make it as unkind as the vendor's may be.

    ``most``: issues a page with fields at most; ``most_ids``: without. ``short``: every page holds only so many, though
    more follow. ``shifting``: a page is counted from the beginning, so that what moves meanwhile shifts the rest; in a
    data center it is always so. ``repeats``: the first page again and again. ``loops``: the same token again and again.
    """

    def __init__(self, world: World, render: Render) -> None:
        self.world = world
        self.render = render
        self.most = 100
        self.most_ids = 5000
        self.most_comments = 20
        self.most_changes = 40
        self.short: int | None = None
        self.shifting = False
        self.repeats = False
        self.loops = False
        self.life = timedelta(days=7)
        self._places: dict[str, _Place] = {}

    def cloud(self, asked: dict[str, Any], me: str) -> dict[str, Any]:
        """A page by token.

        Raises:
            Refused: 400 with Jira's words.
        """
        jql = asked.get("jql") or ""
        query = self._query(jql, me)
        if query.where is None:
            raise Refused(400, UNBOUNDED)
        fields, expand = asked.get("fields"), _listed(asked.get("expand"))
        size = min(_size(asked, 50), self.most if {*_listed(fields)} - {"id", "key"} else self.most_ids)
        if len(asked.get("reconcileIssues") or []) > MOST_RECONCILED:
            raise Refused(400, f"The reconcileIssues parameter takes at most {MOST_RECONCILED} ids.")
        found = self._found(query, me, {str(id) for id in asked.get("reconcileIssues") or []})
        token = asked.get("nextPageToken")
        place = self._place(token, jql)
        rest = self._rest(found, place)
        page = rest[: min(size, self.short or size)]
        most = (self.most_comments, self.most_changes)
        wanted = asked.get("properties")
        wanted = _listed(wanted) if isinstance(wanted, str) else wanted
        issues = [self.render.with_properties(self.render.issue(issue, fields, expand, most), issue, wanted) for issue in page]
        made: dict[str, Any] = {"issues": issues, "isLast": len(page) == len(rest) and not (self.repeats or self.loops)}
        if not made["isLast"]:
            made["nextPageToken"] = token if self.loops and token else self._token(jql, page, place)
        return made

    def server(self, asked: dict[str, Any], me: str) -> dict[str, Any]:
        """A page by offset.

        Raises:
            Refused: 400 with Jira's words.
        """
        strict = str(asked.get("validateQuery", "true")).lower() != "false"
        query = self._query(asked.get("jql") or "", me, strict=strict)
        start, size = int(asked.get("startAt") or 0), min(_size(asked, 50), self.most_ids)
        size = min(size, self.most)
        found = self._found(query, me, set())
        at = 0 if self.repeats else start
        page = found[at : at + min(size, self.short or size)]
        fields, expand = asked.get("fields") or ["*navigable"], _listed(asked.get("expand"))
        whole = (10**6, 10**6)
        issues = [self.render.issue(issue, fields, expand, whole) for issue in page]
        return {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found), "issues": issues}

    def count(self, jql: str, me: str) -> int:
        """How many a query finds.

        Raises:
            Refused: 400 with Jira's words.
        """
        query = self._query(jql, me)
        if query.where is None:
            raise Refused(400, UNBOUNDED)
        return len(self._found(query, me, set()))

    def _query(self, jql: str, me: str, *, strict: bool = True) -> Query:
        try:
            return parse(jql, self.world, me, strict=strict)
        except BadJql as error:
            raise Refused(400, str(error)) from error

    def _found(self, query: Query, me: str, reconcile: set[str]) -> list[Issue]:
        # Whoever is nobody sees no issue: 200, and nothing in it.
        return query.run(self.world.indexed(reconcile)) if me else []

    def _place(self, token: str | None, jql: str) -> _Place | None:
        if token is None:
            return None
        place = self._places.get(token)
        if place is None or self.world.clock() - place.made > self.life:
            raise Refused(400, "The provided next page token is invalid or expired.")
        if place.jql != jql:
            raise Refused(400, "The provided next page token belongs to another query.")
        return place

    def _rest(self, found: list[Issue], place: _Place | None) -> list[Issue]:
        if place is None or self.repeats:
            return found
        if self.shifting:
            return found[place.offset :]
        return [issue for issue in found if issue.id not in place.seen]

    def _token(self, jql: str, page: list[Issue], before: _Place | None) -> str:
        token = secrets.token_urlsafe(12)
        seen = (before.seen if before else frozenset()) | {issue.id for issue in page}
        self._places[token] = _Place(jql, (before.offset if before else 0) + len(page), seen, self.world.clock())
        return token


def _size(asked: dict[str, Any], default: int) -> int:
    value = asked.get("maxResults")
    size = default if value is None else int(value)
    if size < 0:
        raise Refused(400, "The value of maxResults must not be negative.")
    return size


def _listed(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [one.strip() for one in (value or "").split(",") if one.strip()]
