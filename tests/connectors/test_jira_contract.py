"""What every connector must keep, kept by Jira's: over a fake Cloud and a fake Data Center, with real HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from opstui.connectors.testing import ConnectorContract
from opstui_jira import JiraConnector
from tests.fakes.jira import Jira
from tests.support.faults import Server, serve


class JiraContract(ConnectorContract):
    connector = JiraConnector
    server: ClassVar[bool]

    @pytest.fixture(autouse=True)
    def site(self) -> Iterator[None]:
        """One site per test, so that a cursor is of the same one."""
        self.jira = Jira(server=self.server)
        with serve(self.jira) as self.served:
            yield

    jira: Jira
    served: Server

    def options(self, folder: Path) -> Mapping[str, Any]:
        if not self.jira.issues:
            self.jira.search.most = 10
            for number in range(33):
                self.jira.add(
                    "OPS" if number % 2 else "DESK", f"Dock door {number} is stuck", assignee="ana", duedate="2026-11-30"
                )
            self.jira.say("OPS-1", "Looked at it")
            self.jira.link("OPS-1", "blocks", "DESK-1")
        return self._options()

    def hostile_options(self, folder: Path, text: str) -> Mapping[str, Any]:
        bo = self.jira.person("bo")
        bo.name = text
        self.jira.statuses["10000"] = replace(self.jira.statuses["10000"], name=text)
        self.jira.priorities["3"] = text
        issue = self.jira.add("OPS", "x", assignee="bo")
        issue.values["summary"] = text
        issue.values["labels"] = [text]
        issue.values["description"] = self.jira.document(text)
        issue.values["customfield_10060"] = text
        self.jira.say(issue.key, text)
        self.jira.projects["OPS"].name = text
        return {**self._options(), "fields": ["Site"], "team_field": "Site", "history": True}

    def secret(self, reference: Any, folder: Path) -> str:
        return self.jira.pat if self.server else self.jira.token

    def _options(self) -> dict[str, Any]:
        who = {} if self.server else {"email": self.jira.credentials[0]}
        return {"url": self.served.url, "token": {"env": "JIRA_TOKEN"}, "jql": "status is not EMPTY", **who}


class TestCloud(JiraContract):
    server = False


class TestDataCenter(JiraContract):
    server = True


del ConnectorContract, JiraContract
