"""What a push does with one change: sent once, read back, looked for, given back; each rule by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors.api import Pushed, Write
from opstui.domain.masking import Mask
from opstui.domain.model import Item, Mark, Place, Verdict
from opstui.domain.outbox import OPEN, STUCK
from opstui.errors import AnswerLost, SourceRefused, SourceUnavailable, WriteRefused
from opstui.services.ledger import SETTLE_S, TRIES
from opstui.store import items, kept, leases, marks, outbox, sending, sources
from opstui.store.db import Store
from tests.store.helpers import keys, line, one
from tests.support.build import FakeClock
from tests.support.pushing import person, pull, put, row, send
from tests.support.tracker import Tracker, TrackerConnector

BO = person("Bo Lind")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(tmp_path / "opstui.db", now=clock) as opened:
        yield opened


class Flaky(TrackerConnector):
    """Raises what it is told to, once each: ``fails["push"]`` before it is applied, ``fails["push after"]`` afterwards."""

    fails: dict[str, BaseException]
    asked: list[Write]

    def __init__(self, tracker: Tracker, source: str) -> None:
        super().__init__(tracker, source, self._before)
        self.fails = {}
        self.requests: list[str] = []
        self.asked = []

    def _before(self, request: str) -> None:
        self.requests.append(request)
        if error := self.fails.pop(request, None):
            raise error

    def push(self, write: Write) -> Pushed:
        self.asked.append(write)
        pushed = super().push(write)
        if error := self.fails.pop("push after", None):
            raise error
        return pushed

    def look(self, write: Write) -> Pushed | None:
        self.asked.append(write)
        return super().look(write)


@pytest.fixture
def tracker(clock: FakeClock) -> Tracker:
    tracker = Tracker(clock)
    tracker.add()
    return tracker


@pytest.fixture
def desk(store: Store, tracker: Tracker, clock: FakeClock) -> Flaky:
    connector = Flaky(tracker, "desk")
    pull(store, connector)
    clock.forward(minutes=1)
    connector.requests.clear()
    return connector


def _comment(text: str = "on it") -> dict[str, str]:
    return {"text": text}


def test_a_field_is_looked_at_sent_and_read_back(store: Store, desk: Flaky, clock: FakeClock) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    told = send(store, desk)
    assert desk.requests == ["fetch", "push", "fetch"]
    change = row(store, id)
    assert (change.state, change.settled, change.tried) == ("sent", clock(), clock())
    assert line(store, "desk:T-1").owner == "Bo Lind"
    assert told == [{"event": "pushed", "id": id, "ref": "desk:T-1", "verb": "assign", "state": "sent"}]
    assert send(store, desk) == [] and len(desk.requests) == 3


def test_it_says_that_it_is_being_sent_before_anything_leaves(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    seen: list[str] = []

    def push(write: Write) -> Pushed:
        seen.append(row(store, id).state)
        return TrackerConnector.push(desk, write)

    desk.push = push  # type: ignore[method-assign]
    send(store, desk)
    assert seen == ["sending"] and row(store, id).state == "sent"


def test_nothing_is_sent_before_its_hold_is_over(store: Store, desk: Flaky, clock: FakeClock) -> None:
    id = put(store, "desk", "T-1", "assign", BO, hold=8)
    assert send(store, desk) == []
    assert sending.next_due(store.read) == {"desk": clock() + timedelta(seconds=8)}
    clock.forward(seconds=8)
    send(store, desk)
    assert row(store, id).state == "sent"


def test_what_is_there_already_is_not_sent(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    desk.tracker.set("T-1", "owner", "bo lind")
    send(store, desk)
    assert row(store, id).state == "sent" and desk.requests == ["fetch"]


@pytest.mark.parametrize(
    ("verb", "value", "field", "theirs"),
    [
        ("assign", BO, "owner", "Cy Moss"),
        ("transition", {"status": "Done", "id": "", "fields": {}}, "status", "Blocked"),
        ("priority", {"priority": 1, "label": ""}, "priority", 5),
        ("due", "2026-12-01", "due", "2026-12-24"),
    ],
)
def test_what_somebody_else_has_set_meanwhile_is_a_conflict_with_their_value(
    store: Store, desk: Flaky, verb: str, value: Any, field: str, theirs: Any
) -> None:
    id = put(store, "desk", "T-1", verb, value)
    desk.tracker.set("T-1", field, theirs)
    send(store, desk)
    change = row(store, id)
    assert (change.state, change.theirs) == ("conflict", theirs)
    assert desk.requests == ["fetch"]
    assert f"outbox-{id}" in keys(store)
    found = items.load_item(store.read, change.item or 0)
    assert found is not None and found.fingerprint == desk.fetch("T-1").fingerprint  # type: ignore[union-attr]


def test_another_field_of_the_item_may_have_moved(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    desk.tracker.set("T-1", "status", "Doing")
    send(store, desk)
    assert row(store, id).state == "sent"


def test_labels_are_added_to_what_somebody_else_has_added(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "labels", {"add": ["night"], "remove": []})
    desk.tracker.set("T-1", "labels", ["dock"])
    send(store, desk)
    assert row(store, id).state == "sent" and desk.tracker.issues["T-1"]["labels"] == ["dock", "night"]


def test_a_source_that_accepts_and_changes_nothing_is_found_out(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    desk.push = lambda write: Pushed()  # type: ignore[method-assign]
    send(store, desk)
    change = row(store, id)
    assert change.state == "failed" and change.what == "desk accepted the change and did not make it"
    assert f"outbox-{id}" in keys(store)


def test_a_source_may_word_a_value_in_its_own_way(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "assign", BO)

    def push(write: Write) -> Pushed:
        desk.tracker.set("T-1", "owner", "b.lind")
        return Pushed(value="b.lind")

    desk.push = push  # type: ignore[method-assign]
    send(store, desk)
    assert row(store, id).state == "sent"


def test_what_was_assigned_stays_with_its_owner_in_the_words_of_its_source_until_that_gives_it_away(
    store: Store, desk: Flaky, clock: FakeClock
) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    with store.writing() as conn:
        item = items.id_of(conn, "desk:T-1")
        assert item is not None
        marks.save(conn, {item: Mark(Verdict.ASSIGN, clock(), "Ana Ruiz", target="Bo Lind", basis="before")})
    decided = marks.load(store.read, item)
    clock.forward(minutes=1)

    def push(write: Write) -> Pushed:
        desk.tracker.set("T-1", "owner", "b.lind")
        return Pushed(value="b.lind")

    desk.push = push  # type: ignore[method-assign]
    send(store, desk)
    assert row(store, id).state == "sent"
    found = line(store, "desk:T-1")
    assert (found.place, found.owner) == (Place.ASSIGNED, "b.lind")
    assert marks.load(store.read, item) == decided, "so that undo finds what it left"
    clock.forward(minutes=1)
    desk.tracker.set("T-1", "status", "Doing")
    pull(store, desk)
    assert line(store, "desk:T-1").place is Place.ASSIGNED
    desk.tracker.set("T-1", "owner", "Cy Moss")
    pull(store, desk)
    found = line(store, "desk:T-1")
    assert (found.place, found.owner) == (Place.QUEUE, "Cy Moss") and "reopened" in found.why


def test_a_comment_whose_id_nobody_told_is_looked_for(store: Store, desk: Flaky) -> None:
    kept_, lost = (put(store, "desk", "T-1", "comment", _comment(text)) for text in ("kept", "lost"))

    def push(write: Write) -> Pushed:
        if write.value["text"] == "kept":
            TrackerConnector.push(desk, write)
        return Pushed()

    desk.push = push  # type: ignore[method-assign]
    send(store, desk)
    assert (row(store, kept_).state, row(store, lost).state) == ("sent", "failed")
    assert row(store, kept_).made


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize(
    ("verb", "value"), [("comment", {"text": "on it"}), ("create", {"title": "New", "body": "", "fields": {}})]
)
def test_after_a_lost_answer_it_waits_and_looks_before_it_sends_again(
    store: Store, desk: Flaky, clock: FakeClock, applied: bool, verb: str, value: Any
) -> None:
    id = put(store, "desk", "" if verb == "create" else "T-1", verb, value)
    desk.fails = {"push after" if applied else "push": AnswerLost("desk: the answer was lost", "time-out")}
    send(store, desk)
    change = row(store, id)
    assert (change.state, change.doubt, change.attempts) == ("pending", True, 1)
    assert change.due >= clock() + timedelta(seconds=SETTLE_S) and change.why == "time-out"
    clock.forward(seconds=SETTLE_S - 1)
    assert send(store, desk) == []
    clock.forward(seconds=2)
    desk.requests.clear()
    send(store, desk)
    assert desk.requests == (["look", "fetch"] if applied else ["look", "push", "fetch"])
    change = row(store, id)
    assert (change.state, change.doubt, change.why) == ("sent", False, "")
    assert len(desk.tracker.done) == 1
    first, look, *again = (one.tried for one in desk.asked)
    assert look == first  # from when on it can be there
    assert again == ([] if applied else [clock()])


def test_looking_never_takes_what_another_change_has_made(store: Store, desk: Flaky, clock: FakeClock) -> None:
    first = put(store, "desk", "T-1", "comment", _comment())
    send(store, desk)
    second = put(store, "desk", "T-1", "comment", _comment())
    desk.fails = {"push": AnswerLost("lost")}
    send(store, desk)
    clock.forward(minutes=1)
    send(store, desk)
    assert row(store, first).made != row(store, second).made
    assert desk.tracker.comments("on it") == 2


def test_the_id_of_what_was_taken_back_may_be_that_of_the_next(store: Store, desk: Flaky) -> None:
    first = put(store, "desk", "T-1", "comment", _comment())
    send(store, desk)
    made = row(store, first).made
    waits = put(store, "desk", "T-1", "comment", _comment(), state="parked")
    assert sending.taken(store.read, row(store, waits)) == {made}
    put(store, "desk", "T-1", "comment", _comment(), undoes=first)
    send(store, desk)
    assert sending.taken(store.read, row(store, waits)) == set()


def test_a_lost_field_is_not_sent_again_when_it_arrived(store: Store, desk: Flaky, clock: FakeClock) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    desk.fails = {"push after": AnswerLost("lost")}
    send(store, desk)
    clock.forward(minutes=1)
    send(store, desk)
    assert row(store, id).state == "sent" and len(desk.tracker.done) == 1


def test_what_was_taken_and_could_not_be_read_back_is_only_read_back(store: Store, desk: Flaky, clock: FakeClock) -> None:
    id = put(store, "desk", "T-1", "comment", _comment())
    desk.fails = {"fetch": SourceUnavailable("desk: 503")}
    send(store, desk)
    change = row(store, id)
    assert (change.state, change.doubt, bool(change.made)) == ("pending", True, True)
    clock.forward(minutes=1)
    desk.requests.clear()
    send(store, desk)
    assert desk.requests == ["fetch"] and row(store, id).state == "sent"


def test_a_refused_change_comes_back_and_others_go_on(store: Store, desk: Flaky) -> None:
    desk.tracker.add()
    pull(store, desk)
    first = put(store, "desk", "T-1", "transition", {"status": "Nowhere", "id": "", "fields": {}})
    second = put(store, "desk", "T-2", "assign", BO)
    send(store, desk)
    change = row(store, first)
    assert (change.state, change.why) == ("failed", "there is no transition to Nowhere")
    assert row(store, second).state == "sent"
    assert f"outbox-{first}" in keys(store)


def test_a_source_that_refuses_everything_is_left_alone_and_says_so(store: Store, desk: Flaky, clock: FakeClock) -> None:
    first, second = put(store, "desk", "T-1", "assign", BO), put(store, "desk", "T-1", "comment", _comment())
    with store.writing() as conn:
        sources.finish(conn, "desk", clock(), seconds_taken=1.0, next_due=clock() + timedelta(hours=1))
    due = sources.health(store.read)["desk"].next_due
    desk.fails = {"fetch": SourceRefused("desk: 401", "the token was refused", "Run: opstui auth desk")}
    send(store, desk)
    assert [row(store, id).state for id in (first, second)] == ["pending", "pending"]
    assert all(row(store, id).due > clock() + timedelta(minutes=10) for id in (first, second))
    assert desk.requests == ["fetch"]
    health = sources.health(store.read)["desk"]
    assert (health.state, health.why, health.next_due) == ("refused", "the token was refused", due)
    assert keys(store)[:1] == ["waiting-desk"]
    with store.writing() as conn:
        sending.hasten(conn, clock(), ["desk"])
    send(store, desk)
    assert [row(store, id).state for id in (first, second)] == ["sent", "sent"]
    assert "waiting-desk" not in keys(store)


def test_a_source_that_asks_for_a_pause_gets_it_for_all_its_changes(store: Store, desk: Flaky, clock: FakeClock) -> None:
    desk.tracker.add()
    pull(store, desk)
    first, second = put(store, "desk", "T-1", "assign", BO), put(store, "desk", "T-2", "assign", BO)
    desk.fails = {"push": SourceUnavailable("desk: 429", retry_after=300)}
    send(store, desk)
    assert desk.requests == ["pull", "fetch", "push"]
    assert all(row(store, id).due >= clock() + timedelta(seconds=300) for id in (first, second))
    assert row(store, first).doubt is False


@pytest.mark.parametrize("wait", [1e300, float("inf"), float("nan"), -5.0])
def test_a_pause_that_never_ends_is_no_pause_for_ever(store: Store, desk: Flaky, clock: FakeClock, wait: float) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    desk.fails = {"push": SourceUnavailable("desk: 429", retry_after=wait)}
    send(store, desk)
    clock.forward(days=8)
    send(store, desk)
    assert row(store, id).state == "sent"


def test_waits_grow_and_after_many_tries_the_queue_says_so(store: Store, desk: Flaky, clock: FakeClock) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    waits = []
    for attempt in range(TRIES):
        assert "waiting-desk" not in keys(store), attempt
        desk.fails = {"fetch": SourceUnavailable("desk: 503")}
        send(store, desk, chance=1.0)
        waits.append((row(store, id).due - clock()).total_seconds())
        clock.forward(seconds=waits[-1])
    assert waits[:4] == [10, 20, 40, 80] and waits[-1] == 3600
    assert line(store, "opstui:waiting-desk").title == "1 change cannot be sent to desk"
    send(store, desk)
    assert row(store, id).state == "sent" and "waiting-desk" not in keys(store)


def test_a_connector_that_breaks_costs_its_change_a_try_and_leaves_it_in_doubt(store: Store, desk: Flaky) -> None:
    desk.tracker.add()
    pull(store, desk)
    first, second = put(store, "desk", "T-1", "comment", _comment()), put(store, "desk", "T-2", "comment", _comment())
    desk.fails = {"push after": ValueError("no such column")}
    send(store, desk)
    change = row(store, first)
    assert (change.state, change.doubt, change.why) == ("pending", True, "ValueError: no such column")
    assert row(store, second).state == "sent"


def test_an_answer_of_the_wrong_kind_is_no_answer(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "comment", _comment())
    desk.push = lambda write: "ok"  # type: ignore[assignment, method-assign, return-value]
    send(store, desk)
    assert row(store, id).doubt and "push() gave str instead of Pushed" in row(store, id).why


def test_a_connector_that_cannot_look_leaves_the_decision_to_a_person(store: Store, desk: Flaky, clock: FakeClock) -> None:
    id = put(store, "desk", "T-1", "comment", _comment())
    desk.fails = {"push": AnswerLost("lost")}
    send(store, desk)
    clock.forward(minutes=1)
    desk.fails = {"look": NotImplementedError()}
    send(store, desk)
    assert (row(store, id).state, row(store, id).what) == ("failed", "nobody knows whether it arrived")


def test_changes_of_one_item_go_in_order_and_one_that_waits_holds_up_the_next(
    store: Store, desk: Flaky, clock: FakeClock
) -> None:
    first = put(store, "desk", "T-1", "comment", _comment("first"))
    second = put(store, "desk", "T-1", "assign", BO)
    third = put(store, "desk", "T-1", "comment", _comment("third"))
    desk.fails = {"push": AnswerLost("lost")}
    send(store, desk)
    assert [row(store, id).state for id in (first, second, third)] == ["pending"] * 3
    clock.forward(minutes=1)
    send(store, desk)
    uids = [row(store, id).uid for id in (first, second, third)]
    assert [uid for uid, _, _ in desk.tracker.done] == uids


def test_behind_one_that_came_back_only_the_same_field_waits(store: Store, desk: Flaky) -> None:
    first = put(store, "desk", "T-1", "assign", BO)
    desk.tracker.set("T-1", "owner", "Cy Moss")
    second = put(store, "desk", "T-1", "assign", person("Di Fox"))
    third = put(store, "desk", "T-1", "comment", _comment())
    fourth = put(store, "desk", "T-1", "priority", {"priority": 1, "label": ""})
    send(store, desk)
    assert [row(store, id).state for id in (first, second, third, fourth)] == ["conflict", "pending", "sent", "sent"]
    assert sending.next_due(store.read) == {}


def test_a_change_that_follows_one_of_the_same_field_stands_on_what_that_left(store: Store, desk: Flaky) -> None:
    first, second = put(store, "desk", "T-1", "assign", BO), put(store, "desk", "T-1", "assign", None)
    assert row(store, second).base is None
    second_ = put(store, "desk", "T-1", "assign", person("Cy Moss"))
    send(store, desk)
    assert [row(store, id).state for id in (first, second, second_)] == ["sent"] * 3
    assert desk.tracker.issues["T-1"]["owner"] == "Cy Moss"


def test_a_new_item_is_known_here_at_once(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "", "create", {"title": "Dock 9 is dark", "body": "", "fields": {}})
    send(store, desk)
    change = row(store, id)
    assert (change.state, change.ref, change.made) == ("sent", "desk:T-2", "T-2")
    assert line(store, "desk:T-2").title == "Dock 9 is dark"
    assert sources.health(store.read)["desk"].items == 2


@pytest.mark.parametrize("verb", ["comment", "create"])
def test_what_was_made_is_taken_back(store: Store, desk: Flaky, clock: FakeClock, verb: str) -> None:
    value: Any = _comment() if verb == "comment" else {"title": "New", "body": "", "fields": {}}
    first = put(store, "desk", "T-1" if verb == "comment" else "", verb, value)
    send(store, desk)
    made = row(store, first)
    back = put(store, "desk", made.ref.partition(":")[2], verb, value, undoes=first)
    desk.fails = {"take_back": AnswerLost("lost")}
    send(store, desk)
    assert row(store, back).doubt
    clock.forward(minutes=1)
    send(store, desk)
    assert row(store, back).state == "sent"
    assert desk.tracker.comments("on it") == 0 and desk.tracker.titles("New") == 0
    if verb == "create":
        assert line(store, made.ref).place == "closed"


def test_what_was_never_sent_needs_no_taking_back(store: Store, desk: Flaky) -> None:
    first = put(store, "desk", "T-1", "comment", _comment(), state="cancelled")
    back = put(store, "desk", "T-1", "comment", _comment(), undoes=first)
    send(store, desk)
    assert row(store, back).state == "cancelled" and desk.requests == []


def test_an_item_that_is_not_there_any_more_is_said(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    del desk.tracker.issues["T-1"]
    send(store, desk)
    assert (row(store, id).state, row(store, id).what) == ("failed", "desk:T-1 is not there")


def test_nothing_leaves_while_the_switch_is_off_or_another_engine_sends(store: Store, desk: Flaky, clock: FakeClock) -> None:
    id = put(store, "desk", "T-1", "comment", _comment())
    with store.writing() as conn:
        kept.keep(conn, kept.READONLY, "on")
    assert send(store, desk) == []
    with store.writing() as conn:
        kept.keep(conn, kept.READONLY, "off")
        leases.acquire(conn, leases.ENGINE, leases.Lease("another", 1, "elsewhere", None), clock())
    assert send(store, desk, holder="ours") == []
    assert (row(store, id).state, desk.requests) == ("pending", [])
    send(store, desk, holder="another")
    assert row(store, id).state == "sent"


def test_what_was_undone_meanwhile_is_not_sent(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "assign", BO)

    def fetch(key: str) -> Item | None:
        with store.writing() as conn:
            outbox.set_state(conn, id, "cancelled")
        return TrackerConnector.fetch(desk, key)

    desk.fetch = fetch  # type: ignore[method-assign]
    send(store, desk)
    assert row(store, id).state == "cancelled" and desk.tracker.done == []


def test_what_was_being_sent_when_the_engine_ended_is_in_doubt(store: Store, desk: Flaky, clock: FakeClock) -> None:
    id = put(store, "desk", "T-1", "comment", _comment())
    with store.writing() as conn:
        assert sending.claim(conn, id, clock())
        assert not sending.claim(conn, id, clock())
    assert send(store, desk) == [] and sending.in_flight(store.read) == {"desk"}
    with store.writing() as conn:
        assert sending.recover(conn, clock() + timedelta(seconds=10)) == 1
    change = row(store, id)
    assert (change.state, change.doubt) == ("pending", True) and change.due == clock() + timedelta(seconds=10)


def test_what_may_have_arrived_is_hastened_only_as_far_as_it_has_settled(store: Store, desk: Flaky, clock: FakeClock) -> None:
    sure, doubtful, other = (put(store, name, "T-1", "comment", _comment(), hold=900) for name in ("desk", "desk", "jira"))
    with store.writing() as conn:
        conn.execute("UPDATE outbox SET doubt = 1, attempts = 1 WHERE id = ?", (doubtful,))
        sending.hasten(conn, clock(), ["desk"])
    assert [row(store, id).due > clock() + timedelta(minutes=10) for id in (sure, doubtful, other)] == [False, True, True]
    with store.writing() as conn:
        sending.hasten(conn, clock(), ["desk"], settled=clock() + timedelta(seconds=10))
    assert row(store, doubtful).due == clock() + timedelta(seconds=10)


def test_a_secret_in_an_error_is_not_kept(store: Store, desk: Flaky) -> None:
    id = put(store, "desk", "T-1", "comment", _comment())
    desk.fails = {"push": WriteRefused("desk: 400", "the token s3cr3t is \x1b[31mbad")}
    send(store, desk, mask=Mask(["s3cr3t"]))
    assert row(store, id).why == "the token ••• is bad"


def test_an_older_page_of_a_pull_under_way_does_not_overwrite_what_was_pushed(
    store: Store, desk: Flaky, clock: FakeClock
) -> None:
    """The page was read before the push, and is applied after it."""

    def meanwhile(request: str) -> None:
        if request == "pull":
            desk.before = lambda request: None
            clock.forward(seconds=5)
            put(store, "desk", "T-1", "assign", BO)
            send(store, desk)

    desk.before = meanwhile
    pull(store, desk)
    assert line(store, "desk:T-1").owner == "Bo Lind"
    clock.forward(minutes=1)
    desk.tracker.set("T-1", "owner", "Cy Moss")
    pull(store, desk)
    assert line(store, "desk:T-1").owner == "Cy Moss"


def test_what_a_pull_has_brought_meanwhile_is_not_overwritten_by_what_was_read_back_before(
    store: Store, desk: Flaky, clock: FakeClock
) -> None:
    id = put(store, "desk", "T-1", "assign", BO)
    calls: list[str] = []

    def fetch(key: str) -> Item | None:
        found = TrackerConnector.fetch(desk, key)
        calls.append(key)
        if len(calls) == 2:
            clock.forward(seconds=5)
            desk.tracker.set("T-1", "status", "Done")
            pull(store, desk)
        return found

    desk.fetch = fetch  # type: ignore[method-assign]
    send(store, desk)
    assert row(store, id).state == "sent" and one(store, "SELECT status FROM items") == "Done"


def test_a_push_leaves_the_figures_of_the_last_pull_alone(store: Store, desk: Flaky) -> None:
    before = sources.health(store.read)["desk"]
    put(store, "desk", "T-1", "assign", BO)
    put(store, "desk", "T-1", "comment", _comment())
    send(store, desk)
    assert sources.health(store.read)["desk"] == before


def test_what_is_not_over_is_found_without_a_look_at_what_is(store: Store, clock: FakeClock) -> None:
    put(store, "desk", "T-1", "assign", BO)
    asked: list[str] = []
    store.read.set_trace_callback(asked.append)
    sending.next_due(store.read)
    sending.due(store.read, "desk", clock())
    sending.in_flight(store.read)
    sending.tired(store.read, "desk", 1)
    sending.tally(store.read, "desk", clock())
    sending.sent_since(store.read, "desk", clock())
    outbox.counts(store.read)
    outbox.listed(store.read, [*OPEN, *STUCK])
    outbox.listed(store.read, ["parked"], -1)
    outbox.of_item(store.read, 1)
    outbox.over(store.read, {}, [1])
    sources.outgoing(store.read)
    store.read.set_trace_callback(None)
    plans = {sql: [row[3] for row in store.read.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()] for sql in asked}
    assert len(plans) >= 13
    partial = ("outbox_due", "outbox_open")
    assert [
        sql for sql, steps in plans.items() for step in steps if step.startswith("SCAN") and not step.endswith(partial)
    ] == []
