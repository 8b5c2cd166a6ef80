"""``opstui routine``, ``standard`` and ``improvement``: a day's checks and an item's standard by commands alone."""

from __future__ import annotations

import shlex

import pytest

from tests.support.shell import Shell

MORE = """
[[routines]]
name = "Opening checks"
due = "08:30"
sign = true
steps = ["Lights", "Doors", { text = "Cold store", needs = "number" }]
[[routines]]
name = "Audit"
every = "month"
steps = ["Float"]
[[standards]]
name = "Scanner rejects labels"
when = "scanner"
path = "sop/scanner.md"
[[standards]]
name = "Any printer"
when = "printer or scanner"
steps = ["Look at the roll"]
"""
SOP = "# Scanner rejects labels\n\n## Steps\n- [ ] Clean the head\n- [ ] Swap the roll\n"


@pytest.fixture
def shop(office: Shell) -> Shell:
    office.write("config:sop/scanner.md", SOP)
    office.write("config:config.toml", office.config.read_text() + MORE)
    return office


def test_a_round_is_done_by_commands_alone(shop: Shell) -> None:
    listed = shop("routine", "list")
    assert "Opening checks" in listed.out and "due in 2" in listed.out and "Audit" not in listed.out
    assert shop("routine", "tick", "opening", "1").out == "Ticked Lights, 1 of 3 of Opening checks\n"
    refused = shop("routine", "tick", "opening", "cold")
    assert refused.code == 1 and "takes a number" in refused.err and not refused.out
    assert shop("routine", "tick", "opening", "cold", "--note", "-18.5 C").code == 0
    early = shop("routine", "sign", "opening")
    assert early.code == 1 and "Doors" in early.err
    assert shop("routine", "skip", "opening", "doors", "--reason", "locked already").code == 0
    assert "opstui routine sign" in shop("routine", "show", "opening").err
    assert shop("routine", "sign", "opening", "--json").json["group"] > 0
    shown = shop("routine", "show", "Opening checks@2026-11-20")
    assert "signed by Ana Ruiz" in shown.out and "-18.5 C" in shown.out and "skipped: locked already" in shown.out
    assert shop("undo").code == 0 and shop("routine", "untick", "opening", "1").code == 0
    found = shop("routine", "list", "--json").json
    assert [(one["routine"], one["done"], one["total"], one["state"]) for one in found] == [("Opening checks", 2, 3, "due")]
    assert found[0]["due"] == "2026-11-20T08:30:00+00:00" and found[0]["steps"][2]["note"] == "-18.5 C"


def test_a_round_is_waived_and_its_history_says_so(shop: Shell) -> None:
    assert shop("routine", "waive", "opening", "--reason", "stocktaking").out == "Waived: Opening checks@2026-11-20\n"
    history = shop("routine", "history", "opening")
    assert "waived" in history.out and "stocktaking" in history.out
    told = shop("routine", "history", "opening", "--json").json
    assert told["kept_percent"] is None and told["days"][0]["outcome"] == "waived"


def test_what_a_missed_round_says_to_do_can_be_done_as_it_stands(shop: Shell) -> None:
    assert shop("sync").code == 0
    shop.env["OPSTUI_NOW"] = "2026-11-20T09:10:00+00:00"
    assert shop("sync").code == 0
    body = shop("show", "opstui:routine-opening-checks-2026-11-20", "--json").json["item"]["body"]
    said = next(line for line in body.split("\n") if "opstui routine waive" in line).partition("opstui ")[2]
    assert shop(*shlex.split(said.replace("…", "stocktaking"))).code == 0
    assert "desk:INC1" in shop("queue").out and "missed" not in shop("queue").out


@pytest.mark.parametrize(
    "command",
    [
        ("routine", "show", "nope"),
        ("routine", "tick", "opening", "9"),
        ("routine", "tick", "Audit", "1"),
        ("routine", "untick", "opening", "1"),
        ("standard", "show", "nope"),
        ("standard", "tick", "desk:INC1", "9", "--standard", "Any printer"),
        ("standard", "tick", "desk:NOPE", "1", "--standard", "Any printer"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_ends_with_1_and_a_reason(shop: Shell, command: tuple[str, ...]) -> None:
    done = shop(*command)
    assert (done.code, done.out) == (1, "") and done.err.strip()


@pytest.mark.parametrize(
    "command",
    [("routine",), ("routine", "skip", "opening", "1"), ("routine", "tik"), ("standard", "tick", "desk:INC1", "1"),
     ("standard", "tick", "desk:INC2", "1"), ("standard", "deviate", "desk:INC1", "1")],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_call_ends_with_2(shop: Shell, command: tuple[str, ...]) -> None:
    done = shop(*command)
    assert (done.code, done.out) == (2, "") and done.err.strip()


def test_a_standard_is_followed_on_an_item_by_commands_alone(shop: Shell) -> None:
    assert "sop/scanner.md" in shop("standard", "list").out
    of = shop("standard", "of", "desk:INC1")
    assert "Scanner rejects labels  0 of 2" in of.out and "Any printer  0 of 1" in of.out
    assert shop("standard", "tick", "desk:INC3", "1").code == 0, "the only one need not be named"
    which = ("--standard", "scanner")
    assert shop("standard", "tick", "desk:INC1", "clean", *which, "--note", "was dirty").code == 0
    assert shop("standard", "deviate", "desk:INC1", "2", *which, "--why", "no roll left").code == 0
    assert shop("standard", "untick", "desk:INC1", "1", *which).code == 0
    found = shop("standard", "of", "desk:INC1", "--json").json[0]
    assert (found["done"], found["total"], found["steps"][1]["deviation"]) == (1, 2, "no roll left")
    assert "Clean the head" in shop("standard", "show", "scanner").out
    assert "Scanner rejects labels  1 of 2" in shop("show", "desk:INC1").out
    (idea,) = shop("improvement", "list", "--json").json
    assert (idea["problem"], idea["ref"], idea["state"]) == ("no roll left", "desk:INC1", "idea")
    assert "no roll left" in shop("improvement", "list").out
    assert any(note["text"].endswith("no roll left") for note in shop("log", "list", "--kind", "note", "--json").json)


def test_config_check_says_that_a_standards_file_is_missing(shop: Shell) -> None:
    assert shop("config", "check").code == 0
    (shop.config.parent / "sop/scanner.md").unlink()
    done = shop("config", "check")
    assert done.code == 0 and "there is no such file" in done.out
    assert "there is no such file" in shop("standard", "of", "desk:INC1").err


def test_without_any_the_lists_say_how_to_begin(office: Shell) -> None:
    for command in (("routine", "list"), ("standard", "list"), ("improvement", "list"), ("standard", "of", "desk:INC1")):
        done = office(*command)
        assert done.code == 0 and not done.out and done.err.strip()
        assert office(*command, "--json").json == []
