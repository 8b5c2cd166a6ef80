"""The head of every pane: now among the day's stops, what is late, what is left, which source is in trouble; at any width."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.calendar import WorkCalendar
from opstui.domain.rail import Rail, Stop, fixed, rail
from opstui.domain.views import SourceState
from opstui.ui.present import ASCII, Look, line_width
from opstui.ui.widgets.day_line import day_line
from tests.support.build import MORNING
from tests.support.host import HOSTILE, LOOK

DAY = fixed(WorkCalendar(), MORNING.date(), time(10), time(17))
KEYS = {"app.standup": "2"}


def at(hour: int, minute: int = 0) -> datetime:
    return MORNING.replace(hour=hour, minute=minute)


def a_rail(now: datetime, *extra: Stop, **more: Any) -> Rail:
    return Rail(True, rail(now, DAY, extra=extra, **more), 14)


def a_source(name: str, state: str, **more: Any) -> SourceState:
    """A source's health."""
    return SourceState(name, "csv", True, state, MORNING - timedelta(hours=2), None, None, 1, 0, **more)


def said(cells: int, now: datetime, here: str = "Triage 14 left", shown: Rail | None = None, **more: Any) -> str:
    line, _ = day_line(cells, now, LOOK, here, a_rail(now) if shown is None else shown, **more)
    assert line_width(line) <= cells
    return "".join(text for text, _ in line)


@given(st.integers(40, 220))
def test_it_fits_and_keeps_what_matters(cells: int) -> None:
    text = said(cells, MORNING, sources=[a_source("mail", "stale"), a_source("jira", "ok")])
    assert "● Triage 14 left" in text
    assert ("! mail stale 2h" if cells >= 80 else "! mail") in text
    assert "jira" not in text
    assert "08:05" in text


@given(
    cells=st.integers(40, 220),
    minute=st.integers(0, 24 * 60 - 1),
    held=st.booleans(),
    place=st.sampled_from(["app.triage", "app.standup", "app.log"]),
    names=st.lists(st.sampled_from(["Weekly review", "Walk the floor", "班次交接", HOSTILE]), max_size=4, unique=True),
    bad=st.integers(0, 4),
    ascii=st.booleans(),
)
def test_no_width_hour_or_name_makes_it_longer_than_its_line(
    cells: int, minute: int, held: bool, place: str, names: list[str], bad: int, ascii: bool
) -> None:
    now = at(0) + timedelta(minutes=minute)
    look = Look(LOOK.zone, ASCII if ascii else LOOK.glyphs)
    routines = [Stop(name, at(9), "late", "app.routines") for name in names]
    day = Rail(True, rail(now, DAY, {"Stand-up": at(10, 14)} if held else {}, routines), 1234)
    sources = [a_source(f"source{n}", "failed") for n in range(bad)]
    line, spans = day_line(cells, now, look, "Log", day, sources, place=place, keys=KEYS)
    text = "".join(piece for piece, _ in line)
    assert line_width(line) <= max(cells, 44)
    assert "Log" in text and "\x1b" not in text
    assert all(first < last for first, last, _ in spans)
    assert [span[0] for span in spans] == sorted(span[0] for span in spans)


@pytest.mark.parametrize(
    ("state", "words"), [("refused", "! log refused"), ("never", "! log never read"), ("failed", "! log failed")]
)
def test_trouble_is_told_by_its_word_and_an_age_only_of_what_is_stale(state: str, words: str) -> None:
    assert said(120, MORNING, sources=[a_source("log", state)]).endswith(words)


def test_it_counts_down_to_the_next_stop_only() -> None:
    text = said(160, MORNING)
    assert "● Triage 14 left  ──○──  Stand-up 10:00 in 1h 55m  ──○──  Handoff 17:00" in text


def test_the_now_mark_stands_between_what_is_over_and_what_comes() -> None:
    now = at(11)
    text = said(160, now, shown=a_rail(now, held={"Stand-up": at(10, 14)}))
    assert "✓ Stand-up 10:14  ──  ● Triage 14 left  ──○──  Handoff 17:00 in 6h" in text
    assert "Stand-up" not in said(60, now, shown=a_rail(now, held={"Stand-up": at(10, 14)}))


