"""A real Redmine through the real engine and its workers: what is decided at the desk stands there, once, or says why not."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import pytest

from opstui.config.settings import Settings
from opstui.domain.views import Outgoing, SourceState
from opstui.services.clock import real_clock
from opstui.services.desk import Desk
from opstui.store.db import Store
from tests.real import redmine
from tests.real.conftest import Server, begin
from tests.support.engine import EngineProcess
from tests.support.redmine import Raw

T = TypeVar("T")

PATIENCE_S = 240.0
"""How long a server may take on a machine that has much else to do; nothing waits for longer than it has to."""

PEOPLE: list[dict[str, Any]] = [{"name": "Bo Lind", "aliases": ["bo"]}, {"name": "Cy Moss"}]
CONFIG = """
[me]
name = "Ana Ruiz"
[[people]]
name = "Bo Lind"
aliases = ["bo"]
[[people]]
name = "Cy Moss"
[outbox]
hold = "0s"
[[sources]]
name = "redmine"
connector = "redmine"
every = "1h"
[sources.options]
url = "{url}"
token = {{ env = "TEST_REDMINE_KEY" }}
projects = ["{project}"]
timeout_s = 300
create = {{ tracker = "Support" }}
"""


class Office:
    """An engine and a desk over one store, and Redmine's own API beside them."""

    def __init__(self, folder: Path, url: str, token: str, raw: Raw) -> None:
        self.raw = raw
        settings = {
            "day": {"timezone": "UTC"},
            "me": {"name": "Ana Ruiz"},
            "people": PEOPLE,
            "outbox": {"hold": "0s"},
            "sources": [{"name": "redmine", "connector": "redmine"}],
        }
        self.store = Store.open(folder / "opstui.db", now=real_clock)
        self.desk = Desk(self.store, msgspec.convert(settings, Settings), now=real_clock)
        config = CONFIG.format(url=url, project=raw.project)
        self.engine = EngineProcess(folder, folder, config, TEST_REDMINE_KEY=token, OPSTUI_HTTP_PATIENCE="0.1")

    def close(self) -> None:
        self.engine.end(PATIENCE_S)
        self.desk.close()
        self.store.close()

    def until(self, ask: Callable[[], T], timeout: float = PATIENCE_S) -> T:
        """What ``ask`` says as soon as it says anything."""
        end = time.monotonic() + timeout
        while not (found := ask()):
            assert time.monotonic() < end, (ask, self.state, self.desk.outbox(limit=20), self.engine.events[-20:])
            self.engine._read()
        return found

    @property
    def state(self) -> SourceState:
        """The source's health."""
        (state,) = (one for one in self.desk.sources() if one.name == "redmine")
        return state

    def pulled(self) -> SourceState:
        """Pull, and wait for its end."""
        self.engine.events.clear()
        self.engine.say("pull redmine")
        ends = ("finished", "failed")
        self.until(lambda: any(one["event"] in ends and one["source"] == "redmine" for one in self.engine.events))
        return self.state

    def settled(self, *states: str) -> Outgoing:
        """The newest change, sent as far as it goes."""
        (newest, *_) = self.all()
        self.engine.say("push")
        return self.until(lambda: next((one for one in self.all() if one.id == newest.id and one.state in states), None))

    def all(self) -> tuple[Outgoing, ...]:
        """Every change there was, the newest first."""
        return self.desk.outbox(("parked", "pending", "sending", "sent", "failed", "conflict", "cancelled"))

    def keys(self) -> list[str]:
        """The items of the store."""
        return [
            str(key) for (key,) in self.store.read.execute("SELECT key FROM items WHERE source = 'redmine' AND gone IS NULL")
        ]


@pytest.fixture
def raw(raw: Raw) -> Raw:
    """The API, with a project that only this test knows, so that a first pull is short."""
    members = raw.ask("GET", "/projects/ops-desk/memberships.json", limit="100")[1]["memberships"]
    name = f"desk-{secrets.token_hex(6)}"
    assert raw.ask("POST", "/projects.json", {"project": {"name": name, "identifier": name, "is_public": False}})[0] == 201
    for one in members:
        member = {"user_id": one["user"]["id"], "role_ids": [role["id"] for role in one["roles"]]}
        assert raw.ask("POST", f"/projects/{name}/memberships.json", {"membership": member})[0] == 201
    raw.project = name
    raw.members = {one["user"]["name"]: one["user"]["id"] for one in members}
    return raw


@pytest.fixture
def office(server: Server, raw: Raw, tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path, server.url, server.token, raw)
    office.until(lambda: office.state.last_ok)
    yield office
    office.close()


def test_issues_come_in_with_history_and_a_quiet_pull_costs_one_request(office: Office) -> None:
    number = office.raw.create("VPN drops", description="h1. Where\n\nLeeds")
    office.raw.change(number, status_id=2, assigned_to_id=office.raw.members["Bosse Lind"], notes="Asked the *vendor*")
    office.pulled()
    detail = office.desk.detail(f"redmine:{number}")
    assert detail is not None
    assert (detail.item.body, detail.item.status, detail.item.owner) == ("Where\n\nLeeds", "In Progress", "Bo Lind")
    assert {("status", "New", "In Progress"), ("owner", None, "Bo Lind")} <= {
        (one.field, one.old, one.new) for one in detail.item.history
    }
    assert [one.text for one in detail.item.comments] == ["Asked the *vendor*"]
    office.pulled()
    assert office.state.calls == 1
    assert office.state.changed == office.state.added == 0


