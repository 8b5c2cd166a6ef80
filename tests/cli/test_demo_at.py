"""``opstui demo --at HH:MM``: the day at another hour, in a store of its own, with what has happened by then."""

from __future__ import annotations

import shutil
import sys
from datetime import time
from pathlib import Path

import pytest

from opstui.cli.demo import pane_at
from tests.support.shell import Shell
from tests.support.terminal import Terminal


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo prepared at ten."""
    home = tmp_path_factory.mktemp("demo-at")
    done = Shell(home)("demo", "--at", "10:00")
    assert done.code == 0, done.err
    assert "preparing the demo day up to 10:00" in done.err
    return home


@pytest.fixture
def shell(prepared: Path, tmp_path: Path) -> Shell:
    """A copy of that home."""
    shutil.copytree(prepared, tmp_path / "home")
    return Shell(tmp_path / "home")


def at_ten(shell: Shell, *args: str) -> str:
    done = shell("demo", "--at", "10:00", *args)
    assert done.code == 0, done.err
    assert "preparing" not in done.err
    return done.out


def test_it_stands_at_that_hour_and_says_how_to_come_back(shell: Shell) -> None:
    done = shell("demo", "--at", "10:00")
    assert done.out.startswith("# Friday 20 November 2026, 10:0")
    assert "`opstui demo --at 10:00` opens the app" in done.err


def test_an_hour_has_a_store_of_its_own_however_it_is_written(shell: Shell) -> None:
    at_ten(shell, "done", "helpdesk:INC4708")
    for spelling in ("10", "10.00", " 10:00"):
        refs = shell("demo", "--at", spelling, "queue", "--refs").out.split()
        assert "helpdesk:INC4708" not in refs and "helpdesk:INC4709" in refs
    assert [path.name for path in shell.data.iterdir()] == ["demo-1000"]


def test_the_day_without_an_hour_stays_at_its_morning(shell: Shell) -> None:
    assert shell("demo").out.startswith("# Friday 20 November 2026, 08:0")
    assert shell("demo", "--fresh", "log").code == 0
    assert "helpdesk:INC4711" in at_ten(shell, "log")


def test_fresh_starts_that_hour_again_and_no_other(shell: Shell) -> None:
    at_ten(shell, "done", "helpdesk:INC4708")
    again = shell("demo", "--at", "10:00", "--fresh", "queue", "--refs")
    assert "preparing" in again.err and "helpdesk:INC4708" in again.out.split()


def test_its_clock_goes_on_where_it_was_left(shell: Shell) -> None:
    (shell.data / "demo-1000/clock").write_text("2026-11-20T10:14:00+00:00")
    assert at_ten(shell).startswith("# Friday 20 November 2026, 10:14")


def test_what_was_done_before_is_in_the_log_at_its_time(shell: Shell) -> None:
    lines = at_ten(shell, "log").splitlines()
    for time_of, verb, ref in (
        ("08:07", "assign", "helpdesk:INC4711"),
        ("08:19", "escalate", "projects:OPS-61"),
        ("08:24", "wait", "helpdesk:INC4588"),
        ("08:31", "decision", "helpdesk:INC4671"),
        ("09:02", "note", "mail:m001"),
    ):
        assert [line for line in lines if f"{time_of}  {verb}" in line and ref in line], (time_of, verb)
    assert lines == sorted(lines, reverse=True)


def test_what_was_done_stands_on_the_items_and_nothing_of_it_is_left_to_send(shell: Shell) -> None:
    assert shell("demo", "--at", "10:00", "show", "projects:OPS-61", "--json").json["place"] == "escalated"
    assert shell("demo", "--at", "10:00", "show", "helpdesk:INC4588", "--json").json["target"] == "Voltbridge"
    given = shell("demo", "--at", "10:00", "show", "projects:OPS-110", "--json").json
    assert given["owner"] == "Eli Novak" and given["place"] == "assigned"
    states = [one["state"] for one in shell("demo", "--at", "10:00", "outbox", "--all", "--json").json]
    assert states == ["sent", "sent", "conflict"]


def test_what_came_in_since_the_morning_is_there(shell: Shell) -> None:
    refs = at_ten(shell, "queue", "--refs", "--limit", "200").split()
    assert {"projects:OPS-113", "helpdesk:INC4716", "mail:m014"} <= set(refs)
    assert not {"helpdesk:INC4711", "helpdesk:INC4698", "projects:OPS-20"} & set(refs)  # given away, solved, finished
    moved = at_ten(shell, "show", "projects:OPS-107")
    assert "Blocked" in moved and "Fay Tan: the cost per drop of October" in moved


def test_every_source_was_read_at_that_hour(shell: Shell) -> None:
    assert all(one["state"] == "ok" for one in shell("demo", "--at", "10:00", "source", "list", "--json").json)


def test_the_last_action_of_the_morning_can_be_undone(shell: Shell) -> None:
    assert shell("demo", "--at", "10:00", "undo", "--json").json["refs"] == ["mail:m003"]


def test_a_mistake_in_a_command_is_told_as_it_was_called(shell: Shell) -> None:
    wrong = shell("demo", "--at", "10:00", "quue")
    assert wrong.code == 2 and "opstui demo --at 10:00 --help" in wrong.err


@pytest.mark.parametrize("text", ["25:00", "10:75", "abc", "ten", "10:00:00", "٣:٠٠", "7:59", "0"])
@pytest.mark.parametrize("command", [(), ("queue",)])
def test_what_is_no_hour_of_the_day_is_told_with_one_that_is(text: str, command: tuple[str, ...], tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    done = shell("demo", "--at", text, *command)
    assert done.code == 2 and done.out == "" and "opstui demo --at 10:00" in done.err
    assert not shell.data.exists()


def test_a_time_before_the_morning_says_when_the_day_begins(tmp_path: Path) -> None:
    assert "its day begins at 08:05" in Shell(tmp_path)("demo", "--at", "7").err


@pytest.mark.parametrize(
    ("hour", "pane"),
    [(None, ""), (time(8, 5), ""), (time(9, 29), ""), (time(9, 30), "standup"), (time(12), "standup"), (time(12, 1), "")],
)
def test_around_the_stand_up_it_opens_there(hour: time | None, pane: str) -> None:
    assert pane_at(hour) == pane


def test_on_a_terminal_it_opens_the_app_at_that_hour(shell: Shell) -> None:
    argv = [sys.executable, "-m", "opstui", "demo", "--at", "10:00"]
    with Terminal(argv, shell.environ | {"TERM": "xterm-256color"}, shell.home) as terminal:
        terminal.expect("Fri 20 Nov 10:0")
        terminal.type("q")
        assert terminal.end() == 0
    assert (shell.data / "demo-1000/clock").read_text().startswith("2026-11-20T10:0")
