"""Journals: what Redmine records of an issue, as history and as a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from opstui.domain.model import Change, Comment
from opstui.domain.text import clean_line
from opstui_redmine.client import Json
from opstui_redmine.directory import Lookup
from opstui_redmine.markup import readable

PRIVATE = "(private note) "
"""Stands before a note that not everybody may read, so that nobody quotes it to the wrong person."""

_NAMES = {
    "status_id": "status",
    "assigned_to_id": "owner",
    "priority_id": "priority",
    "due_date": "due",
    "subject": "title",
    "description": "body",
    "tracker_id": "tracker",
    "category_id": "category",
    "fixed_version_id": "version",
    "project_id": "project",
    "parent_id": "parent",
    "child_id": "child",
    "start_date": "start",
    "done_ratio": "done",
    "estimated_hours": "estimated hours",
    "is_private": "private",
}
_SHORT = 200


def moment(value: Any) -> datetime | None:
    """A time as Redmine writes it, ``2026-11-20T08:12:00Z``; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def entries(issue: Json) -> Iterator[Json]:
    """The journals of an issue, oldest first; entries of another shape are passed over."""
    journals = [one for one in issue.get("journals") or () if isinstance(one, dict)]
    yield from sorted(journals, key=lambda one: (str(one.get("created_on") or ""), one.get("id") or 0))


def comments(issue: Json, look: Lookup) -> tuple[Comment, ...]:
    """The notes of an issue."""
    found = []
    for one in entries(issue):
        text = readable(str(one.get("notes") or ""))
        if text:
            text = PRIVATE + text if one.get("private_notes") else text
            found.append(Comment(text, _moment(one), look.person(one.get("user"))))
    return tuple(found)


def changes(issue: Json, look: Lookup) -> Iterator[Change]:
    """What moved, with numbers turned into names."""
    words = _words(issue, look)
    customs = {str(one.get("id")): _line(one.get("name")) for one in issue.get("custom_fields") or () if isinstance(one, dict)}
    for one in entries(issue):
        at, who = _moment(one), look.person(one.get("user"))
        for detail in one.get("details") or ():
            if not isinstance(detail, dict):
                continue
            name = str(detail.get("name") or "")
            say: Callable[[Any], str] = _line
            match detail.get("property"):
                case "attr":
                    field = _NAMES.get(name, _line(name))
                    say = words.get(name, _line)
                case "cf":
                    field = customs.get(name) or f"custom field {_line(name)}"
                case "relation":
                    field = {"blocked": "blocked by"}.get(name, name.replace("_", " "))
                    say = _issue
                case "attachment":
                    field = "attachment"
                case _:
                    continue
            yield Change(_line(field), say(detail.get("old_value")) or None, say(detail.get("new_value")) or None, at, who)


def _words(issue: Json, look: Lookup) -> dict[str, Callable[[Any], str]]:
    """How the values of each numbered attribute are said. What an issue has now says its own name; others keep the number."""
    project = issue.get("project")
    home = project.get("id", 0) if isinstance(project, dict) else 0

    def numbered(say: Callable[[int], str]) -> Callable[[Any], str]:
        return lambda value: say(int(value)) if str(value or "").isdecimal() else _line(value)

    def present(name: str, word: str) -> Callable[[Any], str]:
        now = issue.get(name)
        known = {str(now.get("id")): _line(now.get("name"))} if isinstance(now, dict) else {}
        return lambda value: known.get(str(value)) or (f"{word} {_line(value)}" if value not in (None, "") else "")

    return {
        "status_id": numbered(look.status),
        "priority_id": numbered(look.priority_name),
        "assigned_to_id": numbered(lambda number: look.person_number(number, home)),
        "tracker_id": present("tracker", "tracker"),
        "category_id": present("category", "category"),
        "fixed_version_id": present("fixed_version", "version"),
        "project_id": present("project", "project"),
        "parent_id": _issue,
        "child_id": _issue,
        "done_ratio": lambda value: f"{_line(value)}%" if value not in (None, "") else "",
        "is_private": lambda value: {"1": "yes", "0": "no", "true": "yes", "false": "no"}.get(str(value), _line(value)),
    }


def _issue(value: Any) -> str:
    return f"#{_line(value)}" if value not in (None, "") else ""


def _line(value: Any) -> str:
    return "" if value is None else clean_line(str(value), limit=_SHORT)


def _moment(entry: Json) -> datetime | None:
    return moment(entry.get("created_on"))
