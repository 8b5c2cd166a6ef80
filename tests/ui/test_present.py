"""What a line of the queue says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.model import Kind, Place, Stage
from opstui.domain.views import QueueRow, SourceState, SplitCount
from opstui.domain.when import span
from opstui.ui.panes.queue import SIDE, WIDE, widths
from opstui.ui.present import (
    ASCII,
    LEAST,
    TIME,
    Look,
    columns,
    glyph,
    line_width,
    moved_words,
    owner,
    queue_line,
    time_cell,
    why_here,
)
from opstui.ui.widgets.foot_line import foot_line, message_lines
from opstui.ui.widgets.splits_bar import splits_line
from tests.support.build import MORNING
from tests.support.host import HOSTILE, LONDON, LOOK
from tests.ui.test_cells import AWKWARD


def a_row(**more: Any) -> QueueRow:
    """A row of the queue, an hour old."""
    values: dict[str, Any] = {
        "id": 1,
        "ref": "helpdesk:INC1",
        "source": "helpdesk",
        "kind": Kind.TICKET,
        "title": "Dock 7 scanner rejects every label",
        "status": "Open",
        "stage": Stage.TODO,
        "priority": 3,
        "priority_label": "",
        "owner": "Bo Lind",
        "owner_state": "ok",
        "created": MORNING - timedelta(hours=1),
        "updated": MORNING - timedelta(hours=1),
        "due": None,
        "sla_due": None,
        "sla_left_s": None,
        "rank": 10.0,
        "why": "priority=10",
        "place": Place.QUEUE,
        "until": None,
        "target": "",
        "blocks": 0,
        "new": False,
        "moved": (),
    }
    return QueueRow(**(values | more))


def due_in(**span: float) -> dict[str, Any]:
    """An SLA clock that runs out after a span."""
    left = timedelta(**span)
    return {"sla_due": MORNING + left, "sla_left_s": int(left.total_seconds())}


@given(AWKWARD, AWKWARD, AWKWARD, st.integers(20, 220), st.booleans(), st.integers(1, 40))
def test_a_line_is_exactly_as_wide_as_its_grid(title: str, who: str, ref: str, cells: int, narrow: bool, size: int) -> None:
    grid = columns(cells, len(ref), narrow=narrow)
    row = a_row(title=title, owner=who, ref=ref, group_size=size, group_first=MORNING, group_last=MORNING)
    least = 3 + grid.ref + 2 + 4 + grid.time + 2
    assert line_width(queue_line(row, grid, MORNING, LOOK, cursor=True, marked=True)) == max(cells, least)


@pytest.mark.parametrize(
    ("more", "sign", "tone"),
    [
        (due_in(minutes=-12), "▲", "error"),
        (due_in(minutes=38), "▲", "warning"),
        (due_in(hours=5) | {"new": True}, "●", "text"),
        ({"stage": Stage.BLOCKED, "new": True}, "■", "text"),
        ({"moved": ("status",)}, "◆", "text"),
        ({"owner": None, "owner_state": "none"}, "◌", "muted"),
        ({"place": Place.WAITING}, "◔", "muted"),
        ({"place": Place.DONE}, "✓", "muted"),
        ({}, " ", "muted"),
    ],
)
def test_one_sign_says_what_matters_most(more: dict[str, Any], sign: str, tone: str) -> None:
    assert glyph(a_row(**more), MORNING, LOOK) == (sign, tone)


@pytest.mark.parametrize(
    ("more", "text", "tone"),
    [
        (due_in(minutes=-12), "SLA -12m", "error"),
        (due_in(minutes=38), "SLA 38m", "warning"),
        (due_in(hours=7, minutes=47), "SLA 7h 47m", "muted"),
        ({"sla_left_s": 7800}, "paused 2h 10m", "muted"),
        ({"due": MORNING + timedelta(hours=3)}, "today", "warning"),
        ({"due": MORNING + timedelta(hours=25)}, "tomorrow", "muted"),
        ({"due": MORNING + timedelta(days=3)}, "due Mon", "muted"),
        ({"due": MORNING - timedelta(days=3)}, "due -3d", "warning"),
        ({"place": Place.SNOOZED, "until": MORNING + timedelta(days=3)}, "Mon 08:05", "muted"),
        ({}, "1h", "muted"),
    ],
)
def test_the_time_that_matters_most(more: dict[str, Any], text: str, tone: str) -> None:
    assert time_cell(a_row(**more), MORNING, LOOK) == (text, tone)


@pytest.mark.parametrize("minutes", [174, -174, 1439, -1439, 9 * 1440 - 1])
@pytest.mark.parametrize("paused", [False, True])
def test_a_clock_keeps_its_minutes_in_the_list(minutes: int, paused: bool) -> None:
    more = {"sla_left_s": minutes * 60} if paused else due_in(minutes=minutes)
    text, _ = time_cell(a_row(**more), MORNING, LOOK, TIME)
    assert len(text) <= TIME
    assert span(minutes * 60).replace(" ", "") in text.replace(" ", "")


def list_cells(screen: int) -> tuple[int, bool]:
    """Cells of the list on a screen of some columns, and whether nothing stands beside it."""
    if screen < SIDE:
        return screen - 1, True
    detail, timeline = widths(screen, screen >= WIDE)
    return screen - detail - 2 - (timeline + 1 if timeline else 0), False


@pytest.mark.parametrize(("ref", "key"), [(16, 7), (12, 6), (24, 15), (9, 3)])
def test_a_wider_screen_never_has_a_shorter_title(ref: int, key: int) -> None:
    def title(screen: int) -> int:
        cells, narrow = list_cells(screen)
        return columns(cells, ref, key, narrow=narrow).title

    for first, last in ((60, SIDE), (SIDE, 400)):  # from SIDE on the detail beside the list has the title too
        assert [title(screen) for screen in range(first, last)] == sorted(title(screen) for screen in range(first, last))
    if key < 8:  # longer keys are whole too, and the title pays
        assert min(title(screen) for screen in range(80, 400)) >= min(title(80), LEAST)


@pytest.mark.parametrize("screen", [60, 80, 100, 104, 110, 120, 160, 200])
def test_a_ref_is_never_cut_only_its_source_gives_way(screen: int) -> None:
    cells, narrow = list_cells(screen)
    grid = columns(cells, 16, 7, narrow=narrow)
    text = "".join(text for text, _ in queue_line(a_row(ref="helpdesk:INC4711"), grid, MORNING, LOOK))
    assert "INC4711 " in text
    assert ("helpdesk:INC4711" in text) is not grid.keyed


def test_an_owner_that_is_missing_or_unclear_stands_out() -> None:
    assert owner(a_row(owner=None, owner_state="none"), LOOK) == "◌ none"
    assert owner(a_row(owner="Cy / Dee", owner_state="ambiguous"), LOOK) == "? Cy / Dee"


def test_reasons_are_said_where_no_other_column_does() -> None:
    row = a_row(why="sla=40,priority=21,blocks_others=15,unowned=12,vip=8", priority=2, blocks=3, moved=("status",))
    assert why_here(row, MORNING, LOOK) == "high · blocks 3 · VIP · moved: status"


MOVES = (("priority", "Medium", "Highest", "Bo Lind"), ("body", "a", "b", "Bo Lind"))


@pytest.mark.parametrize(
    ("more", "cells", "words"),
    [
        ({"moved": ("priority", "body"), "moves": MOVES}, 60, "priority Medium→Highest, body · Bo Lind"),
        ({"moved": ("priority", "body"), "moves": MOVES}, 25, "priority, body · Bo Lind"),
        ({"moved": ("priority", "body"), "moves": MOVES}, 15, "priority, body"),
        ({"moved": ("owner",), "moves": (("owner", "", "Cy Moss", ""),)}, 30, "owner –→Cy Moss"),
        ({"new": True}, 30, "new"),
        ({"group_size": 2}, 30, "again ×2"),
        ({"group_size": 2, "moved": ("status",), "moves": (("status", "Open", "New", ""),)}, 40, "again ×2 · status Open→New"),
    ],
)
def test_among_what_changed_a_line_says_what_moved_and_who_moved_it(more: dict[str, Any], cells: int, words: str) -> None:
    assert moved_words(a_row(**more), cells, LOOK) == words


def test_every_line_of_what_changed_has_a_sign() -> None:
    grid = columns(120, 16, 7, moved=True)
    line = queue_line(a_row(group_size=2), grid, MORNING, LOOK)
    assert line[1][0] == "◆ " and line_width(line) == 120


def test_the_ascii_set_writes_nothing_else() -> None:
    look = Look(LONDON, ASCII)
    rows = [a_row(**due_in(minutes=-1)), a_row(owner=None, owner_state="none"), a_row(title="x" * 200, group_size=4)]
    for row in rows:
        text = "".join(text for text, _ in queue_line(row, columns(120), MORNING, look, cursor=True))
        assert text.isascii()


def test_hostile_text_stays_in_its_column() -> None:
    line = queue_line(a_row(title=HOSTILE), columns(100), MORNING, LOOK)
    assert line_width(line) == 100
    assert "\x1b" not in "".join(text for text, _ in line)


def a_source(name: str, state: str, **more: Any) -> SourceState:
    """A source's health."""
    return SourceState(name, "csv", True, state, MORNING - timedelta(hours=2), None, None, 1, 0, **more)


