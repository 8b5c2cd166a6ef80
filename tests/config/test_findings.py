"""Every mistake is found, each with its file, its line, its key, why, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.config.findings import dotted, parts
from opstui.config.load import check, load
from opstui.errors import ConfigError
from tests.config.support import found, the_one, written

CASES = [
    # text, line, key, a part of why, a part of what to do
    ("\n[day]\ntimezon = 1\n", 3, "day.timezon", "no such key", "Did you mean day.timezone?"),
    ("timezone = 1\n", 1, "timezone", "no such key", "Did you mean day.timezone?"),
    ("[dya]\nstart = 1\n", 1, "dya", "no such key", "Did you mean day?"),
    ("zzz = 1\n", 1, "zzz", "no such key", "Known: version"),
    ("day = 5\n", 1, "day", "must be a table", ""),
    ("[sources]\nname = 'x'\n", 1, "sources", "list of tables", "[[sources]]"),
    ("people = ['Ana']\n", 1, "people[1]", "must be a table", "[[people]]"),
    ("extends = 'team.toml'\n", 1, "extends", "a list in [ ]; it is a text", ""),
    ("version = 2\n", 1, "version", "at most 1", ""),
    ("[day]\nworkdays = ['mon', 'tuesday']\n", 2, "day.workdays", "'tuesday'", "Did you mean tue?"),
    ("[day]\nworkdays = []\n", 2, "day.workdays", "empty", ""),
    ("[day]\nstart = '25:00'\n", 2, "day.start", "no time of day", "08:30"),
    ("[day]\nhandoff = '5pm'\n", 2, "day.handoff", "no time of day", "08:30"),
    ("[day]\ntimezone = 'Europe/Lodnon'\n", 2, "day.timezone", "no time zone", "Europe/London"),
    ("[day]\ntimezone = 'Europe'\n", 2, "day.timezone", "no time zone", "Europe/"),
    ("[day]\nholidays = ['25.12.2026']\n", 2, "day.holidays", "no date", "2026-12-25"),
    ("[[sources]]\nname = 'a b'\nconnector = 'csv'\n", 2, 'sources."a b".name', "letters, digits", ""),
    ("[[sources]]\nname = 'a'\n", 1, "sources.a", "connector is missing", "connector = "),
    ("[[sources]]\nconnector = 'csv'\n", 1, "sources[1]", "name is missing", "name = "),
    ("[[sources]]\nname = 'a'\nconnector = 'm:C'\n", 3, "sources.a.connector", "no connector's name", "plugin list"),
    ("[[sources]]\nname = 'a'\nconnector = 'csv'\nfolder = '/'\n", 4, "sources.a.folder", "no such key", ""),
    ("[[sources]]\nname = 'a'\nconnector = 'csv'\nevery = '5x'\n", 4, "sources.a.every", "not a duration", "30m"),
    ("[[sources]]\nname = 'a'\nconnector = 'csv'\nevery = '0m'\n", 4, "sources.a.every", "no time at all", "30m"),
    ("[[sources]]\nname = 'a'\nconnector = 'csv'\nevery = '1s'\n", 4, "sources.a.every", "too often", "5s"),
    ("[[sources]]\nname = 'a'\nconnector = 'csv'\ntimezone = 'X/Y'\n", 4, "sources.a.timezone", "no time zone", ""),
    (
        "[[sources]]\nname = 'a'\nconnector = 'csv'\n[[sources]]\nname = 'a'\nconnector = 'csv'\n",
        4,
        "sources.a",
        "used twice; first at",
        "own name",
    ),
    ("[triage]\nsplits = [{ name = 'x', query = 'ownr = me' }]\n", 2, "triage.splits.x.query", "column 1", "owner"),
    ("[triage]\nsplits = [{ name = 'x', query = '' }]\n", 2, "triage.splits.x.query", "empty", ""),
    (f"[triage]\nsplits = [{{ name = 'x', query = '{'a ' * 201}' }}]\n", 2, "triage.splits.x.query", "column 401", "shorter"),
    ("[triage]\nsplits = [\n{ name = 'all', query = 'a' }]\n", 3, "triage.splits.all", "always there", ""),
    ("[triage.weights]\npriorty = 1\n", 2, "triage.weights.priorty", "no such weight", "priority"),
    ("[triage.weights]\nsla = -1\n", 2, "triage.weights.sla", "at least 0", ""),
    ("[triage.weights]\nsla = nan\n", 2, "triage.weights.sla", "at least 0", ""),
    ("[triage.reasons]\ndeclin = []\n", 2, "triage.reasons.declin", "no such verdict", "decline"),
    ("[triage.reasons]\ndecline = 'no'\n", 2, "triage.reasons.decline", "list", ""),
    ("[triage]\nsnooze = [{ name = 'x', when = 'whenever' }]\n", 2, "triage.snooze.x.when", "not a time", "eod"),
    ("[triage]\nsla = [{ name = 'x', within = 'soon' }]\n", 2, "triage.sla.x.within", "not a duration", ""),
    ("[triage]\nsla = [{ name = 'x', within = '1h', when = '(' }]\n", 2, "triage.sla.x.when", "column", ""),
    ("[triage]\nsla = [{ name = 'x', within = '1h', when = 'age > 3d' }]\n", 2, "triage.sla.x.when", "cannot hang on age", ""),
    ("[triage]\nsla = [{ name = 'x', within = '1h', calendar = '24' }]\n", 2, "triage.sla.x.calendar", "'24'", "24x7"),
    ("[triage]\ngroup = ['alrt']\n", 2, "triage.group", "'alrt'", "Did you mean alert?"),
    ("[triage]\nstalled_after = 'x'\n", 2, "triage.stalled_after", "not a duration", ""),
    ("[ui]\nascii = 'yes'\n", 2, "ui.ascii", "'yes'", "auto, on, off"),
    ("[ui]\nkeymap = 'emacs'\n", 2, "ui.keymap", "'emacs'", "vim"),
    ("[ui.keys]\n'item.acept' = 'a'\n", 2, 'ui.keys."item.acept"', "no such action", "item.accept"),
    ("[ui.keys]\n'item.accept' = 'f99'\n", 2, 'ui.keys."item.accept"', "'f99' is no key", ""),
    ("[backup]\nkeep = 0\n", 2, "backup.keep", "at least 1", ""),
    ("[backup]\nkeep = true\n", 2, "backup.keep", "whole number; it is true or false", ""),
    (
        "[[sources]]\nname = 'a'\nconnector = 'x'\noptions = { token = { env = '' } }\n",
        4,
        "sources.a.options.token",
        "env needs a name",
        "",
    ),
]


@pytest.mark.parametrize(("text", "line", "key", "why", "step"), CASES, ids=[f"{case[2]}-{case[3]}" for case in CASES])
def test_a_mistake_is_found_with_its_line_and_what_to_do(
    tmp_path: Path, text: str, line: int, key: str, why: str, step: str
) -> None:
    finding = the_one(found(tmp_path, text))
    assert (finding.severity, finding.where, finding.key) == ("error", f"{tmp_path}/config.toml:{line}", key)
    assert why in finding.why
    assert step in finding.next_step


def test_all_mistakes_are_collected_over_all_layers(tmp_path: Path) -> None:
    written(tmp_path, "[day]\nstart = 5\n", "team.toml")
    text = 'extends = ["team.toml", "none.toml"]\nfoo = 1\n[[sources]]\nname = "a"\nevery = "x"\ntimeout = "y"\n'
    findings = found(tmp_path, text, environ={"OPSTUI_DAY__STRT": "1"}, ui__theme="")
    assert {(finding.where.removeprefix(f"{tmp_path}/"), finding.key) for finding in findings} == {
        ("config.toml:1", "extends"),
        ("config.toml:2", "foo"),
        ("config.toml:3", "sources.a"),
        ("config.toml:5", "sources.a.every"),
        ("config.toml:6", "sources.a.timeout"),
        ("team.toml:2", "day.start"),
        ("environment: OPSTUI_DAY__STRT", "day.strt"),
        ("flag: ui.theme", "ui.theme"),
    }


def test_load_raises_one_error_that_carries_all(tmp_path: Path) -> None:
    path = written(tmp_path, "a = 1\nb = 2\n")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert caught.value.what == "2 mistakes in the configuration"
    assert caught.value.exit_code == 2
    assert [line.partition(": ")[0] for line in caught.value.findings] == [f"{path}:1", f"{path}:2"]


def test_a_single_mistake_is_the_error_itself(tmp_path: Path) -> None:
    path = written(tmp_path, "[day]\ntimezon = 'UTC'\n")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert str(caught.value) == f"{path}:2: day.timezon: there is no such key. Did you mean day.timezone?"


def test_warnings_do_not_stop_the_start(tmp_path: Path) -> None:
    text = '[[sources]]\nname = "j"\nconnector = "jira"\n[sources.options]\ntoken = "abc123"\n'
    path = written(tmp_path, text)
    warning = the_one(load(path, environ={"TZ": "UTC"}).findings)
    assert (warning.severity, warning.where) == ("warning", f"{path}:5")
    assert "abc123" not in str(warning)


def test_an_alias_of_two_people_is_doubtful(tmp_path: Path) -> None:
    text = '[[people]]\nname = "Bo Lind"\naliases = ["bo"]\n[[people]]\nname = "Bo Berg"\naliases = ["BO"]\n'
    finding = the_one(found(tmp_path, text))
    assert (finding.severity, finding.where) == ("warning", f"{tmp_path}/config.toml:4")


@pytest.mark.parametrize(
    ("content", "where", "why"),
    [
        (b"[day]\nstart = 08:00x\n", ":2", "not valid TOML at column"),
        (b"a = 1\na = 2\n", ":2", "not valid TOML"),
        (b"[day\n", ":1", "not valid TOML"),
        (b"\xff\xfea\x00", "", "byte 0 is not UTF-8"),
        (b"a = " + b"[" * 5000, "", "nested too deeply"),
        (b"\x00", ":1", "not valid TOML"),
    ],
)
def test_a_file_that_is_no_toml_says_where(tmp_path: Path, content: bytes, where: str, why: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    finding = the_one(check(path, environ={"TZ": "UTC"}))
    assert finding.where == f"{path}{where}"
    assert why in finding.why


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbf[day]\r\nstart = "07:00"\r\nfoo = 1\r\n')
    assert the_one(check(path, environ={"TZ": "UTC"})).where == f"{path}:3"


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    assert "it is a folder" in the_one(check(tmp_path, environ={"TZ": "UTC"})).why


@pytest.mark.parametrize("variable", ["OPSTUI_SOURCES__JRA__EVERY", "OPSTUI_EXTENDS__X", "OPSTUI_NO__SUCH"])
def test_a_variable_that_means_nothing_is_named(tmp_path: Path, variable: str) -> None:
    text = '[[sources]]\nname = "jira"\nconnector = "x"\n'
    finding = the_one(found(tmp_path, text, environ={variable: "1m"}))
    assert finding.where == f"environment: {variable}"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("day.start", ("day", "start")),
        ('sources."help desk".every', ("sources", "help desk", "every")),
        ("people[2].name", ("people", 1, "name")),
        ('ui.keys."item.accept"', ("ui", "keys", "item.accept")),
    ],
)
def test_a_dotted_key_reads_both_ways(key: str, path: tuple[str | int, ...]) -> None:
    assert parts(key) == path
    assert dotted(path) == key


@pytest.mark.parametrize("key", ["", ".", "a..b", "a.", '"a', "a b"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match="is no key"):
        parts(key)


def test_hostile_text_in_a_file_is_quoted_harmlessly(tmp_path: Path) -> None:
    text = '"\\u001b]0;x\\u0007\\u202e" = 1\nextends = ["\\u001b[2Jhttp://x"]\n[ui]\nascii = "\\u001b[31m\\u200b"\n'
    findings = found(tmp_path, text)
    assert len(findings) == 3
    assert all(str(finding).isprintable() for finding in findings)
