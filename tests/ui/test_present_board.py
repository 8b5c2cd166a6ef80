"""The board as plain data: every line fits its cells, says the right thing, and gives way in the right order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opstui.domain.boardviews import BoardColumn, BoardRow, Card, PersonLoad, Spelling, StayLine, UnseenGroup
from opstui.domain.flow import past
from opstui.domain.kinds import Kind, Place, Stage
from opstui.domain.views import Linked, QueueRow
from opstui.ui.present import ASCII, Line, Look, line_width
from opstui.ui.present_board import (
    fold_line,
    group_line,
    head_line,
    key_cells,
    load_piece,
    row_line,
    short_names,
    spelling_line,
    strip_lines,
)
from opstui.ui.present_card import fold_page, row_page, spelling_page
from tests.support.build import MORNING

LOOK = Look()
DAY = 8 * 3600
HOSTILE = "Evil \x1b[31m‮ [red]👩‍👩‍👧 " + "long " * 40


def text(line: Line) -> str:
    return "".join(piece for piece, _ in line)


def tones(line: Line) -> set[str]:
    return {tone for piece, tone in line if piece.strip()}


def a_row(**more: Any) -> BoardRow:
    item: dict[str, Any] = {
        "id": 1,
        "ref": "jira:OPS-61",
        "source": "jira",
        "kind": Kind.TICKET,
        "title": "Badge rollout waits",
        "status": "In Review",
        "stage": Stage.DOING,
        "priority": 2,
        "priority_label": "",
        "owner": "Cy Moss",
        "owner_state": "ok",
        "created": MORNING,
        "updated": MORNING,
        "due": None,
        "sla_due": None,
        "sla_left_s": None,
        "rank": 5.0,
        "why": "",
        "place": Place.QUEUE,
        "until": None,
        "target": "",
        "blocks": 0,
        "new": False,
        "moved": (),
    }
    board = {name: more.pop(name) for name in ("pace", "changed", "blocked", "ageing", "stage") if name in more}
    row = QueueRow(**(item | more))
    return BoardRow(row, 2, board.pop("stage", "Review"), MORNING - timedelta(days=15), 11 * DAY, **board)


def a_column(**more: Any) -> BoardColumn:
    values = {"col": 2, "name": "Review", "over": False, "wip": 2, "total": 3, "changed": 2, "blocked": 0, "ageing": 1}
    return BoardColumn(**({**values, "rows": (), "folded": 3, "past": past([n * DAY for n in range(1, 21)])} | more))


def test_a_column_says_its_limit_what_moved_and_how_long_the_most_stay() -> None:
    assert text(head_line(a_column(), 80, LOOK, day_s=DAY)).split("   ")[:2] == ["Review 3/2 over", "2 moved · 1 ageing"]
    assert text(head_line(a_column(), 80, LOOK, day_s=DAY)).endswith("85 % leave within 17d")
    assert "warning" in tones(head_line(a_column(), 80, LOOK))
    assert "warning" not in tones(head_line(a_column(wip=3), 80, LOOK))
    assert text(head_line(a_column(wip=None, changed=0, ageing=0), 30, LOOK)).strip() == "Review 3"
    assert text(head_line(a_column(over=True, total=4), 80, LOOK)).strip() == "Review 4 closed"
    assert text(head_line(a_column(over=True, total=0), 80, LOOK)).strip() == "Review nothing closed"


def test_with_too_little_past_a_column_expects_nothing() -> None:
    assert "leave" not in text(head_line(a_column(past=past([1])), 120, LOOK, day_s=DAY))
    assert "Too little past to tell what is slow here: 1 of 8 stays." in "\n".join(
        text(line) for line in fold_page(a_column(past=past([1])), 0, 120, 85, DAY)
    )


@pytest.mark.parametrize("cells", [20, 46, 78, 92, 116, 198])
@pytest.mark.parametrize(
    "row",
    [
        a_row(pace=0.85, ageing=True),
        a_row(changed=True, moved=("status",), moves=(("status", "In Progress", "In Review", "Bo Lind"),)),
        a_row(blocked=True),
        a_row(changed=True, new=True, urgent=True),
        a_row(owner=None, owner_state="none"),
        a_row(title=HOSTILE, owner=HOSTILE, status=HOSTILE, blocked=True, ref="jira:" + "K" * 60),
    ],
)
def test_a_row_takes_exactly_its_cells(row: BoardRow, cells: int) -> None:
    for look in (LOOK, Look(glyphs=ASCII)):
        line = row_line(row, cells, look, DAY, key_cells([row]))
        assert line_width(line) == cells
        assert "\x1b" not in text(line)
    assert line_width(row_line(a_row(), cells, Look(glyphs=ASCII), DAY)) == cells


def test_a_row_says_why_it_is_shown() -> None:
    slow = row_line(a_row(pace=0.853, ageing=True), 92, LOOK, DAY, 8)
    assert text(slow).startswith("◔ OPS-61    Badge rollout waits")
    assert text(slow).rstrip().endswith("11d slower than 85 %")
    moved = a_row(changed=True, moved=("status",), moves=(("status", "Dev", "QA", "Bo"),))
    assert "status Dev→QA · Bo" in text(row_line(moved, 92, LOOK, DAY, 8))
    both = a_row(pace=0.99, ageing=True, changed=True, moved=("status",), moves=(("status", "Dev", "QA", "Bo"),))
    assert "slower than 99 % · status Dev→QA" in text(row_line(both, 140, LOOK, DAY, 8))
    assert text(row_line(a_row(blocked=True), 92, LOOK, DAY, 8))[0] == "■"
    assert text(row_line(a_row(), 92, LOOK, DAY, 8))[0] == " "


def load(name: str, in_work: int = 1, capacity: int = 4) -> PersonLoad:
    return PersonLoad(name, in_work + 2, in_work, capacity, None)


def test_a_load_is_a_bar_and_a_count() -> None:
    assert text(load_piece(load("Ana Ruiz", 3), "Ana", LOOK)) == "Ana ▮▮▮▯ 3/4"
    assert text(load_piece(load("Bo Lind", 5), "Bo", LOOK)) == "Bo ▮▮▮▮ 5/4 over"
    assert "warning" in tones(load_piece(load("Bo Lind", 5), "Bo", LOOK))
    assert text(load_piece(load("Cy", 20, 40), "Cy", LOOK)) == "Cy ▮▮▮▯▯ 20/40"
    assert text(load_piece(load("Cy", 11, 12), "Cy", LOOK)) == "Cy ▮▮▮▮▯ 11/12"
    assert text(load_piece(load("Di", 0, 0), "Di", LOOK)) == "Di away"
    assert text(load_piece(load("Di", 2, 0), "Di", LOOK)) == "Di away, 2 in work"


def test_first_names_are_enough_unless_two_share_one() -> None:
    assert short_names(["Ana Ruiz", "Bo Lind", "Ana Berg"]) == ["Ana R", "Bo", "Ana B"]
    assert short_names(["Ana Ruiz", "Ana Rust"]) == ["Ana Ruiz", "Ana Rust"]
    assert short_names(["Lind, Bo", "", "  "]) == ["Lind", "", ""] or short_names(["Lind, Bo"]) == ["Lind"]


@pytest.mark.parametrize("cells", [40, 78, 116, 198])
@pytest.mark.parametrize("count", [0, 1, 6, 12, 40])
def test_the_strip_keeps_to_two_lines_and_counts_who_has_no_room(cells: int, count: int) -> None:
    loads = [load(f"Person{n} Name{n}", n % 7) for n in range(count)]
    lines = strip_lines(loads, cells, LOOK)
    assert len(lines) <= 2
    assert all(line_width(line) <= cells for line in lines)
    said = "".join(text(line) for line in lines)
    shown = sum(f"Person{n} " in said for n in range(count))
    left = int(said.rpartition("+")[2].removesuffix(" more")) if said.endswith(" more") else 0
    assert shown + left == count


def test_twelve_persons_on_the_smallest_screen_are_nearly_all_there() -> None:
    loads = [load(name, 4) for name in ("Ana", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Jo", "Kim", "Lee")]
    said = " ".join(text(line) for line in strip_lines(loads, 77, LOOK))
    assert said.count("▮▮▮▮") >= 8


def test_the_page_tells_pace_moves_stays_and_the_chain() -> None:
    row = a_row(
        pace=0.85, ageing=True, changed=True, moved=("status",), moves=(("status", "In Progress", "In Review", "Bo Lind"),)
    )
    stays = (
        StayLine("In progress", MORNING - timedelta(days=20), MORNING - timedelta(days=15), 3 * DAY),
        StayLine("Review", MORNING - timedelta(days=15), None, 11 * DAY),
    )
    sample = past([n * DAY for n in range(1, 41)])
    waits = (Linked("jira:OPS-1", "The order", "Dee Okafor", Stage.DOING),)
    holds = (Linked("jira:OPS-9", "The audit", None, None),)
    card = Card(row, sample, stays, waits, holds, 3, DAY)
    page = [text(line).rstrip() for line in row_page(row, card, 70, MORNING, MORNING - timedelta(hours=15), LOOK, DAY)]
    assert page[0] == "Badge rollout waits"
    assert page[1] == "jira:OPS-61 · high · In Review"
    assert "In Review for 11d, slower than 85 % of 40 stays; 85 % leave within 34d." in " ".join(page)
    assert any(line.startswith("  status In Progress → In Review") and line.endswith("Bo Lind") for line in page)
    assert ["Review", "11d", "5", "Nov", "→", "now"] in [line.split() for line in page]
    assert "WAITS FOR" in page
    assert any("jira:OPS-1" in line and line.endswith("Dee Okafor") for line in page)
    assert "FREES 3, 2 OF THEM THROUGH OTHERS" in page
    assert any("jira:OPS-9" in line and line.endswith("nobody") for line in page)


@pytest.mark.parametrize("cells", [20, 40, 76, 160])
def test_no_page_is_wider_than_its_cells(cells: int) -> None:
    row = a_row(title=HOSTILE, owner=HOSTILE, changed=True, moved=(HOSTILE,), moves=((HOSTILE, HOSTILE, HOSTILE, HOSTILE),))
    stays = tuple(StayLine(HOSTILE, MORNING, MORNING, 99) for _ in range(20))
    link = Linked("jira:" + HOSTILE, HOSTILE, HOSTILE, None)
    card = Card(row, past([]), stays, (link,), (link,), 1, DAY)
    pages = [
        row_page(row, card, cells, MORNING, MORNING, LOOK, DAY),
        row_page(row, None, cells, MORNING, MORNING, LOOK, DAY),
        fold_page(a_column(name=HOSTILE), 0, cells, 85, DAY),
        spelling_page(Spelling(HOSTILE, (HOSTILE,), "[[people]]\nname = " + HOSTILE), cells),
        [fold_line(a_column(), 0, cells, LOOK, "]"), group_line(a_group(), cells, LOOK)],
        [spelling_line(Spelling(HOSTILE, (HOSTILE,), ""), cells, LOOK)],
    ]
    for page in pages:
        for line in page:
            assert "\x1b" not in text(line)
            assert line_width(line) <= max(cells, 24)


def a_group() -> UnseenGroup:
    return UnseenGroup("owner", "Nobody owns it", "o gives it to somebody", 16, ())


def test_an_item_on_no_column_is_told_so() -> None:
    row = a_row(stage="")
    page = " ".join(text(line) for line in row_page(row, None, 90, MORNING, MORNING, LOOK, DAY))
    assert "On no column of the board for 11d" in page


def test_a_fold_says_what_it_holds_and_how_to_open_it() -> None:
    assert text(fold_line(a_column(), 1, 80, LOOK, "]")) == "  … 2 more, unmoved   ] unfolds"
    assert text(fold_line(a_column(), 3, 80, LOOK, "]")) == "  all of it is shown   ] folds"
    page = " ".join(text(line) for line in fold_page(a_column(), 1, 200, 85, DAY))
    assert "3 open items, 2 moved, 0 blocked, 1 ageing." in page
    assert "It should hold 2 at most" in page


def test_a_reason_and_what_helps_stand_on_one_line() -> None:
    assert text(group_line(a_group(), 80, LOOK)).split("  ")[0] == "Nobody owns it 16"
    assert text(group_line(a_group(), 80, LOOK)).endswith("o gives it to somebody")


def test_plain_letters_do_for_every_line() -> None:
    look = replace(LOOK, glyphs=ASCII)
    lines = [
        head_line(a_column(), 80, look, day_s=DAY),
        row_line(a_row(pace=0.9, ageing=True), 80, look, DAY),
        *strip_lines([load("Ana"), load("Bo")], 80, look),
        *row_page(a_row(), None, 80, MORNING, MORNING, look, DAY),
    ]
    assert all(text(line).isascii() for line in lines if "·" not in text(line))
