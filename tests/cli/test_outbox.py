"""The outbox from the command line: where a verb goes, what is on its way, what came back, and the ways out."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import Shell
from tests.support.terminal import Terminal

VERBS = ["assign", "comment", "create", "due", "labels", "priority", "transition"]
KEYS = {"id", "ref", "verb", "value", "base", "state", "at", "due", "attempts", "what", "why", "next_step", "theirs"}


def sql(shell: Shell, statement: str, *values: Any) -> None:
    """What the engine would write."""
    with sqlite3.connect(shell.data / "opstui.db", isolation_level=None) as conn:
        conn.execute(statement, values)
    conn.close()


@pytest.fixture
def tracker(office: Shell) -> Shell:
    """The office's source is one that can be written to."""
    sql(office, "UPDATE sources SET verbs = ?, takes_back = '[]'", json.dumps(VERBS))
    return office


@pytest.mark.parametrize(
    "command",
    [
        ("assign", "desk:INC1", "--to", "Bo Lind"),
        ("priority", "desk:INC1", "--to", "low"),
        ("transition", "desk:INC1", "Closed", "--field", "resolution=Fixed"),
        ("due", "desk:INC1", "--to", "2026-12-01"),
        ("label", "desk:INC1", "--add", "vip", "--remove", "night"),
        ("comment", "desk:INC1", "--text", "Carrier called"),
        ("decline", "desk:INC1", "--reason", "Not ours"),
        ("create", "desk", "Buy label rolls", "--body", "Two boxes", "--field", "project=OPS"),
    ],
    ids=lambda command: command[0],
)
def test_a_verb_says_where_it_goes_and_is_in_the_outbox(tracker: Shell, command: tuple[str, ...]) -> None:
    done = tracker(*command)
    assert done.code == 0, done.err
    way = r"opstui: for desk: the next opstui sync sends it, the open app in [5-8] s; opstui undo cancels it before that\n"
    assert re.fullmatch(way, done.err)
    (one,) = tracker("outbox", "--json").json
    assert one.keys() >= KEYS and one["state"] == "pending"
    assert one["ref"] == (None if command[0] == "create" else "desk:INC1")
    assert tracker("outbox").out.count("\n") == 2
    said = tracker("undo")
    assert said.code == 0 and "cancelled before it is sent to desk" in said.out
    assert tracker("outbox", "--json").json == [] and "nothing is on its way" in tracker("outbox").err
    assert [one["state"] for one in tracker("outbox", "--all", "--json").json] == ["cancelled"]


def test_where_there_is_no_tracker_it_is_kept_here_and_said_so(office: Shell) -> None:
    done = office("assign", "desk:INC1", "--to", "Bo Lind", "--json")
    assert done.err == "opstui: kept here: desk (csv) takes no owner\n"
    assert done.json["kept_here"] == [{"source": "desk", "why": "desk (csv) takes no owner"}] and done.json["sent_to"] == []
    assert office("decline", "desk:INC2", "--no-tell").err == ""
    for command in (
        ("due", "desk:INC3", "--to", "none"),
        ("label", "desk:INC3", "-a", "x"),
        ("transition", "desk:INC3", "Done"),
    ):
        done = office(*command)
        assert (done.code, done.out) == (1, "") and "desk:INC3: desk" in done.err
    assert office("transition", "desk:INC3", "Done", "--stage", "blocked").code == 0
    assert office("show", "desk:INC3", "--json").json["stage"] == "blocked"
    assert office("create", "desk", "x").code == 1


def test_a_failed_change_says_what_its_source_advises_and_which_command_does_it(tracker: Shell) -> None:
    tracker("transition", "desk:INC1", "Nonsense")
    sql(tracker, "UPDATE outbox SET state = 'failed', what = 'desk: refused', next_step = 'Choose another.'")
    assert "Choose another. opstui outbox retry 1, drop 1, or edit 1 VALUE." in tracker("outbox", "show", "1").out
    assert "--add LABEL" in tracker("label", "desk:INC1", "vip").err


