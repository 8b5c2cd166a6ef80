"""A source that a person has paused is left alone by everybody, and what it is used for is known over restarts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opstui.errors import Refused, UsageError
from opstui.services import health
from opstui.services.job import Counts, Ended
from opstui.services.once import sync_once
from opstui.services.plan import Plan
from opstui.services.running import Outcome
from opstui.services.station import Station
from opstui.services.usage import MOST, usage_of
from opstui.store import sources
from opstui.store.db import Store
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, pull, shut, store_of
from tests.support.engine import EngineProcess, a_source, a_station
from tests.support.engine import pull as pull_now
from tests.support.plugin import install
from tests.support.pushing import put, row

GOOD = "def pull(self, cursor, known):\n    yield Page((self.item(1),))"
USES = """
def pull(self, cursor, known):
    from opstui.connectors.api import Usage
    from datetime import datetime, UTC
    end = datetime(2026, 12, 24, tzinfo=UTC)
    self.context.usage(Usage(7, 40, 100, end, end, "ops@example.com"))
    yield Page((self.item(1),))
"""
CHECKED = """
def pull(self, cursor, known):
    yield Page()

def check(self):
    from opstui.connectors.api import Usage
    self.context.usage(Usage(1, account="ops"))
    return "ops may read 3 projects"
