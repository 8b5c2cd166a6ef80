"""What the stand-up says, as data: exactly as wide as asked, whatever stands in it, and nothing that is not known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain import standup as walk
from opstui.domain.boardviews import PersonLoad
from opstui.domain.drafting import Hand
from opstui.domain.kinds import Place, Stage
from opstui.domain.minutes import Line, Minutes, Spoken
from opstui.domain.parking import Topic
from opstui.domain.standup import Draft, Heard, Said, Turn
from opstui.services.desk.standup import Tile
from opstui.store.records import Kept
from opstui.ui.present import ASCII, UNICODE, Look, line_width
from opstui.ui.present_standup import (
    load_pieces,
    minutes_page,
    round_head,
    tile_line,
    tile_page,
    time_piece,
    topic_line,
    topic_page,
)
from tests.support.build import MORNING
from tests.support.host import HOSTILE

LOOKS = [Look(), Look(glyphs=ASCII)]
words = st.sampled_from(["", "Bo", "Payroll batch failed, 2nd night in a row", HOSTILE, "今月の在庫差異レポート", "x" * 200])


def a_tile(name: str, text: str, in_work: int = 2, capacity: int = 4, turn: Turn | None = None) -> Tile:
    said = (Said(text, ("helpdesk:INC4711",)), Said(text, ()), Said(text, ("a:1", "b:2")))
    hand = Hand("helpdesk:INC1", text, name, Stage.BLOCKED, Place.QUEUE, text)
    load = PersonLoad(name, 9, in_work, capacity, MORNING - timedelta(days=9))
    return Tile(turn or Turn(name or "Ana"), Draft(said, said, said), load, (hand,) * 3)


@given(words, words, st.integers(30, 160), st.sampled_from(LOOKS), st.integers(0, 30), st.integers(0, 9))
def test_lines_and_pages_never_leave_their_cells(
    name: str, text: str, cells: int, look: Look, in_work: int, capacity: int
) -> None:
    tile = a_tile(name, text, in_work, capacity)
    standup = walk.start("2026-11-20", [tile.turn.person], MORNING)
    now = MORNING + timedelta(seconds=150)
    assert line_width(tile_line(tile, max(cells, 60), now, look, standup)) <= max(cells, 60)
    for line in tile_page(tile, cells, now, look, standup, MORNING):
        assert line_width(line) <= cells, line
    kept = Kept("topic", Topic(text or "Lease", (name or "Bo",) * 3), MORNING, name or "Ana", "u", ref="helpdesk:INC1")
    assert line_width(topic_line(kept, cells, now, look)) <= cells
    for line in topic_page(kept, cells, now, look, text):
        assert line_width(line) <= cells, line
    minutes = Minutes(
        *("2026-11-20", now, look.zone, "u", MORNING, now, 150, 900, 60),
        people=(Spoken(name or "Ana", "spoken", 90, (Line(text, ("helpdesk:INC4711", "b:2", "c:3")),), (Line(text),), ()),),
        blockers=(Heard("u", text, "jira:OPS-61", name, text, 2),),
    )
    for line in minutes_page(minutes, cells, look):
        assert line_width(line) <= cells, line


def test_the_time_is_amber_from_the_moment_it_is_too_long() -> None:
    standup = walk.start("2026-11-20", ["Bo"], MORNING, each_s=120)
    turn = standup.turns[0]
    assert time_piece(turn, standup, MORNING + timedelta(seconds=120)) == ("2:00", "text")
    assert time_piece(turn, standup, MORNING + timedelta(seconds=121)) == ("2:01", "warning")
    assert time_piece(turn, None, MORNING) == ("", "muted")


@pytest.mark.parametrize(
    ("in_work", "capacity", "said"),
    [
        (0, 4, "▯▯▯▯ 0/4"),
        (1, 4, "▮▯▯▯ 1/4"),
        (3, 4, "▮▮▮▯ 3/4"),
        (5, 4, "▮▮▮▮ 5/4 over"),
        (1, 10, "▮▯▯▯ 1/10"),
        (0, 0, "away"),
        (2, 0, "away, 2 left"),
    ],
)
def test_load_is_said_against_capacity(in_work: int, capacity: int, said: str) -> None:
    pieces = load_pieces(PersonLoad("Bo", 9, in_work, capacity, None), Look())
    assert "".join(text for text, _ in pieces).rstrip() == said


def test_the_head_counts_who_is_there_and_says_what_was_left_out() -> None:
    look = Look(glyphs=UNICODE)
    standup = walk.absent(walk.start("2026-11-20", ["A", "B", "C"], MORNING), "C", MORNING)
    assert round_head(standup, MORNING + timedelta(seconds=252), look) == "Stand-up 0 of 2 · 4:12 of 15:00"
    late = MORNING + timedelta(hours=1)
    assert round_head(standup, late, look) == "Stand-up 0 of 2 · 0:00 of 15:00, 1:00:00 left out"
    assert round_head(walk.finish(standup, MORNING), late, look) == "Stand-up"
    assert round_head(None, late, look) == "Stand-up"
