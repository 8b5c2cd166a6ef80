"""Pages come in whole: what is new, what moved, what is gone, and what is only absent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from opstui.domain.model import Change, Comment, Kind, Mark, Place, Stage, Verdict
from opstui.store import items, marks, news, queue, ranks, sources
from opstui.store.db import Store
from tests.store.helpers import RULES, Refusal, bring, keys, line, lines, moved, one, pulled
from tests.support.build import MORNING, FakeClock, an_item

HOUR = timedelta(hours=1)


def test_an_item_comes_back_as_it_went_in(store: Store) -> None:
    whole = an_item(
        body="two\nlines",
        kind=Kind.ALERT,
        stage=Stage.DOING,
        priority=2,
        priority_label="P2",
        owner="Ana",
        reporter="Bob",
        team="Dock",
        labels=("cold chain", "vip"),
        url="https://example.com/1",
        due=MORNING + HOUR,
        sla_due=MORNING + 2 * HOUR,
        blocks=("helpdesk:INC9",),
        blocked_by=("helpdesk:INC8",),
        fields={"site": 'Lo"ndon\\', "café": "ünï\x01"},
        history=(Change("status", "New", "Open", MORNING - HOUR, "Ana"),),
        comments=(Comment("On it", MORNING - HOUR, "Ana"), Comment("Still on it")),
    )
    bring(store, whole)
    id = items.id_of(store.read, whole.ref)
    assert id is not None
    assert items.load_item(store.read, id) == whole


def test_a_page_tells_what_it_did_and_the_same_page_again_does_nothing(store: Store) -> None:
    first = bring(store, an_item("A"), an_item("B"))
    assert (first.added, first.changed, first.unchanged, first.refs_changed) == (2, 0, 0, ("helpdesk:A", "helpdesk:B"))
    again = bring(store, an_item("A"), an_item("B"), unchanged=5)
    assert (again.added, again.changed, again.unchanged, again.refs_changed) == (0, 0, 7, ())


def test_the_last_of_two_records_with_one_key_wins(store: Store) -> None:
    assert bring(store, an_item("A", "first"), an_item("A", "second", fingerprint="2")).added == 1
    assert line(store, "helpdesk:A").title == "second"


def test_an_item_not_in_the_page_stays_open(store: Store) -> None:
    bring(store, an_item("A"), an_item("B"))
    bring(store, an_item("B"))
    bring(store)
    assert sorted(keys(store)) == ["A", "B"]


def test_what_its_source_says_is_gone_leaves_the_queue_and_may_return(store: Store) -> None:
    bring(store, an_item("A"), an_item("B"))
    assert bring(store, deleted=("A", "A", "unknown")).deleted == 1
    assert bring(store, deleted=("A",)).deleted == 0
    assert keys(store) == ["B"]
    assert line(store, "helpdesk:A").place is Place.CLOSED
    known = items.KnownItems(store.read, "helpdesk")
    assert (set(known.fingerprints()), known.open_keys()) == ({"B"}, {"B"})
    # It returns even with the fingerprint it had.
    assert bring(store, an_item("A")).changed == 1
    assert sorted(keys(store)) == ["A", "B"]
    assert [row[0] for row in store.read.execute("SELECT new FROM changes WHERE field = ?", (news.SOURCE,))] == [
        "removed",
        None,
    ]
    assert sources.health(store.read)["helpdesk"].items == 2


def test_each_field_that_moved_is_a_change_seen_now(store: Store, clock: FakeClock) -> None:
    before = an_item(priority=3, owner="Ana")
    bring(store, before)
    pulled(store)
    clock.forward(hours=1)
    after = moved(before, status="On hold", priority=1, owner="Bob", due=MORNING, title="Dock 7 and 8", labels=("x",))
    bring(store, after)
    row = line(store, before.ref)
    assert set(row.moved) == {"status", "priority", "owner", "due", "title", "labels"}
    assert not row.new
    changes = {(field, old, new, at, who) for field, old, new, at, who in _changes(store)}
    now = int(clock().timestamp())
    assert ("status", "Open", "On hold", now, None) in changes
    assert ("priority", "medium", "critical", now, None) in changes
    assert ("due", None, "2026-11-20T08:05:00Z", now, None) in changes


def test_a_change_takes_time_and_person_from_the_items_own_history_and_is_written_once(store: Store, clock: FakeClock) -> None:
    before = an_item(owner="Ana")
    bring(store, before)
    clock.forward(hours=1)
    told = Change("owner", "Ana", "Bob", MORNING + HOUR / 2, "Eve")
    after = moved(before, owner="Bob", history=(told,))
    bring(store, after)
    clock.forward(hours=1)
    bring(store, moved(after, status="On hold"))
    rows = _changes(store)
    assert ("owner", "Ana", "Bob", int((MORNING + HOUR / 2).timestamp()), "Eve") in rows
    assert [row[0] for row in rows] == ["owner", "status"]


def test_the_first_import_writes_its_history_but_nothing_is_called_moved_that_is_old(store: Store, clock: FakeClock) -> None:
    clock.forward(minutes=5)
    yesterday = MORNING - 24 * HOUR
    bring(store, an_item("A", created=yesterday, history=(Change("status", "New", "Open", yesterday, "Ana"),)))
    bring(store, an_item("B", created=MORNING + HOUR / 60))
    assert [row[0] for row in _changes(store)] == ["status"]
    a, b = line(store, "helpdesk:A"), line(store, "helpdesk:B")
    assert (a.new, a.moved, b.new) == (False, (), True)


def test_after_its_first_pull_whatever_a_source_brings_is_new_whenever_it_was_created(store: Store, clock: FakeClock) -> None:
    bring(store, an_item("A"))
    pulled(store)
    clock.forward(hours=1)
    bring(store, an_item("B", created=MORNING - 48 * HOUR))
    assert line(store, "helpdesk:B").new


def test_a_new_comment_is_a_change_with_its_author(store: Store, clock: FakeClock) -> None:
    before = an_item(comments=(Comment("one"),))
    bring(store, before)
    clock.forward(hours=1)
    bring(store, moved(before, comments=(Comment("one"), Comment("two", MORNING, "Bob"))))
    assert _changes(store) == [("comments", "1", "2", int(MORNING.timestamp()), "Bob")]
    assert [comment.text for comment in items.comments(store.read, 1)] == ["one", "two"]


def test_what_is_found_by_search_follows_the_text(store: Store) -> None:
    before = an_item("A", "Freezer door stuck", body="aisle nine")
    bring(store, before, an_item("B", "Other"))
    bring(store, moved(before, title="Freezer lamp out"))
    found = {
        word: one(store, "SELECT count(*) FROM items_fts WHERE items_fts MATCH ?", word) for word in ("door", "lamp", "nine")
    }
    assert found == {"door": 0, "lamp": 1, "nine": 1}
    with store.writing() as conn:
        conn.execute("INSERT INTO items_fts (items_fts) VALUES ('integrity-check')")


def test_cursor_counts_and_refusals_come_with_their_page(store: Store, clock: FakeClock) -> None:
    with store.writing() as conn:
        sources.begin(conn, "helpdesk", clock())
    bring(store, an_item("A"), cursor={"row": 1}, refused=(Refusal("a.csv:3", "no key", "x;y"),))
    bring(store, an_item("B"), unchanged=3)
    health = sources.health(store.read)["helpdesk"]
    assert (health.state, health.seen, health.added, health.unchanged, health.refused) == ("syncing", 6, 2, 3, 1)
    assert sources.cursor(store.read, "helpdesk") == {"row": 1}
    pulled(store)
    # Another pull that finds the same file leaves the refusals; one that reads a new one forgets them.
    clock.forward(minutes=5)
    with store.writing() as conn:
        sources.begin(conn, "helpdesk", clock())
    bring(store, unchanged=5, cursor={"row": 1})
    pulled(store)
    assert [refusal.reason for refusal in sources.refusals(store.read, "helpdesk")] == ["no key"]
    clock.forward(minutes=5)
    with store.writing() as conn:
        sources.begin(conn, "helpdesk", clock())
    bring(store, unchanged=5, cursor={"row": 2})
    pulled(store)
    assert sources.refusals(store.read, "helpdesk") == []


@pytest.mark.parametrize("cursor", [None, {"row": 1}])
def test_a_record_refused_at_every_pull_is_listed_once(store: Store, clock: FakeClock, cursor: dict[str, int] | None) -> None:
    for _ in range(3):
        with store.writing() as conn:
            sources.begin(conn, "helpdesk", clock())
        bring(store, an_item("A"), cursor=cursor, refused=(Refusal("record 3", "no key"),))
        with store.writing() as conn:
            sources.finish(conn, "helpdesk", clock(), seconds_taken=0.1)
        clock.forward(minutes=5)
    assert [refusal.where for refusal in sources.refusals(store.read, "helpdesk")] == ["record 3"]


def test_a_source_without_a_cursor_forgets_what_it_no_longer_refuses(store: Store, clock: FakeClock) -> None:
    for refused in ((Refusal("record 3", "no key"),), ()):
        with store.writing() as conn:
            sources.begin(conn, "helpdesk", clock())
        bring(store, an_item("A"), refused=refused)
        with store.writing() as conn:
            sources.finish(conn, "helpdesk", clock(), seconds_taken=0.1)
        clock.forward(minutes=5)
    assert sources.refusals(store.read, "helpdesk") == []


def test_a_failed_pull_closes_nothing_and_says_why(store: Store, clock: FakeClock) -> None:
    bring(store, an_item("A"))
    with store.writing() as conn:
        sources.fail(conn, "helpdesk", clock(), state="failed", what="no answer", next_step="try again")
    health = sources.health(store.read)["helpdesk"]
    assert (health.state, health.what, health.items, keys(store)) == ("failed", "no answer", 1, ["A"])


def test_a_page_that_cannot_be_kept_whole_leaves_nothing(store: Store) -> None:
    bad = an_item("B", fields={"n": object()})
    with pytest.raises(TypeError):
        bring(store, an_item("A"), bad, cursor={"row": 9})
    assert keys(store) == []
    assert sources.cursor(store.read, "helpdesk") is None


def test_a_mark_that_waited_for_its_item_counts_when_it_comes(store: Store) -> None:
    with store.writing() as conn:
        marks.keep_waiting(conn, "helpdesk:A", marks.dump(Mark(Verdict.ACCEPT, MORNING, "Ana")))
    bring(store, an_item("A"))
    assert line(store, "helpdesk:A").place is Place.ACCEPTED
    assert queue.count(store.read, queue.View(), since=MORNING, now=MORNING, rules=RULES) == 0


def test_how_many_wait_for_an_item_follows_links_stages_and_the_order_of_coming(store: Store) -> None:
    # B is told to wait for A before A is known; C says so itself later.
    bring(store, an_item("B", blocked_by=("A",)))
    bring(store, an_item("A"))
    assert line(store, "helpdesk:A").blocks == 1
    c = an_item("C", blocked_by=("helpdesk:A", "C"))
    bring(store, c)
    assert line(store, "helpdesk:A").blocks == 2
    before = line(store, "helpdesk:A").rank
    bring(store, moved(an_item("B", blocked_by=("A",)), stage=Stage.DONE))
    assert line(store, "helpdesk:A").blocks == 1
    assert line(store, "helpdesk:A").rank < before
    bring(store, moved(c, blocked_by=()))
    assert line(store, "helpdesk:A").blocks == 0


def test_items_of_one_page_that_block_each_other_are_counted(store: Store) -> None:
    bring(store, an_item("A", blocks=("B", "C")), an_item("B"), an_item("C"), an_item("D", blocked_by=("A",)))
    assert line(store, "helpdesk:A").blocks == 3
    bring(store, deleted=("B",))
    assert line(store, "helpdesk:A").blocks == 2


def test_a_link_told_by_both_ends_holds_until_neither_tells_it(store: Store) -> None:
    a, b = an_item("A", blocks=("B",)), an_item("B", blocked_by=("A",))
    bring(store, a, b)
    bring(store, moved(a, blocks=()))
    assert line(store, "helpdesk:A").blocks == 1
    bring(store, moved(b, blocked_by=()))
    assert line(store, "helpdesk:A").blocks == 0


def test_a_verdict_on_the_waiting_item_is_seen_at_the_other_end(store: Store) -> None:
    bring(store, an_item("A"), an_item("B", blocked_by=("A",)))
    id = items.id_of(store.read, "helpdesk:B")
    assert id is not None
    with store.writing() as conn:
        marks.save(conn, {id: Mark(Verdict.DONE, MORNING, "Ana")})
        ranks.rescore(conn, [id], RULES, MORNING)
    assert line(store, "helpdesk:A").blocks == 0


def test_the_same_alert_again_folds_into_one_line_with_its_times(store: Store) -> None:
    alerts = [
        an_item(f"A{n}", f"Disk full on srv{n:02}", kind=Kind.ALERT, created=MORNING - n * HOUR, priority=3)
        for n in range(1, 15)
    ]
    bring(store, *alerts[:5], an_item("T"))
    bring(store, *alerts[5:])
    _counted(store)
    group = next(row for row in lines(store) if row.kind is Kind.ALERT)
    assert (group.group_size, group.group_first, group.group_last) == (14, MORNING - 14 * HOUR, MORNING - HOUR)
    assert len(lines(store)) == 2
    assert len(lines(store, view=queue.View(grouped=False))) == 15


def test_the_leader_of_a_group_leaves_and_the_next_one_leads(store: Store) -> None:
    low, high = (an_item(k, "Disk full", kind=Kind.ALERT, priority=p) for k, p in (("low", 4), ("high", 1)))
    bring(store, low, high)
    assert keys(store) == ["high"]
    id = items.id_of(store.read, "helpdesk:high")
    assert id is not None
    with store.writing() as conn:
        marks.save(conn, {id: Mark(Verdict.ACCEPT, MORNING, "Ana")})
        ranks.rescore(conn, [id], RULES, MORNING)
    _counted(store)
    assert keys(store) == ["low"]
    assert line(store, "helpdesk:low").group_size == 1
    with store.writing() as conn:
        marks.save(conn, {id: Mark()})
        ranks.rescore(conn, [id], RULES, MORNING)
    _counted(store)
    assert keys(store) == ["high"]
    bring(store, moved(low, priority=1, due=MORNING - HOUR))
    _counted(store)
    assert keys(store) == ["low"]
    bring(store, moved(low, title="Something else"), deleted=("high",))
    _counted(store)
    assert keys(store) == ["low"]


def test_a_kill_in_the_middle_of_a_page_leaves_the_store_whole(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.support.build import FakeClock, an_item; from tests.store.helpers import bring\n"
        "from opstui.store.db import Store\n"
        "store = Store.open(Path(sys.argv[1]), now=FakeClock()); n = 0\n"
        "while True:\n"
        "    page = [an_item(f'K{i}', history=(), body='word ' * 50) for i in range(n, n + 300)]\n"
        "    bring(store, *page, cursor={'n': n + 300}); n += 300; print(n, flush=True)\n"
    )
    for delay in (0.0, 0.004, 0.011):
        child = subprocess.Popen([sys.executable, "-c", code, str(store.path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(delay)
        os.kill(child.pid, signal.SIGKILL)
        acknowledged = [int(row) for row in child.stdout.read().split()] or [300]
        child.wait()
        child.stdout.close()
        with Store.open(store.path, now=FakeClock()) as again:
            count = one(again, "SELECT count(*) FROM items")
            assert count % 300 == 0
            assert count >= acknowledged[-1]
            assert one(again, "SELECT count(*) FROM ranks") == count
            assert one(again, "PRAGMA integrity_check") == "ok"
            assert (sources.cursor(again.read, "helpdesk") or {})["n"] <= count
            _counted(again)
            with again.writing() as conn:
                conn.execute("INSERT INTO items_fts (items_fts) VALUES ('integrity-check')")


def _changes(store: Store) -> list[tuple[str, str | None, str | None, int, str | None]]:
    return store.read.execute("SELECT field, old, new, at, who FROM changes ORDER BY id").fetchall()


def _counted(store: Store) -> None:
    """The number of lines and the leaders are what counting would find."""
    stored = one(store, "SELECT n FROM split_counts WHERE name = ''")
    assert stored == one(store, "SELECT count(*) FROM ranks WHERE lead = 1")
    groups = one(store, "SELECT count(DISTINCT group_key) FROM ranks WHERE place = 'queue' AND group_key IS NOT NULL")
    alone = one(store, "SELECT count(*) FROM ranks WHERE place = 'queue' AND group_key IS NULL")
    assert stored == groups + alone
