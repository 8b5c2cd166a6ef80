"""A Jira that is served and held to the vendor's document, a connector to it, and what came in from it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Set
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from opstui.connectors.api import Context, Cursor, Page, Usage
from opstui.domain.model import Item, Person, Stage
from opstui_jira import JiraConnector
from tests.fakes.jira import Jira
from tests.support.conform import Conforming, conforming
from tests.support.faults import Server, serve

PEOPLE = (
    Person("Ana Ruiz", ("ana",), email="ana@example.com"),
    Person("Bo Lind", ("bo",), email="bo@example.com"),
    Person("Cy", ("Cy Moss", "cy"), email="cy@example.com"),
)


class Here:
    """What a store would say it knows: items by key."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.deleted: list[str] = []

    def fingerprints(self) -> Mapping[str, str]:
        """Of every item."""
        return {key: item.fingerprint for key, item in self.items.items()}

    def open_keys(self) -> Set[str]:
        """Of those that are not done."""
        return {key for key, item in self.items.items() if item.stage is not Stage.DONE}


class Site:
    """A served Jira, a connector to it, and what came in from it."""

    def __init__(self, jira: Jira, held: Conforming, server: Server, folder: Path) -> None:
        self.jira = jira
        self.held = held
        self.server = server
        self.folder = folder
        self.here = Here()
        self.cursor: Cursor | None = None
        self.notes: list[str] = []
        self.usage = Usage()
        self.later = timedelta(0)

    def connector(self, **options: Any) -> JiraConnector:
        """A connector with the right credentials unless ``options`` say others."""
        context = Context(
            "jira", ZoneInfo("Europe/Berlin"), lambda: datetime.now(UTC) + self.later, self.folder,
            note=self.notes.append, usage=self._used, people=PEOPLE,
        )  # fmt: skip
        name, secret = self.jira.credentials
        who = {"token": self.jira.pat} if self.jira.server else {"email": name, "token": secret}
        given = {"url": self.server.url + self.jira.prefix, "jql": "project in (OPS, DESK)"} | who | options
        return JiraConnector(given, context)

    def pull(self, **options: Any) -> list[Page]:
        """One pull from where the last one stopped; its pages, which are in ``here`` now."""
        pages = []
        for page in self.connector(**options).pull(self.cursor, self.here):
            pages.append(page)
            self.here.items |= {item.key: item for item in page.items}
            for key in page.deleted:
                self.here.items.pop(key, None)
                self.here.deleted.append(key)
            if page.cursor is not None:
                self.cursor = page.cursor
        return pages

    def _used(self, usage: Usage) -> None:
        self.usage = usage


@contextlib.contextmanager
def a_site(jira: Jira, folder: Path) -> Iterator[Site]:
    """Serve a Jira that conforms.

    Raises:
        AssertionError: at the end, when some request or answer was not as the document has it.
    """
    with conforming(jira) as held, serve(held) as server:
        yield Site(jira, held, server, folder)
