"""The desk's rail: the config's fixed points, what the journal says was held today, and what is left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from opstui.services.desk import Desk
from opstui.store import journal
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull, shut, store_of


def write(desk: Desk, verb: str, **more: int) -> int:
    """A group of the journal, as the stand-up writes it when it ends."""
    with store_of(desk).writing() as conn:
        return journal.write(conn, (), at=desk.now(), who="Ana Ruiz", verb=verb, summary="Held", **more)


def state(desk: Desk) -> dict[str, str]:
    return {stop.name: stop.state for stop in desk.rail().stops}


def test_the_fixed_points_are_those_of_the_config_in_its_zone(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, day={"timezone": "Asia/Kolkata", "standup": "14:00", "handoff": "18:30"})
    stops = {stop.name: stop.at.isoformat() for stop in desk.rail().stops}
    assert stops == {"Stand-up": "2026-11-20T08:30:00+00:00", "Handoff": "2026-11-20T13:00:00+00:00"}
    shut(desk)


def test_without_a_time_of_a_stand_up_the_day_has_none(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, day={"timezone": "UTC", "standup": ""})
    assert state(desk) == {"Handoff": "next"}
    shut(desk)


def test_a_stand_up_held_today_is_done_one_of_yesterday_is_not_and_an_undone_one_is_late_again(tmp_path: Path) -> None:
    clock = FakeClock(MORNING - timedelta(days=1) + timedelta(hours=2))
    desk = a_desk(tmp_path, clock)
    write(desk, "standup")
    clock.time = MORNING + timedelta(hours=2, minutes=30)
    assert state(desk)["Stand-up"] == "late"
    group = write(desk, "standup")
    assert state(desk)["Stand-up"] == "done"
    assert next(stop.held for stop in desk.rail().stops if stop.name == "Stand-up") == clock.time
    undone = write(desk, "undo", undoes=group)
    assert state(desk)["Stand-up"] == "late"
    write(desk, "redo", redoes=group)
    assert undone and state(desk)["Stand-up"] == "done"
    shut(desk)


def test_what_is_left_is_the_queue_s_and_known_on_a_day_of_rest_too(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, *(an_item(f"INC{n}", f"Ticket {n}") for n in range(3)))
    assert desk.rail().left == 3 and desk.rail().worked
    clock.forward(days=1)
    assert desk.rail() == (False, (), 3)
    shut(desk)
