"""A secret is recognised in every form in which programs print it or send it."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.masking import MASK, Mask

SECRET = 'p4ss+word/ü "x"&=%'


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        repr(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        re.sub("%..", lambda match: match[0].lower(), quote(SECRET, safe="")),
    ],
)
def test_it_is_struck_out_as_text_and_as_bytes(shown: str) -> None:
    mask = Mask([SECRET])
    struck = mask.text(f"before {shown} after")
    assert struck.startswith("before ") and struck.endswith(" after") and "p4ss" not in struck and MASK in struck
    assert mask.data(b"\xff" + shown.encode() + b"\xfe") == b"\xff" + MASK.encode() + b"\xfe"


@given(user=st.text(max_size=12), more=st.binary(max_size=5))
def test_nothing_of_it_is_left_where_it_was_encoded_with_something_around_it(user: str, more: bytes) -> None:
    secret = "tok-3n-of-some-length"
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        word = encode(user.encode() + b":" + secret.encode() + more).decode()
        assert Mask([secret]).text(f"Authorization: Basic {word}, next") == f"Authorization: Basic {MASK}, next"


def test_data_is_looked_through_however_deep() -> None:
    given = {"paths": ["/x/hunter22", ("hunter22",)], "hunter22": 1, "n": None}
    assert Mask(["hunter22"]).value(given) == {"paths": [f"/x/{MASK}", [MASK]], MASK: 1, "n": None}


def test_the_longer_of_two_secrets_goes_whole() -> None:
    assert Mask(["abc", "abcdef", ""]).text("abcdef abc") == f"{MASK} {MASK}"


def test_a_long_text_without_a_gap_is_looked_through_in_no_time() -> None:
    text = "A" * 1_000_000
    assert Mask(["tok-3n-of-some-length"]).text(text) == text


def test_only_a_secret_that_is_no_word_by_chance_is_looked_for_in_what_people_wrote() -> None:
    assert Mask(["k4nary/+ü-hunter2"]).stands_in("see k4nary/%2B%C3%BC-hunter2 there")
    assert not Mask(["printer", ""]).stands_in("the printer is on fire")
