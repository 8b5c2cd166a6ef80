from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.model import NO_MARK, Change, Mark, Person, Place, Stage, Verdict
from opstui.domain.people import People
from opstui.domain.verdicts import (
    came_back,
    decide,
    given_away,
    place,
    refusal,
    release,
    set_for_block,
    set_priority,
    set_stage,
)
from opstui.errors import Refused
from tests.support.build import MORNING, an_item

LATER = MORNING + timedelta(hours=2)
ARGS: dict[Verdict, dict[str, Any]] = {
    Verdict.SNOOZE: {"until": LATER},
    Verdict.MERGE: {"target": "helpdesk:INC2"},
    Verdict.ASSIGN: {"target": "Bo Lind"},
    Verdict.ESCALATE: {"target": "Cy Moss", "reason": "no budget"},
    Verdict.WAIT: {"target": "Bo Lind", "until": LATER},
}
PLACES = {
    Verdict.ACCEPT: Place.ACCEPTED,
    Verdict.DONE: Place.DONE,
    Verdict.DECLINE: Place.DECLINED,
    Verdict.MERGE: Place.MERGED,
    Verdict.SNOOZE: Place.SNOOZED,
    Verdict.ASSIGN: Place.ASSIGNED,
    Verdict.ESCALATE: Place.ESCALATED,
    Verdict.WAIT: Place.WAITING,
}


def decided(verdict: Verdict, mark: Mark = NO_MARK, **more: Any) -> Mark:
    return decide(verdict, an_item(), mark, MORNING, "Ana Ruiz", **(ARGS.get(verdict, {}) | more))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_takes_the_item_out_of_the_queue(verdict: Verdict) -> None:
    mark = decided(verdict)
    assert (mark.verdict, mark.at, mark.who, mark.basis) == (verdict, MORNING, "Ana Ruiz", an_item().fingerprint)
    assert place(an_item(), mark, MORNING)[0] is PLACES[verdict]


def test_assigning_sets_the_owner_and_keeps_what_was_set_before() -> None:
    mark = decided(Verdict.ASSIGN, Mark(priority=1, for_block=True, stage=Stage.DOING))
    assert (mark.owner, mark.priority, mark.for_block, mark.stage) == ("Bo Lind", 1, True, Stage.DOING)


@pytest.mark.parametrize(
    ("verdict", "args", "why"),
    [
        (Verdict.SNOOZE, {"until": None}, "needs a time"),
        (Verdict.SNOOZE, {"until": MORNING}, "has passed"),
        (Verdict.WAIT, {"until": MORNING - timedelta(hours=1)}, "has passed"),
        (Verdict.MERGE, {"target": ""}, "item to merge into"),
        (Verdict.MERGE, {"target": "helpdesk:INC1"}, "into itself"),
        (
            Verdict.MERGE,
            {"target_mark": Mark(verdict=Verdict.MERGE, target="helpdesk:INC9")},
            "itself merged into helpdesk:INC9",
        ),
        (Verdict.ASSIGN, {"target": " "}, "name a person"),
        (Verdict.ESCALATE, {"target": ""}, "name a person"),
    ],
)
def test_a_verdict_that_lacks_what_it_needs_is_refused(verdict: Verdict, args: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why) as caught:
        decided(verdict, **args)
    assert caught.value.ref == "helpdesk:INC1"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_its_source_has_closed_takes_no_verdict(verdict: Verdict) -> None:
    closed = an_item(stage=Stage.DONE)
    assert refusal(verdict, closed, NO_MARK) == "its source has closed it"
    assert place(closed, decided(verdict), MORNING) == (Place.CLOSED, None)


@pytest.mark.parametrize("verdict", [Verdict.ACCEPT, Verdict.DONE, Verdict.DECLINE, Verdict.MERGE])
def test_the_same_verdict_twice_is_refused_and_changes_of_mind_are_not(verdict: Verdict) -> None:
    mark = decided(verdict)
    said = refusal(verdict, an_item(), mark)
    assert said is not None
    assert said.startswith("already")
    other = Verdict.DONE if verdict is not Verdict.DONE else Verdict.ACCEPT
    assert (refusal(other, an_item(), mark) is None) is (verdict is not Verdict.MERGE)


