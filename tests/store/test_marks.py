"""Marks come back exactly as they were written, from the table and from the journal's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opstui.domain.model import NO_MARK, Mark, Stage, Verdict
from opstui.store import marks
from opstui.store.db import Store
from opstui.store.rows import SLICE
from tests.support.build import MORNING, FakeClock, add_item

TIMES = st.none() | st.integers(1, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
MARKS = st.builds(
    Mark,
    verdict=st.none() | st.sampled_from(Verdict),
    at=TIMES,
    who=st.none() | st.text(),
    until=TIMES,
    reason=st.text(),
    target=st.text(),
    owner=st.none() | st.text(),
    priority=st.none() | st.integers(1, 5),
    stage=st.none() | st.sampled_from(Stage),
    for_block=st.booleans(),
    basis=st.text(),
    staged=TIMES,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "opstui.db", now=FakeClock()) as opened:
        yield opened


@given(MARKS)
def test_a_mark_survives_the_journals_json(mark: Mark) -> None:
    again = marks.parse(marks.dump(mark))
    assert marks.dump(again) == marks.dump(mark)
    # An empty name and no name mean the same to a person; everything else comes back to the letter.
    assert again == Mark(**{name: getattr(mark, name) or getattr(NO_MARK, name) for name in Mark.__slots__})


def test_saved_marks_are_read_back_equal(store: Store) -> None:
    mark = Mark(Verdict.SNOOZE, MORNING, "Ana Ruiz", MORNING, "later", "x", "Bo", 2, Stage.DOING, True, "f1", MORNING)
    with store.writing() as conn:
        one, two = add_item(conn, "INC1"), add_item(conn, "INC2")
        marks.save(conn, {one: mark, two: Mark(priority=1)})
    assert marks.load_many(store.read, [one, two, 99]) == {one: mark, two: Mark(priority=1)}
    assert marks.load(store.read, one) == mark


def test_no_mark_leaves_no_row(store: Store) -> None:
    with store.writing() as conn:
        one = add_item(conn, "INC1")
        marks.save(conn, {one: Mark(priority=1)})
        marks.save(conn, {one: NO_MARK})
    assert store.read.execute("SELECT count(*) FROM marks").fetchone()[0] == 0
    assert marks.load(store.read, one) == NO_MARK


def test_more_marks_than_one_statement_takes_are_loaded(store: Store) -> None:
    with store.writing() as conn:
        ids = [add_item(conn, f"INC{n}") for n in range(SLICE + 7)]
        marks.save(conn, {id: Mark(priority=3) for id in ids})
    assert len(marks.load_many(store.read, ids)) == len(ids)
