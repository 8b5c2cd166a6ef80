from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.grouping import alike_key, group_key
from opstui.domain.model import Kind
from tests.support.build import an_item

KINDS = frozenset([Kind.ALERT])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Disk 91% full on srv01", "disk 7% full on SRV02"),
        ("Job 0x7fffab failed at 02:10", "Job 0x1 failed at 05:55:01"),
        ("Host 10.0.0.7:443 down", "Host 192.168.1.1:8080 down"),
        ("Build 5f3a9bc1 broke", "Build 00ff12ab9 broke"),
        ("Run 123e4567-e89b-12d3-a456-426614174000 late", "Run 00000000-0000-0000-0000-000000000000 late"),
        ("Re: Carrier moves pick-up", "AW: RE: carrier moves pick-up"),
        ("Nightly 2026-11-19 failed", "Nightly 2026-11-20 failed"),
    ],
)
def test_the_same_thing_again_shares_a_key(a: str, b: str) -> None:
    assert alike_key(an_item(title=a)) == alike_key(an_item(title=b))


@pytest.mark.parametrize(("a", "b"), [("Disk full", "Disk failed"), ("facade damaged", "decade damaged"), ("Regal", "gal")])
def test_different_things_do_not(a: str, b: str) -> None:
    assert alike_key(an_item(title=a)) != alike_key(an_item(title=b))


def test_only_the_configured_kinds_are_grouped_and_never_across_sources_or_kinds() -> None:
    alert = an_item(kind=Kind.ALERT)
    assert group_key(an_item(), KINDS) is None
    assert group_key(alert, KINDS) == alike_key(alert)
    assert group_key(alert, KINDS) != group_key(an_item(kind=Kind.ALERT, source="other"), KINDS)
    assert alike_key(alert) != alike_key(an_item())


@given(
    title=st.text(st.characters(categories=("L", "P", "Zs")), max_size=30),
    numbers=st.lists(st.integers(0, 10**9), min_size=2, max_size=2),
)
def test_a_number_between_words_never_matters(title: str, numbers: list[int]) -> None:
    a, b = (alike_key(an_item(title=f"{title} {number} x")) for number in numbers)
    assert a == b
