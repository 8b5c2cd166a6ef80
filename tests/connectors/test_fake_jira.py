"""The fake Jira itself: it answers in the document's shapes, remembers, and is as unkind as the vendor's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.fakes.jira import Jira, an_sla
from tests.support.conform import conforming
from tests.support.faults import serve

NOW = datetime(2026, 11, 20, 8, 5, 30, tzinfo=UTC)


@pytest.fixture(params=[False, True], ids=["cloud", "data center"])
def jira(request: pytest.FixtureRequest) -> Jira:
    made = Jira(server=request.param)
    made.clock = lambda: NOW
    return made


class Client:
    """Asks a served fake, in the version of the API that it has."""

    def __init__(self, jira: Jira, http: httpx.Client) -> None:
        self.jira = jira
        self.http = http
        self.api = f"{jira.prefix}/rest/api/{2 if jira.server else 3}"

    def __call__(self, method: str, path: str, json: Any = None, **params: Any) -> httpx.Response:
        """One request below the API's address."""
        return self.http.request(method, f"{self.api}/{path}", json=json, params=params or None)

    def search(self, jql: str, **params: Any) -> httpx.Response:
        """A page of keys."""
        given = {"jql": jql, "fields": "summary"} | params
        return self("GET", "search" if self.jira.server else "search/jql", **given)

    def keys(self, jql: str, **params: Any) -> list[str]:
        """The keys on the first page."""
        answer = self.search(jql, **params)
        assert answer.status_code == 200, answer.text
        return [issue["key"] for issue in answer.json()["issues"]]


@pytest.fixture
def client(jira: Jira) -> Iterator[Client]:
    with conforming(jira) as held, serve(held) as at, httpx.Client(base_url=at.url, auth=jira.credentials) as http:
        yield Client(jira, http)


def test_everything_it_answers_is_in_the_documents_shapes(jira: Jira, client: Client) -> None:
    jira.add("OPS", "Dock door", assignee="ana", description="It sticks", labels=["dock"], duedate="2026-11-30")
    sla = an_sla(timedelta(hours=8), NOW - timedelta(hours=3), NOW)
    jira.add("DESK", "Badge", customfield_10030=sla, customfield_10031=an_sla(timedelta(hours=1), NOW, NOW, paused=True))
    jira.link("OPS-1", "blocks", "DESK-1")
    jira.say("OPS-1", "first\n\nsecond")
    jira.alter("OPS-1", status="Done", by="cy")
    server = jira.server
    reads = [
        "myself", "field", "status", "priority", "serverInfo", "mypermissions", "issue/OPS-1", "issue/DESK-1",
        "issue/OPS-1/comment", "issue/OPS-1/transitions", "issue/OPS-1/editmeta", "issue/createmeta/OPS/issuetypes",
        "user/search",
        *(["project"] if server else ["priority/search", "statuses/search", "project/search", "issue/OPS-1/changelog"]),
    ]  # fmt: skip
    for path in reads:
        assert client("GET", path).status_code == 200, path
    everything = {"fields": "*all", "expand": "changelog,names"}
    assert client.keys("project in (OPS, DESK)", **everything) == ["DESK-1", "OPS-1"]
    assert client("GET", "issue/OPS-1", expand="changelog,transitions,names").status_code == 200
    assert client("GET", "issue/DESK-1/transitions", expand="transitions.fields").status_code == 200
    assert client("GET", "user/assignable/search", issueKey="OPS-1").status_code == 200
    if not server:
        made = client("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["OPS-1", "OPS-99"], "fields": ["summary"]}).json()
        assert [issue["key"] for issue in made["issues"]] == ["OPS-1"]
        assert [error["id"] for error in made["issueErrors"]] == ["OPS-99"]
        assert client("POST", "search/approximate-count", {"jql": "project = OPS"}).json() == {"count": 1}


def test_every_write_is_kept_and_stands_in_the_changelog(jira: Jira, client: Client) -> None:
    jira.add("OPS", "Dock door")
    bo = jira.person("bo").id
    assert client("PUT", "issue/OPS-1/assignee", {"name" if jira.server else "accountId": bo}).status_code == 204
    fields = {"priority": {"name": "High"}, "duedate": "2026-12-01"}
    labels = [{"add": "dock"}, {"add": "door"}, {"remove": "door"}]
    assert client("PUT", "issue/OPS-1", {"fields": fields, "update": {"labels": labels}}).status_code == 204
    assert client("POST", "issue/OPS-1/transitions", {"transition": {"id": "11"}}).status_code == 204
    said = client("POST", "issue/OPS-1/comment", {"body": jira.document("on it")}).json()
    answer = client("GET", "issue/OPS-1", expand="changelog").json()
    assert answer["fields"]["assignee"]["displayName"] == "Bo Lind"
    assert answer["fields"]["priority"]["name"] == "High"
    assert answer["fields"]["duedate"] == "2026-12-01"
    assert answer["fields"]["labels"] == ["dock"]
    assert answer["fields"]["status"]["statusCategory"]["key"] == "indeterminate"
    assert answer["fields"]["comment"]["comments"][0]["id"] == said["id"]
    moved = [item["field"] for entry in answer["changelog"]["histories"] for item in entry["items"]]
    assert sorted(moved) == ["assignee", "duedate", "labels", "priority", "status"]
    assert client("DELETE", f"issue/OPS-1/comment/{said['id']}").status_code == 204
    assert client("DELETE", f"issue/OPS-1/comment/{said['id']}").status_code == 404


def test_what_is_the_same_already_leaves_no_trace(jira: Jira, client: Client) -> None:
    jira.add("OPS", "Dock door", priority="High")
    assert client("PUT", "issue/OPS-1", {"fields": {"priority": {"name": "High"}}}).status_code == 204
    assert client("GET", "issue/OPS-1", expand="changelog").json()["changelog"]["total"] == 0


def test_an_issue_is_created_and_deleted(jira: Jira, client: Client) -> None:
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "New", "description": jira.document("Why")}
    made = client("POST", "issue", {"fields": fields, "properties": [{"key": "mark", "value": {"uid": "1"}}]}).json()
    assert client("GET", f"issue/{made['id']}", properties="mark").json()["properties"] == {"mark": {"uid": "1"}}
    assert client("GET", f"issue/{made['id']}").json()["fields"]["reporter"]["displayName"] == "Ana Ruiz"
    assert client("DELETE", f"issue/{made['key']}").status_code == 204
    assert client("GET", f"issue/{made['key']}").status_code == 404


