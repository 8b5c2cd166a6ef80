"""The Redmine connector keeps the contract, over the fake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.testing import ConnectorContract
from opstui_redmine import RedmineConnector
from tests.fakes.redmine import TOKEN, Redmine
from tests.support.faults import Server, serve


class TestRedmine(ConnectorContract):
    """The contract."""

    connector = RedmineConnector

    @pytest.fixture(autouse=True)
    def serving(self) -> Iterator[None]:
        self.fake = Redmine(self.moment)
        with serve(self.fake) as server:
            self.server: Server = server
            yield

    def secret(self, reference: Any, folder: Path) -> str:
        return TOKEN

    def options(self, folder: Path) -> Mapping[str, Any]:
        if not self.fake.issues:
            for number in range(130):
                age = timedelta(minutes=number)
                self.fake.add(
                    f"Issue {number}", age=age, status_id=5 if number % 3 else 1, assigned_to_id=6, description="h1. A"
                )
            self.fake.edit(1, notes="*Looked* at it", status_id=2)
        return {"url": self.server.url, "token": {"env": "NOT_USED"}, "projects": ["ops-desk"]}

    def hostile_options(self, folder: Path, text: str) -> Mapping[str, Any]:
        sent = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        for _ in range(2):
            custom = [{"id": 3, "name": sent, "value": sent}, {"id": 4, "name": "Many", "value": [sent, sent]}]
            issue = self.fake.add(sent, description=sent, custom_fields=custom, category_id=1)
            self.fake.edit(issue.id, notes=sent, subject=f"{sent} again")
        self.fake.statuses[1] = (sent, False)
        return {"url": self.server.url, "token": {"env": "NOT_USED"}}
