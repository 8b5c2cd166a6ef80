"""The demo connector keeps the contract, and its day goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from opstui.connectors.testing import ConnectorContract, KnownItems
from opstui_demo import DemoConnector
from tests.support.build import MORNING


class TestContract(ConnectorContract):
    connector = DemoConnector

    def options(self, folder: Path) -> Mapping[str, Any]:
        return {"items": 1200, "seed": 3, "per_hour": 6}


def test_more_items_arrive_as_time_goes_by_and_none_comes_twice(tmp_path: Path) -> None:
    contract = TestContract()
    now = MORNING
    connector = contract.start(tmp_path, {"items": 20, "seed": 1, "per_hour": 6})
    connector.context = replace(connector.context, now=lambda: now)
    first = list(connector.pull(None, KnownItems()))
    now = MORNING + timedelta(hours=2)
    later = list(connector.pull(first[-1].cursor, KnownItems()))
    assert sum(len(page.items) for page in first) == 20
    assert [item.key for page in later for item in page.items] == [f"D{n}" for n in range(21, 33)]
    assert all(MORNING < item.created <= now for page in later for item in page.items if item.created)
