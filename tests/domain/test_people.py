from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.model import Person
from opstui.domain.people import People

ANA = Person("Ana Ruiz", ("aruiz", "ana@example.com"))
BO = Person("Bo Lind", team="Dispatch Nord", email="bo.lind@example.com")
ZOE = Person("Zoë Blanc", vip=True)
CREW = People((ANA, BO, ZOE, Person("Jo May"), Person("Jo Kerr", ("jk",)), Person("Kim Roe", ("night desk",))), ANA)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Ana Ruiz", "Ana Ruiz"),
        ("ANA  ruiz", "Ana Ruiz"),
        ("aruiz", "Ana Ruiz"),
        ("Ruiz, Ana", "Ana Ruiz"),
        ("ana@example.com", "Ana Ruiz"),
        ("Ana R. <ANA@example.com>", "Ana Ruiz"),
        ('"Ruiz, Ana" <x@y.z>', "Ana Ruiz"),
        ("bo.lind@elsewhere.example", "Bo Lind"),
        ("bo_lind@elsewhere.example", "Bo Lind"),
        ("zoe blanc", "Zoë Blanc"),
        ("Bo", "Bo Lind"),
        ("night desk", "Kim Roe"),
        ("Some  Stranger", "Some Stranger"),
        ("Some Stranger <some@x.y>", "Some Stranger"),
        ("stranger@x.y", "stranger@x.y"),
        ("Ortega y Gasset", "Ortega y Gasset"),
        ("Smith, John", "Smith, John"),
    ],
)
def test_one_person_has_one_name_however_it_is_spelt(raw: str, name: str) -> None:
    owner = CREW.owner(raw)
    assert (owner.name, owner.state) == (name, "ok")
    assert CREW.canonical(raw) == name


@pytest.mark.parametrize("raw", [None, "", "  ", "-", "Unassigned", "NONE", "n/a", "nobody", "TBD", "(empty)", "\u200b"])
def test_nobody_is_nobody(raw: str | None) -> None:
    assert CREW.owner(raw).name is None
    assert CREW.owner_state(raw) == "none"


@pytest.mark.parametrize(
    "raw",
    [
        *("Ana Ruiz; Bo Lind", "Ana Ruiz, Bo Lind", "Ana / Bo", "Ana & Bo", "Ana Ruiz and Bo Lind", "a, b, c", "Ana, Bo"),
        *("Jo", "Service Desk", "support@example.com", "ops-team@example.com", "Dispatch Nord", "Night shift", "everyone"),
    ],
)
def test_several_persons_two_of_a_name_and_groups_are_ambiguous(raw: str) -> None:
    assert CREW.owner_state(raw) == "ambiguous"
    assert CREW.owner(raw).name == raw


def test_me_and_vips_are_known_by_any_spelling() -> None:
    assert CREW.is_me("ruiz, ana")
    assert not CREW.is_me("Bo Lind")
    assert not CREW.is_me(None)
    assert not People((ANA,)).is_me("Ana Ruiz")
    assert CREW.vip("zoe blanc")
    assert not CREW.vip("Ana Ruiz")
    assert not CREW.vip("")


def test_me_is_known_without_being_among_the_persons() -> None:
    assert People((), ANA).is_me("aruiz")


@given(raw=st.text(max_size=30))
def test_a_name_once_made_canonical_stays_so(raw: str) -> None:
    first = CREW.owner(raw)
    assert first.state in ("ok", "none", "ambiguous")
    assert (first.name is None) == (first.state == "none")
    if first.state == "ok":
        assert first.name is not None
        assert CREW.canonical(first.name) == first.name


def test_memory_of_spellings_is_bounded() -> None:
    for number in range(45_000):
        CREW.owner(f"person {number}")
    CREW.owner("x" * 10_000)
    assert len(CREW._seen) <= 20_000
