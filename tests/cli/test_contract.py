"""What scripts rely on: exit codes, one JSON document on stdout, narration on stderr, times with their offset."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.support.shell import Shell

READS = [
    ("brief",),
    ("queue",),
    ("show", "desk:INC1"),
    ("board",),
    ("board", "--stage", "in progress"),
    ("board", "--person", "Bo Lind"),
    ("board", "--people"),
    ("board", "--unseen"),
    ("board", "--chains"),
    ("log",),
    ("log", "list"),
    ("log", "search", "dock"),
    ("log", "decisions"),
    ("outbox",),
    ("outbox", "list", "--all"),
    ("readonly",),
    ("undo", "--list"),
    ("redo", "--list"),
    ("config", "check"),
    ("config", "show"),
    ("config", "explain", "day.timezone"),
    ("config", "schema"),
    ("config", "path"),
    ("plugin", "list"),
    ("plugin", "check", "csv"),
    ("doctor",),
]
WRITES = [
    ("sync",),
    ("accept", "desk:INC1"),
    ("done", "desk:INC1", "--reason", "fixed"),
    ("decline", "desk:INC1", "--reason", "Not ours"),
    ("merge", "desk:INC1", "--into", "desk:INC2"),
    ("snooze", "desk:INC1", "--until", "2h"),
    ("assign", "desk:INC1", "--to", "Bo Lind"),
    ("escalate", "desk:INC1", "--to", "Bo Lind", "--reason", "SLA at risk"),
    ("escalate", "desk:INC1", "--to", "Bo Lind", "--until", "eod"),
    ("wait", "desk:INC1", "--on", "Bo Lind", "--until", "2d", "--text", "Any news?"),
    ("priority", "desk:INC1", "--to", "low"),
    ("stage", "desk:INC1", "--to", "blocked"),
    ("for-block", "desk:INC1"),
    ("comment", "desk:INC1", "--text", "Asked the carrier."),
    ("note", "Rolls were swapped", "--on", "desk:INC1"),
    ("decide", "Swap rolls on Mondays", "--why", "It holds a week", "--option", "Daily", "--review", "+30d"),
    ("export", "out"),
    ("backup",),
]
MISUSES = [
    ("quue",),
    ("queue", "--limit", "many"),
    ("queue", "--split", "Nope"),
    ("queue", "--query", "priority >"),
    ("queue", "--place", "nowhere"),
    ("board", "--stage", "Nope"),
    ("board", "--person", "Nobody At All"),
    ("board", "--unseen", "--chains"),
    ("snooze", "desk:INC1"),
    ("snooze", "desk:INC1", "--until", "whenever"),
    ("priority", "desk:INC1", "--to", "urgentest"),
    ("note", " "),
    ("log", "list", "--kind", "snoze"),
    ("log", "--kind", "snoze"),
    ("log", "--json", "list"),
    ("sync", "nope"),
    ("config", "explain", "day.timzone"),
    ("plugin", "check", "cvs"),
    ("plugin",),
    ("init",),
    ("import", "nowhere"),
    ("outbox", "drp"),
    ("readonly", "perhaps"),
    ("label", "desk:INC1"),
    ("create", "nope", "Buy label rolls"),
]
NOTHING_DONE = [("done", "desk:NOPE"), ("show", "desk:NOPE"), ("undo",), ("redo",), ("note", "x", "--on", "desk:NOPE")]
NOTHING_DONE += [("outbox", "show", "9"), ("outbox", "retry", "9"), ("outbox", "release"), ("due", "desk:INC1", "--to", "none")]


@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_a_question_is_answered_with_one_json_document_and_exit_0(office: Shell, command: tuple[str, ...]) -> None:
    done = office(*command, "--json")
    assert done.code == 0, done.err
    assert done.json is not None


@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_an_answer_for_a_person_has_no_control_codes_off_a_terminal(office: Shell, command: tuple[str, ...]) -> None:
    done = office(*command)
    assert done.code == 0, done.err
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out + done.err)


@pytest.mark.parametrize("command", WRITES, ids=" ".join)
def test_an_action_says_what_it_did_as_json(office: Shell, command: tuple[str, ...]) -> None:
    done = office(*command, "--json")
    assert done.code == 0, done.err
    found = done.json
    if command[0] in {"comment", "note", "decide"}:
        assert {"id", "kind", "at", "text", "ref"} <= found.keys() and found["id"] > 0
    elif command[0] == "sync":
        assert {"source", "ok", "seen", "added", "changed", "unchanged", "refused", "seconds", "error"} <= found[0].keys()
    elif command[0] == "backup":
        assert found["path"].endswith(".db")
    elif command[0] != "export":
        assert found["refs"] == ["desk:INC1"] and found["group"] > 0


@pytest.mark.parametrize("command", WRITES, ids=" ".join)
def test_an_action_says_what_it_did_in_words(office: Shell, command: tuple[str, ...]) -> None:
    done = office(*command)
    assert done.code == 0, done.err
    assert (done.err if command[0] == "sync" else done.out).strip()


@pytest.mark.parametrize("command", MISUSES, ids=" ".join)
def test_a_wrong_call_is_told_on_stderr_with_exit_2(office: Shell, command: tuple[str, ...]) -> None:
    done = office(*command)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip()


@pytest.mark.parametrize("command", NOTHING_DONE, ids=" ".join)
def test_what_could_not_be_done_ends_with_1_and_a_reason(office: Shell, command: tuple[str, ...]) -> None:
    done = office(*command)
    assert (done.code, done.out) == (1, "")
    assert done.err.strip()


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_partly_refused_refs_end_with_3_and_the_rest_is_done(office: Shell, json: list[str]) -> None:
    done = office("done", "desk:INC1", "desk:NOPE", "desk:INC2", *json)
    assert done.code == 3
    assert "desk:NOPE: there is no such item" in done.err
    left = [row["ref"] for row in office("queue", "--json").json]
    assert left == ["desk:INC3"]


def test_refs_are_piped_from_one_command_into_the_next(office: Shell) -> None:
    refs = office("queue", "--query", "owner != none", "--refs").out
    assert sorted(refs.split()) == ["desk:INC2", "desk:INC3"]
    done = office("accept", "-", "--json", stdin=f"{refs}\n\n")
    assert sorted(done.json["refs"]) == ["desk:INC2", "desk:INC3"]


def test_no_refs_on_stdin_is_a_wrong_call(office: Shell) -> None:
    done = office("accept", "-")
    assert done.code == 2 and "no refs" in done.err


def test_a_note_can_come_from_stdin(office: Shell) -> None:
    assert office("note", "-", "--json", stdin="two\nlines\n").json["text"] == "two\nlines"


def test_one_comment_on_several_items_is_one_undo(office: Shell) -> None:
    assert office("comment", "desk:INC1", "desk:INC2", "--text", "Carrier called").code == 0
    assert len(office("log", "list", "--kind", "comment", "--json").json) == 2
    assert office("undo").code == 0
    assert office("log", "list", "--kind", "comment", "--json").json == []


def test_what_was_written_can_be_struck_out_and_brought_back(office: Shell) -> None:
    number = str(office("note", "wrong item", "--json").json["id"])
    assert f"#{number}" in office("log").out
    assert office("log", "withdraw", "note", number, "--reason", "wrong item").code == 0
    assert office("log", "list", "--kind", "note", "--json").json == []
    assert office("log", "withdraw", "note", number).code == 1
    assert office("undo").code == 0
    assert len(office("log", "list", "--kind", "note", "--json").json) == 1


def test_a_queue_row_has_what_the_contract_promises(office: Shell) -> None:
    first = office("queue", "--json").json[0]
    promised = {"ref", "kind", "title", "status", "priority", "owner", "due", "sla_left_s", "rank", "why"}
    assert promised <= first.keys()
    assert first["ref"] == "desk:INC1" and first["why"][0].keys() == {"code", "points", "text"}


def test_a_brief_has_what_the_contract_promises(office: Shell) -> None:
    assert {"since", "changed", "hot", "plan", "watches", "stale_sources"} <= office("brief", "--json").json.keys()


@pytest.mark.parametrize("command", [("queue",), ("show", "desk:INC1"), ("brief",), ("doctor",), ("log", "list")], ids=" ".join)
def test_every_time_has_its_offset(office: Shell, command: tuple[str, ...]) -> None:
    office("note", "something to log")
    text = office(*command, "--json").out
    for found in re.findall(r'"(\d{4}-\d\d-\d\dT[^"]*)"', text):
        assert datetime.fromisoformat(found).tzinfo is not None, found


def test_times_are_in_the_working_days_zone(office: Shell) -> None:
    office.write("config:config.toml", office.config.read_text().replace("Europe/London", "Asia/Tokyo"))
    created = office("show", "desk:INC1", "--json").json["created"]
    assert created.endswith("+09:00")


def test_the_rest_of_a_cut_list_is_counted_on_stderr(office: Shell) -> None:
    done = office("queue", "--limit", "1")
    assert len(done.out.splitlines()) == 2  # the heading and one row
    assert "2 more" in done.err


def test_an_empty_view_says_so_and_prints_no_data(office: Shell) -> None:
    done = office("queue", "--query", "unicorn")
    assert (done.code, done.out) == (0, "") and "nothing matches" in done.err
    assert office("queue", "--query", "unicorn", "--json").json == []


def test_the_log_alone_takes_what_its_list_takes(office: Shell) -> None:
    office("note", "Rolls were swapped")
    office("done", "desk:INC1")
    assert office("log", "--json").json == office("log", "list", "--json").json
    assert [one["kind"] for one in office("log", "--kind", "note", "--json").json] == ["note"]
    assert len(office("log", "--limit", "1").out.splitlines()) == 1


def test_a_title_or_owner_of_any_length_leaves_the_table_in_sight(shell: Shell) -> None:
    long = "Dock 7 " + "and so on " * 48
    shell.office(f"number,short_description,state,priority,assigned_to\nINC1,{long},New,1,\nINC2,Short,New,2,{long}\n")
    assert shell("sync").code == 0
    lines = shell("queue").out.splitlines()
    assert max(map(len, lines)) < 260 and any("…" in one for one in lines[1:])
    whole = " ".join(long.split())
    assert {row["title"] for row in shell("queue", "--json").json} == {whole, "Short"}
    assert whole in shell("show", "desk:INC1").out


def test_another_place_says_until_when_and_with_whom(office: Shell) -> None:
    office("wait", "desk:INC1", "--on", "Bo Lind", "--until", "2026-11-24 09:00", "--text", "Any news?")
    office("snooze", "desk:INC2", "--until", "eod")
    office("done", "desk:INC3")
    heading, row = office("queue", "--place", "waiting").out.splitlines()
    assert heading.split()[-2:] == ["until", "to"] and "Tue 09:00" in row and row.endswith("Bo Lind")
    heading, row = office("queue", "--place", "snoozed").out.splitlines()
    assert heading.endswith("until") and row.endswith("17:00")
    assert office("queue", "--place", "done").out.splitlines()[0].endswith("why here")
    waiting = office("queue", "--place", "waiting", "--json").json[0]
    assert waiting["target"] == "Bo Lind" and waiting["until"] == "2026-11-24T09:00:00+00:00"


def test_a_brief_that_leaves_out_changes_says_how_many_and_where_they_are(shell: Shell) -> None:
    rows = "".join(f"INC{n},Ticket {n},New,3,,2026-11-20 02:10:00\n" for n in range(37))
    shell.office("number,short_description,state,priority,assigned_to,opened_at\n" + rows)
    assert shell("sync").code == 0
    assert "…and 17 more: `opstui queue --changed`" in shell("brief").out
    assert shell("brief", "--json").json["changed_count"] == 37
    assert len(shell("queue", "--changed", "--refs").out.split()) == 37
