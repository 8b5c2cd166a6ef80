"""A Jira on this machine, a clock that both it and the connector go by, and as much of a store as a pull needs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from opstui.connectors.api import Context, Page, Usage, Write
from opstui.connectors.options import resolve
from opstui.connectors.testing import KnownItems
from opstui.domain.model import Item, Person, Stage
from opstui_jira import JiraConnector
from tests.fakes.jira import Jira
from tests.support.faults import Request, Response, Server, serve

PEOPLE = (
    Person("Ana", ("ana", "ana@example.com", "Ana Ruiz"), email="ana@example.com"),
    Person("Bo Lind", email="bo@example.com"),
)


class Clocked(Jira):
    """A Jira whose answers carry its own clock. ``skew`` is how far that is before ours."""

    now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    skew = timedelta()

    def handle(self, request: Request) -> Response:
        answer = super().handle(request)
        return Response(answer.status, answer.body, {**answer.headers, "Date": format_datetime(self.clock(), usegmt=True)})


class Site:
    """One source over one Jira, with what came in so far."""

    def __init__(
        self, jira: Clocked, served: Server, people: tuple[Person, ...], zone: tzinfo, options: dict[str, Any]
    ) -> None:
        self.jira = jira
        self.served = served
        self.people = people
        self.zone = zone
        self.extra = options
        self.now = jira.now
        self.items: dict[str, Item] = {}
        self.deleted: list[str] = []
        self.cursor: Any = None
        self.usage = Usage()
        self.notes: list[str] = []
        self.secret = jira.pat if jira.server else jira.token
        jira.clock = lambda: self.now + jira.skew
        self._open: list[JiraConnector] = []

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def connector(self) -> JiraConnector:
        """A connector, as a worker makes one."""
        who = {} if self.jira.server else {"email": self.jira.credentials[0]}
        given = {"url": self.served.url + self.jira.prefix, "token": {"env": "X"}, **who, **self.extra}
        folder = Path("/")
        values = resolve(
            JiraConnector.options, given, folder=folder, source="jira", secret=lambda reference, folder: self.secret
        )
        made = JiraConnector(values, Context(
            "jira", self.zone, lambda: self.now, folder, note=self.notes.append, usage=self._use, people=self.people
        ))  # fmt: skip
        self._open.append(made)
        return made

    def pages(self) -> Iterator[Page]:
        """A pull, each page kept before the next is asked for."""
        known = KnownItems(
            {key: item.fingerprint for key, item in self.items.items()},
            frozenset(key for key, item in self.items.items() if item.stage is not Stage.DONE),
        )
        for page in self.connector().pull(self.cursor, known):
            self.items.update((item.key, item) for item in page.items)
            for key in page.deleted:
                self.items.pop(key, None)
                self.deleted.append(key)
            if page.cursor is not None:
                self.cursor = json.loads(json.dumps(dict(page.cursor)))
            yield page

    def pull(self) -> list[Page]:
        """A whole pull."""
        return list(self.pages())

    def asked(self) -> list[str]:
        """``METHOD path`` of every request since this was last asked, without the part that is everywhere."""
        asked = [f"{method} {path.partition('/rest/api/')[2][2:] or path}" for method, path in self.jira.asked]
        self.jira.asked.clear()
        return asked

    def write(self, verb: str, key: str, value: Any, **more: Any) -> Write:
        """A write, made now."""
        return Write(more.pop("uid", "u1"), verb, key, value, self.now, **more)

    def close(self) -> None:
        """Let go of the connections."""
        for connector in self._open:
            connector.close()

    def _use(self, usage: Usage) -> None:
        self.usage = usage


@contextlib.contextmanager
def site(
    *, server: bool = False, people: tuple[Person, ...] = PEOPLE, zone: tzinfo = UTC, prefix: str = "", **options: Any
) -> Iterator[Site]:
    """A Jira that is served, and a source over it."""
    jira = Clocked(server=server, prefix=prefix)
    with serve(jira) as served:
        made = Site(jira, served, people, zone, options)
        try:
            yield made
        finally:
            made.close()
