"""Changes to issues: each verb as the one request that makes it. Nothing here sends a change twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Pushed, Write
from opstui.connectors.http import segment
from opstui.domain.model import PRIORITY_WORDS
from opstui.domain.text import clean_line, fold
from opstui.errors import AnswerLost, WriteRefused
from opstui_jira import accounts, adf, moves, wiki

if TYPE_CHECKING:
    from opstui.connectors.http import Http, Reply
    from opstui_jira.mapping import Mapper
    from opstui_jira.options import Settings

PROPERTY = "opstui"
"""The issue property that a new issue carries our mark in."""


class Writer:
    """Makes changes at one site."""

    def __init__(self, http: Http, settings: Settings, mapper: Mapper) -> None:
        self.http = http
        self.settings = settings
        self.mapper = mapper
        self.source = http.context.source
        self.api = mapper.site.api

    def push(self, write: Write) -> Pushed:
        """Make one change. Raises as ``Connector.push``."""
        match write.verb:
            case "comment":
                return self._comment(write)
            case "assign":
                return self._assign(write)
            case "transition":
                return self._transition(write)
            case "priority":
                return self._priority(write)
            case "due":
                return self._edit(write, {"fields": {"duedate": write.value}})
            case "labels":
                return self._labels(write)
            case "create":
                return self._create(write)
        raise WriteRefused(f"{self.source}: Jira takes no {write.verb}", "", "Take it back")

    def take_back(self, write: Write, id: str) -> None:
        """Undo a comment."""
        if write.verb != "comment":
            raise WriteRefused(f"{self.source}: a new issue is not taken back", "deleting one would take its history along")
        path = f"{self._issue(write.key)}/comment/{segment(id)}"
        self.http.send("DELETE", path, accept=(404,), of_item=True)

    def text(self, text: str) -> Any:
        """A text as the site takes it."""
        return adf.write(text) if self.mapper.site.is_cloud else wiki.write(text)

    # -- one verb each

    def _comment(self, write: Write) -> Pushed:
        body = {"body": self.text(_said(write, "text", self.source))}
        reply = self.http.send("POST", f"{self._issue(write.key)}/comment", body, of_item=True)
        return Pushed(self._made(reply, "id"))

    def _assign(self, write: Write) -> Pushed:
        path = f"{self._issue(write.key)}/assignee"
        if write.value is None:
            if not self.mapper.site.is_cloud:
                self.http.send("PUT", path, {"name": None}, of_item=True)
                return Pushed()
            return self._edit(write, {"fields": {"assignee": None}})
        found = accounts.find(self.http, self.mapper, write.value, {"issueKey": write.key})
        self.http.send("PUT", path, dict(found.reference), of_item=True)
        return Pushed(value=found.shown)

    def _transition(self, write: Write) -> Pushed:
        possible = moves.read(self.http, self.mapper, write.key)
        move = moves.chosen(self.source, possible, write.value)
        place = {"issueKey": write.key}
        given = write.value.get("fields") or {}
        more = moves.fields(move, given, self.source, self.text, lambda name: self._person(name, place))
        body = {"transition": {"id": move.id}, **more}
        self.http.send("POST", f"{self._issue(write.key)}/transitions", body, of_item=True)
        return Pushed(value=move.status)

    def _priority(self, write: Write) -> Pushed:
        known = self._priorities(write.key)
        label, number = fold(str(write.value.get("label") or "")), write.value.get("priority")
        found = [one for one in known if fold(one[1]) == label] or [
            one for one in known if self.mapper.priority(one[1]) == number
        ]
        if not found:
            wanted = write.value.get("label") or PRIORITY_WORDS.get(number, str(number))
            raise WriteRefused(
                f"{self.source}: there is no priority {clean_line(str(wanted), limit=80)}",
                f"there are {', '.join(name for _, name in known)}" if known else "this issue has none to set",
                "Choose one of these; the option priorities says which number each is",
            )
        id, name = found[0]
        self._edit(write, {"fields": {"priority": {"id": id}}})
        return Pushed(value=name)

    def _labels(self, write: Write) -> Pushed:
        added, removed = (list(write.value.get(part) or ()) for part in ("add", "remove"))
        spaced = [label for label in added if len(str(label).split()) != 1]
        if spaced:
            raise WriteRefused(
                f"{self.source}: the label {clean_line(str(spaced[0]), limit=80)!r} has a space",
                "Jira's labels are single words",
                "Write it with - or _ and send it again",
            )
        operations = [*({"add": label} for label in added), *({"remove": label} for label in removed)]
        return self._edit(write, {"update": {"labels": operations}})

    def _create(self, write: Write) -> Pushed:
        reply = self.http.send("POST", f"{self.api}/issue", self._new(write), of_item=True)
        return Pushed(self._made(reply, "key"))

    def _new(self, write: Write) -> dict[str, Any]:
        """The body of a new issue: what the option ``create`` says, and above it what the write does."""
        given = dict(self.settings.create.get("fields") or {}) | dict(write.value.get("fields") or {})
        project = given.pop("project", None) or self.settings.create.get("project")
        kind = given.pop("type", None) or given.pop("issuetype", None) or self.settings.create.get("type")
        if not project or not kind:
            raise WriteRefused(
                f"{self.source}: it is not said where new issues go",
                "a new issue needs a project and a type",
                'Put create = { project = "OPS", type = "Task" } into the source\'s options',
            )
        project = project if isinstance(project, Mapping) else {"key": str(project)}
        fields: dict[str, Any] = {
            "project": project,
            "issuetype": kind if isinstance(kind, Mapping) else {"name": str(kind)},
            "summary": clean_line(_said(write, "title", self.source)),
        }
        if body := str(write.value.get("body") or ""):
            fields["description"] = self.text(body)
        for name, value in given.items():
            fields[_SAME.get(str(name), str(name))] = self._given(
                name, value, str(project.get("key") or project.get("id") or "")
            )
        return {"fields": fields, "properties": [{"key": PROPERTY, "value": {"uid": write.uid}}]}

    # -- parts

    def _given(self, name: str, value: Any, project: str) -> Any:
        """A field of a new issue; words become what Jira takes."""
        if name in {"assignee", "owner", "reporter"} and isinstance(value, str):
            return self._person(value, {"project": project})
        if name in {"priority", "resolution"} and isinstance(value, str):
            return {"name": value}
        if name == "parent" and isinstance(value, str):
            return {"key": value}
        if name == "labels" and isinstance(value, str):
            return [label for label in value.replace(",", " ").split() if label]
        return value

    def _person(self, name: str, place: Mapping[str, str]) -> Mapping[str, str]:
        known = next((one for one in self.http.context.people if fold(one.name) == fold(name)), None)
        email, aliases = (known.email, known.aliases) if known else (None, ())
        return accounts.find(self.http, self.mapper, {"name": name, "email": email, "aliases": aliases}, place).reference

    def _priorities(self, key: str) -> list[tuple[str, str]]:
        """Id and name of the priorities that an issue can have: on Cloud each project has its own list."""
        values = None
        if self.mapper.site.is_cloud:
            reply = self.http.get(f"{self._issue(key)}/editmeta", accept=(404,))
            fields = reply.json.get("fields") if reply.status == 200 and isinstance(reply.json, Mapping) else None
            if isinstance(fields, Mapping):
                asked = fields.get("priority")
                values = asked.get("allowedValues") if isinstance(asked, Mapping) else []
        if values is None:
            values = self.http.get(f"{self.api}/priority").json
        found = [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []
        return [(str(one.get("id")), str(one.get("name") or "")) for one in found if one.get("id")]

    def _edit(self, write: Write, body: Mapping[str, Any]) -> Pushed:
        self.http.send("PUT", self._issue(write.key), dict(body), of_item=True)
        return Pushed()

    def _made(self, reply: Reply, name: str) -> str:
        """The id of what a write made."""
        id = reply.json.get(name) if isinstance(reply.json, Mapping) else None
        if not isinstance(id, str) or not id:
            what, why = f"{self.source}: an answer that does not name what was made", f"there is no {name} in it"
            raise AnswerLost(what, why, "Whether it arrived is looked up before it is sent again")
        return id

    def _issue(self, key: str) -> str:
        return f"{self.api}/issue/{segment(key)}"


_SAME = {"owner": "assignee", "due": "duedate"}


def _said(write: Write, name: str, source: str) -> str:
    text = str(write.value.get(name) or "")
    if not text.strip():
        raise WriteRefused(f"{source}: there is no {name}", f"Jira takes no {write.verb} without one", "Take it back")
    return text
