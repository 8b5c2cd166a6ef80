"""Writing to a Jira that remembers: every verb, held to the vendor's document, by what is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.api import Pushed, Write
from opstui.domain.model import Item
from opstui.errors import SourceRefused, SourceUnavailable, WriteRefused
from opstui_jira import JiraConnector
from tests.fakes.jira import Jira
from tests.support.jira_site import Site, a_site


@pytest.fixture(params=[False, True], ids=["cloud", "data center"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A Jira; the test fails at its end when something did not conform."""
    with a_site(Jira(server=request.param), tmp_path) as made:
        yield made


def _write(verb: str, key: str, value: Any, **more: Any) -> Write:
    return Write("uid-1", verb, key, value, datetime.now(UTC), **more)


def test_one_issue_is_fetched_and_what_is_not_there_is_none(site: Site) -> None:
    site.jira.add("OPS", "Dock door", assignee="bo")
    item = site.connector().fetch("OPS-1")
    assert item is not None
    assert (item.key, item.owner) == ("OPS-1", "Bo Lind")
    assert site.connector().fetch("OPS-99") is None


def test_every_verb_is_named(site: Site) -> None:
    assert JiraConnector.verbs == {"comment", "assign", "transition", "priority", "due", "labels", "create"}
    assert JiraConnector.takes_back == {"comment"}


def _fetched(site: Site, key: str = "OPS-1") -> Item:
    item = site.connector().fetch(key)
    assert item is not None
    return item


def test_a_comment_is_said_found_and_taken_back(site: Site) -> None:
    site.jira.add("OPS", "Dock door")
    write = _write("comment", "OPS-1", {"text": "On it.\n\nBack by *noon*?"})
    connector = site.connector()
    assert connector.look(replace(write, tried=datetime.now(UTC))) is None
    pushed = connector.push(write)
    assert pushed.id == site.jira.find("OPS-1").comments[0].id
    assert [one.text for one in _fetched(site).comments] == ["On it.\n\nBack by *noon*?"]
    tried = replace(write, tried=datetime.now(UTC) - timedelta(seconds=5))
    found = connector.look(tried)
    assert found is not None
    assert found.id == pushed.id
    assert connector.look(replace(tried, taken=frozenset({pushed.id}))) is None
    connector.take_back(write, pushed.id)
    assert _fetched(site).comments == ()
    connector.take_back(write, pushed.id)  # it is gone already


def test_somebody_is_assigned_and_nobody(site: Site) -> None:
    site.jira.add("OPS", "Dock door", assignee="ana")
    connector = site.connector()
    connector.push(_write("assign", "OPS-1", {"name": "Cy", "aliases": ["Cy Moss", "cy"], "email": "cy@example.com"}))
    assert site.jira.find("OPS-1").values["assignee"] == site.jira.person("cy").id
    assert _fetched(site).owner == "Cy"
    connector.push(_write("assign", "OPS-1", None))
    assert site.jira.find("OPS-1").values["assignee"] is None
    assert _fetched(site).owner is None


def test_a_stranger_cannot_be_assigned(site: Site) -> None:
    site.jira.add("OPS", "Dock door")
    with pytest.raises(WriteRefused, match="Zoe"):
        site.connector().push(_write("assign", "OPS-1", {"name": "Zoe Fox", "aliases": [], "email": "zoe@example.com"}))
    assert site.jira.find("OPS-1").histories == []


def test_moves_name_the_fields_they_ask_for_and_are_made(site: Site) -> None:
    site.jira.add("OPS", "Dock door", status="In Progress")
    connector = site.connector()
    moves = {move.title: move for move in connector.moves("OPS-1")}
    assert set(moves) == {"Block", "Ask the customer", "Resolve"}
    assert (moves["Resolve"].status, moves["Resolve"].stage) == ("Done", "done")
    asked = moves["Resolve"].fields[0]
    assert (asked.name, asked.required, asked.choices) == ("resolution", True, ("Done", "Won't Do", "Duplicate"))
    assert moves["Block"].fields[0].choices == ()
    value = {"status": "Blocked", "id": moves["Block"].id, "fields": {"customfield_10050": "no spare part"}}
    connector.push(_write("transition", "OPS-1", value))
    assert site.jira.find("OPS-1").values["customfield_10050"] == "no spare part"
    assert _fetched(site).status == "Blocked"
    # Without an id: found by the status it leads to.
    connector.push(_write("transition", "OPS-1", {"status": "Done", "id": "", "fields": {"resolution": "Duplicate"}}))
    assert (_fetched(site).status, site.jira.find("OPS-1").values["resolution"]) == ("Done", "10002")


