"""What a Jira holds: people, projects, workflow, issues with their comments and changelog. Plain data, no HTTP.

Field values are kept the way the changelog speaks of them: a status, priority or resolution by its id, a person by
their id (``accountId`` in the cloud, ``name`` on a server of one's own), a date as text, a text as it was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass
class User:
    """A person. ``id`` is the accountId in the cloud and the user's name in a data center."""

    id: str
    name: str
    email: str
    zone: str = "Europe/Berlin"
    active: bool = True
    kind: str = "atlassian"


@dataclass
class Status:
    """A status and its category: new, indeterminate or done."""

    id: str
    name: str
    category: str


@dataclass
class Asked:
    """A field that a transition's screen shows."""

    id: str
    name: str
    required: bool = False
    allowed: tuple[tuple[str, str], ...] = ()
    """(id, name) pairs; none: free text."""


@dataclass
class Transition:
    """A move of the workflow, possible from any of ``start`` (none: from everywhere but its end)."""

    id: str
    name: str
    end: str
    start: tuple[str, ...] = ()
    asks: tuple[Asked, ...] = ()


@dataclass
class Project:
    """A project and the types of issues it takes."""

    id: str
    key: str
    name: str
    kind: str = "software"
    types: tuple[tuple[str, str], ...] = (("10001", "Task"), ("10002", "Bug"))
    count: int = 0
    assignable: tuple[str, ...] | None = None
    """Ids of the people who can be assigned; None: every active one."""


@dataclass
class Comment:
    """One comment; ``body`` is a document in the cloud and wiki text in a data center."""

    id: str
    author: str
    body: Any
    created: datetime
    updated: datetime


@dataclass
class History:
    """One entry of the changelog: who, when, and the fields that moved."""

    id: str
    author: str
    at: datetime
    items: list[dict[str, str | None]]


@dataclass
class Issue:
    """One issue. ``values`` holds every field but the ones that have an attribute here."""

    id: str
    key: str
    project: str
    created: datetime
    updated: datetime
    creator: str
    values: dict[str, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    links: list[tuple[str, str, bool, str]] = field(default_factory=list)
    """(link id, link type's id, outward, the other's id)"""

    @property
    def number(self) -> int:
        """The digits of its key, to order by."""
        return int(self.key.rpartition("-")[2])


CATEGORIES = {"new": (2, "To Do", "blue-gray"), "indeterminate": (4, "In Progress", "yellow"), "done": (3, "Done", "green")}
"""Key -> (id, name, colour): the same three in every Jira."""

STATUSES = (
    Status("10000", "To Do", "new"), Status("3", "In Progress", "indeterminate"),
    Status("10010", "Blocked", "indeterminate"), Status("10011", "Waiting for customer", "indeterminate"),
    Status("10001", "Done", "done"),
)  # fmt: skip

RESOLUTIONS = (("10000", "Done"), ("10001", "Won't Do"), ("10002", "Duplicate"))

TRANSITIONS = (
    Transition("11", "Start work", "3", ("10000",)),
    Transition("21", "Block", "10010", ("3",), (Asked("customfield_10050", "Blocked reason", required=True),)),
    Transition("22", "Unblock", "3", ("10010", "10011")),
    Transition("23", "Ask the customer", "10011", ("3",)),
    Transition(
        "31", "Resolve", "10001", ("10000", "3", "10010", "10011"), (Asked("resolution", "Resolution", True, RESOLUTIONS),)
    ),
    Transition("41", "Reopen", "10000", ("10001",)),
)

PRIORITIES = (("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest"))

LINKS = (("10100", "Blocks", "is blocked by", "blocks"), ("10101", "Relates", "relates to", "relates to"))
"""(id, name, inward, outward)"""

SLA = "com.atlassian.servicedesk:sd-sla-field"
TEXT = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"

CUSTOM = {
    "customfield_10030": ("Time to resolution", "sd-servicelevelagreement", SLA),
    "customfield_10031": ("Time to first response", "sd-servicelevelagreement", SLA),
    "customfield_10050": ("Blocked reason", "string", TEXT),
    "customfield_10060": ("Site", "string", TEXT),
}
"""Id -> (name, type, custom type)."""

SYSTEM = {
    "summary": ("Summary", "string", ""), "description": ("Description", "string", ""), "status": ("Status", "status", ""),
    "priority": ("Priority", "priority", ""), "assignee": ("Assignee", "user", ""), "reporter": ("Reporter", "user", ""),
    "creator": ("Creator", "user", ""), "project": ("Project", "project", ""), "issuetype": ("Issue Type", "issuetype", ""),
    "labels": ("Labels", "array", "string"), "duedate": ("Due date", "date", ""), "created": ("Created", "datetime", ""),
    "updated": ("Updated", "datetime", ""), "resolution": ("Resolution", "resolution", ""),
    "resolutiondate": ("Resolved", "datetime", ""), "issuelinks": ("Linked Issues", "array", "issuelinks"),
    "comment": ("Comment", "comments-page", ""), "parent": ("Parent", "issuelink", ""),
    "components": ("Components", "array", "component"), "subtasks": ("Sub-tasks", "array", "issuelinks"),
    "statuscategorychangedate": ("Status Category Changed", "datetime", ""),
}  # fmt: skip
"""Id -> (name, type, type of its members)."""

DEFAULTS: dict[str, Any] = {
    "summary": "", "description": None, "status": "10000", "priority": "3", "assignee": None, "reporter": None,
    "issuetype": "10001", "labels": [], "duedate": None, "resolution": None, "resolutiondate": None, "parent": None,
}  # fmt: skip


def people(server: bool) -> dict[str, User]:
    """Who works here: Ana's credentials are the ones in use."""
    known = (
        User("ana", "Ana Ruiz", "ana@example.com"), User("bo", "Bo Lind", "bo@example.com", "UTC"),
        User("cy", "Cy Moss", "cy@example.com", "America/New_York"), User("dee", "Dee Gone", "dee@example.com", active=False),
    )  # fmt: skip
    if not server:
        for number, user in enumerate(known):
            user.id = f"5b10ac8d82e05b22cc7d4e{number:02}"
    return {user.id: user for user in known}


def projects() -> dict[str, Project]:
    """A software project and a service project."""
    made = (
        Project("10200", "OPS", "Operations"),
        Project("10201", "DESK", "Service desk", "service_desk", (("10003", "Service request"), ("10004", "Incident"))),
    )
    return {project.key: project for project in made}


def utc_now() -> datetime:
    """The clock unless a test sets another."""
    return datetime.now(UTC)
