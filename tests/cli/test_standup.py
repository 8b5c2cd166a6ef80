"""A stand-up held with commands alone, each a process of its own, to the report that is pasted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.support.shell import CONFIG, NOW, Shell

STANDUP = (
    CONFIG
    + """\
[[people]]
name = "Cy Moss"
aliases = ["cmoss"]
[standup]
roster = ["Ana Ruiz", "Bo Lind", "cmoss"]
"""
)


def at(shell: Shell, minutes: float) -> None:
    """So many minutes after ten."""
    shell.env["OPSTUI_NOW"] = (datetime.fromisoformat(NOW).replace(hour=10, minute=0) + timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def floor(tmp_path: object) -> Shell:
    shell = Shell(tmp_path)  # type: ignore[arg-type]
    shell.office(config=STANDUP)
    assert shell("sync").code == 0
    at(shell, 0)
    return shell


def test_a_whole_stand_up_is_held_with_commands(floor: Shell) -> None:
    assert floor.real("accept", "desk:INC1").code == 0
    began = floor.real("standup", "start")
    assert began.code == 0 and began.out == "Began the stand-up: 3 people\n"
    assert "Ana Ruiz speaks; 0 of 3 spoken" in began.err
    at(floor, 1.5)
    assert floor.real("standup", "next").out == "Bo Lind speaks\n"
    assert floor.real("standup", "say", "bo", "--today", "Gate B\nPayroll", "--blockers", "").code == 0
    parked = floor.real("standup", "park", "forklift", "rental", "@bo", "10m", "--with", "cmoss")
    assert parked.out == "Parked: forklift rental (Bo Lind, Cy Moss)\n"
    assert floor.real("standup", "absent", "moss").out == "Cy Moss is absent\n"
    at(floor, 3)
    assert floor.real("standup", "next").out == "Everybody has spoken\n"
    assert floor.real("standup", "back").out == "Bo Lind speaks again\n"
    assert floor.real("standup", "next").code == 0
    assert floor.real("standup", "topic", "1", "task", "--said", "Bo asks three lenders by Tuesday").code == 0
    done = floor.real("standup", "finish")
    assert done.out == "Finished the stand-up of 2026-11-20: 2 of 2 spoken, 3 minutes\n"
    report = floor.real("standup", "--json").json
    assert report["state"] == "over" and report["seconds"] in range(180, 240)  # the clock runs on while a command does
    people = {one["person"]: one for one in report["people"]}
    assert [people[name]["state"] for name in ("Ana Ruiz", "Bo Lind", "Cy Moss")] == ["spoken", "spoken", "absent"]
    assert [line["text"] for line in people["Bo Lind"]["doing"]] == ["Gate B", "Payroll"]
    assert people["Bo Lind"]["blocked"] == [] and people["Bo Lind"]["seconds"] in range(90, 120)
    assert people["Ana Ruiz"]["done"][0]["refs"] == ["desk:INC1"]
    assert report["topics"][0]["said"] == "Bo asks three lenders by Tuesday"
    text = floor.real("standup").out
    assert "## Bo Lind (1:" in text and "- Gate B\n" in text and "a task now, Bo asks three lenders by Tuesday" in text
    assert floor.real("standup", "--slack").out.startswith("*Stand-up, Friday 20 November 2026*")
    assert floor.real("standup", "--plain", "--date", "2026-11-20").out.startswith("STAND-UP")
    listed = floor.real("standup", "list", "--json").json
    assert [(one["day"], one["open"]) for one in listed] == [("2026-11-20", False)]
    kinds = ("--kind", "standup", "--kind", "begin")
    assert [one["text"] for one in floor.real("log", *kinds, "--json").json] == [
        "Finished the stand-up of 2026-11-20: 2 of 2 spoken, 3 minutes",
        "Began the stand-up: 3 people",
    ]


def test_before_it_is_held_the_report_is_what_is_known(floor: Shell) -> None:
    report = floor("standup", "--json").json
    assert report["state"] == "draft" and report["standup"] is None and report["started"] is None
    people = {one["person"]: one for one in report["people"]}
    assert people["Bo Lind"]["doing"] == [
        {"text": "Badge reader at gate B is dead: In Progress", "refs": ["desk:INC2"], "source": "item", "typed": False}
    ]
    assert "(draft)" in floor("standup").out


def test_steps_are_no_lines_of_the_log_but_undo_takes_them_back(floor: Shell) -> None:
    floor("standup", "start")
    at(floor, 1)
    floor("standup", "next")
    assert [one["kind"] for one in floor("log", "--json").json] == ["begin"]
    assert floor("undo").code == 0
    assert "Ana Ruiz speaks" in floor("standup", "next").err or floor("standup", "list").code == 0


def test_one_that_was_left_open_is_over_as_of_its_last_entry_when_the_next_begins(floor: Shell) -> None:
    floor("standup", "start")
    at(floor, 2)
    floor("standup", "say", "Ana Ruiz", "--today", "Audit")
    at(floor, 2 + 3 * 1440)
    assert "left open" in floor("standup", "list").out
    began = floor("standup", "start")
    assert "that of 2026-11-20 is over as of its last entry" in began.out
    kept = floor("standup", "--date", "2026-11-20", "--json").json
    friday = next(one["id"] for one in floor("standup", "list", "--json").json if one["day"] == "2026-11-20")
    assert floor("standup", "--id", friday[:8], "--json").json == kept
    assert kept["ended"] == "2026-11-20T10:02:00+00:00" and kept["people"][0]["doing"][0]["text"] == "Audit"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("next", "--json"), 0, ""),
        (("back",), 1, "none is under way"),
        (("finish",), 1, "none is under way"),
        (("absent", "zed"), 2, "not in this stand-up"),
        (("say", "Ana Ruiz"), 2, "Say something"),
        (("say", "Ana Ruiz", "--today", "x"), 1, "none is under way"),
        (("park", "@bo"), 2, "nothing to park"),
        (("park", "lease", "--on", "desk:INC99"), 2, "no item desk:INC99"),
        (("topic", "1", "done"), 2, "no topic 1"),
        (("topic", "1", "sold"), 2, "sold"),
        (("--date", "friday"), 2, "no date"),
        (("--date", "2020-01-01"), 2, "no stand-up on 2020-01-01"),
        (("--id", "zz"), 2, "no stand-up"),
        (("--id", "zz", "--date", "2026-11-20"), 2, "say one of them"),
        (("--slack", "next"), 2, "does not go with next"),
        (("strat",), 2, "Did you mean 'start'?"),
    ],
)
def test_what_cannot_be_done_says_why_with_its_exit_code(floor: Shell, command: tuple[str, ...], code: int, said: str) -> None:
    done = floor("standup", *command)
    assert done.code == code and said in done.err, done


def test_a_roster_with_strangers_and_one_person_twice_is_told_what_to_mend(floor: Shell) -> None:
    roster = 'roster = ["Ana Ruiz", "Bo Lind", "cmoss"'
    floor.office(config=STANDUP.replace(roster, roster + ', "Cy Moss", "Bo Lindd"'))
    done = floor("config", "check")
    assert "'Cy Moss' and 'cmoss' are one person, Cy Moss" in done.out + done.err
    assert "nobody in people is called 'Bo Lindd'" in done.out + done.err and "Bo Lind" in done.out + done.err
    assert floor("standup", "start").out == "Began the stand-up: 4 people\n"
