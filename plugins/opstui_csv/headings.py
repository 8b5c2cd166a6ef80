"""Which column is what: the headings of the usual exports, and generic words in the forms people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from opstui.domain.text import clean_line, fold

ATTRIBUTES: Mapping[str, str] = {
    "key": "what tells one record from another, such as a ticket number",
    "title": "one line that says what it is about",
    "body": "the long description",
    "kind": "ticket, message, alert, kpi or followup",
    "status": "the status in the source's own words",
    "stage": "a coarser status beside it, such as Jira's status category",
    "priority": "a word or number for the priority",
    "owner": "who works on it",
    "reporter": "who asked for it",
    "team": "the group it is assigned to",
    "labels": "tags",
    "url": "its address in the source",
    "created": "when it was opened",
    "updated": "when it last changed; in an event log the time of the row",
    "closed": "when it was closed",
    "due": "when it is due",
    "sla_due": "when its service level is breached",
    "blocks": "keys of records that wait for this one",
    "blocked_by": "keys of records that this one waits for",
    "links": "relations in words, such as Redmine's 'Blocks #12'",
    "comments": "messages in its thread",
    "changed_by": "who made the last change; in an event log who wrote the row",
}
"""What ``columns`` can name, with its meaning."""

ALIASES: Mapping[str, str] = {
    "id": "key",
    "number": "key",
    "summary": "title",
    "subject": "title",
    "name": "title",
    "description": "body",
    "state": "status",
    "assignee": "owner",
    "assigned_to": "owner",
    "requester": "reporter",
    "author": "reporter",
    "group": "team",
    "tags": "labels",
    "label": "labels",
    "link": "url",
    "opened": "created",
    "changed": "updated",
    "time": "updated",
    "resolved": "closed",
    "deadline": "due",
    "sla": "sla_due",
    "comment": "comments",
    "updated_by": "changed_by",
}
"""Other names for the same attributes in ``columns``."""

DATED = ("created", "updated", "closed", "due", "sla_due")
"""The attributes that hold a date."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "key": (
        *("issue key", "work item key", "key", "number", "ticket number", "incident number", "case number", "issue number"),
        *("ticket id", "incident id", "case id", "request id", "task id", "item id", "item id auto generated", "issue id"),
        *("work item id", "ticket", "incident", "#", "id", "iid", "reference", "ref", "ticket key", "sys id", "uuid", "guid"),
        *("external id", "record id", "no", "nr"),
    ),
    "title": (
        *("summary", "short description", "subject", "title", "ticket subject", "issue title", "task name", "issue summary"),
        *("name", "item name", "headline", "alert name", "alertname", "topic", "issue", "task", "item", "short desc"),
    ),
    "stage": ("status category", "statuscategory", "state type", "stage"),
    "status": (
        *("status", "state", "incident state", "ticket status", "issue status", "case status", "task status", "issue state"),
        *("current status", "section column", "section", "column", "workflow state", "progress state"),
    ),
    "priority": (
        *("priority", "ticket priority", "issue priority", "prio", "severity", "criticality", "urgency", "impact"),
        *("ticket severity", "sev"),
    ),
    "owner": (
        *("assignee", "assigned to", "owner", "assignees", "assignee name", "assigned", "person", "people", "responsible"),
        *("assigned agent", "agent", "ticket assignee", "handler", "task owner", "assignee username", "assignee email"),
    ),
    "reporter": (
        *("reporter", "requester", "requester name", "caller", "caller id", "author", "requested by", "opened by", "submitter"),
        *("creator", "created by", "user", "raised by", "customer", "sender", "from", "author username", "reported by"),
    ),
    "team": (
        *("assignment group", "ticket group", "group", "team", "support group", "assigned group", "assigned team"),
        *("group name", "queue", "department"),
    ),
    "labels": ("labels", "tags", "label", "ticket tags", "tag", "keywords"),
    "url": ("url", "html url", "web url", "link", "permalink", "issue url", "ticket url", "item link", "weburl"),
    "created": (
        *("created", "created at", "opened", "opened at", "requested", "created on", "created date", "creation date"),
        *("date created", "created time", "ticket created timestamp", "ticket created", "sys created on", "sys created at"),
        *("created utc", "reported", "reported at", "reported on", "open date", "opened on", "opened date", "submitted"),
        *("submitted at", "request date", "creation log", "starts at", "createdat", "create date", "raised", "raised on"),
    ),
    "updated": (
        *(
            "updated",
            "updated at",
            "last updated",
            "sys updated on",
            "sys updated at",
            "last modified",
            "modified",
            "updated on",
        ),
        *("updated on", "ticket last updated timestamp", "ticket last updated", "modified at", "modified on", "last update"),
        *("last modified at", "last activity", "changed", "last changed", "latest update", "update date", "updated date"),
        *("date modified", "modified date", "timestamp", "event time", "event timestamp", "time", "occurred at", "logged at"),
    ),
    "closed": (
        *("completed at", "closed", "closed at", "resolved", "resolved at", "solved", "solved at", "completed", "completed on"),
        *("date closed", "closed on", "closed date", "resolution date", "resolved on", "done at", "ends at", "date completed"),
    ),
    "due": (
        *("due date", "due", "due at", "due on", "deadline", "due by", "target date", "timeline end", "end date", "needed by"),
        *("expected resolution", "duedate"),
    ),
    "sla_due": (
        *("sla due", "next sla breach", "sla breach", "sla breach at", "sla due date", "sla deadline", "sla breach time"),
        *("sla target", "breach time", "resolution due", "resolution sla due", "sla"),
    ),
    "blocks": ("outward issue link blocks", "blocking dependencies", "blocking", "blocks"),
    "blocked_by": (
        *("inward issue link blocks", "blocked by dependencies", "blocked by", "is blocked by", "dependencies"),
        *("depends on", "waiting for"),
    ),
    "links": ("related issues",),
    "comments": ("comment", "comments", "comments and work notes", "last notes", "latest comment", "work notes"),
    "changed_by": ("updated by", "sys updated by", "last updated by", "modified by", "changed by", "last modified by"),
    "body": (
        *("description", "notes", "body", "details", "issue description", "ticket description", "long description", "message"),
        *("text", "content"),
    ),
}

