"""Issues and what hangs on them, in both versions of the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.jira.core import Refused
from tests.fakes.jira.editing import Editing
from tests.fakes.jira.render import stamp
from tests.fakes.jira.searching import Search
from tests.fakes.jira.site import Asked, Site
from tests.support.faults import Request, Response

if TYPE_CHECKING:
    from tests.fakes.jira.server import Jira
    from tests.fakes.jira.state import Comment, Issue

EMPTY = Response(204)
WHOLE = (10**6, 100)
"""Comments and changelog entries within one issue asked for by itself."""


class Api(Site):
    """Finds out what an address stands for, and does it."""

    def __init__(self, jira: Jira, base: Callable[[], str]) -> None:
        super().__init__(jira, base)
        self.search = Search(jira, self.render)
        self.editing = Editing(jira)

    def answer(self, request: Request, parts: list[str], me: str) -> Response:
        """The answer to a request for the address ``parts``.

        Raises:
            Refused: Jira says no.
        """
        version = "2" if self.jira.server else "3"
        if parts == ["_edge", "tenant_info"] and not self.jira.server:
            return Response.json(200, {"cloudId": self.jira.cloud_id})
        if parts[:3] == ["rest", "pat", "latest"] and self.jira.server:
            return self._tokens(parts[3:], me)
        # The cloud says what it is under version 2 as well: that is how a client tells the two apart.
        if parts[:2] != ["rest", "api"] or (parts[2:3] != [version] and parts[2:4] != ["2", "serverInfo"]):
            raise Refused(404, "null for uri: " + request.path)
        asked = Asked(request, me, parts[3:])
        name = "_" + "_".join(parts[3:4]).replace("-", "_")
        handler: Callable[[Asked], Response] | None = getattr(self, name.lower(), None)
        if handler is None:
            raise Refused(404, "null for uri: " + request.path)
        if not me and parts[3] not in ("search", "serverInfo"):
            raise Refused(401, "You are not authenticated. Authentication required to perform this operation.")
        return handler(asked)

    # -- issues

    def _search(self, asked: Asked) -> Response:
        if self.jira.server and len(asked.parts) == 1:
            return Response.json(200, self.search.server(asked.search, asked.me))
        if not self.jira.server and asked.parts[1:] == ["jql"]:
            return Response.json(200, self.search.cloud(asked.search, asked.me))
        if not self.jira.server and asked.parts[1:] == ["approximate-count"] and asked.method == "POST":
            return Response.json(200, {"count": self.search.count(asked.body.get("jql") or "", asked.me)})
        if not self.jira.server and len(asked.parts) == 1:
            raise Refused(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")
        raise Refused(404, "null for uri: " + asked.request.path)

    def _issue(self, asked: Asked) -> Response:
        if len(asked.parts) == 1 and asked.method == "POST":
            return self._create(asked)
        if asked.parts[1:] == ["bulkfetch"] and asked.method == "POST" and not self.jira.server:
            return self._bulkfetch(asked)
        if asked.parts[1:2] == ["createmeta"]:
            return self._createmeta(asked)
        issue = self.jira.find(asked.parts[1])
        handler: Callable[[Asked, Issue], Response] | None = getattr(self, "_issue_" + "_".join(asked.parts[2:3]), None)
        if handler is None or (asked.parts[2:3] == ["changelog"] and self.jira.server):
            raise Refused(404, "null for uri: " + asked.request.path)
        return handler(asked, issue)

    def _create(self, asked: Asked) -> Response:
        project, values = self.editing.created(asked.body)
        issue = self.jira.create(project, {"reporter": asked.me} | values, asked.me, self.jira.clock())
        issue.properties = {one["key"]: one["value"] for one in asked.body.get("properties") or []}
        return Response.json(201, {"id": issue.id, "key": issue.key, "self": f"{self.render.api}/issue/{issue.id}"})

    def _bulkfetch(self, asked: Asked) -> Response:
        found: list[dict[str, Any]] = []
        errors = []
        wanted = asked.body["issueIdsOrKeys"]
        if len(wanted) > 100:
            raise Refused(400, "The maximum number of issues that can be fetched at once is 100.")
        for key in dict.fromkeys(wanted):
            try:
                issue = self.jira.find(key)
            except Refused as refused:
                errors.append({"id": key, "errorMessage": refused.messages[0]})
                continue
            found.append(
                self.render.issue(issue, asked.body.get("fields") or ["*navigable"], asked.body.get("expand") or [], WHOLE)
            )
        return Response.json(200, {"issues": found, "issueErrors": errors})

    def _createmeta(self, asked: Asked) -> Response:
        project = next((p for p in self.jira.projects.values() if asked.parts[2] in (p.key, p.id)), None)
        if project is None or asked.parts[3:] != ["issuetypes"]:
            raise Refused(404, "No project could be found.")
        types = [self.render.issue_type(id) for id, _ in project.types]
        page = {"startAt": 0, "maxResults": 50, "total": len(types)}
        return Response.json(200, page | ({"values": types, "isLast": True} if self.jira.server else {"issueTypes": types}))

    def _issue_(self, asked: Asked, issue: Issue) -> Response:
        if asked.method == "GET":
            expand = [one.strip() for one in asked.get("expand").split(",")]
            made = self.render.issue(issue, asked.many("fields") or ["*all"], expand, WHOLE)
            return Response.json(200, self.render.with_properties(made, issue, asked.many("properties")))
        if asked.method == "PUT":
            values = self.editing.values(asked.body, issue, issue.project)
            comments = self.editing.comments(asked.body)
            self.jira.change(issue, values, asked.me, self.jira.clock())
            for body in comments:
                self.jira.comment(issue, body, asked.me, self.jira.clock())
            return EMPTY
        if asked.method == "DELETE":
            self.jira.delete(issue.key)
            return EMPTY
        raise Refused(405, "Method Not Allowed")

    def _issue_assignee(self, asked: Asked, issue: Issue) -> Response:
        who = self.editing.person(asked.body, issue.project)
        self.jira.change(issue, {"assignee": who}, asked.me, self.jira.clock())
        return EMPTY

    def _issue_editmeta(self, asked: Asked, issue: Issue) -> Response:
        return Response.json(200, {"fields": self.render.edit_fields()})

    def _issue_changelog(self, asked: Asked, issue: Issue) -> Response:
        return self._page(asked, [self.render.history(entry) for entry in issue.histories], 100)

    def _issue_transitions(self, asked: Asked, issue: Issue) -> Response:
        possible = self.jira.possible(issue)
        if asked.method == "GET":
            asks = "transitions.fields" in asked.get("expand")
            chosen = [move for move in possible if asked.get("transitionId") in ("", move.id)]
            return Response.json(
                200, {"expand": "transitions", "transitions": [self.render.transition(m, asks=asks) for m in chosen]}
            )
        wanted = str((asked.body.get("transition") or {}).get("id", ""))
        move = next((move for move in possible if move.id == wanted), None)
        if move is None:
            raise Refused(
                400,
                "It seems that you have tried to perform a workflow operation (transition) that is not valid for the current "
                "state of this issue.",
            )
        values = self.editing.values(asked.body, issue, issue.project, allowed={ask.id for ask in move.asks})
        missing = {ask.id: f"{ask.name} is required." for ask in move.asks if ask.required and not values.get(ask.id)}
        if missing:
            raise Refused(400, **missing)
        comments = self.editing.comments(asked.body)
        self.jira.change(issue, {"status": move.end} | values, asked.me, self.jira.clock())
        for body in comments:
            self.jira.comment(issue, body, asked.me, self.jira.clock())
        return EMPTY

    def _issue_comment(self, asked: Asked, issue: Issue) -> Response:
        if len(asked.parts) == 3 and asked.method == "GET":
            start, most = asked.number("startAt", 0), min(asked.number("maxResults", 100), 5000)
            return Response.json(200, self.render.comments(issue, start, most, newest=asked.get("orderBy") == "-created"))
        if len(asked.parts) == 3:
            body = self.editing.document(asked.body.get("body"))
            return Response.json(201, self.render.comment(self.jira.comment(issue, body, asked.me, self.jira.clock()), issue))
        comment = next((one for one in issue.comments if one.id == asked.parts[3]), None)
        if comment is None:
            raise Refused(404, "Can not find a comment for the id: " + asked.parts[3] + ".")
        return self._one_comment(asked, issue, comment)

    def _one_comment(self, asked: Asked, issue: Issue, comment: Comment) -> Response:
        if asked.method == "DELETE":
            issue.comments.remove(comment)
            issue.updated = max(issue.updated, self.jira.clock())
            return EMPTY
        if asked.method == "PUT":
            comment.body = self.editing.document(asked.body.get("body"))
            comment.updated = issue.updated = max(issue.updated, self.jira.clock())
        return Response.json(200, self.render.comment(comment, issue))

    def _issuelink(self, asked: Asked) -> Response:
        kind = asked.body["type"]
        type_id = next(
            (id for id, link in self.jira.links.items() if kind.get("id") == id or kind.get("name") == link[1]), None
        )
        if type_id is None:
            raise Refused(404, f"No issue link type with name '{kind.get('name')}' found.")
        # The vendor's words: the inward issue is the one that acts.
        acting, other = (self.jira.find(asked.body[side]["key"]) for side in ("inwardIssue", "outwardIssue"))
        self.jira.join(type_id, acting, other, asked.me, self.jira.clock())
        return Response(201)

    # -- tokens of a data center

    def _tokens(self, parts: list[str], me: str) -> Response:
        if parts[:1] != ["tokens"]:
            raise Refused(404, "null for uri")
        if not me:
            raise Refused(401, "You are not authenticated.")
        made = self.jira.clock() - timedelta(days=60)
        one = {"id": 1, "name": "opstui", "createdAt": stamp(made), "lastAccessedAt": stamp(self.jira.clock())}
        if self.jira.pat_expires:
            one["expiringAt"] = stamp(self.jira.pat_expires)
        return Response.json(200, [one])