def test_an_item_shows_what_is_on_its_way(tracker: Shell) -> None:
    tracker("priority", "desk:INC1", "--to", "low")
    assert "on its way" in tracker("show", "desk:INC1").out and "priority low" in tracker("show", "desk:INC1").out
    shown = tracker("show", "desk:INC1", "--json").json
    assert (shown["priority"], shown["outbox"], shown["outgoing"][0]["state"]) == (4, "pending", "pending")


def test_a_transition_takes_the_id_of_the_one_its_name_means(tracker: Shell) -> None:
    moves = [{"id": "21", "title": "Start work", "status": "Closed", "stage": "done", "fields": []}]
    sql(tracker, "INSERT INTO moves SELECT id, status, 0, ? FROM items WHERE key = 'INC1'", json.dumps(moves))
    tracker("transition", "desk:INC1", "start WORK")
    value = tracker("outbox", "--json").json[0]["value"]
    assert (value["status"], value["id"], value["stage"]) == ("Closed", "21", "done")


def test_in_bulk_each_item_makes_the_transition_that_its_own_source_has_for_it(tracker: Shell) -> None:
    for key, id in (("INC1", "21"), ("INC2", "31")):
        moves = [{"id": id, "title": "Start work", "status": f"Closed {key}", "stage": "done", "fields": []}]
        sql(tracker, "INSERT INTO moves SELECT id, status, 0, ? FROM items WHERE key = ?", json.dumps(moves), key)
    assert tracker("transition", "desk:INC1", "desk:INC2", "desk:INC3", "Start work").code == 0
    found = {one["ref"]: one["value"] for one in tracker("outbox", "--json").json}
    given = {ref: (value["status"], value["id"], value["stage"]) for ref, value in found.items()}
    assert given == {
        "desk:INC1": ("Closed INC1", "21", "done"),
        "desk:INC2": ("Closed INC2", "31", "done"),
        "desk:INC3": ("Start work", "", ""),
    }


def test_a_change_for_a_source_that_is_switched_off_stays_here_and_says_so(tracker: Shell) -> None:
    text = tracker.config.read_text()
    tracker.config.write_text(text.replace('name = "desk"', 'name = "desk"\nenabled = false'))
    done = tracker("priority", "desk:INC1", "--to", "low")
    assert (done.code, done.err) == (0, "opstui: kept here: desk is read no more\n")
    assert tracker("outbox", "--json").json == []
    assert tracker("show", "desk:INC1", "--json").json["priority"] == 4


def test_a_change_for_a_paused_source_says_that_it_waits_and_a_sync_does_too(tracker: Shell) -> None:
    tracker("source", "pause", "desk")
    done = tracker("priority", "desk:INC1", "--to", "low")
    assert done.err == "opstui: kept in the outbox for desk: it is paused; opstui source resume desk has it sent\n"
    assert "desk is paused: nothing is sent to it" in tracker("outbox").err
    done = tracker("sync")
    assert done.code == 0 and "desk: left out, it is paused; opstui source resume desk ends that" in done.err


def test_a_conflict_is_shown_field_by_field_with_its_ways_out(tracker: Shell) -> None:
    for ref in ("desk:INC1", "desk:INC2", "desk:INC3"):
        tracker("priority", ref, "--to", "lowest")
    sql(tracker, "UPDATE outbox SET state = 'conflict', theirs = '2', what = 'desk: somebody was quicker'")
    shown = tracker("outbox", "show", "1").out
    assert ["before", "critical"] in [line.split() for line in shown.splitlines()]
    assert ["theirs", "high"] in [line.split() for line in shown.splitlines()]
    assert "opstui outbox mine 1" in shown
    assert tracker("outbox", "mine", "1").code == 0
    assert tracker("outbox", "drop", "2", "--json").json[0]["verb"] == "drop"
    assert tracker("outbox", "edit", "3", "medium", "--json").json["id"] == 4
    found = {one["id"]: (one["state"], one["base"]) for one in tracker("outbox", "--all", "--json").json}
    assert found == {1: ("pending", 2), 2: ("cancelled", 3), 3: ("cancelled", 4), 4: ("pending", 2)}
    done = tracker("outbox", "retry", "1", "2", "99")
    assert done.code == 3 and "is cancelled" in done.err and "no change 99" in done.err
    assert tracker("outbox", "show", "99").code == 1
    assert tracker("outbox", "edit", "1", "urgentest").code == 2


