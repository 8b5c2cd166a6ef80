"""The domain gets its rules from settings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from opstui.config.load import load
from opstui.config.rules import rules
from opstui.config.settings import Settings
from opstui.domain.urgency import WEIGHTS
from tests.config.support import loaded

TEXT = """
[day]
timezone = "Europe/Berlin"
start = "07:30"
handoff = "16:00"
workdays = ["mon", "sat"]
holidays = ["2026-12-25"]
[me]
name = "Ana Ruiz"
aliases = ["aruiz"]
[[people]]
name = "ana ruiz"
aliases = ["ar"]
email = "ana@example.com"
[[people]]
name = "Bo Lind"
vip = true
[triage]
weights = { sla = 50 }
stalled_after = "2d"
group = ["kpi"]
important_labels = ["Key Account"]
sla = [
  { name = "fast", when = "priority = critical", within = "4h", pause = ["Waiting for Customer"] },
  { name = "slow", within = "2d", calendar = "24x7" },
  { name = "steady", within = "1w" },
]
"""


def test_the_calendar_is_that_of_the_day(tmp_path: Path) -> None:
    calendar = rules(loaded(tmp_path, TEXT).settings).calendar
    assert (calendar.zone.key, calendar.start, calendar.end) == ("Europe/Berlin", time(7, 30), time(16))
    assert (calendar.workdays, calendar.holidays) == ({0, 5}, {date(2026, 12, 25)})


def test_an_end_of_its_own_counts_before_the_handoff(tmp_path: Path) -> None:
    assert rules(loaded(tmp_path, TEXT, day__end="18:00").settings).calendar.end == time(18)


def test_me_and_the_person_of_my_name_are_one(tmp_path: Path) -> None:
    people = rules(loaded(tmp_path, TEXT).settings).people
    assert all(people.is_me(spelling) for spelling in ("ANA RUIZ", "aruiz", "ar", "ana@example.com"))
    assert not people.is_me("Bo Lind")
    assert people.vip("bo lind")
    assert len(people.persons) == 2


def test_without_a_name_nobody_is_me() -> None:
    assert rules(Settings()).people.me is None


def test_promises_come_in_their_order(tmp_path: Path) -> None:
    found = rules(loaded(tmp_path, TEXT).settings)
    fast, slow, steady = found.slas
    assert (fast.name, fast.within_s, fast.calendar, fast.pause) == ("fast", 4 * 3600, found.calendar, {"waiting for customer"})
    assert (slow.when, slow.within_s, slow.calendar) == (None, 2 * 86400, None)
    assert fast.when is not None
    assert steady.within_s == 2 * (8 * 3600 + 1800), "a week is as many working days as a week has"


def test_the_rest_of_triage_arrives(tmp_path: Path) -> None:
    found = rules(loaded(tmp_path, TEXT).settings)
    assert (found.stalled_after_s, found.group_kinds, found.important_labels) == (2 * 86400, {"kpi"}, {"key account"})
    assert dict(found.weights) == {"sla": 50}


def test_the_defaults_rank_as_the_domain_does() -> None:
    from opstui.domain.urgency import Rules

    made, domain = rules(load(None, environ={"TZ": "UTC"}).settings), Rules()
    assert {**WEIGHTS, **made.weights} == WEIGHTS
    for name in ("slas", "stalled_after_s", "approval_words", "group_kinds", "important_labels"):
        assert getattr(made, name) == getattr(domain, name)


def test_a_night_shift_is_a_day(tmp_path: Path) -> None:
    text = '[day]\ntimezone = "UTC"\nstart = "22:00"\nhandoff = "06:00"\n'
    calendar = rules(loaded(tmp_path, text).settings).calendar
    evening, noon = datetime(2026, 11, 19, 22, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert calendar.next_close(evening) == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert calendar.working_seconds(evening, noon) == 8 * 3600
