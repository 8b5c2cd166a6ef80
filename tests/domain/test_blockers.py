"""The blocker ledger's rules: what counts as news, how repeats are counted, and when one is too many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain import blockers
from opstui.domain.blockers import Blocker, Outcome, State
from tests.support.build import MORNING

STUCK = State("On hold", "blocked", "Cy Moss", 2, ("jira:OPS-90",))


def a_blocker(**more: object) -> Blocker:
    return replace(Blocker("Badge rollout", MORNING, MORNING, state=STUCK), **more)


def carried(blocker: Blocker, times: int) -> Blocker:
    """As it is after so many stand-ups without anything new."""
    for day in range(times):
        blocker = blockers.carry(blocker, f"s{len(blocker.carried)}", MORNING + timedelta(days=day))
    return blocker


def test_it_is_heard_once_without_being_a_repeat_and_then_counted() -> None:
    assert [carried(a_blocker(), times).unchanged for times in range(4)] == [0, 0, 1, 2]


def test_the_third_unchanged_repeat_is_forced() -> None:
    assert [blockers.forced(carried(a_blocker(), times)) for times in range(4)] == [False, False, False, True]


@pytest.mark.parametrize(
    "news",
    [
        lambda b: blockers.looked(b, replace(STUCK, status="In Progress"), MORNING),
        lambda b: blockers.looked(b, replace(STUCK, stage="doing"), MORNING),
        lambda b: blockers.looked(b, replace(STUCK, owner="Bo Lind"), MORNING),
        lambda b: blockers.looked(b, replace(STUCK, comments=3), MORNING),
        lambda b: blockers.looked(b, replace(STUCK, waits_for=()), MORNING),
        lambda b: blockers.owned(b, "Bo Lind", MORNING),
        lambda b: blockers.stepped(b, "ask the vendor for a date", MORNING),
    ],
    ids=["status", "stage", "owner", "comment", "waits for", "owner here", "next step"],
)
def test_anything_that_moved_begins_the_count_anew(news: object) -> None:
    moved = news(carried(a_blocker(), 3))  # type: ignore[operator]
    assert not blockers.forced(moved)
    assert blockers.carry(moved, "next", MORNING).unchanged == 0


def test_what_was_decided_about_it_begins_the_count_anew_and_is_noted() -> None:
    after = blockers.carry(carried(a_blocker(), 3), "next", MORNING, "decided: rent one")
    assert after.unchanged == 0
    assert after.carried[-1].said == "decided: rent one"


def test_the_same_stand_up_counts_once() -> None:
    once = carried(a_blocker(), 2)
    assert blockers.carry(once, once.carried[-1].standup, MORNING + timedelta(hours=1)) == once


def test_heard_twice_in_a_day_is_no_repeat() -> None:
    once = carried(a_blocker(), 3)
    twice = blockers.carry(once, "again", MORNING, today=True)
    assert twice.unchanged == once.unchanged and not blockers.forced(once, today=True)
    assert blockers.forced(twice)


def test_what_moved_says_when_and_what_did_not_does_not() -> None:
    later = MORNING + timedelta(hours=2)
    assert blockers.looked(a_blocker(), STUCK, later).last_changed == MORNING
    assert blockers.looked(a_blocker(), replace(STUCK, comments=9), later).last_changed == later
    assert blockers.owned(a_blocker(), "Cy Moss", later).last_changed == MORNING  # he has it already
    assert blockers.stepped(a_blocker(next_step="wait"), "wait", later).last_changed == MORNING


def test_what_was_ended_here_is_one_again_when_its_item_moved() -> None:
    over = blockers.end(a_blocker(), Outcome.ENDED, MORNING, "not ours")
    assert not blockers.again(over, STUCK)
    assert blockers.again(over, replace(STUCK, comments=3))
    assert blockers.again(blockers.end(a_blocker(), Outcome.CLEARED, MORNING), STUCK)


def test_only_so_many_stand_ups_are_remembered() -> None:
    changing = a_blocker()
    for day in range(100):
        changing = blockers.carry(blockers.stepped(changing, f"step {day}", MORNING), f"s{day}", MORNING)
    assert len(changing.carried) == blockers.CARRIES
    assert changing.carried[-1].standup == "s99"


# against a simulation that knows nothing of how it is done -------------------------------------------------------------


@dataclass
class Simulation:
    """All that was ever so, day by day; repeats are counted by looking back over it."""

    past: list[tuple[tuple[object, ...], bool]]
    """At each stand-up: what stood, and whether something had been done about it since the one before."""
    now: list[object]
    done: bool = False

    def repeats(self) -> int:
        """Stand-ups in a row, this one included, at which what stands now stood, back to the first or a deed."""
        if self.done:
            return 0
        same = 0
        for stood, done in reversed(self.past):
            if stood != tuple(self.now):
                break
            same += 1
            if done:
                break
        return same

    def hold(self) -> None:
        self.past.append((tuple(self.now), self.done))
        self.done = False


EVENTS = st.lists(
    st.one_of(
        st.just(("standup",)),
        st.just(("standup",)),
        st.just(("done",)),
        st.tuples(st.sampled_from(["status", "stage", "owner", "comments", "waits_for", "own", "step"]), st.integers(0, 2)),
    ),
    max_size=40,
)


@given(EVENTS)
def test_repeats_are_those_of_an_independent_count_over_the_whole_past(events: list[tuple[object, ...]]) -> None:
    blocker, said, at = a_blocker(state=State()), "", MORNING
    world = Simulation([], ["", "", "", 0, (), "", ""])
    fields = ["status", "stage", "owner", "comments", "waits_for", "own", "step"]
    for number, event in enumerate(events):
        at += timedelta(hours=3)
        if event == ("standup",):
            assert blockers.repeats(blocker, said) == world.repeats()
            if world.repeats() >= 3:
                assert blockers.forced(blocker, said)
                continue  # it cannot be held
            assert not blockers.forced(blocker, said)
            blocker, said = blockers.carry(blocker, f"s{number}", at, said), ""
            world.hold()
            assert blocker.unchanged < blockers.REPEATS
        elif event == ("done",):
            if blocker.carried:
                said, world.done = "decided: something", True
        else:
            name, value = event
            blocker, stands = moved(blocker, str(name), int(value), at)  # type: ignore[call-overload]
            world.now[fields.index(str(name))] = stands
            world.now[5] = blocker.who  # whoever has it, however that came
        assert blocker.last_changed <= at


def moved(blocker: Blocker, name: str, value: int, at: datetime) -> tuple[Blocker, object]:
    """One thing of it set to one of three values."""
    people = ["", "Bo Lind", "Cy Moss"]
    if name == "own":
        return blockers.owned(blocker, people[value], at), people[value]
    if name == "step":
        return blockers.stepped(blocker, f"step {value}", at), f"step {value}"
    stands: object = {"owner": people[value], "comments": value, "waits_for": ("a:1", "a:2")[:value]}.get(
        name, f"{name} {value}"
    )
    return blockers.looked(blocker, replace(blocker.state, **{name: stands}), at), stands
