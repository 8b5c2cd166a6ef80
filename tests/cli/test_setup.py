"""``opstui init``: asked nothing, it writes what it was told; what it guessed is shown first; nothing is overwritten."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path

import pytest

from tests.fakes.redmine import TOKEN, Redmine
from tests.support.faults import serve
from tests.support.plugin import install
from tests.support.proxy import proxy_to
from tests.support.shell import ROOT, Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A home with an export in it."""
    shell = Shell(tmp_path)
    shell.write("Tickets May.csv", "number,short_description,state\nINC1,Door,New\n")
    return shell


def written(shell: Shell) -> dict[str, object]:
    return tomllib.loads(shell.config.read_text())


def test_a_first_config_is_written_whole_and_private(shell: Shell) -> None:
    done = shell("init", "--connector", "csv", "--option", "path=Tickets May.csv", "--me", "Ana Ruiz")
    assert done.code == 0, done.err
    assert done.out.strip() == str(shell.config)
    found = written(shell)
    assert found["day"] == {"timezone": "Europe/London"} and found["me"] == {"name": "Ana Ruiz"}
    (source,) = found["sources"]  # type: ignore[misc]
    assert source["name"] == "tickets-may" and source["connector"] == "csv"
    assert source["options"]["columns"] == {"key": "number", "title": "short_description", "status": "state"}
    assert shell.config.stat().st_mode & 0o777 == 0o600


def test_what_was_guessed_is_shown_with_values_and_the_next_command_is_named(shell: Shell) -> None:
    done = shell("init", "--connector", "csv", "--option", "path=Tickets May.csv")
    lines = done.err.splitlines()
    assert any(line.split()[:3] == ["key", "number", "INC1"] for line in lines)
    assert any(line.split()[:3] == ["title", "short_description", "Door"] for line in lines)
    assert "opstui sync" in lines[-1]


def test_json_carries_the_path_and_the_guesses(shell: Shell) -> None:
    found = shell("init", "--connector", "csv", "--option", "path=Tickets May.csv", "--json").json
    assert found["path"] == str(shell.config) and found["done"] == "written" and found["rows"] == 1
    assert {one["attribute"]: one["column"] for one in found["guesses"]}["title"] == "short_description"


def test_a_path_beside_the_config_is_written_relative_to_it_and_another_whole(shell: Shell) -> None:
    shell.write("config:in/a.csv", "number,title\n1,x\n")
    shell("init", "--connector", "csv", "--option", "path=.config/opstui/in/a.csv")
    shell("init", "--connector", "csv", "--option", "path=Tickets May.csv")
    a, b = written(shell)["sources"]  # type: ignore[misc]
    assert a["options"]["path"] == "in/a.csv"
    assert b["options"]["path"] == str(shell.home / "Tickets May.csv")


def test_with_a_config_there_it_adds_a_source_and_keeps_every_comment(shell: Shell) -> None:
    shell.write("config:config.toml", "version = 1  # mine\n[day]\ntimezone = 'Asia/Tokyo'  # far away\n")
    done = shell("init", "--connector", "csv", "--option", "path=Tickets May.csv", "--name", "desk", "--json")
    assert done.json["done"] == "added", done.err
    text = shell.config.read_text()
    assert "# mine" in text and "# far away" in text and 'name = "desk"' in text


def test_a_name_that_is_taken_is_not_overwritten_silently(shell: Shell) -> None:
    command = ("init", "--connector", "csv", "--option", "path=Tickets May.csv")
    assert shell(*command).code == 0
    before = shell.config.read_bytes()
    again = shell(*command)
    assert again.code == 2 and "--replace" in again.err and shell.config.read_bytes() == before
    assert shell(*command, "--replace", "--option", "kind=alert", "--json").json["done"] == "replaced"
    assert len(written(shell)["sources"]) == 1  # type: ignore[arg-type]