@pytest.mark.parametrize("verdict", [Verdict.SNOOZE, Verdict.WAIT, Verdict.ESCALATE])
def test_what_has_a_date_wakes_on_it_exactly(verdict: Verdict) -> None:
    mark = decided(verdict, until=LATER)
    assert place(an_item(), mark, LATER - timedelta(seconds=1)) == (PLACES[verdict], LATER)
    assert place(an_item(), mark, LATER) == (Place.QUEUE, None)


def test_a_wait_without_a_date_waits() -> None:
    mark = decided(Verdict.WAIT, until=None)
    assert place(an_item(), mark, MORNING + timedelta(days=999)) == (Place.WAITING, None)


def changed(field: str, minutes: int = 5, old: str = "a", new: str = "b") -> dict[str, Any]:
    return {"fingerprint": "other", "history": (Change(field, old, new, MORNING + timedelta(minutes=minutes)),)}


@pytest.mark.parametrize("verdict", [Verdict.DONE, Verdict.DECLINE, Verdict.ACCEPT])
@pytest.mark.parametrize("field", ["status", "stage", "priority", "owner"])
def test_what_moved_at_its_source_after_the_verdict_comes_back(verdict: Verdict, field: str) -> None:
    item = an_item(**changed(field))
    assert place(item, decided(verdict), LATER) == (Place.QUEUE, None)
    assert refusal(verdict, item, decided(verdict)) is None


def test_what_was_moved_before_the_verdict_but_seen_after_it_comes_back() -> None:
    before, after = MORNING - timedelta(hours=1), MORNING + timedelta(minutes=5)
    item = an_item(fingerprint="other", history=(Change("status", "a", "b", before, seen=after),))
    assert place(item, decided(Verdict.DONE), LATER) == (Place.QUEUE, None)
    known = an_item(fingerprint="other", history=(Change("status", "a", "b", after, seen=before),))
    assert place(known, decided(Verdict.DONE), LATER)[0] is Place.DONE


@pytest.mark.parametrize(
    "more",
    [
        {"fingerprint": "other"},
        changed("title"),
        changed("status", -5),
        changed("status", new="a"),
        {"fingerprint": "other", "history": (Change("status", "a", "b", None),)},
        {**changed("status"), "fingerprint": an_item().fingerprint},
    ],
)
def test_what_did_not_really_move_stays_decided(more: dict[str, Any]) -> None:
    assert not came_back(an_item(**more), decided(Verdict.DONE))
    assert place(an_item(**more), decided(Verdict.DONE), LATER)[0] is Place.DONE


@pytest.mark.parametrize("verdict", [Verdict.SNOOZE, Verdict.MERGE, Verdict.ASSIGN, Verdict.WAIT])
def test_a_moving_source_does_not_wake_what_sleeps_or_is_somebody_elses(verdict: Verdict) -> None:
    assert place(an_item(**changed("status")), decided(verdict), MORNING)[0] is PLACES[verdict]


@pytest.mark.parametrize("owner", ["Cy Moss", None])
def test_what_was_assigned_and_its_source_gives_to_somebody_else_comes_back(owner: str | None) -> None:
    mark = decided(Verdict.ASSIGN)
    item = an_item(owner=owner, **changed("owner", old="Bo Lind", new=owner or ""))
    assert place(item, mark, LATER) == (Place.QUEUE, None)
    assert decide(Verdict.ACCEPT, item, mark, LATER, "Ana Ruiz").owner is None
    assert release(item, mark).owner is None
    before = an_item(owner=owner, **changed("owner", -5, old="Bo Lind", new=owner or ""))
    assert place(before, mark, LATER)[0] is Place.ASSIGNED


