"""An issue as an item."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from opstui.domain.model import Change, Comment, Item
from opstui.domain.text import clean, clean_line
from opstui_redmine.client import Json
from opstui_redmine.directory import Lookup
from opstui_redmine.journals import changes, comments, moment
from opstui_redmine.markup import readable

_PRINTED = (
    *("id", "project", "tracker", "status", "priority", "author", "assigned_to", "category", "fixed_version", "parent"),
    *("subject", "description", "start_date", "due_date", "done_ratio", "is_private", "estimated_hours", "custom_fields"),
    *("created_on", "updated_on", "closed_on"),
)
"""What of an issue counts as a change of it: hours that others spent do not."""

_TITLE, _FIELD = 500, 4_000
_WORDS = {"relates": "relates to", "duplicates": "duplicates", "precedes": "precedes", "follows": "follows"}
_WORDS |= {"copied_to": "copied to", "copied_from": "copied from", "duplicated": "duplicated by"}


def key_of(issue: Json) -> str:
    """An issue's key."""
    return str(issue["id"])


def printed(issue: Json, recipe: str) -> str:
    """The part of a fingerprint that a list of issues is enough for: ``time/hash``.

    Redmine moves ``updated_on`` neither for a relation nor for a comment that was edited or taken away, so that
    the time alone would not do.
    """
    told = [recipe, *(issue.get(name) for name in _PRINTED), sorted(map(list, _relations(issue)))]
    return f"{issue['updated_on']}/{_digest(told)}"


def fingerprint(issue: Json, recipe: str) -> str:
    """``time/hash`` for what a list gives, ``time/hash/hash`` for an issue with its journals."""
    listed = printed(issue, recipe)
    return f"{listed}/{_digest(issue['journals'])}" if "journals" in issue else listed


def time_printed(mark: str) -> datetime | None:
    """The time in a fingerprint."""
    return moment(mark.partition("/")[0])


def has_history(mark: str) -> bool:
    """Whether a fingerprint is that of an issue with its journals."""
    return mark.count("/") > 1


def item(issue: Json, look: Lookup, *, since: datetime | None = None) -> Item:
    """The item of an issue, with history and comments where it came with its journals.

    ``since``: changes up to then are left out, for an issue that is known without its history: they are no news.
    """
    settings, context = look.settings, look.context
    key, status = key_of(issue), issue["status"]
    blocks, blocked_by = _blocks(issue)
    project, category = named(issue.get("project")), named(issue.get("category"))
    history: tuple[Change, ...] = ()
    thread: tuple[Comment, ...] = ()
    changed_by = None
    if "journals" in issue:
        history = tuple(one for one in changes(issue, look) if since is None or one.at is None or one.at > since)
        thread = comments(issue, look)
        changed_by = _last_hand(issue, look)
    author = look.person(issue.get("author"))
    updated, created = moment(issue.get("updated_on")), moment(issue.get("created_on"))
    return Item(
        source=context.source,
        key=key,
        title=clean_line(str(issue.get("subject") or ""), limit=_TITLE) or f"#{key}",
        body=readable(str(issue.get("description") or "")),
        status=named(status),
        stage=look.stage(status),
        priority=look.priority(issue.get("priority")),
        priority_label=named(issue.get("priority")),
        owner=look.person(issue.get("assigned_to")),
        reporter=author,
        team=(category if settings.team == "category" else project) or None,
        labels=(category,) if category else (),
        url=f"{settings.url}/issues/{key}",
        created=created,
        updated=updated,
        due=_due(issue, look),
        blocks=blocks,
        blocked_by=blocked_by,
        history=history,
        comments=thread,
        fields=dict(_fields(issue)),
        fingerprint=fingerprint(issue, settings.recipe),
        changed_by=changed_by or (author if updated == created else None),
    )


def _due(issue: Json, look: Lookup) -> datetime | None:
    """A due date means the end of that day where the manager is."""
    try:
        day = date.fromisoformat(issue.get("due_date") or "")
        return datetime.combine(day, time(23, 59, 59), look.context.timezone)
    except (ValueError, TypeError):
        return None


def _fields(issue: Json) -> Iterator[tuple[str, str]]:
    """What no attribute of an item holds, custom fields last."""
    names: dict[str, Any] = {
        "project": named(issue.get("project")),
        "tracker": named(issue.get("tracker")),
        "category": named(issue.get("category")),
        "version": named(issue.get("fixed_version")),
        "start": issue.get("start_date"),
        "done": f"{issue['done_ratio']}%" if issue.get("done_ratio") else None,
        "estimated hours": issue.get("estimated_hours"),
        "private": "yes" if issue.get("is_private") else None,
    }
    parent = issue.get("parent")
    if isinstance(parent, dict) and parent.get("id"):
        names["parent"] = f"#{parent['id']}"
    related = [f"{_WORDS[kind]} #{other}" for kind, other in _others(issue) if kind in _WORDS]
    if related:
        names["related"] = ", ".join(related)
    for custom in issue.get("custom_fields") or ():
        if isinstance(custom, dict) and named(custom):
            name, value = named(custom), custom.get("value")
            text = ", ".join(str(one) for one in value) if isinstance(value, list) else value
            names[f"{name} (custom)" if name in names else name] = text
    for name, value in names.items():
        text = clean(str(value), limit=_FIELD) if value not in (None, "", []) else ""
        if text:
            yield name, text


def _relations(issue: Json) -> Iterator[tuple[str, int, int]]:
    """Kind, from, to of every relation."""
    for one in issue.get("relations") or ():
        if isinstance(one, dict) and isinstance(one.get("issue_id"), int) and isinstance(one.get("issue_to_id"), int):
            yield str(one.get("relation_type")), one["issue_id"], one["issue_to_id"]


def _others(issue: Json) -> Iterator[tuple[str, int]]:
    """Each relation seen from this issue: what it is to the other, and the other's number."""
    turned = {"blocks": "blocked", "precedes": "follows", "duplicates": "duplicated", "copied_to": "copied_from"}
    for kind, start, end in _relations(issue):
        if start == issue["id"]:
            yield kind, end
        else:
            yield turned.get(kind, {"blocked": "blocks", "follows": "precedes"}.get(kind, kind)), start


def _blocks(issue: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    others = list(_others(issue))
    blocks = tuple(dict.fromkeys(str(other) for kind, other in others if kind == "blocks"))
    return blocks, tuple(dict.fromkeys(str(other) for kind, other in others if kind == "blocked"))


def _last_hand(issue: Json, look: Lookup) -> str | None:
    """Who made the last change that moved the issue's time."""
    journals = [one for one in issue["journals"] if isinstance(one, dict)]
    return look.person(journals[-1].get("user")) if journals else None


def named(reference: Any) -> str:
    """The name in what an answer refers to, clean."""
    name = reference.get("name") if isinstance(reference, dict) else None
    return clean_line(name, limit=200) if isinstance(name, str) else ""


def _digest(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=8).hexdigest()
