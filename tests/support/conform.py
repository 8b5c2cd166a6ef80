"""Holds a connector's requests and a fake's answers to what the vendor's document says.

    with conforming(jira) as handle, serve(handle) as server:
        ...                          # at the end: AssertionError, with every violation, when there was one

A request that the document does not know never reaches the fake. It is answered 422, which nobody repeats.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft7Validator
from jsonschema.exceptions import SchemaError

from tests.specs.digest import CLOUD, FACTS
from tests.specs.jira_server import CLOUD_TOO, TABLE, facts
from tests.support.faults import Fake, Request, Response

ALWAYS = frozenset({401, 403, 429})
"""Statuses that any address may answer, whether its document says so or not."""

SCALARS = frozenset({"string", "integer", "number", "boolean"})
ERRORS = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "errorMessages": {"type": "array", "items": {"type": "string"}}, "status": {"type": "integer"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}  # fmt: skip


class BadDocument(Exception):
    """The document itself cannot be checked with: a schema of it means nothing, or points nowhere."""


@dataclass(frozen=True)
class Operation:
    """One method of one path, ready to check with."""

    name: str
    path: re.Pattern[str]
    literal: int
    parameters: dict[tuple[str, str], dict[str, Any]]
    body_required: bool
    body: Draft7Validator | None
    answers: dict[str, Draft7Validator]
    statuses: frozenset[str]


class Document:
    """A digest, compiled whole when it is made.

    Raises:
        BadDocument: some schema cannot be compiled.
    """

    def __init__(self, *digests: dict[str, Any]) -> None:
        schemas = {name: schema for digest in digests for name, schema in digest["schemas"].items()}
        self._schemas = {name: _translated(schema, name, schemas) for name, schema in schemas.items()}
        for name, schema in self._schemas.items():
            self._compiled(schema, name)
        self.operations = [
            self._operation(name, node, schemas) for digest in digests for name, node in digest["operations"].items()
        ]
        self.operations.sort(key=lambda one: -one.literal)
        self.errors = self._compiled(ERRORS, "errors")

    def find(self, request: Request, path: str) -> Operation | None:
        """What a request asks for; where two fit, the one with fewer placeholders."""
        return next(
            (one for one in self.operations if one.name.startswith(f"{request.method} ") and one.path.fullmatch(path)), None
        )

    def _operation(self, name: str, node: dict[str, Any], schemas: dict[str, Any]) -> Operation:
        path = name.partition(" ")[2]
        parts = [re.escape(part) if not part.startswith("{") else "[^/]+" for part in path.split("/")]
        parameters = {(one["in"], one["name"]): one for one in node["parameters"]}
        for one in parameters.values():
            _checkable(one, name)
        body = node.get("body")
        answers = {status: _translated(schema, name, schemas) for status, schema in node["answers"].items()}
        return Operation(
            name, re.compile("/".join(parts)), sum(not part.startswith("{") for part in path.split("/")), parameters,
            bool(body and body["required"]), self._compiled(_translated(body["schema"], name, schemas), name) if body else None,
            {status: self._compiled(schema, name) for status, schema in answers.items() if schema}, frozenset(answers),
        )  # fmt: skip

    def _compiled(self, schema: dict[str, Any], where: str) -> Draft7Validator:
        whole = {"allOf": [schema], "components": {"schemas": self._schemas}}
        try:
            Draft7Validator.check_schema(schema)
        except SchemaError as error:
            raise BadDocument(f"{where}: {error.message}") from error
        return Draft7Validator(whole)


class Conforming:
    """A fake with a document in front of it. ``violations`` holds a sentence each; ``check`` raises them."""

    def __init__(self, fake: Fake, document: Document, prefix: str = "") -> None:
        self.fake = fake
        self.document = document
        self.prefix = prefix
        self.violations: list[str] = []
        self.used: set[str] = set()
        """The operations that were asked for."""

    def handle(self, request: Request) -> Response:
        """The fake's answer, or 422 where the request or the answer is not as the document has it."""
        path = request.path.removeprefix(self.prefix)
        operation = self.document.find(request, path)
        if operation is None:
            return self._wrong([f"{request.method} {path}: the document has no such address"])
        self.used.add(operation.name)
        if wrong := [f"{operation.name}: {reason}" for reason in _request(operation, request)]:
            return self._wrong(wrong)
        answer = self.fake.handle(request)
        if wrong := [f"{operation.name} answered {answer.status}: {reason}" for reason in self._answer(operation, answer)]:
            return self._wrong(wrong)
        return answer

    def check(self) -> None:
        """Fail when there was a violation.

        Raises:
            AssertionError: with all of them.
        """
        if self.violations:
            raise AssertionError("not as the vendor's document has it:\n  " + "\n  ".join(dict.fromkeys(self.violations)))

    def _wrong(self, reasons: list[str]) -> Response:
        self.violations += reasons
        return Response.json(422, {"errorMessages": reasons, "errors": {}})

    def _answer(self, operation: Operation, answer: Response) -> Iterator[str]:
        status = str(answer.status)
        if status not in operation.statuses:
            if answer.status not in ALWAYS:
                yield "the document does not know this status here"
            return
        if answer.status == 204 and answer.body:
            yield "204 has no body"
        validator = operation.answers.get(status)
        if validator is None and answer.status >= 400 and answer.status not in ALWAYS and answer.body:
            validator = self.document.errors
        if validator is None:
            return
        try:
            value = json.loads(answer.body)
        except ValueError:
            yield "the body is not JSON"
            return
        yield from _complaints(validator, value)


