"""Pulling a Redmine: what comes in at first and later, what it costs, and that nothing is lost, doubled or closed falsely."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opstui.connectors.testing import KnownItems
from opstui.domain.model import Person, Stage
from opstui.errors import SourceRefused, SourceUnavailable
from opstui_redmine import RedmineConnector
from tests.fakes.redmine import TOKEN, Redmine
from tests.support.faults import Request, Response, Server, serve
from tests.support.redmine import NOW, Connected, Store


@pytest.fixture
def fake() -> Redmine:
    return Redmine(NOW - timedelta(hours=1))


@pytest.fixture
def server(fake: Redmine) -> Iterator[Server]:
    with serve(fake) as server:
        yield server


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Connected]:
    desk = Connected(server.url, TOKEN, tmp_path)
    desk.moment = NOW
    yield desk
    desk.close()


@pytest.fixture
def store() -> Store:
    return Store()


def later(desk: Connected, fake: Redmine, **time: float) -> None:
    """Let time pass, here and there."""
    assert desk.moment is not None
    desk.moment += timedelta(**time)
    fake.now += timedelta(**time)


# -- the first pull


def test_open_issues_come_in_whole_and_the_lately_closed_from_the_list(fake: Redmine, desk: Connected, store: Store) -> None:
    old = fake.add("closed long ago", age=timedelta(days=90), status_id=5)
    lately = fake.add("closed lately", age=timedelta(days=3), status_id=5)
    still = fake.add("still open", age=timedelta(days=300), assigned_to_id=6)
    fake.edit(still.id, by=7, notes="Asked the vendor", status_id=2)
    desk.pull(store)
    assert set(store.items) == {str(lately.id), str(still.id)}
    assert str(old.id) not in store.items
    item = store.items[str(still.id)]
    assert [(one.field, one.old, one.new, one.who) for one in item.history] == [("status", "New", "In Progress", "Cy Moss")]
    assert [(one.text, one.who) for one in item.comments] == [("Asked the vendor", "Cy Moss")]
    assert item.changed_by == "Cy Moss"
    assert store.items[str(lately.id)].stage == Stage.DONE


def test_an_issue_becomes_an_item(fake: Redmine, desk: Connected, store: Store) -> None:
    desk.people = (Person("Bo Lind", ("bo",), email="bo@example.com"),)
    custom = [{"id": 9, "name": "Site", "value": "Leeds"}, {"id": 10, "name": "tracker", "value": ["a", "b"]}]
    issue = fake.add(
        "VPN drops",
        description="h1. What\n\nIt *drops*",
        status_id=4,
        priority_id=5,
        assigned_to_id=6,
        category_id=1,
        due_date="2026-12-01",
        done_ratio=30,
        custom_fields=custom,
        age=timedelta(days=2),
    )
    desk.pull(store)
    item = store.items[str(issue.id)]
    assert (item.title, item.body) == ("VPN drops", "What\n\nIt *drops*")
    assert (item.status, item.stage, item.priority, item.priority_label) == ("Feedback", Stage.BLOCKED, 1, "Immediate")
    assert (item.owner, item.reporter, item.team, item.labels) == ("Bo Lind", "Ana Ruiz", "Ops Desk", ("Network",))
    assert item.url == f"{desk.url}/issues/{issue.id}"
    assert item.due is not None
    assert item.due.isoformat() == "2026-12-01T23:59:59+00:00"
    assert item.fields["Site"] == "Leeds"
    assert item.fields["tracker"] == "Bug"
    assert item.fields["tracker (custom)"] == "a, b"
    assert item.fields["done"] == "30%"
    assert item.created == item.updated == NOW - timedelta(hours=1, days=2)


def test_words_of_the_config_win(fake: Redmine, desk: Connected, store: Store) -> None:
    issue = fake.add("x", status_id=3, priority_id=4, category_id=2)
    desk.pull(store, stages={"resolved": "done"}, priorities={"Urgent": 1}, team="category")
    item = store.items[str(issue.id)]
    assert (item.stage, item.priority, item.team) == (Stage.DONE, 1, "Database")


def test_only_the_named_projects_and_those_below_come_in(fake: Redmine, desk: Connected, store: Store) -> None:
    mine, below, other = (fake.add("x", project_id=number) for number in (1, 2, 3))
    desk.pull(store, projects=["ops-desk"])
    assert set(store.items) == {str(mine.id), str(below.id)}
    desk.pull(every := Store())
    assert set(every.items) == {str(one.id) for one in (mine, below, other)}


def test_a_project_that_is_not_there_is_named_with_those_that_are(desk: Connected, store: Store) -> None:
    with pytest.raises(SourceRefused, match=r"no project 'nope'.*ops-desk, ops-night, other"):
        desk.pull(store, projects=["ops-desk", "nope"])


def test_history_is_read_of_so_many_and_that_is_said(fake: Redmine, desk: Connected, store: Store) -> None:
    issues = [fake.add(f"n {number}", age=timedelta(hours=number)) for number in range(5)]
    for issue in issues:
        issue.journals.clear()
        fake.last["journal"] += 1
    desk.pull(store, history=2)
    whole = {key for key, item in store.items.items() if item.fingerprint.count("/") == 2}
    assert {str(issues[0].id), str(issues[1].id)} <= whole < set(store.items)
    assert any("history and comments are read of the 2" in note for note in desk.notes)


def test_what_is_known_without_its_history_tells_only_what_is_new_of_it(fake: Redmine, desk: Connected, store: Store) -> None:
    issue = fake.add("x")
    fake.edit(issue.id, status_id=2)
    desk.pull(store, history=0)
    assert store.items[str(issue.id)].history == ()
    later(desk, fake, minutes=5)
    fake.edit(issue.id, status_id=4)
    desk.pull(store, history=0)
    assert [one.new for one in store.items[str(issue.id)].history] == ["Feedback"]


# -- every other pull


def test_a_pull_that_finds_nothing_costs_one_request(fake: Redmine, server: Server, desk: Connected, store: Store) -> None:
    for number in range(30):
        fake.add(f"n {number}", age=timedelta(minutes=number))
    desk.pull(store, projects=["ops-desk"])
    for minutes in (1, 5, 30):
        later(desk, fake, minutes=minutes)
        if minutes == 30:
            desk.moment = NOW + timedelta(minutes=36)
        server.forget()
        pages = desk.pull(store, projects=["ops-desk"])
        assert len(server.requests) == 1
        assert [page.items for page in pages] == [()]
    assert desk.usage.calls == 1


def test_it_does_not_ask_the_store_when_nothing_is_found(fake: Redmine, desk: Connected, store: Store) -> None:
    class Huge(KnownItems):
        def fingerprints(self) -> dict[str, str]:
            raise AssertionError("every fingerprint of a large store was asked for")

    fake.add("x", age=timedelta(seconds=30))
    desk.pull(store)
    list(desk.connector().pull(store.cursor, Huge()))


def test_changes_come_in_with_their_history(fake: Redmine, server: Server, desk: Connected, store: Store) -> None:
    issue, other = fake.add("x"), fake.add("y")
    desk.pull(store)
    later(desk, fake, minutes=3)
    fake.edit(issue.id, by=6, assigned_to_id=8, due_date="2026-12-24", notes="Yours")
    new = fake.add("new one")
    fake.edit(other.id, status_id=5)
    server.forget()
    desk.pull(store)
    assert server.count(path="/issues.json") == 1
    item = store.items[str(issue.id)]
    assert [(one.field, one.old, one.new) for one in item.history] == [
        ("owner", None, "Dee Park"),
        ("due", None, "2026-12-24"),
    ]
    assert item.comments[-1].text == "Yours"
    assert str(new.id) in store.items
    assert store.items[str(other.id)].stage == Stage.DONE
    assert store.open() == {str(issue.id), str(new.id)}


def test_a_change_that_was_committed_late_is_not_missed(fake: Redmine, desk: Connected, store: Store) -> None:
    """A long transaction bears an older time than what was seen meanwhile."""
    slow, quick = fake.add("slow"), fake.add("quick")
    desk.pull(store)
    later(desk, fake, minutes=3)
    fake.edit(quick.id, status_id=2)
    desk.pull(store)
    fake.edit(slow.id, status_id=2)
    slow.updated = quick.updated - timedelta(seconds=40)
    later(desk, fake, minutes=1)
    desk.pull(store)
    assert store.items[str(slow.id)].status == "In Progress"


def test_more_changes_in_one_second_than_a_page_holds_all_come_in(fake: Redmine, desk: Connected, store: Store) -> None:
    issues = [fake.add(f"n {number}", age=timedelta(days=1)) for number in range(350)]
    desk.pull(store, history=0)
    later(desk, fake, minutes=10)
    for issue in issues:
        issue.subject, issue.updated = "renamed", fake.now
    desk.pull(store, history=0)
    assert {item.title for item in store.items.values()} == {"renamed"}
    assert set(store.times.values()) == {2}


def test_a_private_note_is_marked(fake: Redmine, desk: Connected, store: Store) -> None:
    issue = fake.add("x")
    fake.edit(issue.id, notes="Not for all", private_notes=True)
    desk.pull(store)
    assert store.items[str(issue.id)].comments[0].text == "(private note) Not for all"


def test_a_status_that_was_made_since_is_looked_up(fake: Redmine, server: Server, desk: Connected, store: Store) -> None:
    issue = fake.add("x")
    desk.pull(store)
    fake.statuses[7] = ("Waiting for parts", False)
    later(desk, fake, minutes=3)
    fake.edit(issue.id, status_id=7)
    server.forget()
    desk.pull(store)
    assert store.items[str(issue.id)].history[-1].new == "Waiting for parts"
    assert server.count(path="/issue_statuses.json") == 1


def test_lists_are_read_again_after_a_day(fake: Redmine, server: Server, desk: Connected, store: Store) -> None:
    desk.pull(store)
    later(desk, fake, days=1, minutes=1)
    server.forget()
    desk.pull(store)
    assert server.count(path="/issue_statuses.json") == 1


def test_another_config_reads_all_anew(fake: Redmine, desk: Connected, store: Store) -> None:
    issue = fake.add("x", priority_id=4)
    desk.pull(store)
    desk.pull(store, priorities={"Urgent": 5})
    assert store.items[str(issue.id)].priority == 5


# -- while others move things


def moving(server: Server, act: Callable[[int], None]) -> None:
    """Do something after each list that is asked for."""
    asked = iter(range(1_000_000))

    def fault(wire: object) -> None:
        response = wire.apply()  # type: ignore[attr-defined]
        with server._fake_lock:
            act(next(asked))
        wire.answer(response)  # type: ignore[attr-defined]

    server.arm(fault, when=lambda request: request.path == "/issues.json", times=None)


@pytest.mark.parametrize("what", ["close", "delete", "reopen", "change", "new"])
def test_nothing_is_lost_while_issues_move_between_pages(
    fake: Redmine, server: Server, desk: Connected, store: Store, what: str
) -> None:
    for number in range(550):
        fake.add(f"n {number}", age=timedelta(days=2), status_id=5 if what == "reopen" and number % 3 == 0 else 1)

    def act(step: int) -> None:
        first = 1 + step * 37 % 540
        for number in range(first, first + 9):
            if number not in fake.issues:
                continue
            match what:
                case "close":
                    fake.edit(number, status_id=5)
                case "reopen":
                    fake.edit(number, status_id=2)
                case "delete":
                    del fake.issues[number]
                case "change":
                    fake.edit(number, subject=f"changed {step}")
                case "new":
                    fake.add("new")

    moving(server, act)
    desk.pull(store, history=0)
    server.disarm()
    later(desk, fake, minutes=5)
    desk.pull(store, history=0)
    wanted = {str(one.id): one for one in fake.issues.values() if not fake.statuses[one.status_id][1]}
    assert set(wanted) <= store.open()
    assert {key: store.items[key].title for key in wanted} == {key: one.subject for key, one in wanted.items()}
    closed = {str(one.id) for one in fake.issues.values() if fake.statuses[one.status_id][1]}
    assert not closed & store.open()


def test_a_pull_goes_on_where_it_was_broken_off(fake: Redmine, server: Server, desk: Connected, store: Store) -> None:
    for number in range(300):
        fake.add(f"n {number}", age=timedelta(days=1))
    pages = desk.pages(store)
    for _ in range(5):
        next(pages)
    pages.close()
    had = set(store.items)
    assert 0 < len(had) < 300
    server.forget()
    desk.pull(store)
    assert len(store.items) == 300
    assert set(store.times.values()) == {1}
    read = {request.path for request in server.requests}
    assert not {f"/issues/{key}.json" for key in had} & read


class _Stuck:
    """Answers every list of issues with the same page."""

    def __init__(self, fake: Redmine) -> None:
        self.fake = fake

    def handle(self, request: Request) -> Response:
        query = [("f[]", "status_id"), ("op[status_id]", "*"), ("limit", "100"), ("sort", "id:asc"), ("include", "relations")]
        if request.path == "/issues.json" and request.param("limit") == "100":
            request = Request("GET", "/issues.json", query, request.headers)
        return self.fake.handle(request)


def test_a_page_that_repeats_for_ever_ends_the_pull(fake: Redmine, desk: Connected, store: Store) -> None:
    for number in range(250):
        fake.add(f"n {number}")
    with serve(_Stuck(fake)) as server:
        desk.url = server.url
        with pytest.raises(SourceUnavailable, match="did not come to an end"):
            desk.pull(store, history=0)
        assert len(server.requests) < 60


def test_a_clock_that_was_wrong_for_a_while_hides_nothing(fake: Redmine, desk: Connected, store: Store) -> None:
    with serve(fake, skew=(fake.now - datetime.now(UTC)).total_seconds()) as server:
        desk.url, desk.moment = server.url, fake.now
        fake.add("from now", age=timedelta(0))
        fake.add("from tomorrow", age=timedelta(days=-1))
        desk.pull(store)
        for number in range(2):
            later(desk, fake, minutes=20)
            new = fake.add(f"new {number}")
            desk.pull(store)
            assert str(new.id) in store.items


# -- what is gone


def test_a_deleted_issue_is_found_out_within_the_hour(fake: Redmine, server: Server, desk: Connected, store: Store) -> None:
    issues = [fake.add(f"n {number}", age=timedelta(days=2)) for number in range(120)]
    desk.pull(store)
    del fake.issues[issues[7].id]
    later(desk, fake, minutes=20)
    desk.pull(store)
    assert store.gone == set()
    later(desk, fake, minutes=45)
    server.forget()
    desk.pull(store)
    assert store.gone == {str(issues[7].id)}
    assert len(server.requests) <= 5


def test_an_issue_that_may_not_be_seen_any_more_is_not_called_gone(fake: Redmine, desk: Connected, store: Store) -> None:
    issue = fake.add("x", age=timedelta(days=2))
    desk.pull(store)
    fake.hidden.add(issue.id)
    later(desk, fake, hours=2)
    desk.pull(store)
    assert store.gone == set()
    assert store.open() == {str(issue.id)}


def test_a_key_that_ended_calls_nothing_gone(fake: Redmine, desk: Connected, store: Store) -> None:
    fake.add("x", age=timedelta(days=2))
    desk.pull(store)
    fake.keys.clear()
    later(desk, fake, hours=2)
    with pytest.raises(SourceRefused, match="401"):
        desk.pull(store)
    assert store.gone == set()


def test_an_issue_that_left_the_projects_is_gone_from_here(fake: Redmine, desk: Connected, store: Store) -> None:
    issue = fake.add("x", age=timedelta(days=2))
    desk.pull(store, projects=["ops-desk"])
    issue.project_id = 3
    later(desk, fake, hours=2)
    desk.pull(store, projects=["ops-desk"])
    assert store.gone == {str(issue.id)}


def test_relations_come_in_at_the_next_look_though_they_move_no_time(fake: Redmine, desk: Connected, store: Store) -> None:
    one, other = fake.add("one", age=timedelta(days=2)), fake.add("other", age=timedelta(days=2))
    desk.pull(store)
    made = {"id": 1, "issue_id": one.id, "issue_to_id": other.id, "relation_type": "blocks", "delay": None}
    fake.relations.append(made)
    later(desk, fake, hours=2)
    desk.pull(store)
    assert store.items[str(one.id)].blocks == (str(other.id),)
    assert store.items[str(other.id)].blocked_by == (str(one.id),)


def test_a_large_store_is_gone_through_bit_by_bit(fake: Redmine, server: Server, desk: Connected, store: Store) -> None:
    issues = [fake.add(f"n {number}", age=timedelta(days=2)) for number in range(1200)]
    desk.pull(store, history=0)
    del fake.issues[issues[0].id], fake.issues[issues[-1].id]
    seen = []
    for _ in range(3):
        later(desk, fake, hours=2)
        server.forget()
        desk.pull(store, history=0)
        seen.append((len(store.gone), len(server.requests) <= 8))
    assert seen == [(1, True), (1, True), (2, True)]


# -- refusals


def test_a_switched_off_api_is_said(fake: Redmine, desk: Connected, store: Store) -> None:
    fake.rest = False
    with pytest.raises(SourceRefused, match=r"REST API is off.*Enable REST web service"):
        desk.pull(store)


def test_an_answer_of_another_shape_is_no_crash(desk: Connected, store: Store) -> None:
    class Other:
        def handle(self, request: Request) -> Response:
            return Response.json(
                200, {"user": {"id": 1}, "issue_statuses": [{"id": "x"}], "issue_priorities": [], "issues": [{}]}
            )

    with serve(Other()) as server:
        desk.url = server.url
        with pytest.raises(SourceUnavailable, match=r"redmine: .*an issue without a number"):
            desk.pull(store)


def test_check_says_who_and_how_much(fake: Redmine, desk: Connected) -> None:
    fake.add("x")
    fake.add("y", status_id=5)
    said = desk.connector(projects=["ops-desk"]).check()
    assert said == "signed in as Redmine Admin: 2 issues, 1 of them open, in 2 projects"
    assert desk.usage.account == "Redmine Admin"


def test_it_says_what_would_come_in_before_it_is_configured(fake: Redmine, desk: Connected) -> None:
    fake.add("x")
    given = {"url": desk.url, "token": TOKEN}
    found = RedmineConnector.suggest(given, desk.connector().context)
    assert found.options == given
    assert found.notes[0].startswith("signed in as Redmine Admin: 1 issues")
    assert "create = " in found.notes[1]


def test_it_reads_times_as_redmine_writes_them(fake: Redmine, desk: Connected, store: Store) -> None:
    issue = fake.add("x")
    issue.created = issue.updated = datetime(2026, 11, 20, 8, 12, 1, tzinfo=UTC)
    desk.pull(store)
    assert store.items[str(issue.id)].created == issue.created
