"""Jira as a source."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from opstui.connectors.api import Connector, Context, Cursor, Known, Move, Page, Pushed, Suggestion, Write
from opstui.connectors.http import Http, common, segment
from opstui.connectors.shape import wrong
from opstui.domain.model import Item
from opstui_jira import checking, looking, moves, site, threads
from opstui_jira.mapping import Mapper
from opstui_jira.options import OPTIONS, settle
from opstui_jira.people import Directory
from opstui_jira.pulling import Pull
from opstui_jira.values import Unreadable
from opstui_jira.wording import words
from opstui_jira.writing import Writer

SWITCH_S = 0.001
"""How soon a thread that waits for Python gets it: the one that fetches the next page has a few short things to do, and with
the usual 5 ms it would wait for most of the time that a page takes to be read into items."""

RECENT = timedelta(hours=1)
"""Of an issue that is read by itself, the changes of this long come along; earlier ones come with pulls."""


class JiraConnector(Connector):
    """Jira Cloud and Jira Data Center, read and written over their REST API."""

    name = "jira"
    title = "Jira"
    api_version = 1
    options = OPTIONS
    verbs = frozenset({"comment", "assign", "transition", "priority", "due", "labels", "create"})
    takes_back = frozenset({"comment"})

    def __init__(self, options: Mapping[str, Any], context: Context) -> None:
        super().__init__(options, context)
        self.settings = settle(options, context)

    @cached_property
    def http(self) -> Http:
        """The way to the site, made when it is first used."""
        it = self.settings
        basic = (it.email or it.user, it.token) if it.email or it.user else None
        headers = {} if basic else {"Authorization": f"Bearer {it.token}"}
        # Jira takes a change that looks like a browser's for a forgery.
        headers["X-Atlassian-Token"] = "no-check"
        return Http(
            it.url, self.context, headers=headers, auth=basic, secrets=(it.token,), wording=words, **common(self.config)
        )

    def close(self) -> None:
        """Close the connections."""
        if "http" in self.__dict__:
            self.http.close()
            del self.__dict__["http"]

    def __del__(self) -> None:
        self.close()

    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        """What changed since the cursor."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        try:
            yield from Pull(self.http, self.settings, self.context, cursor, known).pages()
        finally:
            sys.setswitchinterval(before)
            self.close()

    def check(self) -> str:
        """Who we are there, what it is, and how many issues come in."""
        return checking.check(self.http, self.settings)

    @classmethod
    def suggest(cls, options: Mapping[str, Any], context: Context) -> Suggestion:
        """Sign in, and say which Jira it is and how many issues would come in."""
        connector = cls(options, context)
        try:
            return checking.suggestion(connector.http, connector.settings, options)
        finally:
            connector.close()

    # -- writing

    @cached_property
    def mapper(self) -> Mapper:
        """Reads issues of the site; made when it is first used, which costs three requests."""
        found = site.learn(self.http, self.settings)
        self.http.tell(account=found.account, expires=self.settings.expires)
        return Mapper(self.context.source, self.context.timezone, self.settings, found, Directory(self.context.people))

    def fetch(self, key: str) -> Item | None:
        """One issue with its newest comments and latest changes."""
        params = {"fields": ",".join(self.mapper.fields), "expand": "changelog"}
        reply = self.http.get(f"{self.mapper.site.api}/issue/{segment(key)}", params, accept=(404, 410))
        if reply.status != 200:
            site.signed_in(self.http, self.mapper.site)  # nobody in particular sees no issue
            return None
        threads.fill(self.http, self.mapper, [reply.json])
        try:
            now = self.context.now() + self.http.clock_ahead
            item = self.mapper.item(reply.json, now - RECENT)
        except Unreadable as error:
            raise wrong(f"{self.context.source}: an issue", str(error)) from None
        return item if item.key == key else replace(item, key=key)  # it has moved and still answers to this key

    def push(self, write: Write) -> Pushed:
        """One change, once."""
        return Writer(self.http, self.settings, self.mapper).push(write)

    def look(self, write: Write) -> Pushed | None:
        """Whether a comment or a new issue is there already."""
        return looking.look(self.http, self.settings, self.mapper, write)

    def take_back(self, write: Write, id: str) -> None:
        """Undo a comment."""
        Writer(self.http, self.settings, self.mapper).take_back(write, id)

    def moves(self, key: str) -> tuple[Move, ...]:
        """The transitions an issue can make now."""
        return moves.offered(self.mapper, moves.read(self.http, self.mapper, key))
