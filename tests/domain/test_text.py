from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.text import clean, clean_line, fold, words

HOSTILE = st.text(
    st.one_of(
        st.sampled_from(
            "\x00\x07\x1b\x9b\x9d\x9c\x90[]()0;?mHc\\\u200d\ufe0f\u200b\u202e\u2066\u2069\ufeff\ud800\u0301\u20e3\xa0"
        ),
        st.sampled_from("👩💻🏽❤⚠1#ab \n\r\t\u2028"),
        st.characters(),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("Dock 7", "Dock 7"),
        ("  outer  ", "outer"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a \nb", "a\nb"),
        ("a\tb", "a    b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[?1049hscreen", "screen"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]52;c;aGVsbG8=\x1b\\text", "text"),
        ("\x1bPq#0;2\x1b\\sixel", "sixel"),
        ("\x1bcreset", "reset"),
        ("\x9b31mred", "red"),
        ("\x9bHello", "Hello"),
        ("unended \x1b]0;title", "unended 0;title"),
        ("nul\x00byte\x7f", "nulbyte"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("zero\u200bwidth\ufeff\u2060", "zerowidth"),
        ("soft\xadhyphen", "softhyphen"),
        ("no\xa0break", "no break"),
        ("lone \ud83d", "lone \ufffd"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("👩🏽\u200d💻", "👩🏽\u200d💻"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("a\ufe0fb\u200dc", "abc"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("\u3164filler", "filler"),
        ("e\u0301", "e\u0301"),
        ("z" + "\u0300" * 40, "z" + "\u0300" * 4),
        ("日本語 العربية עברית", "日本語 العربية עברית"),
        ("[@click=app.quit]x[/nope]", "[@click=app.quit]x[/nope]"),
    ],
)
def test_clean_takes_out_what_a_terminal_would_obey_or_hide(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


def test_clean_line_leaves_one_line_with_single_spaces() -> None:
    assert clean_line("a\r\n\tb\u2028  c") == "a b c"


@pytest.mark.parametrize("function", [clean, clean_line])
@given(text=HOSTILE)
def test_cleaning_twice_changes_nothing(function, text: str) -> None:  # type: ignore[no-untyped-def]
    once = function(text)
    assert function(once) == once


@given(text=HOSTILE)
def test_clean_never_leaves_a_control_an_override_or_a_surrogate(text: str) -> None:
    allowed = {"\u200d", "\n"}
    for char in clean(text):
        assert char in allowed or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp"), hex(ord(char))
        assert char not in "\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2060"
    assert "\n" not in clean_line(text)


@given(text=HOSTILE, limit=st.integers(0, 12))
def test_a_limit_is_kept_and_the_cut_text_is_still_clean(text: str, limit: int) -> None:
    for function in (clean, clean_line):
        cut = function(text, limit=limit)
        assert len(cut) <= limit
        assert function(cut) == cut


@given(text=st.text(st.characters(categories=("L", "Nd", "P")), max_size=30))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    if not any(char in "\u115f\u1160\u3164\uffa0" for char in text):
        assert clean(text) == text


@pytest.mark.parametrize("unit", ["\x1b]0;", "\x1b[", "\x9d", "\x90a", "\x9b", " ", "\u0301", "\u200d", "\x1b "])
def test_a_megabyte_of_one_trick_is_cleaned_at_all(unit: str) -> None:
    # What takes the square of its length does not come back from this.
    text = unit * (1_000_000 // len(unit))
    assert clean(text + "\x1b[m\nend").endswith("end")


@pytest.mark.parametrize(
    ("a", "b"), [("Ana  RUIZ", "ana ruiz"), ("Zoë", "zoe"), ("STRASSE", "straße"), ("ﬁle", "file"), ("Ｗｉｄｅ", "wide")]
)
def test_fold_makes_equal_what_people_take_for_equal(a: str, b: str) -> None:
    assert fold(a) == fold(b)


@given(text=st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_words_are_cut_as_the_full_text_index_cuts_them() -> None:
    assert words("Dock-7: Größe_x, don't") == ["dock", "7", "große", "x", "don", "t"]
