"""Notes, comments, decisions, drafts and the log: kept, found again, taken back, and always with who, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from opstui.errors import Refused, UsageError
from opstui.services.desk import Desk
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, pull, shut

A = "helpdesk:INC1"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Iterator[Desk]:
    opened = a_desk(tmp_path, clock)
    pull(opened, an_item())
    yield opened
    shut(opened)


def test_a_note_is_on_its_item_and_in_the_log(desk: Desk) -> None:
    receipt = desk.note("Label roll swapped\nsecond line", A)
    assert receipt.id and receipt.refs == (A,)
    detail = desk.detail(A)
    assert detail is not None
    assert [(note.text, note.who) for note in detail.notes] == [("Label roll swapped\nsecond line", "Ana Ruiz")]
    assert [(one.kind, one.ref) for one in desk.log()] == [("note", A)]


def test_notes_and_comments_need_words_and_an_item_that_exists(desk: Desk) -> None:
    with pytest.raises(UsageError):
        desk.note(" \n ")
    with pytest.raises(UsageError):
        desk.comment("", "hello")
    assert desk.note("hello", "helpdesk:NONE").refused == (("helpdesk:NONE", "there is no such item"),)
    assert desk.log() == []


def test_a_withdrawn_note_is_out_of_sight_until_that_is_undone(desk: Desk) -> None:
    id = desk.note("wrong item", A).id
    desk.withdraw("note", id, "wrong item")
    assert desk.detail(A).notes == ()  # type: ignore[union-attr]
    assert desk.log("", ["note"]) == []
    with pytest.raises(Refused):
        desk.withdraw("note", id)
    desk.undo()
    assert [note.text for note in desk.detail(A).notes] == ["wrong item"]  # type: ignore[union-attr]


def test_decisions_supersede_each_other_both_ways_in_one_write_and_one_undo(desk: Desk) -> None:
    first = desk.decide(
        "Two people on the night desk", "volume", ["one person", "on call"], "blind", "2026-12-01", "mttr down 10%", A
    )
    second = desk.decide("One person and on call", supersedes=first.id)
    old, new = desk.decision(first.id), desk.decision(second.id)
    assert old is not None and new is not None
    assert (old.superseded_by, new.supersedes) == (new.id, old.id)
    assert (old.owner, old.options, old.review_on, old.effect) == (
        "Bo Lind",
        ("one person", "on call"),
        "2026-12-01",
        "mttr down 10%",
    )
    with pytest.raises(Refused, match="did so already"):
        desk.decide("Nobody", supersedes=first.id)
    with pytest.raises(Refused, match="took its place"):
        desk.withdraw("decision", first.id)
    desk.undo()
    assert desk.decision(second.id) is None
    assert desk.decision(first.id).superseded_by is None  # type: ignore[union-attr]
    desk.redo()
    assert desk.decision(first.id).superseded_by == second.id  # type: ignore[union-attr]


def test_withdrawing_a_decision_puts_the_one_it_replaced_in_force_again(desk: Desk) -> None:
    first = desk.decide("A")
    second = desk.decide("B", supersedes=first.id)
    desk.withdraw("decision", second.id)
    assert [one.what for one in desk.decisions()] == ["A"]
    assert desk.decision(first.id).superseded_by is None  # type: ignore[union-attr]


def test_a_review_date_may_be_in_words_and_a_wrong_one_loses_nothing(desk: Desk) -> None:
    receipt = desk.decide("Try it", review_on="mon")
    assert desk.decision(receipt.id).review_on == "2026-11-23"  # type: ignore[union-attr]
    with pytest.raises(UsageError):
        desk.decide("Try it", review_on="someday")
    assert len(desk.decisions()) == 1


def test_the_log_is_searched_over_notes_decisions_and_actions(desk: Desk, clock: FakeClock) -> None:
    desk.note("conveyor belt slipped", A)
    clock.forward(seconds=1)
    desk.decide("Replace the conveyor", "it slipped twice")
    clock.forward(seconds=1)
    desk.decline([A], "conveyor is ours no longer")
    clock.forward(seconds=1)
    desk.comment(A, "unrelated")
    assert [one.kind for one in desk.log("conv")] == ["decline", "decision", "note"]
    assert [one.kind for one in desk.log("slipped conveyor")] == ["decision", "note"]
    assert [one.kind for one in desk.log("", ["comment", "note"])] == ["comment", "note"]
    assert [one.kind for one in desk.log("", ["action"])] == ["decline"]
    assert [one.kind for one in desk.log("", ["decline"])] == ["decline"]
    assert [one.kind for one in desk.log("", (), 1, 2)] == ["decline", "decision"]
    assert desk.log('"*(', ()) == desk.log()


def test_the_audit_trail_of_an_item_says_who_did_what_when_and_why(desk: Desk, clock: FakeClock) -> None:
    desk.note("seen", A)
    at = clock.forward(minutes=1)
    desk.escalate([A], "Cy Moss", "needs budget")
    trail = desk.audit(A)
    assert (trail[0].kind, trail[0].who, trail[0].at, trail[0].text) == (
        *("escalate", "Ana Ruiz", at),
        f"Escalated {A} to Cy Moss: needs budget",
    )
    assert trail[1].kind == "note"


def test_a_draft_survives_a_restart_and_goes_when_it_is_used(desk: Desk, tmp_path: Path) -> None:
    desk.save_draft(f"note:{A}", "half a sent")
    again = a_desk(tmp_path)
    assert again.draft(f"note:{A}") == "half a sent"
    again.drop_draft(f"note:{A}")
    assert desk.draft(f"note:{A}") == ""
    shut(again)


def test_everything_is_found_by_search(desk: Desk) -> None:
    desk.note("forklift key lost", A)
    desk.decide("Buy a second forklift")
    kinds = {hit.kind for hit in desk.search("forklift")}
    assert kinds == {"note", "decision"}
    assert [hit.ref for hit in desk.search("scan")] == [A]