def test_a_column_can_be_told_and_ruled_out(shell: Shell) -> None:
    told = ("--option", "columns.team=state", "--option", "columns.status=")
    shell("init", "--connector", "csv", "--option", "path=Tickets May.csv", *told)
    (source,) = written(shell)["sources"]  # type: ignore[misc]
    assert source["options"]["columns"]["team"] == "state" and source["options"]["columns"]["status"] == ""


def test_options_have_the_types_that_the_connector_declares(shell: Shell) -> None:
    more = ("complete=yes", "missing=?, n.v.", "priorities.Gold=1")
    given = [part for text in ("path=Tickets May.csv", *more) for part in ("--option", text)]
    assert shell("init", "--connector", "csv", *given).code == 0
    (source,) = written(shell)["sources"]  # type: ignore[misc]
    options = source["options"]
    assert options["complete"] is True and options["missing"] == ["?", "n.v."] and options["priorities"] == {"Gold": 1}


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (("--connector", "cvs"), 2, "did you mean 'csv'"),
        (("--connector", "csv"), 2, "path: is required. "),
        (("--connector", "csv", "--option", "pth=x"), 2, "did you mean path"),
        (("--connector", "csv", "--option", "path"), 2, "not KEY=VALUE"),
        (("--connector", "csv", "--option", "path=gone.csv"), 1, "gone.csv is not there"),
        (("--connector", "csv", "--option", "path=Tickets May.csv", "--name", "a:b"), 2, "cannot be a source's name"),
        (("--connector", "csv", "--option", "path=Tickets May.csv", "--timezone", "Europe/Londn"), 2, "Europe/London"),
        (("--connector", "csv", "--option", "path=empty.csv"), 1, "empty.csv"),
        (("--connector", "csv", "--option", "path=secret.csv"), 1, "secret.csv"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(shell: Shell, given: tuple[str, ...], code: int, says: str) -> None:
    shell.write("empty.csv", "")
    (shell.home / "secret.csv").mkdir()
    done = shell("init", *given)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
    assert not shell.config.exists()


def test_each_option_that_a_tracker_needs_is_named_once(shell: Shell) -> None:
    done = shell("init", "--connector", "redmine")
    assert done.code == 2
    assert [line.split(":")[0].strip() for line in done.err.splitlines() if "is required" in line] == [
        "options.url",
        "options.token",
    ]
    assert 'is required. Where it is, such as url = "https://redmine.example.com"' in done.err


def test_without_a_terminal_it_does_not_ask(shell: Shell) -> None:
    done = shell("init", stdin="csv\nTickets May.csv\n\n\n\n")
    assert done.code == 2 and "--connector csv" in done.err and not shell.config.exists()


def test_a_config_with_mistakes_is_left_alone(shell: Shell) -> None:
    path = shell.write("config:config.toml", "[day\n")
    done = shell("init", "--connector", "csv", "--option", "path=Tickets May.csv")
    assert done.code == 2 and "not valid TOML" in done.err and path.read_text() == "[day\n"


def test_a_source_that_is_not_there_yet_can_be_written_as_it_is(shell: Shell) -> None:
    done = shell("init", "--connector", "csv", "--option", "path=later/*.csv", "--as-is", "--name", "later")
    assert done.code == 0, done.err
    (source,) = written(shell)["sources"]  # type: ignore[misc]
    assert source["options"] == {"path": str(shell.home / "later/*.csv")}


def test_a_header_without_rows_is_enough_to_set_up(shell: Shell) -> None:
    shell.write("header.csv", "number,short_description,state\n")
    done = shell("init", "--connector", "csv", "--option", "path=header.csv", "--json")
    assert done.code == 0 and done.json["rows"] == 0


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("raise RuntimeError('torn')", "torn"),
        ("import sys; sys.exit(3)", "3"),
        ("api_version = 99", "API version 99"),
    ],
)
def test_a_broken_connector_is_named_with_its_reason(shell: Shell, body: str, says: str) -> None:
    plugins = install(shell.home / "plugins", "torn", body)
    shell.env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'plugins'}:{plugins}"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(plugins)
        done = shell("init", "--connector", "torn")
    assert done.code == 1 and "torn" in done.err and says in done.err
    assert not shell.config.exists()