@pytest.mark.parametrize(
    "value",
    [{"status": "Done", "id": "31", "fields": {}}, {"status": "Blocked", "id": "21", "fields": {}},
     {"status": "Sleeping", "id": "", "fields": {}}],
    ids=["a field is missing", "not from here", "no such status"],
)  # fmt: skip
def test_a_move_that_cannot_be_made_is_refused(site: Site, value: dict[str, Any]) -> None:
    site.jira.add("OPS", "Dock door")
    with pytest.raises(WriteRefused):
        site.connector().push(_write("transition", "OPS-1", value))
    assert _fetched(site).status == "To Do"


def test_priority_due_date_and_labels_are_set(site: Site) -> None:
    site.jira.add("OPS", "Dock door", labels=["dock", "old"], duedate="2026-11-20")
    connector = site.connector()
    connector.push(_write("priority", "OPS-1", {"priority": 1, "label": ""}))
    assert (_fetched(site).priority, _fetched(site).priority_label) == (1, "Highest")
    connector.push(_write("priority", "OPS-1", {"priority": 4, "label": "Low"}))
    assert _fetched(site).priority == 4
    connector.push(_write("due", "OPS-1", "2026-12-24"))
    assert site.jira.find("OPS-1").values["duedate"] == "2026-12-24"
    connector.push(_write("due", "OPS-1", None))
    assert _fetched(site).due is None
    connector.push(_write("labels", "OPS-1", {"add": ["door"], "remove": ["old"]}))
    assert set(_fetched(site).labels) == {"dock", "door"}


def test_an_issue_is_created_once_and_found(site: Site) -> None:
    connector = site.connector(create={"project": "OPS", "type": "Task"})
    write = _write("create", "", {"title": "Call the vendor", "body": "About the *door*.\nToday.", "fields": {}})
    earlier = datetime.now(UTC) - timedelta(minutes=2)
    assert connector.look(replace(write, tried=earlier)) is None
    pushed = connector.push(write)
    item = _fetched(site, pushed.id)
    assert (item.title, item.reporter) == ("Call the vendor", "Ana Ruiz")
    assert "About the *door*.\nToday." in item.body
    tried = replace(write, tried=earlier)
    assert connector.look(tried) == Pushed(pushed.id)
    assert connector.look(replace(tried, taken=frozenset({pushed.id}))) is None
    assert len([issue for issue in site.jira.issues.values() if issue.values["summary"] == "Call the vendor"]) == 1


def test_a_new_issue_that_the_search_may_not_know_yet_is_not_made_again(tmp_path: Path) -> None:
    with a_site(Jira(), tmp_path) as site:
        connector = site.connector(create={"project": "OPS", "type": "Task"})
        write = _write("create", "", {"title": "Call the vendor", "body": "", "fields": {}})
        site.jira.hold_index()
        pushed = connector.push(write)
        tried = replace(write, tried=datetime.now(UTC))
        with pytest.raises(SourceUnavailable, match="cannot be told yet") as caught:
            connector.look(tried)
        assert caught.value.retry_after is not None
        site.jira.settle()
        assert connector.look(tried) == pushed


def test_a_write_to_what_is_gone_is_refused(site: Site) -> None:
    for verb, value in (("comment", {"text": "x"}), ("due", "2026-12-24"), ("priority", {"priority": 1, "label": ""})):
        with pytest.raises(WriteRefused):
            site.connector().push(_write(verb, "OPS-99", value))


def test_wrong_credentials_are_refused_by_name(site: Site) -> None:
    site.jira.add("OPS", "Dock door")
    for attempt in (lambda it: it.check(), lambda it: list(it.pull(None, site.here)), lambda it: it.fetch("OPS-1")):
        with pytest.raises(SourceRefused, match="jira"):
            attempt(site.connector(token="wrong"))
    with pytest.raises(SourceRefused):
        site.connector(token="wrong").push(_write("comment", "OPS-1", {"text": "x"}))
    assert site.jira.find("OPS-1").comments == []


def test_requests_reach_no_address_twice_for_one_write(site: Site) -> None:
    site.jira.add("OPS", "Dock door")
    connector = site.connector()
    site.server.forget()
    connector.push(_write("comment", "OPS-1", {"text": "once"}))
    assert site.server.count("POST", "/comment") == 1
    assert len(site.jira.find("OPS-1").comments) == 1