REFUSALS: dict[str, tuple[str, str, Any, str]] = {
    "an unknown field": ("PUT", "issue/OPS-1", {"fields": {"colour": 1}}, "Field 'colour' cannot be set."),
    "the status as a field": ("PUT", "issue/OPS-1", {"fields": {"status": {"id": "3"}}}, "Field 'status' cannot be set."),
    "an unknown priority": ("PUT", "issue/OPS-1", {"fields": {"priority": {"name": "Urgent"}}}, "The priority selected"),
    "a label with a space": ("PUT", "issue/OPS-1", {"update": {"labels": [{"add": "a b"}]}}, "contains spaces"),
    "no date": ("PUT", "issue/OPS-1", {"fields": {"duedate": "tomorrow"}}, "Error parsing date string"),
    "a move that is not there": ("POST", "issue/OPS-1/transitions", {"transition": {"id": "22"}}, "not valid for"),
    "a move without its field": ("POST", "issue/OPS-1/transitions", {"transition": {"id": "31"}}, "Resolution is required."),
    "an issue without a project": ("POST", "issue", {"fields": {"summary": "x"}}, "valid project is required"),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "says"), REFUSALS.values(), ids=REFUSALS)
def test_it_refuses_in_the_vendors_words(jira: Jira, client: Client, method: str, path: str, body: Any, says: str) -> None:
    jira.add("OPS", "Dock door")
    answer = client(method, path, body)
    assert answer.status_code == 400
    assert says in answer.text
    assert jira.find("OPS-1").histories == []


def test_nobody_who_cannot_be_assigned_is_assigned(jira: Jira, client: Client) -> None:
    jira.add("OPS", "Dock door")
    name = "name" if jira.server else "accountId"
    for who in (jira.person("dee").id, "nobody"):
        assert "cannot be assigned" in client("PUT", "issue/OPS-1/assignee", {name: who}).text
    jira.projects["OPS"].assignable = (jira.person("cy").id,)
    assert client("PUT", "issue/OPS-1/assignee", {name: jira.person("bo").id}).status_code == 400
    assert client("PUT", "issue/OPS-1/assignee", {name: jira.person("cy").id}).status_code == 204
    # The schema of the cloud's document has no null for the account of this address.
    assert client("PUT", "issue/OPS-1", {"fields": {"assignee": None}}).status_code == 204
    assert jira.find("OPS-1").values["assignee"] is None


