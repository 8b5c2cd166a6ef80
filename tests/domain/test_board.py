from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opstui.config.rules import board as board_of
from opstui.config.settings import BoardTable, StageTable
from opstui.domain.board import UNMAPPED, Board, BoardStage, entered, stage_of
from opstui.domain.model import NO_MARK, Change, Item, Kind, Mark, Stage, Verdict
from opstui.domain.rules import Rules
from opstui.domain.urgency import assess
from tests.support.build import an_item

USUAL = board_of(BoardTable())
TEAM = Board(
    (
        BoardStage("Ready", ("ready", "selected*"), Stage.TODO),
        BoardStage("Build", ("in progress", "dev*"), Stage.DOING),
        BoardStage("Check", ("qa", "in review")),
        BoardStage("Shipped", ("closed",), Stage.DONE),
    )
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC)


def moved(when: str, old: str, new: str, field: str = "status") -> Change:
    return Change(field, old, new, at(when))


def told(status: str, *history: Change, stage: Stage = Stage.DOING, **more: Any) -> Item:
    return an_item(**({"created": at("02 09:00"), "updated": None} | more), status=status, stage=stage, history=history)


@pytest.mark.parametrize(
    ("status", "stage", "column"),
    [
        ("New", Stage.TODO, "To do"),
        ("In Progress", Stage.DOING, "In progress"),
        ("In Review", Stage.DOING, "Review"),
        ("in  REVIEW", Stage.DOING, "Review"),
        ("QA lane 2", Stage.DOING, "Review"),
        ("Awaiting approval", Stage.BLOCKED, "Review"),
        ("Awaiting vendor", Stage.BLOCKED, "Blocked"),
        ("Whatever", Stage.DOING, "In progress"),
        ("Resolved", Stage.DONE, "Done"),
        ("Verified", Stage.DONE, "Done"),
    ],
)
def test_the_usual_board_has_a_column_for_everything(status: str, stage: Stage, column: str) -> None:
    found = USUAL.column(status, stage)
    assert found is not None
    assert USUAL.stages[found].name == column


@pytest.mark.parametrize(
    ("status", "stage", "column"),
    [
        ("Selected for development", Stage.TODO, 0),
        ("Develop", Stage.DOING, 1),
        ("Unheard of", Stage.DOING, 1),
        ("QA", Stage.TODO, 2),
        ("QA 2", Stage.TODO, 0),
        ("On hold", Stage.BLOCKED, None),
        ("QA", Stage.DONE, 3),
    ],
)
def test_a_status_goes_where_it_is_named_and_else_by_its_stage(status: str, stage: Stage, column: int | None) -> None:
    assert TEAM.column(status, stage) == column
    assert TEAM.column(status, stage) == column  # as remembered


def test_the_first_of_two_columns_that_want_a_status_gets_it() -> None:
    both = Board((BoardStage("A", ("dev*",)), BoardStage("B", ("dev done",))))
    assert both.column("Dev done", Stage.DOING) == 0


def test_a_limit_makes_no_other_board() -> None:
    assert Board((BoardStage("A", wip=1),)) == Board((BoardStage("A", wip=2),))


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("Reopened", Stage.TODO),
        ("In progress", Stage.DOING),
        ("On hold", Stage.BLOCKED),
        ("Resolved", Stage.DONE),
        ("Blue", None),
    ],
)
def test_the_stage_of_an_earlier_status_is_told_by_usual_words(status: str, stage: Stage | None) -> None:
    assert stage_of(status) is stage


@pytest.mark.parametrize(
    ("item", "since"),
    [
        (told("In progress"), None),
        (told("In progress", moved("03 10:00", "Ready", "In progress")), "03 10:00"),
        # Dev is of the same column: it has been there since before
        (told("Dev", moved("03 10:00", "Ready", "In progress"), moved("04 10:00", "In progress", "Dev")), "03 10:00"),
        # reopened: only this stay counts
        (
            told(
                "Dev",
                moved("03 10:00", "Ready", "Dev"),
                moved("05 10:00", "Dev", "Closed"),
                moved("09 10:00", "Closed", "Dev"),
            ),
            "09 10:00",
        ),
        # in and out within the same second is no move
        (told("Dev", moved("05 10:00", "Dev", "QA"), moved("05 10:00", "QA", "Dev")), None),
        # the history ends elsewhere: it came here when it was last updated, or with the last move that is told
        (told("QA", moved("03 10:00", "Ready", "Dev"), updated=at("06 08:00")), "06 08:00"),
        (told("QA", moved("03 10:00", "Ready", "Dev")), "03 10:00"),
        # what is dated ahead has not happened
        (told("Dev", moved("29 10:00", "Ready", "Dev")), None),
        # a stage that moves alone moves what goes by its stage
        (told("Odd", moved("04 10:00", "todo", "doing", "stage")), "04 10:00"),
        (told("Odd", moved("04 10:00", "doing", "done", "stage"), stage=Stage.DONE), "04 10:00"),
    ],
)
def test_an_item_came_into_its_column_when_this_stay_there_began(item: Item, since: str | None) -> None:
    assert entered(TEAM, item, at("20 09:00")) == (at(since) if since else None)


def test_a_standing_has_its_column_and_since_when() -> None:
    rules, now = Rules(board=TEAM), at("20 09:00")
    item = told("Dev", moved("03 10:00", "Ready", "Dev"))
    found = assess(rules, item, NO_MARK, 0, now)
    assert (found.col, found.entered) == (1, at("03 10:00"))
    assert assess(rules, told("On hold", stage=Stage.BLOCKED), NO_MARK, 0, now).col == UNMAPPED
    assert assess(rules, told("Dev", kind=Kind.MESSAGE), NO_MARK, 0, now).col is None
    assert assess(rules, told("Dev", source="opstui"), NO_MARK, 0, now).col is None


def test_what_was_decided_here_moves_an_item_before_its_source_says_so() -> None:
    rules, now, when = Rules(board=TEAM), at("20 09:00"), at("19 09:00")
    item = told("Dev")
    done = assess(rules, item, Mark(verdict=Verdict.DONE, at=when, basis=item.fingerprint), 0, now)
    assert (done.col, done.entered) == (3, when)
    back = assess(rules, item, Mark(stage=Stage.TODO, at=when), 0, now)
    assert (back.col, back.entered) == (0, when)


def test_the_config_makes_the_board_folded_and_clean() -> None:
    made = board_of(BoardTable(stages=(StageTable(name="In\x1b[31m work", statuses=("IN  Progress", "in progress"), wip=3),)))
    assert made.stages == (BoardStage("In work", ("in progress",), None, 3),)
    assert made.stages[0].wip == 3
    assert made.column("In progress", Stage.TODO) == 0
    assert made.column("Other", Stage.TODO) is None


def test_a_board_is_asked_about_more_statuses_than_it_remembers() -> None:
    board = Board((BoardStage("A", ("s*",)),))
    assert {board.column(f"s{n}", Stage.TODO) for n in range(6000)} == {0}
    assert board.column("x", Stage.TODO) is None


def test_a_year_of_moves_is_walked_in_order_whatever_order_it_is_told_in() -> None:
    start = at("01 00:00")
    names = ["Ready", "Dev", "QA"]
    history = [Change("status", names[n % 3], names[(n + 1) % 3], start + timedelta(hours=n + 1)) for n in range(300)]
    item = told(names[300 % 3], *reversed(history), stage=Stage.TODO)
    assert entered(TEAM, item, start + timedelta(days=300)) == history[-1].at
