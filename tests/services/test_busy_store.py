"""A store that somebody else holds for long: the engine waits for it, and nothing of what happened meanwhile is lost."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opstui.errors import StoreBusy
from opstui.services import crew, health
from opstui.services.child import Child
from opstui.services.crew import Crew
from opstui.services.engine import Engine
from opstui.services.job import Event
from opstui.services.once import sync_once
from opstui.services.station import Station
from opstui.store import db, sources
from tests.support.engine import a_source, a_station, gone
from tests.support.plugin import install

GOOD = "def pull(self, cursor, known):\n    yield Page(tuple(self.item(i) for i in range(3)))"


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    plugins = install(tmp_path / "plugins", "good", GOOD)
    monkeypatch.syspath_prepend(str(plugins))
    monkeypatch.setattr(db, "BUSY_S", 0.05)
    opened = a_station(tmp_path, plugins, a_source("a", "good"))
    yield opened
    opened.store.close()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_an_engine_outlives_a_store_that_is_held_for_long(station: Station) -> None:
    events: list[Event] = []
    hears, says = os.pipe()
    codes: list[int] = []

    def finished() -> list[Event]:
        return [event for event in events if event["event"] == "finished"]

    thread = threading.Thread(target=lambda: codes.append(Engine(station, events.append, words=hears).run()))
    thread.start()
    until(lambda: len(finished()) == 1)
    with sqlite3.connect(station.store.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        os.write(says, b"pull a\n")
        time.sleep(0.6)
        assert thread.is_alive()
        other.execute("ROLLBACK")
    other.close()
    until(lambda: len(finished()) == 2)
    os.close(says)
    thread.join(10)
    os.close(hears)
    assert codes == [0]
    assert sources.health(station.store.read)["a"].state == "ok"


def _busy_at_first(times: int, real: Any) -> Any:
    left = [times]

    def write(*given: Any, **more: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise StoreBusy("The store is busy")
        return real(*given, **more)

    return write


def test_how_a_pull_ended_is_noted_once_the_store_is_free(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "finish", _busy_at_first(3, sources.finish))
    events: list[Event] = []
    hears, says = os.pipe()
    thread = threading.Thread(target=Engine(station, events.append, words=hears).run)
    thread.start()
    until(lambda: any(event["event"] == "finished" for event in events))
    os.close(says)
    thread.join(10)
    os.close(hears)
    assert sources.health(station.store.read)["a"].state == "ok"


def test_so_does_a_sync(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "finish", _busy_at_first(3, sources.finish))
    assert sync_once(station)[0].ok


def test_a_pull_whose_beginning_cannot_be_noted_leaves_no_worker(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    class Seen(Child):
        def __init__(self, environ: Any) -> None:
            super().__init__(environ)
            started.append(self.pid)

    monkeypatch.setattr(crew, "Child", Seen)
    monkeypatch.setattr(health, "begin", _busy_at_first(1, health.begin))
    one = Crew(station, lambda event: None)
    with pytest.raises(StoreBusy):
        one.start(station.settings.sources[0])
    assert not one.busy
    assert gone(started[0], 1.0)
    one.close()
