"""The referee itself: it catches what is not as the document has it, and passes nothing because it cannot read it."""

from __future__ import annotations

import copy
import json
from typing import Any

import httpx
import pytest

from tests.fakes.jira import Jira
from tests.specs.digest import CLOUD, Unknown, schema
from tests.support.conform import BadDocument, Conforming, Document, conforming, jira_document
from tests.support.faults import Headers, Request, Response, serve

SEARCH = "/rest/api/3/search/jql"
SENT_AS_JSON = Headers({"Content-Type": "application/json"})


class Canned:
    """A fake that gives one answer."""

    def __init__(self, status: int, value: Any) -> None:
        self.answer = Response.json(status, value) if value is not None else Response(status)
        self.asked = 0

    def handle(self, request: Request) -> Response:
        """Always the same."""
        self.asked += 1
        return self.answer


def _held(value: Any = None, status: int = 200, *, server: bool = False) -> Conforming:
    return Conforming(Canned(status, {} if value is None and status == 200 else value), jira_document(server=server))


def _get(path: str, **query: str) -> Request:
    return Request("GET", path, list(query.items()))


def _send(method: str, path: str, value: Any, headers: Headers = SENT_AS_JSON) -> Request:
    return Request(method, path, [], headers, json.dumps(value).encode())


ISSUE = "/rest/api/3/issue/OPS-1"
WRONG_REQUESTS = {
    "an address of no document": (_get("/rest/api/3/search"), "no such address"),
    "a method of no document": (_send("POST", "/rest/api/3/myself", {}), "no such address"),
    "an unknown query parameter": (_get(SEARCH, jql="project = OPS", startAt="0"), "unknown query parameter 'startAt'"),
    "a parameter that is no number": (_get(SEARCH, maxResults="many"), "'maxResults': 'many' is not of type integer"),
    "a parameter beyond its bounds": (_get("/rest/api/3/project/search", maxResults="500"), "out of bounds"),
    "a word that is not in the list": (_get(f"{ISSUE}/comment", orderBy="newest"), "'newest' is not one of"),
    "a list with a wrong member": (_get(SEARCH, reconcileIssues="10001,OPS-2"), "'OPS-2' is not of type integer"),
    "a boolean in Python's spelling": (_get(SEARCH, failFast="True"), "'True' is not of type boolean"),
    "an unknown key in a closed body": (_send("POST", SEARCH, {"jql": "x", "startAt": 0}), "'startAt' was unexpected"),
    "a wrong type in a body": (_send("POST", SEARCH, {"jql": "x", "maxResults": "50"}), "'50' is not of type 'integer'"),
    "a list where the body has a string": (_send("POST", SEARCH, {"expand": ["changelog"]}), "is not of type 'string'"),
    "a key that a closed body needs": (_send("POST", "/rest/api/3/issue/bulkfetch", {}), "'issueIdsOrKeys' is a required"),
    "plain text where a document belongs": (_send("POST", f"{ISSUE}/comment", {"body": "hello"}), "is not of type 'object'"),
    "a user name in the cloud": (_send("PUT", f"{ISSUE}/assignee", {"username": "ana"}), "'username' was unexpected"),
    "no body": (Request("POST", SEARCH, [], SENT_AS_JSON), "the body is missing"),
    "a body that is no JSON": (Request("POST", SEARCH, [], SENT_AS_JSON, b"{"), "the body is not JSON"),
    "a body of another kind": (_send("POST", SEARCH, {}, Headers({"Content-Type": "text/plain"})), "sent as 'text/plain'"),
    "a body to an address that takes none": (_send("GET", "/rest/api/3/myself", {}), "a body, where none is known"),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "reason"), WRONG_REQUESTS.values(), ids=WRONG_REQUESTS)
def test_a_request_that_the_document_does_not_know_is_caught_before_the_fake(request_: Request, reason: str) -> None:
    held = _held()
    assert held.handle(request_).status == 422
    assert held.fake.asked == 0
    with pytest.raises(AssertionError) as caught:
        held.check()
    assert reason in str(caught.value)
    assert request_.path.split("/")[4] in str(caught.value)


WRONG_ANSWERS = {
    "an unknown key": (200, {"issues": [], "total": 1}, "'total' was unexpected"),
    "an unknown key deep inside": (200, {"issues": [{"id": "1", "title": "x"}]}, "issues/0: Additional properties"),
    "a wrong type": (200, {"issues": [{"id": 10001}]}, "issues/0/id: 10001 is not of type 'string'"),
    "null where none may be": (200, {"issues": [], "nextPageToken": None}, "None is not of type 'string'"),
    "a list": (200, [], "is not of type 'object'"),
    "a status of no document": (418, {}, "the document does not know this status"),
    "no JSON": (200, None, "the body is not JSON"),
    "an error of another shape": (400, {"message": "no"}, "'message' was unexpected"),
}  # fmt: skip