# -- searching

QUERIES = {
    "project = OPS": [3, 2, 1],
    "project in (OPS, DESK) ORDER BY key ASC": ["DESK-1", 1, 2, 3],
    "key in (OPS-1, 'OPS-3') order by key": [1, 3],
    "issuekey = OPS-2": [2],
    "assignee = currentUser() AND project = OPS": [1],
    "project = OPS AND assignee IS EMPTY": [3],
    "project = OPS AND assignee is not EMPTY": [2, 1],
    "project = OPS AND assignee != currentUser()": [2],
    "project = OPS AND statusCategory != Done ORDER BY updated ASC": [1, 3],
    "project = OPS AND NOT (statusCategory = Done OR priority = High)": [3],
    'project = OPS AND status in ("To Do", "In Progress")': [3, 1],
    'reporter = "ana@example.com"': ["DESK-1"],
    'summary ~ "dock door" order by created': [2, 1],
    "updated >= -90m ORDER BY updated ASC": [3, 2],
    'updated >= "2026-11-20 08:05" and project = OPS': [2],
    'updated >= "2026/11/20 08:06"': [],
    "created >= '2026-11-20' AND created < 2026-11-21": ["DESK-1", 3],
    "project = OPS AND labels = dock": [1],
    "project = OPS AND key > OPS-1 order by key": [2, 3],
    "project = OPS ORDER BY priority DESC, key ASC": [1, 2, 3],
}  # fmt: skip


@pytest.mark.parametrize("jql", QUERIES)
def test_a_query_finds_what_it_says(jira: Jira, client: Client, jql: str) -> None:
    jira.person("ana").zone = "Europe/London"
    old = NOW - timedelta(days=3)
    jira.add("OPS", "Dock door sticks", at=old, assignee="ana", priority="High", labels=["dock"])
    jira.add("OPS", "The door of dock 2", at=old, assignee="bo")
    jira.add("OPS", "Scanner", at=NOW - timedelta(hours=1))
    jira.add("DESK", "Badge", at=NOW - timedelta(hours=2), by="ana")
    jira.alter("OPS-2", status="Done", at=NOW - timedelta(seconds=20))
    assert client.keys(jql) == [key if isinstance(key, str) else f"OPS-{key}" for key in QUERIES[jql]]


def test_times_in_a_query_are_in_the_profiles_zone(jira: Jira, client: Client) -> None:
    jira.person("ana").zone = "America/New_York"
    jira.add("OPS", "Dock door", at=NOW)
    assert client.keys('updated >= "2026-11-20 03:05"') == ["OPS-1"]
    assert client.keys('updated >= "2026-11-20 03:06"') == []


BAD_QUERIES = {
    "colour = red": "Field 'colour' does not exist",
    "key in (OPS-1)": "An issue with key 'OPS-1' does not exist",
    "project = NOPE": "The value 'NOPE' does not exist for the field 'project'",
    "status = Sleeping": "does not exist",
    "project = OPS OR": "ends where a value was expected",
    "project = OPS project = DESK": "Expecting either 'OR' or 'AND'",
    "assignee = membersOf(us)": "Expecting",
    "assignee = friends()": "Unable to find JQL function 'friends()'",
    "updated >= yesterday": "Valid formats include",
    'updated >= "2026-11-20T08:00"': "Valid formats include",
    "summary = x": "The operator '=' is not supported",
    "status was Done": "is not an operator",
    f"project = OPS ORDER BY {', '.join(['key'] * 8)}": "maximum number of fields",
}  # fmt: skip


@pytest.mark.parametrize("jql", BAD_QUERIES)
def test_a_query_it_does_not_know_is_refused(client: Client, jql: str) -> None:
    answer = client.search(jql)
    assert answer.status_code == 400
    assert BAD_QUERIES[jql] in answer.json()["errorMessages"][0]


@pytest.mark.parametrize("jql", ["", "ORDER BY key DESC"])
def test_the_cloud_refuses_a_query_without_bounds(jira: Jira, client: Client, jql: str) -> None:
    jira.add("OPS", "Dock door")
    assert client.search(jql).status_code == (200 if jira.server else 400)


@pytest.fixture
def cloud() -> Iterator[Client]:
    jira = Jira()
    with conforming(jira) as held, serve(held) as at, httpx.Client(base_url=at.url, auth=jira.credentials) as http:
        yield Client(jira, http)


