"""Routines at the desk and in the engine: ticks that last, rounds that are missed, and the queue that hears of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from opstui.config.rules import rules
from opstui.config.settings import Settings
from opstui.domain.roundhistory import Outcome
from opstui.domain.rounds import State
from opstui.domain.views import View
from opstui.errors import Refused
from opstui.services.chores import Chores
from opstui.services.desk import Desk
from opstui.services.export import export
from opstui.services.importing import bring_in
from opstui.services.once import sync_once
from opstui.services.station import Station
from opstui.store import records
from opstui.store.db import Store
from tests.support.build import MORNING, FakeClock
from tests.support.desk import a_desk, store_of
from tests.support.engine import a_source, python_path

OPENING = {"name": "Opening checks", "due": "08:30", "steps": ["Lights", "Doors", {"text": "Cold", "needs": "number"}]}
COUNT = {"name": "Cycle count", "due": "15:00", "every": "week", "day": "fri", "steps": ["Aisle 4"], "sign": True}
ROUND = "Opening checks@2026-11-20"
"""The morning is a Friday."""


class Office:
    """A store, a clock moved by hand, the desk and the engine's chores over it."""

    def __init__(self, folder: Path, *routines: dict[str, Any], start: datetime = MORNING, **day: Any) -> None:
        self.clock = FakeClock(start)
        self.store = Store.open(folder / "opstui.db", now=self.clock)
        self.configure(*routines, **day)

    def configure(self, *routines: dict[str, Any], **day: Any) -> None:
        config = {"day": {"timezone": "UTC"} | day, "me": {"name": "Ana Ruiz"}, "routines": list(routines)}
        settings = msgspec.convert(config, Settings)
        self.station = Station(settings, rules(settings), self.store, self.clock, {})
        self.desk = Desk(self.store, settings, now=self.clock)
        self.chores = Chores(self.station)

    def look(self, **forward: float) -> list[str]:
        """Some time later the engine looks: the titles in the queue."""
        self.clock.forward(**forward)
        self.chores.rounds()
        return self.titles

    @property
    def titles(self) -> list[str]:
        return sorted(row.title for row in self.desk.window(View(grouped=False), 0, 100))

    def tick_all(self, name: str = "Opening checks") -> None:
        for n in range(1, len(self.desk.routines.round(name).round.steps) + 1):
            self.desk.routines.tick(name, n, "4")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, OPENING, COUNT)
    yield made
    made.store.close()


def test_today_lists_what_is_due_by_its_time_and_how_it_stands(office: Office) -> None:
    desk, clock = office.desk.routines, office.clock
    assert [(one.routine.name, one.state) for one in desk.today()] == [
        ("Opening checks", State.DUE),
        ("Cycle count", State.DUE),
    ]
    clock.forward(minutes=30)
    assert desk.today()[0].state is State.LATE
    clock.forward(minutes=30)
    assert desk.today()[0].state is State.MISSED
    clock.forward(days=3)
    assert [one.routine.name for one in desk.today()] == ["Opening checks"]


def test_each_tick_is_an_action_of_its_own_that_undo_takes_back(office: Office) -> None:
    desk = office.desk.routines
    receipt = desk.tick("opening", 1)
    assert receipt.summary == "Ticked Lights, 1 of 3 of Opening checks"
    desk.tick("opening", "cold", "-18,5 C")
    desk.skip("opening", 2, "locked")
    assert desk.round("Opening checks").state is State.DONE
    for left in (2, 1, 0):
        office.desk.undo()
        assert desk.round("Opening checks").round.done == left
    assert records.find(office.store.read, "round") == []
    office.desk.redo()
    assert desk.round("Opening checks").round.steps[0].who == "Ana Ruiz"


