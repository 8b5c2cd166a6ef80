"""Escalation: the ladder, its times, and the page an executive gets."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain import escalation, escalation_text
from opstui.domain.calendar import WorkCalendar
from opstui.domain.escalation import Choice, Escalation, Fact, Ladder, Missed, Outcome, Rung
from tests.support.build import MORNING

WORK = WorkCalendar(ZoneInfo("Europe/London"), time(8), time(17))
LADDER = Ladder((Rung("Cy Moss", 1800, 4 * 3600), Rung("Marta Voss", 3600)), WORK)


def asked(**more: object) -> Escalation:
    return replace(Escalation("Cy Moss", step=1, steps=2, acknowledge_by=MORNING + timedelta(minutes=30)), **more)


def test_the_first_step_is_asked_first_and_the_next_one_when_it_was_missed() -> None:
    soon, late = MORNING + timedelta(minutes=29), MORNING + timedelta(minutes=30)
    assert LADDER.after(None, MORNING) == 1
    assert LADDER.after(asked(), soon) == 1
    assert LADDER.after(asked(), late) == 2
    assert LADDER.after(asked(outcome=Outcome.REFUSED), soon) == 2
    assert LADDER.after(asked(step=2), late) == 2  # it ends there
    assert LADDER.after(asked(outcome=Outcome.RESOLVED), late) == 1
    assert LADDER.after(asked(step=0, to="Somebody"), late) == 1
    assert Ladder().after(asked(), late) == 0


def test_acknowledged_is_not_resolved() -> None:
    one = asked(acknowledged=MORNING, resolve_by=MORNING + timedelta(hours=4))
    assert not escalation.missed(one, MORNING + timedelta(hours=1))
    assert escalation.missed(one, MORNING + timedelta(hours=4))
    assert not escalation.missed(replace(one, outcome=Outcome.RESOLVED), MORNING + timedelta(hours=9))


def test_the_times_of_a_step_count_working_hours_or_all() -> None:
    evening = MORNING.replace(hour=16, minute=30)
    acknowledge, resolve = LADDER.due(1, evening)
    assert acknowledge == MORNING.replace(hour=17, minute=0)
    assert resolve == (MORNING + timedelta(days=3)).replace(hour=11, minute=30)  # Monday
    assert replace(LADDER, calendar=None).due(1, evening)[1] == evening + timedelta(hours=4)
    assert LADDER.due(2, evening)[1] is None
    assert LADDER.due(0, evening) == LADDER.due(3, evening) == (None, None)


def test_a_person_is_found_on_the_ladder_however_the_name_is_written() -> None:
    assert (LADDER.step_of("cy moss"), LADDER.step_of("Marta Voss"), LADDER.step_of("Nobody")) == (1, 2, 0)


@pytest.mark.parametrize(
    ("line", "choice"),
    [
        ("rent a scanner -> 200 a day", Choice("rent a scanner", "200 a day")),
        ("wait → the dock stays shut", Choice("wait", "the dock stays shut")),
        ("  wait  ", Choice("wait")),
        ("a -> b -> c", Choice("a", "b -> c")),
        ("-> only a consequence", None),
        ("   ", None),
    ],
)
def test_an_option_is_a_line_with_its_consequence(line: str, choice: Choice | None) -> None:
    assert escalation.choice(line) == choice
    if choice:
        assert escalation.choice(escalation.choice_line(choice)) == choice


PAGE = """\
# Decision needed by Fri 20 Nov 12:05: Who pays for the rental?

To Marta Voss, from Ana Ruiz. About helpdesk:INC1, Dock 7 scanner rejects every label.
Cy Moss was asked Thu 19 Nov 16:00 and did not answer by Thu 19 Nov 17:00.

## Situation
- Blocked since Thu 19 Nov 02:10 (1 working day)
- Stops 2 others

## Options
1. Rent one: 200 a day (recommended)
2. Wait: the dock stays shut

## Recommended
Option 1, Rent one: it is cheaper than the dock

