"""A sick source and a credential that ends stand in the queue, once, until they are over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.config.rules import rules
from opstui.config.settings import Day, Settings, Source
from opstui.domain.views import QueueRow, View
from opstui.services import health
from opstui.services.desk import Desk
from opstui.services.job import Counts, Ended
from opstui.services.running import Outcome
from opstui.services.station import Station
from opstui.store import sources
from opstui.store.db import Store
from tests.support.build import FakeClock
from tests.support.engine import a_source


class Office:
    """A station over a store, a clock that is moved by hand, and the queue of it."""

    def __init__(self, folder: Path, *configured: Source) -> None:
        self.clock = FakeClock()
        self.store = Store.open(folder / "opstui.db", now=self.clock)
        self.configure(*configured)

    def configure(self, *configured: Source) -> None:
        settings = Settings(day=Day(timezone="UTC"), sources=configured)
        self.station = Station(settings, rules(settings), self.store, self.clock, {})
        self.desk = Desk(self.store, settings, now=self.clock)

    def run(self, state: str, name: str = "jira", *, next_step: str = "", why: str = "", **usage: Any) -> bool:
        """A run of a source ended like this; whether it stirred the queue."""
        said = sources.Usage(**usage) if usage else None
        ended = Ended(state, Counts(), 1.0, f"{name}: 503", why, next_step, usage=said)
        return health.settle(self.station, Outcome(name, ended), None).stirred

    @property
    def queue(self) -> list[QueueRow]:
        return self.desk.window(View(grouped=False), 0, 100)

    @property
    def titles(self) -> list[str]:
        return [row.title for row in self.queue]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, a_source("jira"), a_source("mail", required=False))
    yield made
    made.store.close()


def test_the_third_failed_run_in_a_row_raises_an_item_and_the_next_good_one_closes_it(office: Office) -> None:
    assert not office.run("failed") and not office.run("failed") and office.queue == []
    assert not office.run("ok") and not office.run("failed") and not office.run("failed"), "not in a row"
    assert office.run("failed", why="busy", next_step="Wait a while.")
    assert [(row.ref, row.title) for row in office.queue] == [("opstui:source-jira", "jira cannot be read")]
    detail = office.desk.detail("opstui:source-jira")
    assert detail is not None and detail.item.body.splitlines()[:3] == ["jira: 503", "busy", "Wait a while."]
    assert office.run("ok") and office.queue == []


@pytest.mark.parametrize(("state", "title"), [("refused", "jira refuses to be read"), ("broken", "jira is broken")])
def test_what_does_not_mend_itself_is_told_at_once(office: Office, state: str, title: str) -> None:
    assert office.run(state) and office.titles == [title]


def test_a_run_that_we_ended_says_nothing_about_the_source(office: Office) -> None:
    assert [office.run("stopped") for _ in range(3)] == [False] * 3 and office.queue == []


def test_a_source_that_stays_sick_is_one_item_however_its_words_differ(office: Office) -> None:
    for n in range(6):
        office.run("failed", why=f"no answer after {n} s")
    assert office.titles == ["jira cannot be read"]
    changes = office.store.read.execute("SELECT count(*) FROM changes").fetchone()[0]
    office.run("failed", why="no answer after 9 s")
    assert office.store.read.execute("SELECT count(*) FROM changes").fetchone()[0] == changes
    assert office.run("refused", next_step="Run: opstui auth jira") and office.titles == ["jira refuses to be read"]
    for _ in range(2):
        office.run("ok")
        office.run("refused")
    assert office.titles == ["jira refuses to be read"]
    held = office.store.read.execute("SELECT count(*) FROM items WHERE source = 'opstui'").fetchone()[0]
    assert held == 1


def test_what_was_said_done_while_it_is_sick_does_not_come_back_before_it_is_another_trouble(office: Office) -> None:
    office.run("refused")
    office.desk.done(["opstui:source-jira"])
    office.run("refused")
    assert office.queue == []
    office.clock.forward(hours=1)
    office.run("ok")
    office.clock.forward(hours=1)
    office.run("refused")
    assert office.titles == ["jira refuses to be read"]


def test_a_required_source_goes_before_another(office: Office) -> None:
    office.run("refused", "mail")
    office.run("refused", "jira")
    assert office.titles == ["jira refuses to be read", "mail refuses to be read"]
    assert [row.priority for row in office.queue] == [1, 3]
    assert all("trouble" in row.why for row in office.queue)


def test_a_required_source_that_may_come_back_by_itself_is_less_pressing(office: Office) -> None:
    for _ in range(3):
        office.run("failed", "jira")
    assert [row.priority for row in office.queue] == [2]


def test_a_credential_is_warned_of_two_weeks_and_three_days_ahead_and_when_it_is_over(office: Office) -> None:
    end = office.clock() + timedelta(days=15)
    told: list[object] = []
    for days in (0, 1, 1, 9, 1, 1, 1, 1):
        office.clock.forward(days=days)
        told.append(office.run("ok", expires=end))
        if told[-1]:
            told[-1] = [(row.title, row.priority) for row in office.queue]
    assert told == [
        False,
        [("The credential of jira ends on 05 Dec 2026", 3)],
        False,
        False,
        [("The credential of jira ends in 3 days or less, on 05 Dec 2026", 2)],
        False,
        False,
        [("The credential of jira ended on 05 Dec 2026", 1)],
    ]
    detail = office.desk.detail("opstui:credential-jira")
    assert detail is not None and "opstui auth jira" in detail.item.body


def test_each_warning_comes_back_though_the_one_before_was_said_done_and_a_new_credential_ends_them(office: Office) -> None:
    end = office.clock() + timedelta(days=14)
    office.run("ok", expires=end)
    office.desk.done(["opstui:credential-jira"])
    office.clock.forward(days=1)
    assert not office.run("ok") and office.queue == []
    office.clock.forward(days=11)
    assert office.run("ok") and "3 days" in office.titles[0], "known from before, also when the source does not say it again"
    assert office.run("ok", expires=end + timedelta(days=90)) and office.queue == []


def test_an_item_about_a_source_that_is_not_read_any_more_is_closed_by_the_next_engine(office: Office) -> None:
    office.run("refused", "jira", expires=office.clock() + timedelta(days=1))
    office.run("refused", "mail")
    assert len(office.queue) == 3
    office.configure(a_source("mail"))
    health.recover(office.station)
    assert office.titles == ["mail refuses to be read"]
