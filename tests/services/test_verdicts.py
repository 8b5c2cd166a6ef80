"""Verdicts: what they leave, what they refuse and why, one group each, and what a preview says beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from opstui.domain.model import Place, Stage
from opstui.errors import UsageError
from opstui.services.desk import Desk
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull, queue_refs, shut, store_of

A, B, C = "helpdesk:INC1", "helpdesk:INC2", "helpdesk:INC3"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Iterator[Desk]:
    opened = a_desk(tmp_path, clock)
    pull(opened, an_item("INC1", "Scanner"), an_item("INC2", "Printer"), an_item("INC3", "Payroll"))
    yield opened
    shut(opened)


def test_a_bulk_verdict_is_one_group_and_names_what_it_refused(desk: Desk) -> None:
    desk.done([B])
    receipt = desk.done([A, B, A, "helpdesk:NONE", C], "sorted out")
    assert receipt.refs == (A, C)
    assert receipt.refused == ((B, "already done"), ("helpdesk:NONE", "there is no such item"))
    assert receipt.summary == "Done with 2 items"
    assert desk.undo_list()[0].group == receipt.group
    assert desk.undo().refs == (A, C)
    assert set(queue_refs(desk)) == {A, C}


def test_an_action_that_changes_nothing_writes_nothing(desk: Desk) -> None:
    receipt = desk.accept(["helpdesk:NONE"])
    assert (receipt.group, receipt.refs) == (0, ())
    assert desk.undo_list() == () and desk.session().decided == 0


def test_assigning_sets_the_owner_by_the_name_the_config_gives(desk: Desk) -> None:
    desk.assign([A], "BLIND", "knows the dock")
    row = desk.row(A)
    assert row is not None
    assert (row.place, row.owner, row.target) == (Place.ASSIGNED, "Bo Lind", "Bo Lind")


def test_escalating_keeps_to_whom_and_why(desk: Desk) -> None:
    desk.escalate([A], "Cy Moss", "needs budget")
    detail = desk.detail(A)
    assert detail is not None
    assert (detail.mark.target, detail.mark.reason, detail.row.place) == ("Cy Moss", "needs budget", Place.ESCALATED)
    assert desk.log()[0].text == f"Escalated {A} to Cy Moss: needs budget"


def test_a_wait_comes_back_at_its_nudge_date(desk: Desk, clock: FakeClock) -> None:
    desk.wait([A], "Bo Lind", "2h", "any news?")
    assert desk.row(A).until == MORNING + timedelta(hours=2)  # type: ignore[union-attr]
    clock.forward(hours=2, seconds=1)
    desk.catch_up()
    assert A in queue_refs(desk)


def test_an_escalation_comes_back_at_its_deadline(desk: Desk, clock: FakeClock) -> None:
    assert desk.escalate([A], "Cy Moss", "needs budget", "1h").summary == f"Escalated {A} to Cy Moss, back Fri 20 Nov 09:05"
    clock.forward(hours=1, seconds=1)
    desk.catch_up()
    assert A in queue_refs(desk)


def test_a_snooze_takes_words_or_a_time_but_no_time_that_is_over(desk: Desk) -> None:
    desk.snooze([A], "eod")
    desk.snooze([B], MORNING + timedelta(hours=1))
    assert desk.row(A).until == MORNING.replace(hour=17, minute=0)  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="is over"):
        desk.snooze([C], MORNING)
    with pytest.raises(UsageError, match="not a time"):
        desk.snooze([C], "whenever")
    assert queue_refs(desk) == [C]


@pytest.mark.parametrize("verb", ["assign", "escalate", "wait"])
def test_a_verdict_about_a_person_needs_one(desk: Desk, verb: str) -> None:
    with pytest.raises(UsageError, match="needs a person"):
        getattr(desk, verb)([A], "  ")


def test_merging_into_itself_or_into_nothing_is_refused_item_by_item(desk: Desk) -> None:
    receipt = desk.merge([A, B], into=A)
    assert receipt.refs == (B,) and receipt.refused == ((A, "cannot merge into itself"),)
    assert desk.merge([C], "helpdesk:NONE").refused == ((C, "there is no item helpdesk:NONE to merge into"),)


def test_merging_follows_what_was_merged_before_and_never_makes_a_ring(desk: Desk) -> None:
    desk.merge([B], A)
    assert desk.merge([C], B).refs == (C,)
    assert desk.detail(C).mark.target == A  # type: ignore[union-attr]
    assert desk.merge([A], C).refused == ((A, f"{C} is merged into this one already"),)


def test_priority_and_stage_are_set_here_and_given_back(desk: Desk) -> None:
    desk.priority([A], 1)
    desk.stage([A], "blocked")
    row = desk.row(A)
    assert row is not None and (row.priority, row.stage, row.place) == (1, Stage.BLOCKED, Place.QUEUE)
    assert desk.priority([A], 1).refused == ((A, "its priority is critical already"),)
    desk.priority([A], None)
    desk.stage([A], None)
    assert store_of(desk).read.execute("SELECT count(*) FROM marks").fetchone()[0] == 0
    for wrong in (0, 6):
        with pytest.raises(UsageError):
            desk.priority([A], wrong)
    with pytest.raises(UsageError, match="stages are"):
        desk.stage([A], "later")


def test_work_for_a_block_is_accepted_and_listed(desk: Desk) -> None:
    desk.for_block([A])
    detail = desk.detail(A)
    assert detail is not None and detail.mark.for_block and detail.row.place is Place.ACCEPTED
    assert desk.for_block([A]).refused == ((A, "already on the list for a block"),)


def test_release_puts_back_into_the_queue_and_keeps_what_was_set(desk: Desk) -> None:
    desk.assign([A], "Bo Lind")
    assert desk.release([A]).refs == (A,)
    row = desk.row(A)
    assert row is not None and (row.place, row.owner) == (Place.QUEUE, "Bo Lind")
    assert desk.release([A]).refused == ((A, "it is in the queue already"),)


def test_a_preview_says_what_would_happen_and_does_nothing(desk: Desk) -> None:
    desk.done([B])
    seen = desk.preview("done", [A, B, C])
    assert seen.refs == (A, C) and seen.refused == ((B, "already done"),)
    assert seen.summary == "Done with 2 items, 1 refused"
    assert desk.preview("snooze", [A], until="2h").refs == (A,)
    assert desk.preview("merge", [A], into=A).refused == ((A, "cannot merge into itself"),)
    assert desk.preview("assign", [A], who="blind").summary == f"Gave {A} to Bo Lind"
    assert desk.preview("priority", [A], n=2).summary == f"Priority of {A}: high"
    assert set(queue_refs(desk)) == {A, C}
    with pytest.raises(UsageError):
        desk.preview("explode", [A])


def test_what_its_source_closed_takes_no_verdict(desk: Desk) -> None:
    pull(desk, an_item("INC1", "Scanner", stage=Stage.DONE, status="Closed", fingerprint="INC1-2"))
    assert desk.accept([A]).refused == ((A, "its source has closed it"),)


def test_what_was_assigned_comes_back_when_its_file_gives_it_to_somebody_else(desk: Desk, clock: FakeClock) -> None:
    desk.assign([A], "Bo Lind")
    pull(desk, an_item("INC1", "Scanner", owner="Bo Lind", fingerprint="INC1-2"))
    assert desk.row(A).place is Place.ASSIGNED  # type: ignore[union-attr]
    clock.forward(minutes=1)
    pull(desk, an_item("INC1", "Scanner", owner="Cy Moss", fingerprint="INC1-3"))
    row = desk.row(A)
    assert row and (row.place, row.owner) == (Place.QUEUE, "Cy Moss")


def test_foreign_and_pasted_control_characters_do_not_get_into_a_reason(desk: Desk) -> None:
    desk.decline([A], "no\x1b[31m way\u202e")
    assert desk.detail(A).mark.reason == "no way"  # type: ignore[union-attr]


def test_submitted_actions_are_carried_out_in_order(desk: Desk) -> None:
    futures = [desk.submit(desk.priority, [A], n) for n in (1, 2, 3, 4)]
    assert [future.result().group for future in futures] == sorted(future.result().group for future in futures)
    assert desk.row(A).priority == 4  # type: ignore[union-attr]
    failing = desk.submit(desk.snooze, [A], "whenever")
    assert isinstance(failing.exception(), UsageError)


def test_leaving_waits_for_what_was_submitted(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, *(an_item(f"INC{n}") for n in range(30)))
    for n in range(30):
        desk.submit(desk.done, [f"helpdesk:INC{n}"])
    shut(desk)
    desk = a_desk(tmp_path)
    assert queue_refs(desk) == []
    shut(desk)


def test_loads_name_everybody_even_without_work(desk: Desk) -> None:
    desk.assign([A, B], "Bo Lind")
    loads = {load.name: load.open for load in desk.loads()}
    assert loads["Bo Lind"] == 2 and loads["Cy Moss"] == 0
    assert [load.open for load in desk.loads()] == sorted(load.open for load in desk.loads())
