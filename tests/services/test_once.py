"""``opstui sync``: one pull of each source, whoever does it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opstui.errors import Interrupted, UsageError
from opstui.services import health
from opstui.services.child import warming
from opstui.services.clock import real_clock
from opstui.services.job import Event
from opstui.services.lease import Lease
from opstui.services.once import sync_once
from opstui.services.station import Limits, Station, limits
from opstui.store import sources
from tests.support.engine import FAST, EngineProcess, a_source, a_station, gone, rows
from tests.support.plugin import install

GOOD = "def pull(self, cursor, known):\n    yield Page(tuple(self.item(i) for i in range(self.config['n'])))"
SLOW = """
def pull(self, cursor, known):
    for at in range((cursor or {}).get("at", 0), 200):
        yield Page((self.item(at),), cursor={"at": at + 1})
        time.sleep(0.05)
"""


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    plugins = tmp_path / "plugins"
    install(plugins, "good", GOOD)
    install(plugins, "slow", SLOW)
    install(
        plugins, "bad", "def pull(self, cursor, known):\n    raise SourceUnavailable('bad: 503', 'busy', 'Wait.')\n    yield"
    )
    monkeypatch.syspath_prepend(str(plugins))
    opened = a_station(
        tmp_path,
        plugins,
        a_source("a", "good"),
        a_source("b", "bad"),
        a_source("c", "slow", enabled=False),
        a_source("d", "slow"),
    )
    yield opened
    opened.store.close()


def test_each_source_gets_a_line_in_the_order_of_the_config(station: Station) -> None:
    b, a = sync_once(station, ["b", "a"])[::-1]
    assert (a.source, a.ok, a.seen, a.added, a.error) == ("a", True, 3, 3, "")
    assert (b.source, b.ok, b.error, b.why, b.next_step) == ("b", False, "bad: 503", "busy", "Wait.")
    assert a.seconds > 0


def test_the_second_time_all_is_unchanged(station: Station) -> None:
    sync_once(station, ["a"])
    (again,) = sync_once(station, ["a"])
    assert (again.seen, again.added, again.unchanged) == (3, 0, 3)


@pytest.mark.parametrize(("name", "why"), [("nope", "the config has a, b, d"), ("c", "switched off")])
def test_a_name_that_cannot_be_pulled_is_wrong_use(station: Station, name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        sync_once(station, ["a", name])
    assert rows(station) == 0


def test_a_running_engine_is_asked_to_pull_and_its_results_are_told(tmp_path: Path, station: Station) -> None:
    config = '[[sources]]\nname = "a"\nconnector = "good"\nevery = "1h"\n'
    engine = EngineProcess(tmp_path, tmp_path / "plugins", config)
    try:
        engine.expect("idle")
        events: list[Event] = []
        (result,) = sync_once(station, ["a"], tell=events.append)
        assert (result.ok, result.seen, result.unchanged) == (True, 3, 3)
        assert events[0] == {"event": "lease", "held": False, "holder": events[0]["holder"]}
        assert events[0]["holder"].startswith(f"process {engine.process.pid} on ")
        assert engine.expect("finished")["source"] == "a"
    finally:
        engine.kill()


def test_the_figures_are_the_same_whoever_pulls(tmp_path: Path, station: Station) -> None:
    body = """
def pull(self, cursor, known):
    if cursor is None:
        yield Page((self.item(1),), refused=(Refusal("row 2", "no key"), Refusal("row 3", "no key")), cursor={"at": 1})
