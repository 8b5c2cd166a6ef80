"""Due dates on their way: the day is that of the source's zone, whatever the store keeps and wherever the desk is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.connectors.api import VERBS
from opstui.domain.model import Item
from opstui.domain.outbox import field
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, shut, store_of
from tests.support.outbox import can
from tests.support.pushing import pull, row, send
from tests.support.tracker import Tracker, TrackerConnector

ZONES = ("Pacific/Honolulu", "America/Los_Angeles", "UTC", "Europe/Berlin", "Pacific/Kiritimati")
DAY, LATER = "2026-12-24", "2026-12-31"


class EndOfDay(Tracker):
    """Says that an issue is due at the end of its day where it is, as Jira's and Redmine's connectors do."""

    zone = ZoneInfo("UTC")

    def item(self, source: str, key: str) -> Item:
        day = self.issues[key]["due"]
        due = datetime.combine(date.fromisoformat(day), time(23, 59, 59), self.zone) if day else None
        return replace(super().item(source, key), due=due)


@given(
    zone=st.sampled_from(sorted(available_timezones())).map(ZoneInfo),
    day=st.dates(date(1990, 1, 1), date(2037, 12, 31)),
)
def test_the_day_of_what_the_store_gives_back_is_that_of_its_source(zone: ZoneInfo, day: date) -> None:
    told = datetime.combine(day, time(23, 59, 59), zone)
    for due in (told, told.astimezone(UTC)):
        assert field(an_item(due=due), "due", zone) == day.isoformat()


@pytest.mark.parametrize("zone", ZONES)
def test_a_due_date_is_set_and_taken_back_in_every_zone(tmp_path: Path, zone: str) -> None:
    clock = FakeClock()
    tracker = EndOfDay(clock)
    tracker.zone = ZoneInfo(zone)
    key = tracker.add(due=DAY)
    connector = TrackerConnector(tracker, "jira")
    desk = a_desk(tmp_path, clock, sources=[{"name": "jira", "connector": "csv", "timezone": zone}])
    store = store_of(desk)
    pull(store, connector)
    can(desk, "jira", VERBS)
    ref = f"jira:{key}"

    def sent() -> Any:
        clock.forward(minutes=1)
        send(store, connector, zone=tracker.zone)
        return row(store, newest)

    (newest,) = desk.due([ref], LATER).outgoing
    assert row(store, newest).base == DAY
    assert sent().state == "sent", row(store, newest)
    assert tracker.issues[key]["due"] == LATER
    (newest,) = desk.undo().outgoing
    assert (row(store, newest).base, row(store, newest).value) == (LATER, DAY)
    assert sent().state == "sent", row(store, newest)
    assert tracker.issues[key]["due"] == DAY
    tracker.set(key, "due", "2026-12-25")
    (newest,) = desk.due([ref], LATER).outgoing
    assert (sent().state, row(store, newest).theirs) == ("conflict", "2026-12-25")
    shut(desk)
