"""The public plugin API: what a connector is written against, and how opstui finds the installed ones."""

from __future__ import annotations

from opstui.connectors.api import (
    API_VERSION,
    GROUP,
    OPTION_TYPES,
    Connector,
    Context,
    Cursor,
    Guess,
    Known,
    Option,
    Page,
    Refusal,
    Suggestion,
)
from opstui.connectors.registry import load, load_all, names
from opstui.errors import ConfigError, PluginError, SourceRefused, SourceUnavailable

__all__ = [
    "API_VERSION",
    "GROUP",
    "OPTION_TYPES",
    "ConfigError",
    "Connector",
    "Context",
    "Cursor",
    "Guess",
    "Known",
    "Option",
    "Page",
    "PluginError",
    "Refusal",
    "SourceRefused",
    "SourceUnavailable",
    "Suggestion",
    "load",
    "load_all",
    "names",
]
