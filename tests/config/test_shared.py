"""A shared file is data: nothing in it may run, and no secret may stand in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.support import found, loaded, the_one, written

SOURCE = '[[sources]]\nname = "j"\nconnector = "{connector}"\n[sources.options]\n{option}\n'
COMMAND = 'token = { command = ["pass", "show", "jira"] }'


def _shared(folder: Path, *, connector: str = "jira", option: str = 'url = "https://jira.example.com"') -> tuple[str, Path]:
    text = SOURCE.replace("{connector}", connector).replace("{option}", option)
    return 'extends = ["team.toml"]\n', written(folder, text, "team.toml")


@pytest.mark.parametrize(
    "option",
    [
        COMMAND,
        'token = { command = "pass show jira" }',
        'deep = { list = [{ command = ["sh"] }] }',
        'command = ["sh", "-c", "true"]',
    ],
)
def test_a_shared_command_is_refused_with_its_line(tmp_path: Path, option: str) -> None:
    text, path = _shared(tmp_path, option=option)
    finding = next(one for one in found(tmp_path, text) if "may not run a command" in one.why)
    assert (finding.severity, finding.where) == ("error", f"{path}:5")
    assert "your own config file" in finding.next_step


@pytest.mark.parametrize(
    ("option", "line"),
    [('hook = "lib/run.py"', 5), ('plugin = "x"', 5), ('path = "addons/x.so"', 5)],
)
def test_a_shared_path_to_code_is_refused(tmp_path: Path, option: str, line: int) -> None:
    text, path = _shared(tmp_path, option=option)
    finding = the_one(found(tmp_path, text))
    assert (finding.where, "Python code" in finding.why) == (f"{path}:{line}", True)


@pytest.mark.parametrize("connector", ["evil.mod:Thing", "./evil.py", "/opt/evil"])
def test_a_shared_connector_is_a_name_and_nothing_else(tmp_path: Path, connector: str) -> None:
    text, path = _shared(tmp_path, connector=connector)
    findings = found(tmp_path, text)
    assert findings[0].where == f"{path}:3"
    assert "Python code" in findings[0].why


def test_a_file_that_a_shared_file_extends_is_shared_too(tmp_path: Path) -> None:
    written(tmp_path, SOURCE.replace("{connector}", "x").replace("{option}", COMMAND), "far.toml")
    written(tmp_path, 'extends = ["far.toml"]\n', "team.toml")
    assert "far.toml:5" in the_one(found(tmp_path, 'extends = ["team.toml"]\n')).where


def test_a_secret_in_a_shared_file_is_refused_without_being_repeated(tmp_path: Path) -> None:
    text, path = _shared(tmp_path, option='api_key = "hunter2"')
    finding = the_one(found(tmp_path, text))
    assert (finding.severity, finding.where) == ("error", f"{path}:5")
    assert "hunter2" not in str(finding)


def test_the_day_on_which_a_token_ends_is_no_secret(tmp_path: Path) -> None:
    option = 'token = { env = "JIRA" }\ntoken_expires = "2027-01-10"'
    text, _ = _shared(tmp_path, option=option)
    assert found(tmp_path, text) == ()
    assert found(tmp_path, SOURCE.replace("{connector}", "jira").replace("{option}", option)) == ()


def test_ordinary_shared_sources_are_fine(tmp_path: Path) -> None:
    option = 'jql = "project = OPS"\ntoken = { env = "JIRA" }\nfolder = "a:b"\ncolumns = { key = "command" }'
    text, _ = _shared(tmp_path, option=option)
    assert found(tmp_path, text) == ()


def test_the_users_own_file_may_name_a_command(tmp_path: Path) -> None:
    text = SOURCE.replace("{connector}", "jira").replace("{option}", COMMAND)
    assert loaded(tmp_path, text).settings.sources[0].options["token"] == {"command": ["pass", "show", "jira"]}


def test_neither_the_environment_nor_a_flag_may_name_a_command(tmp_path: Path) -> None:
    text = SOURCE.replace("{connector}", "jira").replace("{option}", "")
    value = '{ command = ["sh"] }'
    by_variable = the_one(found(tmp_path, text, environ={"OPSTUI_SOURCES__J__OPTIONS__TOKEN": value}))
    by_flag = the_one(found(tmp_path, text, sources__j__options__token=value))
    assert by_variable.why == "the environment may not run a command"
    assert by_flag.why == "the flag may not run a command"


@pytest.mark.parametrize("name", ["https://example.com/team.toml", "http://127.0.0.1/x"])
def test_nothing_is_extended_over_the_network(tmp_path: Path, name: str) -> None:
    assert "only files on disk" in the_one(found(tmp_path, f'extends = ["{name}"]\n')).why
