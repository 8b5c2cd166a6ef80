"""Jira as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from opstui.connectors.api import Connector, Context, Cursor, Known, Page
from opstui.connectors.http import Http, common
from opstui_jira import checking
from opstui_jira.options import OPTIONS, settle
from opstui_jira.pulling import Pull
from opstui_jira.wording import words


class JiraConnector(Connector):
    """Jira Cloud and Jira Data Center, read and written over their REST API."""

    name = "jira"
    title = "Jira"
    api_version = 1
    options = OPTIONS

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
        try:
            yield from Pull(self.http, self.settings, self.context, cursor, known).pages()
        finally:
            self.close()

    def check(self) -> str:
        """Who we are there, what it is, and how many issues come in."""
        return checking.check(self.http, self.settings)