def _pages(client: Client, jql: str, **params: Any) -> Iterator[dict[str, Any]]:
    token: dict[str, str] = {}
    while True:
        answer = client.search(jql, **params, **token)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        if "nextPageToken" not in answer.json():
            return
        token = {"nextPageToken": answer.json()["nextPageToken"]}


def _keys(page: dict[str, Any]) -> list[str]:
    return [issue["key"] for issue in page["issues"]]


def test_the_cloud_gives_ids_alone_where_no_fields_are_asked_for(cloud: Client) -> None:
    issue = cloud.jira.add("OPS", "Dock door")
    assert cloud("GET", "search/jql", jql="project = OPS").json()["issues"] == [{"id": issue.id}]


def test_the_cloud_pages_by_tokens_of_which_none_is_used_again(cloud: Client) -> None:
    for number in range(7):
        cloud.jira.add("OPS", f"Issue {number}")
    pages = list(_pages(cloud, "project = OPS ORDER BY key ASC", maxResults=3))
    assert [len(page["issues"]) for page in pages] == [3, 3, 1]
    assert len({page.get("nextPageToken") for page in pages}) == 3
    assert [page["isLast"] for page in pages] == [False, False, True]
    assert "total" not in pages[0]


def test_the_same_token_asked_for_again_gives_the_same_page(cloud: Client) -> None:
    for number in range(4):
        cloud.jira.add("OPS", f"Issue {number}")
    token = next(_pages(cloud, "project = OPS", maxResults=2))["nextPageToken"]
    once, again = (cloud.keys("project = OPS", maxResults=2, nextPageToken=token) for _ in range(2))
    assert once == again


def test_the_cloud_caps_what_is_asked_for_and_may_give_short_pages(cloud: Client) -> None:
    for number in range(7):
        cloud.jira.add("OPS", f"Issue {number}")
    cloud.jira.search.most = 5
    assert [len(page["issues"]) for page in _pages(cloud, "project = OPS", maxResults=1000)] == [5, 2]
    cloud.jira.search.short = 2
    assert [len(page["issues"]) for page in _pages(cloud, "project = OPS", maxResults=1000)] == [2, 2, 2, 1]


def test_a_token_expires_and_belongs_to_its_query(cloud: Client) -> None:
    for number in range(3):
        cloud.jira.add("OPS", f"Issue {number}")
    token = next(_pages(cloud, "project = OPS", maxResults=1))["nextPageToken"]
    assert "another query" in cloud.search("project = DESK", nextPageToken=token).text
    later = cloud.jira.clock() + timedelta(days=8)
    cloud.jira.clock = lambda: later
    assert "expired" in cloud.search("project = OPS", nextPageToken=token).text
    assert cloud.search("project = OPS", nextPageToken="made-up").status_code == 400


def test_what_moves_while_paging_shifts_the_rest_only_where_told(cloud: Client) -> None:
    def moved(shifting: bool) -> list[str]:
        cloud.jira.search.shifting = shifting
        seen: list[str] = []
        pages = _pages(cloud, "project = OPS ORDER BY updated ASC", maxResults=2)
        for number, page in enumerate(pages):
            seen += _keys(page)
            if number == 0:
                cloud.jira.alter(seen[0], summary=f"moved {shifting}")
        return seen

    start = datetime.now(UTC) - timedelta(hours=1)
    for number in range(6):
        cloud.jira.add("OPS", f"Issue {number}", at=start + timedelta(minutes=number))
    assert sorted(set(moved(shifting=False))) == [f"OPS-{n}" for n in range(1, 7)]
    assert len(set(moved(shifting=True))) == 5  # one was passed over


def test_a_cursor_that_loops_and_a_page_that_repeats_can_be_had(cloud: Client) -> None:
    for number in range(3):
        cloud.jira.add("OPS", f"Issue {number}")
    cloud.jira.search.loops = True
    first = cloud.search("project = OPS", maxResults=2).json()
    second = cloud.search("project = OPS", maxResults=2, nextPageToken=first["nextPageToken"]).json()
    assert second["nextPageToken"] == first["nextPageToken"]
    cloud.jira.search.loops, cloud.jira.search.repeats = False, True
    pages = _pages(cloud, "project = OPS", maxResults=2)
    assert _keys(next(pages)) == _keys(next(pages))


