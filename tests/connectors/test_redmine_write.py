"""Writing to a Redmine: what is sent, what is refused before, and how a change whose answer was lost is found again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.model import Person
from opstui.errors import AnswerLost, SourceError, WriteRefused
from opstui_redmine import RedmineConnector
from tests.fakes.redmine import TOKEN, Redmine
from tests.support.faults import Request, Server, apply_then_reset, garbage, reset, serve
from tests.support.redmine import NOW, Connected, person, write


@pytest.fixture
def fake() -> Redmine:
    return Redmine(NOW)


@pytest.fixture
def server(fake: Redmine) -> Iterator[Server]:
    with serve(fake, skew=(NOW - datetime.now(UTC)).total_seconds()) as server:
        yield server


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Connected]:
    desk = Connected(server.url, TOKEN, tmp_path)
    desk.moment = NOW
    yield desk
    desk.close()


@pytest.fixture
def redmine(desk: Connected) -> RedmineConnector:
    return desk.connector(create={"project": "ops-desk", "tracker": "support"})


@pytest.fixture
def key(fake: Redmine) -> str:
    return str(fake.add("VPN drops", age=timedelta(days=2)).id)


def is_write(request: Request) -> bool:
    return request.method != "GET"


def sent(server: Server) -> int:
    """Requests that could change something."""
    return sum(1 for request in server.requests if is_write(request))


def test_a_comment_is_a_note_and_says_its_number(fake: Redmine, redmine: RedmineConnector, key: str) -> None:
    made = redmine.push(write("comment", {"text": "On it, *today*"}, key))
    (journal,) = fake.issues[int(key)].journals
    assert (journal.notes, journal.private, made.id) == ("On it, *today*", False, str(journal.id))
    item = redmine.fetch(key)
    assert item is not None
    assert [(one.text, one.who) for one in item.comments] == [("On it, *today*", "Redmine Admin")]


@pytest.mark.parametrize(
    ("verb", "value", "read", "said"),
    [
        ("assign", person("Bosse Lind"), ("owner", "Bosse Lind"), "Bosse Lind"),
        ("assign", person("Bo Lind", "bo"), ("owner", "Bo Lind"), "Bo Lind"),
        ("assign", person("Bo Lind", email="BO@example.com"), ("owner", "Bo Lind"), "Bo Lind"),
        ("assign", None, ("owner", None), ""),
        ("transition", {"status": "in progress", "id": "", "fields": {}}, ("status", "In Progress"), "In Progress"),
        ("transition", {"status": "renamed since", "id": "5", "fields": {}}, ("status", "Closed"), "Closed"),
        ("priority", {"priority": 1, "label": ""}, ("priority_label", "Immediate"), "Immediate"),
        ("priority", {"priority": 2, "label": "low"}, ("priority_label", "Low"), "Low"),
    ],
)
def test_a_field_is_set_and_reads_as_was_said(
    desk: Connected, key: str, verb: str, value: Any, read: tuple[str, str | None], said: str
) -> None:
    desk.people = (Person("Bo Lind", ("bo",), email="bo@example.com"),) if value and value.get("name") == "Bo Lind" else ()
    redmine = desk.connector()
    assert redmine.push(write(verb, value, key)).value == said
    item = redmine.fetch(key)
    assert item is not None
    assert getattr(item, read[0]) == read[1]


def test_a_due_date_is_set_and_taken_away(fake: Redmine, redmine: RedmineConnector, key: str) -> None:
    redmine.push(write("due", "2026-12-24", key))
    item = redmine.fetch(key)
    assert item is not None
    assert item.due is not None
    assert item.due.date().isoformat() == "2026-12-24"
    redmine.push(write("due", None, key))
    assert fake.issues[int(key)].due_date is None


def test_an_issue_is_created_where_the_config_says(fake: Redmine, redmine: RedmineConnector) -> None:
    made = redmine.push(write("create", {"title": "New printer", "body": "By Friday", "fields": {}}))
    issue = fake.issues[int(made.id)]
    assert (issue.subject, issue.description, issue.project_id, issue.tracker_id) == ("New printer", "By Friday", 1, 3)


@pytest.mark.parametrize(
    ("verb", "value", "words"),
    [
        ("comment", {"text": " \n"}, "the comment is empty"),
        ("assign", person("Di Orr"), "Di Orr is no member of its project; these are: Ana Ruiz, Bosse Lind, Cy Moss"),
        ("transition", {"status": "Shipped", "id": "", "fields": {}}, "Shipped is not open .* New, In Progress"),
        ("transition", {"status": "Closed", "id": "5", "fields": {}}, "Closed is not open .*: New, In Progress"),
        ("due", "24/12", "is no date"),
        ("labels", {"add": ["x"], "remove": []}, "Redmine has no labels"),
        ("create", {"title": "x" * 256, "body": "", "fields": {}}, "256 characters, Redmine takes 255"),
        ("create", {"title": "x", "body": "", "fields": {"tracker": "Epic"}}, "no tracker 'Epic'; there are: Bug"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    fake: Redmine, server: Server, redmine: RedmineConnector, key: str, verb: str, value: Any, words: str
) -> None:
    fake.allowed[1] = [1, 2]
    with pytest.raises(WriteRefused, match=words):
        redmine.push(write(verb, value, "" if verb == "create" else key))
    assert sent(server) == 0


def test_a_priority_that_nothing_stands_for_is_refused(desk: Connected, key: str) -> None:
    redmine = desk.connector(priorities={"Immediate": 2})
    with pytest.raises(WriteRefused, match=r"no priority stands for critical; there are: Low \(lowest\), Normal \(low\)"):
        redmine.push(write("priority", {"priority": 1, "label": ""}, key))


def test_without_a_project_nothing_is_created(desk: Connected, server: Server) -> None:
    with pytest.raises(WriteRefused, match=r"no project .* Set create = "):
        desk.connector().push(write("create", {"title": "x", "body": "", "fields": {}}))
    assert sent(server) == 0


def test_redmines_own_words_come_through(redmine: RedmineConnector, key: str) -> None:
    with pytest.raises(WriteRefused, match="Due date must be greater than start date"):
        redmine.push(write("due", "2001-01-01", key))


@pytest.mark.parametrize("verb", ["assign", "transition"])
def test_an_issue_that_is_gone_is_refused(redmine: RedmineConnector, verb: str) -> None:
    value = person("Bosse Lind") if verb == "assign" else {"status": "Closed", "id": "", "fields": {}}
    with pytest.raises(WriteRefused, match="it is not there any more"):
        redmine.push(write(verb, value, "999"))
    assert redmine.fetch("999") is None


def test_moves_are_the_other_statuses_open_from_here(fake: Redmine, redmine: RedmineConnector, key: str) -> None:
    fake.allowed[1] = [1, 2, 5]
    assert [(move.id, move.status, move.stage) for move in redmine.moves(key)] == [
        ("2", "In Progress", "doing"),
        ("5", "Closed", "done"),
    ]
    assert redmine.moves("999") == ()


# -- lost answers


def test_a_lost_answer_is_said_and_the_comment_found(server: Server, redmine: RedmineConnector, key: str) -> None:
    server.arm(apply_then_reset(), when=is_write)
    lost = write("comment", {"text": "once"}, key, tried=NOW)
    assert redmine.look(lost) is None
    with pytest.raises(AnswerLost):
        redmine.push(lost)
    assert sent(server) == 1
    found = redmine.look(lost)
    assert found is not None
    assert redmine.look(write("comment", {"text": "once"}, key, tried=NOW, taken=frozenset({found.id}))) is None
    assert redmine.look(write("comment", {"text": "twice"}, key, tried=NOW)) is None


def test_only_our_own_late_enough_comment_counts(fake: Redmine, redmine: RedmineConnector, key: str) -> None:
    fake.edit(int(key), by=6, notes="thanks")
    assert redmine.look(write("comment", {"text": "thanks"}, key, tried=NOW)) is None
    fake.edit(int(key), by=1, notes="thanks\r\n")
    assert redmine.look(write("comment", {"text": "thanks"}, key, tried=NOW)) is not None
    assert redmine.look(write("comment", {"text": "thanks"}, key, tried=NOW + timedelta(minutes=10))) is None


def test_a_lost_answer_to_a_new_issue_is_found(server: Server, redmine: RedmineConnector) -> None:
    server.arm(apply_then_reset(), when=is_write)
    lost = write("create", {"title": "New printer", "body": "", "fields": {}}, tried=NOW)
    with pytest.raises(AnswerLost):
        redmine.push(lost)
    found = redmine.look(lost)
    assert found is not None
    taken = frozenset({found.id})
    assert redmine.look(write("create", {"title": "New printer", "body": ""}, tried=NOW, taken=taken)) is None
    assert redmine.look(write("create", {"title": "New", "body": ""}, tried=NOW)) is None


def test_a_comment_that_is_there_is_no_failure_when_its_number_cannot_be_read(
    fake: Redmine, server: Server, redmine: RedmineConnector, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must not be sent again because the look at it failed."""
    monkeypatch.setenv("OPSTUI_HTTP_PATIENCE", "0.001")
    redmine.moves(key)
    server.arm(reset(), when=lambda request: request.method == "GET" and sent(server) > 0, times=None)
    assert redmine.push(write("comment", {"text": "once"}, key)).id == ""
    server.disarm()
    assert [one.notes for one in fake.issues[int(key)].journals] == ["once"]


