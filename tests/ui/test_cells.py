"""Text measured in cells: whatever comes in, a column keeps its width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from opstui.ui.cells import cut, fit, right, tame, width, wrap

AWKWARD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("👩‍👩‍👧❤️🇩🇪é\u0301\u0327今مرحبا\u202e\u200b\ufe0f\u200d🏽\x1b\x00\t\n"),
    ),
    max_size=80,
)


@given(AWKWARD, st.integers(1, 60))
def test_fit_is_exact_whatever_comes_in(text: str, cells: int) -> None:
    assert cell_len(fit(tame(text), cells)) == cells
    assert cell_len(right(tame(text), cells)) == cells


@given(AWKWARD, st.integers(4, 60))
def test_wrapped_lines_fit(text: str, cells: int) -> None:
    assert all(cell_len(line) <= cells for line in wrap(text, cells))


@given(AWKWARD)
def test_tame_leaves_nothing_that_steers_a_terminal(text: str) -> None:
    tamed = tame(text)
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in tamed)
    assert not set(tamed) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200d\ufe0f")
    assert tame(tamed) == tamed


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("Dock 7", 10, "Dock 7"),
        ("Dock 7 scanner", 8, "Dock 7…"),
        ("今月の在庫", 6, "今月…"),
        ("今月の在庫", 5, "今月…"),
        ("abc", 0, ""),
        ("abc", 1, "…"),
    ],
)
def test_cut_drops_whole_characters_and_says_so(text: str, cells: int, expected: str) -> None:
    assert cut(text, cells) == expected


def test_a_joined_emoji_is_shown_by_its_first() -> None:
    assert tame("👩‍👩‍👧 ok") == "👩 ok"
    assert width(tame("❤️")) == 1


def test_accents_stay_but_do_not_pile_up() -> None:
    assert tame("cafe\u0301") == "cafe\u0301"
    assert tame("e" + "\u0301" * 50) == "e\u0301\u0301"


def test_long_text_is_cut_to_a_number_of_lines() -> None:
    lines = wrap("word " * 100, 20, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
