"""Settings as TOML text, one value a line, as a person would write them."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from opstui.config.findings import BARE


def line(key: str, value: Any) -> str:
    """``key = value``."""
    return f"{key if re.fullmatch(BARE, key) else toml(key)} = {toml(value)}"


def toml(value: Any) -> str:
    """A value on one line; tables are inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(line(key, one) for key, one in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    if isinstance(value, str):
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
    return str(value)
