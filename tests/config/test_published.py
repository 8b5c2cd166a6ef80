"""What is published of the options: the example file and the JSON Schema; and where files are looked for."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from opstui.config.example import example
from opstui.config.load import check
from opstui.config.paths import config_path, data_dir, is_named
from opstui.config.schema import schema
from opstui.config.settings import SET_BY_LOAD
from opstui.config.shape import known_keys

COMMITTED = Path(__file__).parents[2] / "config.example.toml"


def test_the_example_is_the_one_that_is_generated() -> None:
    assert COMMITTED.read_text("utf-8") == example(), "write it anew: python -m opstui.config.example > config.example.toml"


def test_the_example_loads_without_a_finding() -> None:
    # The certificates of somebody's company are not beside it.
    assert [one for one in check(COMMITTED, environ={"TZ": "UTC"}) if one.key != "network.ca"] == []


def test_the_example_names_every_option() -> None:
    text = example()
    assert [path for path in known_keys() if path[-1] != "NAME" and str(path[-1]) not in text] == []


def test_every_option_has_help() -> None:
    def bare(node: object) -> list[str]:
        if not isinstance(node, dict):
            return []
        here = [name for name, one in node.get("properties", {}).items() if not one.get("description")]
        return here + [name for one in node.values() for name in bare(one)]

    assert bare(schema()["$defs"]) == []


def test_the_schema_is_json_and_closed() -> None:
    made = json.loads(json.dumps(schema()))
    assert made["$schema"].startswith("https://json-schema.org/")
    assert all(table["additionalProperties"] is False for table in made["$defs"].values())
    assert SET_BY_LOAD.isdisjoint(made["$defs"]["Source"]["properties"])
    assert made["$defs"]["Source"]["required"] == ["name", "connector"]


def test_the_schema_and_the_example_know_the_same_top_level() -> None:
    keys = set(tomllib.loads(example())) | {"extends"}
    assert set(schema()["$defs"]["Settings"]["properties"]) == keys


def test_a_flag_counts_before_the_environment_before_the_platform(tmp_path: Path) -> None:
    xdg = {"XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": str(tmp_path / "d")}
    named = {**xdg, "OPSTUI_CONFIG": "/x/y.toml", "OPSTUI_DATA_DIR": "/x/data"}
    assert config_path("mine.toml", named) == Path("mine.toml")
    assert config_path(None, named) == Path("/x/y.toml")
    assert config_path(None, xdg) == tmp_path / "c/opstui/config.toml"
    assert data_dir(tmp_path, named) == tmp_path
    assert data_dir(None, named) == Path("/x/data")
    assert data_dir(None, xdg) == tmp_path / "d/opstui"
    assert [is_named(None, xdg), is_named(None, named), is_named("x", {})] == [False, True, True]


def test_a_home_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    assert config_path("~/ops.toml", {}) == Path("/home/ana/ops.toml")
    assert config_path(None, {}).name == "config.toml"
