"""Changes on their way, exported, brought in elsewhere, and restored from a backup: never sent a second time by that."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from opstui.domain.outbox import State
from opstui.services.desk import Desk
from opstui.services.export import export
from opstui.services.importing import Brought, bring_in
from opstui.store import backup
from tests.support.build import an_item
from tests.support.desk import a_desk, pull, shut, store_of
from tests.support.outbox import can, settle

J, K = "jira:OPS-1", "jira:OPS-2"


def full(folder: Path) -> Desk:
    """One of each state, and one that was sent and is taken back."""
    desk = a_desk(folder)
    pull(desk, an_item("OPS-1", "Payroll", source="jira", priority=3), an_item("OPS-2", "Badges", source="jira"))
    can(desk, "jira", ["comment", "priority", "create", "labels"], ["comment"])
    desk.priority([J, K], 1)
    second, first = (one.id for one in desk.outbox())
    settle(desk, first, State.SENT)
    settle(desk, second, State.CONFLICT, theirs=2, what="jira: somebody was quicker")
    desk.comment([J], "=cmd Carrier called")
    settle(desk, desk.outbox()[0].id, State.SENT, made="10001")
    desk.undo()
    desk.labels([J], add=["vip"])
    settle(desk, desk.outbox()[0].id, State.SENDING)
    desk.create("jira", "Buy label rolls")
    return desk


def states(desk: Desk) -> list[tuple[str, str, str]]:
    """Every change ever, oldest first."""
    return [(one.ref, one.verb, one.state) for one in reversed(desk.outbox(states=list(State)))]


def out(desk: Desk, folder: Path) -> dict[str, int]:
    return export(store_of(desk), folder, now=desk.now(), zone=desk.zone())


def back(desk: Desk, folder: Path) -> Brought:
    return bring_in(store_of(desk), folder, now=desk.now(), who="Ana Ruiz", rules=desk._at.rules)


def test_an_export_holds_every_change_as_lines_table_and_text(tmp_path: Path) -> None:
    desk = full(tmp_path / "one")
    assert out(desk, tmp_path / "export")["outbox"] == 6
    found = [json.loads(line) for line in (tmp_path / "export/outbox.jsonl").read_text().splitlines()]
    assert [(one["verb"], one["state"]) for one in found] == [
        ("priority", "sent"),
        ("priority", "conflict"),
        ("comment", "sent"),
        ("comment", "pending"),
        ("labels", "sending"),
        ("create", "pending"),
    ]
    assert found[3]["undoes"] == found[2]["uid"] and found[1]["theirs"] == 2
    with (tmp_path / "export/outbox.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 7
    log = (tmp_path / "export/log.md").read_text()
    assert "## Changes meant for sources" in log and "conflict** `jira:OPS-2` priority critical" in log
    shut(desk)


def test_what_is_brought_in_is_history_and_nothing_of_it_is_sent(tmp_path: Path) -> None:
    desk = full(tmp_path / "one")
    counts = out(desk, tmp_path / "export")
    other = a_desk(tmp_path / "two")
    brought = back(other, tmp_path / "export")
    assert brought.refused == () and brought.added == counts
    pull(other, an_item("OPS-1", "Payroll", source="jira", priority=3), an_item("OPS-2", "Badges", source="jira"))
    assert other.outbox() == ()
    assert {state for _, _, state in states(other)} == {"sent", "cancelled"}
    assert "is not sent from here" in other.outbox(states=["cancelled"])[0].why
    assert back(other, tmp_path / "export").added["outbox"] == 0
    # What was sent there can be taken back here, as it could be there.
    can(other, "jira", ["comment", "priority", "labels", "create"], ["comment"])
    while other.undo().group:
        pass
    assert [(one.ref, one.verb, one.value["priority"]) for one in other.outbox()] == [(J, "priority", 3)]
    shut(desk)
    shut(other)


@pytest.mark.parametrize(
    "wrong",
    [
        {"verb": "explode"},
        {"state": "half"},
        {"group": None},
        {"group": "nobody"},
        {"value": 5},
        {"at": "2026-11-20T08:00:00"},
        {"source": None},
    ],
    ids=str,
)
def test_a_damaged_change_is_named_and_the_rest_comes_in(tmp_path: Path, wrong: dict[str, object]) -> None:
    desk = full(tmp_path / "one")
    out(desk, tmp_path / "export")
    file = tmp_path / "export/outbox.jsonl"
    first, *rest = file.read_text().splitlines()
    file.write_text("\n".join([json.dumps(json.loads(first) | wrong), *rest]))
    other = a_desk(tmp_path / "two")
    brought = back(other, tmp_path / "export")
    assert brought.added["outbox"] == 5 and [place for place, _ in brought.refused] == ["outbox.jsonl:1"]
    shut(desk)
    shut(other)


@pytest.mark.parametrize("there", [True, False], ids=["over a store", "where none is"])
def test_a_restored_store_sends_nothing_before_somebody_releases_it(tmp_path: Path, there: bool) -> None:
    desk = full(tmp_path / "one")
    copy = backup.backup(store_of(desk))
    before = states(desk)
    shut(desk)
    path = (tmp_path / "one" if there else tmp_path / "two") / "opstui.db"
    restored = backup.restore(copy, path)
    again = a_desk(path.parent)
    assert states(again) == [(ref, verb, "parked" if state in ("pending", "sending") else state) for ref, verb, state in before]
    parked = again.outbox(states=["parked"])
    assert all(one.doubt and "backup" in one.what for one in parked)
    assert restored.parked == len(parked) > 0
    again.release_parked()
    # It may have been sent since the backup was made: the engine looks before it sends.
    assert {(one.state, one.doubt) for one in again.outbox() if one.state != "conflict"} == {("pending", True)}
    shut(again)
    # The backup itself stays as it was made.
    backup.restore(copy, tmp_path / "three/opstui.db")
    third = a_desk(tmp_path / "three")
    assert len(third.outbox(states=["parked"])) == len(parked)
    shut(third)
