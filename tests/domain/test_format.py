from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from opstui.domain.format import clock_left, moment, plural, priority_word
from tests.support.build import MORNING

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2026-11-20 08:05", "08:05"),
        ("2026-11-19 17:20", "Thu 17:20"),
        ("2026-11-23 09:00", "Mon 09:00"),
        ("2026-11-27 09:00", "27 Nov 09:00"),
        ("2026-11-13 09:00", "13 Nov 09:00"),
        ("2025-12-03 09:00", "3 Dec 2025"),
    ],
)
def test_a_moment_is_as_short_as_it_can_be(at: str, text: str) -> None:
    assert moment(datetime.fromisoformat(at).replace(tzinfo=BERLIN), MORNING, BERLIN) == text


def test_small_words() -> None:
    assert moment(None, MORNING, BERLIN) == ""
    assert (clock_left(2280), clock_left(-720)) == ("38m", "-12m")
    assert (priority_word(1), priority_word(None), priority_word(9)) == ("critical", "", "")
    assert (plural(1, "item"), plural(3, "item"), plural(2, "entry", "entries")) == ("1 item", "3 items", "2 entries")
