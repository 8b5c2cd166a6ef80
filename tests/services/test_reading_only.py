"""What only looks works where nothing can be written: a read-only or full disk, a lock that somebody holds."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from opstui.errors import StoreBusy
from opstui.services import brief
from opstui.store import db
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull, queue_refs, shut, store_of


def test_queue_counts_and_brief_are_read_while_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_S", 0.05)
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item("INC1", sla_due=MORNING + timedelta(minutes=30)), an_item("INC2"))
    clock.forward(hours=1)
    other = sqlite3.connect(store_of(desk).path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreBusy):
            desk.accept(["helpdesk:INC1"])
        assert desk.catch_up() == 0
        assert queue_refs(desk) == ["helpdesk:INC1", "helpdesk:INC2"]
        assert {split.name: split.count for split in desk.recount()}["Breaching"] == 1
        assert brief.build(desk).left == 2
    finally:
        other.close()
    assert desk.catch_up() > 0
    shut(desk)
