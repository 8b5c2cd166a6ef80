"""When a source is pulled, and what wakes it early."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from opstui.services.job import OURS, Counts, Ended, decode, encode, trouble
from opstui.services.plan import Plan
from opstui.services.running import Outcome
from opstui.services.schedule import first_due, next_due
from opstui.services.watch import Watch
from tests.support.engine import a_source


def test_a_start_pulls_at_once_but_not_what_was_pulled_moments_ago() -> None:
    assert first_due(None, 300, 1000) == 1000
    assert first_due(500, 300, 1000) == 1000
    assert first_due(990, 300, 1000) == 1050
    assert first_due(990, 30, 1000) == 1020
    assert first_due(5000, 300, 1000) == 1000, "a clock set back must not stop the pulls"


def test_the_pause_varies_by_a_tenth() -> None:
    assert next_due(0, 300, 0, 0.0) == pytest.approx(270)
    assert next_due(0, 300, 0, 1.0) == pytest.approx(330)


def test_a_sick_source_is_left_alone_for_longer_and_longer_up_to_an_hour() -> None:
    pauses = [next_due(0, 300, failures, 0.5) for failures in range(9)]
    assert pauses == pytest.approx([300, 60, 120, 240, 480, 960, 1920, 3600, 3600])
    assert next_due(0, 7200, 1, 0.5) == pytest.approx(60)
    assert next_due(0, 7200, 20, 0.5) == pytest.approx(7200)
    assert next_due(0, 10, 1, 0.5) == pytest.approx(10)


def test_a_source_that_somebody_has_to_see_to_is_not_asked_sooner_than_usual() -> None:
    pauses = [next_due(0, 300, failures, 0.5, mends=False) for failures in range(1, 6)]
    assert pauses == pytest.approx([600, 1200, 2400, 3600, 3600])
    plan = Plan([a_source("a", every="5m"), a_source("b", every="5m")], {}, 0.0, lambda: 0.5)
    assert plan.ended(Outcome("a", Ended("refused", Counts(), 1.0)), 0.0) == pytest.approx(600)
    assert plan.ended(Outcome("b", Ended("failed", Counts(), 1.0)), 0.0) == pytest.approx(60)


def test_a_sick_source_that_takes_what_is_sent_to_it_is_read_again_at_once() -> None:
    plan = Plan([a_source("a"), a_source("b"), a_source("c")], {}, 0.0, lambda: 0.5)
    plan.ended(Outcome("a", Ended("failed", Counts(), 1.0)), 0.0)
    plan.ended(Outcome("b", Ended("failed", Counts(), 1.0, retry_after=900.0)), 0.0)
    plan.ended(Outcome("c", Ended("ok", Counts(), 1.0)), 0.0)
    plan.answered(["a", "b", "c", "nowhere"], 10.0)
    assert [source.name for source in plan.ready(10.0, ())] == ["a"]
    assert plan.entries["b"].due == 900.0


def test_a_source_that_names_its_pause_gets_it() -> None:
    assert next_due(0, 300, 1, 0.5, retry_after=5000) == 5000
    assert next_due(0, 300, 0, 0.5, retry_after=1) == pytest.approx(300)


def test_what_was_asked_for_goes_first_and_what_runs_waits() -> None:
    plan = Plan([a_source("a"), a_source("b"), a_source("c")], {"a": 990.0, "b": 980.0}, 1000.0, lambda: 0.5)
    assert [source.name for source in plan.ready(1000, ())] == ["c"]
    plan.want(["a", "nowhere"])
    assert [source.name for source in plan.ready(1000, ())] == ["a", "c"]
    assert [source.name for source in plan.ready(1000, ["a"])] == ["c"]
    plan.begun("a")
    assert [source.name for source in plan.ready(1000, ())] == ["c"]


def test_what_is_asked_for_while_it_runs_is_pulled_again() -> None:
    plan = Plan([a_source("a")], {}, 0.0, lambda: 0.5)
    plan.begun("a")
    plan.want(["a"])
    plan.ended(Outcome("a", Ended("ok", Counts(), 1.0)), 10.0)
    assert [source.name for source in plan.ready(10, ())] == ["a"]


def test_a_watched_file_counts_as_changed_once_it_stands_still(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("a")
    watch = Watch()
    assert not watch.changed()
    watch.set((path,))
    assert not watch.changed()
    path.write_text("ab")
    assert not watch.changed(), "it may still be growing"
    assert watch.changed()
    watch.pulling()
    assert not watch.changed()


def test_a_folder_counts_its_files_also_those_replaced_with_the_same_size_and_time(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("a")
    watch = Watch()
    watch.set((tmp_path,))
    os.utime(tmp_path / "one.csv", (1, 1))
    watch.changed()
    assert watch.changed()
    watch.pulling()
    (tmp_path / "two.csv").write_text("b")
    os.utime(tmp_path / "two.csv", (1, 1))
    (tmp_path / "two.csv").replace(tmp_path / "one.csv")
    watch.changed()
    assert watch.changed()


def test_an_event_is_one_short_line_whatever_is_in_it() -> None:
    line = encode({"event": "failed", "why": "\n\x1b[31m" + "é" * 100_000, "paths": ["p" * 500] * 100})
    assert line.count(b"\n") == 1
    assert len(line) <= 4096
    event = decode(line)
    assert event is not None
    assert event["why"].startswith("\n\x1b[31mé")
    assert decode(b"not json") is None
    assert decode(b'{"event": 5}') is None


def test_a_mistake_of_our_own_is_not_blamed_on_the_connector() -> None:
    error = KeyError("x")
    assert trouble(error, "csv")[1]["what"] == "connector 'csv' broke"
    error.add_note(OURS)
    assert trouble(error, "csv")[1]["what"] == "opstui could not keep what came in"