@given(st.integers(30, 220), st.integers(0, 4))
def test_the_chosen_split_is_always_shown(cells: int, active: int) -> None:
    splits = [SplitCount(name, "q", count) for name, count in (("Breaching", 3), ("Overnight", 9), ("Mine", 0), ("KPI", 1))]
    splits.append(SplitCount("All", "", 14))
    line, places = splits_line(cells, LOOK, splits, active, [("since Thu 17:20", "muted")])
    assert any(index == active for index, _, _ in places)
    assert ("Mine 0" in "".join(text for text, _ in line)) == (active == 2)


@given(st.integers(40, 220), st.integers(0, 4))
def test_splits_without_room_are_counted_and_all_is_always_there(cells: int, active: int) -> None:
    splits = [SplitCount(name, "q", count) for name, count in (("Breaching", 3), ("Overnight", 9), ("Mine", 4), ("KPI", 1))]
    splits.append(SplitCount("All", "", 42375))
    line, places = splits_line(cells, LOOK, splits, active, [("since Thu 17:20", "muted")])
    text = "".join(text for text, _ in line)
    assert line_width(line) <= cells
    assert "All 42,375" in text
    assert (f"+{5 - len(places)} " in text) is (len(places) < 5)


def test_a_count_that_is_not_known_in_this_view_is_not_told() -> None:
    splits = [SplitCount("Breaching", "q", -1), SplitCount("Mine", "q", 2), SplitCount("All", "", -1)]
    text = "".join(text for text, _ in splits_line(80, LOOK, splits, 1, [])[0])
    assert text.split() == ["Breaching", "Mine", "2", "All"]


@given(st.integers(40, 220))
def test_an_answer_at_the_foot_is_told_to_its_last_word(cells: int) -> None:
    text = "Cannot write: the disk that holds the store is full. Make room and press the key again, or see opstui doctor"
    lines = message_lines([(text, "error")], cells, [("z", "key"), (" undo: snooze", "muted")])
    assert all(line_width(line) <= cells for line in lines)
    said = " ".join(" ".join(part for part, _ in line) for line in lines)
    assert " ".join(said.split()).removesuffix("z undo: snooze").strip() == text


@given(st.integers(20, 220))
def test_help_is_the_last_hint_to_go(cells: int) -> None:
    hints = [(f"item.{word}", word[0], word) for word in ("accept", "owner", "snooze", "escalate", "done", "filter", "help")]
    line, spans = foot_line(cells, LOOK, [("14 left", "muted")], hints, [("z", "key"), (" undo: snooze", "muted")])
    assert len(spans) <= 6
    if spans:
        assert spans[-1][2] == "item.help"
    text = "".join(text for text, _ in line)
    for first, last, action in spans:
        assert text[first:last].endswith(action.partition(".")[2])
