"""What a Jira is and has besides issues: itself, its people, fields, statuses, priorities, projects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.jira.core import Refused
from tests.fakes.jira.render import Render, stamp
from tests.support.faults import Request, Response

if TYPE_CHECKING:
    from tests.fakes.jira.server import Jira

LISTS = frozenset({"fields", "reconcileIssues", "properties", "id", "keys", "projectId"})


@dataclass(frozen=True)
class Asked:
    """One request, taken apart."""

    request: Request
    me: str
    parts: list[str]

    @property
    def method(self) -> str:
        """GET, POST, PUT or DELETE."""
        return self.request.method

    def get(self, name: str, default: str = "") -> str:
        """One parameter."""
        return self.request.param(name, default)

    def many(self, name: str) -> list[str] | None:
        """A parameter that is a list: repeated, or with commas; None when it is not there."""
        values = [one for key, value in self.request.query if key == name for one in value.split(",") if one]
        return values or None

    def number(self, name: str, default: int) -> int:
        """One parameter that is a number."""
        return int(self.get(name) or default)

    @property
    def body(self) -> Any:
        """The body as JSON.

        Raises:
            Refused: it is none.
        """
        try:
            value = self.request.json
        except ValueError as error:
            raise Refused(400, "There was an error parsing JSON. Check that your request body is valid.") from error
        return {} if value is None else value

    @property
    def search(self) -> dict[str, Any]:
        """A search's parameters, of the query or the body."""
        if self.method == "POST":
            return dict(self.body)
        return {name: self.many(name) if name in LISTS else value for name, value in self.request.query}


class Site:
    """Answers for all that is no issue."""

    def __init__(self, jira: Jira, base: Callable[[], str]) -> None:
        self.jira = jira
        self.render = Render(jira, base)

    def _serverinfo(self, asked: Asked) -> Response:
        server = self.jira.server
        numbers = [9, 12, 5] if server else [1001, 0, 0]
        return Response.json(200, {
            "baseUrl": "https://jira.example.com", "version": "9.12.5" if server else "1001.0.0-SNAPSHOT",
            "versionNumbers": numbers, "deploymentType": "Server" if server else "Cloud", "buildNumber": 100300,
            "buildDate": "2026-10-01T00:00:00.000+0000", "serverTime": stamp(self.jira.clock()), "scmInfo": "abc",
            "serverTitle": "Jira",
        })  # fmt: skip

    def _myself(self, asked: Asked) -> Response:
        return Response.json(200, self.render.user(asked.me, whole=True))

    def _field(self, asked: Asked) -> Response:
        return Response.json(200, [self.render.field_details(id) for id in self.jira.fields])

    def _status(self, asked: Asked) -> Response:
        return Response.json(200, [self.render.status(status) for status in self.jira.statuses.values()])

    def _statuses(self, asked: Asked) -> Response:
        words = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
        made = [
            {"id": s.id, "name": s.name, "description": "", "statusCategory": words[s.category], "scope": {"type": "GLOBAL"}}
            for s in self.jira.statuses.values()
        ]
        return self._page(asked, made, 200)

    def _priority(self, asked: Asked) -> Response:
        every = [self.render.priority(id) for id in self.jira.priorities]
        if asked.parts[1:] != ["search"]:
            return Response.json(200, every)
        return self._page(asked, [one | {"isDefault": one["id"] == "3"} for one in every], 50)

    def _project(self, asked: Asked) -> Response:
        every = [self.render.project(key) for key in self.jira.projects]
        if asked.parts[1:] == ["search"] and not self.jira.server:
            keys = asked.many("keys")
            return self._page(asked, [one for one in every if keys is None or one["key"] in keys], 50)
        if len(asked.parts) == 1 and self.jira.server:
            return Response.json(200, every)
        raise Refused(404, "null for uri: " + asked.request.path)

    def _user(self, asked: Asked) -> Response:
        people = [user for user in self.jira.users.values() if user.active]
        if asked.parts[1:] == ["assignable", "search"]:
            key = asked.get("issueKey") or asked.get("project")
            project = self.jira.find(key).project if asked.get("issueKey") else key
            if project not in self.jira.projects:
                raise Refused(404, f"No project could be found with key '{project}'.")
            among = self.jira.projects[project].assignable
            people = [user for user in people if among is None or user.id in among]
        elif asked.parts[1:] != ["search"]:
            raise Refused(404, "null for uri: " + asked.request.path)
        word = asked.get("username" if self.jira.server else "query").lower()
        if account := asked.get("accountId"):
            found = [user for user in people if user.id == account]
        else:
            found = [user for user in people if word in f"{user.name} {user.email} {user.id}".lower()]
        start = asked.number("startAt", 0)
        return Response.json(200, [self.render.user(user.id) for user in found[start : start + asked.number("maxResults", 50)]])

    def _mypermissions(self, asked: Asked) -> Response:
        names = (asked.get("permissions") or "BROWSE_PROJECTS").split(",")
        every = {
            name: {"id": str(number), "key": name, "name": name.title(), "type": "PROJECT", "havePermission": True}
            for number, name in enumerate(names, 10)
        }
        return Response.json(200, {"permissions": every})

    def _page(self, asked: Asked, every: list[Any], default: int) -> Response:
        start, most = asked.number("startAt", 0), asked.number("maxResults", default)
        shown = every[start : start + most]
        last = start + len(shown) >= len(every)
        page = {"startAt": start, "maxResults": most, "total": len(every), "isLast": last, "values": shown}
        return Response.json(200, page | {"self": f"https://jira.example.com{asked.request.path}"})
