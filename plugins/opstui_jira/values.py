"""Values as Jira's API gives them, read into plain ones, whatever their shape."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from opstui.domain.text import clean_line

KEY_LIMIT = 200

_NAMES = ("name", "value", "displayName", "title", "key", "id")
"""What a value may be called by, the best first."""


class Unreadable(Exception):
    """A record that is no issue; its text says why."""


def key_of(issue: Any) -> str:
    """The key of an issue.

    Raises:
        Unreadable: it has none.
    """
    if not isinstance(issue, dict):
        raise Unreadable(f"it is {type(issue).__name__} instead of an issue")
    key = clean_line(as_text(issue.get("key")))
    if not key:
        raise Unreadable("it has no key")
    if len(key) > KEY_LIMIT:
        raise Unreadable(f"its key is longer than {KEY_LIMIT} characters")
    return key


def where_of(issue: Any) -> str:
    """What tells a record that cannot be read: its key, or its id."""
    if isinstance(issue, dict):
        for name in ("key", "id"):
            if text := clean_line(as_text(issue.get(name)), limit=80):
                return text
    return "a record without a key"


def moment(value: Any) -> datetime | None:
    """A time as Jira writes it, such as ``2026-11-20T08:12:00.000+0000``, in UTC."""
    if not isinstance(value, str) or not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def end_of_day(value: Any, zone: tzinfo) -> datetime | None:
    """The end of a day, which is when something due on it is due."""
    try:
        return datetime.combine(date.fromisoformat(as_text(value)[:10]), time(23, 59, 59), zone)
    except ValueError:
        return None


def in_a_line(value: Any, limit: int) -> str:
    """A field's value in a line: the name of what has one, several with commas."""
    if isinstance(value, list):
        return clean_line(", ".join(filter(None, (in_a_line(one, limit) for one in value[:50]))), limit=limit)
    if isinstance(value, dict):
        text = called(value)
        if "child" in value and (child := in_a_line(value["child"], limit)):
            text = f"{text}, {child}"
        return clean_line(text, limit=limit)
    return clean_line(as_text(value), limit=limit)


def called(value: Any) -> str:
    """What a value of Jira's is called."""
    if isinstance(value, dict):
        for field in _NAMES:
            if text := as_text(value.get(field)):
                return text
        return ""
    return as_text(value)


def is_document(value: Any) -> bool:
    """Whether a value is a text in Jira's document format."""
    return isinstance(value, dict) and value.get("type") == "doc"


def as_number(value: Any) -> int:
    """An id as a number, for what was made at the same moment."""
    text = as_text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def as_list(value: Any) -> list[Any]:
    """A list; an empty one for anything else."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """A text or a number as a text; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, (int, float)) else ""
