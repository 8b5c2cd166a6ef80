"""Config files are written whole or not at all, and what a person wrote in them stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from opstui.config.load import load
from opstui.config.write import put_option, put_source, write_first
from opstui.errors import ConfigError

DATA = {
    "day": {"timezone": "Europe/London"},
    "me": {"name": 'Ana "Ops" Ruiz'},
    "sources": [
        {
            "name": "helpdesk",
            "connector": "csv",
            "options": {"path": "exports/tickets.csv", "columns": {"key": "number", "title": "short description"}},
        }
    ],
}
MINE = """\
# my config
version = 1

[[sources]]  # the old one
# why it is here
name = "a"
connector = "csv"  # for now
[sources.options]
# where it comes from
path = "a.csv"

# about b
[[sources]]
name = "b"
connector = "csv"

# looks
[ui]
theme = "nord"
"""


def test_a_first_config_loads_as_it_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "new/opstui/config.toml"
    write_first(path, DATA)
    settings = load(path, environ={}).settings
    assert (settings.me.name, settings.day.timezone) == ('Ana "Ops" Ruiz', "Europe/London")
    assert settings.sources[0].options == DATA["sources"][0]["options"]  # type: ignore[index]
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_an_existing_file_is_kept_unless_replacing_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# mine\n")
    with pytest.raises(ConfigError, match="there is a file already"):
        write_first(path, DATA)
    assert path.read_text() == "# mine\n"
    write_first(path, DATA, replace=True)
    assert "helpdesk" in path.read_text()


def test_a_source_is_added_and_all_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(MINE)
    path.chmod(0o640)
    assert put_source(path, {"name": "c", "connector": "excel", "options": {"sheet": "Open", "header": 2}}) == "added"
    text = path.read_text()
    assert text.startswith(MINE)
    assert [one["name"] for one in tomllib.loads(text)["sources"]] == ["a", "b", "c"]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_source_is_replaced_in_its_place_with_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(MINE)
    assert put_source(path, {"name": "a", "connector": "excel", "options": {"path": "a.xlsx"}}) == "replaced"
    text = path.read_text()
    data = tomllib.loads(text)
    assert data["sources"] == [
        {"name": "a", "connector": "excel", "options": {"path": "a.xlsx"}},
        {"name": "b", "connector": "csv"},
    ]
    assert data["ui"] == {"theme": "nord"}
    comments = ["# my config", "# why it is here", "# where it comes from", "# about b", "# looks"]
    assert [one for one in text.splitlines() if one.startswith("#")] == comments


def test_the_last_source_of_a_file_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[[sources]]\nname = "a"\nconnector = "csv"\n')
    put_source(path, {"name": "a", "connector": "excel"})
    assert tomllib.loads(path.read_text()) == {"sources": [{"name": "a", "connector": "excel"}]}


def test_sources_in_one_inline_list_are_left_to_a_person(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('sources = [{ name = "a", connector = "csv" }]\n')
    for name in ("a", "b"):
        with pytest.raises(ConfigError, match="Edit it by hand"):
            put_source(path, {"name": name, "connector": "excel"})
    assert path.read_text() == 'sources = [{ name = "a", connector = "csv" }]\n'


def test_windows_lines_stay_windows_lines(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(MINE.replace("\n", "\r\n").encode())
    put_source(path, {"name": "c", "connector": "csv"})
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles/opstui.toml"
    real.write_text(MINE)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    put_source(link, {"name": "c", "connector": "csv"})
    assert link.is_symlink()
    assert '"c"' in real.read_text()


def test_a_broken_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[day\n")
    with pytest.raises(ConfigError, match="opstui config check"):
        put_source(path, {"name": "c", "connector": "csv"})
    assert path.read_text() == "[day\n"


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="--config PATH"):
        write_first(tmp_path / "file/config.toml", DATA)


REFERENCE = {"file": "a.token"}


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ('[sources.options]\npath = "a.csv"  # here\n', 'path = "a.csv"  # here\ntoken = { file = "a.token" }\n'),
        ('[sources.options]\ntoken = { env = "A" }  # old\n', 'token = { file = "a.token" }  # old\n'),
        ('options = { path = "a #.csv" } # here\n', 'options = { path = "a #.csv", token = { file = "a.token" } } # here\n'),
        ("", '[sources.options]\ntoken = { file = "a.token" }\n'),
        ("[sources.options.columns]\nkey = 'n'\n", 'token = { file = "a.token" }\n'),
    ],
)
def test_one_option_is_set_wherever_the_others_stand_and_the_rest_of_the_text_stays(
    tmp_path: Path, given: str, line: str
) -> None:
    path = tmp_path / "config.toml"
    head = '# mine\nversion = 1\n[[sources]]  # a\nname = "a"\n'
    tail = '\n# about b\n[[sources]]\nname = "b"\noptions = { path = "b.csv" }\n'
    path.write_text(head + given + tail)
    before = tomllib.loads(path.read_text())
    put_option(path, "a", "token", REFERENCE)
    text = path.read_text()
    assert text.startswith(head) and text.endswith(tail) and line in text
    before["sources"][0].setdefault("options", {})["token"] = REFERENCE
    assert tomllib.loads(text) == before


def test_an_option_of_a_source_that_another_file_brings_stands_in_a_block_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'extends = ["team.toml"]\r\n# end\r\n')
    put_option(path, "a", "token", REFERENCE)
    assert tomllib.loads(path.read_text())["sources"] == [{"name": "a", "options": {"token": REFERENCE}}]
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n") and b"# end" in path.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        'sources = [{ name = "a" }]\n',
        '[[sources]]\nname = "a"\n[sources.options]\ntoken = { command = [\n  "pass" ] }\n',
    ],
)
def test_what_only_a_person_can_edit_is_said_with_the_line_to_write(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        put_option(path, "a", "token", REFERENCE)
    assert 'token = { file = "a.token" }' in caught.value.next_step and path.read_text() == text
