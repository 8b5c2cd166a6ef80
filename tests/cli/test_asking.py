"""``opstui init`` at a terminal: what it asks, in which order, and what it does with wrong answers."""

from __future__ import annotations

import sys
import tomllib

import pytest

from tests.fakes.redmine import TOKEN, Redmine
from tests.support.faults import serve
from tests.support.shell import Shell
from tests.support.terminal import Terminal


@pytest.fixture
def shell(shell: Shell) -> Shell:
    """A home with an export in it."""
    shell.write("tickets.csv", "number,short_description,state\nINC1,Door,New\n")
    return shell


def asked(shell: Shell, *command: str) -> Terminal:
    return Terminal([sys.executable, "-m", "opstui", *command], shell.environ, shell.home)


def test_it_asks_shows_what_it_guessed_and_writes_what_was_agreed(shell: Shell) -> None:
    with asked(shell, "init") as terminal:
        terminal.expect("an export [csv]: ")
        terminal.type("cvs\r")
        terminal.expect("did you mean 'csv'")
        terminal.expect("an export [csv]: ")
        terminal.type("\r")
        terminal.expect("path: ")
        terminal.type("nope.csv\r")
        terminal.expect("nope.csv is not there")
        terminal.expect(": ")
        terminal.type("path=tickets.csv\r")
        assert "INC1" in terminal.expect("Enter takes this")
        assert not shell.config.exists(), "nothing is written before it was agreed"
        terminal.type("stateus=state\r")
        terminal.expect("did you mean")
        terminal.expect("Enter takes this")
        terminal.type("team=state\r")
        terminal.expect("team")
        terminal.expect("Enter takes this")
        terminal.type("\r")
        terminal.expect("called [tickets]: ")
        terminal.type("help desk\r")
        terminal.expect("cannot be a source's name")
        terminal.expect("called [tickets]: ")
        terminal.type("desk\r")
        terminal.expect("time zone [Europe/London]: ")
        terminal.type("\r")
        terminal.expect("Your name")
        terminal.type("Ana Ruiz\r")
        terminal.expect("opstui sync")
        assert terminal.end() == 0
    found = tomllib.loads(shell.config.read_text())
    assert found["me"] == {"name": "Ana Ruiz"} and found["sources"][0]["name"] == "desk"
    assert found["sources"][0]["options"]["columns"]["team"] == "state"


def test_one_more_source_asks_neither_zone_nor_name_and_before_it_writes_over_one(shell: Shell) -> None:
    shell("init", "--connector", "csv", "--option", "path=tickets.csv", "--name", "desk")
    with asked(shell, "init") as terminal:
        terminal.expect("Which connector")
        terminal.type("\r")
        terminal.expect("path: ")
        terminal.type("tickets.csv\r")
        terminal.expect("Enter takes this")
        terminal.type("\r")
        terminal.expect("called [tickets]: ")
        terminal.type("desk\r")
        terminal.expect("Write over it (y/N)")
        terminal.type("\r")
        terminal.expect("called [desk-2]: ")
        terminal.type("\r")
        terminal.expect("now has the source desk-2")
        assert terminal.end() == 0
    assert [one["name"] for one in tomllib.loads(shell.config.read_text())["sources"]] == ["desk", "desk-2"]


def test_it_asks_which_column_is_the_key_when_no_heading_says(shell: Shell) -> None:
    shell.write("odd.csv", "fall,worum\nF-1,Tor\nF-2,Dach\n")
    with asked(shell, "init") as terminal:
        terminal.expect("Which connector")
        terminal.type("\r")
        terminal.expect("path: ")
        terminal.type("odd.csv\r")
        assert "F-1, F-2" in terminal.expect("Which column is key [fall]: ")
        terminal.type("fal\r")
        terminal.expect("the nearest is 'fall'")
        terminal.expect("columns.key=Number: ")
        terminal.type("columns.key=fall\r")
        assert "as told" in terminal.expect("Enter takes this")
        terminal.type_until("\x03", "stopped")
        assert terminal.end() == 130


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["ctrl-c", "ctrl-d"])
def test_leaving_writes_nothing(shell: Shell, key: str) -> None:
    with asked(shell, "init") as terminal:
        terminal.expect("an export [csv]: ")
        terminal.type_until(key, "stopped")
        assert terminal.end() == 130
    assert not shell.config.exists()


