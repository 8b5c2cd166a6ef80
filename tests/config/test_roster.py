"""The roster of the stand-up: everybody is somebody, and once; spellings are only looked into where that is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.support import found, the_one, written

PEOPLE = """\
[me]
name = "Ana Ruiz"
aliases = ["ana"]
[[people]]
name = "Bo Lind"
aliases = ["blind"]
[[people]]
name = "Cy Moss"
"""


def roster(*names: str) -> str:
    return f"{PEOPLE}[standup]\nroster = [{', '.join(repr(name) for name in names)}]\n"


def test_names_and_aliases_of_the_config_are_somebody(tmp_path: Path) -> None:
    assert found(tmp_path, roster("Ana Ruiz", "blind", "cy moss")) == ()


def test_a_stranger_is_named_with_whom_there_is(tmp_path: Path) -> None:
    finding = the_one(found(tmp_path, roster("Zed")))
    assert finding.severity == "warning" and finding.key == "standup.roster" and "'Zed'" in finding.why
    assert finding.next_step.count("Ana Ruiz") == 1
    assert "Bo Lind" in the_one(found(tmp_path, roster("Bo Lint"))).next_step


@pytest.mark.parametrize("twice", [("Bo Lind", "blind"), ("Cy Moss", "Cy Moss"), ("ana", "Ana Ruiz")])
def test_one_person_under_two_names_is_told(tmp_path: Path, twice: tuple[str, str]) -> None:
    finding = the_one(found(tmp_path, roster(*twice)))
    assert finding.severity == "warning" and "are one person" in finding.why


@pytest.mark.parametrize(("names", "looked_into"), [(("Ana Ruiz", "Bo Lind"), False), (("blind",), True)])
def test_a_roster_of_names_as_written_costs_a_start_nothing(tmp_path: Path, names: tuple[str, ...], looked_into: bool) -> None:
    path = written(tmp_path, roster(*names))
    look = (
        f"import sys, pathlib; from opstui.config.load import load; load(pathlib.Path({str(path)!r}), environ={{}}, flags={{}})"
    )
    done = subprocess.run(
        [sys.executable, "-c", look + "; print('opstui.domain.people' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(looked_into)
