"""The Jira itself, without HTTP: what there is, and every way in which it changes. Each change is in the changelog."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.jira import state
from tests.fakes.jira.state import Comment, History, Issue, Status, Transition, User


class Refused(Exception):
    """Jira says no: ``messages`` in general, ``errors`` by field."""

    def __init__(self, status: int, /, *messages: str, **errors: str) -> None:
        super().__init__(*messages, errors)
        self.status = status
        self.messages = list(messages)
        self.errors = errors


class World:
    """State and the changes to it. ``server`` is True for a data center.

    A test changes things "at the server" with ``add``, ``alter``, ``say``, ``link``, ``move`` and ``delete``; each
    takes ``at`` and ``by``, else the clock says when, and Bo did it.
    """

    categories = state.CATEGORIES

    def __init__(self, *, server: bool = False) -> None:
        self.server = server
        self.clock: Callable[[], datetime] = state.utc_now
        self.users = state.people(server)
        self.projects = state.projects()
        self.statuses: dict[str, Status] = {status.id: status for status in state.STATUSES}
        self.transitions: dict[str, Transition] = {move.id: move for move in state.TRANSITIONS}
        self.priorities = dict(state.PRIORITIES)
        self.resolutions = dict(state.RESOLUTIONS)
        self.links = {link[0]: link for link in state.LINKS}
        self.fields = {**state.SYSTEM, **state.CUSTOM}
        self.issues: dict[str, Issue] = {}
        self.gone: list[str] = []
        """Keys of what was deleted."""
        self._next = 10000
        self._index: dict[str, Issue] | None = None

    # -- by a test

    def person(self, name: str) -> User:
        """Somebody by the first part of their e-mail address: ``ana``, ``bo``, ``cy``."""
        return next(user for user in self.users.values() if user.email.startswith(f"{name}@"))

    def add(self, project: str, summary: str, *, at: datetime | None = None, by: str = "bo", **fields: Any) -> Issue:
        """A new issue. ``fields`` are given by words: ``status="Done"``, ``priority="High"``, ``assignee="ana"``."""
        who = self.person(by).id
        values = self._values(fields)
        return self.create(project, {"summary": summary, "reporter": who} | values, who, at or self.clock())

    def alter(self, key: str, *, at: datetime | None = None, by: str = "bo", **fields: Any) -> Issue:
        """Change fields of an issue, given as for ``add``."""
        issue = self.find(key)
        self.change(issue, self._values(fields), self.person(by).id, at or self.clock())
        return issue

    def say(self, key: str, text: Any, *, at: datetime | None = None, by: str = "bo") -> Comment:
        """A comment by somebody."""
        return self.comment(self.find(key), self.document(text), self.person(by).id, at or self.clock())

    def link(self, key: str, kind: str, other: str, *, at: datetime | None = None, by: str = "bo") -> None:
        """``link("OPS-1", "blocks", "OPS-2")``: by the outward wording."""
        type_id = next(link[0] for link in self.links.values() if kind in (link[3], link[1]))
        self.join(type_id, self.find(key), self.find(other), self.person(by).id, at or self.clock())

    def delete(self, key: str) -> None:
        """An issue is gone, and every link to it."""
        issue = self.find(key)
        del self.issues[issue.id]
        self.gone.append(issue.key)
        for other in self.issues.values():
            other.links = [link for link in other.links if link[3] != issue.id]

    def hold_index(self) -> None:
        """Let the search know nothing of what is written from now on, until ``settle``."""
        self._index = copy.deepcopy(self.issues)

    def settle(self) -> None:
        """Let the search know everything."""
        self._index = None

    def document(self, text: Any) -> Any:
        """A text as this Jira keeps it: a document in the cloud, wiki text in a data center."""
        if not isinstance(text, str) or self.server:
            return text
        lines = [
            {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")
        ]
        return {"type": "doc", "version": 1, "content": lines}

    # -- reading

    def find(self, key: str) -> Issue:
        """An issue by key or id.

        Raises:
            Refused: there is none.
        """
        if key in self.issues:
            return self.issues[key]
        for issue in self.issues.values():
            if issue.key == key.upper():
                return issue
        raise Refused(404, "Issue does not exist or you do not have permission to see it.")

    def indexed(self, reconcile: set[str] = frozenset()) -> list[Issue]:  # type: ignore[assignment]
        """What the search sees; of ``reconcile`` (ids) it sees the newest."""
        if self._index is None:
            return list(self.issues.values())
        live = {id: issue for id, issue in self.issues.items() if id in reconcile}
        return list({**{id: issue for id, issue in self._index.items() if id in self.issues}, **live}.values())

    def named(self, field: str, id: str | None) -> str:
        """The name of a value that is kept by its id, as the changelog words it."""
        if id is None:
            return ""
        if field in ("assignee", "reporter"):
            return self.users[id].name if id in self.users else id
        if field == "issuetype":
            return dict(pair for project in self.projects.values() for pair in project.types).get(id, id)
        tables = {"priority": self.priorities, "resolution": self.resolutions}
        if field == "status":
            return self.statuses[id].name
        return tables[field][id] if field in tables else str(id)

    def knows(self, field: str, text: str) -> bool:
        """Whether JQL may name ``text`` as a value of ``field``."""
        low = text.lower()
        pairs: dict[str, list[tuple[str, str]]] = {
            "status": [(status.id, status.name) for status in self.statuses.values()],
            "statuscategory": [(key, name) for key, (_, name, _) in self.categories.items()],
            "priority": list(self.priorities.items()),
            "resolution": list(self.resolutions.items()),
            "project": [pair for p in self.projects.values() for pair in ((p.id, p.key), (p.key, p.name))],
            "issuetype": [pair for p in self.projects.values() for pair in p.types],
        }
        return any(low in (id.lower(), name.lower()) for id, name in pairs[field])

    def possible(self, issue: Issue) -> list[Transition]:
        """The transitions that an issue can make now."""
        here = issue.values["status"]
        return [move for move in self.transitions.values() if (here in move.start if move.start else here != move.end)]

    # -- changing, as the API does it

    def create(self, project: str, values: dict[str, Any], by: str, at: datetime) -> Issue:
        """A new issue; ``values`` as they are kept."""
        place = self.projects[project]
        place.count += 1
        id = self._id()
        kept = {**state.DEFAULTS, "labels": [], "issuetype": place.types[0][0], **values}
        issue = Issue(id, f"{project}-{place.count}", project, at, at, by, kept)
        issue.values["statuscategorychangedate"] = at
        if self.statuses[kept["status"]].category == "done" and not kept["resolution"]:
            kept["resolution"], kept["resolutiondate"] = "10000", at
        self.issues[id] = issue
        return issue

    def change(self, issue: Issue, values: dict[str, Any], by: str, at: datetime) -> bool:
        """Set fields; what is the same already leaves no trace. Whether anything changed."""
        values = dict(values)
        if "status" in values and values["status"] != issue.values["status"]:
            done = self.statuses[values["status"]].category == "done"
            before = self.statuses[issue.values["status"]].category
            if done:
                values.setdefault("resolution", "10000")
            elif issue.values["resolution"]:
                values["resolution"] = None
            if self.statuses[values["status"]].category != before:
                issue.values["statuscategorychangedate"] = at
        items = []
        for name, value in values.items():
            old = issue.values.get(name)
            if old == value:
                continue
            items.append(self._moved(name, old, value))
            issue.values[name] = value
            if name == "resolution":
                issue.values["resolutiondate"] = at if value else None
        if items:
            issue.histories.append(History(self._id(), by, at, items))
            issue.updated = max(issue.updated, at)
        return bool(items)

    def comment(self, issue: Issue, body: Any, by: str, at: datetime) -> Comment:
        """A new comment."""
        made = Comment(self._id(), by, body, at, at)
        issue.comments.append(made)
        issue.updated = max(issue.updated, at)
        return made

    def join(self, kind: str, outward: Issue, inward: Issue, by: str, at: datetime) -> None:
        """Link two issues: ``outward`` blocks ``inward``."""
        id = self._id()
        words = self.links[kind]
        for issue, other, out in ((outward, inward, True), (inward, outward, False)):
            issue.links.append((id, kind, out, other.id))
            says = f"This issue {words[3] if out else words[2]} {other.key}"
            item: dict[str, str | None] = {
                "field": "Link",
                "fieldtype": "jira",
                "from": None,
                "to": other.key,
                "toString": says,
            }
            issue.histories.append(History(self._id(), by, at, [item]))
            issue.updated = max(issue.updated, at)

    def _moved(self, name: str, old: Any, new: Any) -> dict[str, str | None]:
        title = name if name in state.SYSTEM else self.fields[name][0]
        item: dict[str, str | None] = {
            "field": title,
            "fieldId": name,
            "fieldtype": "jira" if name in state.SYSTEM else "custom",
        }
        by_id = name in ("status", "priority", "resolution", "assignee", "reporter", "issuetype")
        for key, words, value in (("from", "fromString", old), ("to", "toString", new)):
            if by_id:
                item[key], item[words] = value, self.named(name, value) if value else None
            elif name == "labels":
                item[words] = " ".join(value or [])
            elif name == "duedate":
                item[key], item[words] = value, f"{value} 00:00:00.0" if value else None
            else:
                item[words] = _plain(value)
        return item

    def _values(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Values by words as they are kept."""
        made: dict[str, Any] = {}
        for name, value in fields.items():
            if name in ("assignee", "reporter"):
                made[name] = self.person(value).id if value else None
            elif name == "status":
                made[name] = next(status.id for status in self.statuses.values() if status.name == value)
            elif name in ("priority", "resolution"):
                table = self.priorities if name == "priority" else self.resolutions
                made[name] = next(id for id, word in table.items() if word == value) if value else None
            elif name == "description":
                made[name] = self.document(value)
            elif name == "issuetype":
                made[name] = next(id for p in self.projects.values() for id, word in p.types if word == value)
            elif name in state.DEFAULTS or name in state.CUSTOM or name in self.fields:
                made[name] = value
            else:
                raise KeyError(f"this fake has no field {name}")
        return made

    def _id(self) -> str:
        self._next += 1
        return str(self._next)