def test_its_source_may_word_the_one_assigned_as_it_likes() -> None:
    mark, people = decided(Verdict.ASSIGN), People((Person("Bo Lind", ("blind",)),))
    item = an_item(owner="blind", **changed("owner", new="blind"))
    assert place(item, mark, LATER, people)[0] is Place.ASSIGNED
    assert place(an_item(owner="BO LIND", **changed("owner", new="BO LIND")), mark, LATER)[0] is Place.ASSIGNED
    ours = Change("owner", "Cy Moss", "b.lind", LATER, seen=MORNING)
    theirs = Change("owner", "b.lind", "Cy Moss", LATER + timedelta(hours=1))
    touched = Change("owner", None, "Di Fox", MORNING + timedelta(minutes=1))
    assert not given_away(an_item(fingerprint="other", owner="b.lind", history=(touched, ours)), mark)
    assert given_away(an_item(fingerprint="other", owner="Cy Moss", history=(ours, theirs)), mark)


def test_release_brings_back_to_the_queue_and_keeps_what_was_set() -> None:
    mark = release(an_item(), decided(Verdict.DONE, Mark(owner="Bo Lind", priority=2)))
    assert place(an_item(), mark, MORNING)[0] is Place.QUEUE
    assert (mark.owner, mark.priority) == ("Bo Lind", 2)
    with pytest.raises(Refused, match="in the queue already"):
        release(an_item(), mark)
    with pytest.raises(Refused, match="source has closed"):
        release(an_item(stage=Stage.DONE), decided(Verdict.DONE))


def test_a_stage_of_ones_own_can_end_an_item_and_a_verdict_opens_it_again() -> None:
    mark = set_stage(an_item(), NO_MARK, Stage.DONE, MORNING)
    assert place(an_item(), mark, MORNING)[0] is Place.DONE
    assert place(an_item(), release(an_item(), mark), MORNING)[0] is Place.QUEUE
    assert place(an_item(), decided(Verdict.ACCEPT, mark), MORNING)[0] is Place.ACCEPTED
    assert set_stage(an_item(), mark, None, MORNING) == NO_MARK


def test_a_stage_of_ones_own_is_so_since_it_was_set_whatever_is_decided_later() -> None:
    mark = set_stage(an_item(), NO_MARK, Stage.DOING, MORNING)
    later = MORNING + timedelta(hours=1)
    assert set_stage(an_item(), mark, Stage.DOING, later).staged == MORNING
    assert decided(Verdict.ACCEPT, mark).staged == MORNING
    assert release(an_item(), decided(Verdict.ACCEPT, mark)).staged == MORNING
    assert set_stage(an_item(), mark, Stage.BLOCKED, later).staged == later
    ended = set_stage(an_item(), mark, Stage.DONE, later)
    assert (release(an_item(), ended).staged, decided(Verdict.ACCEPT, ended).staged) == (None, None)


def test_a_priority_of_ones_own_is_one_to_five() -> None:
    assert set_priority(an_item(), NO_MARK, 1).priority == 1
    assert set_priority(an_item(), Mark(priority=1), None).priority is None
    for wrong in (0, 6):
        with pytest.raises(Refused, match="1 \\(critical\\) to 5"):
            set_priority(an_item(), NO_MARK, wrong)


def test_nothing_is_set_on_what_its_source_has_closed() -> None:
    closed = an_item(stage=Stage.DONE)
    with pytest.raises(Refused):
        set_priority(closed, NO_MARK, 1)
    with pytest.raises(Refused):
        set_stage(closed, NO_MARK, Stage.DOING, MORNING)
    with pytest.raises(Refused):
        set_for_block(closed, NO_MARK)
    assert set_for_block(closed, Mark(for_block=True), False) == NO_MARK


@given(verdict=st.sampled_from(list(Verdict)), hours=st.integers(-5, 5), until=st.integers(1, 5))
def test_where_an_item_stands_holds_until_it_wakes(verdict: Verdict, hours: int, until: int) -> None:
    mark = replace(decided(verdict), until=MORNING + timedelta(hours=until))
    now = MORNING + timedelta(hours=hours)
    where, wakes = place(an_item(), mark, now)
    if wakes is not None:
        assert wakes > now
        assert place(an_item(), mark, wakes - timedelta(seconds=1))[0] is where
        assert place(an_item(), mark, wakes)[0] is Place.QUEUE