def test_a_search_embeds_a_part_of_long_threads_and_histories(cloud: Client) -> None:
    cloud.jira.add("OPS", "Dock door")
    for number in range(45):
        cloud.jira.say("OPS-1", f"comment {number}")
        cloud.jira.alter("OPS-1", summary=f"Dock door {number}")
    page = cloud.search("project = OPS", fields="comment", expand="changelog").json()
    issue = page["issues"][0]
    assert (len(issue["fields"]["comment"]["comments"]), issue["fields"]["comment"]["total"]) == (20, 45)
    assert (len(issue["changelog"]["histories"]), issue["changelog"]["total"]) == (40, 45)
    rest = cloud("GET", "issue/OPS-1/changelog", startAt=40).json()
    assert (len(rest["values"]), rest["isLast"]) == (5, True)
    assert len(cloud("GET", "issue/OPS-1/comment", startAt=20).json()["comments"]) == 25


def test_the_index_lags_but_for_what_is_reconciled(cloud: Client) -> None:
    issue = cloud.jira.add("OPS", "Dock door")
    cloud.jira.hold_index()
    cloud.jira.alter("OPS-1", status="Done")
    new = cloud.jira.add("OPS", "Scanner")
    open_ones = "project = OPS AND statusCategory != Done"
    assert cloud.keys(open_ones) == ["OPS-1"]
    assert cloud.keys(open_ones, reconcileIssues=[issue.id, new.id]) == ["OPS-2"]
    cloud.jira.settle()
    assert cloud.keys(open_ones) == ["OPS-2"]


def test_a_data_center_pages_by_offset_and_caps_the_size() -> None:
    jira = Jira(server=True)
    for number in range(7):
        jira.add("OPS", f"Issue {number}")
    jira.search.most = 3
    with conforming(jira) as held, serve(held) as at, httpx.Client(base_url=at.url, auth=jira.credentials) as http:
        client = Client(jira, http)
        page = client.search("project = OPS ORDER BY key", startAt=6, maxResults=1000).json()
        assert _keys(page) == ["OPS-7"]
        assert (page["startAt"], page["maxResults"], page["total"]) == (6, 3, 7)


# -- who asks


def test_wrong_credentials_are_refused(jira: Jira) -> None:
    jira.add("OPS", "Dock door")
    with serve(jira) as at, httpx.Client(base_url=at.url, auth=("ana", "wrong")) as http:
        client = Client(jira, http)
        assert client("GET", "myself").status_code == 401
        assert client.search("project = OPS").status_code == 401
        jira.trap = True
        assert client.keys("project = OPS") == []
        assert client("GET", "myself").status_code == 401


def test_nobody_gets_an_empty_search_and_nothing_else(jira: Jira) -> None:
    jira.add("OPS", "Dock door")
    with serve(jira) as at, httpx.Client(base_url=at.url) as http:
        client = Client(jira, http)
        assert client.keys("project = OPS") == []
        assert client("GET", "myself").status_code == 401
        assert client("GET", "issue/OPS-1").status_code == 401
        assert client("GET", "serverInfo").status_code == 200


def test_a_personal_token_is_good_in_a_data_center_and_says_when_it_ends() -> None:
    jira = Jira(server=True)
    jira.pat_expires = NOW + timedelta(days=9)
    with conforming(jira) as held, serve(held) as at:
        http = httpx.Client(base_url=at.url, headers={"Authorization": f"Bearer {jira.pat}"})
        with http:
            assert Client(jira, http)("GET", "myself").json()["name"] == "ana"
            assert http.get("/rest/pat/latest/tokens").json()[0]["expiringAt"].startswith("2026-11-29T08:05:30")


def test_a_scoped_token_lives_under_its_clouds_path() -> None:
    jira = Jira(prefix=f"/ex/jira/{Jira.cloud_id}")
    with conforming(jira) as held, serve(held) as at, httpx.Client(base_url=at.url, auth=jira.credentials) as http:
        assert Client(jira, http)("GET", "myself").json()["displayName"] == "Ana Ruiz"


def test_it_tells_its_limits_and_ends_when_they_are_reached(jira: Jira, client: Client) -> None:
    jira.quota = 1
    answer = client("GET", "myself")
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    over = client("GET", "myself")
    assert over.status_code == 429
    assert over.headers["Retry-After"] == "1"
    assert ("RateLimit-Reason" in over.headers) is not jira.server
