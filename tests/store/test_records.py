"""Records of every kind: written whole, found by what they are, and told apart from what is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opstui.domain.parking import Outcome, Topic
from opstui.store import records
from opstui.store.db import Store
from opstui.store.records import Kept
from tests.support.build import MORNING


def a_topic(text: str = "Forklift rental", hours: float = 0, **more: object) -> Kept[Topic]:
    at = MORNING + timedelta(hours=hours)
    return records.new("topic", Topic(text, ("Bo Lind",), 5), at, "Ana Ruiz", **more)


def test_what_was_saved_is_what_is_loaded(store: Store) -> None:
    kept = a_topic(name="2026-11-20", ref="helpdesk:INC1", due=MORNING + timedelta(days=1))
    with store.writing() as conn:
        records.save(conn, kept)
    assert records.load(store.read, kept.uid) == kept


def test_a_record_is_replaced_under_its_uid(store: Store) -> None:
    kept = a_topic()
    over = kept.now(Topic("Forklift rental", outcome=Outcome.TALKED), open=False)
    with store.writing() as conn:
        records.save(conn, kept)
        records.save(conn, over)
    assert records.find(store.read, "topic") == [over]


def test_records_are_found_by_being_open_by_name_by_item_and_by_time_youngest_first(store: Store) -> None:
    old, over, named = a_topic("a", -48), a_topic("b", -2, open=False, ref="jira:1"), a_topic("c", name="friday")
    with store.writing() as conn:
        for one in (old, over, named):
            records.save(conn, one)
    found = lambda **by: [one.what.text for one in records.find(store.read, "topic", **by)]  # noqa: E731
    assert found() == ["c", "b", "a"]
    assert found(open=True) == ["c", "a"]
    assert found(open=False) == found(ref="jira:1") == ["b"]
    assert found(name="friday") == ["c"]
    assert found(since=MORNING - timedelta(hours=2)) == ["c", "b"]
    assert found(limit=1) == ["c"]


def test_what_is_due_is_open_and_its_time_has_come(store: Store) -> None:
    kept = [a_topic(str(hours), due=MORNING + timedelta(hours=hours)) for hours in (1, -1, -3)]
    with store.writing() as conn:
        for one in [*kept, a_topic("over", open=False, due=MORNING), a_topic("no time")]:
            records.save(conn, one)
    assert [one.what.text for one in records.due(store.read, MORNING)] == ["-3", "-1"]


def test_a_journal_line_holds_all_of_a_record(store: Store) -> None:
    kept = a_topic(ref="helpdesk:INC1")
    text = records.dump(kept)
    assert text is not None and records.parse(text) == kept
    assert records.dump(None) is None


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        ("topic", {}, "text"),
        ("topic", {"text": 7}, "str"),
        ("topic", {"text": "a", "outcome": "lost"}, "lost"),
        ("topic", ["a"], "array"),
        ("tropic", {"text": "a"}, "no kind of record"),
    ],
)
def test_what_is_none_of_its_kind_is_refused_with_what_is_wrong(kind: str, data: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        records.decode(kind, data)


def test_every_kind_has_a_class_that_can_say_itself_in_a_line() -> None:
    for kind in records.KINDS:
        assert isinstance(records.type_of(kind).summary, property), kind
