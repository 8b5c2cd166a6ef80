"""What the engine tidies, when it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from opstui.domain.kinds import Stage
from opstui.services import pacing
from opstui.services.chores import Chores
from opstui.services.desk import Desk
from opstui.store import backup, kept, pace
from tests.support.build import an_item
from tests.support.desk import pull as pull_in
from tests.support.desk import queue_refs
from tests.support.engine import a_station


def a_desk_with_a_note(folder: Path) -> tuple[Chores, Desk]:
    station = a_station(folder, folder)
    desk = Desk(station.store, station.settings, now=station.now)
    desk.note("worth a copy")
    return Chores(station), desk


def test_a_daily_copy_that_fails_leaves_word_until_one_succeeds(tmp_path: Path) -> None:
    chores, desk = a_desk_with_a_note(tmp_path)
    in_the_way = tmp_path / backup.FOLDER
    in_the_way.write_text("a file where the folder should be")
    chores.finish()
    assert chores.backup_trouble and desk.backup_trouble() == chores.backup_trouble
    in_the_way.unlink()
    chores.finish()
    assert chores.backup_trouble == desk.backup_trouble() == ""
    assert len(backup.backups(in_the_way)) == 1


def test_a_copy_made_by_hand_takes_the_word_back(tmp_path: Path) -> None:
    _, desk = a_desk_with_a_note(tmp_path)
    store = desk._at.store
    with store.writing() as conn:
        kept.keep(conn, kept.BACKUP_TROUBLE, "the disk is full")
    backup.backup(store)
    assert desk.backup_trouble() == ""


def test_the_pace_of_the_board_is_measured_when_nothing_else_is_to_be_done(tmp_path: Path) -> None:
    chores, desk = a_desk_with_a_note(tmp_path)
    store = desk._at.store
    chores.look(idle=False)
    assert chores._measuring is None
    chores.look(idle=True)
    chores.close()
    found = pace.read(store.read)
    assert found is not None
    assert not pacing.is_due(store, desk._at.rules, desk.now(), moved=True)
    chores._next_pace = 0.0
    before = chores._measuring
    chores.look(idle=True)  # it holds: nothing is measured again
    assert chores._measuring is before


def test_what_nobody_answered_comes_back_while_the_engine_runs(tmp_path: Path) -> None:
    chores, desk = a_desk_with_a_note(tmp_path)
    pull_in(desk, an_item("INC1"), an_item("INC2"))
    later = desk.now() + timedelta(minutes=5)
    desk.escalate(["helpdesk:INC1"], "Bo Lind", until=later)
    desk.wait(["helpdesk:INC2"], "Bo Lind", until=later)
    assert chores.rescore(0.1) == 0 and queue_refs(desk) == []
    chores.station = replace(chores.station, now=lambda: later)
    assert chores.rescore(0.1) == 2
    assert sorted(queue_refs(desk)) == ["helpdesk:INC1", "helpdesk:INC2"]


def test_an_escalation_ends_at_the_look_after_the_pull_that_closed_its_item(tmp_path: Path) -> None:
    chores, desk = a_desk_with_a_note(tmp_path)
    pull_in(desk, an_item("INC1"))
    desk.escalate(["helpdesk:INC1"], "Bo Lind")
    chores.look(idle=False)
    pull_in(desk, an_item("INC1", stage=Stage.DONE, fingerprint="2"))
    chores.finish()
    found = desk.ledgers.escalation("helpdesk:INC1")
    assert found is not None and not found.open
