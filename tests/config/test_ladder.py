"""The ladder of the config: somebody to answer at each step, and times that mean something."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.config.example import example
from tests.config.support import found, loaded, the_one, written

PEOPLE = "[[people]]\nname = 'Marta Voss'\naliases = ['mv']\n[[people]]\nname = 'Night'\nteam = 'Night desk'\n"


def ladder(*steps: str, calendar: str = "working") -> str:
    return f"{PEOPLE}[escalation]\ncalendar = '{calendar}'\nladder = [ {', '.join(steps)} ]\n"


def test_a_ladder_is_read_with_its_times_and_hours(tmp_path: Path) -> None:
    settings = loaded(tmp_path, ladder("{ to = 'mv', acknowledge = '30m', resolve = '4h' }", calendar="24x7")).settings
    assert settings.escalation.calendar == "24x7"
    assert [(step.to, step.acknowledge, step.resolve) for step in settings.escalation.ladder] == [("mv", "30m", "4h")]


@pytest.mark.parametrize(
    ("step", "key", "why"),
    [
        ("{ to = 'unassigned' }", "escalation.ladder[1].to", "names nobody"),
        ("{ to = 'Night desk' }", "escalation.ladder[1].to", "names more than one person, or a group"),
        ("{ to = 'mv', acknowledge = 'soon' }", "escalation.ladder[1].acknowledge", "not a duration"),
        ("{ to = 'mv', resolve = '0m' }", "escalation.ladder[1].resolve", "no time at all"),
        ("{ to = '' }", "escalation.ladder[1].to", "empty"),
        ("{ acknowledge = '5m' }", "escalation.ladder[1]", "to is missing"),
        ("{ to = 'mv', answer = '5m' }", "escalation.ladder[1].answer", "there is no such key"),
    ],
)
def test_a_step_that_nobody_answers_or_a_time_that_is_none_is_named(tmp_path: Path, step: str, key: str, why: str) -> None:
    finding = the_one(found(tmp_path, ladder(step)))
    assert finding.severity == "error" and finding.key == key and why in finding.why


def test_what_is_only_doubtful_is_a_warning(tmp_path: Path) -> None:
    twice = the_one(found(tmp_path, ladder("{ to = 'mv' }", "{ to = 'Marta Voss' }")))
    assert (twice.severity, twice.why) == ("warning", "Marta Voss is asked twice")
    late = the_one(found(tmp_path, ladder("{ to = 'mv', acknowledge = '4h', resolve = '1h' }")))
    assert late.severity == "warning" and "before it is acknowledged" in late.why


def test_the_ladder_is_in_the_example(tmp_path: Path) -> None:
    assert "[[escalation.ladder]]" in example()
    assert written(tmp_path, example())
