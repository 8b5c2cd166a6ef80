"""The journal is append-only, and knows what stands, what was undone, and what can be done again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from opstui.store import journal
from opstui.store.db import Store
from tests.support.build import MORNING, FakeClock, add_item


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "opstui.db", now=FakeClock()) as opened:
        yield opened


def act(store: Store, verb: str, **more: int) -> int:
    line = journal.Line("helpdesk:INC1", None, journal.MARK, None, "{}")
    with store.writing() as conn:
        return journal.write(conn, [line], at=MORNING, who="Ana Ruiz", verb=verb, summary=verb, **more)


def names(groups: list[journal.Group]) -> list[str]:
    return [group.verb for group in groups]


@pytest.mark.parametrize("table", ["journal", "journal_groups"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id + 1"])
def test_nothing_of_the_journal_can_be_changed_or_deleted(store: Store, table: str, statement: str) -> None:
    act(store, "done")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"), store.writing() as conn:
        conn.execute(statement.format(table))
    assert names(journal.can_undo(store.read, 9)) == ["done"]


def test_a_group_comes_back_with_its_lines_in_order(store: Store) -> None:
    with store.writing() as conn:
        item = add_item(conn, "INC1")
        wanted = [journal.Line("helpdesk:INC1", item, journal.MARK, None, "1"), journal.Line("", None, journal.NOTE, "2", None)]
        number = journal.write(conn, wanted, at=MORNING, who="Ana", verb="done", summary="Done with it", why="because")
    assert journal.lines(store.read, number) == wanted
    found = journal.group(store.read, number)
    assert found is not None
    assert (found.at, found.who, found.summary, found.why) == (MORNING, "Ana", "Done with it", "because")


def test_undo_and_redo_walk_the_actions_like_a_stack(store: Store) -> None:
    first, second = act(store, "first"), act(store, "second")
    act(store, "undo", undoes=second)
    assert names(journal.can_undo(store.read, 9)) == ["first"]
    act(store, "undo", undoes=first)
    assert names(journal.can_undo(store.read, 9)) == []
    assert names(journal.can_redo(store.read, 9)) == ["first", "second"]
    act(store, "redo", redoes=first)
    assert names(journal.can_redo(store.read, 9)) == ["second"]
    assert names(journal.can_undo(store.read, 9)) == ["first"]
    act(store, "undo", undoes=first)
    assert names(journal.can_redo(store.read, 9)) == ["first", "second"]


def test_a_new_action_leaves_nothing_to_redo(store: Store) -> None:
    act(store, "undo", undoes=act(store, "first"))
    act(store, "second")
    assert journal.can_redo(store.read, 9) == []
    assert names(journal.can_undo(store.read, 9)) == ["second"]


def test_what_cannot_be_undone_is_not_offered_and_does_not_end_redo(store: Store) -> None:
    act(store, "undo", undoes=act(store, "first"))
    with store.writing() as conn:
        journal.write(conn, [], at=MORNING, who="Ana", verb="import", summary="import", undoable=False)
    assert journal.can_undo(store.read, 9) == []
    assert names(journal.can_redo(store.read, 9)) == ["first"]


def test_the_later_action_on_an_item_is_found(store: Store) -> None:
    with store.writing() as conn:
        item = add_item(conn, "INC1")
        line = journal.Line("helpdesk:INC1", item, journal.MARK, None, "{}")
        first = journal.write(conn, [line], at=MORNING, who="Ana", verb="first", summary="first")
        second = journal.write(conn, [line], at=MORNING, who="Ana", verb="second", summary="second")
    found = journal.later(store.read, first, "helpdesk:INC1")
    assert found is not None and found.id == second
    assert journal.later(store.read, second, "helpdesk:INC1") is None
