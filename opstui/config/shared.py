"""What a file that is shared may not hold: anything that would run. Data of others is read, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from opstui.config.findings import Finding, Path, dotted
from opstui.config.merge import Layer, is_secret

CODE_FILE = r"(?i)\.(?:py[cdiwz]?|pyc|pth|so|dll|dylib|whl|egg)$"
CODE_NAME = r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$"
CODE_KEYS = frozenset({"plugin", "plugins", "plugin_path", "python", "module", "class", "import", "entry_point"})
SECRET_KEY = r"(?i)(?:token|password|passwd|secret|api_?key|credential)(?!_expires)"
"""The day on which a secret ends is none. Texts, not compiled patterns: few configs need one, and all would wait for them."""


def refused(layer: Layer) -> Iterator[Finding]:
    """Everything in a layer that only the user's own file may say."""
    if layer.kind in ("shared", "environment", "flag"):
        for at, value in _walk(layer.data, ()):
            if why := _why_not(layer, at, value):
                yield Finding("error", layer.where(at), dotted(_named(layer.data, at)), *why)


def _why_not(layer: Layer, at: Path, value: Any) -> tuple[str, str] | None:
    key = at[-1] if at else ""
    whose = "a shared file" if layer.kind == "shared" else f"the {layer.kind}"
    if (is_secret(value, key) and "command" in value) or (key == "command" and isinstance(value, list)):
        return f"{whose} may not run a command", "Put it in your own config file"
    if layer.kind != "shared":
        return None
    if isinstance(value, str) and (
        re.search(CODE_FILE, value) or (key == "connector" and ("/" in value or re.match(CODE_NAME, value))) or key in CODE_KEYS
    ):
        return "a shared file may not name Python code", "Install the connector and use its name"
    if isinstance(value, str) and value and re.search(SECRET_KEY, str(key)) and "sources" in at:
        return "a shared file may hold no secret", 'Refer to it, for example { env = "NAME" }'
    return None


def _walk(value: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    """Every table, list and value; not inside a secret's reference, which is one thing."""
    yield at, value
    if isinstance(value, dict) and not is_secret(value, at[-1] if at else ""):
        for key, inner in value.items():
            yield from _walk(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*at, index))


def _named(data: Any, at: Path) -> Path:
    """A layer's path with the elements of lists by their names."""
    path: Path = ()
    for part in at:
        data = data[part]
        name = data.get("name") if isinstance(part, int) and isinstance(data, dict) else None
        path = (*path, name if isinstance(name, str) else part)
    return path