def test_a_round_that_is_signed_is_over_with_the_signature(office: Office) -> None:
    desk = office.desk.routines
    with pytest.raises(Refused, match="1 step missing"):
        desk.sign("Cycle count")
    desk.tick("Cycle count", 1)
    assert desk.round("Cycle count").to_sign
    assert desk.sign("Cycle count").summary == "Signed: Cycle count@2026-11-20"
    assert desk.round("Cycle count").state is State.SIGNED
    desk.untick("Cycle count", 1)
    assert desk.round("Cycle count").state is State.DUE


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("closing", "no routine 'closing'"),
        ("Cycle count@2026-11-19", "not due on 2026-11-19.*next on Fri 20 Nov"),
        ("Opening checks@2026-11-23", "not due yet"),
        ("Opening checks@9999-12-31", "not due yet"),
        ("Opening checks@2019-03-04", "not known then"),
        ("Opening checks@0001-01-01", "not known then"),
        ("Opening checks@2026-11-19", "not known then"),
    ],
)
def test_what_is_not_due_is_refused_with_the_day_on_which_it_is(office: Office, name: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        office.desk.routines.tick(name, 1)
    assert re.search(why, str(refused.value))


def test_a_round_of_before_the_routine_was_known_is_not_made_up_and_one_of_since_then_can_be_ticked(office: Office) -> None:
    office.look()
    with pytest.raises(Refused, match="not known then"):
        office.desk.routines.tick("Opening checks@2019-03-04", 1)
    assert office.desk.routines.missed() == ()
    office.clock.forward(days=3)
    assert "1 of 3" in office.desk.routines.tick(ROUND, 1).summary


def test_a_missed_round_stands_in_the_queue_once_and_says_what_is_missing(office: Office) -> None:
    assert office.look() == []
    office.desk.routines.tick("opening", 2)
    assert office.look(minutes=54) == []
    assert office.look(minutes=1) == ["Opening checks missed on Fri 20 Nov"]
    detail = office.desk.detail("opstui:routine-opening-checks-2026-11-20")
    assert detail is not None and detail.item.fields == {"routine": "Opening checks", "day": "2026-11-20"}
    assert "2 of 3 steps missing" in detail.item.body and "- Lights\n- Cold" in detail.item.body
    for _ in range(3):
        assert office.look(minutes=5) == ["Opening checks missed on Fri 20 Nov"]


def test_completing_a_missed_round_closes_its_item_at_once_and_undo_brings_it_back(office: Office) -> None:
    office.look()
    office.look(hours=2)
    office.desk.routines.tick("opening", 1)
    detail = office.desk.detail("opstui:routine-opening-checks-2026-11-20")
    assert detail is not None and "2 of 3 steps missing" in detail.item.body
    office.tick_all()
    assert office.titles == []
    office.desk.undo()
    assert office.look(seconds=5) == ["Opening checks missed on Fri 20 Nov"]


def test_a_missed_round_is_waived_with_a_reason_also_days_later(office: Office) -> None:
    office.look()
    office.look(hours=2)
    office.look(days=3)
    assert len(office.titles) == 3, "Friday's two, and Monday's"
    assert [one.round.name for one in office.desk.routines.missed()] == [ROUND, "Cycle count@2026-11-20"]
    office.desk.routines.waive(ROUND, "Stocktaking")
    office.desk.routines.waive("Cycle count", "Stocktaking")
    assert office.titles == ["Opening checks missed on Mon 23 Nov"]
    assert [one.outcome for one in _told(office, "Opening checks")] == [Outcome.WAIVED, Outcome.MISSED]


class _Told:
    def __init__(self, told: tuple[date, Outcome, Any]) -> None:
        self.day, self.outcome, self.round = told


def _told(office: Office, name: str) -> list[_Told]:
    return [_Told(one) for one in office.desk.routines.history(name).days]


def test_what_a_person_decided_on_a_missed_round_is_not_raised_again(office: Office) -> None:
    office.look()
    office.look(hours=2)
    office.desk.done(["opstui:routine-opening-checks-2026-11-20"])
    assert office.look(hours=1) == []


def test_nothing_is_missed_before_a_routine_was_known(tmp_path: Path) -> None:
    office = Office(tmp_path, OPENING, start=MORNING + timedelta(hours=3))
    assert office.look() == [] == office.look(hours=2)
    assert office.look(days=3) == ["Opening checks missed on Mon 23 Nov"]
    assert [one.day.day for one in _told(office, "Opening checks")] == [23]
    office.store.close()


def test_another_hour_or_day_makes_a_routine_new(office: Office) -> None:
    office.look()
    office.clock.forward(hours=4)
    office.configure(OPENING | {"due": "07:00"}, COUNT)
    assert office.look() == []
    office.configure(OPENING, COUNT, workdays=["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    assert office.look() == []


def test_days_without_work_are_never_missed(tmp_path: Path) -> None:
    office = Office(tmp_path, OPENING, holidays=["2026-11-23"])
    office.look()
    office.tick_all()
    assert office.look(days=3, hours=6) == []
    assert office.look(days=1) == ["Opening checks missed on Tue 24 Nov"]
    office.store.close()


def test_what_was_missed_while_no_engine_ran_is_raised_for_a_week_back_only(office: Office) -> None:
    office.look()
    titles = office.look(days=21, hours=2)
    assert len([title for title in titles if title.startswith("Opening")]) == 6  # Fri 4 Dec to Fri 11 Dec
    assert len([title for title in titles if title.startswith("Cycle")]) == 1
    history = office.desk.routines.history("Opening checks", 30)
    assert history.count(Outcome.MISSED) == 16 and history.kept == 0


def test_the_item_of_a_routine_that_has_gone_from_the_config_is_closed(office: Office) -> None:
    office.look()
    assert office.look(hours=2) != []
    office.configure(COUNT)
    assert office.look() == []


def test_the_item_belongs_to_the_owner_of_the_routine(tmp_path: Path) -> None:
    office = Office(tmp_path, OPENING | {"owner": "Bo Lind"})
    office.look()
    office.look(hours=2)
    row = office.desk.row("opstui:routine-opening-checks-2026-11-20")
    assert row is not None and row.owner == "Bo Lind"
    office.store.close()


def test_a_one_shot_sync_looks_too(office: Office, tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text("number,title\n")
    source = a_source("helpdesk", "csv", options={"path": str(tmp_path / "tickets.csv")})
    settings = msgspec.structs.replace(office.station.settings, sources=(source,))
    station = replace(office.station, settings=settings, environ={**os.environ, "PYTHONPATH": python_path()})
    sync_once(station)
    office.clock.forward(hours=2)
    sync_once(station)
    assert office.titles == ["Opening checks missed on Fri 20 Nov"]


def test_a_night_shift_is_one_day_of_work(tmp_path: Path) -> None:
    evening = datetime(2026, 11, 20, 21, tzinfo=UTC)
    closing = {"name": "Closing", "due": "05:30", "steps": ["Doors"]}
    office = Office(tmp_path, start=evening)
    office.configure(closing, start="22:00", end="06:00")
    office.look()
    assert office.look(hours=7) == []
    office.desk.routines.tick("closing", 1)
    assert office.desk.routines.round("closing").round.name == "Closing@2026-11-20"
    assert office.look(hours=2, minutes=30) == []
    office.store.close()


def test_the_rail_hears_of_what_is_late_and_of_the_next_one(office: Office) -> None:
    stops = office.desk.routines.due_stops
    assert [(one.name, one.state) for one in stops()] == [("Opening checks", "next")]
    office.clock.forward(hours=1)
    assert [(one.name, one.state) for one in stops()] == [("Opening checks", "late"), ("Cycle count", "next")]
    office.tick_all()
    assert [(one.name, one.state) for one in stops()] == [("Cycle count", "next")]
    assert stops()[0].action == "app.routines" and stops()[0].at == datetime(2026, 11, 20, 15, tzinfo=UTC)


def test_a_tick_survives_a_kill(tmp_path: Path) -> None:
    code = f"""
import os, sys
from pathlib import Path
from tests.support.desk import a_desk
desk = a_desk(Path({str(tmp_path)!r}), routines=[{OPENING!r}])
desk.routines.tick("opening", 1)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    desk = a_desk(tmp_path, routines=[OPENING])
    assert desk.routines.round("opening").round.steps[0].over


def test_rounds_go_out_with_an_export_and_come_back(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "one", routines=[OPENING])
    desk.routines.tick("opening", 3, "-18")
    export(store_of(desk), tmp_path / "out", now=desk.now(), zone=desk.zone())
    other = a_desk(tmp_path / "two", routines=[OPENING])
    brought = bring_in(store_of(other), tmp_path / "out", now=other.now(), who="Ana Ruiz", rules=rules(other._at.settings))
    assert not brought.refused
    assert other.routines.round("opening").round == desk.routines.round("opening").round
