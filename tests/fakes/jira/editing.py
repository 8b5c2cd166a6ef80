"""What a request's ``fields`` and ``update`` mean, and what Jira says where they mean nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.jira.core import Refused

if TYPE_CHECKING:
    from tests.fakes.jira.core import World
    from tests.fakes.jira.state import Issue

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
NOT_ON_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
READ_ONLY = frozenset(
    {"status", "created", "updated", "creator", "resolutiondate", "statuscategorychangedate", "comment", "issuelinks"}
)


class Editing:
    """Reads what clients send into values as they are kept."""

    def __init__(self, world: World) -> None:
        self.world = world

    def values(self, body: Any, issue: Issue | None, project: str, *, allowed: set[str] | None = None) -> dict[str, Any]:
        """The values that a body sets. ``allowed`` names the fields of a screen; None: the edit screen.

        Raises:
            Refused: with a sentence per field.
        """
        made: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name, value in (body.get("fields") or {}).items():
            self._set(made, errors, name, value, project, allowed)
        for name, operations in (body.get("update") or {}).items():
            if name in ("comment", "issuelinks"):
                continue  # these make something; see ``comments``
            for operation in operations:
                self._operate(made, errors, name, operation, issue, project, allowed)
        if errors:
            raise Refused(400, **errors)
        return made

    def comments(self, body: Any) -> list[Any]:
        """The bodies of comments that an update adds."""
        added = (body.get("update") or {}).get("comment") or []
        return [self.document(operation["add"]["body"]) for operation in added if "add" in operation]

    def document(self, body: Any) -> Any:
        """The text of a comment or a description, refused where it is none.

        Raises:
            Refused: it is of the other version of the API, or empty.
        """
        if self.world.server:
            if not isinstance(body, str) or not body.strip():
                raise Refused(400, comment="Comment body can not be empty!")
            return body
        if not isinstance(body, dict) or body.get("type") != "doc" or body.get("version") != 1:
            raise Refused(400, comment="Comment body is not valid!")
        if not _proper(body):
            raise Refused(400, "INVALID_INPUT")
        if not body["content"]:
            raise Refused(400, comment="Comment body can not be empty!")
        return body

    def person(self, value: Any, project: str) -> str | None:
        """Who is meant by a person's object; None for nobody.

        Raises:
            Refused: there is no such person, or they cannot be assigned here.
        """
        name = "name" if self.world.server else "accountId"
        if value is None:
            return None
        if not isinstance(value, dict) or name not in value:
            raise Refused(
                400, assignee="expected Object containing a valid user reference" if self.world.server else "data was not valid"
            )
        id = value[name]
        if id is None:
            return None
        user = self.world.users.get(id)
        among = self.world.projects[project].assignable
        if user is None or not user.active or (among is not None and id not in among):
            raise Refused(400, assignee=f"User '{id}' cannot be assigned issues.")
        return str(id)

    def _operate(
        self, made: dict[str, Any], errors: dict[str, str], name: str, operation: Any, issue: Issue | None, project: str,
        allowed: set[str] | None,
    ) -> None:  # fmt: skip
        ((verb, value),) = operation.items()
        if verb == "set":
            self._set(made, errors, name, value, project, allowed)
        elif name == "labels" and verb in ("add", "remove"):
            before = made.get("labels", list(issue.values["labels"]) if issue else [])
            if " " in str(value):
                errors[name] = f"The label '{value}' contains spaces which is invalid."
            elif verb == "add":
                made["labels"] = before if value in before else [*before, value]
            else:
                made["labels"] = [label for label in before if label != value]
        else:
            errors[name] = f"Operation '{verb}' is not allowed for field '{name}'."

    def _set(
        self, made: dict[str, Any], errors: dict[str, str], name: str, value: Any, project: str, allowed: set[str] | None
    ) -> None:
        world = self.world
        if name not in world.fields or name in READ_ONLY or (allowed is not None and name not in allowed):
            errors[name] = NOT_ON_SCREEN.format(name)
        elif name in ("assignee", "reporter"):
            try:
                made[name] = self.person(value, project)
            except Refused as refused:
                errors[name] = next(iter(refused.errors.values()))
        elif name in ("priority", "resolution"):
            table = world.priorities if name == "priority" else world.resolutions
            made[name] = _by_id_or_name(value, table)
            if made[name] is None:
                errors[name] = (
                    f"The {name} selected is invalid."
                    if name == "priority"
                    else "Specify a valid 'id' or 'name' for Resolution"
                )
        elif name == "labels":
            if not isinstance(value, list) or any(not isinstance(label, str) for label in value):
                errors[name] = "data was not an array"
            elif bad := [label for label in value if " " in label]:
                errors[name] = f"The label '{bad[0]}' contains spaces which is invalid."
            else:
                made[name] = list(dict.fromkeys(value))
        elif name == "duedate":
            if value and not DATE.fullmatch(str(value)):
                errors[name] = f"Error parsing date string: {value}"
            made[name] = value or None
        elif name == "summary":
            self._summary(made, errors, value)
        elif name == "description":
            good = value is None or (isinstance(value, str) if world.server else isinstance(value, dict) and _proper(value))
            made[name] = value
            if not good:
                errors[name] = (
                    "Operation value must be a string" if world.server else "Operation value must be an Atlassian Document"
                )
        elif name in ("project", "issuetype"):
            made[name] = value
        else:
            made[name] = value

    @staticmethod
    def _summary(made: dict[str, Any], errors: dict[str, str], value: Any) -> None:
        if not isinstance(value, str) or not value.strip():
            errors["summary"] = "You must specify a summary of the issue."
        elif "\n" in value:
            errors["summary"] = "The summary is invalid because it contains newline characters."
        elif len(value) > 255:
            errors["summary"] = "Summary must be less than 255 characters."
        else:
            made["summary"] = value

    def created(self, body: Any) -> tuple[str, dict[str, Any]]:
        """The project and the values of an issue to be made.

        Raises:
            Refused: something is missing or wrong.
        """
        fields = dict(body.get("fields") or {})
        errors: dict[str, str] = {}
        wanted = fields.pop("project", None) or {}
        projects = self.world.projects.values()
        project = next((p for p in projects if wanted.get("key") == p.key or str(wanted.get("id")) == p.id), None)
        if project is None:
            raise Refused(400, project="valid project is required")
        kind = fields.pop("issuetype", None) or {}
        types = [(id, name) for id, name in project.types if str(kind.get("id")) == id or kind.get("name") == name]
        if not types:
            errors["issuetype"] = "Specify a valid issue type"
        if "summary" not in fields:
            errors["summary"] = "You must specify a summary of the issue."
        if errors:
            raise Refused(400, **errors)
        values = self.values(body | {"fields": fields}, None, project.key)
        return project.key, values | {"issuetype": types[0][0]}


def _by_id_or_name(value: Any, table: dict[str, str]) -> str | None:
    if not isinstance(value, dict):
        return None
    if "id" in value:
        return value["id"] if value["id"] in table else None
    return next((id for id, name in table.items() if name == value.get("name")), None)


BLOCKS = frozenset({
    "doc", "paragraph", "heading", "bulletList", "orderedList", "listItem", "codeBlock", "blockquote", "rule", "panel",
    "table", "tableRow", "tableCell", "tableHeader", "mediaSingle", "mediaGroup", "media", "expand", "taskList", "taskItem",
    "text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status", "blockCard", "nestedExpand", "decisionList",
    "decisionItem",
})  # fmt: skip


def _proper(node: Any) -> bool:
    """Whether a document is one: known nodes, no empty text, text within blocks only."""
    if not isinstance(node, dict) or node.get("type") not in BLOCKS:
        return False
    if node["type"] == "text":
        return isinstance(node.get("text"), str) and bool(node["text"])
    inner = node.get("content", [])
    return isinstance(inner, list) and all(
        _proper(part) and (node["type"] != "doc" or part["type"] != "text") for part in inner
    )