"""
FAILS = "def pull(self, cursor, known):\n    raise SourceUnavailable('desk: 503', 'busy')\n    yield"


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = install(tmp_path / "plugins", "good", GOOD)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def station(tmp_path: Path, plugins: Path) -> Iterator[Station]:
    install(plugins, "uses", USES)
    install(plugins, "fails", FAILS)
    made = a_station(tmp_path, plugins, a_source("good"), a_source("uses"), a_source("fails", every="5m"))
    yield made
    made.store.close()


def test_pausing_is_written_down_and_keeps_the_queue_from_being_called_clear(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item())
    desk.done(["helpdesk:INC1"])
    assert desk.clear()[0]
    assert desk.pause("helpdesk").summary == "Paused helpdesk: it is neither pulled nor written to"
    clear, blocking = desk.clear()
    assert not clear and [(one.name, one.state, one.paused) for one in blocking] == [("helpdesk", "paused", desk.now())]
    desk.pause("jira")
    assert [one.name for one in desk.clear()[1]] == ["helpdesk"], "jira is not required"
    desk.resume("helpdesk")
    assert desk.clear()[0]
    assert [entry.text for entry in desk.log() if "elpdesk" in entry.text] != []
    shut(desk)


@pytest.mark.parametrize(
    ("verb", "name", "why"),
    [
        ("pause", "nowhere", "the config has helpdesk, old"),
        ("pause", "old", "switched off"),
        ("resume", "helpdesk", "not paused"),
    ],
)
def test_what_cannot_be_paused_or_resumed_says_why(tmp_path: Path, verb: str, name: str, why: str) -> None:
    config = [{"name": "helpdesk", "connector": "csv"}, {"name": "old", "connector": "csv", "enabled": False}]
    desk = a_desk(tmp_path, sources=config)
    with pytest.raises(Refused) as caught:
        getattr(desk, verb)(name)
    assert why in caught.value.why and caught.value.next_step
    shut(desk)


def test_a_sync_leaves_a_paused_source_out_unless_it_is_named_and_then_says_so(station: Station) -> None:
    with station.store.writing() as conn:
        sources.pause(conn, "fails", station.now())
    assert [one.source for one in sync_once(station)] == ["good", "uses"]
    with pytest.raises(UsageError, match="fails is paused") as caught:
        sync_once(station, ["fails"])
    assert caught.value.next_step == "Run: opstui source resume fails"


def test_an_engine_leaves_a_paused_source_out_and_pulls_it_as_soon_as_it_is_resumed(tmp_path: Path, plugins: Path) -> None:
    desk = a_desk(tmp_path, sources=[{"name": "good", "connector": "good"}])
    desk.pause("good")
    engine = EngineProcess(tmp_path, plugins, '[[sources]]\nname = "good"\nconnector = "good"\n')
    engine.expect("lease", held=True)
    engine.say("pull good")
    engine.say("nonsense")
    engine.expect("unknown")
    with pytest.raises(AssertionError):
        engine.expect("started", timeout=0.5)
    desk.resume("good")
    assert engine.expect("finished", source="good")["ok"]
    assert engine.end() == 0
    shut(desk)


def test_an_engine_tries_a_source_when_asked_to_and_goes_on_meanwhile(tmp_path: Path, plugins: Path) -> None:
    install(plugins, "tried", CHECKED)
    install(plugins, "dies", "def pull(self, cursor, known):\n    yield Page()\ndef check(self):\n    os._exit(4)")
    names = ("good", "tried", "dies")
    text = "".join(f'[[sources]]\nname = "{name}"\nconnector = "{name}"\nevery = "1h"\n' for name in names)
    engine = EngineProcess(tmp_path, plugins, text)
    engine.expect("idle")
    engine.say("check tried")
    engine.say("check dies")
    engine.say("check nowhere")
    engine.say("pull good")
    told = [engine.expect("unknown")["word"], engine.expect("finished", source="good")["ok"]]
    assert told == ["check nowhere", True]
    engine.say("check tried")
    found = engine.expect("checked", source="tried")
    assert (found["ok"], found["text"]) == (True, "ops may read 3 projects")
    engine.say("check dies")
    found = engine.expect("checked", source="dies")
    assert not found["ok"] and found["what"] == "connector 'dies' of opstui-dies 1.2 broke" and "exit code 4" in found["why"]
    assert engine.end() == 0
    with Store.open(tmp_path / "opstui.db", now=lambda: datetime.now(UTC)) as store:
        assert sources.health(store.read)["tried"].account == "ops"


def test_a_source_in_trouble_that_passes_its_test_is_read(tmp_path: Path, plugins: Path) -> None:
    install(plugins, "sick", FAILS + "\ndef check(self):\n    return 'ops'")
    engine = EngineProcess(tmp_path, plugins, '[[sources]]\nname = "sick"\nconnector = "sick"\nevery = "1h"\n')
    engine.expect("failed", source="sick")
    engine.expect("idle")
    engine.say("check sick")
    assert engine.expect("checked", source="sick")["ok"]
    engine.expect("started", source="sick")
    engine.end()


def test_what_a_source_says_of_its_use_is_kept_and_a_silent_run_keeps_when_its_credential_ends(station: Station) -> None:
    def run(name: str) -> sources.Health:
        outcomes, events = pull_now(station, name)
        health.settle(station, outcomes[name], None)
        assert any(event["event"] == "usage" for event in events) == (name == "uses")
        return sources.health(station.store.read)[name]

    end = datetime(2026, 12, 24, tzinfo=UTC)
    row = run("uses")
    assert row[18:24] == (7, 40, 100, end, end, "ops@example.com")
    with station.store.writing() as conn:
        sources.begin(conn, "uses", station.now())
        sources.used(conn, "uses", sources.Usage(1))
    row = sources.health(station.store.read)["uses"]
    assert (row.calls, row.quota_left, row.expires, row.account) == (1, None, end, "ops@example.com")
    assert run("good").calls == 0


def test_figures_that_are_none_are_not_kept() -> None:
    odd = {"calls": "many", "quota_left": -5, "quota_limit": 10**30, "quota_reset": "2026-12-24", "expires": "soon"}
    found = usage_of({"event": "usage", **odd, "account": "a\x1b[31mb\nc", "more": 1})
    assert found == sources.Usage(0, 0, MOST, None, None, "ab c")


def test_failures_in_a_row_are_counted_over_restarts_and_end_with_a_good_pull(station: Station) -> None:
    def note(state: str, due: float | None = None) -> int:
        health.settle(station, Outcome("fails", Ended(state, Counts(), 1.0, "503")), due)
        return sources.health(station.store.read)["fails"].failures

    now = station.now().timestamp()
    assert [note("failed"), note("failed", now + 900), note("stopped", now + 900)] == [1, 2, 2]
    plan = Plan(station.sources(), {}, now, lambda: 0.5, sick=health.sick(station))
    assert [source.name for source in plan.ready(now, ())] == ["good", "uses"]
    assert plan.entries["fails"].due == pytest.approx(now + 900, abs=1)
    plan.begun("fails")
    assert plan.ended(Outcome("fails", Ended("failed", Counts(), 1.0)), now) == pytest.approx(now + 240), "four times a minute"
    assert note("refused", now + 900) == 3
    plan = Plan(station.sources(), {}, now, lambda: 0.5, sick=health.sick(station))
    assert "fails" in [source.name for source in plan.ready(now, ())], "somebody may just have mended it"
    assert note("ok") == 0 and "fails" not in health.sick(station)


def test_a_source_that_answers_again_is_sent_soon_what_waited_for_it(station: Station) -> None:
    def note(state: str) -> datetime:
        health.settle(station, Outcome("fails", Ended(state, Counts(), 1.0, "" if state == "ok" else "401")), None)
        return row(station.store, waits).due

    with station.store.writing() as conn:
        sources.ensure(conn, "fails")
    waits = put(station.store, "fails", "", "create", {"title": "Labels"}, hold=900)
    later = row(station.store, waits).due
    assert note("ok") == later, "nothing was the matter"
    assert note("refused") == later
    assert note("ok") <= station.now() + timedelta(seconds=8)


def test_a_sync_from_cron_leaves_a_longer_and_longer_pause_behind(station: Station) -> None:
    for failures, seconds in ((1, 60), (2, 120)):
        before = station.now()
        sync_once(station, ["fails"])
        row = sources.health(station.store.read)["fails"]
        assert row.failures == failures and row.next_due is not None
        assert (row.next_due - before).total_seconds() >= seconds - 1
        assert (row.next_due - before).total_seconds() < 2 * seconds


def test_a_plan_leaves_out_what_is_paused_whatever_is_asked() -> None:
    plan = Plan([a_source("a"), a_source("b")], {}, 0.0, lambda: 0.5)
    plan.paused = frozenset({"a"})
    plan.want(["a", "b"])
    assert [source.name for source in plan.ready(0, ())] == ["b"]
    assert plan.next_due(["b"]) is None
    plan.paused = frozenset()
    assert [source.name for source in plan.ready(0, ())] == ["a", "b"]


def test_changes_on_their_way_and_those_that_came_back_are_counted_by_source(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, FakeClock())
    pull(desk, an_item())
    group = desk.note("x").group
    with store_of(desk).writing() as conn:
        for n, state in enumerate(("pending", "parked", "sending", "failed", "conflict", "sent", "cancelled")):
            conn.execute(
                "INSERT INTO outbox (uid, grp, source, ref, verb, value, who, at, state, due) "
                "VALUES (?, ?, 'helpdesk', 'helpdesk:INC1', 'comment', '{}', 'me', 0, ?, 0)",
                (str(n), group, state),
            )
    found = {one.name: (one.waiting, one.stuck, one.parked) for one in desk.sources()}
    assert found == {"helpdesk": (3, 2, 1), "jira": (0, 0, 0)}
    shut(desk)
