"""The resources of a Jira Data Center that are used, written by hand in the form of a digest: there is no document of it.

Answers are open but for their outline; what is sent is closed, so that an unknown parameter or key is noticed.
"""

from __future__ import annotations

from typing import Any

STRING, INTEGER, BOOLEAN = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
STRINGS = {"type": "array", "items": STRING}
OBJECT = {"type": "object"}
OBJECTS = {"type": "array", "items": OBJECT}
PAGED = {"startAt": INTEGER, "maxResults": INTEGER}
ISSUE = "/rest/api/2/issue/{issueIdOrKey}"


def _closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    made = {"type": "object", "additionalProperties": False, "properties": properties}
    return made | ({"required": list(required)} if required else {})


def _open(*required: str) -> dict[str, Any]:
    return {"type": "object", "required": list(required)}


UPDATE = _closed(
    fields=OBJECT,
    update={"type": "object", "additionalProperties": OBJECTS},
    transition={**_closed(("id",), id=STRING)},
    historyMetadata=OBJECT,
    properties=OBJECTS,
)
SEARCH = _closed(jql=STRING, startAt=INTEGER, maxResults=INTEGER, validateQuery=BOOLEAN, fields=STRINGS, expand=STRINGS)
COMMENT = _closed(("body",), body=STRING, visibility=OBJECT, properties=OBJECTS)
LINK = _closed(("type", "inwardIssue", "outwardIssue"), type=OBJECT, inwardIssue=OBJECT, outwardIssue=OBJECT, comment=OBJECT)
FOUND = _open("startAt", "maxResults", "total", "issues")

Line = tuple[dict[str, Any], Any, dict[str, Any]]
"""Query parameters, the body's schema or None, and the answers by status."""

TABLE: dict[str, Line] = {
    "GET /rest/api/2/serverInfo": ({"doHealthCheck": BOOLEAN}, None, {"200": _open("version", "deploymentType")}),
    "GET /rest/api/2/myself": ({}, None, {"200": _open("name", "displayName")}),
    "GET /rest/api/2/field": ({}, None, {"200": OBJECTS}),
    "GET /rest/api/2/status": ({}, None, {"200": OBJECTS}),
    "GET /rest/api/2/priority": ({}, None, {"200": OBJECTS}),
    "GET /rest/api/2/project": ({"expand": STRING, "recent": INTEGER, "includeArchived": BOOLEAN}, None, {"200": OBJECTS}),
    "GET /rest/api/2/mypermissions": ({"projectKey": STRING, "issueKey": STRING}, None, {"200": _open("permissions")}),
    "GET /rest/api/2/search": (
        {"jql": STRING, **PAGED, "validateQuery": BOOLEAN, "fields": STRINGS, "expand": STRINGS}, None,
        {"200": FOUND, "400": {}},
    ),
    "POST /rest/api/2/search": ({}, SEARCH, {"200": FOUND, "400": {}}),
    "GET /rest/api/2/user/search": (
        {"username": STRING, **PAGED, "includeActive": BOOLEAN, "includeInactive": BOOLEAN}, None, {"200": OBJECTS},
    ),
    "GET /rest/api/2/user/assignable/search": (
        {"username": STRING, "project": STRING, "issueKey": STRING, **PAGED, "actionDescriptorId": INTEGER}, None,
        {"200": OBJECTS, "404": {}},
    ),
    "GET /rest/api/2/issue/createmeta/{projectIdOrKey}/issuetypes": (PAGED, None, {"200": _open("values"), "404": {}}),
    "POST /rest/api/2/issue": ({"updateHistory": BOOLEAN}, UPDATE, {"201": _open("id", "key", "self"), "400": {}}),
    f"GET {ISSUE}": (
        {"fields": STRINGS, "expand": STRING, "properties": STRINGS, "updateHistory": BOOLEAN}, None,
        {"200": _open("id", "key", "fields"), "404": {}},
    ),
    f"PUT {ISSUE}": ({"notifyUsers": BOOLEAN}, UPDATE, {"204": {}, "400": {}, "404": {}}),
    f"DELETE {ISSUE}": ({"deleteSubtasks": {"type": "string", "enum": ["true", "false"]}}, None, {"204": {}, "404": {}}),
    f"PUT {ISSUE}/assignee": ({}, _closed(name={"type": "string", "nullable": True}), {"204": {}, "400": {}, "404": {}}),
    f"GET {ISSUE}/editmeta": ({}, None, {"200": _open("fields"), "404": {}}),
    f"GET {ISSUE}/transitions": ({"transitionId": STRING, "expand": STRING}, None, {"200": _open("transitions"), "404": {}}),
    f"POST {ISSUE}/transitions": ({}, UPDATE | {"required": ["transition"]}, {"204": {}, "400": {}, "404": {}}),
    f"GET {ISSUE}/comment": (
        {**PAGED, "orderBy": STRING, "expand": STRING}, None, {"200": _open("comments", "total"), "404": {}},
    ),
    f"POST {ISSUE}/comment": ({"expand": STRING}, COMMENT, {"201": _open("id", "body"), "400": {}, "404": {}}),
    f"GET {ISSUE}/comment/{{id}}": ({"expand": STRING}, None, {"200": _open("id", "body"), "404": {}}),
    f"PUT {ISSUE}/comment/{{id}}": ({"expand": STRING}, COMMENT, {"200": _open("id", "body"), "400": {}, "404": {}}),
    f"DELETE {ISSUE}/comment/{{id}}": ({}, None, {"204": {}, "404": {}}),
    "POST /rest/api/2/issueLink": ({}, LINK, {"201": {}, "404": {}}),
    "GET /rest/pat/latest/tokens": ({}, None, {"200": OBJECTS, "404": {}}),
}  # fmt: skip

CLOUD_TOO: dict[str, Line] = {
    "GET /rest/api/2/serverInfo": ({}, None, {"200": _open("version", "deploymentType")}),
    "GET /_edge/tenant_info": ({}, None, {"200": _open("cloudId")}),
}
"""What the cloud answers beside its version 3, and its document does not say."""


def facts(table: dict[str, Line]) -> dict[str, Any]:
    """A table as a digest."""
    return {"operations": {name: _operation(*line) for name, line in table.items()}, "schemas": {}}


def _operation(query: dict[str, Any], body: Any, answers: dict[str, Any]) -> dict[str, Any]:
    parameters = [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in query.items()]
    made: dict[str, Any] = {"parameters": parameters, "answers": answers}
    return made | ({"body": {"required": True, "schema": body}} if body else {})
