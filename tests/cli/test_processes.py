"""Commands as real processes: pipes that break, Ctrl+C, streams that are closed, letters that do not fit, undo later."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.plugin import install
from tests.support.rights import needs_rights, stopped_by_rights
from tests.support.shell import CONFIG, EXPORT, ROOT, Shell

INIT = ("init", "--connector", "csv", "--option", "path=tickets.csv")
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def start(shell: Shell, *args: str, **more: object) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    where = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe, "cwd": shell.home, "env": shell.environ} | more
    return subprocess.Popen([sys.executable, "-m", "opstui", *args], **where)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_has_enough_is_no_failure(office: Shell) -> None:
    with start(office, "config", "schema") as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()  # before a word was written
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_a_closed_stdout_or_stdin_is_no_failure(office: Shell) -> None:
    command = f"exec {sys.executable} -m opstui"
    for script in (f"{command} queue >&-", f"{command} queue 2>&-", f"{command} queue <&-", f"{command} >&-", f"{command} <&-"):
        done = subprocess.run(["sh", "-c", script], cwd=office.home, env=office.environ, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_letters_that_the_terminal_lacks_are_spelled_out(office: Shell) -> None:
    office.env["PYTHONIOENCODING"] = "ascii"
    assert office.real("note", "Tür klemmt – 3 €").code == 0
    done = office.real("log")
    assert done.code == 0 and r"T\xfcr klemmt \u2013 3 \u20ac" in done.out
    assert office.real("log", "list", "--json").json[0]["text"] == "Tür klemmt – 3 €"


def test_undo_and_redo_reach_over_processes(office: Shell) -> None:
    assert office.real("snooze", "desk:INC1", "desk:INC2", "--until", "eod").code == 0
    assert [row["ref"] for row in office.real("queue", "--json").json] == ["desk:INC3"]
    assert office.real("undo", "--json").json["refs"] == ["desk:INC1", "desk:INC2"]
    assert len(office.real("queue", "--json").json) == 3
    assert office.real("redo").code == 0
    assert len(office.real("queue", "--json").json) == 1


def test_ctrl_c_during_a_sync_ends_with_130_and_leaves_the_store_clean(shell: Shell) -> None:
    body = "def pull(self, cursor, known):\n    yield Page((self.item(1),))\n    time.sleep(60)"
    plugins = install(shell.home / "plugins", "slow", body)
    shell.env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'plugins'}:{plugins}"
    shell.office(config=CONFIG.replace('"csv"', '"slow"'))
    with start(shell, "sync") as process:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not shell("queue", "--refs").out:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and out == b""
    assert "kept" in err.decode() and "Traceback" not in err.decode()
    assert shell("queue", "--refs").out.split() == ["desk:T-1"]


def test_a_sync_of_which_one_source_fails_ends_with_3_and_all_with_1(shell: Shell) -> None:
    gone = '[[sources]]\nname = "gone"\nconnector = "csv"\n[sources.options]\npath = "gone.csv"\n'
    shell.office(config=CONFIG + gone)
    done = shell("sync", "--json")
    assert done.code == 3
    assert {one["source"]: one["ok"] for one in done.json} == {"desk": True, "gone": False}
    assert "gone.csv is not there" in done.err
    assert shell("sync", "gone").code == 1


def test_what_was_refused_before_is_told_as_long_as_it_stands(shell: Shell) -> None:
    bad = "".join(f",no number {n},New,,,\n" for n in range(4))
    shell.office(EXPORT + bad)
    assert ", 4 refused (opstui doctor" in shell("sync").err
    assert ", 4 refused before (opstui doctor" in shell("sync").err
    (result,) = shell("sync", "--json").json
    assert (result["refused"], result["refused_before"], result["ok"]) == (4, 4, True)
    shell.write("config:tickets.csv", EXPORT + "INC9,New one,New,,,\n" + bad)
    assert ", 4 refused (opstui doctor" in shell("sync").err
    shell.write("config:tickets.csv", EXPORT)
    done = shell("sync", "--json")
    assert (done.json[0]["refused"], done.json[0]["refused_before"]) == (0, 0) and "refused" not in done.err


def test_watching_prints_one_json_line_per_event_until_it_is_stopped(office: Shell) -> None:
    with start(office, "sync", "--watch", "--json") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert "event" in json.loads(first)
    assert process.returncode == 130 and b"Traceback" not in err


@needs_rights
def test_a_data_folder_that_cannot_be_written_is_told(office: Shell) -> None:
    office.home.joinpath("locked").mkdir(mode=0o500)
    done = office.real("--data-dir", "locked/inner", "queue", **stopped_by_rights())
    assert done.code == 1 and "cannot be written" in done.err and "--data-dir" in done.err


@needs_rights
@pytest.mark.parametrize("command", ["queue", "brief", "sync", "doctor", "backup"])
def test_a_data_folder_of_somebody_else_is_told(office: Shell, command: str) -> None:
    office.data.chmod(0)
    try:
        done = office.real(command, **stopped_by_rights())
    finally:
        office.data.chmod(0o700)
    assert done.code == 1
    assert "belongs to somebody else" in done.out + done.err and "--data-dir" in done.out + done.err
    assert "mistake" not in done.err and "Traceback" not in done.err


@needs_rights
@pytest.mark.parametrize("command", [("queue",), ("config", "check"), ("doctor",), INIT, ()], ids=" ".join)
def test_a_config_folder_of_somebody_else_is_told(office: Shell, command: tuple[str, ...]) -> None:
    office.config.parent.chmod(0)
    try:
        done = office.real(*command, **stopped_by_rights())
    finally:
        office.config.parent.chmod(0o700)
    assert "mistake" not in done.err and "Traceback" not in done.err
    assert done.code and "you may not read it" in done.out + done.err


@needs_full
@pytest.mark.parametrize("command", [("queue",), ("queue", "--json"), ("--help",), ("log", "--help")], ids=" ".join)
def test_an_output_that_takes_nothing_more_is_told(office: Shell, command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        argv = [sys.executable, "-m", "opstui", *command]
        done = subprocess.run(
            argv, stdout=full, stderr=subprocess.PIPE, env=office.environ, cwd=office.home, check=False, timeout=60
        )
    err = done.stderr.decode()
    assert done.returncode == 1
    assert "output" in err and "No space left" in err
    assert "mistake" not in err and "Exception ignored" not in err and len(err.splitlines()) <= 2


@needs_full
def test_narration_that_cannot_be_written_stops_nothing(office: Shell) -> None:
    with Path("/dev/full").open("wb") as full:
        argv = [sys.executable, "-m", "opstui", "queue", "--limit", "1"]
        done = subprocess.run(
            argv, stdout=subprocess.PIPE, stderr=full, env=office.environ, cwd=office.home, check=False, timeout=60
        )
    assert done.returncode == 0 and b"INC1" in done.stdout


def test_a_data_folder_below_a_file_is_told(office: Shell) -> None:
    office.write("file", "")
    done = office.real("--data-dir", "file/inner", "queue")
    assert done.code == 1 and "cannot be written" in done.err and "Traceback" not in done.err


def test_an_export_comes_back_in_another_home(office: Shell, tmp_path_factory: pytest.TempPathFactory) -> None:
    office.real("snooze", "desk:INC1", "--until", "2h", "--reason", "Waiting for a date")
    office.real("note", "Rolls were swapped", "--on", "desk:INC2")
    office.real("decide", "Swap rolls on Mondays", "--why", "It holds")
    assert office.real("export", "out", "--json").json["notes"] == 1
    other = Shell(tmp_path_factory.mktemp("other"))
    other.office()
    assert other("sync").code == 0
    done = other.real("import", str(office.home / "out"), "--json")
    assert done.code == 0, done.err
    assert done.json["added"]["notes"] == 1 and done.json["refused"] == []
    assert sorted(row["ref"] for row in other("queue", "--json").json) == ["desk:INC2", "desk:INC3"]
    assert other("show", "desk:INC2", "--json").json["notes"][0]["text"] == "Rolls were swapped"
    again = other.real("import", str(office.home / "out"), "--json").json
    assert not any(again["added"].values())


def test_a_backup_is_restored_with_the_store_it_replaces_kept(office: Shell) -> None:
    copy = office.real("backup", "--json").json["path"]
    office.real("done", "desk:INC1", "desk:INC2", "desk:INC3")
    assert office.real("queue", "--json").json == []
    done = office.real("restore", copy, "--json")
    assert done.code == 0, done.err
    assert len(office.real("queue", "--json").json) == 3
    assert os.path.exists(done.json["kept"])  # noqa: PTH110 - a path of JSON
    assert done.json["parked"] == 0


def test_a_file_that_is_no_backup_is_not_restored(office: Shell) -> None:
    office.write("notes.txt", "not a store")
    done = office("restore", "notes.txt")
    assert done.code == 1 and "notes.txt" in done.err
    assert len(office("queue", "--json").json) == 3
