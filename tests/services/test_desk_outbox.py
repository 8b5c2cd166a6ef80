"""What is decided at the desk on its way to the trackers: what goes, what stays, what is in force meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from opstui.domain.model import Comment, Place, Stage
from opstui.domain.outbox import State
from opstui.errors import Refused, UsageError
from opstui.services.desk import Desk
from opstui.store import outbox
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull, shut, store_of
from tests.support.outbox import can, settle

J, K, H = "jira:OPS-1", "jira:OPS-2", "helpdesk:INC1"
ALL = ("comment", "assign", "transition", "priority", "due", "labels", "create")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Iterator[Desk]:
    opened = a_desk(tmp_path, clock)
    pull(
        opened,
        an_item("OPS-1", "Payroll", source="jira", owner="Cy Moss", priority=3, labels=("night",), status="To Do"),
        an_item("OPS-2", "Badges", source="jira", status="To Do"),
        an_item("INC1", "Scanner"),
    )
    can(opened, "jira", ALL)
    yield opened
    shut(opened)


def test_an_owner_goes_to_the_tracker_and_is_in_force_here_at_once(desk: Desk) -> None:
    receipt = desk.assign([J], "BLIND")
    (one,) = desk.outbox()
    assert (one.ref, one.verb, one.value["name"], one.base) == (J, "assign", "Bo Lind", "Cy Moss")
    assert (one.state, one.due, one.who, one.group) == ("pending", MORNING + timedelta(seconds=8), "Ana Ruiz", receipt.group)
    row, detail = desk.row(J), desk.detail(J)
    assert row and detail
    assert (row.place, row.owner, row.target, row.outbox) == (Place.ASSIGNED, "Bo Lind", "Bo Lind", "pending")
    assert detail.mark.owner is None and detail.item.owner == "Cy Moss" and detail.outgoing == (one,)
    assert (receipt.sent_to, receipt.outgoing, receipt.note) == (("jira",), (one.id,), "for jira, sent at 08:05:08")


def test_what_came_back_shows_what_the_source_says(desk: Desk) -> None:
    desk.priority([J], 1)
    assert desk.row(J).priority == 1  # type: ignore[union-attr]
    settle(desk, desk.outbox()[0].id, State.FAILED)
    row = desk.row(J)
    assert row and (row.priority, row.outbox) == (3, "failed")


def test_a_bulk_goes_where_it_can_and_says_what_stays_here(desk: Desk) -> None:
    receipt = desk.assign([J, H, K], "Bo Lind")
    assert receipt.refs == (J, H, K) and receipt.sent_to == ("jira",)
    assert receipt.local == (("helpdesk", "helpdesk (csv) takes no owner"),)
    assert receipt.note == "for jira, sent at 08:05:08; kept here: helpdesk (csv) takes no owner"
    assert {one.ref for one in desk.outbox()} == {J, K}
    assert {one.owner for one in desk.rows([J, H, K])} == {"Bo Lind"}
    assert desk.detail(H).mark.owner == "Bo Lind"  # type: ignore[union-attr]
    assert desk.undo().refs == (J, H, K)
    assert desk.outbox() == () and [one.owner for one in desk.rows([J, H])] == ["Cy Moss", None]


def test_a_source_that_was_never_read_takes_nothing_yet(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item("INC1"))
    with store_of(desk).writing() as conn:
        conn.execute("DELETE FROM sources")
    assert desk.assign([H], "Bo Lind").note == "kept here: helpdesk (csv) was not read yet"
    shut(desk)


def test_the_same_field_again_while_it_is_held_is_one_change(desk: Desk) -> None:
    desk.priority([J], 1)
    desk.priority([J], 2)
    (one,) = desk.outbox()
    assert (one.value["priority"], one.base) == (2, 3)
    assert desk.row(J).priority == 2  # type: ignore[union-attr]
    assert desk.priority([J], 2).refused == ((J, "its priority is high already"),)
    desk.undo()
    assert [one.value["priority"] for one in desk.outbox()] == [1]
    desk.undo()
    assert desk.outbox() == () and desk.row(J).priority == 3  # type: ignore[union-attr]


def test_back_to_what_the_source_says_sends_nothing(desk: Desk) -> None:
    desk.priority([J], 1)
    receipt = desk.priority([J], 3)
    assert receipt.group and desk.outbox() == ()
    desk.undo()
    assert [one.value["priority"] for one in desk.outbox()] == [1]
    desk.priority([J], None)
    assert desk.outbox() == ()
    assert desk.priority([J], 3).refused == ((J, "its priority is medium already"),)


def test_a_change_on_the_wire_is_not_replaced_but_followed(desk: Desk) -> None:
    desk.priority([J], 1)
    settle(desk, desk.outbox()[0].id, State.SENDING)
    desk.priority([J], 2)
    second, first = desk.outbox()
    assert (first.state, second.state, second.base) == ("sending", "pending", 1)
    # The first fails; what follows it then follows what stands.
    settle(desk, first.id, State.FAILED)
    desk.drop(first.id)
    assert desk.outgoing(second.id).base == 3  # type: ignore[union-attr]


def test_labels_add_up_while_they_are_held(desk: Desk) -> None:
    desk.labels([J], add=["vip"])
    desk.labels([J], add=["dock", "VIP"], remove=["Night"])
    (one,) = desk.outbox()
    assert (one.value, one.base) == ({"add": ["dock", "vip"], "remove": ["night"]}, ["night"])
    desk.labels([J], add=["night"], remove=["dock", "vip"])
    assert desk.outbox() == ()
    assert desk.labels([H], add=["x"]).refused == ((H, "helpdesk takes no label, and none is kept here"),)
    with pytest.raises(UsageError):
        desk.labels([J])


def test_a_transition_moves_the_stage_meanwhile(desk: Desk) -> None:
    receipt = desk.transition([J, H], "In Progress", "21", {"resolution": "none"}, "doing")
    assert receipt.refs == (J, H) and receipt.summary == "Moved 2 items to In Progress"
    assert [one.stage for one in desk.rows([J, H])] == [Stage.DOING, Stage.DOING]
    (one,) = desk.outbox()
    assert one.value == {"status": "In Progress", "id": "21", "fields": {"resolution": "none"}, "stage": "doing"}
    assert (one.base, desk.detail(H).mark.stage) == ("To Do", Stage.DOING)  # type: ignore[union-attr]
    refused = desk.transition([H], "Closed").refused
    assert refused == ((H, "helpdesk has no transitions; its stage can be set here"),)


def test_a_move_that_is_held_can_be_given_what_it_asks_for(desk: Desk) -> None:
    desk.transition([J], "Done", stage="done")
    assert desk.transition([J], "Done", stage="done").refused == ((J, "its status is Done already"),)
    desk.transition([J], "Done", fields={"resolution": "Duplicate"}, stage="done")
    (change,) = desk.outbox()
    assert change.value["fields"] == {"resolution": "Duplicate"}


def test_a_due_date_is_a_day_at_the_source_or_nothing(desk: Desk) -> None:
    desk.due([J], "mon 9")
    assert desk.outbox()[0].value == "2026-11-23"
    desk.due([J], None)
    assert desk.outbox() == ()
    desk.due([J], "2026-11-01")
    assert desk.outbox()[0].value == "2026-11-01"
    assert desk.due([H], "mon").refused == ((H, "helpdesk takes no due date, and none is kept here"),)
    with pytest.raises(UsageError):
        desk.due([J], "whenever")


def test_a_decline_sends_word_when_there_is_somebody_to_tell(desk: Desk) -> None:
    receipt = desk.decline([J, H], "Not ours")
    (one,) = desk.outbox()
    assert (one.verb, one.value) == ("comment", {"text": "Declined: Not ours (Ana Ruiz)"})
    assert receipt.note.endswith("kept here: helpdesk (csv) takes no comments")
    desk.decline([K], tell=False)
    assert len(desk.outbox()) == 1
    desk.undo()
    desk.undo()
    assert desk.outbox() == () and desk.row(J).place is Place.QUEUE  # type: ignore[union-attr]


def test_whether_a_decline_sends_word_is_a_setting_and_can_be_said_each_time(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, outbox={"tell_reporter": False, "hold": "0s"})
    pull(desk, an_item("OPS-1", source="jira"), an_item("OPS-2", source="jira"))
    can(desk, "jira", ALL)
    assert desk.decline([J], "no").note == "" and desk.outbox() == ()
    assert desk.decline([K], "no", tell=True).note == "for jira"
    assert len(desk.outbox()) == 1
    shut(desk)


def test_a_comment_is_shown_once_wherever_it_is(desk: Desk) -> None:
    desk.comment([J, H], "Carrier called")
    there, here = desk.detail(J), desk.detail(H)
    assert there and here
    assert (len(there.notes), len(there.outgoing)) == (0, 1) and len(here.notes) == 1
    assert len(desk.log(kinds=["comment"])) == 2
    pull(desk, an_item("OPS-1", source="jira", comments=(Comment("Carrier called"),), fingerprint="2"))
    settle(desk, there.outgoing[0].id, State.SENT)
    there = desk.detail(J)
    assert there and (len(there.notes), len(there.outgoing), len(there.comments)) == (0, 0, 1)


def test_a_comment_that_was_given_up_is_kept_here(desk: Desk) -> None:
    desk.comment([J], "Carrier called")
    settle(desk, desk.outbox()[0].id, State.FAILED)
    desk.drop(desk.outbox()[0].id)
    detail = desk.detail(J)
    assert detail and [one.text for one in detail.notes] == ["Carrier called"]


def test_a_new_item_is_made_at_a_source_that_takes_one(desk: Desk) -> None:
    receipt = desk.create("jira", "Buy label rolls", "Two boxes", {"project": "OPS"})
    (one,) = desk.outbox()
    assert (one.id, one.ref, one.verb, receipt.id) == (receipt.id, "", "create", one.id)
    assert one.value == {"title": "Buy label rolls", "body": "Two boxes", "fields": {"project": "OPS"}}
    with pytest.raises(Refused, match="takes no new items"):
        desk.create("helpdesk", "x")
    with pytest.raises(UsageError, match="No source"):
        desk.create("nope", "x")
    desk.undo()
    assert desk.outbox() == ()


def test_read_only_parks_what_is_done_until_it_is_released_or_dropped(desk: Desk) -> None:
    assert not desk.readonly()
    desk.set_readonly(True)
    receipt = desk.assign([J, K], "Bo Lind")
    assert desk.readonly() and receipt.note == "kept in the outbox for jira: read-only"
    assert {one.state for one in desk.outbox()} == {"parked"} and desk.row(J).owner == "Bo Lind"  # type: ignore[union-attr]
    desk.set_readonly(False)
    first, second = sorted(one.id for one in desk.outbox())
    assert desk.release_parked([first]).outgoing == (first,)
    assert desk.outgoing(first).state == "pending"  # type: ignore[union-attr]
    desk.drop_parked()
    assert desk.outgoing(second).state == "cancelled"  # type: ignore[union-attr]
    assert desk.row(K).owner is None  # type: ignore[union-attr]
    assert desk.release_parked().group == 0
    desk.undo()
    assert [(one.ref, one.state) for one in desk.outbox()] == [(K, "pending"), (J, "pending")]


def test_a_program_started_read_only_stays_so(tmp_path: Path) -> None:
    opened = a_desk(tmp_path)
    desk = Desk(store_of(opened), opened._at.settings, now=opened.now, readonly=True)
    assert desk.readonly()
    with pytest.raises(Refused, match="--readonly"):
        desk.set_readonly(False)
    assert not opened.readonly()
    shut(opened)


def test_the_switch_wins_over_the_config(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, outbox={"readonly": True})
    assert desk.readonly()
    desk.set_readonly(False)
    assert not desk.readonly()
    shut(desk)


def test_the_three_ways_out_of_a_conflict(desk: Desk) -> None:
    for ref in (J, K):
        desk.priority([ref], 1)
        settle(desk, desk.outbox()[0].id, State.CONFLICT, theirs=2)
    second, first = (one.id for one in desk.outbox())
    assert desk.rows([J])[0].outbox == "conflict"
    desk.mine(first)
    mine = desk.outgoing(first)
    assert mine and (mine.state, mine.base, mine.theirs) == ("pending", 2, None)
    with pytest.raises(Refused, match="Drop it, or wait"):
        desk.mine(first)
    receipt = desk.edit(second, "low")
    edited = desk.outgoing(receipt.id)
    assert edited and (edited.value["priority"], edited.base, edited.state) == (4, 2, "pending")
    assert desk.outgoing(second).state == "cancelled"  # type: ignore[union-attr]
    settle(desk, edited.id, State.CONFLICT, theirs=5)
    desk.drop(edited.id)
    assert desk.outgoing(edited.id).state == "cancelled"  # type: ignore[union-attr]
    assert "dropped" in desk.outgoing(edited.id).why  # type: ignore[union-attr]


def test_a_failed_change_is_sent_again_and_its_item_in_the_queue_is_closed(desk: Desk) -> None:
    from opstui.services import own

    desk.priority([J], 1)
    id = desk.outbox()[0].id
    settle(desk, id, State.FAILED, what="jira: no", raised=True)
    assert desk.row(f"opstui:{own.write_key(id)}").place is Place.QUEUE  # type: ignore[union-attr]
    desk.retry(id)
    again = desk.outgoing(id)
    assert again and (again.state, again.what) == ("pending", "") and desk.row(J).priority == 1  # type: ignore[union-attr]
    assert desk.row(f"opstui:{own.write_key(id)}").place is Place.CLOSED  # type: ignore[union-attr]
    assert [one.name for one in desk.sources()] == ["helpdesk", "jira"]
    with pytest.raises(Refused, match="no change 99"):
        desk.retry(99)


def test_a_comment_that_failed_can_be_worded_anew(desk: Desk) -> None:
    desk.comment([J], "Carrier caled")
    id = desk.outbox()[0].id
    settle(desk, id, State.FAILED)
    desk.edit(id, "Carrier called")
    assert [one.value for one in desk.outbox()] == [{"text": "Carrier called"}]
    assert [one.text for one in desk.log(kinds=["comment"])] == ["Carrier called"]
    desk.undo()
    assert [one.value for one in desk.outbox()] == [{"text": "Carrier caled"}]
    assert [one.text for one in desk.log(kinds=["comment"])] == ["Carrier caled"]


def test_a_later_change_takes_the_place_of_one_that_came_back(desk: Desk) -> None:
    desk.priority([J], 1)
    first = desk.outbox()[0].id
    settle(desk, first, State.CONFLICT, theirs=2)
    desk.priority([J], 4)
    (one,) = desk.outbox()
    assert (one.value["priority"], one.base) == (4, 2)
    desk.priority([J], 2)
    assert desk.outbox() == ()


def test_counts_verbs_and_moves_are_what_the_store_has(desk: Desk) -> None:
    assert desk.verbs("jira") == set(ALL) and desk.verbs("helpdesk") == set() and desk.verbs("nope") == set()
    assert desk.outbox_counts() == {}
    desk.priority([J, K], 1)
    settle(desk, desk.outbox()[0].id, State.FAILED)
    assert desk.outbox_counts() == {"jira": {"pending": 1, "failed": 1}}
    assert [one.state for one in desk.outbox(states=["failed"])] == ["failed"] and len(desk.outbox(limit=1)) == 1
    assert desk.moves(J) is None and desk.moves("jira:NONE") is None
    stored = '[{"id":"21","title":"Start","status":"In Progress","stage":"doing","fields":[{"name":"r","title":"R",'
    stored += '"required":true,"choices":["a"]}]}]'
    with store_of(desk).writing() as conn:
        sql = "INSERT INTO moves SELECT id, status, 0, ? FROM items WHERE key = 'OPS-1'"
        conn.execute(sql, (stored,))
    (move,) = desk.moves(J) or ()
    assert (move.id, move.status, move.fields[0].name, move.fields[0].choices) == ("21", "In Progress", "r", ("a",))
    pull(desk, an_item("OPS-1", source="jira", status="Done", fingerprint="2"))
    assert desk.moves(J) is None


def test_a_preview_says_where_it_goes(desk: Desk) -> None:
    seen = desk.preview("assign", [J, H], who="Bo Lind")
    assert (seen.sent_to, seen.local[0][0]) == (("jira",), "helpdesk")
    assert desk.preview("transition", [J], status="Done").sent_to == ("jira",)
    assert desk.preview("labels", [J], add=["x"]).refs == (J,)
    assert desk.preview("due", [H], when="mon").refused
    assert desk.outbox() == ()


def test_a_window_asks_no_more_questions_for_the_outbox(desk: Desk) -> None:
    from opstui.domain.views import View

    asked: list[str] = []
    read = store_of(desk).read
    read.set_trace_callback(asked.append)
    desk.window(View())
    empty, asked[:] = len(asked), []
    read.set_trace_callback(None)
    desk.priority([J], 1)
    desk.window(View())
    read.set_trace_callback(asked.append)
    desk.window(View())
    read.set_trace_callback(None)
    assert len(asked) == empty
    plan = " ".join(
        str(row)
        for row in read.execute(
            "EXPLAIN QUERY PLAN SELECT group_concat(o.state) FROM outbox o WHERE o.item = 1 "
            "AND o.state IN ('parked', 'pending', 'sending', 'failed', 'conflict')"
        ).fetchall()
    )
    assert "USING INDEX outbox_open" in plan


def test_everything_of_one_action_is_in_one_transaction(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **more: object) -> int:
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr(outbox, "add", broken)
    with pytest.raises(RuntimeError):
        desk.assign([J], "Bo Lind")
    assert desk.row(J).owner == "Cy Moss" and desk.undo_list() == () and desk.outbox() == ()  # type: ignore[union-attr]


def test_withdrawing_a_comment_keeps_it_from_its_source_or_takes_it_back_there(desk: Desk) -> None:
    note = desk.comment([J], "Carrier called").id
    assert desk.withdraw("comment", note).summary.endswith("(cancelled before it is sent to jira)")
    assert desk.outbox() == ()
    desk.undo()
    assert [one.verb for one in desk.outbox()] == ["comment"]
    settle(desk, desk.outbox()[0].id, State.SENT, made="1")
    said = desk.withdraw("comment", note).summary
    assert said.endswith("(cannot be taken back at jira: comments stay)") and desk.outbox() == ()
    here = desk.comment([H], "Carrier called").id
    assert desk.withdraw("comment", here).summary == "Withdrew a comment: Carrier called"


def test_nothing_waits_for_a_source_that_was_forgotten(desk: Desk, tmp_path: Path) -> None:
    desk.priority([J, K], 1)
    settle(desk, desk.outbox()[0].id, State.FAILED, raised=True)
    other = a_desk(tmp_path, sources=[{"name": "helpdesk", "connector": "csv"}])
    other.forget_source("jira")
    assert other.outbox() == ()
    assert [one.name for one in other.sources()] == ["helpdesk"]
    shut(other)


def test_thousands_at_once_are_one_action_and_one_undo(desk: Desk) -> None:
    pull(desk, *(an_item(f"T{n}", f"Thing {n}", source="jira") for n in range(1000)))
    refs = [f"jira:T{n}" for n in range(1000)]
    assert len(desk.assign(refs, "Bo Lind").outgoing) == 1000
    assert desk.undo_list()[0].summary.endswith("; cancelled before it is sent to jira")
    assert len(desk.undo().refs) == 1000 and desk.outbox_counts() == {}


def test_what_may_have_arrived_is_not_sent_again_by_hand(desk: Desk) -> None:
    desk.comment([J], "Carrier called")
    id = desk.outbox()[0].id
    settle(desk, id, State.SENDING)
    with pytest.raises(Refused, match="Wait until its source has answered"):
        desk.drop(id)
    later = desk.now() + timedelta(minutes=1)
    settle(desk, id, State.PENDING, doubt=1, due=later)
    with pytest.raises(Refused, match="nobody knows whether it arrived"):
        desk.retry(id)
    assert desk.outgoing(id).due == later  # type: ignore[union-attr]
    desk.drop(id)
    assert "may have arrived" in desk.outgoing(id).why  # type: ignore[union-attr]


def test_while_an_owner_is_on_its_way_what_its_source_says_is_no_news(desk: Desk, clock: FakeClock) -> None:
    desk.assign([J], "Bo Lind")
    (one,) = desk.outbox()
    clock.forward(minutes=1)
    pull(desk, an_item("OPS-1", "Payroll", source="jira", owner="Dee Okafor", status="To Do", fingerprint="OPS-1-2"))
    row = desk.row(J)
    assert row and (row.place, row.owner) == (Place.ASSIGNED, "Bo Lind")
    settle(desk, one.id, State.CONFLICT, theirs="Dee Okafor")
    row = desk.row(J)
    assert row and (row.place, row.owner) == (Place.QUEUE, "Dee Okafor")


def test_an_owner_that_is_given_up_leaves_no_verdict_which_names_it(desk: Desk) -> None:
    desk.assign([J], "Bo Lind")
    (one,) = desk.outbox()
    settle(desk, one.id, State.CONFLICT, theirs="Dee Okafor")
    desk.drop(one.id)
    row = desk.row(J)
    assert row and (row.place, row.target) == (Place.QUEUE, "")
    desk.undo()
    row = desk.row(J)
    assert row and (row.place, row.target) == (Place.ASSIGNED, "Bo Lind")


def test_another_owner_in_the_place_of_one_that_came_back_is_the_one_that_the_verdict_names(desk: Desk) -> None:
    desk.assign([J], "Bo Lind")
    (one,) = desk.outbox()
    settle(desk, one.id, State.CONFLICT, theirs="Cy Moss")
    desk.edit(one.id, "Ana Ruiz")
    row = desk.row(J)
    assert row and (row.place, row.target, row.owner) == (Place.ASSIGNED, "Ana Ruiz", "Ana Ruiz")


def test_what_was_sent_today_is_found_without_a_look_at_all_that_ever_was(desk: Desk) -> None:
    asked: list[str] = []
    read = store_of(desk).read
    desk.sent_today(), desk.detail(J)  # what is made when first asked for is made
    read.set_trace_callback(asked.append)
    try:
        assert desk.sent_today() == 0 and desk.detail(J) is not None
    finally:
        read.set_trace_callback(None)
    asked = [sql for sql in asked if "FROM outbox" in sql and "'sent'" in sql]
    assert len(asked) == 2
    plans = [row[3] for sql in asked for row in read.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert not [plan for plan in plans if plan.startswith("SCAN outbox")], plans
