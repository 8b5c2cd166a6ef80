"""The board in a config: what it becomes, and what is said of columns that want the same or make no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.config.rules import rules
from opstui.domain.model import Stage
from tests.config.support import found, loaded, the_one

TEAM = """
[board]
stages = [
  { name = "Build", statuses = ["In Progress", "Dev*"], stage = "doing", wip = 4 },
  { name = "Check", statuses = ["QA"], stage = "doing" },
  { name = "Shipped", stage = "done" },
]
"""


def test_a_board_of_my_own_replaces_the_usual_one(tmp_path: Path) -> None:
    board = rules(loaded(tmp_path, TEAM).settings).board
    assert [one.name for one in board.stages] == ["Build", "Check", "Shipped"]
    assert board.stages[0].wip == 4
    assert board.column("Develop", Stage.TODO) == 0
    assert board.column("New", Stage.TODO) is None


def test_persons_may_be_away_or_carry_less(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "[[people]]\nname = 'Bo'\ncapacity = 0\n[[people]]\nname = 'Cy'\n").settings
    assert [one.capacity for one in settings.people] == [0, None]


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        ("[board]\ncapacity = -1\n", "board.capacity", "at least 0"),
        ("[[people]]\nname = 'Bo'\ncapacity = -1\n", "people.Bo.capacity", "at least 0"),
        ("[board]\nageing = 101\n", "board.ageing", "at most 100"),
        (
            "[board]\nstages = [{ name = 'A', stage = 'doign' }, { name = 'B', stage = 'done' }]\n",
            "board.stages.A.stage",
            "'doign'",
        ),
        ("[board]\nstages = [{ name = 'A', stage = 'done', statuses = ['*'] }]\n", "board.stages.A.statuses", "every status"),
        ("[board]\nstages = []\n", "board.stages", "no column"),
        ("[board]\nstages = [{ name = 'A', stage = 'done' }, { stage = 'todo' }]\n", "board.stages[2]", "name is missing"),
    ],
)
def test_what_makes_no_sense_is_an_error(tmp_path: Path, text: str, key: str, why: str) -> None:
    finding = the_one(found(tmp_path, text))
    assert finding.severity == "error"
    assert finding.key == key
    assert why in finding.why


@pytest.mark.parametrize("second", ["dev done", "DEV*", "Development"])
def test_a_status_that_two_columns_name_is_told_with_the_one_that_wins(tmp_path: Path, second: str) -> None:
    text = f"""[board]
stages = [
  {{ name = "Build", statuses = ["Dev*"] }},
  {{ name = "Check", statuses = ["{second}"] }},
  {{ name = "Shipped", stage = "done" }},
]
"""
    finding = the_one(found(tmp_path, text))
    assert finding.severity == "warning"
    assert finding.key == "board.stages.Check.statuses"
    assert finding.why == f"{second!r} is a status of Build already, which comes first and gets its items"


def test_a_board_without_an_end_is_doubtful(tmp_path: Path) -> None:
    finding = the_one(found(tmp_path, "[board]\nstages = [{ name = 'A', stage = 'doing' }]\n"))
    assert finding.severity == "warning"
    assert 'stage = "done"' in finding.next_step


def test_a_board_whose_only_column_has_no_name_is_told_and_does_not_break(tmp_path: Path) -> None:
    assert {finding.severity for finding in found(tmp_path, "[board]\nstages = [{ stage = 'done' }]\n")} == {"error"}
