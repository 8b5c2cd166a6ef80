"""``opstui demo`` where there is no terminal: the brief, and a day that stays as it was left."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.shell import Shell


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a prepared demo day."""
    home = tmp_path_factory.mktemp("demo")
    done = Shell(home)("demo")
    assert done.code == 0, done.err
    assert "preparing" in done.err
    return home


@pytest.fixture
def shell(prepared: Path, tmp_path: Path) -> Shell:
    """A copy of that home."""
    shutil.copytree(prepared, tmp_path / "home")
    return Shell(tmp_path / "home")


def test_without_a_terminal_it_prints_the_ranked_morning_and_how_to_open_the_app(shell: Shell) -> None:
    done = shell("demo")
    assert done.code == 0 and done.out.startswith("# Friday 20 November 2026, 08:0")
    assert "`helpdesk:INC4711`" in done.out and "`opstui demo` opens the app" in done.err
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out)


def test_every_line_of_the_brief_is_whole(shell: Shell) -> None:
    assert "()" not in shell("demo").out


def test_a_second_opening_prepares_nothing_and_keeps_what_was_done(shell: Shell) -> None:
    assert shell("demo", "done", "helpdesk:INC4711").code == 0
    again = shell("demo")
    assert "preparing" not in again.err and "INC4711" not in again.out.split("## Since")[0]


def test_fresh_starts_the_day_again(shell: Shell) -> None:
    assert shell("demo", "done", "helpdesk:INC4711").code == 0
    again = shell("demo", "--fresh")
    assert again.code == 0 and "preparing" in again.err and "1. `helpdesk:INC4711`" in again.out


def test_its_day_goes_on_where_it_was_left(shell: Shell) -> None:
    (shell.data / "demo/clock").write_text("2026-11-20T15:30:00+00:00")
    assert shell("demo").out.startswith("# Friday 20 November 2026, 15:30")


def test_a_day_whose_clock_was_not_kept_goes_on_after_the_last_thing_done_in_it(shell: Shell) -> None:
    (shell.data / "demo/clock").write_text("2026-11-20T15:30:00+00:00")
    assert shell("demo", "done", "helpdesk:INC4711").code == 0
    (shell.data / "demo/clock").unlink()  # as when it was killed
    assert shell("demo").out.startswith("# Friday 20 November 2026, 15:30")


def test_an_interrupted_preparation_is_done_again(shell: Shell) -> None:
    (shell.data / "demo/ready").unlink()
    done = shell("demo")
    assert done.code == 0 and "preparing" in done.err and "INC4711" in done.out


def test_what_an_interrupted_preparation_left_is_no_part_of_the_day(shell: Shell) -> None:
    (shell.data / "demo/ready").unlink()
    assert shell("demo", "outbox", "--all").out.count("conflict  projects:OPS-88") == 1
    assert [one.name for one in shell.data.iterdir() if one.name.startswith("demo.")] == []


def test_it_takes_nothing_from_ones_own_config(shell: Shell) -> None:
    shell.env |= {"OPSTUI_CONFIG": "/nowhere/x.toml", "OPSTUI_DAY__TIMEZONE": "Asia/Tokyo"}
    done = shell("demo")
    assert done.code == 0 and "2026, 08:0" in done.out


def test_it_is_as_private_as_ones_own_store(shell: Shell) -> None:
    shell("demo", "--fresh")
    assert (shell.data / "demo").stat().st_mode & 0o777 == 0o700
    assert (shell.data / "demo/opstui.db").stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_written_is_told_with_another_way(shell: Shell) -> None:
    shell.write("file", "")
    done = shell("--data-dir", "file", "demo")
    assert done.code == 1 and "file/demo" in done.err and "--data-dir" in done.err


def test_any_command_works_on_the_demos_store_config_and_clock(shell: Shell) -> None:
    queue = shell("demo", "queue", "--json")
    assert queue.code == 0 and queue.json[0]["ref"] == "helpdesk:INC4711"
    assert shell("demo", "snooze", "helpdesk:INC4711", "--until", "2h").code == 0
    until = shell("demo", "show", "helpdesk:INC4711", "--json").json["until"]
    assert until.startswith("2026-11-20T10:0")
    assert shell("demo", "undo", "--json").json["refs"] == ["helpdesk:INC4711"]
    assert shell("demo", "config", "path").out.strip() == str(shell.data / "demo/day/config.toml")
    assert (
        shell("--set", "day.timezone=Asia/Tokyo", "demo", "show", "helpdesk:INC4711", "--json")
        .json["created"]
        .endswith("+09:00")
    )
    assert not (shell.data / "opstui.db").exists()


def test_a_command_of_the_demo_ends_as_it_does_elsewhere(shell: Shell) -> None:
    assert shell("demo", "undo").code == 0  # what was changed on the board in the evening
    assert shell("demo", "undo").code == 1
    wrong = shell("demo", "quue")
    assert wrong.code == 2 and "Did you mean 'queue'?" in wrong.err and "opstui demo --help" in wrong.err
    assert shell("demo", "demo").code == 2
    assert shell("demo", "queue", "--help").out.startswith("Usage: opstui demo queue")
    some = shell("demo", "done", "helpdesk:INC4711", "helpdesk:NOPE")
    assert some.code == 3


def test_the_clock_goes_on_from_command_to_command(shell: Shell) -> None:
    (shell.data / "demo/clock").write_text("2026-11-20T15:30:00+00:00")
    assert shell("demo", "brief").out.startswith("# Friday 20 November 2026, 15:30")
    assert (shell.data / "demo/clock").read_text().startswith("2026-11-20T15:3")


def test_a_command_prepares_the_day_when_there_is_none(tmp_path: Path) -> None:
    done = Shell(tmp_path)("demo", "--fresh", "queue", "--refs")
    assert done.code == 0 and "preparing" in done.err and "helpdesk:INC4711" in done.out.split()
