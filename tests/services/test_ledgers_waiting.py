"""What waits on people: since when, when they are nudged, and what was said to them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from opstui.errors import Refused
from opstui.services.desk import Desk
from opstui.store import records
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, everything, pull, queue_refs, store_of
from tests.support.outbox import can

REF = "helpdesk:INC4655"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MORNING - timedelta(days=4))  # Monday


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Desk:
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item("INC4655", "Label printer at gate 3"), an_item("INC2", "Other"))
    desk.wait([REF], "blind", "fri 8", "For an answer")
    clock.time = MORNING
    desk.catch_up()
    return desk


def test_who_owes_what_since_when_and_whether_the_date_has_come(desk: Desk) -> None:
    (row,) = desk.ledgers.waiting()
    assert (row.ref, row.title, row.person, row.what_for) == (REF, "Label printer at gate 3", "Bo Lind", "For an answer")
    assert (row.since, row.days, row.due, row.nudges) == (MORNING - timedelta(days=4), 4, True, ())


def test_the_words_for_a_nudge_come_from_what_is_known(desk: Desk) -> None:
    assert desk.ledgers.nudge_text(REF) == (
        "Hi Bo, helpdesk:INC4655 (Label printer at gate 3) waits for your answer since Mon 16 Nov (4 working days). "
        "When can I have it, or who should I ask instead? Ana Ruiz"
    )


def test_a_nudge_is_noted_and_the_item_leaves_the_queue_until_the_next_one(desk: Desk, clock: FakeClock) -> None:
    assert REF in queue_refs(desk)
    before = everything(desk)
    receipt = desk.ledgers.nudge(REF)
    assert receipt.summary == f"Nudged Bo Lind about {REF}, again Tue 24 Nov 08:00"  # two working days
    assert REF not in queue_refs(desk)
    (row,) = desk.ledgers.waiting()
    assert row.since == MORNING - timedelta(days=4) and not row.due
    assert [one.text for one in row.nudges] == [receipt_text(desk)]
    clock.forward(days=4)
    desk.catch_up()
    assert REF in queue_refs(desk)
    assert "I asked last on Fri 20 Nov." in desk.ledgers.nudge_text(REF)
    clock.time = MORNING
    desk.undo()
    assert everything(desk)["marks"] == before["marks"]
    assert desk.ledgers.waiting()[0].nudges == ()


def receipt_text(desk: Desk) -> str:
    (kept,) = records.find(store_of(desk).read, "wait")
    return str(kept.what.nudges[-1].text)


def test_nudges_are_counted_and_forgotten_when_it_waits_no_more(desk: Desk) -> None:
    desk.ledgers.nudge(REF, "Bo, any news?", "1d")
    desk.ledgers.nudge(REF, "Bo?", "1d")
    assert len(desk.ledgers.waiting()[0].nudges) == 2
    desk.accept([REF])
    assert desk.ledgers.waiting() == []
    desk.wait([REF], "Cy Moss", "1d")
    assert desk.ledgers.waiting()[0].nudges == ()


def test_only_what_waits_can_be_nudged(desk: Desk) -> None:
    with pytest.raises(Refused, match="waits on nobody"):
        desk.ledgers.nudge("helpdesk:INC2", "x")
    with pytest.raises(Refused, match="waits on nobody"):
        desk.ledgers.nudge_text("helpdesk:INC2")
    with pytest.raises(Refused, match="No item"):
        desk.ledgers.nudge("helpdesk:NONE", "x")


def test_a_source_that_takes_no_comments_is_not_promised_one(desk: Desk) -> None:
    with pytest.raises(Refused, match="takes no comments"):
        desk.ledgers.nudge(REF, "x", send=True)
    assert desk.ledgers.waiting()[0].nudges == ()


def test_what_its_source_closed_waits_on_nobody(desk: Desk) -> None:
    desk.done([REF])
    assert desk.ledgers.waiting() == []


def test_a_nudge_goes_to_the_source_as_a_comment_where_that_is_asked_for(desk: Desk) -> None:
    can(desk, "helpdesk", ["comment"])
    assert desk.ledgers.nudge(REF, "Bo, any news?", send=True).sent_to == ("helpdesk",)
    assert [change.value["text"] for change in desk.outbox()] == ["Bo, any news?"]
    assert desk.ledgers.waiting()[0].nudges[0].sent
    desk.undo()
    assert desk.outbox() == () and desk.ledgers.waiting()[0].nudges == ()


def test_a_wait_for_somebody_else_begins_without_the_nudges_of_the_one_before(desk: Desk) -> None:
    desk.ledgers.nudge(REF)
    desk.wait([REF], "Cy Moss", "mon 8")
    (row,) = desk.ledgers.waiting()
    assert (row.person, row.nudges) == ("Cy Moss", ())
    desk.undo()
    (row,) = desk.ledgers.waiting()
    assert (row.person, len(row.nudges)) == ("Bo Lind", 1)
    desk.wait([REF], "blind", "tue 8")
    assert len(desk.ledgers.waiting()[0].nudges) == 1
