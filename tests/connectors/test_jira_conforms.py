"""Reading a Jira that remembers, every request and answer held to the vendor's document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opstui.domain.model import Stage
from opstui.errors import SourceRefused
from tests.fakes.jira import Jira, an_sla
from tests.support.jira_site import Site, a_site


@pytest.fixture(params=[False, True], ids=["cloud", "data center"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A Jira; the test fails at its end when something did not conform."""
    with a_site(Jira(server=request.param), tmp_path) as made:
        yield made


def test_check_says_who_asks_and_what_answers(site: Site) -> None:
    site.jira.add("OPS", "Dock door")
    said = site.connector().check()
    assert "Ana Ruiz" in said
    assert ("Data Center" if site.jira.server else "Cloud") in said


def test_a_first_pull_brings_every_issue_once_with_all_that_hangs_on_it(site: Site) -> None:
    jira, now = site.jira, datetime.now(UTC)
    due = now + timedelta(hours=5)
    jira.add("OPS", "Dock door sticks", description="Since *Monday*", assignee="cy", priority="High", labels=["dock"])
    jira.add("OPS", "Scanner", status="Blocked", duedate="2026-11-30")
    jira.add("DESK", "Badge", customfield_10030=an_sla(timedelta(hours=8), due - timedelta(hours=8), now), by="ana")
    jira.link("OPS-1", "blocks", "OPS-2")
    jira.say("OPS-1", "Looked at it", by="cy")
    site.pull()
    items = site.here.items
    assert sorted(items) == ["DESK-1", "OPS-1", "OPS-2"]
    door, scanner, badge = items["OPS-1"], items["OPS-2"], items["DESK-1"]
    assert (door.title, door.owner, door.reporter, door.priority) == ("Dock door sticks", "Cy", "Bo Lind", 2)
    assert (door.stage, door.labels, door.blocks, scanner.blocked_by) == (Stage.TODO, ("dock",), ("OPS-2",), ("OPS-1",))
    assert "Monday" in door.body
    assert [(one.who, one.text) for one in door.comments] == [("Cy", "Looked at it")]
    assert (scanner.status, scanner.stage) == ("Blocked", Stage.BLOCKED)
    assert scanner.due is not None
    assert scanner.due.astimezone(ZoneInfo("Europe/Berlin")).date().isoformat() == "2026-11-30"
    assert badge.sla_due is not None
    assert abs(badge.sla_due - due) < timedelta(seconds=1)
    assert badge.reporter == "Ana Ruiz"


def test_many_pages_lose_and_double_nothing_while_issues_move(site: Site) -> None:
    jira = site.jira
    start = datetime.now(UTC) - timedelta(days=1)
    for number in range(250):
        jira.add("OPS", f"Issue {number}", at=start + timedelta(seconds=number))
    jira.search.shifting = True
    moves = iter(("OPS-3", "OPS-60", "OPS-120"))

    def move(request: Any) -> None:
        if "/search" in request.path and (key := next(moves, None)):
            jira.delete(key)

    jira.after = move
    pages = site.pull()
    keys = [item.key for page in pages for item in page.items]
    assert len(keys) == len(set(keys))
    # What was deleted meanwhile may have come in before; nothing else may be missing.
    assert {issue.key for issue in jira.issues.values()} <= set(keys)


def test_a_pull_that_finds_nothing_asks_once(site: Site) -> None:
    old = datetime.now(UTC) - timedelta(days=3)
    for number in range(3):
        site.jira.add("OPS", f"Issue {number}", at=old)
    site.pull()
    site.server.forget()
    pages = site.pull()
    assert [page.items for page in pages if page.items] == []
    assert site.server.count() == 1


def test_what_changed_comes_with_its_history(site: Site) -> None:
    old = datetime.now(UTC) - timedelta(days=3)
    site.jira.add("OPS", "Dock door", at=old)
    site.jira.add("OPS", "Scanner", at=old)
    site.pull()
    site.jira.alter("OPS-1", status="In Progress", assignee="cy", by="bo")
    site.jira.say("OPS-1", "mine")
    site.jira.add("OPS", "New")
    pages = site.pull()
    assert sorted(item.key for page in pages for item in page.items) == ["OPS-1", "OPS-3"]
    door = site.here.items["OPS-1"]
    assert {(one.field, one.old, one.new, one.who) for one in door.history} >= {
        ("status", "To Do", "In Progress", "Bo Lind"), ("owner", None, "Cy", "Bo Lind"),
    }  # fmt: skip
    assert (door.stage, door.owner, door.comments[-1].text) == (Stage.DOING, "Cy", "mine")


def test_an_issue_that_left_the_query_or_is_gone_does_not_stay_open(site: Site) -> None:
    old = datetime.now(UTC) - timedelta(days=3)
    for number in range(3):
        site.jira.add("OPS", f"Issue {number}", at=old)
    query = {"jql": "project = OPS AND statusCategory != Done"}
    site.pull(**query)
    site.jira.alter("OPS-1", status="Done")
    site.jira.delete("OPS-2")
    site.later = timedelta(minutes=20)
    site.pull(**query)
    assert site.here.items["OPS-1"].stage is Stage.DONE
    assert site.here.deleted == ["OPS-2"]
    assert site.here.items["OPS-3"].stage is Stage.TODO


def test_nobody_signed_in_closes_nothing(site: Site) -> None:
    site.jira.add("OPS", "Dock door", at=datetime.now(UTC) - timedelta(days=3))
    site.pull()
    site.jira.trap = True
    site.later = timedelta(days=2)
    with pytest.raises(SourceRefused):
        site.pull(token="wrong")
    assert site.here.deleted == []
    assert site.here.items["OPS-1"].stage is Stage.TODO


def test_limits_and_account_are_told(site: Site) -> None:
    site.jira.add("OPS", "Dock door")
    site.jira.quota = 500
    site.pull()
    assert site.usage.account == "Ana Ruiz"
    assert site.usage.calls == site.server.count()
    assert site.usage.quota_left == site.jira.quota


def test_a_scoped_token_works_through_the_clouds_own_path(tmp_path: Path) -> None:
    jira = Jira(prefix=f"/ex/jira/{Jira.cloud_id}")
    jira.add("OPS", "Dock door")
    with a_site(jira, tmp_path) as site:
        site.pull()
        assert list(site.here.items) == ["OPS-1"]
