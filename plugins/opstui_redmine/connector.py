"""Redmine as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from opstui.connectors.api import Connector, Context, Cursor, Known, Move, Page, Pushed, Suggestion, Write
from opstui.domain.model import Item
from opstui_redmine.client import Api
from opstui_redmine.directory import Lookup
from opstui_redmine.mapping import item
from opstui_redmine.options import OPTIONS, settle
from opstui_redmine.pulling import Pull
from opstui_redmine.writing import Writer


class RedmineConnector(Connector):
    """Redmine, read and written over its REST API."""

    name = "redmine"
    title = "Redmine"
    api_version = 1
    options = OPTIONS
    verbs = frozenset({"comment", "assign", "transition", "priority", "due", "create"})
    takes_back = frozenset({"comment"})

    def __init__(self, options: Mapping[str, Any], context: Context) -> None:
        super().__init__(options, context)
        self.settings = settle(options, context)

    @cached_property
    def api(self) -> Api:
        """The server; made when first asked."""
        return Api(self.settings, self.context, self.config)

    @cached_property
    def lookup(self) -> Lookup:
        """What its numbers stand for."""
        return Lookup(self.api, self.settings, self.context)

    def close(self) -> None:
        """Give the connections back."""
        if "api" in self.__dict__:
            self.api.close()

    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        """What changed since the cursor; see ``pulling``."""
        pull = Pull(self.api, self.lookup, cursor, known)
        try:
            yield from pull.pages()
        finally:
            self.close()

    def check(self) -> str:
        """Whose key it is, and how much it sees."""
        lookup = self.lookup
        lookup.refresh()
        directory = lookup.directory
        pull = Pull(self.api, lookup, None, _Nothing())
        total = self.api.issues(pull.filters("*"), "id:asc", limit=1).total
        still = self.api.issues(pull.filters("o"), "id:asc", limit=1).total
        self.api.http.tell(account=directory.account[1])
        where = f"{len(directory.scope)} projects" if directory.scope else "all projects it can see"
        return f"signed in as {directory.account[1]}: {total} issues, {still} of them open, in {where}"

    @classmethod
    def suggest(cls, options: Mapping[str, Any], context: Context) -> Suggestion:
        """Sign in, and say what would come in; the options stay as they are."""
        connector = cls(options, context)
        try:
            said = connector.check()
        finally:
            connector.close()
        notes = [said]
        if not connector.settings.project:
            notes.append('New issues need a place: create = { project = "ops-desk" }')
        return Suggestion(options, notes=tuple(notes), title="Redmine")

    def fetch(self, key: str) -> Item | None:
        """One issue with history and comments."""
        issue = self.api.issue(key)
        if issue is None:
            return None
        self.lookup.ready()
        return item(issue, self.lookup)

    def push(self, write: Write) -> Pushed:
        """Make one change."""
        return Writer(self.api, self.lookup).push(write)

    def look(self, write: Write) -> Pushed | None:
        """Whether a comment or an issue of ours is there already."""
        return Writer(self.api, self.lookup).look_for(write)

    def take_back(self, write: Write, id: str) -> None:
        """Empty a note, which removes it."""
        Writer(self.api, self.lookup).take_back(write, id)

    def moves(self, key: str) -> tuple[Move, ...]:
        """The statuses that are open to this account now."""
        return Writer(self.api, self.lookup).moves(key)


class _Nothing:
    """A store that knows nothing."""

    def fingerprints(self) -> Mapping[str, str]:
        return {}

    def open_keys(self) -> frozenset[str]:
        return frozenset()
