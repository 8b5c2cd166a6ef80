"""The places besides the queue, as the desk gives them: which items, in which order, and how many."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from opstui.domain.shelves import SHELVES
from opstui.services.desk import Desk
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, pull, store_of

BY_NAME = {shelf.name: shelf for shelf in SHELVES}


def keys(desk: Desk, name: str, query: str = "") -> list[str]:
    view = desk.shelf_view(BY_NAME[name], query)
    rows = desk.window(view)
    assert desk.count(view) == len(rows)
    assert [desk.position(view, row.id) for row in rows] == list(range(len(rows)))
    return [row.ref.partition(":")[2] for row in rows]


def counts(desk: Desk) -> dict[str, int]:
    """The shelves that hold something; each count is that of its view."""
    found = dict(zip(BY_NAME, desk.shelf_counts(), strict=True))
    assert found == {name: desk.count(desk.shelf_view(shelf)) for name, shelf in BY_NAME.items()}
    return {name: count for name, count in found.items() if count}


def a_decided_desk(folder: Path, clock: FakeClock, *names: str) -> Desk:
    desk = a_desk(folder, clock)
    pull(desk, *(an_item(name, f"Thing {name}") for name in names))
    return desk


def test_an_empty_store_has_empty_shelves(tmp_path: Path) -> None:
    assert counts(a_desk(tmp_path)) == {}


def test_every_verdict_has_its_shelf(tmp_path: Path) -> None:
    desk = a_decided_desk(tmp_path, FakeClock(), *"abcdefghi")
    desk.accept(["helpdesk:a"])
    desk.for_block(["helpdesk:b"])
    desk.snooze(["helpdesk:c"], "mon 9")
    desk.wait(["helpdesk:d"], "Bo Lind")
    desk.assign(["helpdesk:e"], "Bo Lind")
    desk.escalate(["helpdesk:f"], "Bo Lind")
    desk.merge(["helpdesk:g"], "helpdesk:a")
    desk.decline(["helpdesk:h"])
    desk.done(["helpdesk:i"])
    one = dict.fromkeys(BY_NAME, 1)
    assert counts(desk) == one | {"Accepted": 2}
    desk.release([f"helpdesk:{key}" for key in "abcdefghi"])
    assert counts(desk) == {}


def test_what_comes_back_first_stands_first_and_what_has_no_time_last(tmp_path: Path) -> None:
    desk = a_decided_desk(tmp_path, FakeClock(), *"abc")
    desk.wait(["helpdesk:a"], "Bo Lind")
    desk.wait(["helpdesk:b"], "Bo Lind", "mon 14")
    desk.wait(["helpdesk:c"], "Cy Moss", "mon 9")
    assert keys(desk, "Waiting") == ["c", "b", "a"]


def test_what_was_decided_last_stands_first(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_decided_desk(tmp_path, clock, *"abc")
    for key in "bac":
        clock.forward(minutes=1)
        desk.decline([f"helpdesk:{key}"], "Not ours")
    assert keys(desk, "Declined") == ["c", "a", "b"]
    row = desk.window(desk.shelf_view(BY_NAME["Declined"]))[0]
    assert (row.decided, row.reason) == (clock().replace(microsecond=0), "Not ours")


def test_done_today_is_of_today(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_decided_desk(tmp_path, clock, *"ab")
    desk.done(["helpdesk:a"])
    clock.forward(days=1)
    desk.done(["helpdesk:b"])
    assert keys(desk, "Done today") == ["b"]
    assert counts(desk) == {"Done today": 1}


def test_a_shelf_is_narrowed_by_a_query(tmp_path: Path) -> None:
    desk = a_decided_desk(tmp_path, FakeClock(), "a", "b", "c")
    desk.for_block(["helpdesk:a", "helpdesk:b"])
    desk.done(["helpdesk:c"])
    assert keys(desk, "For a block", "thing b") == ["b"]
    assert keys(desk, "Done today", "thing c and source = helpdesk") == ["c"]
    assert keys(desk, "Done today", "source = jira") == []


def test_counting_reads_indexes_only(tmp_path: Path) -> None:
    desk = a_decided_desk(tmp_path, FakeClock(), "a")
    read, seen = store_of(desk).read, list[str]()
    read.set_trace_callback(seen.append)
    desk.shelf_counts()
    read.set_trace_callback(None)
    plans = [row[3] for sql in seen for row in read.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert len(plans) >= 5
    assert not [plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan], plans


def test_an_escalation_comes_back_at_its_deadline(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_decided_desk(tmp_path, clock, "a")
    desk.escalate(["helpdesk:a"], "Bo Lind", "Needs a decision", "eod")
    (row,) = desk.window(desk.shelf_view(BY_NAME["Escalated"]))
    assert row.until is not None and row.until - clock() < timedelta(hours=10)
    clock.forward(days=1)
    desk.catch_up()
    assert counts(desk) == {}


def test_a_place_is_read_along_its_index_and_never_by_looking_through_everything(tmp_path: Path) -> None:
    desk = a_decided_desk(tmp_path, FakeClock(), "a")
    read, seen = store_of(desk).read, list[str]()
    read.set_trace_callback(seen.append)
    for shelf in SHELVES:
        desk.count(desk.shelf_view(shelf))
    read.set_trace_callback(None)
    asked = [sql for sql in seen if "r.place" in sql]
    plans = [row[3] for sql in asked for row in read.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert len(asked) == len(SHELVES)
    assert not [plan for plan in plans if plan.startswith("SCAN") and "INDEX marks" not in plan], plans
