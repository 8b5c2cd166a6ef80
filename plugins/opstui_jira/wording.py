"""Jira's own words in an answer that is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opstui.domain.text import clean_line
from opstui.errors import SourceError

if TYPE_CHECKING:
    from opstui.connectors.http import Reply


def words(reply: Reply) -> str:
    """Its ``errorMessages`` and what it says of single fields; of a 429 why."""
    reason = str(reply.headers.get("ratelimit-reason") or "")
    try:
        said = reply.json
    except SourceError:  # an error page of whatever shape; the status says the rest
        said = None
    found = list(_said(said))
    if reason:
        found.append(f"limit {reason}")
    return clean_line("; ".join(dict.fromkeys(found)), limit=500)


def _said(value: Any) -> list[str]:
    if not isinstance(value, Mapping):
        return []
    messages, errors = value.get("errorMessages"), value.get("errors")
    found = [text for text in messages if isinstance(text, str) and text] if isinstance(messages, list) else []
    if isinstance(errors, Mapping):
        found += [f"{name}: {text}" for name, text in errors.items() if isinstance(text, str)]
    message = value.get("message")
    return found or ([message] if isinstance(message, str) and message else [])