FALLBACK_TITLE = ("category", "subcategory", "u symptom", "symptom", "type", "issue type", "tracker", "project")
"""Columns that together stand for a title where an export has none."""

NOISE = frozenset({"last viewed"})
"""Columns that change when somebody looks, not when something happens; left out unless ``ignore`` says otherwise."""

VENDORS: Mapping[str, frozenset[str]] = {
    "Jira": frozenset({"issue key", "issue id", "summary", "status category", "project key", "watchers", "work item key"}),
    "ServiceNow": frozenset(
        {"short description", "sys updated on", "sys updated at", "assignment group", "caller", "caller id", "made sla"}
    ),
    "Zendesk": frozenset({"requester", "ticket subject", "ticket id", "ticket form", "next sla breach", "satisfaction", "via"}),
    "Asana": frozenset({"task id", "section column", "last modified", "blocked by dependencies", "completed at"}),
    "GitHub": frozenset({"html url", "assignees", "milestone", "repository", "linked pull requests", "number", "state reason"}),
    "monday.com": frozenset({"item id", "item id auto generated", "subitems", "person", "creation log", "timeline end"}),
    "Redmine": frozenset({"#", "tracker", "target version", "done", "total spent time", "author", "parent task"}),
    "GitLab": frozenset({"issue id", "assignee username", "author username", "confidential", "time estimate", "weight"}),
    "Linear": frozenset({"triaged", "estimate", "cycle number", "creator", "initiatives", "canceled"}),
}
"""Headings (in plain form) by which an export's maker is known; three or more name it."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9#]+")
_ZONE = re.compile(r"\b(utc|gmt)\b\s*$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's name: as shown, in the plain form it is compared in, every place it stands in, its zone if it says one."""

    name: str
    plain: str
    places: tuple[int, ...]
    utc: bool = False


def plain(name: str) -> str:
    """``Issue key``, ``issue_key``, ``issueKey`` and ``Issue-Key:`` are one: small words with single spaces."""
    words = _OTHER.sub(" ", fold(_CAMEL.sub(" ", name))).strip()
    return words if words == "#" else words.replace("#", " ").strip() or words


def gather(names: Sequence[str]) -> tuple[Heading, ...]:
    """The columns of a heading line; a name that is repeated is one column with several places."""
    order: dict[str, list[int]] = {}
    for place, raw in enumerate(names):
        name = clean_line(raw, limit=120) or f"column {place + 1}"
        order.setdefault(name, []).append(place)
    return tuple(_heading(name, tuple(places)) for name, places in order.items())


def recognised(names: Sequence[str]) -> int:
    """How many of these cells are headings we know."""
    return sum(1 for name in names if name and plain(name) in _KNOWN)


def vendor(headings: Sequence[Heading]) -> str:
    """Whose export this looks like, or an empty string."""
    found = {heading.plain for heading in headings}
    name, hits = max(((name, len(found & marks)) for name, marks in VENDORS.items()), key=lambda pair: pair[1])
    return name if hits >= 3 else ""


def guess(headings: Sequence[Heading], taken: Mapping[str, tuple[Heading, ...]]) -> dict[str, tuple[Heading, ...]]:
    """The attribute of each column that can be told from its heading; ``taken`` holds what the config already decided."""
    by_plain: dict[str, Heading] = {}
    for heading in headings:
        by_plain.setdefault(heading.plain, heading)
    found = dict(taken)
    used = {heading.name for group in taken.values() for heading in group}
    for attribute, words in _WORDS.items():
        if attribute in found:
            continue
        for word in words:
            match = by_plain.get(word)
            if match is not None and match.name not in used:
                found[attribute] = (match,)
                used.add(match.name)
                break
    return {attribute: group for attribute, group in found.items() if group}


def nearest(name: str, headings: Sequence[Heading]) -> str:
    """The heading that a mistyped one probably meant, or an empty string."""
    by_plain = {heading.plain: heading.name for heading in headings}
    near = get_close_matches(plain(name), list(by_plain), 1)
    return by_plain[near[0]] if near else ""


def attribute(name: str) -> str | None:
    """The attribute that a key of ``columns`` stands for, None when it is unknown."""
    word = plain(name).replace(" ", "_")
    return word if word in ATTRIBUTES else ALIASES.get(word)


def _heading(name: str, places: tuple[int, ...]) -> Heading:
    word = plain(name)
    zone = _ZONE.search(word)
    if zone and word[: zone.start()].strip():
        return Heading(name, word[: zone.start()].strip(), places, utc=True)
    return Heading(name, word, places)


_KNOWN = frozenset(word for words in _WORDS.values() for word in words) | frozenset().union(*VENDORS.values())