"""
    install(tmp_path / "plugins", "picky", body)
    picky = a_station(tmp_path, tmp_path / "plugins", a_source("p", "picky"))
    (first,) = sync_once(picky)
    (alone,) = sync_once(picky)
    assert (first.refused, first.refused_before, alone.refused, alone.refused_before) == (2, 0, 2, 2)
    engine = EngineProcess(tmp_path, tmp_path / "plugins", '[[sources]]\nname = "p"\nconnector = "picky"\nevery = "1h"\n')
    try:
        engine.expect("lease", held=True)
        (asked,) = sync_once(picky)
        assert replace(asked, seconds=0.0) == replace(alone, seconds=0.0)
    finally:
        engine.kill()
        picky.store.close()


def test_a_source_that_the_running_engine_does_not_know_is_told_at_once_and_pulled_when_it_does(
    tmp_path: Path, station: Station
) -> None:
    config = '[[sources]]\nname = "b"\nconnector = "bad"\nevery = "1h"\n'
    engine = EngineProcess(tmp_path, tmp_path / "plugins", config)
    events: list[Event] = []

    def write_it_down() -> None:
        while not any(event["event"] == "waiting" for event in events):
            time.sleep(0.02)
        engine.configure(f'{config}[[sources]]\nname = "a"\nconnector = "good"\nevery = "1h"\n')

    try:
        engine.expect("idle")
        threading.Thread(target=write_it_down).start()
        (result,) = sync_once(station, ["a"], tell=events.append)
        assert (result.ok, result.added) == (True, 3)
        (waiting,) = [event for event in events if event["event"] == "waiting"]
        assert waiting["source"] == "a" and "does not know it yet" in waiting["why"]
    finally:
        engine.kill()


def test_one_that_does_not_get_to_it_is_named_after_a_while(tmp_path: Path, station: Station) -> None:
    busy = Lease(station)
    assert busy.take()
    hasty = Station(station.settings, station.rules, station.store, station.now, station.environ, Limits(patience=0.5))
    (result,) = sync_once(hasty, ["a"])
    assert not result.ok
    assert result.why.startswith(f"process {os.getpid()} on ")
    assert "did not get to it" in result.why
    busy.release()
    assert sync_once(station, ["a"])[0].ok


def test_when_the_other_engine_ends_we_pull_ourselves(station: Station) -> None:
    busy = Lease(station)
    assert busy.take()
    threading.Timer(0.3, busy.release).start()
    (result,) = sync_once(station, ["a"])
    assert result.ok
    assert result.added == 3


def test_another_engine_that_takes_over_in_the_middle_pulls_the_rest(station: Station) -> None:
    """As after a suspended machine wakes: our beat was late, and theirs is the lease now."""
    events: list[Event] = []

    def take_over() -> None:
        while not rows(station):
            time.sleep(0.02)
        with station.store.writing() as conn:
            conn.execute("UPDATE leases SET holder = 'process 7 on moon #1', beat = ?", (int(real_clock().timestamp()),))
        while "d" not in health.asked(station):
            time.sleep(0.02)
        pid = next(event["pid"] for event in events if event["event"] == "started")
        ended.append(gone(pid, 0.5))
        health.begin(station, "d")
        with station.store.writing() as conn:
            sources.finish(conn, "d", station.now(), seconds_taken=0.5)

    ended: list[bool] = []
    threading.Thread(target=take_over).start()
    (result,) = sync_once(station, ["d"], tell=events.append)
    assert result.ok
    assert ended == [True], "two pulled at once"
    assert [event["holder"] for event in events if event["event"] == "lease"] == ["process 7 on moon"]
    assert station.store.read.execute("SELECT holder FROM leases").fetchone()[0].startswith("process 7 ")


def test_ctrl_c_keeps_what_came_in_and_says_so(station: Station) -> None:
    def press() -> None:
        while rows(station) < 3:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(Interrupted) as caught:
        sync_once(station, ["d"])
    assert caught.value.exit_code == 130
    assert "goes on from there" in str(caught.value)
    assert sources.cursor(station.store.read, "d") == {"at": rows(station)}
    assert sources.health(station.store.read)["d"].state == "failed"
    assert Lease(station).take(), "the lease is free again"


def test_limits_come_from_the_environment_and_a_mistake_is_named() -> None:
    assert limits({"OPSTUI_ENGINE_LIMITS": "memory_mb=300, watch=9"}) == Limits(memory_mb=300, watch=9.0)
    assert limits({}) == Limits()
    with pytest.raises(UsageError, match="NAME=NUMBER"):
        limits({"OPSTUI_ENGINE_LIMITS": "memry=3"})
    assert FAST.memory_mb < Limits().memory_mb


def test_a_warm_worker_is_used_and_one_that_is_not_needed_ends(station: Station) -> None:
    with warming(station.environ) as spare:
        assert sync_once(station, ["a"], spare=spare)[0].ok
        assert spare.ended() == 0
    with warming(station.environ) as spare:
        pid = spare.pid
    assert gone(pid)


def test_a_verdict_gets_its_turn_in_the_middle_of_a_giant_page(tmp_path: Path, station: Station) -> None:
    body = "def pull(self, cursor, known):\n    yield Page(tuple(self.item(i) for i in range(20000)), cursor={})"
    install(tmp_path / "plugins", "giant", body)
    big = a_station(tmp_path, tmp_path / "plugins", a_source("g", "giant"))
    turns: list[int] = []
    done = threading.Event()

    def decide() -> None:
        while not rows(station):
            time.sleep(0.005)
        while not done.is_set() and len(turns) < 10:
            with station.store.writing() as conn:
                conn.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('turn', 'mine')")
                turns.append(conn.execute("SELECT count(*) FROM items").fetchone()[0])
            time.sleep(0.005)

    desk = threading.Thread(target=decide)
    desk.start()
    try:
        assert sync_once(big)[0].added == 20000
    finally:
        done.set()
        desk.join()
        big.store.close()
    inside = [count for count in turns if count < 20000]
    assert len(inside) >= 5, f"between 20,000 items there was a turn only at {turns}"
    assert len({*inside}) > 1, "turns came only before anything was written"
