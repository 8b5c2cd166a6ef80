"""Changes to a Jira: each verb is one request that changes something, read back; refusals say what Jira says."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from opstui.connectors.api import Move, MoveField, Pushed
from opstui.connectors.testing import HOSTILE
from opstui.domain import outbox
from opstui.domain.model import Person
from opstui.errors import AnswerLost, SourceRefused, SourceUnavailable, WriteRefused
from tests.support.faults import apply_then_reset, reset, status
from tests.support.jira import PEOPLE, Site, site

BOTH = pytest.mark.parametrize("server", [False, True], ids=["cloud", "datacenter"])
BO = {"name": "Bo Lind", "aliases": [], "email": "bo@example.com"}


def changes(at: Site) -> list[str]:
    """The requests that changed something since last asked."""
    return [one for one in at.asked() if not one.startswith("GET")]


@BOTH
def test_a_comment_is_shown_as_it_was_written_and_can_be_taken_back(server: bool) -> None:
    texts = (
        "Moved to *dock 4* {code}x{code}\n\n- one\n# two\nh1. no heading, C:\\temp [a|b] !x.png!",
        "one line",
        "a_b_c ~ (x)",
    )
    with site(server=server) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        for text in texts:
            pushed = it.push(at.write("comment", "OPS-1", {"text": text}))
            item = it.fetch("OPS-1")
            assert item is not None
            assert item.comments[-1].text == text
            assert item.comments[-1].who == "Ana"
            it.take_back(at.write("comment", "OPS-1", {"text": text}), pushed.id)
            it.take_back(at.write("comment", "OPS-1", {"text": text}), pushed.id)
            item = it.fetch("OPS-1")
            assert item is not None
            assert item.comments == ()
        assert changes(at)[:2] == ["POST issue/OPS-1/comment", f"DELETE issue/OPS-1/comment/{_first_id(at)}"]


def _first_id(at: Site) -> str:
    return str(int(at.jira._id()) - 3)


@BOTH
def test_an_owner_is_set_and_taken_away(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        for wanted, owner in (
            (BO, "Bo Lind"),
            ({"name": "Ana", "aliases": ["ana"], "email": "ana@example.com"}, "Ana"),
            (None, None),
        ):
            pushed = it.push(at.write("assign", "OPS-1", wanted))
            item = it.fetch("OPS-1")
            assert item is not None
            assert item.owner == owner
            assert pushed.value == (owner or "")
        assert len(changes(at)) == 3


def test_an_alias_that_is_an_account_id_is_enough() -> None:
    with site(people=()) as at:
        at.jira.add("OPS", "Door")
        cy = at.jira.person("cy")
        pushed = at.connector().push(at.write("assign", "OPS-1", {"name": "C. M.", "aliases": [cy.id], "email": None}))
        assert pushed == Pushed(value="Cy Moss")
        assert at.jira.find("OPS-1").values["assignee"] == cy.id


@BOTH
def test_a_person_of_whom_there_are_several_or_none_is_refused_by_name(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door")
        at.jira.person("cy").name = "Bo Lind"
        it = at.connector()
        with pytest.raises(WriteRefused, match="several accounts: Bo Lind"):
            it.push(at.write("assign", "OPS-1", {"name": "Bo Lind", "aliases": [], "email": None}))
        with pytest.raises(WriteRefused, match="no account of Zoe Ward"):
            it.push(at.write("assign", "OPS-1", {"name": "Zoe Ward", "aliases": [], "email": None}))
        with pytest.raises(WriteRefused, match="no account of Lind can be assigned here; there are Bo Lind"):
            it.push(at.write("assign", "OPS-1", {"name": "Lind", "aliases": [], "email": None}))
        with pytest.raises(WriteRefused, match="no account of Dee Gone"):
            it.push(at.write("assign", "OPS-1", {"name": "Dee Gone", "aliases": [], "email": None}))
        assert changes(at) == []


@BOTH
def test_moves_name_the_fields_that_have_to_be_filled_in(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door", status="In Progress")
        resolutions = ("Done", "Won't Do", "Duplicate")
        assert at.connector().moves("OPS-1") == (
            Move("21", "Block", "Blocked", "blocked", (MoveField("customfield_10050", "Blocked reason", True),)),
            Move("23", "Ask the customer", "Waiting for customer", "blocked"),
            Move("31", "Resolve", "Done", "done", (MoveField("resolution", "Resolution", True, resolutions),)),
        )


@BOTH
def test_a_transition_goes_by_id_status_or_name_with_what_was_filled_in(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        for value, reached in (
            ({"status": "in progress"}, "In Progress"),
            ({"status": "Blocked", "id": "21", "fields": {"Blocked reason": "no part"}}, "Blocked"),
            ({"status": "Unblock"}, "In Progress"),
            ({"status": "Done", "id": "999", "fields": {"resolution": "won't do", "comment": "as agreed"}}, "Done"),
        ):
            assert it.push(at.write("transition", "OPS-1", value)) == Pushed(value=reached)
            item = it.fetch("OPS-1")
            assert item is not None
            assert item.status == reached
        assert item.fields["Resolution"] == "Won't Do"
        assert item.comments[-1].text == "as agreed"
        assert at.jira.find("OPS-1").values["customfield_10050"] == "no part"
        assert changes(at) == ["POST issue/OPS-1/transitions"] * 4


@BOTH
def test_a_transition_that_cannot_be_made_says_what_is_missing(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        with pytest.raises(WriteRefused, match=r"cannot go to Blocked .*it can go to In Progress, Done"):
            it.push(at.write("transition", "OPS-1", {"status": "Blocked"}))
        with pytest.raises(WriteRefused, match="needs Resolution"):
            it.push(at.write("transition", "OPS-1", {"status": "Done"}))
        with pytest.raises(WriteRefused, match="takes no Maybe; it takes Done, Won't Do"):
            it.push(at.write("transition", "OPS-1", {"status": "Done", "fields": {"resolution": "Maybe"}}))
        with pytest.raises(WriteRefused, match="no field colour; it has Resolution"):
            it.push(at.write("transition", "OPS-1", {"status": "Done", "fields": {"colour": "red"}}))
        assert changes(at) == []


@BOTH
def test_priority_due_date_and_labels_are_set(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door", labels=["old", "kept"])
        it = at.connector()
        assert it.push(at.write("priority", "OPS-1", {"priority": 1, "label": ""})) == Pushed(value="Highest")
        it.push(at.write("due", "OPS-1", "2026-12-24"))
        it.push(at.write("labels", "OPS-1", {"add": ["new"], "remove": ["old"]}))
        item = it.fetch("OPS-1")
        assert item is not None
        fields = {verb: outbox.field(item, verb, UTC) for verb in ("priority", "due", "labels")}
        assert fields == {"priority": 1, "due": "2026-12-24", "labels": ["kept", "new"]}
        assert it.push(at.write("priority", "OPS-1", {"priority": 5, "label": "low"})) == Pushed(value="Low")
        it.push(at.write("due", "OPS-1", None))
        item = it.fetch("OPS-1")
        assert item is not None
        assert (item.priority, item.due) == (4, None)
        assert len(changes(at)) == 5


@BOTH
def test_what_jira_refuses_is_said_in_its_words(server: bool) -> None:
    with site(server=server, priorities={"Low": 3, "Lowest": 3, "Medium": 3}) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        with pytest.raises(WriteRefused, match="Error parsing date string: soon"):
            it.push(at.write("due", "OPS-1", "soon"))
        with pytest.raises(WriteRefused, match="single words"):
            it.push(at.write("labels", "OPS-1", {"add": ["two words"], "remove": []}))
        with pytest.raises(WriteRefused, match=r"no priority low.*there are Highest, High"):
            it.push(at.write("priority", "OPS-1", {"priority": 4, "label": ""}))
        with pytest.raises(WriteRefused, match="does not exist"):
            it.push(at.write("comment", "OPS-9", {"text": "x"}))
        with pytest.raises(WriteRefused, match="no text"):
            it.push(at.write("comment", "OPS-1", {"text": " "}))
        at.served.arm(status(403, {"errorMessages": ["Not yours"], "errors": {}}), when=lambda request: request.method == "PUT")
        with pytest.raises(WriteRefused, match="Not yours"):
            it.push(at.write("due", "OPS-1", "2026-12-24"))
        at.secret = "an old token"
        with pytest.raises(SourceRefused, match="opstui auth"):
            at.connector().push(at.write("due", "OPS-1", "2026-12-24"))


@BOTH
def test_an_issue_that_is_not_there_is_none(server: bool) -> None:
    with site(server=server) as at:
        assert at.connector().fetch("OPS-9") is None


@BOTH
def test_a_new_issue_goes_where_the_config_says(server: bool) -> None:
    create = {"project": "OPS", "type": "Bug", "fields": {"labels": ["desk"], "priority": "High"}}
    with site(server=server, create=create) as at:
        it = at.connector()
        value = {"title": "Dock  door\nstuck", "body": "Since *noon*", "fields": {"owner": "Bo Lind", "due": "2026-12-24"}}
        pushed = it.push(at.write("create", "", value))
        item = it.fetch(pushed.id)
        assert item is not None
        assert (item.title, item.body, item.labels) == ("Dock door stuck", "Since *noon*", ("desk",))
        assert (item.priority, item.owner, item.fields["Type"]) == (2, "Bo Lind", "Bug")
        assert outbox.field(item, "due", UTC) == "2026-12-24"
        assert changes(at) == ["POST issue"]


@BOTH
def test_a_new_issue_without_a_place_is_refused(server: bool) -> None:
    with site(server=server) as at:
        it = at.connector()
        with pytest.raises(WriteRefused, match="create = "):
            it.push(at.write("create", "", {"title": "x", "body": "", "fields": {}}))
        with pytest.raises(WriteRefused, match="valid project"):
            it.push(at.write("create", "", {"title": "x", "body": "", "fields": {"project": "NO", "type": "Task"}}))


@BOTH
def test_a_comment_whose_answer_was_lost_is_found_once(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        write = at.write("comment", "OPS-1", {"text": "Done *today*"}, tried=at.now)
        at.jira.say("OPS-1", "Done *today*", by="bo")
        assert it.look(write) is None, "that one is another's"
        at.served.arm(apply_then_reset(), when=lambda request: request.method == "POST")
        with pytest.raises(AnswerLost):
            it.push(write)
        assert len(at.jira.find("OPS-1").comments) == 2
        found = it.look(write)
        assert found == Pushed(at.jira.find("OPS-1").comments[-1].id)
        assert (
            it.look(at.write("comment", "OPS-1", {"text": "Done *today*"}, tried=at.now, taken=frozenset({found.id}))) is None
        )
        at.wait(hours=1)
        later = at.write("comment", "OPS-1", {"text": "Done *today*"}, tried=at.now)
        assert it.look(later) is None, "that one is of before"


@BOTH
def test_a_comment_is_found_behind_many_others(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        write = at.write("comment", "OPS-1", {"text": "Mine"}, tried=at.now)
        pushed = it.push(write)
        for number in range(250):
            at.jira.say("OPS-1", f"Another {number}")
        assert it.look(write) == pushed


@BOTH
def test_a_new_issue_whose_answer_was_lost_is_found_once(server: bool) -> None:
    with site(server=server, create={"project": "OPS", "type": "Task"}) as at:
        it = at.connector()
        value = {"title": "Door", "body": "It *sticks*", "fields": {}}
        tried = at.now - timedelta(minutes=2)
        write = at.write("create", "", value, tried=tried)
        at.jira.add("OPS", "Door")
        assert it.look(write) is None
        at.served.arm(apply_then_reset(), when=lambda request: request.method == "POST")
        with pytest.raises(AnswerLost):
            it.push(write)
        assert it.look(write) == Pushed("OPS-2")
        assert it.look(at.write("create", "", value, uid="u2", tried=tried, taken=frozenset({"OPS-2"}))) is None


@BOTH
def test_a_change_that_certainly_did_not_arrive_says_so_and_is_not_repeated(server: bool) -> None:
    with site(server=server) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        it.fetch("OPS-1")
        at.asked()
        at.served.arm(status(429, None, {"Retry-After": "7"}), when=lambda request: request.method == "POST")
        with pytest.raises(SourceUnavailable) as caught:
            it.push(at.write("comment", "OPS-1", {"text": "x"}))
        assert not isinstance(caught.value, AnswerLost)
        assert caught.value.retry_after == 7
        at.served.arm(reset(), when=lambda request: request.method == "POST")
        with pytest.raises(AnswerLost):
            it.push(at.write("comment", "OPS-1", {"text": "x"}))
        at.served.arm(status(201, ["what"], apply=True), when=lambda request: request.method == "POST")
        with pytest.raises(AnswerLost):
            it.push(at.write("comment", "OPS-1", {"text": "x"}))
        assert at.served.count("POST") == 3


@BOTH
def test_hostile_text_arrives_and_comes_back_harmless(server: bool) -> None:
    with site(server=server, people=(*PEOPLE, Person(HOSTILE)), create={"project": "OPS", "type": "Task"}) as at:
        at.jira.add("OPS", "Door")
        it = at.connector()
        it.push(at.write("comment", "OPS-1", {"text": HOSTILE}))
        item = it.fetch("OPS-1")
        assert item is not None
        assert "\x1b" not in item.comments[-1].text
        with pytest.raises(WriteRefused):
            it.push(at.write("transition", "OPS-1", {"status": HOSTILE, "fields": {HOSTILE: HOSTILE}}))
        with pytest.raises(WriteRefused):
            it.push(at.write("assign", "OPS-1", {"name": HOSTILE, "aliases": [HOSTILE], "email": HOSTILE}))