@pytest.mark.parametrize("cells", [60, 80, 120, 160])
def test_a_stand_up_that_was_not_held_is_late_at_every_width_with_the_key_that_leads_there(cells: int) -> None:
    text = said(cells, at(10, 35), keys=KEYS)
    assert f"2 Stand-up 35m late{' ─ ' if cells < 100 else '  ──  '}● Triage 14 left" in text
    assert "○ Stand-up 35m late" in said(cells, at(10, 35))
    assert "late" not in said(cells, at(10, 35), "Stand-up", place="app.standup")


@pytest.mark.parametrize("cells", [60, 80, 160])
def test_a_handoff_whose_time_has_passed_is_told_at_every_width(cells: int) -> None:
    text = said(cells, at(17, 30))
    assert "Handoff 30m ago" in text and text.index("ago") < text.index("●")
    assert ("Stand-up not held" in text) is (cells > 80) and "late" not in text


def test_nothing_is_late_under_a_minute_and_later_by_whole_ones() -> None:
    late = [Stop("Stand-up", at(10), "late", "app.standup")]
    for seconds, words in (
        (5, "Stand-up 10:00 now"),
        (59, "Stand-up 10:00 now"),
        (60, "Stand-up 1m late"),
        (119, "Stand-up 1m late"),
    ):
        now = at(10) + timedelta(seconds=seconds)
        text = said(120, now, shown=Rail(True, tuple(late), 14), keys=KEYS)
        assert f"2 {words}" in text and ("late" in text) is (seconds >= 60), text


def test_a_stand_up_under_way_is_not_late() -> None:
    now = at(10, 5)
    text = said(120, now, shown=a_rail(now, under_way={"Stand-up"}), keys=KEYS)
    assert "2 Stand-up under way  ──  ● Triage 14 left" in text and "late" not in text


def test_near_its_time_a_stop_names_its_key() -> None:
    assert "──○──  2 Stand-up 10:00 in 8m" in said(120, at(9, 52), keys=KEYS)
    assert "──○──  Stand-up 10:00 in 2h" in said(120, at(8), keys=KEYS)


def test_a_block_stands_with_its_end_and_is_never_late() -> None:
    block = Stop("SOP rewrite", at(14), until=at(16))
    assert "──○──  SOP rewrite 14:00–16:00 in 2h" in said(160, at(12), shown=a_rail(at(12), block, held={"Stand-up": at(10)}))
    assert "SOP rewrite until 16:00  ──  ●" in said(160, at(15), shown=a_rail(at(15), block, held={"Stand-up": at(10)}))
    assert "SOP" not in said(160, at(16, 30), shown=a_rail(at(16, 30), block))


def test_at_80_cells_now_next_and_trouble_are_kept() -> None:
    text = said(80, MORNING, sources=[a_source("mail", "stale")])
    assert "● Triage 14 left" in text and "Stand-up 10:00 in 1h 55m" in text and text.endswith("! mail stale 2h")
    text = said(80, at(10, 35), sources=[a_source("mail", "stale")])
    assert "Stand-up 35m late ─ ● Triage 14 left ─○─ Handoff 17:00" in text and text.endswith("! mail")


def test_other_panes_say_what_is_left_too() -> None:
    assert "● Log · 14 left  ──○──  Stand-up" in said(120, MORNING, "Log", place="app.log")
    assert "· 14 left" not in said(120, MORNING)


def test_a_day_that_is_not_worked_says_so_and_has_no_stops() -> None:
    text = said(80, MORNING, shown=Rail(False, (), 14))
    assert "not a working day" in text and "Handoff" not in text and "Stand-up" not in text


def test_more_late_stops_than_two_are_counted() -> None:
    late = [Stop(f"Round {n}", at(9), "late", "app.routines") for n in range(5)]
    text = said(160, at(9, 30), shown=a_rail(at(9, 30), *late))
    assert "Round 0 30m late" in text and "Round 1 30m late" in text and "+3  ● Triage" in text and "Round 2" not in text


def test_what_is_clicked_leads_where_it_says() -> None:
    now = at(10, 35)
    line, spans = day_line(160, now, LOOK, "Log", a_rail(now), [a_source("mail", "stale")], place="app.log", keys=KEYS)
    text = "".join(piece for piece, _ in line)
    where = {action: text[first:last] for first, last, action in spans if text[first:last].strip() and text[first:last] != "2 "}
    assert where["app.standup"] == "Stand-up 35m late"
    assert where["app.triage"].endswith("14 left")
    assert where["app.sources"].strip() == "! mail stale 4h"
