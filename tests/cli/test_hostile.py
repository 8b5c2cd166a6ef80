"""Text from a source reaches no terminal as anything but text, in whatever field and on whatever way out."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from tests.support.shell import Shell

EVIL = "a\x1b[31mred\x1b]52;c;aGk=\x07\x9b2Jb\u202egnp\u202c\u200b\x00\x08 [@click=app.quit]x[/nope] \ud83d\ude00"
EVIL = EVIL.encode("utf-16", "surrogatepass").decode("utf-16")
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
HEADING = (
    "number",
    "short_description",
    "description",
    "state",
    "priority",
    "assigned_to",
    "caller_id",
    "labels",
    "comments",
    "x",
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A home whose export is hostile in every cell but one key; a second row is refused."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*HEADING[:-1], EVIL.replace("\x00", "")])
    writer.writerow(["INC1", *[f"{name} {EVIL}" for name in HEADING[1:]]])
    writer.writerow([f"K {EVIL}", EVIL, "", "New", "", EVIL, "", "", "", ""])
    writer.writerow(["", *[f"{name} {EVIL}" for name in HEADING[1:]]])
    shell = Shell(tmp_path)
    shell.office(text.getvalue().encode("utf-8", "surrogatepass"))
    done = shell("sync")
    assert done.code in (0, 3), done.err
    assert not STEERS.search(done.out + done.err)
    return shell


@pytest.mark.parametrize(
    "command",
    [
        ("queue",),
        ("queue", "--refs"),
        ("brief",),
        ("show", "desk:INC1"),
        ("log", "search", "red"),
        ("doctor",),
        ("sync",),
        ("config", "show"),
        ("config", "check"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("json", [[], ["--json"]], ids=["words", "json"])
def test_what_is_printed_steers_nothing(shell: Shell, command: tuple[str, ...], json: list[str]) -> None:
    done = shell(*command, *json)
    assert done.code in (0, 1), done.err
    assert not STEERS.search(done.out + done.err)


def test_brackets_are_kept_as_they_are(shell: Shell) -> None:
    assert "[@click=app.quit]x[/nope]" in shell("queue").out


def test_what_a_person_types_is_made_harmless_too(shell: Shell) -> None:
    assert shell("note", f"note {EVIL}".replace("\x00", "")).code == 0
    assert shell("snooze", "desk:INC1", "--until", "2h", "--reason", f"why {EVIL}".replace("\x00", "")).code == 0
    for command in (("log",), ("undo", "--list"), ("show", "desk:INC1"), ("undo",)):
        done = shell(*command)
        assert done.code == 0 and not STEERS.search(done.out + done.err), command


def test_an_unknown_ref_with_control_codes_is_quoted_harmlessly(shell: Shell) -> None:
    done = shell("done", f"desk:{EVIL}".replace("\x00", ""))
    assert done.code == 1 and not STEERS.search(done.err)


def test_the_set_up_shows_hostile_headings_and_samples_harmlessly(shell: Shell) -> None:
    path = shell.config.parent / "tickets.csv"
    done = shell("init", "--connector", "csv", "--option", f"path={path}", "--name", "again", "--json")
    assert done.code == 0, done.err
    assert not STEERS.search(done.out + done.err)
