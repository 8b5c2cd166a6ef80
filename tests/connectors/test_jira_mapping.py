"""One issue as JSON becomes one item, whatever is missing, null or of another shape."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.connectors.api import Context
from opstui.connectors.options import resolve
from opstui.domain.model import Person, Stage
from opstui.errors import ConfigError
from opstui_jira import JiraConnector, jql
from opstui_jira.mapping import FIELDS, Mapper
from opstui_jira.options import OPTIONS, settle
from opstui_jira.people import Directory
from opstui_jira.site import Site
from opstui_jira.values import Unreadable

SLA = "customfield_10030"
PEOPLE = (Person("Ana", ("712020:ana", "Ana Ruiz"), email="ana@example.com"),)


def settings_of(**options: Any) -> Any:
    given_ = {"url": "https://jira.example.com", "token": {"env": "X"}, **options}
    values = resolve(OPTIONS, given_, folder=Path("/"), source="jira")
    return settle(values, Context("jira", UTC, lambda: datetime(2026, 11, 20, tzinfo=UTC), Path("/")))


def mapper(**options: Any) -> Mapper:
    zone = ZoneInfo("Europe/London")
    site = Site(
        True, "https://jira.example.com", agreements={SLA: "Time to resolution"}, teams=("customfield_1",), kept={"c2": "Size"}
    )
    return Mapper("jira", zone, settings_of(**options), site, Directory(PEOPLE))


def issue(**fields: Any) -> dict[str, Any]:
    return {"id": "1", "key": "OPS-1", "fields": {"summary": "Door", "updated": "2026-11-20T08:12:00.000+0000", **fields}}


def status(name: str, category: str) -> dict[str, Any]:
    return {"name": name, "statusCategory": {"key": category}}


@pytest.mark.parametrize(
    ("name", "category", "stage"),
    [
        ("To Do", "new", Stage.TODO),
        ("In Progress", "indeterminate", Stage.DOING),
        ("Done", "done", Stage.DONE),
        ("Blocked", "indeterminate", Stage.BLOCKED),
        ("On Hold", "new", Stage.BLOCKED),
        ("Waiting for customer", "indeterminate", Stage.BLOCKED),
        ("Unblocked", "indeterminate", Stage.DOING),
        ("Blocked, closed", "done", Stage.DONE),
        ("Awaiting parts", "indeterminate", Stage.DOING),
        ("Odd", "no such category", Stage.TODO),
        ("", "", Stage.TODO),
    ],
)
def test_a_status_is_a_stage_by_its_category_and_what_it_says(name: str, category: str, stage: Stage) -> None:
    told = mapper(stages={"awaiting PARTS": "doing"})
    assert told.item(issue(status=status(name, category)), None).stage is stage


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *(("Highest", 1), ("High", 2), ("Medium", 3), ("Low", 4), ("Lowest", 5), ("Blocker", 1), ("Critical", 1), ("Major", 2)),
        *(("Minor", 4), ("Trivial", 5), ("P1", 1), ("p0 - page", 1), ("Sev-2", 2), ("3 - Moderate", 3), ("Very High", 1)),
        *(("Gold", 2), ("Whatever", None), ("", None)),
    ],
)
def test_a_priority_is_a_number_by_its_name(name: str, number: int | None) -> None:
    item = mapper(priorities={"gold": 2}).item(issue(priority={"name": name}), None)
    assert (item.priority, item.priority_label) == (number, name)


def test_a_project_without_priorities_has_none() -> None:
    assert mapper().item(issue(), None).priority is None
    assert mapper().item(issue(priority=None), None).priority is None


@pytest.mark.parametrize(
    ("account", "owner"),
    [
        ({"accountId": "712020:ana", "displayName": "A. R."}, "Ana"),
        ({"accountId": "x", "emailAddress": "ANA@example.com", "displayName": "?"}, "Ana"),
        ({"accountId": "x", "displayName": "ana ruiz"}, "Ana"),
        ({"accountId": "x", "displayName": "Zoe  Ward", "active": False}, "Zoe Ward"),
        ({"accountId": "x", "displayName": None}, "x"),
        ({"name": "zward", "key": "JIRAUSER1", "displayName": ""}, "zward"),
        (None, None),
        ({}, None),
        ([], None),
    ],
)
def test_an_account_is_one_of_the_configs_people_or_the_name_that_is_shown(account: Any, owner: str | None) -> None:
    assert mapper().item(issue(assignee=account), None).owner == owner


def test_a_due_date_is_the_end_of_that_day_here() -> None:
    item = mapper().item(issue(duedate="2026-07-01"), None)
    assert item.due is not None
    assert item.due.astimezone(UTC) == datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)
    assert mapper().item(issue(duedate="never"), None).due is None


def test_links_block_by_their_type_or_their_words() -> None:
    def link(name: str, outward: str, inward: str, side: str, key: str) -> dict[str, Any]:
        return {"type": {"name": name, "outward": outward, "inward": inward}, side: {"key": key}}

    links = [
        link("Blocks", "blocks", "is blocked by", "outwardIssue", "OPS-2"),
        link("Blocks", "blocks", "is blocked by", "inwardIssue", "OPS-3"),
        link("Blockade", "blocks", "is blocked by", "outwardIssue", "OPS-4"),
        link("Gates", "gates", "is gated by", "inwardIssue", "OPS-5"),
        link("Relates", "relates to", "relates to", "outwardIssue", "OPS-6"),
        *({}, None, "x", {"type": {"name": "Blocks"}, "outwardIssue": None}),
    ]
    item = mapper(blocking_links=["Blocks", "Gates"]).item(issue(issuelinks=links), None)
    assert (item.blocks, item.blocked_by) == (("OPS-2", "OPS-4"), ("OPS-3", "OPS-5"))


@pytest.mark.parametrize(
    ("value", "due", "words"),
    [
        ({"ongoingCycle": {"breachTime": {"epochMillis": 1795165920000}}}, True, "due 2026-11-20 09:12 UTC"),
        (
            {"ongoingCycle": {"breachTime": {"epochMillis": 1795165920000}, "breached": True}},
            True,
            "breached 2026-11-20 09:12 UTC",
        ),
        ({"ongoingCycle": {"breachTime": {"epochMillis": 1795165920000}, "paused": True}}, False, "paused"),
        ({"ongoingCycle": {"breachTime": None}}, False, "running"),
        ({"completedCycles": [{"breached": True}, {"breached": False}]}, False, "met"),
        ({"completedCycles": [{"breached": True}]}, False, "missed"),
        ({"ongoingCycle": {"breachTime": {"epochMillis": 1e300}}}, False, "running"),
        ({"ongoingCycle": {"breachTime": {"epochMillis": "x"}}}, False, "running"),
        *(({}, False, None), (None, False, None), ([], False, None), ("x", False, None)),
    ],
)
def test_a_service_agreement_says_when_it_breaks_and_how_it_stands(value: Any, due: bool, words: str | None) -> None:
    item = mapper().item(issue(**{SLA: value}), None)
    assert (item.sla_due is not None) is due
    assert item.fields.get("Time to resolution") == words


def test_only_the_agreements_that_are_named_count() -> None:
    value = {"ongoingCycle": {"breachTime": {"epochMillis": 1795165920000}}}
    assert mapper(sla=["time to first response"]).item(issue(**{SLA: value}), None).sla_due is None


def test_the_newest_comments_are_kept_oldest_first() -> None:
    comments = [{"id": str(n), "body": f"c{n}", "created": f"2026-11-{n:02}T08:00:00.000+0000"} for n in (3, 1, 2)]
    item = mapper(comments=2).item(issue(comment={"comments": [*comments, None, "x", {"body": None, "created": 3}]}), None)
    assert [one.text for one in item.comments] == ["c2", "c3"]
    assert mapper(comments=0).item(issue(comment={"comments": comments}), None).comments == ()


def test_fields_of_ones_own_and_the_team_come_by_name() -> None:
    fields = {
        "customfield_1": {"id": "9", "name": "Night shift"},
        "c2": [{"value": "L"}, {"value": "A", "child": {"value": "B"}}],
    }
    item = mapper().item(issue(**fields, components=[{"name": "Doors"}], parent={"key": "OPS-9"}), None)
    assert item.team == "Night shift"
    assert item.fields == {"Parent": "OPS-9", "Components": "Doors", "Size": "L, A, B"}


def test_every_field_may_be_null() -> None:
    item = mapper().item({"id": "1", "key": "OPS-1", "fields": dict.fromkeys((*FIELDS, SLA, "customfield_1", "c2"))}, None)
    assert (item.title, item.status, item.owner, item.fields) == ("OPS-1", "", None, {})


@pytest.mark.parametrize(
    "value", [None, 3, "x", [], {}, {"key": ""}, {"key": "OPS-1"}, {"key": "K" * 300, "fields": {}}, {"key": 3.5j}]
)
def test_what_is_no_issue_is_refused(value: Any) -> None:
    with pytest.raises(Unreadable):
        mapper().item(value, None)
    page = mapper().page([value, issue()], None)
    assert [item.key for item in page.items] == ["OPS-1"]
    assert page.refused[0].where
    assert page.refused[0].reason


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "key",
                    "id",
                    "value",
                    "statusCategory",
                    "comments",
                    "histories",
                    "items",
                    "created",
                    "ongoingCycle",
                    "type",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*FIELDS, SLA, "customfield_1", "c2"]), ANY), ANY)
def test_no_shape_of_a_field_stops_a_pull(fields: dict[str, Any], changelog: Any) -> None:
    record = {**issue(**fields), "changelog": changelog}
    page = mapper().page([copy.deepcopy(record)], None)
    assert len(page.items) + len(page.refused) == 1
    for item in page.items:
        assert item.fingerprint.isascii()
        assert all(isinstance(value, str) for value in item.fields.values())


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("project = OPS ORDER BY created DESC", "project = OPS"),
        ("project = OPS order\n by created", "project = OPS"),
        ('summary ~ "order by x" and a = b', 'summary ~ "order by x" and a = b'),
        ("labels in (order, by) ORDER BY rank", "labels in (order, by)"),
        ("  a = 1  ", "a = 1"),
    ],
)
def test_the_order_of_a_query_is_left_out(query: str, left: str) -> None:
    assert jql.bare(query) == left
    assert jql.since(query if query == left else left, 15) == f"({left}) AND updated >= -15m ORDER BY key ASC"


@pytest.mark.parametrize("query", ["", "   ", "ORDER BY created", 'a = "b', "(a = b", "a = b)", "a = 'x"])
def test_a_query_that_can_never_work_is_found_in_the_config(query: str) -> None:
    if query.strip():
        with pytest.raises(ValueError):
            jql.bounded(query)
    else:
        with pytest.raises(ConfigError):
            settings_of(jql=query)


def test_a_query_over_two_sides_is_kept_together() -> None:
    assert jql.since("a = 1 OR b = 2", 20_000) == "(a = 1 OR b = 2) AND updated >= -334h ORDER BY key ASC"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"url": "jira.example.com"}, "address"),
        ({"url": "https://jira.example.com/browse/OPS-1"}, "too deep"),
        ({"url": "https://api.atlassian.com"}, "cloud id"),
        ({"url": "https://ana:secret@jira.example.com"}, "password"),
        ({"stages": {"x": "later"}}, "stage"),
        ({"priorities": {"x": 9}}, "priority"),
        ({"token_expires": "soon"}, "soon"),
        ({"create": {"project": "OPS"}}, "type"),
        ({"create": {"project": "OPS", "type": "Task", "colour": "red"}}, "colour"),
        ({"email": "ana@example.com", "user": "ana"}, "one of the two"),
        ({"comments": 1000}, "500"),
        ({"fields": [3]}, "texts"),
    ],
)
def test_an_option_that_can_never_work_is_refused(options: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        settings_of(**options)


def test_the_token_is_in_no_repr() -> None:
    values = resolve(OPTIONS, {"url": "https://jira.example.com", "token": {"env": "X"}}, folder=Path("/"), source="jira",
                     secret=lambda reference, folder: "s3cret-token")  # fmt: skip
    made = JiraConnector(values, Context("jira", UTC, lambda: datetime(2026, 11, 20, tzinfo=UTC), Path("/")))
    assert "s3cret" not in repr(made.settings) + repr(made.http)
    made.close()
