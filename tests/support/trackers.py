"""Every connector that speaks HTTP, each with its fake, so that one suite runs over all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.fakes import jira, redmine
from tests.fakes.redmine import TOKEN
from tests.support.faults import Request, Response

VARIABLE = "FAULTS_TOKEN"
"""The environment variable that holds each source's secret."""


class Tracker(ABC):
    """One connector over one fake. Keys and titles are the fake's, in the words of the source."""

    title: ClassVar[str]
    connector: ClassVar[str]
    secret: ClassVar[str]

    fake: Any

    @abstractmethod
    def options(self) -> dict[str, Any]:
        """What the source is told besides its address."""

    @abstractmethod
    def add(self, title: str) -> str:
        """A new open issue: its key."""

    @abstractmethod
    def rename(self, key: str, title: str) -> None:
        """Somebody changes its title."""

    @abstractmethod
    def finish(self, key: str) -> None:
        """Somebody closes it."""

    @abstractmethod
    def facts(self) -> dict[str, tuple[str, bool]]:
        """Key -> title and whether it is over, of all that there is."""

    @abstractmethod
    def comments(self, key: str) -> list[str]:
        """The texts of its comments."""

    @abstractmethod
    def due(self, key: str) -> str | None:
        """Its due date."""

    @abstractmethod
    def is_list(self, request: Request) -> bool:
        """Whether a request asks for a page of issues."""

    @abstractmethod
    def skew(self, ahead: timedelta) -> None:
        """Let the server's clock be wrong."""

    def is_write(self, request: Request) -> bool:
        """Whether a request changes something."""
        return request.method == "PUT" or (
            request.method == "POST" and "search" not in request.path and not self.reads(request)
        )

    def reads(self, request: Request) -> bool:
        """Whether a POST only reads."""
        return "bulkfetch" in request.path or "approximate-count" in request.path


class JiraCloud(Tracker):
    title = "jira cloud"
    connector = "jira"
    secret = jira.Jira.token
    server = False

    def __init__(self) -> None:
        self.fake = jira.Jira(server=self.server)
        self.fake.search.most = 100

    def options(self) -> dict[str, Any]:
        return {"email": self.fake.credentials[0]}

    def add(self, title: str) -> str:
        return str(self.fake.add("OPS", title).key)

    def rename(self, key: str, title: str) -> None:
        self.fake.alter(key, summary=title)

    def finish(self, key: str) -> None:
        self.fake.alter(key, status="Done")

    def facts(self) -> dict[str, tuple[str, bool]]:
        done = {status.id for status in self.fake.statuses.values() if status.category == "done"}
        return {one.key: (one.values["summary"], one.values["status"] in done) for one in self.fake.issues.values()}

    def comments(self, key: str) -> list[str]:
        return [_text(comment.body) for comment in self.fake.find(key).comments]

    def due(self, key: str) -> str | None:
        found = self.fake.find(key).values.get("duedate")
        return str(found) if found else None

    def is_list(self, request: Request) -> bool:
        return "/search" in request.path

    def skew(self, ahead: timedelta) -> None:
        self.fake.clock = lambda: datetime.now(UTC) + ahead


class JiraDataCenter(JiraCloud):
    title = "jira data center"
    secret = jira.Jira.pat
    server = True

    def options(self) -> dict[str, Any]:
        return {}


class _Now(redmine.Redmine):
    """A Redmine whose clock goes."""

    ahead = timedelta()

    @property
    def now(self) -> datetime:
        return (datetime.now(UTC) + self.ahead).replace(microsecond=0)

    @now.setter
    def now(self, moment: datetime) -> None:
        """It goes by itself."""


class Redmine(Tracker):
    title = "redmine"
    connector = "redmine"
    secret = TOKEN

    def __init__(self) -> None:
        self.fake = _Now()

    def options(self) -> dict[str, Any]:
        return {"history": 0}

    def add(self, title: str) -> str:
        return str(self.fake.add(title).id)

    def rename(self, key: str, title: str) -> None:
        self.fake.edit(int(key), subject=title)

    def finish(self, key: str) -> None:
        self.fake.edit(int(key), status_id=5)

    def facts(self) -> dict[str, tuple[str, bool]]:
        return {str(one.id): (one.subject, self.fake.statuses[one.status_id][1]) for one in self.fake.issues.values()}

    def comments(self, key: str) -> list[str]:
        return [journal.notes for journal in self.fake.issues[int(key)].journals if journal.notes]

    def due(self, key: str) -> str | None:
        found = self.fake.issues[int(key)].due_date
        return str(found) if found else None

    def is_list(self, request: Request) -> bool:
        return request.path == "/issues.json" and request.method == "GET"

    def skew(self, ahead: timedelta) -> None:
        self.fake.ahead = ahead


TRACKERS: tuple[type[Tracker], ...] = (JiraCloud, JiraDataCenter, Redmine)


class Between:
    """A fake with something that happens after each answer, and may answer otherwise."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.instead: Callable[[Request, Response], Response] = lambda request, response: response
        self.after: Callable[[Request], None] = lambda request: None

    def handle(self, request: Request) -> Response:
        response = self.instead(request, self.tracker.fake.handle(request))
        self.after(request)
        return response


def _text(body: Any) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, dict):
        return str(body.get("text", "")) + "".join(map(_text, body.get("content", ())))
    return ""
