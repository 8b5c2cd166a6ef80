"""``python -m tests.specs.digest DOCUMENT [OUT]``: the structural facts of a vendor's OpenAPI 3.0 document.

Kept are paths, methods, parameters (name, place, whether required, type) and schemas (types, properties, what is
required, whether more is allowed, members, enumerations, bounds, null). Nothing that the vendor wrote to be read is kept.
A keyword that is not known here ends it: it could be one that says what is allowed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CLOUD = Path(__file__).with_name("jira_cloud.json")
JSON_TYPE = "application/json"
METHODS = ("get", "post", "put", "delete", "patch")
FACTS = frozenset({
    "type", "required", "enum", "nullable", "minimum", "maximum", "minLength", "maxLength", "uniqueItems", "minItems",
    "maxItems",
})  # fmt: skip
TALK = frozenset({
    "description", "example", "examples", "title", "format", "default", "readOnly", "writeOnly", "deprecated", "xml",
    "externalDocs",
})  # fmt: skip
"""What is left out: words, samples, and hints that allow or forbid nothing."""


class Unknown(Exception):
    """A keyword that is neither kept nor known to be without meaning for what is allowed."""


def schema(node: dict[str, Any]) -> dict[str, Any]:
    """The facts of one schema.

    Raises:
        Unknown: it says something that this does not know.
    """
    made: dict[str, Any] = {}
    for word, value in node.items():
        if word in FACTS or word == "$ref":
            made[word] = value
        elif word == "properties":
            made[word] = {name: schema(inner) for name, inner in value.items()}
        elif word in ("items", "additionalProperties", "not"):
            made[word] = value if isinstance(value, bool) else schema(value)
        elif word in ("allOf", "anyOf", "oneOf"):
            made[word] = [schema(inner) for inner in value]
        elif word not in TALK and not word.startswith("x-"):
            raise Unknown(word)
    return made


def parameter(node: dict[str, Any]) -> dict[str, Any]:
    """One parameter of an operation."""
    return {"name": node["name"], "in": node["in"], "required": node.get("required", False), "schema": schema(node["schema"])}


def operation(node: dict[str, Any], shared: list[dict[str, Any]]) -> dict[str, Any]:
    """One method of one path."""
    made: dict[str, Any] = {"parameters": [parameter(one) for one in [*shared, *node.get("parameters", [])]]}
    if "requestBody" in node:
        body = node["requestBody"]
        made["body"] = {"required": body.get("required", False), "schema": schema(body["content"][JSON_TYPE]["schema"])}
    made["answers"] = {
        status: schema(answer.get("content", {}).get(JSON_TYPE, {}).get("schema") or {})
        for status, answer in node["responses"].items()
    }
    return made


def digest(document: dict[str, Any]) -> dict[str, Any]:
    """The facts of a whole document, in the order of the alphabet."""
    operations = {
        f"{method.upper()} {path}": operation(node[method], node.get("parameters", []))
        for path, node in document["paths"].items()
        for method in METHODS
        if method in node
    }
    schemas = {name: schema(node) for name, node in document["components"]["schemas"].items()}
    return {"operations": dict(sorted(operations.items())), "schemas": dict(sorted(schemas.items()))}


def written(facts: dict[str, Any]) -> str:
    """As a file with one operation or schema per line, so that a change of the vendor's shows as a line."""
    parts = []
    for part, entries in facts.items():
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry, sort_keys=True)}" for name, entry in entries.items())
        parts.append(f"{json.dumps(part)}: {{\n{lines}\n}}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(arguments: list[str]) -> None:
    """Read a document and write its digest."""
    out = Path(arguments[1]) if len(arguments) > 1 else CLOUD
    out.write_text(written(digest(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
