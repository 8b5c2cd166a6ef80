"""The blocker ledger over a store: what comes in and goes out by itself, what is carried, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opstui.domain.blockers import Blocker, Outcome
from opstui.domain.model import Change, Comment, Item, Stage
from opstui.errors import Refused, UsageError
from opstui.services.desk import Desk
from opstui.services.desk.stock import BlockerRow
from opstui.store import records
from opstui.store.records import Kept
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull, store_of

BADGE = an_item(
    "OPS-61",
    "Badge rollout waits",
    source="jira",
    stage=Stage.BLOCKED,
    status="On hold",
    owner="Cy Moss",
    created=MORNING - timedelta(days=9),
    history=(Change("status", "In Progress", "On hold", MORNING - timedelta(days=4), "Cy Moss"),),
)
DOCK = an_item("INC1", blocks=("INC2",))
TRAILER = an_item("INC2", "Trailer 40 cannot be closed out", owner="Bo Lind")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Desk:
    desk = a_desk(tmp_path, clock)
    pull(desk, BADGE, DOCK, TRAILER, an_item("INC3", "Nothing blocked here"))
    return desk


def ledger(desk: Desk) -> dict[str, BlockerRow]:
    return {row.name: row for row in desk.ledgers.blockers()}


def moved(desk: Desk, item: Item, **changes: object) -> None:
    """The source tells it anew."""
    pull(desk, replace(item, fingerprint=f"{item.key}-{desk.now()}", **changes))


def hold(desk: Desk, clock: FakeClock, times: int = 1) -> None:
    """So many stand-ups, one a day."""
    for _ in range(times):
        clock.forward(days=1)
        meet(desk)


def meet(desk: Desk) -> None:
    """One stand-up, from its beginning to its end."""
    if desk.standup.current() is None:
        desk.standup.start()
    desk.standup.finish()


def past(desk: Desk) -> list[Kept[Blocker]]:
    return records.find(store_of(desk).read, "blocker", open=False)


def forced(desk: Desk) -> list[BlockerRow]:
    return [row for row in desk.ledgers.blockers() if row.forced]


def test_what_is_blocked_by_its_stage_or_waits_for_an_open_item_is_in_the_ledger(desk: Desk) -> None:
    found = ledger(desk)
    assert set(found) == {"jira:OPS-61", "helpdesk:INC2"}
    assert found["jira:OPS-61"].what.who == "Cy Moss"
    assert found["helpdesk:INC2"].what.state.waits_for == ("helpdesk:INC1",)


def test_looking_writes_nothing_and_taking_stock_writes_once(desk: Desk) -> None:
    ledger(desk)
    assert records.find(store_of(desk).read, "blocker") == []
    assert desk.ledgers.take_stock().summary == "Took stock of 2 blockers, 2 new"
    assert desk.ledgers.take_stock().group == 0
    assert len(records.find(store_of(desk).read, "blocker")) == 2


def test_undo_does_not_take_back_what_nobody_did(desk: Desk) -> None:
    desk.note("Called the vendor", "jira:OPS-61")
    desk.ledgers.take_stock()
    assert desk.undo_list(1)[0].verb == "note"


def test_it_is_blocked_since_its_source_says_so(desk: Desk, clock: FakeClock) -> None:
    clock.forward(hours=2)
    found = ledger(desk)
    assert found["jira:OPS-61"].what.first_seen == MORNING - timedelta(days=4)
    assert found["helpdesk:INC2"].what.first_seen == clock()  # nobody says since when it waits


def test_without_a_history_it_is_blocked_since_it_is_known_here(desk: Desk, clock: FakeClock) -> None:
    pull(desk, an_item("INC7", "Held", stage=Stage.BLOCKED, created=MORNING - timedelta(days=30)))
    clock.forward(days=2)
    assert ledger(desk)["helpdesk:INC7"].what.first_seen == MORNING


def test_a_stage_set_here_says_since_when(desk: Desk, clock: FakeClock) -> None:
    clock.forward(hours=1)
    desk.stage(["helpdesk:INC3"], Stage.BLOCKED)
    clock.forward(hours=1)
    assert ledger(desk)["helpdesk:INC3"].what.first_seen == MORNING + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stage": Stage.DOING, "status": "In Progress"}, "no longer blocked: In Progress"),
        ({"stage": Stage.DONE, "status": "Done"}, "jira:OPS-61 is closed (Done)"),
    ],
)
def test_what_is_no_longer_blocked_goes_out_by_itself(desk: Desk, clock: FakeClock, changes: dict, said: str) -> None:
    desk.ledgers.take_stock()
    clock.forward(hours=1)
    moved(desk, BADGE, **changes)
    assert "jira:OPS-61" not in ledger(desk)
    assert desk.ledgers.take_stock().summary.endswith("1 cleared")
    (over,) = past(desk)
    assert (over.what.outcome, over.what.said, over.what.ended) == (Outcome.CLEARED, said, clock())


def test_what_waited_for_something_goes_out_when_that_is_done(desk: Desk) -> None:
    desk.ledgers.take_stock()
    desk.done(["helpdesk:INC1"])
    assert set(ledger(desk)) == {"jira:OPS-61"}


def test_what_is_blocked_again_is_a_blocker_of_its_own(desk: Desk, clock: FakeClock) -> None:
    hold(desk, clock, 2)
    moved(desk, BADGE, stage=Stage.DOING, status="In Progress", history=())
    desk.ledgers.take_stock()
    clock.forward(days=1)
    moved(desk, BADGE, history=())
    desk.ledgers.take_stock()
    again = ledger(desk)["jira:OPS-61"].what
    assert again.unchanged == 0 and again.carried == ()


def test_unchanged_repeats_are_counted_and_the_third_is_refused_with_what_mends_it(desk: Desk, clock: FakeClock) -> None:
    hold(desk, clock, 3)
    assert [row.what.unchanged for row in desk.ledgers.blockers()] == [2, 2]
    clock.forward(days=1)
    assert [row.forced for row in desk.ledgers.blockers()] == [True, True]
    with pytest.raises(Refused) as refused:
        meet(desk)
    text = str(refused.value)
    assert text.startswith("2 blockers cannot be carried once more: heard unchanged for the third time: ")
    for part in ("jira:OPS-61 Badge rollout waits (Cy Moss)", "D decides", "E escalates", "opstui blocker owner"):
        assert part in text


def test_what_was_carried_today_is_forced_tomorrow(desk: Desk, clock: FakeClock) -> None:
    hold(desk, clock, 3)
    assert not any(row.forced for row in desk.ledgers.blockers())
    meet(desk)
    assert {row.what.unchanged for row in desk.ledgers.blockers()} == {2}  # heard twice in a day is no repeat
    clock.forward(days=1)
    assert len(forced(desk)) == 2


def mend_by_deciding(desk: Desk) -> str:
    desk.decide("Rent badges", ref="jira:OPS-61")
    return "decided: Rent badges"


def mend_by_escalating(desk: Desk) -> str:
    desk.escalate(["jira:OPS-61"], "Marta Voss", "Needs budget or people", "2d")
    return "escalated to Marta Voss"


@pytest.mark.parametrize("mend", [mend_by_deciding, mend_by_escalating])
def test_a_decision_or_an_escalation_lets_it_be_carried_and_is_noted(desk: Desk, clock: FakeClock, mend: object) -> None:
    desk.done(["helpdesk:INC1"])
    hold(desk, clock, 3)
    clock.forward(hours=20)
    said = mend(desk)  # type: ignore[operator]
    row = ledger(desk)["jira:OPS-61"]
    assert (row.forced, row.mended, row.repeats) == (False, said, 0)
    hold(desk, clock)
    what = ledger(desk)["jira:OPS-61"].what
    assert what.unchanged == 0 and what.carried[-1].said == said


def test_a_decision_that_was_taken_back_mends_nothing(desk: Desk, clock: FakeClock) -> None:
    desk.done(["helpdesk:INC1"])
    hold(desk, clock, 3)
    clock.forward(hours=20)
    mend_by_deciding(desk)
    desk.undo()
    with pytest.raises(Refused):
        meet(desk)


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.assign(["jira:OPS-61"], "Bo Lind"),
        lambda desk: desk.ledgers.set_owner("jira:OPS-61", "Bo Lind"),
        lambda desk: desk.ledgers.set_next("jira:OPS-61", "ask for a date"),
        lambda desk: moved(desk, BADGE, comments=(Comment("The vendor called.", MORNING, "Cy Moss"),)),
    ],
    ids=["assigned", "owner", "next step", "comment"],
)
def test_another_owner_a_next_step_or_news_of_the_item_begins_the_count_anew(
    desk: Desk, clock: FakeClock, change: object
) -> None:
    desk.done(["helpdesk:INC1"])
    hold(desk, clock, 3)
    clock.forward(hours=20)
    change(desk)  # type: ignore[operator]
    hold(desk, clock)
    what = ledger(desk)["jira:OPS-61"].what
    assert what.unchanged == 0 and what.last_changed > MORNING


def test_undo_of_carrying_sets_every_count_back(desk: Desk, clock: FakeClock) -> None:
    hold(desk, clock, 2)
    desk.undo()
    assert {row.what.unchanged for row in desk.ledgers.blockers()} == {0}


def test_something_that_no_tracker_knows_is_blocked_by_hand_and_cleared_by_hand(desk: Desk) -> None:
    desk.ledgers.block("", "Crane \x1b[31mis rented out", "blind", "ask the neighbours")
    (row,) = [row for row in desk.ledgers.blockers() if not row.ref]
    assert (row.what.title, row.what.who, row.what.next_step) == ("Crane is rented out", "Bo Lind", "ask the neighbours")
    desk.ledgers.take_stock()
    assert row.name in ledger(desk)
    desk.ledgers.clear(row.name, "found another one")
    assert row.name not in ledger(desk)
    desk.undo()
    assert row.name in ledger(desk)


def test_an_item_that_its_tracker_calls_open_is_blocked_by_hand_until_it_is_over(desk: Desk) -> None:
    desk.ledgers.block("helpdesk:INC3", "the key is lost")
    desk.ledgers.take_stock()
    assert ledger(desk)["helpdesk:INC3"].what.title == "the key is lost"
    with pytest.raises(Refused, match="in the ledger already"):
        desk.ledgers.block("helpdesk:INC3")
    desk.done(["helpdesk:INC3"])
    assert "helpdesk:INC3" not in ledger(desk)


def test_what_was_cleared_here_stays_out_until_its_item_moves(desk: Desk, clock: FakeClock) -> None:
    desk.ledgers.clear("jira:OPS-61", "nobody waits for it")
    desk.ledgers.take_stock()
    assert "jira:OPS-61" not in ledger(desk)
    clock.forward(hours=1)
    moved(desk, BADGE, status="On hold again")
    assert "jira:OPS-61" in ledger(desk)


def test_what_is_not_there_is_said(desk: Desk) -> None:
    for do in (
        lambda: desk.ledgers.set_next("helpdesk:INC3", "x"),
        lambda: desk.ledgers.set_owner("nothing", "x"),
        lambda: desk.ledgers.clear("abcd1234"),
        lambda: desk.ledgers.block("helpdesk:NONE", "x"),
    ):
        with pytest.raises(Refused):
            do()
    with pytest.raises(UsageError):
        desk.ledgers.block()


def test_many_are_named_by_their_number(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, *(an_item(f"B{n}", f"Held {n}", stage=Stage.BLOCKED) for n in range(300)))
    assert len(desk.ledgers.blockers()) == 200
    hold(desk, clock, 3)
    clock.forward(days=1)
    with pytest.raises(Refused, match=r"5 blockers cannot be carried .*; 195 more can wait"):
        meet(desk)
    for row in forced(desk)[:3]:
        desk.ledgers.set_next(row.identity, "ask for a date")
    with pytest.raises(Refused, match=r"2 blockers cannot be carried .*; 195 more can wait"):
        meet(desk)
    for row in forced(desk)[:2]:
        desk.ledgers.set_next(row.identity, "ask for a date")
    meet(desk)
    clock.forward(days=1)
    assert len(forced(desk)) == 195  # what was left stays red


def test_a_ledger_survives_another_process(tmp_path: Path, clock: FakeClock) -> None:
    desk = a_desk(tmp_path, clock)
    pull(desk, BADGE)
    hold(desk, clock, 2)
    desk.ledgers.set_next("jira:OPS-61", "quote from the vendor")
    store_of(desk).close()
    assert ledger(a_desk(tmp_path, clock))["jira:OPS-61"].what.next_step == "quote from the vendor"
