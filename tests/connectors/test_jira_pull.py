"""Pulls of a Jira: what comes in, what an empty one costs, and that nothing is lost, doubled or falsely closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opstui.domain.model import Change, Person, Stage
from opstui.errors import SourceRefused, SourceUnavailable
from tests.fakes.jira import an_sla
from tests.support.faults import Request, garbage, status, wrong_shape
from tests.support.jira import Site, site

BOTH = pytest.mark.parametrize("server", [False, True], ids=["cloud", "datacenter"])


def many(at: Site, count: int, **fields: Any) -> None:
    for number in range(count):
        at.jira.add("OPS", f"Issue {number}", **fields)


@BOTH
def test_a_first_pull_brings_every_issue_once_with_all_that_is_known_of_it(server: bool) -> None:
    with site(server=server) as at:
        many(at, 250)
        at.jira.alter(
            "OPS-1", priority="Highest", assignee="ana", duedate="2026-11-23", labels=["dock", "night"], status="Blocked"
        )
        at.jira.alter("OPS-1", description="The door of dock 4", customfield_10060="North")
        at.jira.say("OPS-1", "Looked at it")
        at.jira.link("OPS-1", "blocks", "OPS-2")
        keys = [item.key for page in at.pull() for item in page.items]
        assert sorted(keys, key=lambda key: int(key[4:])) == [f"OPS-{number}" for number in range(1, 251)]
        first, second = at.items["OPS-1"], at.items["OPS-2"]
        assert (first.status, first.stage, first.priority, first.owner) == ("Blocked", Stage.BLOCKED, 1, "Ana")
        assert (first.reporter, first.labels, first.body) == ("Bo Lind", ("dock", "night"), "The door of dock 4")
        assert first.due == datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
        assert [(one.text, one.who) for one in first.comments] == [("Looked at it", "Bo Lind")]
        assert (first.blocks, second.blocked_by) == (("OPS-2",), ("OPS-1",))
        assert first.fields == {"Project": "Operations", "Type": "Task"}
        assert first.url == f"{at.served.url}/browse/OPS-1"
        assert at.usage.account == "Ana Ruiz"


@BOTH
def test_a_pull_that_finds_nothing_is_one_request(server: bool) -> None:
    with site(server=server) as at:
        many(at, 3)
        at.wait(minutes=30)
        at.pull()
        at.wait(minutes=10)
        at.asked()
        assert [page.items for page in at.pull()] == [()]
        assert at.asked() == ["GET search" if server else "GET search/jql"]


@BOTH
def test_a_later_pull_brings_what_changed_with_its_history(server: bool) -> None:
    with site(server=server) as at:
        many(at, 3)
        at.wait(minutes=30)
        at.pull()
        at.wait(minutes=10)
        changed = at.now
        at.jira.alter("OPS-2", status="In Progress", by="cy")
        at.jira.alter("OPS-2", assignee="ana", by="cy")
        at.wait(minutes=2)
        pages = at.pull()
        assert [item.key for page in pages for item in page.items] == ["OPS-2"]
        assert at.items["OPS-2"].history == (
            Change("status", "To Do", "In Progress", changed, "Cy Moss"),
            Change("owner", None, "Ana", changed, "Cy Moss"),
        )
        assert at.items["OPS-2"].changed_by == "Cy Moss"


@BOTH
def test_changes_of_long_ago_come_only_when_they_are_asked_for(server: bool) -> None:
    for wanted in (False, True):
        with site(server=server, history=wanted) as at:
            many(at, 1)
            at.jira.alter("OPS-1", status="In Progress")
            at.pull()
            assert bool(at.items["OPS-1"].history) == wanted


@BOTH
def test_a_change_that_the_search_learns_of_late_is_not_lost(server: bool) -> None:
    with site(server=server) as at:
        many(at, 2)
        at.pull()
        at.wait(minutes=10)
        at.jira.hold_index()
        at.jira.alter("OPS-1", priority="Low")
        at.pull()
        at.wait(minutes=2)
        at.jira.settle()
        at.pull()
        assert at.items["OPS-1"].priority_label == "Low"


def test_an_issue_that_another_leaves_room_for_is_not_skipped() -> None:
    for server in (False, True):
        with site(server=server, jql='labels = "dock"') as at:
            at.jira.search.shifting = True
            many(at, 350, labels=["dock"])
            left: list[Request] = []

            def leave(request: Request, at: Site = at, left: list[Request] = left) -> None:
                if "/search" in request.path and len(left) < 2:
                    left.append(request)
                    at.jira.alter(f"OPS-{10 + len(left)}", labels=[])

            at.jira.after = leave
            keys = [item.key for page in at.pull() for item in page.items]
            assert len(keys) == len(set(keys))
            assert {f"OPS-{number}" for number in range(13, 351)} <= set(keys)


def test_pages_that_are_shorter_than_asked_for_are_not_the_last() -> None:
    with site() as at:
        at.jira.search.short = 7
        many(at, 30)
        at.pull()
        assert len(at.items) == 30


def test_a_site_that_repeats_its_pages_ends_with_what_there_is() -> None:
    with site() as at:
        many(at, 120)
        at.jira.search.repeats = True
        with pytest.raises(SourceUnavailable, match="circles"):
            at.pull()
        assert len(at.items) == 100
        at.jira.search.repeats = False
        at.pull()
        assert len(at.items) == 120


def test_a_token_that_comes_again_ends_the_pull_and_the_next_one_brings_the_rest() -> None:
    with site() as at:
        many(at, 250)
        at.jira.search.loops = True
        with pytest.raises(SourceUnavailable, match="circles"):
            at.pull()
        at.jira.search.loops = False
        at.pull()
        assert len(at.items) == 250


@BOTH
def test_an_interrupted_first_pull_goes_on_where_it_stopped(server: bool) -> None:
    with site(server=server) as at:
        many(at, 450)
        pages = at.pages()
        next(pages), next(pages)
        pages.close()
        at.wait(minutes=1)
        at.asked()
        before = len(at.items)
        assert 100 < before < 450
        at.pull()
        assert len(at.items) == 450
        assert len([one for one in at.asked() if "search" in one]) <= 5


def test_what_slips_through_between_two_parts_of_a_first_pull_is_not_skipped() -> None:
    with site(jql='labels = "dock"') as at:
        at.jira.search.shifting = True
        many(at, 350, labels=["dock"])
        pages = at.pages()
        next(pages)
        pages.close()
        at.jira.alter("OPS-5", labels=[])
        at.wait(minutes=1)
        at.asked()
        at.pull()
        assert len(at.items) == 350
        assert len([one for one in at.asked() if "bulkfetch" in one]) == 1


def test_a_place_that_the_site_has_forgotten_is_read_from_the_beginning() -> None:
    with site() as at:
        many(at, 250)
        pages = at.pages()
        next(pages)
        pages.close()
        at.wait(days=8)
        at.pull()
        assert len(at.items) == 250


@BOTH
def test_what_changed_while_the_first_pull_ran_comes_with_the_next(server: bool) -> None:
    with site(server=server) as at:
        many(at, 150)
        pages = at.pages()
        next(pages)
        at.wait(minutes=30)
        at.jira.alter("OPS-1", status="Done")
        list(pages)
        at.wait(minutes=30)
        at.pull()
        assert at.items["OPS-1"].stage is Stage.DONE


@BOTH
def test_an_issue_that_leaves_the_query_does_not_stay_open(server: bool) -> None:
    with site(server=server, jql='assignee = currentUser() AND statusCategory != "Done"') as at:
        many(at, 5, assignee="ana")
        at.pull()
        at.wait(minutes=5)
        at.jira.alter("OPS-1", status="Done")
        at.jira.alter("OPS-2", assignee="bo")
        at.pull()
        assert at.items["OPS-1"].stage is Stage.TODO, "the query does not tell"
        at.wait(minutes=11)
        at.pull()
        assert at.items["OPS-1"].stage is Stage.DONE
        assert at.items["OPS-2"].owner == "Bo Lind"
        assert at.deleted == []


@BOTH
def test_only_an_issue_of_which_the_site_says_so_is_gone(server: bool) -> None:
    with site(server=server) as at:
        many(at, 5)
        at.pull()
        at.jira.delete("OPS-3")
        at.wait(minutes=16)
        at.pull()
        assert at.deleted == ["OPS-3"]
        assert sorted(at.items) == ["OPS-1", "OPS-2", "OPS-4", "OPS-5"]


@BOTH
def test_nobody_in_particular_closes_nothing(server: bool) -> None:
    with site(server=server) as at:
        many(at, 5)
        at.pull()
        at.jira.trap = True
        at.secret = "an old token"
        at.wait(minutes=16)
        with pytest.raises(SourceRefused):
            at.pull()
        assert at.deleted == []
        assert len(at.items) == 5


@BOTH
def test_what_changed_while_searches_were_answered_to_nobody_comes_later(server: bool) -> None:
    with site(server=server) as at:
        many(at, 1)
        at.wait(minutes=30)
        at.pull()
        at.items.clear()  # nothing is open here, so that nothing is read by key
        good, at.secret, at.jira.trap = at.secret, "an old token", True
        at.wait(hours=2)
        at.jira.add("OPS", "Made meanwhile")
        at.wait(hours=1)
        at.pull()
        assert at.items == {}
        at.secret = good
        at.wait(hours=22)
        at.pull()
        assert [item.title for item in at.items.values()] == ["Made meanwhile"]


@BOTH
def test_reading_again_is_bounded_and_comes_round(server: bool) -> None:
    with site(server=server, jql='labels = "dock"') as at:
        many(at, 450, labels=["dock"])
        at.pull()
        for number in range(1, 451):
            at.jira.alter(f"OPS-{number}", labels=[], status="Done")
        for _ in range(3):
            at.asked()
            at.wait(minutes=15)
            at.pull()
            assert len(at.asked()) <= 4
        assert all(item.stage is Stage.DONE for item in at.items.values())


@BOTH
def test_a_server_whose_clock_is_wrong_loses_nothing(server: bool) -> None:
    for skew in (timedelta(hours=3), timedelta(hours=-3)):
        with site(server=server) as at:
            at.jira.skew = skew
            many(at, 2)
            at.pull()
            at.wait(minutes=30)
            at.jira.alter("OPS-1", priority="Low")
            at.wait(minutes=9)
            at.asked()
            at.pull()
            assert at.items["OPS-1"].priority_label == "Low"
            assert len([one for one in at.asked() if "search" in one]) == 1


def test_a_clock_of_ours_that_went_back_loses_nothing() -> None:
    with site() as at:
        many(at, 2)
        at.pull()
        at.wait(minutes=30)
        at.jira.alter("OPS-1", priority="Low")
        at.wait(minutes=30)
        at.jira.skew, at.now = timedelta(hours=2), at.now - timedelta(hours=2)
        at.pull()
        assert at.items["OPS-1"].priority_label == "Low"


@BOTH
def test_other_options_read_everything_anew(server: bool) -> None:
    with site(server=server) as at:
        many(at, 2, priority="Low")
        at.pull()
        at.extra["priorities"] = {"Low": 2}
        at.wait(minutes=30)
        before = at.items["OPS-1"].fingerprint
        at.pull()
        assert at.items["OPS-1"].priority == 2
        assert at.items["OPS-1"].fingerprint != before


def test_an_alias_that_is_added_is_found_in_what_is_there_already() -> None:
    with site(people=()) as at:
        many(at, 2, assignee="bo")
        at.pull()
        shown = at.items["OPS-1"].owner
        at.people = (Person("Robert", aliases=(at.jira.person("bo").id,)),)
        at.pull()
        assert (shown, at.items["OPS-1"].owner) == ("Bo Lind", "Robert")


@BOTH
def test_the_clocks_of_service_projects_come_in(server: bool) -> None:
    with site(server=server) as at:
        running = an_sla(timedelta(hours=4), at.now, at.now)
        paused = an_sla(timedelta(hours=1), at.now, at.now, paused=True, name="Time to first response")
        at.jira.add("DESK", "Scanner", customfield_10030=running, customfield_10031=paused)
        at.pull()
        item = at.items["DESK-1"]
        assert item.sla_due == at.now + timedelta(hours=4)
        assert item.fields["Time to resolution"] == "due 2026-11-20 13:00 UTC"
        assert item.fields["Time to first response"] == "paused"


def test_the_newest_comments_of_a_long_thread_come_with_a_change() -> None:
    with site(comments=5) as at:
        at.jira.search.most_comments = 3
        many(at, 1)
        at.pull()
        at.wait(minutes=20)
        for number in range(30):
            at.wait(seconds=1)
            at.jira.say("OPS-1", f"Comment {number}")
        at.pull()
        assert [one.text for one in at.items["OPS-1"].comments] == [f"Comment {number}" for number in range(25, 30)]


@BOTH
def test_a_record_that_is_no_issue_is_refused_and_the_rest_comes_in(server: bool) -> None:
    with site(server=server) as at:
        many(at, 2)
        page = at.jira.search.server({"jql": "project = OPS", "fields": ["summary"]}, at.jira.person("ana").id)
        page["issues"] += [{"id": "7", "key": "OPS-77", "fields": None}, {"id": "9", "fields": {}}]
        page["total"] = 4
        at.served.arm(status(200, page), when=lambda request: "/search" in request.path)
        pages = at.pull()
        assert len(at.items) == 2
        refused = [(one.where, one.reason) for page in pages for one in page.refused]
        assert refused == [("OPS-77", "it has no fields"), ("9", "it has no key")]


@BOTH
def test_an_answer_of_another_shape_moves_no_cursor(server: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSTUI_HTTP_PATIENCE", "0.01")
    with site(server=server) as at:
        many(at, 2)
        at.pull()
        at.wait(minutes=30)
        at.jira.alter("OPS-1", priority="Low")
        before = at.cursor
        page = at.jira.search.server({"jql": "project = OPS", "fields": ["summary"]}, at.jira.person("ana").id)
        odd = {**page, "issues": [*page["issues"], "what"]}
        for fault in (wrong_shape({"issues": {"a": 1}}), wrong_shape(), wrong_shape(odd)):
            at.served.arm(fault, when=lambda request: "/search" in request.path)
            with pytest.raises(SourceUnavailable, match="shape"):
                at.pull()
            assert at.cursor == before
        at.served.arm(garbage(), when=lambda request: "/search" in request.path, times=None)
        with pytest.raises((SourceUnavailable, SourceRefused)):
            at.pull()
        at.served.disarm()
        at.pull()
        assert at.items["OPS-1"].priority_label == "Low"


def test_credentials_that_are_refused_name_the_remedy() -> None:
    with site() as at:
        at.secret = "an old token"
        with pytest.raises(SourceRefused, match="opstui auth jira"):
            at.pull()


@BOTH
def test_a_query_that_is_refused_says_why(server: bool) -> None:
    with site(server=server, jql="nonsense = 3") as at, pytest.raises(SourceRefused, match="nonsense"):
        at.pull()


@BOTH
def test_checking_says_who_what_and_how_many(server: bool) -> None:
    with site(server=server, token_expires="2027-01-10") as at:
        many(at, 3)
        name = "Jira Data Center 9.12.5" if server else "Jira Cloud"
        about = "" if server else "about "
        assert at.connector().check() == f"{name} as Ana Ruiz: {about}3 issues match, token ends 2027-01-10"
        assert at.usage.expires == datetime(2027, 1, 10, tzinfo=UTC)


@BOTH
def test_a_suggestion_says_which_jira_it_is_and_keeps_the_options(server: bool) -> None:
    with site(server=server) as at:
        many(at, 3)
        it = at.connector()
        given = {name: it.config[name] for name in ("url", "token", "email") if it.config.get(name)}
        found = type(it).suggest(given, it.context)
        assert found.options == {**given, "deployment": "datacenter" if server else "cloud"}
        assert found.rows == 3
        assert found.title.startswith("Jira ")


def test_a_data_center_tells_when_its_token_ends() -> None:
    with site(server=True) as at:
        at.jira.pat_expires = at.now + timedelta(days=12)
        assert "token ends 2026-12-02" in at.connector().check()
        assert at.usage.expires == at.now + timedelta(days=12)


def test_a_data_center_under_a_path_and_with_a_password() -> None:
    with site(server=True, prefix="/jira", user="ana") as at:
        at.secret = at.jira.password
        many(at, 1)
        at.pull()
        assert at.items["OPS-1"].url == f"{at.served.url}/jira/browse/OPS-1"


def test_a_field_that_the_site_has_not_is_said() -> None:
    with site(fields=["Site", "Nowhere"], team_field="site", sla=["Time to dance"]) as at:
        at.jira.add("OPS", "x", customfield_10060="North")
        at.pull()
        assert at.items["OPS-1"].team == "North"
        assert at.items["OPS-1"].fields["Site"] == "North"
        assert [note for note in at.notes if "Nowhere" in note and "Time to dance" in note]
