"""Every key's line is found, whatever way the file is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.config.findings import Path
from opstui.config.scan import headers_of, lines_of
from opstui.config.toml import line

TEXT = '''# a comment with [brackets] and = signs
version = 1
extends = [  # why
  "team.toml",
  'other.toml',
]

[day]
start = "08:00"  # [not.a.table]
holidays = [2026-12-25,
  2026-12-26]

[[sources]]
name = "a # b"
options.path = "x"
[sources.options]
text = """
[sources.fake]
key = 1 \\""" still
"""
raw = \'\'\'
[[sources]]
\'\'\'

[[sources]]
name = "second"
  [sources.options]
  columns = { key = "number", "odd key" = { deep = [1, { x = 2 }] } }

[ui.keys]
"item.accept" = "a"
'''.replace('options.path = "x"\n', "")


def _paths(value: Any, at: Path = ()) -> list[Path]:
    inner: list[Path] = []
    if isinstance(value, dict):
        for key, one in value.items():
            inner += [(*at, key), *_paths(one, (*at, key))]
    elif isinstance(value, list):
        for index, one in enumerate(value):
            inner += [(*at, index), *_paths(one, (*at, index))]
    return inner


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("version",), 2),
        (("extends",), 3),
        (("extends", 1), 5),
        (("day",), 8),
        (("day", "start"), 9),
        (("day", "holidays", 1), 11),
        (("sources", 0), 13),
        (("sources", 0, "options", "raw"), 20),
        (("sources", 1), 24),
        (("sources", 1, "name"), 25),
        (("sources", 1, "options", "columns", "odd key", "deep", 1, "x"), 27),
        (("ui", "keys", "item.accept"), 30),
    ],
)
def test_a_key_is_found_on_its_line(path: Path, line: int) -> None:
    assert lines_of(TEXT)[path] == line


def test_the_scanner_finds_exactly_the_keys_that_tomllib_reads() -> None:
    assert set(lines_of(TEXT)) == set(_paths(tomllib.loads(TEXT)))


def test_headers_come_in_order_with_their_lines() -> None:
    assert headers_of(TEXT) == [
        (8, ("day",)),
        (13, ("sources", 0)),
        (15, ("sources", 0, "options")),
        (24, ("sources", 1)),
        (26, ("sources", 1, "options")),
        (29, ("ui", "keys")),
    ]


texts = st.text(st.characters(codec="utf-8"), max_size=12)
values = st.recursive(
    st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=5))
def test_any_data_written_here_is_read_back_and_found(data: dict[str, Any]) -> None:
    text = "\n".join(line(key, value) for key, value in data.items())
    assert tomllib.loads(text) == data
    assert set(lines_of(text)) == set(_paths(data))
    assert [lines_of(text)[(key,)] for key in data] == list(range(1, len(data) + 1))