def test_a_connector_that_suggests_nothing_is_written_as_told_and_its_secret_stays_a_reference(shell: Shell) -> None:
    plugins = install(shell.home / "plugins", "plain", "def pull(self, cursor, known):\n    yield Page()")
    shell.env |= {"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}:{plugins}", "KEY": "hunter2"}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(plugins)
        done = shell("init", "--connector", "plain", "--option", 'token={ env = "KEY" }', "--option", "n=7", "--json")
    assert done.code == 0, done.err
    assert done.json["options"] == {"token": {"env": "KEY"}, "n": 7}
    assert "hunter2" not in done.out + done.err + shell.config.read_text()


def test_a_secret_in_the_clear_is_refused(shell: Shell) -> None:
    plugins = install(shell.home / "plugins", "plain", "def pull(self, cursor, known):\n    yield Page()")
    shell.env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'plugins'}:{plugins}"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(plugins)
        done = shell("init", "--connector", "plain", "--option", "token=hunter2")
    assert done.code == 2 and "reference" in done.err and "hunter2" not in done.err
    assert not shell.config.exists()


def test_unknown_headings_are_shown_with_values_and_the_command_that_names_the_key(shell: Shell) -> None:
    shell.write("Fälle offen.csv", "fall;wer;worum;wann\nF-1;Bo;Tor klemmt;2026-11-01\nF-2;Bo;Tor klemmt;2026-11-02\n")
    given = (
        "init",
        "--connector",
        "csv",
        "--option",
        "path=Fälle offen.csv",
        "--option",
        "dates=day-first",
        "--name",
        "faelle",
    )
    done = shell(*given)
    assert done.code == 2 and not shell.config.exists()
    assert any(line.split()[:4] == ["?", "fall", "F-1,", "F-2"] for line in done.err.splitlines())
    assert "worum" in done.err and "Tor klemmt" in done.err
    command = shlex.split(done.err.partition("Such as: ")[2])
    assert command == ["opstui", *given[:-2], "--option", "columns.key=fall", *given[-2:]]
    assert shell(*command[1:]).code == 0
    assert shell("sync").code == 0
    assert shell("queue", "--refs").out.split() == ["faelle:F-1", "faelle:F-2"]


def test_a_time_that_was_said_to_be_the_opening_stays_it_in_an_event_log(shell: Shell) -> None:
    rows = "1;Tor;2026-11-01 08:00\n1;Tor;2026-11-02 08:00\n2;Dach;2026-11-03 08:00\n3;Rampe;2026-11-04 08:00\n"
    shell.write("log.csv", "Nummer;Titel;Geöffnet\n" + rows)
    columns = 'columns={key="Nummer", title="Titel", created="Geöffnet"}'
    done = shell("init", "--connector", "csv", "--option", "path=log.csv", "--option", columns)
    assert done.code == 0, done.err
    (source,) = written(shell)["sources"]  # type: ignore[misc]
    assert source["options"]["columns"] == {"key": "Nummer", "title": "Titel", "created": "Geöffnet"}
    (line,) = [line for line in done.err.splitlines() if line.split()[1:2] == ["Geöffnet"]]
    assert line.split()[0] == "created" and line.endswith("as told")
    assert "table of events, 3 records" in done.err and "4 rows of 3 records" in done.err


def test_a_new_source_is_looked_at_through_the_proxy_of_the_config_there_is(shell: Shell) -> None:
    shell.env["DESK_KEY"] = TOKEN
    given = ("url=http://redmine.example.com", "plain_http=true", 'token={ env = "DESK_KEY" }')
    with serve(Redmine()) as server, proxy_to(server.url) as proxy:
        shell.write("config:config.toml", f"version = 1\n[network]\nproxy = '{proxy.url}'\n")
        done = shell("init", "--connector", "redmine", *(word for one in given for word in ("--option", one)), "--json")
        assert proxy.asked[0].startswith("GET http://redmine.example.com/")
    assert done.json["done"] == "added", done.err
