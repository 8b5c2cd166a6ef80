"""What there is, as the two APIs say it: version 3 of the cloud, version 2 of a data center."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.jira import state
from tests.fakes.jira.state import Comment, History, Issue, Status, Transition

if TYPE_CHECKING:
    from tests.fakes.jira.core import World


def stamp(moment: datetime) -> str:
    """A time as Jira writes it, with milliseconds and an offset without a colon."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}{moment:%z}"


class Render:
    """Makes JSON of a world's things. ``base`` is what ``self`` addresses begin with."""

    def __init__(self, world: World, base: Callable[[], str]) -> None:
        self.world = world
        self._base = base

    @property
    def api(self) -> str:
        """Where this version's resources are."""
        return f"{self._base()}/rest/api/{2 if self.world.server else 3}"

    def user(self, id: str | None, *, whole: bool = False) -> dict[str, Any] | None:
        """A person; e-mail addresses are hidden in the cloud but for one's own."""
        user = self.world.users.get(id or "")
        if user is None:
            return None
        pictures = {size: f"https://example.com/avatar-{size}.png" for size in ("16x16", "24x24", "32x32", "48x48")}
        made = {"displayName": user.name, "active": user.active, "timeZone": user.zone, "avatarUrls": pictures}
        if self.world.server:
            made |= {"self": f"{self.api}/user?username={user.id}", "name": user.id, "key": user.id, "emailAddress": user.email}
        else:
            made |= {"self": f"{self.api}/user?accountId={user.id}", "accountId": user.id, "accountType": user.kind}
            if whole:
                made |= {"emailAddress": user.email}
        if whole:
            made |= {"locale": "en_US"}
        return made

    def status(self, status: Status) -> dict[str, Any]:
        """A status with its category."""
        number, name, colour = state.CATEGORIES[status.category]
        category = {"self": f"{self.api}/statuscategory/{number}", "id": number, "key": status.category, "colorName": colour}
        return {
            "self": f"{self.api}/status/{status.id}", "description": "", "iconUrl": "https://example.com/", "name": status.name,
            "id": status.id, "statusCategory": category | {"name": name},
        }  # fmt: skip

    def priority(self, id: str) -> dict[str, Any]:
        """A priority."""
        return {
            "self": f"{self.api}/priority/{id}", "statusColor": "#cccccc", "description": "", "iconUrl": "https://example.com/",
            "name": self.world.priorities[id], "id": id,
        }  # fmt: skip

    def project(self, key: str) -> dict[str, Any]:
        """A project, as an issue and a list of projects show it."""
        project = self.world.projects[key]
        return {
            "self": f"{self.api}/project/{project.id}", "id": project.id, "key": key, "name": project.name,
            "projectTypeKey": project.kind, "simplified": False,
        }  # fmt: skip

    def issue_type(self, id: str) -> dict[str, Any]:
        """A type of issues."""
        name = self.world.named("issuetype", id)
        return {"self": f"{self.api}/issuetype/{id}", "id": id, "description": "", "name": name, "subtask": False}

    def issue(self, issue: Issue, wanted: Iterable[str] | None, expand: Iterable[str], most: tuple[int, int]) -> dict[str, Any]:
        """An issue with the fields ``wanted`` (None: only its id); ``most`` comments and changelog entries within it."""
        made: dict[str, Any] = {"id": issue.id}
        if wanted is None:
            return made
        made |= {"expand": "renderedFields,names,changelog", "self": f"{self.api}/issue/{issue.id}", "key": issue.key}
        made["fields"] = {name: self.field(issue, name, most[0]) for name in self._chosen(issue, list(wanted))}
        if "changelog" in expand:
            made["changelog"] = self.embedded(issue, most[1])
        if "names" in expand:
            made["names"] = {name: self.world.fields[name][0] for name in made["fields"]}
        if "transitions" in expand:
            made["transitions"] = [self.transition(move, asks=False) for move in self.world.possible(issue)]
        return made

    def with_properties(self, made: dict[str, Any], issue: Issue, wanted: Iterable[str] | None) -> dict[str, Any]:
        """An issue with those of its properties that are wanted."""
        if wanted:
            made["properties"] = {name: value for name, value in issue.properties.items() if {name, "*all"} & set(wanted)}
        return made

    def edit_fields(self) -> dict[str, Any]:
        """What the screen for editing shows."""
        shown = ("summary", "priority", "labels", "duedate", "assignee", "description")
        allowed = {"priority": tuple(self.world.priorities.items())}
        every = {id: state.Asked(id, self.world.fields[id][0], id == "summary", allowed.get(id, ())) for id in shown}
        return {id: self._asked(ask) for id, ask in every.items()}

    def embedded(self, issue: Issue, most: int) -> dict[str, Any]:
        """The changelog within an issue: newest first in the cloud, oldest first in a data center."""
        entries = issue.histories if self.world.server else issue.histories[::-1]
        shown = [self.history(entry) for entry in entries[:most]]
        return {"startAt": 0, "maxResults": len(shown), "total": len(entries), "histories": shown}

    def history(self, entry: History) -> dict[str, Any]:
        """One entry of a changelog. The document of the cloud has no null in it: what was empty is left out."""
        items = [{k: v for k, v in item.items() if v is not None or self.world.server} for item in entry.items]
        if self.world.server:
            items = [{k: v for k, v in item.items() if k != "fieldId"} for item in items]
        return {"id": entry.id, "author": self.user(entry.author), "created": stamp(entry.at), "items": items}

    def comment(self, comment: Comment, issue: Issue) -> dict[str, Any]:
        """One comment."""
        return {
            "self": f"{self.api}/issue/{issue.id}/comment/{comment.id}", "id": comment.id, "author": self.user(comment.author),
            "body": comment.body, "updateAuthor": self.user(comment.author), "created": stamp(comment.created),
            "updated": stamp(comment.updated),
        } | ({} if self.world.server else {"jsdPublic": True})  # fmt: skip

    def comments(self, issue: Issue, start: int, most: int, *, newest: bool = False) -> dict[str, Any]:
        """A page of comments, oldest first unless asked."""
        entries = issue.comments[::-1] if newest else issue.comments
        shown = [self.comment(entry, issue) for entry in entries[start : start + most]]
        return {"comments": shown, "maxResults": min(most, 5000), "total": len(entries), "startAt": start}

    def transition(self, move: Transition, *, asks: bool) -> dict[str, Any]:
        """A move; the fields of its screen when asked for."""
        made: dict[str, Any] = {"id": move.id, "name": move.name, "to": self.status(self.world.statuses[move.end])}
        if not self.world.server:
            made |= {"hasScreen": bool(move.asks), "isGlobal": not move.start, "isInitial": False, "isAvailable": True}
            made |= {"isConditional": False, "looped": False}
        if asks:
            made["fields"] = {ask.id: self._asked(ask) for ask in move.asks}
        return made

    def field_details(self, id: str) -> dict[str, Any]:
        """One line of the list of fields."""
        name = self.world.fields[id][0]
        custom = id.startswith("customfield_")
        clauses = [f"cf[{id.partition('_')[2]}]", name] if custom else [id]
        made = {"id": id, "name": name, "custom": custom, "orderable": True, "navigable": True, "searchable": True}
        return made | {"clauseNames": clauses, "schema": self._schema(id)} | ({} if self.world.server else {"key": id})

    def field(self, issue: Issue, name: str, most: int = 50) -> Any:
        """One field's value."""
        world, value = self.world, issue.values.get(name)
        if name in ("created", "updated"):
            return stamp(getattr(issue, name))
        if name == "project":
            return self.project(issue.project)
        if name == "creator":
            return self.user(issue.creator)
        if name in ("assignee", "reporter"):
            return self.user(value)
        if name == "status":
            return self.status(world.statuses[value])
        if name == "priority":
            return self.priority(value) if value else None
        if name == "issuetype":
            return self.issue_type(value)
        if name == "resolution":
            return {"self": f"{self.api}/resolution/{value}", "id": value, "name": world.resolutions[value]} if value else None
        if name == "comment":
            return self.comments(issue, 0, most)
        if name == "issuelinks":
            return [self._link(*link) for link in issue.links if link[3] in world.issues]
        if name in ("components", "subtasks"):
            return value or []
        return stamp(value) if isinstance(value, datetime) else value

    def _link(self, id: str, kind: str, outward: bool, other: str) -> dict[str, Any]:
        there = self.world.issues[other]
        words = self.world.links[kind]
        fields = {name: self.field(there, name) for name in ("summary", "status", "priority", "issuetype")}
        made = {"id": id, "self": f"{self.api}/issueLink/{id}"}
        made["type"] = {"id": kind, "name": words[1], "inward": words[2], "outward": words[3]}  # type: ignore[assignment]
        seen = {"id": there.id, "key": there.key, "self": f"{self.api}/issue/{there.id}", "fields": fields}
        return made | {"outwardIssue" if outward else "inwardIssue": seen}

    def _asked(self, ask: state.Asked) -> dict[str, Any]:
        made: dict[str, Any] = {
            "required": ask.required, "schema": self._schema(ask.id), "name": ask.name, "hasDefaultValue": False,
            "operations": ["set"],
        }  # fmt: skip
        if not self.world.server:
            made["key"] = ask.id
        if ask.allowed:
            made["allowedValues"] = [{"self": f"{self.api}/{ask.id}/{id}", "id": id, "name": name} for id, name in ask.allowed]
        return made

    def _schema(self, id: str) -> dict[str, Any]:
        _, kind, more = self.world.fields[id]
        made: dict[str, Any] = {"type": kind}
        if id.startswith("customfield_"):
            return made | {"custom": more, "customId": int(id.partition("_")[2])}
        return made | {"system": id} | ({"items": more} if more else {})

    def _chosen(self, issue: Issue, wanted: list[str]) -> list[str]:
        """The fields meant by a list such as ``summary``, ``*all`` or ``-comment``."""
        known = [name for name in self.world.fields if name in state.SYSTEM or name in issue.values or not self.world.server]
        chosen: list[str] = []
        minus = [name[1:] for name in wanted if name.startswith("-")]
        if any(name in ("*all", "*navigable") for name in wanted) or len(minus) == len(wanted):
            chosen = known
        chosen = [*chosen, *(name for name in wanted if name in known and name not in chosen)]
        if "*navigable" in wanted:
            chosen = [name for name in chosen if name != "comment" or "comment" in wanted]
        return [name for name in chosen if name not in minus]
