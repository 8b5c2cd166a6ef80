"""Blockers, escalations and waits with commands alone."""

from __future__ import annotations

import pytest

from tests.support.shell import CONFIG, Shell

LADDER = """
[escalation]
ladder = [ { to = "Bo Lind", acknowledge = "30m", resolve = "4h" } ]
"""
ONE = "desk:INC1"


def test_a_blocker_is_put_in_given_a_next_step_and_an_owner_and_cleared(office: Shell) -> None:
    assert office("blocker", "add", "the key is lost", "--on", ONE, "--owner", "Bo Lind").code == 0
    assert office("blocker", "next", ONE, "ask the night desk").code == 0
    assert office("blocker", "owner", ONE, "Cy Moss").code == 0
    (row,) = office("blocker", "list", "--json").json
    assert {"ref", "title", "owner", "next_step", "first_seen", "last_changed", "unchanged", "forced"} <= row.keys()
    assert (row["ref"], row["title"], row["owner"], row["next_step"]) == (
        ONE,
        "the key is lost",
        "Cy Moss",
        "ask the night desk",
    )
    shown = office("blocker", "list").out
    assert "the key is lost" in shown and "ask the night desk" in shown
    assert office("blocker", "clear", ONE, "--reason", "found it").code == 0
    assert office("blocker", "list", "--json").json == []
    assert office("undo").code == 0
    assert len(office("blocker", "list", "--json").json) == 1


def test_what_is_in_no_tracker_goes_by_the_beginning_of_its_id(office: Shell) -> None:
    office("blocker", "add", "crane 2 is rented out")
    (row,) = office("blocker", "list", "--json").json
    assert row["ref"] is None and row["id"][:8] in office("blocker", "list").out
    assert office("blocker", "next", row["id"][:8], "ask the neighbours").code == 0


def test_an_escalation_is_asked_shown_acknowledged_and_resolved(office: Shell) -> None:
    office.write("config:config.toml", CONFIG + LADDER)
    done = office(
        *("escalate", ONE, "--to", "Bo Lind", "--question", "Who pays?", "--option", "rent -> 200 a day"),
        *("--option", "wait", "--recommend", "1", "--because", "cheaper", "--json"),
    )
    assert done.code == 0, done.err
    (row,) = office("escalation", "list", "--json").json
    assert (row["ref"], row["to"], row["step"], row["missed"], row["outcome"]) == (ONE, "Bo Lind", 1, False, "open")
    assert row["options"] == [{"text": "rent", "consequence": "200 a day"}, {"text": "wait", "consequence": None}]
    text = office("escalation", "text", ONE).out
    assert "# Decision needed by" in text and "1. rent: 200 a day (recommended)" in text
    assert text.strip() in office("escalation", "show", ONE).out
    assert "none" in office("escalation", "list").out
    assert office("escalation", "ack", ONE).code == 0
    assert "Bo Lind has it" in office("escalation", "list").out
    assert office("escalation", "resolve", ONE, "--outcome", "we rent one").code == 0
    assert office("escalation", "list", "--json").json == []
    shown = office("escalation", "show", ONE, "--json").json
    assert (shown["outcome"], shown["said"]) == ("resolved", "we rent one")
    assert ONE in [row["ref"] for row in office("queue", "--json").json]


def test_who_said_no_is_noted(office: Shell) -> None:
    office("escalate", ONE, "--to", "Bo Lind")
    assert office("escalation", "resolve", ONE, "--refused", "--outcome", "no budget").code == 0
    assert office("escalation", "show", ONE, "--json").json["outcome"] == "refused"


def test_what_waits_is_listed_and_nudged_with_words_to_send(office: Shell) -> None:
    office("wait", ONE, "--on", "Bo Lind", "--until", "2h", "--text", "For an answer")
    (row,) = office("waiting", "--json").json
    assert (row["ref"], row["person"], row["due"], row["nudges"]) == (ONE, "Bo Lind", False, [])
    assert "Bo Lind" in office("waiting").out
    done = office("nudge", ONE)
    assert done.code == 0 and "Hi Bo, desk:INC1" in done.out
    assert office("nudge", ONE, "--text", "Bo?", "--next", "mon 9", "--json").json["text"] == "Bo?"
    (row,) = office("waiting", "--json").json
    assert [nudge["text"] for nudge in row["nudges"]][-1] == "Bo?" and row["nudge"].startswith("2026-11-23T09:00")
    assert "×2" in office("waiting").out


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("blocker", "next", "desk:NOPE", "x"), 1, "No blocker"),
        (("blocker", "add"), 2, "needs words"),
        (("blocker", "add", "x", "--on", "desk:NOPE"), 1, "No item"),
        (("escalation", "ack", ONE), 1, "not escalated"),
        (("escalation", "show", ONE), 1, "nobody was asked"),
        (("escalation", "resolve", ONE, "--done", "--refused"), 2, "either done or refused"),
        (("escalate", ONE, "--to", "Bo Lind", "--recommend", "1"), 2, "no option 1"),
        (("nudge", ONE), 1, "waits on nobody"),
        (("nudge", "desk:NOPE"), 1, "No item"),
    ],
)
def test_a_mistake_says_what_why_and_ends_with_its_code(office: Shell, command: tuple[str, ...], code: int, words: str) -> None:
    done = office(*command)
    assert done.code == code and words in done.err and done.out == ""


def test_a_nudge_is_not_sent_where_comments_are_not_taken(office: Shell) -> None:
    office("wait", ONE, "--on", "Bo Lind")
    done = office("nudge", ONE, "--send")
    assert done.code == 1 and "takes no comments" in done.err


@pytest.mark.parametrize("command", [("blocker", "list"), ("escalation", "list"), ("waiting",)], ids=" ".join)
def test_nothing_is_said_to_be_nothing(office: Shell, command: tuple[str, ...]) -> None:
    assert office(*command, "--json").json == []
    done = office(*command)
    assert done.code == 0 and done.err.startswith(("nothing", "opstui: nothing"))


def test_what_nobody_answered_is_in_the_queue_without_anybody_looking_for_it(office: Shell) -> None:
    office("escalate", ONE, "--to", "Bo Lind", "--until", "1h")
    office("wait", "desk:INC3", "--on", "Bo Lind", "--until", "1h")
    assert [row["ref"] for row in office("queue", "--json").json] == ["desk:INC2"]
    office.env["OPSTUI_NOW"] = "2026-11-20T09:06:00+00:00"
    found = {row["ref"]: [term["code"] for term in row["why"]] for row in office("queue", "--json").json}
    assert "unanswered" in found[ONE] and "nudge" in found["desk:INC3"]
