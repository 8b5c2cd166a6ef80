"""The server: requests in, answers out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.redmine.site import (
    ATTRIBUTES,
    CAP,
    CATEGORIES,
    MEMBERS,
    PRIORITIES,
    PROJECTS,
    STATUSES,
    TOKEN,
    TRACKERS,
    USERS,
    Issue,
    Journal,
    Refused,
    check_subject,
    due_day,
    filters,
    paged,
    person,
    reference,
    shown,
    stamp,
    text,
)
from tests.support.faults import Request, Response


class Redmine:
    """The server. ``now`` is its clock, which moves a second with every change; ``allowed`` the statuses open from each."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)) -> None:
        self.now = now
        self.issues: dict[int, Issue] = {}
        self.relations: list[dict[str, Any]] = []
        self.keys = {TOKEN: 1}
        self.admins = {1}
        self.hidden: set[int] = set()
        self.allowed: dict[int, list[int]] = {}
        self.statuses = dict(STATUSES)
        self.rest = True
        self.edits_notes = True
        """Whether journals can be edited over the API: Redmine 5 and later."""
        self.last = {"issue": 0, "journal": 0, "relation": 0}

    def add(self, subject: str, *, age: timedelta = timedelta(), **values: Any) -> Issue:
        """An issue that is there, as old as ``age``."""
        at = self.now - age
        defaults = {"project_id": 1, "author_id": 5, "start_date": at.date().isoformat()}
        issue = Issue(self._next("issue"), created=at, updated=at, subject=subject, **{**defaults, **values})
        issue.closed = at if self.statuses[issue.status_id][1] else None
        self.issues[issue.id] = issue
        return issue

    def edit(self, number: int, *, by: int = 5, **change: Any) -> None:
        """Somebody changes an issue."""
        self._edit(self.issues[number], change, by)

    # -- requests

    def handle(self, request: Request) -> Response:
        """The answer to one request."""
        user = self.keys.get(request.headers.get("x-redmine-api-key", ""))
        if not self.rest:
            return Response(403)
        if user is None:
            return Response(401, b"", {"Content-Type": "application/json", "WWW-Authenticate": 'Basic realm="Redmine API"'})
        for method, pattern, answer in self._routes():
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                try:
                    return answer(self, request, user, *map(int, found.groups()))
                except Refused as errors:
                    return Response.json(422, {"errors": list(errors.args)})
                except (KeyError, LookupError):
                    return Response(404, b"", {"Content-Type": "application/json"})
                except ValueError:
                    return Response(400, b"", {"Content-Type": "application/json"})
        return Response(404, b"<!DOCTYPE html><title>Redmine 404 error</title>", {"Content-Type": "text/html"})

    @staticmethod
    def _routes() -> list[tuple[str, str, Callable[..., Response]]]:
        me = Redmine
        return [
            ("GET", r"/users/current\.json", me._current),
            ("GET", r"/users\.json", me._users),
            ("GET", r"/issue_statuses\.json", me._statuses),
            ("GET", r"/enumerations/issue_priorities\.json", me._priorities),
            ("GET", r"/trackers\.json", me._trackers),
            ("GET", r"/projects\.json", me._projects),
            ("GET", r"/projects/(\d+)/memberships\.json", me._memberships),
            ("GET", r"/issues\.json", me._list),
            ("POST", r"/issues\.json", me._create),
            ("GET", r"/issues/(\d+)\.json", me._show),
            ("PUT", r"/issues/(\d+)\.json", me._update),
            ("DELETE", r"/issues/(\d+)\.json", me._delete),
            ("POST", r"/issues/(\d+)/relations\.json", me._relate),
            ("PUT", r"/journals/(\d+)\.json", me._journal),
        ]

    # -- lists

    def _current(self, request: Request, user: int) -> Response:
        return Response.json(200, {"user": {**self._account(user), "api_key": "secret", "status": 1}})

    def _users(self, request: Request, user: int) -> Response:
        if user not in self.admins:
            return Response(403, b"", {"Content-Type": "application/json"})
        return paged("users", [self._account(number) for number in USERS], request)

    def _account(self, user: int) -> dict[str, Any]:
        login, first, last = USERS[user]
        mail = f"{login}@example.com"
        return {"id": user, "login": login, "admin": user in self.admins, "firstname": first, "lastname": last, "mail": mail}

    def _statuses(self, request: Request, user: int) -> Response:
        found = [{"id": number, "name": name, "is_closed": closed} for number, (name, closed) in self.statuses.items()]
        return Response.json(200, {"issue_statuses": found})

    def _priorities(self, request: Request, user: int) -> Response:
        found = [{"id": n, "name": name, "is_default": n == 2, "active": True} for n, name in PRIORITIES.items()]
        return Response.json(200, {"issue_priorities": found})

    def _trackers(self, request: Request, user: int) -> Response:
        return Response.json(200, {"trackers": [{"id": number, "name": name} for number, name in TRACKERS.items()]})

    def _projects(self, request: Request, user: int) -> Response:
        found = []
        for number, (identifier, name, parent) in PROJECTS.items():
            above = {"parent": {"id": parent, "name": PROJECTS[parent][1]}} if parent else {}
            found.append({"id": number, "name": name, "identifier": identifier, "status": 1, **above})
        return paged("projects", found, request)

    def _memberships(self, request: Request, user: int, project: int) -> Response:
        home = reference(project, PROJECTS[project][1])
        found = [{"id": n, "project": home, "user": person(who)} for n, who in enumerate(MEMBERS, 1)]
        return paged("memberships", found, request)

    # -- issues

    def _list(self, request: Request, user: int) -> Response:
        chosen = [one for one in self.issues.values() if one.id not in self.hidden]
        for name, operator, values in filters(request):
            chosen = [one for one in chosen if self._fits(one, name, operator, values, user)]
        for part in reversed(request.param("sort", "id:desc").split(",")):
            name, _, way = part.partition(":")
            keys: Mapping[str, Callable[[Issue], Any]] = {"id": lambda one: one.id, "updated_on": lambda one: one.updated}
            chosen.sort(key=keys[name], reverse=way == "desc")
        offset, limit = int(request.param("offset", "0")), min(int(request.param("limit", "25")), CAP)
        related = "relations" in request.param("include")
        shown = [{**self._plain(one), **({"relations": self._related(one)} if related else {})} for one in chosen]
        body = {"issues": shown[offset : offset + limit], "total_count": len(chosen), "offset": offset, "limit": limit}
        return Response.json(200, body)

    def _fits(self, issue: Issue, name: str, operator: str, values: list[str], user: int) -> bool:
        closed = self.statuses[issue.status_id][1]
        match name, operator:
            case "status_id", "*":
                return True
            case "status_id", "o" | "c":
                return closed == (operator == "c")
            case "project_id", "=":
                return str(issue.project_id) in values
            case "issue_id", "=":
                return str(issue.id) in re.findall(r"\d+", values[0])
            case "issue_id", ">=":
                return issue.id >= int(values[0])
            case "author_id", "=":
                return issue.author_id == (user if values[0] == "me" else int(values[0]))
            case "updated_on" | "created_on", ">=":
                try:
                    start = datetime.fromisoformat(values[0])
                except ValueError:
                    raise Refused(f"{'Updated' if name == 'updated_on' else 'Created'} is invalid") from None
                return (issue.updated if name == "updated_on" else issue.created) >= start
        raise Refused(f"{name} {operator} is nothing that this fake knows")

    def _show(self, request: Request, user: int, number: int) -> Response:
        issue = self.issues[number]
        if number in self.hidden:
            return Response(403, b"", {"Content-Type": "application/json"})
        body, include = self._plain(issue), request.param("include")
        if "relations" in include and self._related(issue):
            body["relations"] = self._related(issue)
        if "journals" in include:
            body["journals"] = [shown(one) for one in issue.journals]
        if "allowed_statuses" in include:
            open_to = self.allowed.get(issue.status_id, list(self.statuses))
            body["allowed_statuses"] = [self._status(one) for one in open_to]
        return Response.json(200, {"issue": body})

    def _plain(self, issue: Issue) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": issue.id,
            "project": reference(issue.project_id, PROJECTS[issue.project_id][1]),
            "tracker": reference(issue.tracker_id, TRACKERS[issue.tracker_id]),
            "status": self._status(issue.status_id),
            "priority": reference(issue.priority_id, PRIORITIES[issue.priority_id]),
            "author": person(issue.author_id),
        }
        if issue.assigned_to_id:
            body["assigned_to"] = person(issue.assigned_to_id)
        if issue.category_id:
            body["category"] = reference(issue.category_id, CATEGORIES[issue.category_id])
        body |= {"subject": issue.subject, "description": issue.description, "start_date": issue.start_date}
        body |= {"due_date": issue.due_date, "done_ratio": issue.done_ratio, "is_private": False, "estimated_hours": None}
        if issue.custom_fields:
            body["custom_fields"] = issue.custom_fields
        body |= {"created_on": stamp(issue.created), "updated_on": stamp(issue.updated)}
        return {**body, "closed_on": stamp(issue.closed) if issue.closed else None}

    def _status(self, number: int) -> dict[str, Any]:
        name, closed = self.statuses[number]
        return {"id": number, "name": name, "is_closed": closed}

    def _related(self, issue: Issue) -> list[dict[str, Any]]:
        return [one for one in self.relations if issue.id in (one["issue_id"], one["issue_to_id"])]

    # -- changes

    def _create(self, request: Request, user: int) -> Response:
        given = dict(request.json.get("issue") or {})
        project = next((n for n, one in PROJECTS.items() if given.get("project_id") in (one[0], n, str(n))), None)
        if project is None:
            raise Refused("Project cannot be blank", "Tracker cannot be blank", "Status cannot be blank")
        check_subject(given.get("subject") or "")
        tracker = int(given.pop("tracker_id", 1))
        given = {name: given[name] for name in ATTRIBUTES if name in given}
        self._tick()
        issue = self.add("", project_id=project, author_id=user, tracker_id=tracker)
        self._apply(issue, given)
        return Response.json(201, {"issue": self._plain(issue)})

    def _update(self, request: Request, user: int, number: int) -> Response:
        self._edit(self.issues[number], dict(request.json.get("issue") or {}), user)
        return Response(204)

    def _edit(self, issue: Issue, change: dict[str, Any], user: int) -> None:
        notes = change.pop("notes", None) or ""
        private = bool(change.pop("private_notes", False))
        details = self._apply(issue, change)
        if notes.strip() or details:
            self._tick()
            issue.journals.append(Journal(self._next("journal"), user, self.now, notes, private, details))
            issue.updated = self.now

    def _apply(self, issue: Issue, change: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Check and make a change; what the account may not set is passed over in silence, as Redmine does."""
        checked = {name: self._value(issue, name, value) for name, value in change.items() if name in ATTRIBUTES}
        details = []
        for name, value in checked.items():
            old = getattr(issue, name)
            if value != old:
                setattr(issue, name, value)
                details.append({"property": "attr", "name": name, "old_value": text(old), "new_value": text(value)})
        closed = self.statuses[issue.status_id][1]
        issue.closed = (issue.closed or self.now) if closed else None
        return details

    def _value(self, issue: Issue, name: str, value: Any) -> Any:
        match name:
            case "status_id":
                open_to = self.allowed.get(issue.status_id, list(self.statuses))
                return int(value) if int(value) in open_to else issue.status_id
            case "priority_id":
                if int(value) not in PRIORITIES:
                    raise Refused("Priority cannot be blank")
                return int(value)
            case "assigned_to_id":
                if value in (None, ""):
                    return None
                if int(value) not in (*MEMBERS, issue.author_id):
                    raise Refused("Assignee is invalid")
                return int(value)
            case "due_date":
                return due_day(issue, value)
            case "subject":
                return check_subject(value)
        return value

    def _delete(self, request: Request, user: int, number: int) -> Response:
        del self.issues[number]
        self.relations = [one for one in self.relations if number not in (one["issue_id"], one["issue_to_id"])]
        return Response(204)

    def _relate(self, request: Request, user: int, number: int) -> Response:
        """A relation is told in both journals and moves the time of neither issue."""
        given = request.json["relation"]
        ends, kind = [number, int(given["issue_to_id"])], given["relation_type"]
        if kind == "blocked":
            ends, kind = ends[::-1], "blocks"
        made = {"id": self._next("relation"), "issue_id": ends[0], "issue_to_id": ends[1], "relation_type": kind, "delay": None}
        self.relations.append(made)
        for one, other, name in ((ends[0], ends[1], kind), (ends[1], ends[0], "blocked" if kind == "blocks" else kind)):
            detail = {"property": "relation", "name": name, "old_value": None, "new_value": str(other)}
            self.issues[one].journals.append(Journal(self._next("journal"), user, self.now, details=[detail]))
        return Response.json(201, {"relation": made})

    def _journal(self, request: Request, user: int, number: int) -> Response:
        """A note is edited, or dropped when it is emptied; the issue's time does not move."""
        if not self.edits_notes:
            raise LookupError
        for issue in self.issues.values():
            for journal in issue.journals:
                if journal.id == number:
                    if journal.user != user and user not in self.admins:
                        return Response(403, b"", {"Content-Type": "application/json"})
                    journal.notes = request.json["journal"]["notes"]
                    if not journal.notes.strip() and not journal.details:
                        issue.journals.remove(journal)
                    return Response(204)
        raise LookupError

    def _next(self, kind: str) -> int:
        self.last[kind] += 1
        return self.last[kind]

    def _tick(self) -> None:
        self.now += timedelta(seconds=1)
