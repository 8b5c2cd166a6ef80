"""Ranks follow a config that changed, whoever pulls next, and from where an interrupted walk had come."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from opstui.config.rules import rules
from opstui.config.settings import Settings
from opstui.services.once import sync_once
from opstui.services.reranking import RULES, WALK, Reranking, digest
from opstui.services.station import Station
from opstui.store import kept, ranks
from tests.support.engine import EngineProcess, a_source, a_station
from tests.support.plugin import install

TWO = """
def pull(self, cursor, known):
    if cursor is None:
        yield Page((self.item(1, priority=1), self.item(2, labels=("vip",))), cursor={"at": 1})
"""
ORDER = "SELECT i.key FROM items i JOIN ranks r ON r.item = i.id ORDER BY r.rank DESC"
LABELS_FIRST = {"priority": 1.0, "labelled": 90.0}


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = install(tmp_path / "plugins", "two", TWO)
    monkeypatch.syspath_prepend(str(folder))
    return folder


def with_rules(station: Station, **triage: object) -> Station:
    """The same surroundings after the config was changed."""
    changed = msgspec.structs.replace(station.settings.triage, **triage)
    settings = msgspec.structs.replace(station.settings, triage=changed)
    return replace(station, settings=settings, rules=rules(settings))


def order(station: Station) -> list[str]:
    return [row[0] for row in station.store.read.execute(ORDER)]


def test_a_changed_weight_moves_what_is_stored_at_the_next_sync(tmp_path: Path, plugins: Path) -> None:
    station = a_station(tmp_path, plugins, a_source("a", "two"))
    sync_once(station)
    assert order(station) == ["T-1", "T-2"]
    sync_once(with_rules(station, weights=LABELS_FIRST))
    assert order(station) == ["T-2", "T-1"]
    sync_once(station)
    assert order(station) == ["T-1", "T-2"]
    station.store.close()


def test_the_apps_engine_sees_it_too(tmp_path: Path, plugins: Path) -> None:
    station = a_station(tmp_path, plugins, a_source("a", "two"))
    sync_once(station)
    source = '[[sources]]\nname = "a"\nconnector = "two"\nevery = "1h"\n'
    engine = EngineProcess(tmp_path, plugins, f"{source}[triage.weights]\npriority = 1\nlabelled = 90\n")
    try:
        engine.expect("lease", held=True)
        for _ in range(100):
            if order(station) == ["T-2", "T-1"]:
                break
            engine._read()
        assert order(station) == ["T-2", "T-1"]
    finally:
        engine.kill()
        station.store.close()


def test_a_walk_that_was_interrupted_goes_on_and_other_rules_begin_it_again(
    tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = a_station(tmp_path, plugins, a_source("a", "two"))
    sync_once(station)
    changed, walked = with_rules(station, weights=LABELS_FIRST), []
    whole = ranks.rescore_slice

    def one_by_one(conn, given, now, after, limit=1):  # type: ignore[no-untyped-def]
        walked.append(after)
        return whole(conn, given, now, after, 1)

    monkeypatch.setattr(ranks, "rescore_slice", one_by_one)
    first = Reranking(changed)
    assert not first._settled()
    first._slice()  # and the engine is killed here
    assert kept.kept(station.store.read, RULES) == digest(station.rules)
    Reranking(changed).step(5.0)
    assert walked == [0, 1, 2]
    assert kept.kept(station.store.read, RULES) == digest(changed.rules)
    assert kept.kept(station.store.read, WALK) == ""
    walked.clear()
    assert not Reranking(changed).step(5.0)
    assert walked == []
    other = Reranking(with_rules(station, weights={"age": 7.0}))
    assert not other._settled()
    other._slice()
    Reranking(station).step(5.0)
    assert walked == [0, 0, 1, 2]
    station.store.close()


def test_a_first_import_is_not_ranked_twice(tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    station = a_station(tmp_path, plugins, a_source("a", "two"))

    def never(*given: object) -> None:
        raise AssertionError("nothing was to be walked")

    monkeypatch.setattr(ranks, "rescore_slice", never)
    sync_once(station)
    assert kept.kept(station.store.read, RULES) == digest(station.rules)
    station.store.close()


@pytest.mark.parametrize(
    "change",
    [
        {"day": {"holidays": ["2026-12-24"]}},
        {"day": {"timezone": "Asia/Tokyo"}},
        {"me": {"name": "Ana Ruiz"}},
        {"people": [{"name": "Bo Lind", "vip": True}]},
        {"triage": {"sla": [{"name": "p1", "when": "priority = 1", "within": "4h"}]}},
        {"triage": {"stalled_after": "4d"}},
        {"triage": {"approval_words": ["ok?"]}},
        {"triage": {"important_labels": ["gold"]}},
        {"triage": {"group": ["alert"]}},
        {"triage": {"weights": {"age": 7}}},
    ],
)
def test_every_setting_that_ranks_is_in_the_digest(change: dict[str, object]) -> None:
    usual = msgspec.convert({"day": {"timezone": "UTC"}}, Settings)
    merged = {"day": {"timezone": "UTC"}} | change
    assert digest(rules(msgspec.convert(merged, Settings))) != digest(rules(usual))


def test_what_does_not_rank_is_not_and_a_used_rule_is_as_a_new_one() -> None:
    usual = msgspec.convert({"day": {"timezone": "UTC"}}, Settings)
    other = msgspec.convert({"day": {"timezone": "UTC"}, "ui": {"ascii": "on"}, "triage": {"weights": {"age": 6}}}, Settings)
    used = rules(other)
    used.awaits_approval("waiting for approval")
    assert digest(used) == digest(rules(usual))
