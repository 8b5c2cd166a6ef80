"""The JSON Schema of the config file, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from opstui.config.settings import SET_BY_LOAD, Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Every key with its type, help, default and examples; ready for ``json.dumps``."""
    made = msgspec.json.schema(Settings, schema_hook=_path)
    for key in SET_BY_LOAD:
        made["$defs"]["Source"]["properties"].pop(key)
    made = {"$schema": DIALECT, "title": "opstui config", **made}
    return dict(msgspec.to_builtins(made))


def _path(kind: type) -> dict[str, Any]:
    if kind is Path:
        return {"type": "string"}
    raise NotImplementedError(kind)
