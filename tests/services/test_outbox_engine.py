"""The outbox with everything real: an engine, its workers, a plugin and a tracker behind a socket; and kill -9 among them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.views import Outgoing
from opstui.services import own
from opstui.services.clock import real_clock
from opstui.store import kept, leases, outbox, reach, sending, sources
from opstui.store.db import Store
from tests.store.helpers import line, one
from tests.support.engine import PACE, EngineProcess, gone
from tests.support.pushing import RULES, person, put, row
from tests.support.trackerserver import TrackerServer, install_tracker, served

BO = person("Bo Lind")
QUICK = f"{PACE},settle=0.2,retry=1"


@pytest.fixture
def tracker() -> Iterator[TrackerServer]:
    with served() as server:
        server.tracker.add()
        yield server


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., EngineProcess]]:
    plugins = install_tracker(tmp_path / "plugins")
    running: list[EngineProcess] = []

    def _start(*servers: TrackerServer, more: str = "", limits: str = QUICK) -> EngineProcess:
        config = "".join(
            f'[[sources]]\nname = "desk{n}"\nconnector = "tracker"\nevery = "1h"\n[sources.options]\nn = {server.port}\n'
            for n, server in enumerate(servers, 1)
        )
        engine = EngineProcess(tmp_path, plugins, more + config, OPSTUI_ENGINE_LIMITS=limits)
        running.append(engine)
        return engine

    yield _start
    for engine in running:
        if engine.process.poll() is None:
            engine.kill()
        elif engine.process.stdout is not None and not engine.process.stdout.closed:
            engine.end()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "opstui.db", now=real_clock) as opened:
        yield opened


def _until(store: Store, ids: list[int], state: str = "sent", timeout: float = 60.0) -> list[Outgoing]:
    """The changes, as soon as all of them are in that state."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = [row(store, id) for id in ids]
        if all(write.state == state for write in found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_change_is_sent_told_and_read_back(start: Any, store: Store, tracker: TrackerServer) -> None:
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    assert reach.of(store.read, "desk1").verbs == {"comment", "assign", "transition", "create"}
    assert reach.of(store.read, "desk1").takes_back == {"comment"}
    before = sources.health(store.read)["desk1"]
    id = put(store, "desk1", "T-1", "assign", BO)
    told = engine.expect("pushed")
    assert told == {"event": "pushed", "id": id, "ref": "desk1:T-1", "verb": "assign", "state": "sent", "source": "desk1"}
    assert line(store, "desk1:T-1").owner == "Bo Lind" and tracker.tracker.issues["T-1"]["owner"] == "Bo Lind"
    assert sources.health(store.read)["desk1"].next_due == before.next_due
    assert engine.end() == 0


def test_push_sends_what_is_held_and_a_farewell_does_too(start: Any, store: Store, tracker: TrackerServer) -> None:
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    first = put(store, "desk1", "T-1", "comment", {"text": "now"}, hold=600)
    engine.say("push desk9")
    assert engine.expect("unknown")["word"] == "push desk9"
    engine.say("push")
    assert engine.expect("pushed")["id"] == first
    second = put(store, "desk1", "T-1", "comment", {"text": "at the end"}, hold=600)
    assert engine.end() == 0
    assert row(store, second).state == "sent"
    assert leases.current(store.read, leases.ENGINE) is None


def test_a_farewell_is_short_and_leaves_what_it_broke_off_in_doubt(start: Any, store: Store, tracker: TrackerServer) -> None:
    engine = start(tracker, limits=f"{QUICK},farewell=0.5")
    engine.expect("finished", source="desk1")
    asked, answers = threading.Event(), threading.Event()

    def slow(do: str) -> None:
        if do == "push":
            asked.set()
            answers.wait(60)

    tracker.meanwhile = slow
    id = put(store, "desk1", "T-1", "comment", {"text": "slow"})
    assert asked.wait(30)
    assert engine.end() == 0
    change = row(store, id)
    assert (change.state, change.doubt) == ("pending", True)
    answers.set()


@pytest.mark.parametrize("how", ["switch", "config", "flag"])
def test_read_only_sends_nothing_not_even_at_the_end(
    start: Any, store: Store, tracker: TrackerServer, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "switch":
        with store.writing() as conn:
            kept.keep(conn, kept.READONLY, "on")
    if how == "flag":
        monkeypatch.setattr("tests.support.engine.EXTRA", ("--readonly",))
    engine = start(tracker, more="[outbox]\nreadonly = true\n" if how == "config" else "")
    engine.expect("finished", source="desk1")
    id = put(store, "desk1", "T-1", "assign", BO)
    engine.say("push")
    engine.say("pull desk1")
    engine.expect("finished", source="desk1")
    assert engine.end() == 0
    assert row(store, id).state == "pending" and tracker.pushes == 0


def test_a_paused_source_is_not_written_to(start: Any, store: Store, tracker: TrackerServer) -> None:
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    with store.writing() as conn:
        sources.pause(conn, "desk1", store.now())
    id = put(store, "desk1", "T-1", "assign", BO)
    engine.say("push")
    assert engine.end() == 0
    assert row(store, id).state == "pending" and tracker.pushes == 0


def test_a_source_that_is_paused_while_the_engine_writes_to_it_gets_no_more_until_it_is_resumed(
    start: Any, store: Store, tracker: TrackerServer
) -> None:
    tracker.tracker.add()
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    paused = threading.Event()

    def pause(do: str) -> None:
        if do == "push" and not paused.is_set():
            with Store.open(store.path, now=real_clock, create=False) as desk, desk.writing() as conn:
                sources.pause(conn, "desk1", desk.now())
            paused.set()

    tracker.meanwhile = pause
    due = store.now() + timedelta(seconds=2)
    ids = [put(store, "desk1", key, "comment", {"text": "x"}, due=due) for key in ("T-1", "T-2")]
    assert paused.wait(30)
    engine.expect("pushed", id=ids[0], state="sent")
    engine.say("push")
    engine.say("pull desk1")
    engine.say("nonsense")
    engine.expect("unknown")
    with pytest.raises(AssertionError):
        engine.expect("started", timeout=0.5)
    assert row(store, ids[1]).state == "pending" and tracker.pushes == 1
    with store.writing() as conn:
        sources.pause(conn, "desk1", None)
    engine.expect("started", source="desk1")
    _until(store, ids)
    assert tracker.pushes == 2 and engine.end() == 0


def test_transitions_are_asked_for_and_kept(start: Any, store: Store, tracker: TrackerServer) -> None:
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    engine.say("moves desk1:T-1")
    assert engine.expect("moves") == {"event": "moves", "ref": "desk1:T-1", "ok": True}
    id = one(store, "SELECT id FROM items")
    assert reach.moves(store.read, id) == [
        {
            "id": "31",
            "title": "Close it",
            "status": "Done",
            "stage": "done",
            "fields": [{"name": "resolution", "title": "Resolution", "required": True, "choices": ["Fixed"]}],
        }
    ]
    engine.say("moves nobody:T-1")
    assert engine.expect("unknown")["word"] == "moves nobody:T-1"
    tracker.meanwhile = _drop
    engine.say("moves desk1:T-1")
    failed = engine.expect("moves", ok=False)
    assert failed["what"] == "tracker: no answer"
    engine.end()


def _drop(do: str) -> None:
    raise ConnectionAbortedError


def test_pull_and_push_of_one_source_go_one_after_the_other(start: Any, store: Store, tracker: TrackerServer) -> None:
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    under_way: list[str] = []
    clashes: list[str] = []

    def slow(do: str) -> None:
        under_way.append(do)
        time.sleep(0.3 if do in ("list", "push") else 0)
        if {"list", "push"} <= set(under_way):
            clashes.append(do)
        under_way.remove(do)

    tracker.meanwhile = slow
    id = put(store, "desk1", "T-1", "assign", BO)
    for _ in range(3):
        engine.say("pull desk1")
        engine.expect("finished", source="desk1")
    _until(store, [id])
    engine.end()
    assert not clashes


def test_workers_that_are_killed_lose_nothing_and_send_nothing_twice(start: Any, store: Store) -> None:
    """Every second push of each of six trackers ends its worker, before or after it was applied."""
    with ExitStack() as stack:
        servers = [stack.enter_context(served()) for _ in range(6)]
        for n, server in enumerate(servers):
            server.tracker.add()
            server.tracker.add()
            faults = ["kill before", "kill after", "busy", "drop before", "drop after"]
            server.faults = {2 * i + 1: faults[(i + n) % len(faults)] for i in range(5)}
        engine = start(*servers)
        engine.expect("idle", timeout=60)
        ids = []
        for n in range(1, 7):
            for i in range(3):
                ids.append(put(store, f"desk{n}", "T-1", "comment", {"text": f"note {i}"}))
                ids.append(put(store, f"desk{n}", "T-2", "comment", {"text": "same"}))
            ids.append(put(store, f"desk{n}", "", "create", {"title": "New", "body": "", "fields": {}}))
        found = _until(store, ids, timeout=90)
        engine.end()
        for server in servers:
            assert [one["text"] for one in server.tracker.issues["T-1"]["comments"]] == ["note 0", "note 1", "note 2"]
            assert server.tracker.comments("same") == 3 and server.tracker.titles("New") == 1
            assert len({uid for uid, _, _ in server.tracker.done}) == len(server.tracker.done) == 7
        assert sum(write.attempts for write in found) >= 24


def test_an_engine_that_is_killed_again_and_again_loses_nothing(start: Any, store: Store, tracker: TrackerServer) -> None:
    """At each push the whole engine is killed, before or after the tracker has done it."""
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    texts = [f"note {i}" for i in range(6)]
    ids = [put(store, "desk1", "T-1", "comment", {"text": text}) for text in texts]
    tracker.faults = {n: ("drop before" if n % 3 == 0 else "drop after") for n in range(1, 7)}

    def kill(do: str) -> None:
        if do == "push":
            engine.process.kill()

    tracker.meanwhile = kill
    killed = 0
    deadline = time.monotonic() + 120
    while any(row(store, id).state != "sent" for id in ids):
        assert time.monotonic() < deadline, [row(store, id) for id in ids]
        if engine.process.poll() is not None:
            killed += 1
            assert gone(engine.process.pid)
            engine.end()
            engine = start(tracker)
        time.sleep(0.05)
    tracker.meanwhile = lambda do: None
    engine.end()
    assert [one["text"] for one in tracker.tracker.issues["T-1"]["comments"]] == texts
    assert killed >= 6


def test_a_connector_that_cannot_be_loaded_leaves_its_reason_on_the_change(
    start: Any, store: Store, tracker: TrackerServer, tmp_path: Path
) -> None:
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    module = tmp_path / "plugins" / "faulty_tracker.py"
    module.write_text("raise RuntimeError('half an update')\n")
    id = put(store, "desk1", "T-1", "assign", BO)
    engine.expect("pushed", source="desk1", state="pending")
    change = row(store, id)
    assert (change.state, change.attempts) == ("pending", 1) and "half an update" in change.what + change.why
    install_tracker(tmp_path / "plugins")
    engine.say("push")
    _until(store, [id])
    engine.end()


def test_what_no_worker_sends_any_more_is_found_while_the_engine_runs(start: Any, store: Store, tracker: TrackerServer) -> None:
    """The store was held when its worker ended."""
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    id = put(store, "desk1", "T-1", "comment", {"text": "on it"}, hold=600)
    with store.writing() as conn:
        assert sending.claim(conn, id, store.now())
    _until(store, [id])
    engine.end()
    assert tracker.tracker.comments("on it") == 1 and "look" in tracker.asked


def test_two_engines_send_a_change_once(start: Any, store: Store, tracker: TrackerServer) -> None:
    first = start(tracker)
    first.expect("finished", source="desk1")
    second = start(tracker)
    second.expect("lease", held=False)
    ids = [put(store, "desk1", "T-1", "comment", {"text": f"note {i}"}, hold=600) for i in range(3)]
    second.say("push")
    _until(store, ids)
    assert second.end() == 0 and first.end() == 0
    assert len(tracker.tracker.done) == 3
    assert outbox.counts(store.read) == {}


def test_what_waits_in_vain_leaves_the_queue_when_it_is_dropped(start: Any, store: Store, tracker: TrackerServer) -> None:
    engine = start(tracker)
    engine.expect("finished", source="desk1")
    id = put(store, "desk1", "T-1", "assign", BO, hold=600)
    with store.writing() as conn:
        outbox.set_state(conn, id, "pending", attempts=3)
        own.raise_waiting(conn, "desk1", 1, "busy", rules=RULES, now=store.now())
    assert line(store, "opstui:waiting-desk1").place == "queue"
    with store.writing() as conn:
        outbox.set_state(conn, id, "cancelled", settled=store.now())
    deadline = time.monotonic() + 20
    while line(store, "opstui:waiting-desk1").place != "closed" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert line(store, "opstui:waiting-desk1").place == "closed"
    engine.end()
