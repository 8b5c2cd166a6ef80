"""Undo and redo: exact, whatever was done before, and refused in words when a later action is in the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opstui.domain.model import Kind
from opstui.errors import OpstuiError, Refused
from opstui.services.desk import Desk
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, everything, pull, shut, store_of

REFS = [f"helpdesk:INC{n}" for n in range(1, 6)]
A, B = REFS[:2]
THINGS = [
    an_item("INC1", "Scanner rejects labels", blocks=("INC2",)),
    an_item("INC2", "Payroll failed"),
    *(an_item(f"INC{n}", "Disk full on db1", kind=Kind.ALERT, priority=n - 2) for n in (3, 4, 5)),
]
"""Two that hang together and three that fold into one line, so that ranks of others move too."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = a_desk(tmp_path)
    pull(opened, *THINGS)
    yield opened
    shut(opened)


some = st.lists(st.sampled_from(REFS), min_size=1, max_size=3)
one = st.sampled_from(REFS)
ACTIONS: st.SearchStrategy[Callable[[Desk], object]] = st.one_of(
    some.map(lambda refs: lambda desk: desk.accept(refs)),
    some.map(lambda refs: lambda desk: desk.done(refs)),
    some.map(lambda refs: lambda desk: desk.decline(refs, "no")),
    some.map(lambda refs: lambda desk: desk.snooze(refs, "2h")),
    some.map(lambda refs: lambda desk: desk.assign(refs, "Bo Lind")),
    some.map(lambda refs: lambda desk: desk.wait(refs, "Cy Moss", "1d")),
    some.map(lambda refs: lambda desk: desk.for_block(refs)),
    some.map(lambda refs: lambda desk: desk.release(refs)),
    some.map(lambda refs: lambda desk: desk.stage(refs, "done")),
    st.tuples(some, one).map(lambda pair: lambda desk: desk.merge(*pair)),
    st.tuples(some, st.sampled_from([None, 1, 5])).map(lambda pair: lambda desk: desk.priority(*pair)),
    one.map(lambda ref: lambda desk: desk.note("seen", ref)),
    st.integers(1, 6).map(lambda id: lambda desk: desk.withdraw("note", id)),
    st.none().map(lambda _: lambda desk: desk.decide("do it")),
    st.integers(1, 6).map(lambda id: lambda desk: desk.decide("do it otherwise", supersedes=id)),
    st.integers(1, 6).map(lambda id: lambda desk: desk.withdraw("decision", id)),
    st.none().map(lambda _: lambda desk: desk.undo()),
    st.none().map(lambda _: lambda desk: desk.redo()),
    st.integers(1, 12).map(lambda group: lambda desk: desk.undo(group)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIONS, max_size=14))
def test_undoing_everything_gives_the_first_state_and_redoing_everything_the_last(
    actions: list[Callable[[Desk], object]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = a_desk(Path(folder))
        pull(desk, *THINGS)
        first = everything(desk)
        for act in actions:
            try:
                act(desk)
            except OpstuiError:
                pass  # a refusal is an answer, and must leave everything as it was
        last, stands = everything(desk), [one.group for one in desk.undo_list(100)]
        undone = 0
        while desk.undo().group:
            undone += 1
        assert undone == len(stands)
        assert everything(desk) == first
        for _ in range(undone):
            assert desk.redo().group
        assert everything(desk) == last
        assert [one.group for one in desk.undo_list(100)] == stands
        shut(desk)


def test_nothing_to_undo_or_redo_is_no_error(desk: Desk) -> None:
    assert desk.undo().group == 0 and desk.redo().group == 0
    desk.done([A])
    assert desk.redo().group == 0


def test_undo_and_redo_survive_a_restart(desk: Desk, tmp_path: Path) -> None:
    desk.done([A])
    done = everything(desk)
    desk.undo()
    again = a_desk(tmp_path)
    assert again.redo().refs == (A,)
    assert everything(again) == done
    shut(again)


def test_an_older_action_is_taken_back_alone_when_nothing_else_touched_it(desk: Desk) -> None:
    group = desk.done([A]).group
    desk.done([B])
    assert desk.undo(group).refs == (A,)
    assert [one.refs for one in desk.undo_list()] == [(B,)]


def test_an_older_action_is_not_taken_back_under_a_later_one(desk: Desk) -> None:
    group = desk.accept([A, B]).group
    desk.done([A])
    state = everything(desk)
    with pytest.raises(Refused, match=rf"{A} was changed since \(Done with {A}\)"):
        desk.undo(group)
    assert everything(desk) == state
    desk.undo()
    assert desk.undo(group).refs == (A, B)


def test_a_later_action_is_in_the_way_also_when_it_left_the_same_again(desk: Desk) -> None:
    group = desk.done([A]).group
    desk.accept([A])
    desk.done([A])
    with pytest.raises(Refused, match=rf"{A} was changed since \(Done with {A}\)"):
        desk.undo(group)


@pytest.mark.parametrize("group", [0, 99])
def test_undoing_what_is_no_action_is_refused(desk: Desk, group: int) -> None:
    with pytest.raises(Refused):
        desk.undo(group)


def test_undoing_the_same_twice_is_refused(desk: Desk) -> None:
    group = desk.done([A]).group
    number = desk.undo(group).group
    for wrong in (group, number):
        with pytest.raises(Refused):
            desk.undo(wrong)


def test_the_list_tells_what_each_undo_brings_back(desk: Desk) -> None:
    desk.snooze([A], "2h")
    desk.done([A, B])
    desk.note("looked at it", A)
    desk.priority([B], 1)
    said = [one.summary for one in desk.undo_list()]
    assert said == [
        f"Priority of {B}: critical: as before",
        f"Note on {A}: looked at it: out of sight",
        "Done with 2 items: 1 back to snoozed until Fri 20 Nov 10:05, 1 back to the queue",
        f"Snoozed {A} until Fri 20 Nov 10:05: back to the queue",
    ]


def test_an_undo_is_itself_in_the_journal_with_who_and_what(desk: Desk) -> None:
    desk.decline([A], "Not ours")
    desk.undo()
    trail = desk.audit(A)
    assert [(one.kind, one.who, one.text) for one in trail] == [
        ("undo", "Ana Ruiz", f"Undid: Declined {A}: Not ours"),
        ("decline", "Ana Ruiz", f"Declined {A}: Not ours"),
    ]


def test_undo_after_the_source_changed_the_item_gives_back_the_mark_and_leaves_the_source_alone(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    pull(desk, an_item("INC1", status="Open"))
    desk.assign([A], "Bo Lind")
    clock.forward(minutes=5)
    pull(desk, an_item("INC1", status="In Progress", fingerprint="INC1-2"))
    desk.undo()
    detail = desk.detail(A)
    assert detail is not None and detail.item.status == "In Progress"
    assert store_of(desk).read.execute("SELECT count(*) FROM marks").fetchone()[0] == 0
    shut(desk)


def test_a_bulk_of_thousands_is_one_undo(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    pull(desk, *(an_item(f"INC{n}", f"Thing {n}") for n in range(2000)))
    refs = [f"helpdesk:INC{n}" for n in range(2000)]
    first = everything(desk)
    assert len(desk.done(refs).refs) == 2000
    assert desk.undo_list()[0].summary == "Done with 2000 items: all of them back to where they were"
    assert len(desk.undo().refs) == 2000
    assert everything(desk) == first
    shut(desk)
