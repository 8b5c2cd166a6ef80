"""The engine as a process: words, schedule, lease, watching, and every way it can end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opstui.services.clock import real_clock
from opstui.store import sources
from opstui.store.db import Store
from tests.support.engine import EngineProcess, gone
from tests.support.plugin import install

GOOD = """
def pull(self, cursor, known):
    yield Page(tuple(self.item(i) for i in range(self.config["n"])))
"""
SLOW = """
def pull(self, cursor, known):
    start = (cursor or {}).get("at", 0)
    for at in range(start, self.config["n"]):
        yield Page((self.item(at),), cursor={"at": at + 1})
        time.sleep(0.05)
"""
WATCHING = """
def pull(self, cursor, known):
    lines = self.config["path"].read_text().split()
    yield Page(tuple(Item(self.context.source, line, line, fingerprint=line) for line in lines))

def watched(self):
    return (self.config["path"],)
"""
HANGS = "def pull(self, cursor, known):\n    time.sleep(600)\n    yield"


def source(name: str, connector: str, **options: Any) -> str:
    lines = "".join(f"{key} = {value!r}\n" for key, value in options.items())
    return f'[[sources]]\nname = "{name}"\nconnector = "{connector}"\nevery = "1h"\n[sources.options]\n{lines}'


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    for name, body in (("good", GOOD), ("slow", SLOW), ("watching", WATCHING), ("hangs", HANGS)):
        install(folder, name, body)
    return folder


@pytest.fixture
def start(tmp_path: Path, plugins: Path) -> Iterator[Any]:
    running: list[EngineProcess] = []

    def _start(config: str, **environ: str) -> EngineProcess:
        engine = EngineProcess(tmp_path, plugins, config, **environ)
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


def _count(store: Store) -> int:
    return int(store.read.execute("SELECT count(*) FROM items").fetchone()[0])


def test_it_pulls_when_it_starts_and_when_it_is_told(start: Any, store: Store) -> None:
    engine = start(source("a", "good", n=3) + source("b", "good", n=2))
    engine.expect("lease", held=True)
    engine.expect("idle")
    assert _count(store) == 5
    engine.say("pull b")
    assert engine.expect("finished")["source"] == "b"
    engine.expect("idle")
    engine.say("pull")
    assert {engine.expect("finished")["source"], engine.expect("finished")["source"]} == {"a", "b"}
    engine.say("pull nowhere")
    assert engine.expect("unknown")["word"] == "pull nowhere"
    engine.say("push")
    engine.say("stop")
    assert engine.process.wait(5) == 0


def test_it_tells_what_came_in_and_when_it_looks_again(start: Any, store: Store) -> None:
    done = start(source("a", "good", n=3)).expect("finished")
    assert (done["seen"], done["added"], done["changed"], done["unchanged"], done["refused"]) == (3, 3, 0, 0, 0)
    assert done["next_due"] > done["next_due"][:4]
    health = sources.health(store.read)["a"]
    assert health.state == "ok"
    assert health.next_due is not None


def test_when_stdin_ends_it_ends_and_its_workers_with_it(start: Any) -> None:
    engine = start(source("a", "hangs"))
    worker = engine.expect("started")["pid"]
    assert engine.end() == 0
    assert gone(worker)


def test_killed_in_mid_import_it_leaves_no_worker_and_the_next_one_goes_on(start: Any, store: Store) -> None:
    engine = start(source("a", "slow", n=30))
    while _count(store) < 5:
        time.sleep(0.02)
    worker = engine.expect("started")["pid"]
    engine.kill()
    assert gone(worker, 2)
    came_in = _count(store)
    assert came_in < 30
    assert sources.cursor(store.read, "a") == {"at": came_in}
    assert sources.health(store.read)["a"].state == "syncing"
    again = start(source("a", "slow", n=30))
    done = again.expect("finished")
    assert (done["added"], done["unchanged"]) == (30 - came_in, 0)
    assert store.read.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_killed_worker_is_told_and_nothing_is_half_applied(start: Any, store: Store) -> None:
    engine = start(source("a", "slow", n=30))
    while _count(store) < 5:
        time.sleep(0.02)
    os.kill(engine.expect("started")["pid"], signal.SIGKILL)
    failed = engine.expect("failed")
    assert "SIGKILL" in failed["why"]
    assert sources.cursor(store.read, "a") == {"at": _count(store)}
    engine.say("pull a")
    engine.expect("finished", source="a")
    assert _count(store) == 30


def test_ctrl_c_stops_it_clean_with_a_sentence(start: Any, store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    engine = start(source("a", "slow", n=100))
    while _count(store) < 3:
        time.sleep(0.02)
    worker = engine.expect("started")["pid"]
    engine.process.send_signal(signal.SIGINT)
    assert engine.process.wait(5) == 130
    assert gone(worker)
    health = sources.health(store.read)["a"]
    assert (health.state, health.what) == ("failed", "a was not pulled to its end")
    assert "goes on from there" in health.next_step
    assert store.read.execute("SELECT count(*) FROM leases").fetchone() == (0,)
    assert "what came in before is kept" in capfd.readouterr().err


def test_of_two_engines_one_works_and_the_other_says_who_and_takes_over(start: Any, store: Store) -> None:
    first = start(source("a", "good", n=3))
    first.expect("idle")
    second = start(source("a", "good", n=3))
    told = second.expect("lease")
    assert told["held"] is False
    assert f"process {first.process.pid} on " in told["holder"]
    second.say("pull a")
    assert first.expect("finished")["source"] == "a", "a word to the one that waits is done by the one that works"
    first.kill()
    assert second.expect("lease")["held"] is True
    second.say("pull a")
    second.expect("finished", source="a")


def test_an_engine_that_ends_lets_the_next_in_at_once(start: Any) -> None:
    first = start(source("a", "good", n=1))
    first.expect("idle")
    first.end()
    start(source("a", "good", n=1)).expect("lease", held=True)


def test_a_changed_file_is_pulled_soon_and_a_missing_one_when_it_comes(start: Any, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    engine = start(source("a", "watching", path=str(path)))
    assert "FileNotFoundError" in engine.expect("failed")["why"]
    path.write_text("one")
    engine.expect("finished")
    path.write_text("one two")
    assert engine.expect("finished")["added"] == 1
    assert _count(store) == 2


def test_a_hanging_source_does_not_keep_the_others_waiting(start: Any, store: Store) -> None:
    engine = start(source("a", "hangs") + source("b", "good", n=2))
    assert engine.expect("finished")["source"] == "b"
    engine.say("pull b")
    engine.expect("finished", source="b")


def test_a_broken_config_is_told_on_both_streams(start: Any, capfd: pytest.CaptureFixture[str]) -> None:
    engine = start("nonsense = 1\n")
    failed = engine.expect("failed")
    assert engine.process.wait(5) == 2
    assert failed["source"] == ""
    assert "nonsense" in failed["what"] + failed["why"]
    assert "nonsense" in capfd.readouterr().err


def test_ranks_that_ran_out_are_scored_anew(start: Any, store: Store) -> None:
    engine = start(source("a", "good", n=3))
    engine.expect("idle")
    with store.writing() as conn:
        conn.execute("UPDATE ranks SET valid_until = 1, rank = -5")
    deadline = time.monotonic() + 5
    while store.read.execute("SELECT min(rank) FROM ranks").fetchone()[0] < 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert store.read.execute("SELECT min(rank) FROM ranks").fetchone()[0] >= 0


def test_a_changed_config_is_gone_by_without_a_new_start(start: Any, store: Store) -> None:
    first = source("a", "good", n=3)
    engine = start(first)
    engine.expect("idle")
    engine.configure(first + source("b", "good", n=2))
    assert engine.expect("config") == {"event": "config", "ok": True, "sources": ["a", "b"]}
    assert engine.expect("started")["source"] == "b", "what is as it was is not pulled again"
    engine.expect("finished", source="b", added=2)
    engine.configure("[[sources]]\nnme = 3\n")
    told = engine.expect("config", ok=False)
    assert "Did you mean sources[1].name?" in told["what"] + told["why"]
    engine.say("pull b")
    engine.expect("finished", source="b", unchanged=2)
    engine.configure(source("b", "good", n=4))
    engine.expect("config", ok=True, sources=["b"])
    engine.expect("finished", source="b", added=2, unchanged=2)
    engine.say("pull a")
    engine.expect("unknown", word="pull a")


def test_a_config_that_extends_another_is_followed_there(start: Any, store: Store, tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text("version = 1\n[triage.weights]\nage = 3\n")
    path = tmp_path / "config.toml"
    engine = start(source("a", "good", n=3))
    engine.expect("idle")
    path.write_text(f'version = 1\nextends = ["shared.toml"]\n{source("a", "good", n=3)}')
    engine.expect("config", ok=True)
    (tmp_path / "shared.toml").write_text("version = 1\n[triage.weights]\nage = 30\n")
    engine.expect("config", ok=True)
    (tmp_path / "shared.toml").unlink()
    engine.expect("config", ok=False)
    (tmp_path / "shared.toml").write_text("version = 1\n[triage.weights]\nage = 5\n")
    engine.expect("config", ok=True)


def test_a_config_waits_until_nothing_is_being_pulled(start: Any, store: Store) -> None:
    engine = start(source("slow", "slow", n=30))
    engine.expect("started")
    engine.configure(source("slow", "slow", n=30) + "[triage.weights]\nage = 3\n")
    finished = engine.expect("finished")
    assert finished["added"] == 30
    engine.expect("config", ok=True)
