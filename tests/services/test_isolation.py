"""Whatever a plugin does while it is pulled, pushed to or tried, the engine and the other sources go on, and it is named."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opstui.services.ledger import TRIES
from opstui.services.plugins import check_source
from opstui.services.station import Station
from opstui.store import items, outbox, sources
from opstui.store.db import Store
from tests.support.engine import EngineProcess, a_source, a_station
from tests.support.engine import pull as pull_now
from tests.support.plugin import HEAD, install
from tests.support.pushing import put

FAULTS = {
    "raises": "raise ValueError('no such column')",
    "exits": "sys.exit(4)",
    "dies": "os._exit(3)",
    "spins": "while True: pass",
    "greedy": "x = bytearray(2 << 30)",
    "chatty": 'print(\'{"event": "finished"}\'); os.write(1, b\'{"event": "failed"}\\n\'); raise ValueError("after printing")',
}
TORN = f"{HEAD}\nimport no_such_module_at_all\n"
TRACKER = """
verbs = frozenset({{"comment"}})

def pull(self, cursor, known):
    yield Page((self.item(1),))

def fetch(self, key):
    return self.item(1)

def look(self, write):
    return None

def push(self, write):
    from opstui.connectors.api import Pushed, Usage
    self.context.usage(Usage(5, 90, 100))
    {push}
    return Pushed("c1")
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = install(tmp_path / "plugins", "good", TRACKER.format(push="pass"))
    install(folder, "torn", "", api=TORN)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def stations(tmp_path: Path) -> Iterator[list[Station]]:
    opened: list[Station] = []
    yield opened
    for station in opened:
        station.store.close()


def _config(*names: str) -> str:
    return "".join(f'[[sources]]\nname = "{n}"\nconnector = "{n}"\nevery = "1h"\ntimeout = "2s"\n' for n in names)


@pytest.mark.parametrize("name", [*FAULTS, "torn"])
def test_a_fault_while_a_source_is_tried_is_an_answer_that_names_the_plugin(
    stations: list[Station], tmp_path: Path, plugins: Path, name: str
) -> None:
    if name in FAULTS:
        install(plugins, name, f"def pull(self, cursor, known):\n    yield Page()\ndef check(self):\n    {FAULTS[name]}")
    station = a_station(tmp_path, plugins, a_source(name, timeout="2s"))
    stations.append(station)
    (source,) = station.sources()
    found = check_source(station, source)
    assert not found.ok and found.next_step
    assert f"opstui-{name} 1.2" in found.what
    assert found.state == ("broken" if name == "torn" else "failed")


@pytest.mark.parametrize("name", [*FAULTS, "torn"])
def test_a_fault_while_a_source_is_pulled_names_the_plugin(
    stations: list[Station], tmp_path: Path, plugins: Path, name: str
) -> None:
    if name in FAULTS:
        install(plugins, name, f"def pull(self, cursor, known):\n    {FAULTS[name]}\n    yield")
    station = a_station(tmp_path, plugins, a_source(name, timeout="2s"), a_source("good"))
    stations.append(station)
    outcomes, _ = pull_now(station)
    assert outcomes["good"].ok
    ended = outcomes[name].ended
    assert f"opstui-{name} 1.2" in ended.what + ended.why
    assert ended.state == ("broken" if name == "torn" else "failed")


def test_an_engine_with_every_fault_at_once_goes_on_and_each_is_told_of_in_its_source(tmp_path: Path, plugins: Path) -> None:
    for name, fault in FAULTS.items():
        install(plugins, name, f"def pull(self, cursor, known):\n    {fault}\n    yield")
    names = [*FAULTS, "torn"]
    engine = EngineProcess(tmp_path, plugins, _config(*names, "good"))
    pid = engine.process.pid
    engine.expect("idle", timeout=60)
    engine.say("pull good")
    assert engine.expect("finished", source="good", timeout=20)["ok"]
    assert engine.process.poll() is None and engine.process.pid == pid
    assert engine.end() == 0
    with Store.open(tmp_path / "opstui.db", now=lambda: datetime.now(UTC)) as store:
        found = sources.health(store.read)
        assert found["good"].state == "ok" and found["good"].items == 1
        for name in names:
            assert f"opstui-{name} 1.2" in found[name].what + found[name].why, name
            assert found[name].state in ("failed", "broken") and found[name].next_step
        titles = {title for (title,) in store.read.execute("SELECT title FROM items WHERE source = 'opstui'").fetchall()}
        assert titles == {"torn is broken"}, "the others may be well again the next time"


def test_a_fault_while_a_change_is_sent_keeps_the_change_and_the_others_are_sent(tmp_path: Path, plugins: Path) -> None:
    for name, fault in FAULTS.items():
        install(plugins, name, TRACKER.format(push=fault))
    engine = EngineProcess(tmp_path, plugins, _config("good", *FAULTS))
    engine.expect("idle", timeout=60)
    with Store.open(tmp_path / "opstui.db", now=lambda: datetime.now(UTC)) as store:
        made = {name: put(store, name, "T-1", "comment", {"text": "x"}, hold=600) for name in (*FAULTS, "good")}
        with store.writing() as conn:  # that it was tried often before makes it somebody's business
            conn.execute("UPDATE outbox SET attempts = ?, due = ?", (TRIES - 1, int(store.now().timestamp())))
        deadline = time.monotonic() + 60
        said = dict.fromkeys(FAULTS, "")
        while any(f"of opstui-{name} 1.2" not in words for name, words in said.items()) and time.monotonic() < deadline:
            engine.expect("pushed", timeout=60)
            rows = {name: outbox.load(store.read, made[name]) for name in FAULTS}
            said = {name: f"{row.what} {row.why}" for name, row in rows.items() if row is not None}
        assert [words for name, words in said.items() if f"of opstui-{name} 1.2" not in words] == []
        sent = outbox.load(store.read, made["good"])
        assert sent is not None and (sent.state, sent.made) == ("sent", "c1")
        assert sources.health(store.read)["good"].quota_left == 90
        for name in FAULTS:
            row = outbox.load(store.read, made[name])
            assert row is not None and row.state in ("pending", "sending") and row.doubt, "it may have arrived"
            stands = items.load_item(store.read, items.id_of(store.read, f"opstui:waiting-{name}") or 0)
            assert stands is not None and f"of opstui-{name} 1.2" in stands.body
    engine.say("pull good")
    assert engine.expect("finished", source="good", timeout=20)["ok"]
    engine.end(30)
