from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.chains import chains


def test_the_one_that_frees_most_counts_what_waits_behind_it_too() -> None:
    found = chains([("a", "b"), ("b", "c"), ("b", "d"), ("x", "c")])
    assert found.frees == {"a": 3, "b": 2, "c": 0, "d": 0, "x": 1}
    assert found.order[0] == "a"
    assert found.waits["c"] == ("b", "x")
    assert found.rings == ()


def test_what_waits_itself_is_not_named_as_the_one_to_do() -> None:
    found = chains([("a", "b"), ("b", "c"), ("b", "d"), ("b", "e")])
    assert list(found.order) == ["a", "b"]


def test_what_is_held_up_twice_over_counts_once() -> None:
    found = chains([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d"), ("a", "b"), ("z", "z")])
    assert found.frees["a"] == 3
    assert "z" not in found.holds


def test_a_ring_is_named_in_its_order() -> None:
    found = chains([("b", "c"), ("c", "a"), ("a", "b"), ("c", "out")])
    assert found.rings == (("a", "b", "c"),)
    assert found.frees == {"a": 3, "b": 3, "c": 3, "out": 0}
    assert found.order[0] == "c"  # of the ring, the one that most wait for at once


def test_nothing_waits_for_nothing() -> None:
    assert not chains([]).order


def test_a_long_chain_is_walked_without_recursion() -> None:
    found = chains((f"{n:05}", f"{n + 1:05}") for n in range(20_000))
    assert found.frees["00000"] == 20_000
    assert found.order[0] == "00000"


REFS = st.sampled_from("abcdefgh")


@settings(max_examples=200)
@given(st.lists(st.tuples(REFS, REFS), max_size=25))
def test_counts_are_those_of_walking_from_each(links: list[tuple[str, str]]) -> None:
    found = chains(links)
    for ref in {end for link in links for end in link}:
        seen: set[str] = set()
        edge = {ref}
        while edge:
            edge = {b for a, b in links if a in edge and a != b} - seen
            seen |= edge
        assert found.frees.get(ref, 0) == len(seen - {ref})
        assert (ref in seen) == any(ref in ring for ring in found.rings)
