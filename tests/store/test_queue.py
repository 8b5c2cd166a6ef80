"""The queue's lines: read along an index, in order, with what is new and what moved."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from opstui.domain.model import Change, Kind, Mark, Person, Place, Stage, Verdict
from opstui.domain.people import People
from opstui.domain.urgency import Rules
from opstui.domain.views import SplitCount, View
from opstui.errors import QueryError
from opstui.store import detail, items, marks, order, queue, ranks
from opstui.store.db import Store
from tests.store.helpers import RULES, bring, keys, line, lines, moved, one
from tests.support.build import MORNING, FakeClock, an_item

HOUR = timedelta(hours=1)


def decide(store: Store, key: str, mark: Mark, rules: Rules = RULES) -> None:
    id = items.id_of(store.read, f"helpdesk:{key}")
    assert id is not None
    with store.writing() as conn:
        marks.save(conn, {id: mark})
        ranks.rescore(conn, [id], rules, store.now())


def many(store: Store, count: int = 60) -> None:
    chance = random.Random(7)
    bring(
        store,
        *(
            an_item(
                f"K{n:03}",
                f"{chance.choice(('Disk full', 'Belt torn', 'Late truck'))} {n}",
                priority=chance.choice((1, 2, 3, None)),
                owner=chance.choice(("Ana", "Bob", None)),
                kind=chance.choice((Kind.TICKET, Kind.ALERT)),
                created=MORNING - chance.randint(1, 400) * HOUR,
            )
            for n in range(count)
        ),
    )


def test_windows_put_end_to_end_are_the_whole_queue_by_falling_rank(store: Store) -> None:
    many(store)
    for view in (View(), View(grouped=False), View(query="owner = none"), View(query="belt", grouped=False)):
        kw = {"since": MORNING, "now": MORNING, "rules": RULES}
        count = queue.count(store.read, view, **kw)
        rows = [row for at in range(0, count + 7, 7) for row in queue.window(store.read, view, offset=at, limit=7, **kw)]
        assert len(rows) == count > 0
        assert [(row.rank, -row.id) for row in rows] == sorted(((row.rank, -row.id) for row in rows), reverse=True)
        assert [queue.position(store.read, view, row.id, **kw) for row in rows] == list(range(count))


def test_the_window_count_and_position_of_the_queue_never_look_through_the_store(store: Store) -> None:
    many(store)
    seen: list[str] = []
    store.read.set_trace_callback(seen.append)
    lines(store)
    queue.count(store.read, View(), since=MORNING, now=MORNING, rules=RULES)
    queue.position(store.read, View(), 1, since=MORNING, now=MORNING, rules=RULES)
    store.read.set_trace_callback(None)
    plans = [row[3] for sql in seen for row in store.read.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert len(seen) >= 4
    assert not [
        plan
        for plan in plans
        if plan.startswith("SCAN") and "COVERING INDEX ranks_queue" not in plan and "CONSTANT" not in plan
    ]
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]


def test_an_item_that_is_not_in_a_view_has_no_position(store: Store) -> None:
    bring(store, an_item("A"), an_item("B", stage=Stage.DONE))
    kw = {"since": MORNING, "now": MORNING, "rules": RULES}
    b = items.id_of(store.read, "helpdesk:B")
    assert b is not None
    assert queue.position(store.read, View(), b, **kw) is None
    assert queue.position(store.read, View(query="priority = 1"), 1, **kw) is None
    assert queue.position(store.read, View(), 999, **kw) is None


def test_a_folded_item_stands_where_its_group_does(store: Store) -> None:
    bring(store, *(an_item(f"A{n}", "Disk full", kind=Kind.ALERT) for n in range(3)), an_item("T", priority=1))
    leader = next(row for row in lines(store) if row.kind is Kind.ALERT)
    folded = one(store, "SELECT item FROM ranks WHERE lead = 0 LIMIT 1")
    kw = {"since": MORNING, "now": MORNING, "rules": RULES}
    at = queue.position(store.read, View(), folded, **kw)
    assert at == queue.position(store.read, View(), leader.id, **kw)
    assert at == queue.position(store.read, View(query="source = helpdesk"), folded, **kw)


def test_a_member_that_fits_a_query_brings_its_groups_line_along(store: Store) -> None:
    bring(
        store,
        an_item("A", "Disk full", kind=Kind.ALERT, owner="Ana", priority=1),
        an_item("B", "Disk full", kind=Kind.ALERT, owner="Bob", priority=5),
        an_item("C", priority=3, owner="Bob"),
    )
    assert keys(store, View(query="owner = Bob")) == ["A", "C"]
    assert keys(store, View(query="owner = Bob", grouped=False)) == ["C", "B"]


def test_only_changed_shows_what_came_or_moved_since_then(store: Store, clock: FakeClock) -> None:
    old = an_item("old", created=MORNING - 99 * HOUR)
    bring(store, old, an_item("same", created=MORNING - 99 * HOUR))
    clock.forward(hours=1)
    bring(store, an_item("new", created=clock()), moved(old, status="Reopened"))
    view = View(only_changed=True)
    assert sorted(keys(store, view)) == ["new", "old"]
    assert keys(store, View(only_changed=True, query="status = reopened")) == ["old"]
    assert (line(store, "helpdesk:old").moved, line(store, "helpdesk:new").new) == (("status",), True)
    assert line(store, "helpdesk:old").moves == (("status", "Open", "Reopened", ""),)


def test_places_other_than_the_queue_are_views_too_and_sleepers_come_by_their_waking(store: Store) -> None:
    bring(store, *(an_item(key) for key in "ABCD"))
    decide(store, "A", Mark(Verdict.SNOOZE, MORNING, "Ana", until=MORNING + 5 * HOUR))
    decide(store, "B", Mark(Verdict.SNOOZE, MORNING, "Ana", until=MORNING + 2 * HOUR))
    decide(store, "C", Mark(Verdict.MERGE, MORNING, "Ana", target="helpdesk:D"))
    assert keys(store, View(Place.SNOOZED)) == ["B", "A"]
    assert keys(store, View(Place.MERGED)) == ["C"]
    assert line(store, "helpdesk:C").target == "helpdesk:D"
    assert keys(store) == ["D"]


def test_a_sleeper_wakes_when_its_rank_is_looked_at_again_after_its_time(store: Store, clock: FakeClock) -> None:
    bring(store, an_item("A"))
    decide(store, "A", Mark(Verdict.SNOOZE, MORNING, "Ana", until=MORNING + 2 * HOUR))
    due = ranks.next_expiry(store.read)
    assert due == MORNING + 2 * HOUR
    clock.forward(hours=1)
    with store.writing() as conn:
        assert ranks.rescore_expired(conn, RULES, clock()) == 0
    clock.forward(hours=1)
    with store.writing() as conn:
        assert ranks.rescore_expired(conn, RULES, clock()) == 1
        assert ranks.rescore_expired(conn, RULES, clock()) == 0
    assert keys(store) == ["A"]
    assert queue.count(store.read, View(), since=MORNING, now=clock(), rules=RULES) == 1


def test_what_was_moved_before_its_verdict_but_seen_after_it_comes_back(store: Store, clock: FakeClock) -> None:
    item = an_item("A", status="new")
    bring(store, item)
    decide(store, "A", Mark(Verdict.DONE, MORNING, "Ana", basis=item.fingerprint))
    assert keys(store) == []
    clock.forward(hours=2)
    bring(store, moved(item, status="reopened", updated=MORNING - HOUR))
    assert keys(store) == ["A"]


def test_re_scoring_everything_in_slices_changes_nothing_that_holds(store: Store) -> None:
    many(store)
    before = store.read.execute("SELECT * FROM ranks ORDER BY item").fetchall()
    last: int | None = 0
    while last is not None:
        with store.writing() as conn:
            last = ranks.rescore_slice(conn, RULES, MORNING, last, limit=7)
    assert store.read.execute("SELECT * FROM ranks ORDER BY item").fetchall() == before
    with store.writing() as conn:
        ranks.rescore(conn, [row[0] for row in before], Rules(weights={"priority": 0}), MORNING)
    assert store.read.execute("SELECT * FROM ranks ORDER BY item").fetchall() != before


def test_a_filtered_view_follows_every_commit(store: Store) -> None:
    bring(store, an_item("A", status="Open"))
    assert keys(store, View(query="status = open")) == ["A"]
    bring(store, an_item("B", status="open"))
    assert sorted(keys(store, View(query="status = open"))) == ["A", "B"]
    decide(store, "A", Mark(Verdict.DONE, MORNING, "Ana"))
    assert keys(store, View(query="status = open")) == ["B"]


def test_a_filtered_view_is_looked_through_once_for_all_its_windows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    many(store)
    looked: list[object] = []
    real = order._look_through
    monkeypatch.setattr(order, "_look_through", lambda *args: looked.append(1) or real(*args))
    for at in range(5):
        queue.window(store.read, View(query="belt"), since=MORNING, now=MORNING, rules=RULES, offset=at, limit=2)
    queue.count(store.read, View(query="belt"), since=MORNING, now=MORNING, rules=RULES)
    assert len(looked) == 1


def test_a_mistake_in_a_query_is_told_with_its_column(store: Store) -> None:
    with pytest.raises(QueryError) as told:
        keys(store, View(query="owner = none and prioritty = 1"))
    assert told.value.column > 10


def test_half_a_character_in_a_query_finds_nothing_and_breaks_nothing(store: Store) -> None:
    bring(store, an_item("A"))
    assert keys(store, View(query="status = \ud800x")) == []
    assert keys(store, View(query="\ud800x")) == []


def test_the_detail_holds_all_of_one_item(store: Store, clock: FakeClock) -> None:
    a = an_item("A", blocks=("B", "gone"), history=(Change("status", "New", "Open", MORNING - 50 * HOUR, "Ana"),))
    bring(store, a, an_item("B", "Waits", owner="Bob"))
    clock.forward(hours=1)
    bring(store, moved(a, status="On hold"))
    with store.reading() as conn:
        found = detail.detail(conn, "helpdesk:A", since=MORNING, now=clock(), today=MORNING)
    assert found is not None
    assert [change.new for change in found.history] == ["Open", "On hold"]
    assert [change.new for change in found.since] == ["On hold"]
    assert [(other.ref, other.title, other.owner, other.stage) for other in found.blocks] == [
        ("helpdesk:B", "Waits", "Bob", Stage.TODO),
        ("helpdesk:gone", "", None, None),
    ]
    assert found.terms
    assert found.terms[0].text
    assert detail.detail(store.read, "helpdesk:unknown", since=MORNING, now=clock(), today=MORNING) is None


def test_alike_are_the_group_or_the_same_title_but_for_numbers(store: Store) -> None:
    bring(
        store,
        *(an_item(f"T{n}", f"Forklift {n} needs service") for n in range(4)),
        an_item("X", "Forklift 9 needs service now"),
        *(an_item(f"A{n}", "Disk full", kind=Kind.ALERT) for n in range(3)),
    )
    decide(store, "T3", Mark(Verdict.DONE, MORNING, "Ana"))
    assert detail.alike(store.read, "helpdesk:T1")[0] == "helpdesk:T1"
    assert sorted(detail.alike(store.read, "helpdesk:T1")) == ["helpdesk:T0", "helpdesk:T1", "helpdesk:T2"]
    assert sorted(detail.alike(store.read, "helpdesk:A2")) == ["helpdesk:A0", "helpdesk:A1", "helpdesk:A2"]
    assert detail.alike(store.read, "helpdesk:nothing") == []


def test_load_is_the_open_work_of_each_person_wherever_it_stands(store: Store) -> None:
    rules = Rules(people=People((Person("Ana Ruiz", ("aruiz",)),)))
    bring(store, an_item("A", owner="aruiz", created=MORNING - 9 * HOUR), an_item("B", owner="Ana Ruiz"), rules=rules)
    bring(store, an_item("C", owner="Bob"), an_item("D", owner="Bob", stage=Stage.DONE), an_item("E"), rules=rules)
    decide(store, "A", Mark(Verdict.ACCEPT, MORNING, "Ana Ruiz"), rules)
    assert [(load.name, load.open, load.oldest) for load in queue.loads(store.read)] == [
        ("Ana Ruiz", 2, MORNING - 9 * HOUR),
        ("Bob", 1, MORNING - HOUR),
    ]


def test_split_counts_are_stored_and_a_new_split_says_that_it_was_not_counted(store: Store) -> None:
    bring(store, an_item("A"), an_item("B", owner="Bob"))
    splits = [("Unowned", "owner = none"), ("Broken", "nonsense = 1")]
    assert queue.stored_splits(store.read, splits) == [SplitCount(name, query, 0, False) for name, query in splits]
    counted = queue.recount_splits(store, splits, since=MORNING, now=MORNING, rules=RULES)
    assert (
        counted
        == queue.stored_splits(store.read, splits)
        == [SplitCount("Unowned", "owner = none", 1), SplitCount("Broken", "nonsense = 1", 0)]
    )
    version = store.data_version()
    queue.recount_splits(store, splits, since=MORNING, now=MORNING, rules=RULES)
    assert store.data_version() == version
    changed = [("Unowned", "owner = Bob")]
    assert not queue.stored_splits(store.read, changed)[0].fresh
    queue.recount_splits(store, changed, since=MORNING, now=MORNING, rules=RULES)
    assert [row[0] for row in store.read.execute("SELECT name FROM split_counts ORDER BY name")] == ["", "Unowned"]


def test_a_view_without_a_query_needs_no_rules(store: Store) -> None:
    bring(store, an_item("A"), an_item("B"))
    at = {"since": MORNING, "now": store.now(), "rules": None}
    assert queue.count(store.read, View(), **at) == len(queue.window(store.read, View(), **at)) == 2
    assert queue.count(store.read, View(only_changed=True), **at) == 0
    with pytest.raises(ValueError, match="rules"):
        queue.window(store.read, View(query="kind = ticket"), **at)