def test_an_answer_to_a_new_issue_that_says_nothing_is_a_lost_one(server: Server, redmine: RedmineConnector) -> None:
    server.arm(garbage(), when=is_write)
    with pytest.raises(AnswerLost):
        redmine.push(write("create", {"title": "x", "body": "", "fields": {}}))


# -- taking back


def test_a_comment_is_taken_back(fake: Redmine, redmine: RedmineConnector, key: str) -> None:
    made = write("comment", {"text": "oops"}, key)
    id = redmine.push(made).id
    before = redmine.fetch(key)
    redmine.take_back(made, id)
    after = redmine.fetch(key)
    assert before is not None
    assert after is not None
    assert after.comments == ()
    assert after.fingerprint != before.fingerprint
    redmine.take_back(made, id)
    redmine.take_back(made, "")


def test_nobody_elses_comment_is_taken_back(fake: Redmine, server: Server, redmine: RedmineConnector, key: str) -> None:
    fake.edit(int(key), by=6, notes="theirs")
    redmine.take_back(write("comment", {"text": "theirs"}, key), str(fake.issues[int(key)].journals[0].id))
    assert sent(server) == 0


def test_an_old_redmine_that_keeps_notes_says_so(fake: Redmine, redmine: RedmineConnector, key: str) -> None:
    made = write("comment", {"text": "oops"}, key)
    id = redmine.push(made).id
    fake.edits_notes = False
    with pytest.raises(WriteRefused, match=r"lets no note be taken back.*Take it back in Redmine"):
        redmine.take_back(made, id)


# -- limits of the account


def test_a_key_without_rights_over_accounts_still_assigns_by_name(fake: Redmine, redmine: RedmineConnector, key: str) -> None:
    fake.admins.clear()
    redmine.push(write("assign", person("Dee Park"), key))
    assert fake.issues[int(key)].assigned_to_id == 8


def test_every_error_names_the_source(fake: Redmine, desk: Connected, key: str) -> None:
    for verb, value in (("due", "2001-01-01"), ("comment", {"text": ""})):
        with pytest.raises(SourceError, match=r"^redmine: "):
            desk.connector().push(write(verb, value, key))
    with pytest.raises(SourceError, match=r"^redmine: 401"):
        desk.connector(token="wrong").push(write("comment", {"text": "x"}, key, made=datetime.now(UTC)))
