"""The board for scripts, and for a person without the app."""

from __future__ import annotations

from tests.support.shell import Shell

ODD = """
[board]
stages = [
  { name = "Work", statuses = ["In Progress"], stage = "doing", wip = 0 },
  { name = "Done", stage = "done" },
]
"""


def test_the_board_of_an_office_is_told_right_to_left(office: Shell) -> None:
    done = office("board")
    assert done.out.splitlines()[:2] == ["Done  0 closed", "Blocked  0"]
    assert "Ana Ruiz  0/4    1 open  oldest 16h 5m" in done.out
    assert "too little past to tell what is slow in: Blocked, Review, In progress, To do" in done.err


def test_the_columns_are_those_of_the_config_and_what_is_on_none_is_told(office: Shell) -> None:
    office.config.write_text(office.config.read_text() + ODD)
    office("sync")
    found = office("board", "--json").json
    work = found["columns"][1]
    assert (work["name"], work["total"], work["wip"], work["limit"]) == ("Work", 1, 0, "over")
    assert found["unmapped"] == 2
    assert office("board", "--stage", "work", "--json").json["rows"][0]["ref"] == "desk:INC2"
    unseen = {group["code"]: group["total"] for group in office("board", "--unseen", "--json").json["groups"]}
    assert unseen == {"owner": 1, "ambiguous": 0, "status": 2, "stranger": 0}
    assert "On no column of the board  2  (New)" in office("board", "--unseen").out


def test_columns_of_another_config_are_said_to_be_worked_out_until_a_sync(office: Shell) -> None:
    office("sync")
    office.config.write_text(office.config.read_text() + ODD)
    assert "the columns are being worked out" in office("board").err
    assert office("board", "--json").json["settling"] is True
    office("sync")
    assert "worked out" not in office("board").err


def test_one_person_by_any_spelling(office: Shell) -> None:
    found = office("board", "--person", "lind, bo", "--json").json
    assert (found["name"], found["in_work"], found["capacity"], [row["ref"] for row in found["rows"]]) == (
        "Bo Lind", 1, 4, ["desk:INC2"],
    )  # fmt: skip


def test_a_person_under_three_names_is_found_and_told_what_to_write(office: Shell) -> None:
    rows = [
        "INC7,One,In Progress,3 - Moderate,eve.ng,2026-11-18 09:00:00",
        "INC8,Two,In Progress,3 - Moderate,E. Ng,2026-11-18 09:00:00",
    ]
    rows.append("INC9,Three,In Progress,3 - Moderate,Eve Ng,2026-11-18 09:00:00")
    export = office.config.parent / "tickets.csv"
    export.write_text(export.read_text() + "\n".join(rows) + "\n")
    office("sync")
    done = office("board", "--people")
    assert "Eve Ng and E. Ng, eve.ng are likely one person" in done.err
    assert 'aliases = ["E. Ng", "eve.ng"]' in done.err


def test_an_empty_board_says_what_it_is(office: Shell) -> None:
    assert office("board", "--chains").err.strip() == "no open item waits for another, as far as the sources tell"
