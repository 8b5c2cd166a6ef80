"""Defaults, extended files, the user's file, the environment, flags: the nearest wins and everybody is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.config.load import load
from opstui.config.settings import PRESETS, SPLITS, Settings
from opstui.errors import ConfigError, UsageError
from tests.config.support import found, loaded, the_one, written


def test_without_a_file_the_defaults_count() -> None:
    settings = load(None, environ={"TZ": "UTC"}).settings
    assert settings.triage == Settings().triage
    assert settings.day.timezone == "UTC"


def test_local_is_this_machines_zone() -> None:
    assert load(None, environ={"TZ": ":Europe/Berlin"}).settings.day.timezone == "Europe/Berlin"


def test_a_nearer_layer_wins_and_what_it_overrode_is_told(tmp_path: Path) -> None:
    written(tmp_path, '[day]\nstart = "06:00"\nstandup = "09:00"\n', "team.toml")
    text = 'extends = ["team.toml"]\n[day]\nstart = "07:00"\n'
    now = loaded(tmp_path, text, environ={"OPSTUI_DAY__START": "07:30"}, day__start="07:45")
    assert now.settings.day.start == "07:45"
    assert now.settings.day.standup == "09:00"
    explained = now.explain("day.start")
    assert (explained.value, explained.where) == ("07:45", "flag: day.start")
    assert [(one.value, one.where) for one in explained.overrode] == [
        ("07:30", "environment: OPSTUI_DAY__START"),
        ("07:00", f"{tmp_path}/config.toml:3"),
        ("06:00", f"{tmp_path}/team.toml:2"),
        ("08:00", "default"),
    ]
    assert now.explain("day.standup").where == f"{tmp_path}/team.toml:3"
    assert now.explain("day.handoff").where == "default"
    assert now.files == (tmp_path / "team.toml", tmp_path / "config.toml")


def test_files_extend_files_and_the_last_named_wins(tmp_path: Path) -> None:
    written(tmp_path, '[me]\nname = "far"\naliases = ["far"]\n[ui]\ntheme = "far"\n', "deep/far.toml")
    written(tmp_path, 'extends = ["far.toml"]\n[me]\nname = "near"\n', "deep/near.toml")
    written(tmp_path, '[ui]\ntheme = "last"\n', "last.toml")
    settings = loaded(tmp_path, 'extends = ["deep/near.toml", "last.toml"]\n').settings
    assert (settings.me.name, settings.me.aliases, settings.ui.theme) == ("near", ("far",), "last")


def test_a_file_extended_twice_counts_once_and_as_the_farthest(tmp_path: Path) -> None:
    written(tmp_path, '[me]\nname = "base"\n', "base.toml")
    written(tmp_path, 'extends = ["base.toml"]\n[me]\nname = "one"\n', "one.toml")
    written(tmp_path, 'extends = ["base.toml"]\n', "two.toml")
    assert loaded(tmp_path, 'extends = ["one.toml", "two.toml"]\n').settings.me.name == "one"


def test_a_circle_of_files_is_named(tmp_path: Path) -> None:
    written(tmp_path, '\nextends = ["config.toml"]\n', "team.toml")
    finding = the_one(found(tmp_path, 'extends = ["team.toml"]\n'))
    assert finding.where == f"{tmp_path}/team.toml:2"
    assert f"{tmp_path}/config.toml -> {tmp_path}/team.toml -> {tmp_path}/config.toml" in finding.why


def test_lists_merge_by_name_across_files(tmp_path: Path) -> None:
    team = """
[[sources]]
name = "desk"
connector = "csv"
every = "1h"
[sources.options]
path = "desk.csv"
columns = { key = "number", title = "subject" }
[[sources]]
name = "mail"
connector = "csv"
"""
    mine = """
