"""Routines and standards in the config: what they mean, and every way in which they can be wrong."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from opstui.config.routines import routines
from opstui.config.standards import standards
from opstui.domain.routines import Every, Needs, Step
from tests.config.support import found, loaded, the_one, written

HEAD = "version = 1\n"
ROUTINE = '[[routines]]\nname = "Opening checks"\nsteps = ["Lights"]\n'


def test_a_routine_with_everything(tmp_path: Path) -> None:
    text = (
        '[[routines]]\nname = "Audit"\nevery = "month"\nday = "last"\ndue = 15:30:00\ngrace = "2h"\nsign = true\n'
        'owner = "Bo Lind"\nsteps = ["Keys", { text = "Float", needs = "number" }, { text = "Remarks", needs = "note" }]\n'
    )
    (one,) = routines(loaded(tmp_path, HEAD + text).settings)
    assert one.steps == (Step("Keys"), Step("Float", Needs.NUMBER), Step("Remarks", Needs.NOTE))
    assert (one.every, one.day, one.due, one.grace, one.sign, one.owner) == (
        Every.MONTH, 31, time(15, 30), 7200, True, "Bo Lind",
    )  # fmt: skip


def test_a_routine_needs_only_a_name_and_steps(tmp_path: Path) -> None:
    (one,) = routines(loaded(tmp_path, HEAD + ROUTINE).settings)
    assert (one.every, one.on, one.due, one.grace, one.sign) == (Every.DAY, frozenset(), time(9), 1800, False)


@pytest.mark.parametrize(
    ("lines", "every", "on", "day"),
    [
        ('on = ["mon", "fri"]', Every.DAY, {0, 4}, 0),
        ('every = "week"', Every.WEEK, set(), 0),
        ('every = "week"\nday = "fri"', Every.WEEK, set(), 4),
        ('every = "month"', Every.MONTH, set(), 1),
        ('every = "month"\nday = 15', Every.MONTH, set(), 15),
        ('every = "month"\nday = "15"', Every.MONTH, set(), 15),
    ],
)
def test_days_are_said_in_three_ways(tmp_path: Path, lines: str, every: Every, on: set[int], day: int) -> None:
    (one,) = routines(loaded(tmp_path, HEAD + ROUTINE + lines).settings)
    assert (one.every, set(one.on), one.day) == (every, on, day)


@pytest.mark.parametrize(
    ("lines", "key", "why"),
    [
        ('due = "25:00"', "due", "no time of day"),
        ('grace = "soon"', "grace", "no duration|not a duration"),
        ('grace = "0s"\ndue = "9"', "due", "no time of day"),
        ('on = ["sat"]', "on", "this day never comes"),
        ('on = ["mon"]\nevery = "week"', "on", "comes by the day"),
        ('day = "fri"', "day", "by the week or the month"),
        ('every = "week"\nday = 5', "day", "no day of a week"),
        ('every = "month"\nday = 32', "day", "no day of a month"),
        ('every = "month"\nday = "fri"', "day", "no day of a month"),
        ('every = "weekly"', "every", "none of its values"),
        ('onn = ["mon"]', "onn", "no such key"),
    ],
)
def test_a_mistake_in_a_routine_is_named_with_its_line(tmp_path: Path, lines: str, key: str, why: str) -> None:
    finding = the_one(found(tmp_path, HEAD + ROUTINE + lines))
    assert finding.severity == "error" and finding.key == f'routines."Opening checks".{key}'
    line = 4 + next(n for n, one in enumerate(lines.split("\n"), 1) if one.startswith(key))
    assert finding.where.endswith(f"config.toml:{line}")
    import re

    assert re.search(why, finding.why)


@pytest.mark.parametrize(
    ("steps", "key", "why"),
    [
        ("[]", "steps", "nothing to do"),
        ('["", " "]', "steps", "nothing to do"),
        ('["a", 5]', "steps[2]", "a text or a table"),
        ('["a", { text = "b", needs = "numbr" }]', "steps[2].needs", "none of its values"),
        ('["a", { text = "b", unit = "C" }]', "steps[2].unit", "no such key"),
        ('["a", { needs = "number" }]', "steps[2]", "text is missing"),
        ('[{ text = "a", needs = "nothing" }]', "steps[1].needs", "none of its values"),
    ],
)
def test_a_mistake_in_a_step_is_named_by_its_number(tmp_path: Path, steps: str, key: str, why: str) -> None:
    finding = found(tmp_path, HEAD + f'[[routines]]\nname = "Opening"\nsteps = {steps}\n')[0]
    assert finding.key == f"routines.Opening.{key}" and why in finding.why and finding.where.endswith(":4")


def test_two_of_a_name_are_refused_and_so_are_two_that_differ_in_signs_only(tmp_path: Path) -> None:
    assert "used twice" in the_one(found(tmp_path, HEAD + ROUTINE + ROUTINE)).why
    other = ROUTINE.replace("Opening checks", "opening-checks")
    assert "but for signs and letter case" in the_one(found(tmp_path, HEAD + ROUTINE + other)).why
    assert "no @" in the_one(found(tmp_path, HEAD + ROUTINE.replace("Opening checks", "a@b"))).why


def test_a_day_of_several_that_never_comes_is_a_doubt(tmp_path: Path) -> None:
    finding = the_one(found(tmp_path, HEAD + ROUTINE + 'on = ["mon", "sun"]'))
    assert finding.severity == "warning" and "sun never comes" in finding.why


def test_a_shared_file_brings_routines_that_the_nearer_one_changes_or_leaves_out(tmp_path: Path) -> None:
    shared = ROUTINE + 'due = "07:00"\n' + ROUTINE.replace("Opening checks", "Audit")
    written(tmp_path, shared, "team.toml")
    own = (
        'extends = ["team.toml"]\n[[routines]]\nname = "Opening checks"\nsteps = ["Doors"]\n'
        '[[routines]]\nname = "Audit"\nenabled = false\n'
    )
    (one,) = routines(loaded(tmp_path, HEAD + own).settings)
    assert one.name == "Opening checks" and one.due == time(7) and one.steps == (Step("Doors"),)


STANDARD = '[[standards]]\nname = "Jam"\nwhen = "printer"\n'


def test_a_standards_path_counts_from_the_file_that_names_it(tmp_path: Path) -> None:
    written(tmp_path, STANDARD + 'path = "sop/jam.md"', "team/team.toml")
    (one,) = standards(loaded(tmp_path, HEAD + 'extends = ["team/team.toml"]').settings)
    assert one.path == tmp_path / "team/sop/jam.md"


@pytest.mark.parametrize(
    ("lines", "key", "why"),
    [
        ("", "", "nowhere how"),
        ('url = "https://x.example"\nsteps = ["a"]', ".steps", "url says it already"),
        ('url = "javascript:alert(1)"', ".url", "no address"),
        ('url = "https://x.example"\nwhenn = "x"', ".whenn", "no such key"),
    ],
)
def test_a_mistake_in_a_standard_is_named(tmp_path: Path, lines: str, key: str, why: str) -> None:
    finding = the_one(found(tmp_path, HEAD + STANDARD + lines))
    assert finding.key == f"standards.Jam{key}" and why in finding.why


def test_a_standards_query_is_checked_as_a_splits_is(tmp_path: Path) -> None:
    text = HEAD + STANDARD.replace('"printer"', '"prioriti = 3"') + 'steps = ["a"]'
    assert "Did you mean priority?" in str(the_one(found(tmp_path, text)))
    assert not found(tmp_path, HEAD + STANDARD.replace('"printer"', '"sla < 2h"') + 'steps = ["a"]')
