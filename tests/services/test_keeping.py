"""Records as actions: journalled whole, undone to what stood before, exported and brought back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opstui.config.rules import rules
from opstui.domain.parking import Outcome, Topic
from opstui.errors import Refused
from opstui.services.desk import Desk, keeping
from opstui.services.export import export
from opstui.services.importing import bring_in
from opstui.store import records
from opstui.store.records import Kept
from tests.support.build import MORNING, FakeClock
from tests.support.desk import a_desk, pull, store_of
from tests.support.triage import a_morning

ROUTINES = [{"name": "Opening checks", "due": "11:00", "steps": ["Doors", "Lights"]}]


def park(desk: Desk, text: str) -> Kept[Topic]:
    """A topic written as an action."""
    kept = records.new("topic", Topic(text), desk.now(), "Ana Ruiz")
    with store_of(desk).writing() as conn:
        keeping.write(desk._at, conn, [(None, kept)], verb="park", said=f"Parked: {text}")
    return kept


def turn(desk: Desk, kept: Kept[Topic], **changes: object) -> Kept[Topic]:
    """Another state of it as an action."""
    after = kept.now(Topic(kept.what.text, outcome=Outcome.TALKED), **changes)
    with store_of(desk).writing() as conn:
        keeping.write(desk._at, conn, [(kept, after)], verb="talked", said=f"Talked about: {kept.what.text}")
    return after


def standing(desk: Desk) -> list[Kept[Topic]]:
    return records.find(store_of(desk).read, "topic")


def test_undo_takes_a_record_out_and_redo_brings_it_back(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    kept = park(desk, "Forklift rental")
    assert desk.undo_list(1)[0].summary == "Parked: Forklift rental: out of sight"
    desk.undo()
    assert standing(desk) == []
    desk.redo()
    assert standing(desk) == [kept]


def test_undo_of_a_change_sets_what_stood_before(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    kept = park(desk, "Forklift rental")
    turn(desk, kept, open=False)
    assert desk.undo_list(1)[0].summary.endswith("as before")
    desk.undo()
    assert standing(desk) == [kept]


def test_what_a_later_action_changed_is_that_actions_to_take_back_first(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    kept = park(desk, "Forklift rental")
    first = desk.undo_list(1)[0].group
    turn(desk, kept)
    with pytest.raises(Refused, match="Talked about"):
        desk.undo(first)


def test_an_action_of_before_its_kind_had_another_field_is_taken_back_all_the_same(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    kept = park(desk, "Forklift rental")
    turn(desk, kept, open=False)
    with store_of(desk).writing() as conn:
        conn.execute("DROP TRIGGER journal_no_update")
        for column in ("before", "after"):
            conn.execute(f"UPDATE journal SET {column} = json_remove({column}, '$.data.minutes', '$.data.said')")
    desk.undo()
    assert standing(desk) == [kept]
    desk.undo()
    assert standing(desk) == []


def test_a_step_that_changes_nothing_is_no_action(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    kept = park(desk, "Forklift rental")
    with store_of(desk).writing() as conn:
        assert keeping.write(desk._at, conn, [(kept, kept)], verb="park", said="again").group == 0


def test_an_export_holds_records_and_brings_them_back_with_their_history(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "one")
    kept = turn(desk, park(desk, "Forklift rental"))
    counts = export(store_of(desk), tmp_path / "out", now=desk.now(), zone=desk.zone())
    assert counts["records"] == 1
    other = a_desk(tmp_path / "two", FakeClock())
    brought = bring_in(store_of(other), tmp_path / "out", now=other.now(), who="Ana Ruiz", rules=rules(other._at.settings))
    assert not brought.refused and brought.added["records"] == 1
    assert standing(other) == [kept]
    other.undo()
    assert standing(other)[0].what.outcome is Outcome.OPEN


def test_what_is_no_record_is_refused_by_its_line_and_the_rest_comes_in(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "one")
    park(desk, "Forklift \x1b[31mrental")
    out = tmp_path / "out"
    export(store_of(desk), out, now=desk.now(), zone=desk.zone())
    file = out / "records.jsonl"
    good = json.loads(file.read_text())
    bad = good | {"uid": "x", "kind": "topic", "data": {"text": 5}}
    file.write_text("\n".join(map(json.dumps, (bad, good | {"uid": "y"}))) + "\n")
    other = a_desk(tmp_path / "two")
    brought = bring_in(store_of(other), out, now=other.now(), who="Ana Ruiz", rules=rules(other._at.settings))
    assert [place for place, _ in brought.refused] == ["records.jsonl:1"]
    assert [kept.what.text for kept in standing(other)] == ["Forklift rental"]


def test_an_import_beside_the_same_day_doubles_nothing_that_there_is_one_of(tmp_path: Path) -> None:
    def a_day(folder: Path) -> Desk:
        desk = a_desk(folder, FakeClock(MORNING.replace(hour=10)), routines=ROUTINES)
        pull(desk, *a_morning())
        desk.standup.start()
        desk.standup.say("bo", {"today": f"Payroll in {folder.name}"})
        desk.escalate(["helpdesk:INC4711"], "Cy Moss")
        desk.routines.tick("Opening checks", 1)
        return desk

    one, two = a_day(tmp_path / "one"), a_day(tmp_path / "two")
    before = {kind: records.find(store_of(two).read, kind, open=True) for kind in records.KINDS}
    assert all(before[kind] for kind in ("standup", "blocker", "escalation", "round"))
    export(store_of(one), tmp_path / "out", now=one.now(), zone=one.zone())
    brought = bring_in(store_of(two), tmp_path / "out", now=two.now(), who="Ana Ruiz", rules=rules(two._at.settings))
    assert not brought.refused and brought.added["records"] == 1
    assert {kind: records.find(store_of(two).read, kind, open=True) for kind in records.KINDS} == before
    assert len(records.find(store_of(two).read, "round")) == 1
    theirs = next(kept for kept in two.standup.history() if not kept.open)
    assert theirs.what.turn("Bo Lind").today == "Payroll in one"
