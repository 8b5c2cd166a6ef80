"""One line for the parking lot, read kindly."""

from __future__ import annotations

import pytest

from opstui.domain.parking import MINUTES, Topic, parse_topic
from opstui.errors import UsageError

KNOWN = {"bo": "Bo Lind", "bo lind": "Bo Lind", "dee": "Dee Park", "blind@example.com": "Bo Lind"}


def known(name: str) -> str:
    return KNOWN.get(name.casefold(), "")


@pytest.mark.parametrize(
    ("typed", "text", "people", "minutes"),
    [
        ("forklift rental @bo @dee 10m", "forklift rental", ("Bo Lind", "Dee Park"), 10),
        ("forklift rental, bo, dee, 10m", "forklift rental", ("Bo Lind", "Dee Park"), 10),
        ("forklift rental", "forklift rental", (), MINUTES),
        ("@bo forklift 5 min rental", "forklift rental", ("Bo Lind",), 5),
        ("roster, holidays, Bo, 1h", "roster, holidays", ("Bo Lind",), 60),
        ('lease @"Bo Lind" @bo @Bo_Lind', "lease", ("Bo Lind",), MINUTES),
        ("lease @zed 0m", "lease", ("zed",), 1),
        ("mail bo@example.com about dock 7", "mail bo@example.com about dock 7", (), MINUTES),
        ("24h cover and 15m breaks", "24h cover and breaks", (), 15),
        ("  two \x1b[31m  lines\nof text ", "two lines of text", (), MINUTES),
        ("marathon 999m", "marathon", (), 480),
    ],
)
def test_topic_people_and_minutes_are_found_wherever_they_stand(
    typed: str, text: str, people: tuple[str, ...], minutes: int
) -> None:
    assert parse_topic(typed, known) == (text, people, minutes)


@pytest.mark.parametrize("typed", ["", "  ", "@bo 10m", ", ,", "bo, dee"[:0]])
def test_a_topic_needs_words(typed: str) -> None:
    with pytest.raises(UsageError, match="nothing to park"):
        parse_topic(typed, known)


def test_a_topic_says_itself_in_a_line() -> None:
    assert Topic("Lease", ("Bo Lind",)).summary == "Lease (Bo Lind)"
