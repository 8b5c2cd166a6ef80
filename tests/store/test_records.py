"""Records of every kind: written whole, found by what they are, and told apart from what is none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from opstui.domain.parking import Outcome, Topic
from opstui.domain.rounds import Round
from opstui.domain.standup import Standup
from opstui.domain.waiting import Nudge, Wait
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


def test_what_is_about_an_item_is_found_by_the_index_of_items(store: Store) -> None:
    with store.writing() as conn:
        for one in (a_topic("a", ref="jira:1"), a_topic("b", 1, ref="jira:1"), a_topic("c", ref="jira:2", open=False)):
            records.save(conn, one)
    seen: list[str] = []
    store.read.set_trace_callback(seen.append)
    records.find(store.read, "topic", ref="jira:1", open=True)
    found = records.standing(store.read, "topic", ["jira:1", "jira:2", "jira:3"])
    records.find(store.read, "topic", name="a", open=True)
    store.read.set_trace_callback(None)
    assert {ref: [one.what.text for one in kept] for ref, kept in found.items()} == {"jira:1": ["b", "a"]}
    for sql, index in zip(seen, ("records_ref", "records_ref", "records_name"), strict=True):
        plan = " ".join(str(row[3]) for row in store.read.execute(f"EXPLAIN QUERY PLAN {sql}"))
        assert index in plan, plan


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


STANDUP = Standup("2026-11-20", MORNING, MORNING)


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (Kept("standup", replace(STANDUP, since=MORNING.replace(tzinfo=None)), MORNING, "A", name="2026-11-20"), "no offset"),
        (Kept("standup", replace(STANDUP, day="junk"), MORNING, "A", name="junk"), "junk"),
        (Kept("standup", STANDUP, MORNING, "A", name="2026-11-21"), "not the day"),
        (Kept("standup", STANDUP, MORNING, "A", name="2026-11-20", open=False), "over and under way"),
        (Kept("round", Round("Checks", MORNING.date(), ()), MORNING, "A", name="Other"), "not the name"),
        (Kept("wait", Wait("Bo", (Nudge(MORNING.replace(tzinfo=None), "?"),)), MORNING, "A"), "nudges.at"),
    ],
)
def test_what_could_not_have_been_made_here_is_not_sound(kept: Kept[object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        records.sound(kept)
    good = Kept("standup", STANDUP, MORNING, "A", name="2026-11-20")
    assert records.sound(good) is good


@pytest.mark.parametrize("wrong", [{"name": ["x"]}, {"who": {}}, {"ref": 7}, {"uid": None}])
def test_a_journal_line_whose_words_are_no_texts_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is not a text"):
        records.parse(json.dumps(json.loads(records.dump(a_topic()) or "") | wrong))


def test_every_kind_has_a_class_that_can_say_itself_in_a_line() -> None:
    for kind in records.KINDS:
        assert isinstance(records.type_of(kind).summary, property), kind
