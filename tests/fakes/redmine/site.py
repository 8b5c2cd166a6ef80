"""What a Redmine is made of: its lists, its issues and their journals, and how they are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.support.faults import Request, Response

TOKEN = "0123456789abcdef0123456789abcdef01234567"
CAP = 100
STATUSES = {1: ("New", False), 2: ("In Progress", False), 3: ("Resolved", False), 4: ("Feedback", False)}
STATUSES |= {5: ("Closed", True), 6: ("Rejected", True)}
PRIORITIES = {1: "Low", 2: "Normal", 3: "High", 4: "Urgent", 5: "Immediate"}
TRACKERS = {1: "Bug", 2: "Feature", 3: "Support"}
USERS = {1: ("admin", "Redmine", "Admin"), 5: ("ana", "Ana", "Ruiz"), 6: ("bo", "Bosse", "Lind")}
USERS |= {7: ("cy", "Cy", "Moss"), 8: ("dee", "Dee", "Park")}
PROJECTS = {1: ("ops-desk", "Ops Desk", None), 2: ("ops-night", "Night shift", 1), 3: ("other", "Other things", None)}
CATEGORIES = {1: "Network", 2: "Database", 3: "Billing", 4: "Access"}
MEMBERS = (5, 6, 7, 8)

ATTRIBUTES = ("subject", "description", "status_id", "priority_id", "assigned_to_id", "due_date", "category_id", "done_ratio")


@dataclass
class Journal:
    """One entry of an issue's history."""

    id: int
    user: int
    at: datetime
    notes: str = ""
    private: bool = False
    details: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Issue:
    """One issue, by the numbers of what it refers to."""

    id: int
    project_id: int
    author_id: int
    created: datetime
    updated: datetime
    subject: str = ""
    description: str | None = None
    tracker_id: int = 1
    status_id: int = 1
    priority_id: int = 2
    assigned_to_id: int | None = None
    category_id: int | None = None
    start_date: str | None = None
    due_date: str | None = None
    done_ratio: int = 0
    closed: datetime | None = None
    custom_fields: list[dict[str, Any]] = field(default_factory=list)
    journals: list[Journal] = field(default_factory=list)


class Refused(Exception):
    """The change has these errors."""


def paged(name: str, entries: list[dict[str, Any]], request: Request) -> Response:
    offset, limit = int(request.param("offset", "0")), min(int(request.param("limit", "25")), CAP)
    body = {name: entries[offset : offset + limit], "total_count": len(entries), "offset": offset, "limit": limit}
    return Response.json(200, body)


def filters(request: Request) -> list[tuple[str, str, list[str]]]:
    """The filters of a query, ``f[]=a&op[a]=>=&v[a][]=1``."""
    operators = {name[3:-1]: value for name, value in request.query if name.startswith("op[")}
    found = []
    for name in (value for key, value in request.query if key == "f[]"):
        values = [value for key, value in request.query if key == f"v[{name}][]"]
        found.append((name, operators[name], values))
    return found


def reference(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name}


def person(user: int) -> dict[str, Any]:
    return reference(user, " ".join(USERS[user][1:]))


def shown(journal: Journal) -> dict[str, Any]:
    return {
        "id": journal.id,
        "user": person(journal.user),
        "notes": journal.notes,
        "created_on": stamp(journal.at),
        "private_notes": journal.private,
        "details": journal.details,
    }


def check_subject(subject: str) -> str:
    if not subject.strip():
        raise Refused("Subject cannot be blank")
    if len(subject) > 255:
        raise Refused("Subject is too long (maximum is 255 characters)")
    return subject


def due_day(issue: Issue, value: str | None) -> str | None:
    if not value:
        return None
    try:
        date.fromisoformat(value)
    except ValueError:
        raise Refused("Due date is not a valid date") from None
    if issue.start_date and value < issue.start_date:
        raise Refused("Due date must be greater than start date")
    return value


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def text(value: Any) -> str | None:
    return None if value is None else str(value)
