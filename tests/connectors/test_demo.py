"""The demo connector keeps the contract, its day goes on, and its board is one that is written to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from opstui.connectors.api import Write
from opstui.connectors.testing import ConnectorContract, KnownItems
from opstui.errors import WriteRefused
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


BOARD = {
    "account": "Ana Ruiz",
    "expires": "2026-11-29T12:00:00+00:00",
    "serial": 4,
    "issues": [
        {"key": "OPS-1", "title": "Badges", "status": "In Progress", "priority": "High", "owner": "Bo Lind", "serial": 4},
        {"key": "OPS-2", "title": "Move the returns desk", "status": "To Do", "labels": ["layout"], "serial": 3},
    ],
}  # fmt: skip


class TestBoard(ConnectorContract):
    connector = DemoConnector

    def options(self, folder: Path) -> Mapping[str, Any]:
        (folder / "board.json").write_text(json.dumps(BOARD))
        return {"items": 0, "seed": 1, "per_hour": 0, "file": folder / "board.json"}


def a_board(folder: Path) -> DemoConnector:
    contract = TestBoard()
    return cast("DemoConnector", contract.start(folder, contract.options(folder)))


def a_write(verb: str, value: Any, key: str = "OPS-1") -> Write:
    return Write("u1", verb, key, value, MORNING)


@pytest.mark.parametrize(
    ("verb", "value", "read"),
    [
        ("assign", {"name": "Cy Moss"}, lambda item: item.owner == "Cy Moss"),
        ("assign", None, lambda item: item.owner is None),
        ("priority", {"priority": 1, "label": ""}, lambda item: item.priority == 1 and item.priority_label == "Highest"),
        ("due", "2026-12-04", lambda item: item.due.date().isoformat() == "2026-12-04"),
        ("labels", {"add": ["badge"], "remove": []}, lambda item: item.labels == ("badge",)),
        ("comment", {"text": "Signed."}, lambda item: [one.text for one in item.comments] == ["Signed."]),
        ("transition", {"status": "in review", "id": ""}, lambda item: item.status == "In Review"),
    ],
)
def test_a_change_is_on_the_board_and_in_the_next_pull(
    verb: str, value: Any, read: Callable[[Any], bool], tmp_path: Path
) -> None:
    board = a_board(tmp_path)
    cursor = next(board.pull(None, KnownItems())).cursor
    board.push(a_write(verb, value))
    found = board.fetch("OPS-1")
    assert found is not None and read(found)
    [page] = board.pull(cursor, KnownItems())
    assert [item.key for item in page.items] == ["OPS-1"] and page.unchanged == 1
    assert page.items[0] == found and found.changed_by == "Ana Ruiz"


def test_a_move_that_asks_for_something_is_refused_without_it(tmp_path: Path) -> None:
    board = a_board(tmp_path)
    [finish] = [move for move in board.moves("OPS-1") if move.status == "Done"]
    with pytest.raises(WriteRefused, match="“Outcome” is required"):
        board.push(a_write("transition", {"status": "Done", "id": finish.id}))
    with pytest.raises(WriteRefused, match="from In Progress it goes to In Review"):
        board.push(a_write("transition", {"status": "Nowhere"}))
    board.push(a_write("transition", {"status": "Done", "id": finish.id, "fields": {"outcome": "Fixed"}}))
    assert [move.status for move in board.moves("OPS-1")] == ["To Do"]


def test_whom_an_issue_waits_for_is_told_as_long_as_it_is_blocked(tmp_path: Path) -> None:
    board = a_board(tmp_path)
    board.push(a_write("transition", {"status": "Blocked", "fields": {"waits_for": "Cy Moss: the keys"}}))
    blocked = board.fetch("OPS-1")
    assert blocked is not None and blocked.fields["Waits for"] == "Cy Moss: the keys"
    board.push(a_write("transition", {"status": "In Progress"}))
    freed = board.fetch("OPS-1")
    assert freed is not None and "Waits for" not in freed.fields


def test_what_was_made_is_found_again_and_taken_back(tmp_path: Path) -> None:
    board = a_board(tmp_path)
    for write in (a_write("comment", {"text": "Signed."}), a_write("create", {"title": "New readers"}, "")):
        assert board.look(write) is None
        made = board.push(write)
        assert board.look(write) == made
        board.take_back(write, made.id)
        assert board.look(write) is None


def test_a_synthetic_item_cannot_be_changed(tmp_path: Path) -> None:
    contract = TestContract()
    with pytest.raises(WriteRefused):
        contract.start(tmp_path, contract.options(tmp_path)).push(a_write("comment", {"text": "x"}, "D1"))
