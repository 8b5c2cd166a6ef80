"""A one-shot sync sends what waits, held changes included, and says what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opstui.cli.sync import sent
from opstui.services.once import sync_once
from opstui.services.station import Station
from tests.services.test_outbox_engine import QUICK
from tests.support.engine import FAST, EngineProcess, a_source, a_station
from tests.support.pushing import person, put, row
from tests.support.trackerserver import TrackerServer, install_tracker, served

BO = person("Bo Lind")


@pytest.fixture
def tracker() -> Iterator[TrackerServer]:
    with served() as server:
        server.tracker.add()
        server.tracker.add()
        yield server


@pytest.fixture
def station(tmp_path: Path, tracker: TrackerServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    plugins = install_tracker(tmp_path / "plugins")
    monkeypatch.syspath_prepend(str(plugins))
    source = a_source("desk1", "tracker", options={"n": tracker.port})
    opened = a_station(tmp_path, plugins, source, limits=replace(FAST, settle=0.2, retry=1.0))
    with opened.store:
        sync_once(opened)
        yield opened


def test_it_sends_what_is_held_and_counts_what_became_of_it(station: Station, tracker: TrackerServer) -> None:
    sent_ = put(station.store, "desk1", "T-1", "assign", BO, hold=1)
    clash = put(station.store, "desk1", "T-2", "assign", BO)
    later = put(station.store, "desk1", "T-1", "comment", {"text": "later"}, hold=600)
    tracker.tracker.set("T-2", "owner", "Cy Moss")
    events: list[Any] = []
    (result,) = sync_once(station, tell=events.append)
    assert [row(station.store, id).state for id in (sent_, clash, later)] == ["sent", "conflict", "pending"]
    assert (result.ok, result.pushed, result.failed, result.conflicts, result.waiting) == (True, 1, 0, 1, 1)
    assert sent(result) == "desk1: 1 change sent, 1 in conflict, 1 waiting; opstui outbox shows them"
    assert {event["state"] for event in events if event["event"] == "pushed"} == {"conflict", "sent"}
    (again,) = sync_once(station)  # in the same second, as a rule
    assert (again.pushed, again.conflicts, again.waiting) == (0, 0, 1)


def test_without_changes_it_has_nothing_to_say_of_them(station: Station) -> None:
    (result,) = sync_once(station)
    assert sent(result) == ""


def test_read_only_sends_nothing(station: Station, tracker: TrackerServer) -> None:
    id = put(station.store, "desk1", "T-1", "assign", BO)
    (result,) = sync_once(replace(station, readonly=True))
    assert row(station.store, id).state == "pending" and result.waiting == 1 and tracker.pushes == 0


def test_an_answer_that_is_lost_is_looked_for_in_the_same_sync(station: Station, tracker: TrackerServer) -> None:
    tracker.faults = {1: "drop after", 2: "kill before"}
    ids = [put(station.store, "desk1", "T-1", "comment", {"text": text}) for text in ("one", "two")]
    (result,) = sync_once(station)
    assert [row(station.store, id).state for id in ids] == ["sent", "sent"] and result.pushed == 2
    assert [one["text"] for one in tracker.tracker.issues["T-1"]["comments"]] == ["one", "two"]


def test_another_engine_sends_them_and_it_says_so(station: Station, tracker: TrackerServer, tmp_path: Path) -> None:
    config = f'[[sources]]\nname = "desk1"\nconnector = "tracker"\nevery = "1h"\n[sources.options]\nn = {tracker.port}\n'
    engine = EngineProcess(tmp_path, tmp_path / "plugins", config, OPSTUI_ENGINE_LIMITS=QUICK)
    engine.expect("lease", held=True)
    id = put(station.store, "desk1", "T-1", "assign", BO, hold=1)
    (result,) = sync_once(station)
    assert engine.end() == 0
    assert row(station.store, id).state == "sent" and result.pushed == 1
