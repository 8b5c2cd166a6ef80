"""Undo and redo of what goes to trackers: nothing is sent that was taken back in time, and nothing is left half done."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.model import Comment
from opstui.domain.outbox import OPEN, State, same, wanted
from opstui.errors import OpstuiError, Refused
from opstui.services.desk import Desk
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, everything, pull, shut, store_of
from tests.support.outbox import can, settle

J, K, H = "jira:OPS-1", "jira:OPS-2", "helpdesk:INC1"
ALL = ("comment", "assign", "transition", "priority", "due", "labels", "create")
THINGS = [
    an_item("OPS-1", "Payroll", source="jira", owner="Cy Moss", priority=3, labels=("night",), status="To Do"),
    an_item("OPS-2", "Badges", source="jira", status="To Do", priority=2),
    an_item("INC1", "Scanner"),
]


def fresh(folder: Path, takes_back: tuple[str, ...] = ("comment",)) -> Desk:
    desk = a_desk(folder, FakeClock())
    pull(desk, *THINGS)
    can(desk, "jira", ALL, takes_back)
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = fresh(tmp_path)
    yield opened
    shut(opened)


def newest(desk: Desk) -> int:
    return max(one.id for one in desk.outbox(states=list(State)))


def states(desk: Desk) -> list[tuple[str, str]]:
    """Every change ever, oldest first."""
    return [(one.verb, one.state) for one in reversed(desk.outbox(states=list(State)))]


def test_undo_after_it_was_sent_sends_the_opposite_and_redo_cancels_that(desk: Desk) -> None:
    desk.assign([J], "Bo Lind")
    settle(desk, newest(desk), State.SENT)
    pull(desk, an_item("OPS-1", "Payroll", source="jira", owner="blind", priority=3, status="To Do", fingerprint="2"))
    assert desk.undo_list()[0].summary == f"Gave {J} to Bo Lind: back to the queue; sends the opposite change to jira"
    receipt = desk.undo()
    assert receipt.note == "sends the opposite change to jira" and receipt.sent_to == ("jira",)
    back, sent = desk.outbox(states=["pending", "sent"])
    assert (back.verb, back.value["name"], back.base, back.undoes) == ("assign", "Cy Moss", "blind", sent.id)
    assert desk.row(J).owner == "Cy Moss"  # type: ignore[union-attr]
    desk.redo()
    assert states(desk) == [("assign", "sent"), ("assign", "cancelled")]
    desk.undo()
    assert states(desk) == [("assign", "sent"), ("assign", "cancelled"), ("assign", "pending")]
    back = desk.outbox()[0]
    # The opposite was sent too: redo then sends it again, and so on.
    settle(desk, back.id, State.SENT)
    pull(desk, an_item("OPS-1", "Payroll", source="jira", owner="Cy Moss", priority=3, status="To Do", fingerprint="3"))
    assert desk.redo().sent_to == ("jira",)
    again = desk.outbox()[0]
    assert (again.value["name"], again.base, again.undoes) == ("Bo Lind", "Cy Moss", back.id)
    settle(desk, again.id, State.SENT)
    desk.undo()
    assert states(desk)[-1] == ("assign", "pending") and len(states(desk)) == 5


def test_what_may_be_on_the_wire_is_answered_by_its_opposite(desk: Desk) -> None:
    desk.labels([J], add=["vip"], remove=["night"])
    settle(desk, newest(desk), State.SENDING)
    desk.undo()
    back = desk.outbox()[0]
    assert (back.value, back.base) == ({"add": ["night"], "remove": ["vip"]}, ["vip"])
    desk.redo()
    desk.undo()
    settle(desk, desk.outbox()[-1].id, State.PENDING, doubt=1)
    assert [one.state for one in desk.outbox()] == ["pending", "pending"]


def test_what_came_back_is_cancelled_and_redo_sends_it_again(desk: Desk) -> None:
    desk.priority([J], 1)
    settle(desk, newest(desk), State.CONFLICT, theirs=2)
    assert desk.undo().note == "nothing of it is at jira"
    assert states(desk) == [("priority", "cancelled")]
    assert desk.redo().sent_to == ("jira",)
    (one,) = desk.outbox()
    assert (one.state, one.theirs, one.what) == ("pending", None, "")


def test_a_transition_is_taken_back_to_the_status_and_stage_before(desk: Desk) -> None:
    desk.transition([J], "Done", stage="done")
    settle(desk, newest(desk), State.SENT)
    desk.undo()
    back = desk.outbox()[0]
    assert back.value == {"status": "To Do", "id": "", "fields": {}, "stage": "todo"} and back.base == "Done"


def test_a_comment_is_taken_back_where_that_can_be_done(desk: Desk) -> None:
    desk.comment([J], "Carrier called")
    settle(desk, newest(desk), State.SENT, made="10001")
    assert desk.undo_list()[0].summary.endswith(": out of sight; takes it back at jira")
    desk.undo()
    back = desk.outbox()[0]
    assert (back.verb, back.value, back.undoes) == ("comment", {"text": "Carrier called"}, back.id - 1)
    settle(desk, back.id, State.SENT)
    desk.redo()
    again = desk.outbox()[0]
    assert (again.verb, again.undoes, again.state) == ("comment", None, "pending")


def test_where_nothing_takes_it_back_undo_says_so_and_does_the_rest(tmp_path: Path) -> None:
    desk = fresh(tmp_path, ())
    desk.decline([J], "Not ours")
    settle(desk, newest(desk), State.SENT, made="10001")
    assert desk.undo_list()[0].summary == (f"Declined {J}: back to the queue; cannot be taken back at jira: comments stay")
    receipt = desk.undo()
    assert receipt.note == "cannot be taken back at jira: comments stay" and desk.outbox() == ()
    assert desk.row(J).place == "queue"  # type: ignore[union-attr]
    assert desk.redo().note == "" and desk.outbox() == ()
    desk.create("jira", "New")
    settle(desk, newest(desk), State.SENT, made="OPS-9")
    assert desk.undo().summary == "Left as it is: New at jira: New (cannot be taken back at jira: new items stay)"
    shut(desk)


def test_a_priority_is_set_back_by_the_word_that_the_source_had_for_it(tmp_path: Path) -> None:
    desk = fresh(tmp_path, ALL)
    pull(desk, an_item("OPS-1", "Payroll", source="jira", priority=2, priority_label="Urgent", fingerprint="5"))
    desk.priority([J], 4)
    settle(desk, newest(desk), State.SENT)
    desk.undo()
    assert desk.outbox()[0].value == {"priority": 2, "label": "Urgent"}
    shut(desk)


def test_undo_over_a_restart_knows_what_became_of_it(desk: Desk, tmp_path: Path) -> None:
    desk.priority([J, K], 1)
    settle(desk, desk.outbox()[-1].id, State.SENT)
    again = a_desk(tmp_path)
    said = again.undo_list()[0].summary
    assert said == "Priority of 2 items: critical: cancelled before it is sent to jira, sends the opposite change to jira"
    again.undo()
    assert states(again) == [("priority", "sent"), ("priority", "cancelled"), ("priority", "pending")]
    shut(again)


def test_an_older_action_on_a_field_is_not_taken_back_under_a_later_one(desk: Desk) -> None:
    group = desk.priority([J], 1).group
    settle(desk, newest(desk), State.SENT)
    desk.priority([J], 4)
    with pytest.raises(Refused, match=rf"{J} was changed since \(Priority of {J}: low\)"):
        desk.undo(group)
    assert states(desk) == [("priority", "sent"), ("priority", "pending")]
    other = desk.labels([J], add=["vip"]).group
    desk.drop(newest(desk))
    with pytest.raises(Refused, match="Dropped labels"):
        desk.undo(other)


def test_read_only_takes_back_without_sending(desk: Desk) -> None:
    desk.priority([J], 1)
    settle(desk, newest(desk), State.SENT)
    desk.set_readonly(True)
    desk.undo()
    assert states(desk) == [("priority", "sent"), ("priority", "parked")]


some = st.sampled_from([[J], [J], [J, K], [J, H], [K, J, H]])
FEW: st.SearchStrategy[Callable[[Desk], object]] = st.one_of(
    st.sampled_from([1, 2, 3]).map(lambda n: lambda desk: desk.priority([J], n)),
    st.sampled_from(["Bo Lind", "Cy Moss"]).map(lambda who: lambda desk: desk.assign([J], who)),
)
"""So that one field is set again and again."""
VERBS: st.SearchStrategy[Callable[[Desk], object]] = st.one_of(
    FEW,
    st.tuples(some, st.sampled_from(["Bo Lind", "Cy Moss"])).map(lambda one: lambda desk: desk.assign(*one)),
    st.tuples(some, st.sampled_from([None, 1, 2, 3])).map(lambda one: lambda desk: desk.priority(*one)),
    st.tuples(some, st.sampled_from(["To Do", "Doing"])).map(lambda one: lambda desk: desk.transition(*one, stage="doing")),
    st.tuples(some, st.sampled_from(["2026-12-01", None])).map(lambda one: lambda desk: desk.due(*one)),
    st.tuples(some, st.sets(st.sampled_from("ab")), st.sets(st.sampled_from(["b", "night"]))).map(
        lambda one: lambda desk: desk.labels(*one)
    ),
    some.map(lambda refs: lambda desk: desk.comment(refs, "Carrier called")),
    some.map(lambda refs: lambda desk: desk.decline(refs, "no")),
    st.none().map(lambda _: lambda desk: desk.create("jira", "New")),
    st.booleans().map(lambda on: lambda desk: desk.set_readonly(on)),
)
TURNS: st.SearchStrategy[Callable[[Desk], object]] = st.one_of(
    st.none().map(lambda _: lambda desk: desk.undo()),
    st.none().map(lambda _: lambda desk: desk.undo()),
    st.none().map(lambda _: lambda desk: desk.redo()),
    st.integers(1, 12).map(lambda group: lambda desk: desk.undo(group)),
    st.integers(1, 8).map(lambda id: lambda desk: desk.drop(id)),
)
MOVES: st.SearchStrategy[Callable[[Desk], object]] = st.one_of(
    st.tuples(st.integers(1, 8), st.sampled_from([State.SENT, State.FAILED, State.CONFLICT, State.SENDING])).map(
        lambda one: lambda desk: move_on(desk, *one)
    ),
    st.integers(1, 8).map(lambda id: lambda desk: desk.retry(id)),
    st.integers(1, 8).map(lambda id: lambda desk: desk.mine(id)),
    st.tuples(st.integers(1, 8), st.sampled_from(["Bo Lind", "high"])).map(lambda one: lambda desk: desk.edit(*one)),
    st.none().map(lambda _: lambda desk: desk.release_parked()),
)


def move_on(desk: Desk, id: int, state: State) -> None:
    """As the engine would: only what is pending or on the wire moves."""
    one = desk.outgoing(id)
    if one is not None and one.state in ("pending", "sending"):
        if state is State.SENDING and one.state == "sending":
            settle(desk, id, State.PENDING, doubt=1)
        else:
            settle(desk, id, state, doubt=0)


def run(desk: Desk, steps: list[Callable[[Desk], object]]) -> None:
    for step in steps:
        try:
            step(desk)
        except OpstuiError:
            pass  # a refusal is an answer, and must leave everything as it was


def on_its_way(desk: Desk) -> list[tuple[object, ...]]:
    """What will be sent, item by item and field by field."""
    return sorted(((one.ref, one.verb, one.value, one.base) for one in desk.outbox()), key=str)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(VERBS, TURNS), max_size=12))
def test_before_anything_is_sent_undoing_all_leaves_nothing_and_redoing_all_everything(
    steps: list[Callable[[Desk], object]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = fresh(Path(folder))
        first = everything(desk)
        run(desk, steps)
        desk.set_readonly(False)
        last, out = everything(desk), on_its_way(desk)
        undone = 0
        while desk.undo().group:
            undone += 1
        assert everything(desk) == first
        assert desk.outbox() == ()
        for _ in range(undone):
            assert desk.redo().group
        assert everything(desk) == last
        assert on_its_way(desk) == out
        shut(desk)


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.lists(st.one_of(FEW, TURNS, MOVES), max_size=16), st.lists(st.one_of(VERBS, TURNS, MOVES), max_size=16)))
def test_whatever_the_engine_did_meanwhile_undo_and_redo_have_an_answer(steps: list[Callable[[Desk], object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = fresh(Path(folder))
        run(desk, steps)
        check(desk)
        count = len(desk.undo_list(100))
        while desk.undo().group:
            count -= 1
            check(desk)
        assert count == 0
        # What is left on its way only takes something back.
        for one in desk.outbox():
            if one.state in ("parked", "pending") and not one.doubt:
                assert one.undoes is not None
        while desk.redo().group:
            check(desk)
        shut(desk)


def check(desk: Desk) -> None:
    """What is on its way to a field builds up without a gap; ranks say what is in force."""
    rows = list(reversed(desk.outbox(states=list(State), limit=1000)))
    assert len({one.uid for one in rows}) == len(rows)
    for key in {(one.ref, one.verb) for one in rows if one.verb not in ("comment", "create")}:
        way = [one for one in rows if (one.ref, one.verb) == key and one.state in OPEN]
        for before, after in itertools.pairwise(way):
            wants = wanted(before.verb, before.value, before.base)
            assert same(before.verb, wants, after.base, desk._at.people), (before, after)
    for item in (J, K, H):
        detail = desk.detail(item)
        assert detail is not None
        assert detail.row.outbox == (detail.row.outbox if detail.outgoing else "")
        owners = [one for one in detail.outgoing if one.verb == "assign" and one.state in OPEN]
        if owners:
            to = owners[-1].value
            assert detail.row.owner == (to["name"] if to else None)
    before = everything(desk)
    with store_of(desk).writing() as conn:
        from opstui.store import ranks

        ids = [id for (id,) in conn.execute("SELECT id FROM items").fetchall()]
        ranks.rescore(conn, ids, desk._at.rules, desk.now())
    assert everything(desk) == before


def test_a_thread_that_has_the_comment_shows_it_once_after_undo_and_redo(desk: Desk) -> None:
    desk.comment([J], "Carrier called")
    settle(desk, newest(desk), State.SENT, made="1")
    pull(desk, an_item("OPS-1", "Payroll", source="jira", comments=(Comment("Carrier called"),), fingerprint="2"))
    desk.undo()
    desk.redo()
    detail = desk.detail(J)
    assert detail and (len(detail.comments), len(detail.notes), len(detail.outgoing)) == (1, 0, 0)


def test_undo_of_a_replacement_says_that_the_one_before_goes_out_again(desk: Desk) -> None:
    desk.priority([J], 1)
    desk.priority([J], 2)
    tail = "cancelled before it is sent to jira, what was taken out is on its way to jira again"
    assert desk.undo_list()[0].summary.endswith(f": {tail}") and desk.undo().note == tail
    assert desk.redo().note == "cancelled before it is sent to jira, sent to jira"
    desk.drop(desk.outbox()[0].id)
    assert desk.undo().note == "what was taken out is on its way to jira again"


def test_the_trail_of_an_item_names_an_action_once_and_a_bulk_belongs_to_none(desk: Desk) -> None:
    group = desk.decline([J, K], "Not ours").group
    desk.assign([J], "Bo Lind")
    assert [one.kind for one in desk.audit(J)] == ["assign", "decline"]
    detail = desk.detail(J)
    assert detail and [one.kind for one in detail.actions] == ["assign", "decline"]
    assert [one.ref for one in desk.log(kinds=["action"])] == [J, ""]
    assert desk.refs(group) == (J, K) and desk.refs(group, 1) == (J,)