def _plain(value: Any) -> str | None:
    if isinstance(value, dict):
        return re.sub(r"\s+", " ", " ".join(_texts(value))).strip()
    return None if value is None else str(value)


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["text"]] if "text" in node else []
        return own + [text for part in node.get("content", []) for text in _texts(part)]
    return []


def an_sla(goal: timedelta, start: datetime, now: datetime, *, paused: bool = False, name: str = "Time to resolution") -> Any:
    """The value of an SLA field whose clock began at ``start`` and must stop within ``goal``."""
    breach = start + goal
    left = breach - now

    def span(value: timedelta) -> dict[str, Any]:
        minutes = int(value.total_seconds() // 60)
        return {"millis": int(value.total_seconds() * 1000), "friendly": f"{minutes // 60}h {minutes % 60}m"}

    def moment(value: datetime) -> dict[str, Any]:
        return {
            "iso8601": value.strftime("%Y-%m-%dT%H:%M:%S%z"), "jira": value.strftime("%Y-%m-%dT%H:%M:%S.000%z"),
            "friendly": value.strftime("%d/%b/%y %I:%M %p"), "epochMillis": int(value.timestamp() * 1000),
        }  # fmt: skip

    cycle = {
        "startTime": moment(start), "breachTime": moment(breach), "breached": left < timedelta(0), "paused": paused,
        "withinCalendarHours": True, "goalDuration": span(goal), "elapsedTime": span(now - start), "remainingTime": span(left),
    }  # fmt: skip
    if paused:
        del cycle["breachTime"]  # as the vendor: a clock that stands has no end
    return {
        "id": "1",
        "name": name,
        "_links": {"self": "https://example.com/sla"},
        "completedCycles": [],
        "ongoingCycle": cycle,
    }
