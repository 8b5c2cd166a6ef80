"""What a push tells while it runs, and what the engine makes of it."""

from __future__ import annotations

import selectors
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from opstui.config.rules import rules
from opstui.config.settings import Day, Settings
from opstui.services.errands import Errand, Errands
from opstui.services.job import Task
from opstui.services.station import Station
from opstui.store.db import Store
from tests.support.build import FakeClock
from tests.support.engine import a_source
from tests.support.pushing import person, pull, put, row
from tests.support.tracker import Tracker, TrackerConnector


def test_while_a_source_asks_for_a_pause_what_waits_for_it_is_due_at_its_end(tmp_path: Path) -> None:
    clock = FakeClock()
    tracker, source = Tracker(clock), a_source("desk")
    tracker.add()
    tracker.add()
    settings = Settings(day=Day(timezone="UTC"), sources=(source,))
    told: list[dict[str, Any]] = []
    with Store.open(tmp_path / "opstui.db", now=clock) as store, selectors.DefaultSelector() as selector:
        pull(store, TrackerConnector(tracker, "desk"))
        soon, behind = (
            put(store, "desk", "T-1", "assign", person("Bo Lind")),
            put(store, "desk", "T-2", "comment", {"text": "x"}),
        )
        held = put(store, "desk", "T-2", "priority", {"priority": 1}, hold=600)
        errands = Errands(Station(settings, rules(settings), store, clock, {}), told.append, selector)
        errand = Errand(Task.PUSH, source, cast(Any, None))
        errands._hear(errand, {"event": "progress", "done": 0, "total": 40, "unit": "s waited"})
        end = clock() + timedelta(seconds=40)
        assert [row(store, id).due for id in (soon, behind)] == [end, end]
        assert row(store, held).due == clock() + timedelta(seconds=600)
        clock.forward(seconds=39)
        errands._hear(errand, {"event": "progress", "done": 39, "total": 40, "unit": "s waited"})
        assert row(store, behind).due == end, "the same pause ends when it was said to"
        errands._hear(errand, {"event": "progress", "done": 5, "total": 900, "unit": "rows"})
        assert row(store, behind).due == end
        assert [event["source"] for event in told] == ["desk"] * 3


def test_a_source_that_something_was_sent_to_is_told_of_once(tmp_path: Path) -> None:
    clock = FakeClock()
    source = a_source("desk")
    settings = Settings(day=Day(timezone="UTC"), sources=(source,))
    with Store.open(tmp_path / "opstui.db", now=clock) as store, selectors.DefaultSelector() as selector:
        errands = Errands(Station(settings, rules(settings), store, clock, {}), lambda event: None, selector)
        errand = Errand(Task.PUSH, source, cast(Any, None))
        errands._hear(errand, {"event": "pushed", "id": 1, "ref": "desk:T-1", "verb": "assign", "state": "pending"})
        assert errands.answered() == frozenset()
        errands._hear(errand, {"event": "pushed", "id": 1, "ref": "desk:T-1", "verb": "assign", "state": "sent"})
        assert errands.answered() == {"desk"}
        assert errands.answered() == frozenset()