def test_what_is_decided_at_the_desk_stands_there(office: Office) -> None:
    number = office.raw.create("Invoice export fails", start_date="2026-01-05")
    office.pulled()
    ref = f"redmine:{number}"
    office.desk.comment([ref], "Looking at it")
    assert office.settled("sent").made
    office.desk.assign([ref], "Bo Lind")
    office.settled("sent")
    office.desk.transition([ref], "In Progress")
    office.settled("sent")
    office.desk.priority([ref], 1)
    office.settled("sent")
    office.desk.due([ref], "2026-12-24")
    office.settled("sent")
    issue = office.raw.issue(number)
    assert [one["notes"] for one in issue["journals"] if one["notes"]] == ["Looking at it"]
    assert issue["assigned_to"]["name"] == "Bosse Lind"
    assert issue["status"]["name"] == "In Progress"
    assert issue["priority"]["name"] == "Immediate"
    assert issue["due_date"] == "2026-12-24"
    detail = office.desk.detail(ref)
    assert detail is not None
    assert (detail.item.owner, detail.item.status, detail.item.priority) == ("Bo Lind", "In Progress", 1)
    assert [one.state for one in detail.outgoing] == ["sent"] * 5, "what was sent today stays on its page"


def test_what_was_sent_is_taken_back(office: Office) -> None:
    number = office.raw.create("Queue backlog")
    office.pulled()
    ref = f"redmine:{number}"
    office.desk.transition([ref], "In Progress")
    office.settled("sent")
    office.desk.comment([ref], "Oops")
    office.settled("sent")
    office.desk.undo()
    office.settled("sent")
    assert not [one for one in office.raw.issue(number)["journals"] if one["notes"]]
    office.desk.undo()
    office.settled("sent")
    assert office.raw.issue(number)["status"]["name"] == "New"
    detail = office.desk.detail(ref)
    assert detail is not None
    assert (detail.item.status, detail.item.comments) == ("New", ())


def test_a_new_issue_is_made_once(office: Office) -> None:
    office.desk.create("redmine", "Printer offline", "Third floor")
    made = office.settled("sent").made
    issue = office.raw.issue(int(made))
    assert (issue["subject"], issue["description"], issue["tracker"]["name"]) == ("Printer offline", "Third floor", "Support")
    office.pulled()
    assert office.keys().count(made) == 1


def test_a_status_that_there_is_not_comes_back_with_those_that_are(office: Office) -> None:
    number = office.raw.create("Wrong VAT rate")
    office.pulled()
    office.desk.transition([f"redmine:{number}"], "Shipped")
    failed = office.settled("failed")
    assert "Shipped is not open to this account" in failed.why
    assert "In Progress" in failed.why
    assert office.raw.issue(number)["journals"] == []
    row = office.desk.row(f"redmine:{number}")
    assert row is not None
    assert (row.status, row.outbox) == ("New", "failed")


def test_somebody_elses_change_is_a_conflict(office: Office) -> None:
    number = office.raw.create("Login loop")
    office.pulled()
    office.raw.change(number, status_id=4)
    office.desk.transition([f"redmine:{number}"], "In Progress")
    assert office.settled("conflict").theirs == "Feedback"
    assert office.raw.issue(number)["status"]["name"] == "Feedback"


def test_a_wrong_key_names_the_remedy(server: Server, raw: Raw, tmp_path: Path) -> None:
    office = Office(tmp_path, server.url, "0" * 40, raw)
    try:
        state = office.until(lambda: office.state if office.state.state in ("refused", "failed") else None)
        assert "401" in state.what
        assert "opstui auth redmine" in state.next_step
    finally:
        office.close()


def test_a_server_that_dies_half_way_and_comes_back_loses_and_doubles_nothing(server: Server, raw: Raw, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(begin, "other")  # Rails takes its time
        wanted = {str(raw.create(f"Backlog {number}")) for number in range(60)}
        other = starting.result()
    port = urlsplit(other.url).port or 0
    office = Office(tmp_path, other.url, other.token, raw)
    try:
        office.until(lambda: len(office.keys()) > 25)
        redmine.stop("other", hard=True)
        broken = office.until(lambda: office.state if office.state.what else None)
        assert "127.0.0.1" in broken.what + broken.why
        had = office.keys()
        assert 25 < len(had) < len(wanted)
        ref = f"redmine:{had[0]}"
        office.desk.comment([ref], "While it was away")
        assert office.desk.outbox()[0].state == "pending"
        begin("other", port)
        office.pulled()
        assert office.until(lambda: not office.state.what)
        assert sorted(office.keys()) == sorted(wanted)
        office.settled("sent")
        assert [one["notes"] for one in raw.issue(int(had[0]))["journals"] if one["notes"]].count("While it was away") == 1
    finally:
        office.close()
        redmine.stop("other", hard=True)