extends = ["shared/team.toml"]
[[sources]]
name = "own"
connector = "excel"
[[sources]]
name = "desk"
every = "5m"
[sources.options]
columns = { title = "short" }
sheet = "Open"
"""
    written(tmp_path, team, "shared/team.toml")
    now = loaded(tmp_path, mine)
    assert [source.name for source in now.settings.sources] == ["desk", "mail", "own"]
    desk = now.settings.sources[0]
    assert (desk.connector, desk.every) == ("csv", "5m")
    assert desk.options == {"path": "desk.csv", "columns": {"key": "number", "title": "short"}, "sheet": "Open"}
    assert desk.folder == desk.folders["path"] == tmp_path / "shared"
    assert desk.folders["sheet"] == tmp_path
    assert now.explain("sources.desk.every").where == f"{tmp_path}/config.toml:8"
    assert now.explain("sources.desk.options.path").where == f"{tmp_path}/shared/team.toml:7"
    assert now.explain("sources.desk.options.columns.key").where == f"{tmp_path}/shared/team.toml:8"


def test_an_own_list_takes_the_place_of_the_default_one(tmp_path: Path) -> None:
    text = '[triage]\nsplits = [{ name = "Old", query = "age > 3d" }]\n'
    triage = loaded(tmp_path, text).settings.triage
    assert [split.name for split in triage.splits] == ["Old"]
    assert triage.snooze == PRESETS


def test_a_shared_split_can_be_switched_off(tmp_path: Path) -> None:
    written(tmp_path, '[triage]\nsplits = [{ name = "A", query = "a" }, { name = "B", query = "b" }]\n', "team.toml")
    text = 'extends = ["team.toml"]\n[[triage.splits]]\nname = "A"\nenabled = false\n'
    assert [split.name for split in loaded(tmp_path, text).settings.triage.splits] == ["B"]


def test_a_flag_reaches_an_element_of_a_default_list(tmp_path: Path) -> None:
    settings = load(None, environ={}, flags={"triage.splits.Breaching.query": "sla < 30m"}).settings
    assert [split.query for split in settings.triage.splits] == ["sla < 30m", *[split.query for split in SPLITS[1:]]]


def test_tables_merge_with_their_defaults(tmp_path: Path) -> None:
    triage = loaded(tmp_path, '[triage]\nweights = { sla = 50 }\nreasons = { merge = ["Twin"] }\n').settings.triage
    assert triage.weights == {"sla": 50.0}
    assert triage.reasons["merge"] == ("Twin",)
    assert triage.reasons["decline"] == Settings().triage.reasons["decline"]


def test_a_secret_reference_is_replaced_whole_never_mixed(tmp_path: Path) -> None:
    written(
        tmp_path,
        '[[sources]]\nname = "j"\nconnector = "jira"\n[sources.options]\ntoken = { env = "TEAM" }\n',
        "team.toml",
    )
    text = 'extends = ["team.toml"]\n[[sources]]\nname = "j"\n[sources.options]\ntoken = { keyring = "mine" }\n'
    assert loaded(tmp_path, text).settings.sources[0].options == {"token": {"keyring": "mine"}}


def test_an_option_called_like_a_kind_of_secret_is_still_an_option(tmp_path: Path) -> None:
    written(tmp_path, '[[sources]]\nname = "j"\nconnector = "x"\n[sources.options]\nfile = "a"\n', "team.toml")
    text = 'extends = ["team.toml"]\n[[sources]]\nname = "j"\n[sources.options]\nenv = "b"\n'
    assert loaded(tmp_path, text).settings.sources[0].options == {"file": "a", "env": "b"}


@pytest.mark.parametrize(
    ("variable", "value", "key", "expected"),
    [
        ("OPSTUI_DAY__TIMEZONE", "Asia/Tokyo", "day.timezone", "Asia/Tokyo"),
        ("OPSTUI_DAY__WORKDAYS", "mon, sat", "day.workdays", ["mon", "sat"]),
        ("OPSTUI_DAY__WORKDAYS", '["sun"]', "day.workdays", ["sun"]),
        ("OPSTUI_BACKUP__KEEP", "3", "backup.keep", 3),
        ("OPSTUI_TRIAGE__WEIGHTS__SLA", "12.5", "triage.weights.sla", 12.5),
        ("OPSTUI_SOURCES__HELP_DESK_2__REQUIRED", "false", "sources.Help-Desk.2.required", False),
        ("OPSTUI_SOURCES__HELP_DESK_2__OPTIONS__PATH", "x.csv", "sources.Help-Desk.2.options.path", "x.csv"),
        ("OPSTUI_ME__NAME", "12", "me.name", "12"),
    ],
)
def test_a_variable_is_read_as_the_type_of_its_key(
    tmp_path: Path, variable: str, value: str, key: str, expected: object
) -> None:
    text = '[[sources]]\nname = "Help-Desk.2"\nconnector = "csv"\n'
    explained = loaded(tmp_path, text, environ={variable: value}).explain(key.replace("Help-Desk.2", '"Help-Desk.2"'))
    assert explained.value == expected
    assert explained.where == f"environment: {variable}"


def test_variables_of_other_use_are_no_settings(tmp_path: Path) -> None:
    environ = {"OPSTUI_NOW": "2026-11-20T08:00:00Z", "OPSTUI_CONFIG": "x", "OPSTUI_DATA_DIR": "y", "OTHER__X": "z"}
    assert found(tmp_path, "", environ=environ) == ()


def test_a_path_from_the_command_line_counts_from_where_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    text = '[[sources]]\nname = "desk"\nconnector = "csv"\n[sources.options]\npath = "a"\n'
    source = loaded(tmp_path, text, sources__desk__options__path="b.csv").settings.sources[0]
    assert source.folders["path"] == tmp_path / "elsewhere"
    assert source.folder == tmp_path


def test_native_dates_and_times_of_toml_are_welcome(tmp_path: Path) -> None:
    day = loaded(tmp_path, "[day]\nstart = 08:30:00\nholidays = [2026-12-25]\n").settings.day
    assert (day.start, day.holidays) == ("08:30", ("2026-12-25",))


def test_explain_shows_a_reference_but_covers_a_value(tmp_path: Path) -> None:
    text = """
[[sources]]
name = "j"
connector = "jira"
[sources.options]
token = { env = "JIRA" }
password = "hunter2"
"""
    now = loaded(tmp_path, text)
    assert now.explain("sources.j.options.token").value == {"env": "JIRA"}
    assert now.explain("sources.j.options.password").value == "(not shown)"
    assert "hunter2" not in str([now.explain("sources"), *now.keys()])


def test_explain_of_an_unknown_key_helps(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no 'strt' in day. Did you mean start\?"):
        loaded(tmp_path, "").explain("day.strt")


def test_every_key_has_a_place(tmp_path: Path) -> None:
    every = loaded(tmp_path, '[[people]]\nname = "Bo Lind"\n').keys()
    keys = {one.key: one for one in every}
    assert keys['people."Bo Lind".name'].where == f"{tmp_path}/config.toml:2"
    assert keys['people."Bo Lind".vip'].where == "default"
    assert keys["triage.splits.Mine.query"].value == "owner = me"
    assert keys["triage.weights.sla"].where == "default"


def test_a_missing_file_is_an_error_that_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file.*opstui init"):
        load(tmp_path / "none.toml", environ={})