def test_undo_after_it_was_sent_says_what_it_sends(tracker: Shell) -> None:
    tracker("comment", "desk:INC1", "--text", "Carrier called")
    sql(tracker, "UPDATE outbox SET state = 'sent', made = '7'")
    sql(tracker, "UPDATE sources SET takes_back = '[\"comment\"]'")
    assert "takes it back at desk" in tracker("undo", "--list").out
    done = tracker("undo")
    assert re.search(r"the open app in [5-8] s; opstui redo cancels it before that", done.err)
    assert "takes back: comment" in tracker("outbox").out and "takes back: comment" in tracker("show", "desk:INC1").out


def test_read_only_keeps_everything_until_it_is_released(tracker: Shell) -> None:
    done = tracker("--readonly", "assign", "desk:INC1", "--to", "Bo Lind")
    assert "kept in the outbox for desk: read-only" in done.err
    assert tracker("readonly", "--json").json == {"readonly": False}
    assert tracker("--readonly", "readonly", "off").code == 1
    assert tracker("readonly", "on").out == "read-only: nothing is sent\n"
    tracker("assign", "desk:INC3", "--to", "Bo Lind")
    assert "read-only: nothing is sent" in tracker("outbox").err
    done = tracker("readonly", "off")
    assert done.out == "changes are sent\n" and "2 changes made while read-only are still parked" in done.err
    assert tracker("outbox", "release", "1").code == 0
    assert tracker("outbox", "release", "--drop").code == 0
    assert [one["state"] for one in tracker("outbox", "--all", "--json").json] == ["cancelled", "pending"]
    assert tracker("outbox", "release").code == 1


def test_an_option_of_the_list_before_a_subcommand_is_a_wrong_call(tracker: Shell) -> None:
    assert tracker("outbox", "--json", "list").code == 2
    assert tracker("outbox", "drp").code == 2
    assert tracker("label", "desk:INC1").code == 2
    assert tracker("create", "nope", "x").code == 2
    assert tracker("transition", "desk:INC1", "Done", "--field", "x").code == 2


def test_nothing_of_it_loads_a_connector(tracker: Shell, tmp_path: Path) -> None:
    code = "import sys; from opstui.cli import main; main(['outbox'])\n"
    code += "print([name for name in sys.modules if 'httpx' in name or 'textual' in name or 'opstui_' in name])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=tracker.environ, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_restore_says_that_changes_are_parked_and_how_they_are_released(tracker: Shell) -> None:
    tracker("comment", "desk:INC1", "--text", "Carrier called")
    tracker("priority", "desk:INC2", "--to", "lowest")
    copy = tracker("backup", "--json").json["path"]
    done = tracker("restore", copy)
    assert done.code == 0 and "2 changes that may have been sent since are parked" in done.err
    assert "opstui outbox release" in done.err
    assert {one["state"] for one in tracker("outbox", "--json").json} == {"parked"}
    assert tracker("restore", copy, "--json").json["parked"] == 2
    assert tracker("outbox", "release").code == 0
    assert {one["state"] for one in tracker("outbox", "--json").json} == {"pending"}


@pytest.mark.parametrize("columns", [80, 120])
def test_the_list_fits_the_terminal_and_is_whole_in_a_pipe(tracker: Shell, columns: int) -> None:
    said = "Carrier called twice about the label rolls and wants to hear from whoever is on the dock this afternoon"
    tracker("comment", "desk:INC1", "--text", said)
    tracker("transition", "desk:INC1", "Waiting for the supplier of the scanners", "--field", "resolution=Fixed")
    sql(tracker, "UPDATE outbox SET state = 'failed', what = 'Carrier and dock are both fields that it needs' WHERE id = 1")
    with Terminal([sys.executable, "-m", "opstui", "outbox"], tracker.environ, tracker.home, (columns, 24)) as terminal:
        assert terminal.end() == 0
        lines = terminal.seen.splitlines()
    assert len(lines) == 3 and [line for line in lines if len(line) > columns] == []
    assert "state" in lines[0] and ("made" in lines[0]) is (columns == 120)
    assert all("desk:INC1" in line for line in lines[1:])
    assert "…" not in tracker("outbox").out and "(opstui outbox show 1)" in tracker("outbox").out
