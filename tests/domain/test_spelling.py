from __future__ import annotations

import tomllib

import pytest

from opstui.domain.spelling import Alike, alike, config_lines


@pytest.mark.parametrize(
    ("names", "known", "found"),
    [
        (["ana.ruiz", "Ana Ruiz", "A. Ruiz"], [], [Alike("Ana Ruiz", ("A. Ruiz", "ana.ruiz"))]),
        (
            ["ana.ruiz@example.com", "Ruiz, Ana", "aruiz"],
            ["Ana Ruiz"],
            [Alike("Ana Ruiz", ("Ruiz, Ana", "ana.ruiz@example.com", "aruiz"))],
        ),
        (["Ána Ruíz", "Ana Ruiz"], [], [Alike("Ana Ruiz", ("Ána Ruíz",))]),
        # who of the two is meant?
        (["A. Ruiz", "Ana Ruiz", "Alan Ruiz"], [], []),
        (["aruiz", "Ana Ruiz", "Alan Ruiz", "alan.ruiz"], [], [Alike("Alan Ruiz", ("alan.ruiz",))]),
        # two of the config are two
        (["bo"], ["Bo Lind", "bo.lind"], []),
        (["Bo Lind", "Bo Berg", "Cy Lind"], [], []),
        (["Bo", "Ana"], [], []),
        ([], [], []),
    ],
)
def test_names_that_likely_mean_one_person(names: list[str], known: list[str], found: list[Alike]) -> None:
    assert list(alike(names, known)) == found


def test_what_to_write_is_toml_whatever_a_name_holds() -> None:
    text = config_lines(Alike('Ana "A" Ruiz', ("a\\b",)), ["ana"])
    assert tomllib.loads(text) == {"people": [{"name": 'Ana "A" Ruiz', "aliases": ["ana", "a\\b"]}]}