@pytest.mark.parametrize(("status", "value", "reason"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_an_answer_of_the_wrong_shape_is_caught(status: int, value: Any, reason: str) -> None:
    held = Conforming(Canned(status, value), jira_document(server=False))
    assert held.handle(_get(SEARCH, jql="project = OPS")).status == 422
    with pytest.raises(AssertionError) as caught:
        held.check()
    assert reason in str(caught.value)


def test_what_is_as_the_document_has_it_passes() -> None:
    held = Conforming(Canned(200, {"issues": [{"id": "1"}], "isLast": True}), jira_document(server=False))
    query = [("jql", "x"), ("fields", "summary"), ("fields", "status,updated"), ("reconcileIssues", "1"), ("maxResults", "50")]
    assert held.handle(Request("GET", SEARCH, query)).status == 200
    held.check()


def test_a_table_by_hand_catches_the_same_in_a_data_center() -> None:
    held = _held({"startAt": 0, "maxResults": 50, "total": 0, "issues": []}, server=True)
    assert held.handle(_get("/rest/api/2/search", jql="x", startAt="0", expand="changelog")).status == 200
    held.check()
    assert held.handle(_get("/rest/api/2/search", jql="x", nextPageToken="a")).status == 422
    assert held.handle(_send("PUT", "/rest/api/2/issue/OPS-1/assignee", {"accountId": "5b"})).status == 422
    assert held.handle(_send("POST", "/rest/api/2/issue/OPS-1/comment", {"body": {"type": "doc"}})).status == 422
    assert held.handle(_send("POST", "/rest/api/2/issue/OPS-1/transitions", {"fields": {}})).status == 422
    assert len(held.violations) == 4


@pytest.mark.parametrize("server", [False, True], ids=["cloud", "data center"])
def test_a_violation_ends_what_was_to_be_judged(server: bool) -> None:
    jira = Jira(server=server)
    with pytest.raises(AssertionError, match="unknown query parameter 'colour'"), conforming(jira) as held, serve(held) as at:
        httpx.get(f"{at.url}/rest/api/{2 if server else 3}/myself", params={"colour": "red"}, auth=jira.credentials)


def _broken(change: Any) -> dict[str, Any]:
    digest = copy.deepcopy(json.loads(CLOUD.read_text()))
    change(digest)
    return digest


BAD_DOCUMENTS = {
    "a type that is none": lambda d: d["schemas"]["User"]["properties"]["name"].update(type="text"),
    "a reference to nowhere": lambda d: d["schemas"]["IssueBean"]["properties"].update(key={"$ref": "#/nowhere"}),
    "a word nothing looks at": lambda d: d["schemas"]["Comment"].update(discriminator={"propertyName": "type"}),
    "a schema that is none": lambda d: d["schemas"].update(Comment="anything"),
    "a body with a type that is none": lambda d: d["operations"][f"POST {SEARCH}"]["body"]["schema"].update(type="anything"),
    "a parameter without a type": lambda d: d["operations"][f"GET {SEARCH}"]["parameters"][0].update(schema={}),
}  # fmt: skip


@pytest.mark.parametrize("change", BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_a_document_that_cannot_be_checked_with_passes_nothing_silently(change: Any) -> None:
    with pytest.raises(BadDocument):
        Document(_broken(change))


def test_a_digest_keeps_what_is_allowed_and_no_words() -> None:
    node = {
        "type": "object", "description": "Long words.", "additionalProperties": False, "required": ["description"],
        "properties": {"description": {"type": "string", "example": "x", "maxLength": 3}, "due": {"nullable": True}},
    }  # fmt: skip
    assert schema(node) == {
        "type": "object", "additionalProperties": False, "required": ["description"],
        "properties": {"description": {"type": "string", "maxLength": 3}, "due": {"nullable": True}},
    }  # fmt: skip
    with pytest.raises(Unknown):
        schema({"type": "string", "pattern": "^a"})


def test_the_digest_here_holds_nothing_to_read() -> None:
    text = CLOUD.read_text()
    assert not {"example", "summary", "description"} & _words(json.loads(text))
    assert all(len(word) < 80 for word in _strings(json.loads(text)))


def _words(node: Any, named: bool = False) -> set[str]:
    """Every keyword, but not the names of properties."""
    if isinstance(node, list):
        return {word for one in node for word in _words(one)}
    if not isinstance(node, dict):
        return set()
    own = set() if named else set(node)
    return own | {word for name, one in node.items() for word in _words(one, name in ("properties", "schemas") and not named)}


def _strings(node: Any) -> set[str]:
    if isinstance(node, str):
        return {node}
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return {text for part in parts for text in _strings(part)}
