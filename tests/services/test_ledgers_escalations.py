"""Escalations over a store: asked with their facts, acknowledged, decided, missed and passed on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from opstui.config.rules import rules
from opstui.domain.escalation import Asked, Choice, Fact, Outcome
from opstui.domain.model import Change, Comment, Place, Stage, Verdict
from opstui.errors import Refused, UsageError
from opstui.services.desk import Desk, escalating
from opstui.services.export import export
from opstui.services.followed import follow
from opstui.services.importing import bring_in
from opstui.store import records
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, everything, pull, queue_refs, store_of
from tests.support.outbox import can

DOCK = "helpdesk:INC4711"
LADDER = {
    "ladder": [
        {"to": "blind", "acknowledge": "30m", "resolve": "4h"},
        {"to": "Marta Voss", "acknowledge": "1h", "resolve": "8h"},
    ]
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MORNING + timedelta(hours=1))


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Desk:
    desk = a_desk(tmp_path, clock, escalation=LADDER)
    pull(
        desk,
        an_item(
            "INC4711",
            priority=2,
            status="On hold",
            stage=Stage.BLOCKED,
            owner="Cy Moss",
            reporter="Dock 7",
            created=MORNING - timedelta(hours=30),
            sla_due=MORNING - timedelta(minutes=12),
            blocks=("INC4712",),
            history=(Change("status", "In Progress", "On hold", MORNING - timedelta(hours=5), "Cy Moss"),),
            comments=(Comment("The second scanner does the same.", MORNING - timedelta(hours=1), "Bo Lind"),),
        ),
        an_item("INC4712", "Trailer 40 cannot be closed out", owner="Bo Lind"),
    )
    return desk


def place(desk: Desk, ref: str = DOCK) -> tuple[Place, str]:
    row = desk.row(ref)
    assert row is not None
    return row.place, row.why


def test_facts_are_read_from_the_item_each_with_where_it_is_known_from(desk: Desk) -> None:
    desk.note("Label roll was swapped at dock 7", DOCK)
    desk.decide("Rent a scanner for the night", ref=DOCK)
    found = desk.ledgers.suggested(DOCK).facts
    assert [(fact.text, fact.origin) for fact in found] == [
        ("The SLA is broken since Fri 20 Nov 07:53", "SLA clock"),
        ("Blocked since Fri 20 Nov 03:05 (6h)", "On hold"),
        ("Stops 1 other: helpdesk:INC4712 Trailer 40 cannot be closed out (Bo Lind)", "links"),
        ("Opened Thu 19 Nov 02:05 by Dock 7 (1 working day ago)", "helpdesk"),
        ("Decided: Rent a scanner for the night", "decision by Ana Ruiz, Fri 20 Nov 09:05"),
        ("Label roll was swapped at dock 7", "note by Ana Ruiz, Fri 20 Nov 09:05"),
        ("The second scanner does the same.", "comment by Bo Lind, Fri 20 Nov 07:05"),
        ("Status: In Progress, then On hold", "Cy Moss, Fri 20 Nov 03:05"),
        ("Owner: Cy Moss", "helpdesk"),
    ]


def test_the_ladder_says_who_is_asked_and_by_when(desk: Desk, clock: FakeClock) -> None:
    first = desk.ledgers.suggested(DOCK)
    assert (first.to, first.step, first.steps) == ("Bo Lind", 1, 2)
    assert (first.acknowledge_by, first.resolve_by) == (clock() + timedelta(minutes=30), clock() + timedelta(hours=4))
    assert desk.escalate([DOCK], "Bo Lind").summary == f"Escalated {DOCK} to Bo Lind, back Fri 20 Nov 09:35"


def test_an_escalation_leaves_its_verdict_and_a_record_as_one_action(desk: Desk) -> None:
    before = everything(desk)
    desk.escalate([DOCK], "Bo Lind", "Needs a decision")
    (row,) = desk.ledgers.escalations()
    assert (row.ref, row.what.to, row.what.question, row.what.step, row.missed) == (
        DOCK,
        "Bo Lind",
        "Needs a decision",
        1,
        False,
    )
    assert place(desk)[0] is Place.ESCALATED
    assert len(desk.undo_list(5)) == 1
    desk.undo()
    assert desk.ledgers.escalations() == [] and everything(desk) == before
    desk.redo()
    assert desk.ledgers.escalations()[0].kept == row.kept


def test_a_missed_step_comes_back_to_the_queue_by_itself(desk: Desk, clock: FakeClock) -> None:
    desk.escalate([DOCK], "Bo Lind")
    assert DOCK not in queue_refs(desk)
    clock.forward(minutes=31)
    desk.catch_up()
    assert DOCK in queue_refs(desk)
    assert "unanswered" in place(desk)[1]
    assert desk.ledgers.escalations()[0].missed


def test_asked_again_the_next_step_is_proposed_and_the_text_says_who_did_not_answer(desk: Desk, clock: FakeClock) -> None:
    desk.escalate([DOCK], "Bo Lind", "Who pays?")
    clock.forward(hours=1)
    again = desk.ledgers.suggested(DOCK)
    assert (again.to, again.step) == ("Marta Voss", 2)
    desk.escalate([DOCK], again.to, "Who pays?")
    (row,) = desk.ledgers.escalations()
    assert "Bo Lind was asked Fri 20 Nov 09:05 and did not answer by Fri 20 Nov 09:35." in row.what.text
    assert row.what.earlier[0].to == "Bo Lind"
    passed = [kept.what for kept in records.find(store_of(desk).read, "escalation", open=False)]
    assert [(one.outcome, one.said) for one in passed] == [(Outcome.PASSED, "passed on to Marta Voss")]


def test_acknowledged_is_not_resolved(desk: Desk, clock: FakeClock) -> None:
    asked = clock()
    desk.escalate([DOCK], "Bo Lind")
    clock.forward(minutes=10)
    desk.ledgers.acknowledge(DOCK)
    clock.forward(hours=1)
    desk.catch_up()
    assert place(desk)[0] is Place.ESCALATED  # it is his until the decision is due
    clock.time = asked + timedelta(hours=4, minutes=1)
    desk.catch_up()
    assert DOCK in queue_refs(desk) and "unanswered" in place(desk)[1]
    (row,) = desk.ledgers.escalations()
    assert row.missed and row.what.acknowledged_by == "Bo Lind"


def test_it_is_acknowledged_once_and_by_whoever_did(desk: Desk) -> None:
    desk.escalate([DOCK], "Bo Lind")
    assert desk.ledgers.acknowledge(DOCK, "Cy Moss").summary == f"Cy Moss has {DOCK}, decided by Fri 20 Nov 13:05"
    with pytest.raises(Refused, match="Cy Moss did so Fri 20 Nov 09:05"):
        desk.ledgers.acknowledge(DOCK)
    desk.undo()
    assert desk.ledgers.escalations()[0].what.acknowledged is None


def test_acknowledged_late_it_is_out_of_the_queue_again(desk: Desk, clock: FakeClock) -> None:
    desk.escalate([DOCK], "Bo Lind")
    clock.forward(hours=1)
    desk.catch_up()
    assert DOCK in queue_refs(desk)
    desk.ledgers.acknowledge(DOCK)
    assert DOCK not in queue_refs(desk)


def test_resolved_it_comes_back_to_the_queue_or_is_done(desk: Desk) -> None:
    desk.escalate([DOCK], "Bo Lind", "Who pays?")
    desk.ledgers.resolve(DOCK, "Bo Lind pays")
    assert DOCK in queue_refs(desk) and desk.ledgers.escalations() == []
    last = desk.ledgers.escalation(DOCK)
    assert last and (last.what.outcome, last.what.said) == (Outcome.RESOLVED, "Bo Lind pays")
    desk.undo()
    assert desk.ledgers.escalations()[0].what.outcome is Outcome.OPEN
    desk.ledgers.resolve(DOCK, "done by Bo", done=True)
    assert place(desk)[0] is Place.DONE


def test_refused_the_next_step_is_asked_at_once(desk: Desk) -> None:
    desk.escalate([DOCK], "Bo Lind")
    desk.ledgers.refused(DOCK, "not my budget")
    assert DOCK in queue_refs(desk)
    again = desk.ledgers.suggested(DOCK)
    assert again.to == "Marta Voss"
    desk.escalate([DOCK], again.to)
    assert "Bo Lind was asked Fri 20 Nov 09:05 and said no: not my budget." in desk.ledgers.escalations()[0].what.text


def test_asked_anew_in_time_nobody_is_said_not_to_have_answered(desk: Desk) -> None:
    desk.escalate([DOCK], "Bo Lind", "Who pays?")
    desk.escalate([DOCK], "Bo Lind", "Who pays for both?")
    (row,) = desk.ledgers.escalations()
    assert row.what.earlier == () and "did not answer" not in row.what.text


@pytest.mark.parametrize(
    ("verb", "place_after"),
    [("accept", Place.ACCEPTED), ("done", Place.DONE), ("release", Place.QUEUE), ("for_block", Place.ACCEPTED)],
)
def test_another_verdict_ends_an_escalation_and_undo_brings_both_back(
    desk: Desk, clock: FakeClock, verb: str, place_after: Place
) -> None:
    desk.escalate([DOCK], "Bo Lind")
    clock.forward(hours=1)
    desk.catch_up()
    getattr(desk, verb)([DOCK])
    assert place(desk)[0] is place_after and desk.ledgers.escalations() == []
    desk.undo()
    assert desk.ledgers.escalations()[0].what.to == "Bo Lind"


def test_what_its_source_closed_is_no_longer_waited_for(desk: Desk, clock: FakeClock) -> None:
    desk.escalate([DOCK], "Bo Lind")
    clock.forward(minutes=5)
    pull(desk, an_item("INC4711", stage=Stage.DONE, status="Closed", fingerprint="over"))
    assert desk.ledgers.escalations() == []


def test_closed_at_its_source_it_is_over_at_the_engines_next_look_and_open_again_with_its_item(
    desk: Desk, clock: FakeClock
) -> None:
    desk.escalate([DOCK], "Bo Lind", "Who pays?")
    (before,) = desk.ledgers.escalations()
    assert not follow(store_of(desk), clock())
    clock.forward(minutes=5)
    pull(desk, an_item("INC4711", stage=Stage.DONE, status="Closed", fingerprint="over"))
    assert follow(store_of(desk), clock()) and not follow(store_of(desk), clock())
    over = desk.ledgers.escalation(DOCK)
    assert over and (over.open, over.due, over.what.outcome, over.what.ended) == (False, None, Outcome.CLOSED, clock())
    clock.forward(minutes=5)
    pull(desk, an_item("INC4711", status="Reopened", fingerprint="again"))
    assert follow(store_of(desk), clock()) and not follow(store_of(desk), clock())
    assert [row.kept for row in desk.ledgers.escalations()] == [before.kept]
    desk.undo()
    assert desk.ledgers.escalations() == []


@pytest.mark.parametrize(("verb", "outcome"), [("done", Outcome.CLOSED), ("accept", Outcome.WITHDRAWN)])
def test_an_escalation_that_a_verdict_ends_says_whether_its_item_is_over(desk: Desk, verb: str, outcome: Outcome) -> None:
    desk.escalate([DOCK], "Bo Lind")
    getattr(desk, verb)([DOCK])
    over = desk.ledgers.escalation(DOCK)
    assert over and over.what.outcome is outcome


def test_a_time_that_is_over_is_no_deadline_of_whoever_has_it(desk: Desk, clock: FakeClock) -> None:
    desk.escalate([DOCK], "Bo Lind")
    for wrong in (clock() - timedelta(days=3), clock()):
        with pytest.raises(UsageError, match="is over"):
            desk.ledgers.acknowledge(DOCK, "", wrong)
    assert desk.ledgers.escalations()[0].what.acknowledged is None


@pytest.mark.parametrize("how", ["done here", "refused and done", "accepted since", "closed at its source"])
def test_a_no_of_before_is_not_told_of_once_the_item_went_on(desk: Desk, clock: FakeClock, how: str) -> None:
    desk.escalate([DOCK], "Bo Lind")
    escalating.resolve(desk._at, DOCK, "not my budget", done=how == "refused and done", refused=True)
    clock.forward(hours=1)
    if how == "done here":
        desk.done([DOCK])
    elif how == "accepted since":
        desk.accept([DOCK])
    elif how == "closed at its source":
        pull(desk, an_item("INC4711", stage=Stage.DONE, status="Closed", fingerprint="over"))
    clock.forward(days=60)
    pull(desk, an_item("INC4711", status="Reopened", fingerprint="again"))
    again = desk.ledgers.suggested(DOCK)
    assert (again.to, again.earlier, again.last) == ("Bo Lind", (), None)


def test_what_was_written_is_in_the_text_and_nothing_else_is_claimed(desk: Desk) -> None:
    asked = Asked(
        "Who pays for\x1b[31m the rental?",
        (Choice("Rent one", "200 a day"), Choice(" ", "nothing"), Choice("Wait", "the dock stays shut")),
        1,
        "cheaper",
        facts=(Fact("Two scanners are broken", "Ana Ruiz"),),
    )
    draft = desk.ledgers.letter(DOCK, "Marta Voss", "eod", asked)
    desk.escalate([DOCK], "Marta Voss", until="eod", asked=asked)
    (row,) = desk.ledgers.escalations()
    assert row.what.text == draft
    assert "# Decision needed by Mon 23 Nov 08:05: Who pays for the rental?" in draft
    assert "1. Rent one: 200 a day (recommended)\n2. Wait: the dock stays shut" in draft
    assert "- Two scanners are broken\n\n" in draft
    assert "Cy Moss owns it." in draft


def test_an_option_that_there_is_not_cannot_be_recommended(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no option 3"):
        desk.escalate([DOCK], "Bo Lind", asked=Asked(options=(Choice("Wait"),), recommended=3))


def test_a_time_of_ones_own_wins_over_the_ladder_and_never_is_none(desk: Desk) -> None:
    desk.escalate([DOCK], "Bo Lind", until="2h")
    (row,) = desk.ledgers.escalations()
    assert row.what.acknowledge_by == MORNING + timedelta(hours=3)
    desk.escalate([DOCK], "Bo Lind", until="never")
    (row,) = desk.ledgers.escalations()
    assert row.what.acknowledge_by is None and row.what.due is not None  # the decision is due all the same


def test_several_at_once_have_a_record_each_and_one_undo(desk: Desk) -> None:
    desk.escalate([DOCK, "helpdesk:INC4712"], "Bo Lind", "Budget")
    assert {row.ref for row in desk.ledgers.escalations()} == {DOCK, "helpdesk:INC4712"}
    desk.undo()
    assert desk.ledgers.escalations() == []


def test_a_verdict_without_a_record_is_followed_up_all_the_same(desk: Desk) -> None:
    desk.escalate([DOCK], "Bo Lind", "old", until="2h")
    with store_of(desk).writing() as conn:
        conn.execute("DELETE FROM records")
    assert desk.ledgers.acknowledge(DOCK).group
    last = desk.ledgers.escalation(DOCK)
    assert last and (last.what.to, last.what.question) == ("Bo Lind", "old")


def test_what_is_not_escalated_is_refused(desk: Desk) -> None:
    for do in (desk.ledgers.acknowledge, desk.ledgers.resolve, desk.ledgers.refused):
        with pytest.raises(Refused, match="not escalated"):
            do(DOCK)
        with pytest.raises(Refused, match="no such item"):
            do("helpdesk:NONE")


def test_without_a_ladder_nobody_is_proposed_and_nothing_comes_back_by_itself(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item("INC4711"))
    assert desk.ledgers.suggested(DOCK)[:5] == ("", 0, 0, None, None)
    desk.escalate([DOCK], "Bo Lind")
    assert desk.ledgers.escalations()[0].what.due is None


def test_an_export_brings_escalations_back_with_their_course(desk: Desk, tmp_path: Path) -> None:
    desk.escalate([DOCK], "Bo Lind", asked=Asked("Who pays?", (Choice("We", "200"),), 1))
    desk.ledgers.acknowledge(DOCK)
    export(store_of(desk), tmp_path / "out", now=desk.now(), zone=desk.zone())
    (tmp_path / "two").mkdir()
    other = a_desk(tmp_path / "two", escalation=LADDER)
    pull(other, an_item("INC4711"))
    bring_in(store_of(other), tmp_path / "out", now=other.now(), who="Ana Ruiz", rules=rules(other._at.settings))
    assert [row.kept for row in other.ledgers.escalations()] == [row.kept for row in desk.ledgers.escalations()]
    assert place(other)[0] is Place.ESCALATED


def test_escalate_in_a_preview_writes_nothing(desk: Desk) -> None:
    preview = desk.preview("escalate", [DOCK], to="Bo Lind", reason="x", until=None, asked=Asked("Who?"), tell=False)
    assert preview.refs == (DOCK,) and preview.verb == Verdict.ESCALATE
    assert desk.ledgers.escalations() == []


def test_the_text_goes_to_the_source_as_a_comment_where_that_is_wanted_and_it_takes_one(desk: Desk) -> None:
    can(desk, "helpdesk", ["comment"])
    receipt = desk.escalate([DOCK], "Bo Lind", "Who pays?", tell=True)
    assert receipt.sent_to == ("helpdesk",)
    (change,) = desk.outbox()
    assert change.value["text"] == desk.ledgers.escalations()[0].what.text
    desk.undo()
    assert desk.outbox() == () and desk.ledgers.escalations() == []


def test_where_the_source_takes_no_comment_it_is_said_and_the_escalation_stands(desk: Desk) -> None:
    receipt = desk.escalate([DOCK], "Bo Lind", "Who pays?", tell=True)
    assert receipt.group and receipt.sent_to == () and "takes no comments" in receipt.note
