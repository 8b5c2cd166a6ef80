"""The demo's day holds together: histories that add up, nothing told before it happens, and a board that keeps what we did."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from opstui.errors import Refused
from opstui.services import workspace
from opstui.services.demo import EVENING, MORNING, on_friday, tasks
from opstui.services.demo.board import board
from opstui.services.demo.day import prepare
from opstui.services.demo.morning import DEEDS, lived
from opstui.services.demo.times import WORK, moment

TEN = on_friday(time(10))
HOURS = (EVENING, MORNING, on_friday(time(9, 15)), TEN, on_friday(time(16, 30)))
IN_HAND = ("In Progress", "In Review")


def issues(at: datetime, standing: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    return {issue["key"]: issue for issue in board(at, standing)["issues"]}


def when(line: list[str]) -> datetime:
    return datetime.fromisoformat(line[3])


@pytest.mark.parametrize("at", HOURS)
def test_every_history_leads_from_where_an_issue_began_to_where_it_stands(at: datetime) -> None:
    for key, issue in issues(at).items():
        history = issue["history"]
        assert [line[1] for line in history] == ["To Do", *(line[2] for line in history)][: len(history)], key
        assert issue["status"] == (history[-1][2] if history else "To Do"), key
        times = [datetime.fromisoformat(issue["created"]), *map(when, history), at]
        assert times == sorted(times) and len(set(times[:-1])) == len(times) - 1, key
        assert datetime.fromisoformat(issue["created"]) <= datetime.fromisoformat(issue["updated"]) <= at, key
        if history:
            assert datetime.fromisoformat(issue["updated"]) >= when(history[-1]), key


def test_a_board_is_the_same_in_every_run_and_later_ones_only_add() -> None:
    assert board(TEN) == board(TEN)
    for early, late in pairwise(HOURS):
        before, after = issues(early), issues(late)
        for key, issue in before.items():
            assert after[key]["history"][: len(issue["history"])] == issue["history"], key


def test_every_key_of_the_board_is_given_once() -> None:
    keys = [issue["key"] for issue in board(TEN)["issues"]]
    assert len(keys) == len(set(keys))


def test_the_stages_have_a_past_of_some_weeks() -> None:
    done = [issue for issue in issues(EVENING).values() if issue["status"] == "Done"]
    assert 35 <= len(done) <= 50
    spans = [
        WORK.working_seconds(datetime.fromisoformat(one["created"]), when(one["history"][-1])) / 3600
        for one in done
        if one["title"] in tasks.PAST.values()
    ]
    assert len(spans) == len(tasks.PAST) and 40 < median(spans) < 100 and max(spans) > 2 * median(spans)
    ways = Counter(tuple(line[2] for line in one["history"]) for one in done)
    assert len(ways) >= 4 and any("To Do" in way for way in ways) and any("Blocked" in way for way in ways)
    days = {when(one["history"][-1]).date() for one in done}
    assert min(days) < EVENING.date() - timedelta(days=35) and max(days) == EVENING.date()


def test_at_ten_the_board_has_something_of_everything() -> None:
    ten = issues(TEN)
    assert {issue["status"] for issue in ten.values()} == {"To Do", "In Progress", "In Review", "Blocked", "Done"}
    assert sum(1 for issue in ten.values() if issue["status"] == "Blocked" and issue.get("waits_for")) == 3
    unowned = [key for key, issue in ten.items() if not issue["owner"] and issue["status"] != "Done"]
    assert sorted(unowned) == ["OPS-110", "OPS-113", "OPS-97"]
    slow = ten[tasks.SLOW]
    assert slow["status"] == "In Progress" and TEN - when(slow["history"][-1]) > timedelta(days=30)
    load = Counter(issue["owner"] for issue in ten.values() if issue["status"] in IN_HAND)
    assert max(load.values()) >= 4 and load.total() >= 15
    today = [key for key, issue in ten.items() if any(when(line) > MORNING for line in issue["history"])]
    assert len(today) == 6


def test_what_is_to_come_is_in_no_file(tmp_path: Path) -> None:
    for at in HOURS:
        prepare(tmp_path, at)
        for name, column in (("helpdesk.csv", "sys_updated_on"), ("helpdesk.csv", "opened_at"), ("alerts.csv", "time")):
            with (tmp_path / name).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    assert datetime.fromisoformat(row[column]).replace(tzinfo=EVENING.tzinfo) <= at, row


def test_what_nobody_touched_keeps_its_serial_and_the_rest_gets_a_new_one() -> None:
    evening = board(EVENING)
    morning = board(MORNING, evening)
    moved = [issue["key"] for issue in morning["issues"] if issue["serial"] == morning["serial"]]
    assert moved == [tasks.CONTESTED]


def test_what_was_done_from_here_stays_when_the_others_go_on() -> None:
    standing = board(MORNING, board(EVENING))
    by_key = {issue["key"]: issue for issue in standing["issues"]}
    at = on_friday(time(8, 45)).isoformat()
    ours = ["owner", "Eli Novak", "Ana Ruiz", at, "Ana Ruiz"]
    scorecard = by_key["OPS-107"]
    scorecard["owner"] = "Ana Ruiz"
    scorecard["history"] = [*scorecard["history"], ours]
    scorecard["serial"] = standing["serial"] + 1
    by_key["OPS-88"]["comments"] = [*by_key["OPS-88"]["comments"], {"id": "u1", "who": "Ana Ruiz", "at": at, "text": "Who?"}]
    made = {"key": "OPS-200", "title": "New", "status": "To Do", "created": at, "updated": at, "serial": standing["serial"] + 2}
    standing["issues"].append(made)
    ten = issues(TEN, standing)
    assert ten["OPS-107"]["owner"] == "Ana Ruiz" and ten["OPS-107"]["status"] == "Blocked"
    assert [line[0] for line in ten["OPS-107"]["history"]] == ["status", "owner", "status"]
    assert ten["OPS-107"]["waits_for"].startswith("Fay Tan")
    assert [one["text"] for one in ten["OPS-88"]["comments"]][-1] == "Who?" and ten["OPS-88"]["status"] == "In Review"
    assert ten["OPS-200"] == made
    again = board(on_friday(time(11)), board(TEN, standing))
    assert [issue["key"] for issue in again["issues"] if issue["serial"] == again["serial"]] == []


def test_what_is_done_stands_in_order_and_only_in_its_time(tmp_path: Path) -> None:
    times = [moment(deed.at) for deed in DEEDS]
    assert times == sorted(times) and all(MORNING < at < TEN for at in times[1:])
    with workspace.open(prepare(tmp_path / "day"), tmp_path, {}, demo=True) as opened:
        lived(opened, times[-1], TEN)
        assert opened.desk.log() == []


def test_a_story_that_does_not_fit_the_exports_is_refused_by_name(tmp_path: Path) -> None:
    with workspace.open(prepare(tmp_path / "day"), tmp_path, {}, demo=True) as opened, pytest.raises(Refused) as told:
        lived(opened, MORNING, TEN)  # nothing was read yet
    assert "assign at fri 08:07" in str(told.value) and "helpdesk:INC4711" in str(told.value)
