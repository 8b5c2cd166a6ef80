"""The round of a stand-up: whatever keys come, nobody is lost or asked twice, and no second is given twice."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain import standup as walk
from opstui.domain.standup import GAP_S, Standup, State
from opstui.errors import Refused
from tests.support.build import MORNING

ROSTER = ("Ana Ruiz", "Bo Lind", "Cy Moss", "Dee Park")


def at(seconds: int) -> datetime:
    return MORNING + timedelta(seconds=seconds)


def begun(*roster: str, seed: int | None = None) -> Standup:
    return walk.start("2026-11-20", roster or ROSTER, at(0), seed=seed)


def states(standup: Standup) -> dict[str, str]:
    return {turn.person: turn.state.value for turn in standup.turns}


def test_it_begins_with_the_first_and_ends_with_nobody() -> None:
    standup = begun()
    assert standup.current == "Ana Ruiz"
    for n, name in enumerate((*ROSTER[1:], ""), 1):
        standup = walk.onward(standup, at(60 * n))
        assert standup.current == name
    assert [turn.seconds for turn in standup.turns] == [60] * 4
    assert walk.spoken_words(standup) == "4 of 4 spoken"
    again = walk.onward(standup, at(300))
    assert again.current == "" and again.seconds == 300


def test_who_is_absent_is_passed_over_and_asked_when_they_come_after_all() -> None:
    standup = walk.absent(begun(), "Bo Lind", at(10))
    assert walk.spoken_words(standup) == "0 of 3 spoken"
    standup = walk.onward(standup, at(20))
    assert standup.current == "Cy Moss"
    standup = walk.absent(standup, "Cy Moss", at(25))
    assert standup.current == "Dee Park"
    standup = walk.absent(standup, "Bo Lind", at(30))
    standup = walk.onward(standup, at(40))
    assert standup.current == "Bo Lind"
    assert states(standup) == {"Ana Ruiz": "spoken", "Bo Lind": "waiting", "Cy Moss": "absent", "Dee Park": "spoken"}


def test_back_lets_who_spoke_before_go_on_and_the_other_waits() -> None:
    standup = walk.onward(walk.onward(begun(), at(10)), at(20))
    standup = walk.back(standup, at(25))
    assert standup.current == "Bo Lind" and standup.turn("Cy Moss").state is State.WAITING  # type: ignore[union-attr]
    standup = walk.onward(standup, at(40))
    assert standup.current == "Cy Moss"
    assert [turn.seconds for turn in standup.turns] == [10, 25, 5, 0]


def test_back_before_anybody_spoke_is_refused() -> None:
    with pytest.raises(Refused, match="nobody has spoken before"):
        walk.back(begun(), at(5))


def test_asked_later_is_asked_last_and_keeps_the_seconds() -> None:
    standup = walk.later(begun(), at(12))
    assert [turn.person for turn in standup.turns] == [*ROSTER[1:], "Ana Ruiz"]
    assert standup.current == "Bo Lind" and standup.turns[-1].seconds == 12
    alone = walk.later(begun("Ana Ruiz"), at(12))
    assert alone.current == "Ana Ruiz"


def test_a_shuffle_moves_only_those_who_wait_and_the_same_seed_gives_the_same_order() -> None:
    people = tuple(f"P{n}" for n in range(10))
    standup = walk.onward(walk.onward(begun(*people), at(1)), at(2))
    standup = walk.absent(standup, "P6", at(3))
    mixed = walk.shuffle(standup, 7, at(4))
    order = [turn.person for turn in mixed.turns]
    assert order[:3] == ["P0", "P1", "P2"] and order[6] == "P6" and mixed.current == "P2"
    assert order != list(people) and mixed.seed == 7
    assert walk.shuffle(standup, 7, at(4)) == mixed


def test_a_lid_that_was_closed_is_left_out_and_said() -> None:
    standup = walk.onward(begun(), at(60))
    standup = walk.onward(standup, at(60 + GAP_S + 1))
    assert (standup.seconds, standup.left_out) == (60, GAP_S + 1)
    assert [turn.seconds for turn in standup.turns] == [60, 0, 0, 0]
    assert walk.total(standup, at(60 + GAP_S + 31)) == 90


def test_a_clock_that_was_set_back_takes_nothing_away_and_counts_nothing_twice() -> None:
    standup = walk.onward(begun(), at(100))
    standup = walk.onward(standup, at(40))
    assert standup.seconds == 100
    standup = walk.onward(standup, at(110))
    assert standup.seconds == 110


def test_what_was_typed_stands_in_the_drafts_place_until_it_is_given_back() -> None:
    standup = walk.edit(begun(), "Bo Lind", at(5), today="Payroll first", blockers="")
    turn = standup.turn("Bo Lind")
    assert turn is not None and turn.edited and (turn.today, turn.blockers, turn.yesterday) == ("Payroll first", "", None)
    turn = walk.edit(standup, "Bo Lind", at(6), today=None, blockers=None).turn("Bo Lind")
    assert turn is not None and not turn.edited


def test_nobody_there_can_be_walked_and_finished() -> None:
    standup = walk.start("2026-11-20", (), at(0))
    assert standup.current == "" and walk.spoken_words(standup) == "nobody there"
    over = walk.finish(walk.onward(standup, at(10)), at(20))
    assert over.ended == at(20) and over.seconds == 20
    gone = begun("Ana Ruiz")
    gone = walk.absent(gone, "Ana Ruiz", at(3))
    assert gone.current == "" and walk.finish(gone, at(9)).turns[0].state is State.ABSENT


def test_the_end_counts_who_was_speaking_only_if_they_came_to_a_word() -> None:
    assert states(walk.finish(begun(), at(0)))["Ana Ruiz"] == "waiting"
    assert states(walk.finish(begun(), at(9)))["Ana Ruiz"] == "spoken"
    said = walk.edit(begun(), "Ana Ruiz", at(0), today="Audit")
    assert states(walk.finish(said, at(0)))["Ana Ruiz"] == "spoken"


def test_what_was_left_open_is_over_as_of_its_last_entry() -> None:
    standup = walk.left_open(walk.onward(begun(), at(45)))
    assert standup.ended == at(45) and standup.seconds == 45 and standup.left_out == 0


def test_after_the_end_only_words_can_be_changed() -> None:
    over = walk.finish(begun(), at(60))
    assert walk.edit(over, "Bo Lind", at(90), today="Late").turn("Bo Lind").today == "Late"  # type: ignore[union-attr]
    assert walk.edit(over, "Bo Lind", at(90), today="Late").seconds == 60
    for rule in (walk.onward, walk.back, walk.later, walk.finish):
        with pytest.raises(Refused, match="is over"):
            rule(over, at(70))


def test_one_name_twice_on_the_roster_is_one_place() -> None:
    assert [turn.person for turn in begun("Bo Lind", "Ana Ruiz", "Bo Lind").turns] == ["Bo Lind", "Ana Ruiz"]


STEPS = st.one_of(
    st.sampled_from(["onward", "back", "later", "finish"]).map(lambda name: (name, None)),
    st.tuples(st.just("absent"), st.integers(0, 5)),
    st.tuples(st.just("shuffle"), st.integers(0, 1000)),
    st.tuples(st.just("edit"), st.integers(0, 5)),
    st.tuples(st.just("join"), st.integers(0, 7)),
)
JUMPS = st.integers(-4000, 4000)


@given(st.integers(0, 5), st.lists(st.tuples(STEPS, JUMPS), max_size=40), st.one_of(st.none(), st.integers(0, 99)))
def test_no_sequence_of_steps_and_clock_jumps_loses_anybody_or_gives_time_twice(
    size: int, steps: list[tuple[tuple[str, int | None], int]], seed: int | None
) -> None:
    people = {f"P{n}" for n in range(size)}
    standup = walk.start("2026-11-20", sorted(people), at(0), seed=seed)
    now = latest = 0
    for (name, value), jump in steps:
        now += jump
        latest = max(latest, now)
        person = f"P{value}"
        try:
            if name in ("absent", "join"):
                standup = getattr(walk, name)(standup, person, at(now))
                people.add(person)
            elif name == "shuffle":
                standup = walk.shuffle(standup, value or 0, at(now))
            elif name == "edit":
                standup = walk.edit(standup, person, at(now), today=str(now))
            else:
                standup = getattr(walk, name)(standup, at(now))
        except Refused:
            pass
        there = Counter(turn.person for turn in standup.turns)
        assert set(there) == people and set(there.values()) <= {1}
        count = Counter(turn.state for turn in standup.turns)
        assert count[State.SPOKEN] + count[State.WAITING] + count[State.ABSENT] == len(people)
        assert all(turn.seconds >= 0 for turn in standup.turns)
        assert sum(turn.seconds for turn in standup.turns) <= standup.seconds
        assert standup.seconds + standup.left_out <= latest
        speaking = standup.speaking
        assert speaking is None or (speaking.state is State.WAITING and standup.ended is None)
        if standup.ended is not None:
            assert standup.current == "" and standup.ended >= standup.started
