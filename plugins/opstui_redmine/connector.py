"""Redmine as a source."""

from __future__ import annotations

from collections.abc import Iterator

from opstui.connectors.api import Connector, Cursor, Known, Option, Page


class RedmineConnector(Connector):
    """Redmine, read and written over its REST API."""

    name = "redmine"
    title = "Redmine"
    api_version = 1
    options = (Option("url", "str", "Where it is.", required=True, example="https://redmine.example.com"),)

    def pull(self, cursor: Cursor | None, known: Known) -> Iterator[Page]:
        """What changed since the cursor."""
        raise NotImplementedError
