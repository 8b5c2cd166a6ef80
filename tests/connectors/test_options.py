"""A source's options are checked before its connector sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.api import Option
from opstui.connectors.options import resolve, secrets_of
from opstui.errors import ConfigError


def _even(value: int) -> None:
    if value % 2:
        raise ValueError("should be even")


DECLARED = (
    Option("path", "path", "The file.", required=True, example="in.csv"),
    Option("columns", "table", "Which is which.", default={}),
    Option("sheets", "list", "Names."),
    Option("limit", "int", "How many.", default=10, check=_even),
    Option("complete", "bool", "All of it?", default=False),
    Option("mode", "str", "How.", default="fast", choices=("fast", "careful")),
    Option("token", "secret", "The key."),
)
FOLDER = Path("/etc/opstui")


def _resolve(**given: Any) -> dict[str, Any]:
    return resolve(
        DECLARED, {"path": "a.csv", **given}, folder=FOLDER, source="desk", secret=lambda ref, folder: f"<{ref['env']}>"
    )


def _finding(**given: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        _resolve(**given)
    (finding,) = caught.value.findings
    return finding


def test_defaults_fill_in_and_paths_become_whole() -> None:
    assert _resolve() == {
        "path": FOLDER / "a.csv",
        "columns": {},
        "sheets": None,
        "limit": 10,
        "complete": False,
        "mode": "fast",
        "token": None,
    }


def test_an_absolute_path_and_a_home_path_stay_their_own() -> None:
    assert _resolve(path="/data/x.csv")["path"] == Path("/data/x.csv")
    assert _resolve(path="~/x.csv")["path"] == Path.home() / "x.csv"


def test_a_default_table_is_not_shared_between_sources() -> None:
    _resolve()["columns"]["key"] = "id"
    assert _resolve()["columns"] == {}


def test_a_secret_arrives_as_its_value() -> None:
    values = _resolve(token={"env": "T"})
    assert values["token"] == "<T>"
    assert secrets_of(DECLARED, values) == ("<T>",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pth": "x"}, "sources.desk.options.pth: unknown option; did you mean path?"),
        ({"zzz": 1}, "unknown option; known are path, columns"),
        ({"columns": "key"}, "sources.desk.options.columns: should be a table"),
        ({"limit": "10"}, "should be a whole number, not '10'"),
        ({"limit": True}, "should be a whole number, not True"),
        ({"limit": 3}, "sources.desk.options.limit: should be even"),
        ({"complete": "yes"}, "should be true or false"),
        ({"mode": "carefull"}, "is none of fast, careful; did you mean careful?"),
        ({"sheets": "a"}, "should be a list"),
    ],
)
def test_a_mistake_is_named_with_its_key(given: dict[str, Any], words: str) -> None:
    assert words in _finding(**given)


def test_a_missing_one_says_what_it_is_for() -> None:
    assert 'sources.desk.options.path: is required. The file, such as path = "in.csv"' in _finding(path=None)


def test_a_secret_written_out_is_refused_without_repeating_it() -> None:
    finding = _finding(token="hunter2")
    assert "never the secret itself" in finding
    assert "hunter2" not in finding


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        _resolve(limit=3, mode="x", nope=1)
    assert len(caught.value.findings) == 3
