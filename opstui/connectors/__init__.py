"""The public plugin API: what a connector is written against, and how opstui finds the installed ones."""

from __future__ import annotations

from opstui.connectors.api import (
    API_VERSION,
    GROUP,
    OPTION_TYPES,
    VERBS,
    Connector,
    Context,
    Cursor,
    Guess,
    Known,
    Move,
    MoveField,
    Network,
    Option,
    Page,
    Pushed,
    Refusal,
    Suggestion,
    Usage,
    Write,
)
from opstui.connectors.registry import load, load_all, names
from opstui.errors import AnswerLost, ConfigError, PluginError, SourceRefused, SourceUnavailable, WriteRefused

__all__ = [
    "API_VERSION",
    "GROUP",
    "OPTION_TYPES",
    "VERBS",
    "AnswerLost",
    "ConfigError",
    "Connector",
    "Context",
    "Cursor",
    "Guess",
    "Known",
    "Move",
    "MoveField",
    "Network",
    "Option",
    "Page",
    "PluginError",
    "Pushed",
    "Refusal",
    "SourceRefused",
    "SourceUnavailable",
    "Suggestion",
    "Usage",
    "Write",
    "WriteRefused",
    "load",
    "load_all",
    "names",
]