def test_a_flag_that_names_the_connector_asks_nothing(shell: Shell) -> None:
    with asked(shell, "init", "--connector", "csv", "--option", "path=tickets.csv") as terminal:
        terminal.expect("opstui sync")
        assert terminal.end() == 0


def test_the_secret_of_a_tracker_may_be_left_for_later(shell: Shell) -> None:
    with serve(Redmine()) as server:
        with asked(shell, "init") as terminal:
            assert "Jira or Redmine" in terminal.expect("an export [csv]: ")
            terminal.type("redmine\r")
            assert "Such as https://redmine.example.com" in terminal.expect("url: ")
            terminal.type(f"{server.url}\r")
            assert "opstui auth takes it later" in terminal.expect("holds the token: ")
            terminal.type("\r")
            assert "without a look" in terminal.expect("Enter takes this")
            terminal.type("\r")
            terminal.expect("called [redmine]: ")
            terminal.type("desk\r")
            terminal.expect("time zone")
            terminal.type("\r")
            terminal.expect("Your name")
            terminal.type("\r")
            assert "opstui auth desk takes its secret" in terminal.expect("opens the app")
            assert terminal.end() == 0
        (source,) = tomllib.loads(shell.config.read_text())["sources"]
        assert '# create = { project = "ops-desk", tracker = "Support" }' in shell.config.read_text().splitlines()
        assert list(source["options"]["token"].values()) == ["desk.token"]
        kept = shell("auth", "desk", "--stdin", "--to", "file", stdin=TOKEN)
        assert kept.code == 0, kept.err
        assert shell("sync").code == 0


def test_a_variable_that_is_not_set_is_taken_and_one_that_may_be_the_secret_is_not(shell: Shell) -> None:
    with asked(shell, "init", "--connector", "redmine", "--option", "url=http://127.0.0.1:9") as terminal:
        terminal.expect("holds the token: ")
        terminal.type("a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0\r")
        terminal.expect("may be the secret itself")
        terminal.expect("holds the token: ")
        terminal.type("DESK_KEY\r")
        terminal.expect("DESK_KEY is not set here")
        terminal.expect("Enter takes this")
        terminal.type("\r")
        terminal.expect("called [redmine]: ")
        terminal.type("\r")
        terminal.expect("time zone")
        terminal.type("\r")
        terminal.expect("Your name")
        terminal.type("\r")
        terminal.expect("opens the app")
        assert terminal.end() == 0
    (source,) = tomllib.loads(shell.config.read_text())["sources"]
    assert source["options"]["token"] == {"env": "DESK_KEY"}


def test_a_tracker_that_cannot_be_reached_is_written_all_the_same_on_enter(shell: Shell) -> None:
    shell.env["DESK_KEY"] = "not-the-key-there"
    with serve(Redmine()) as server, asked(shell, "init", "--connector", "redmine") as terminal:
        terminal.expect("url: ")
        terminal.type("example\r")
        terminal.expect("holds the token: ")
        terminal.type("DESK_KEY\r")
        assert "https://tracker.example.com" in terminal.expect("as in url=https://redmine.example.com")
        terminal.type(f"url={server.url}\r")
        terminal.expect("401")
        terminal.expect("Enter writes it as it is: ")
        terminal.type("\r")
        terminal.expect("Enter takes this")
        terminal.type_until("\x03", "nothing was written")
        assert terminal.end() == 130
    assert not shell.config.exists()


def test_no_word_is_broken_at_80_columns(shell: Shell) -> None:
    with Terminal([sys.executable, "-m", "opstui", "init"], shell.environ, shell.home, (80, 24)) as terminal:
        terminal.expect("Which connector")
        terminal.type("redmine\r")
        terminal.expect("url: ")
        terminal.type("http://127.0.0.1:9\r")
        terminal.expect("holds the token: ")
        terminal.type("\r")
        terminal.expect("Enter takes this")
        terminal.type_until("\x03", "nothing was written")
        assert terminal.end() == 130
        lines = terminal.seen.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert any("tracker such as Jira" in line for line in lines)


def test_opstui_alone_offers_the_demo_and_the_set_up_when_there_is_no_config(shell: Shell) -> None:
    with asked(shell) as terminal:
        terminal.expect("Set up with your tracker or export")
        terminal.type("2")
        terminal.expect("an export [csv]: ")
        terminal.type("\x04")
        assert terminal.end() == 130