def _request(operation: Operation, request: Request) -> Iterator[str]:
    """What is wrong with a request."""
    given = {name for name, _ in request.query}
    for name, value in request.query:
        parameter = operation.parameters.get(("query", name))
        if parameter is None:
            yield f"unknown query parameter {name!r}"
        elif reason := _parameter(parameter["schema"], value):
            yield f"query parameter {name!r}: {reason}"
    for (place, name), parameter in operation.parameters.items():
        if place == "query" and parameter["required"] and name not in given:
            yield f"query parameter {name!r} is missing"
    if not request.body:
        if operation.body_required:
            yield "the body is missing"
        return
    if operation.body is None:
        yield "a body, where none is known"
        return
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        yield f"the body is sent as {request.headers.get('Content-Type', 'nothing')!r}, not as application/json"
    try:
        value = json.loads(request.body)
    except ValueError:
        yield "the body is not JSON"
        return
    yield from _complaints(operation.body, value)


def _parameter(schema: dict[str, Any], value: str) -> str:
    """What is wrong with one value of a query parameter, as text; empty when nothing is."""
    kind = schema["type"]
    if kind == "array":
        return next((reason for one in value.split(",") if (reason := _parameter(schema["items"], unquote(one)))), "")
    if kind in ("integer", "number"):
        try:
            number = int(value) if kind == "integer" else float(value)
        except ValueError:
            return f"{value!r} is not of type {kind}"
        if not schema.get("minimum", number) <= number <= schema.get("maximum", number):
            return f"{value} is out of bounds"
    elif kind == "boolean" and value not in ("true", "false"):
        return f"{value!r} is not of type boolean"
    elif "enum" in schema and value not in schema["enum"]:
        return f"{value!r} is not one of {schema['enum']}"
    elif not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return f"{len(value)} characters are out of bounds"
    return ""


def _complaints(validator: Draft7Validator, value: Any) -> Iterator[str]:
    for error in sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path))):
        where = "/".join(str(part) for part in error.absolute_path) or "the body"
        yield f"{where}: {error.message[:300]}"


def _translated(schema: Any, where: str, known: dict[str, Any]) -> dict[str, Any]:
    """A schema of OpenAPI 3.0 as JSON Schema: ``nullable`` becomes a type.

    Raises:
        BadDocument: it holds a word that nothing would look at, or points to what is not there.
    """
    if not isinstance(schema, dict):
        raise BadDocument(f"{where}: {schema!r} is no schema")
    made: dict[str, Any] = {}
    for word, value in schema.items():
        if word == "$ref":
            if not value.startswith("#/components/schemas/") or value.removeprefix("#/components/schemas/") not in known:
                raise BadDocument(f"{where}: {value} points nowhere")
            made[word] = value
        elif word == "properties":
            made[word] = {name: _translated(inner, f"{where}.{name}", known) for name, inner in value.items()}
        elif word in ("items", "additionalProperties", "not"):
            made[word] = value if isinstance(value, bool) else _translated(value, where, known)
        elif word in ("allOf", "anyOf", "oneOf"):
            made[word] = [_translated(inner, where, known) for inner in value]
        elif word in FACTS:
            made[word] = value
        else:
            raise BadDocument(f"{where}: {word!r} is a word that nothing would look at")
    if made.pop("nullable", False) and "type" in made:
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


def _checkable(parameter: dict[str, Any], where: str) -> None:
    """Refuse a parameter whose values could not be checked.

    Raises:
        BadDocument: its type is unknown.
    """
    schema = parameter["schema"]
    if schema.get("type") == "array" and parameter["in"] == "query":
        schema = schema.get("items", {})
        if "$ref" in schema:
            parameter["schema"] = {"type": "array", "items": {"type": "string"}}
            return
    if schema.get("type") not in SCALARS:
        raise BadDocument(f"{where}: parameter {parameter['name']} has no type that can be checked")


def jira_document(*, server: bool) -> Document:
    """What a Jira is held to: the digest of the cloud's document, or the table of a data center."""
    if server:
        return Document(facts(TABLE))
    return Document(json.loads(CLOUD.read_text(encoding="utf-8")), facts(CLOUD_TOO))


@contextlib.contextmanager
def conforming(fake: Any) -> Iterator[Conforming]:
    """A Jira (``tests.fakes.jira``) that is held to its document; checked at the end.

    Raises:
        AssertionError: something was not as the document has it.
    """
    held = Conforming(fake, jira_document(server=fake.server), fake.prefix)
    yield held
    held.check()