## Meanwhile
Bo Lind owns it.
Please say that you have it by Fri 20 Nov 09:05, and decide by Fri 20 Nov 12:05."""


def a_letter() -> Escalation:
    return Escalation(
        "Marta Voss",
        "Who pays for the rental?",
        (Fact("Blocked since Thu 19 Nov 02:10 (1 working day)", "On hold"), Fact("Stops 2 others", "links")),
        (Choice("Rent one", "200 a day"), Choice("Wait", "the dock stays shut")),
        1,
        "it is cheaper than the dock",
        "Bo Lind",
        acknowledge_by=MORNING + timedelta(hours=1),
        resolve_by=MORNING + timedelta(hours=4),
        earlier=(Missed("Cy Moss", MORNING.replace(day=19, hour=16, minute=0), MORNING.replace(day=19, hour=17, minute=0)),),
    )


def test_the_page_says_what_is_asked_by_when_the_facts_the_choices_and_one_of_them() -> None:
    text = escalation_text.escalation_text(a_letter(), "helpdesk:INC1", "Dock 7 scanner rejects every label", "Ana Ruiz", UTC)
    assert text == PAGE


def test_as_plain_text_it_says_the_same_without_marks() -> None:
    text = escalation_text.escalation_text(
        a_letter(), "helpdesk:INC1", "Dock 7 scanner rejects every label", "Ana Ruiz", UTC, markdown=False
    )
    assert text == re.sub(r"(?m)^# ", "", re.sub(r"(?m)^## (.*)$", r"\1:", PAGE))


def test_one_who_had_it_and_did_not_decide_is_told_apart_from_one_who_never_answered() -> None:
    before = Missed("Cy Moss", MORNING, MORNING + timedelta(hours=4), acknowledged=MORNING + timedelta(minutes=5))
    text = escalation_text.escalation_text(replace(a_letter(), earlier=(before,)), "a:1", "T", "Ana", UTC)
    assert (
        "Cy Moss was asked Fri 20 Nov 08:05 and had it from Fri 20 Nov 08:10; nothing was decided by Fri 20 Nov 12:05." in text
    )


def test_with_nothing_written_it_still_asks_for_an_answer() -> None:
    text = escalation_text.escalation_text(Escalation("Cy Moss"), "a:1", "Payroll failed", "Ana", UTC)
    assert text.splitlines()[0] == "# Decision needed: Payroll failed"
    assert "Nobody owns it yet." in text and "Please answer when you can." in text


words = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12), max_size=80
).map(" ".join)
moments = st.none() | st.integers(0, 10_000).map(lambda minutes: MORNING + timedelta(minutes=minutes))
letters = st.builds(
    Escalation,
    words,
    words,
    st.lists(st.builds(Fact, words, words), max_size=12).map(tuple),
    st.lists(st.builds(Choice, words, words), max_size=9).map(tuple),
    st.integers(0, 9),
    words,
    words,
    acknowledge_by=moments,
    resolve_by=moments,
    earlier=st.lists(st.builds(Missed, words, st.just(MORNING), moments, moments, st.booleans(), words), max_size=4).map(tuple),
)


@given(letters, words, words, st.booleans())
def test_it_is_always_less_than_a_page(one: Escalation, title: str, by: str, markdown: bool) -> None:
    text = escalation_text.escalation_text(one, "helpdesk:INC4711", title, by, UTC, markdown=markdown)
    assert len(text.splitlines()) <= escalation_text.LINES
    assert len(text.split()) <= escalation_text.WORDS
    assert all(len(line) <= 1000 for line in text.splitlines())


def test_a_day_without_work_is_no_working_time_of_a_step() -> None:
    holiday = WorkCalendar(ZoneInfo("Europe/London"), time(8), time(17), holidays=frozenset({date(2026, 11, 20)}))
    due, _ = Ladder((Rung("Cy Moss", 3600),), holiday).due(1, MORNING)
    assert due == (MORNING + timedelta(days=3)).replace(hour=9, minute=0)
