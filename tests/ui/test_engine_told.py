"""What the screen makes of the engine's events: how far a read is, and what came of one that was asked for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.ui.engine import Engine, how_far, outcome
from opstui.ui.widgets.day_line import day_line
from tests.support.build import MORNING, FakeClock
from tests.support.desk import a_desk
from tests.support.host import LOOK
from tests.support.journal import a_workspace


class Client:
    """An engine's client that only takes words."""

    pid = 1

    def __init__(self) -> None:
        self.words: list[str] = []

    def send(self, word: str) -> None:
        self.words.append(word)


def an_engine(folder: Path) -> tuple[Engine, list[tuple[str, str]]]:
    said: list[tuple[str, str]] = []
    clock = FakeClock()
    workspace = a_workspace(folder, a_desk(folder, clock), clock)
    engine = Engine(workspace, lambda: None, lambda text, tone: said.append((text, tone)))
    engine._client = Client()  # type: ignore[assignment]
    return engine, said


def over(source: str, **more: Any) -> dict[str, Any]:
    return {"event": "finished", "source": source, **more}


def test_a_read_that_was_asked_for_says_what_came_of_it(tmp_path: Path) -> None:
    engine, said = an_engine(tmp_path)
    assert engine.pull("helpdesk") == ""
    engine.hear({"event": "started", "source": "helpdesk"})
    engine.hear(over("helpdesk", added=2, changed=1, unchanged=1200))
    assert said == [("helpdesk: 2 added, 1 changed.", "text")]


def test_a_read_that_nobody_asked_for_says_nothing(tmp_path: Path) -> None:
    engine, said = an_engine(tmp_path)
    engine.hear({"event": "started", "source": "helpdesk"})
    engine.hear(over("helpdesk", added=2))
    assert said == [] and not engine.reading


def test_all_that_were_asked_for_are_told_at_once_the_failures_first(tmp_path: Path) -> None:
    engine, said = an_engine(tmp_path)
    names = [source.name for source in engine._workspace.settings.sources if source.enabled]
    assert len(names) > 1
    engine.pull()
    for name in names[:-1]:
        engine.hear(over(name))
    assert said == []
    engine.hear(
        {"event": "failed", "source": names[-1], "what": "it cannot be read", "why": "no such file", "next_step": "Look."}
    )
    ((text, tone),) = said
    assert tone == "error" and text.startswith(
        f"{names[-1]}: it cannot be read. no such file. Look; {len(names) - 1} others: nothing new"
    )


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"done": 420, "total": 1000}, "42 %"),
        ({"done": 12345, "total": None, "unit": "rows"}, "12,000 rows"),
        ({"done": 0, "total": 10}, ""),
        ({"done": "x"}, ""),
        ({"done": 2, "total": 3, "unit": "s waited"}, "waits"),
    ],
)
def test_how_far_a_read_is(event: dict[str, Any], words: str) -> None:
    assert how_far(event) == words


def test_the_rail_shows_how_far_a_long_read_is(tmp_path: Path) -> None:
    engine, _ = an_engine(tmp_path)
    engine.hear({"event": "started", "source": "helpdesk"})
    assert engine.hear({"event": "progress", "source": "helpdesk", "done": 421, "total": 1000})
    assert not engine.hear({"event": "progress", "source": "helpdesk", "done": 422, "total": 1000})
    line = day_line(120, MORNING, LOOK, "Triage", reading=engine.reading)[0]
    assert "".join(text for text, _ in line).endswith("↻ helpdesk 42 %")


def test_what_is_sent_waits_visibly_while_its_source_says_when_to_come_back(tmp_path: Path) -> None:
    engine, _ = an_engine(tmp_path)
    assert engine.hear({"event": "progress", "source": "jira", "done": 2, "total": 30, "unit": "s waited"})
    assert engine.far_of("jira", MORNING) == (0, 28, "s waited") and not engine.reading
    assert engine.far_of("jira", MORNING + timedelta(minutes=1)) is None
    engine.hear({"event": "pushed", "source": "jira", "state": "sent"})
    assert engine.far_of("jira", MORNING) is None


def test_a_source_is_named_once_where_its_trouble_names_it_too() -> None:
    assert outcome({"event": "failed", "source": "desk", "what": "desk: 401", "why": "refused"}) == "401. refused"


def test_nothing_new_is_an_outcome_too() -> None:
    assert outcome({"event": "finished", "added": 0, "changed": 0}) == "nothing new"
