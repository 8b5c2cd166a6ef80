"""The desk's board over real files, and every figure of it against plain Python over all items."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.flow import NO_PAST
from opstui.domain.model import Change, Item, Kind, Stage
from opstui.services import pacing, reranking
from opstui.services.desk import Desk
from opstui.services.export import export
from opstui.services.importing import bring_in
from opstui.store import kept, pace
from tests.support.build import MORNING, FakeClock, an_item
from tests.support.desk import a_desk, pull, shut, store_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOARD: dict[str, Any] = {
    "stages": [
        {"name": "Ready", "statuses": ["Open", "Selected*"], "stage": "todo"},
        {"name": "Build", "statuses": ["In Progress", "Dev*"], "stage": "doing", "wip": 3},
        {"name": "Check", "statuses": ["QA"], "stage": "doing", "wip": 2},
        {"name": "Shipped", "statuses": ["Closed"], "stage": "done"},
    ],
    "capacity": 3,
}
STATUSES = {
    "Open": Stage.TODO,
    "Selected 2": Stage.TODO,
    "In Progress": Stage.DOING,
    "Dev": Stage.DOING,
    "QA": Stage.DOING,
    "On Hold": Stage.BLOCKED,
    "Closed": Stage.DONE,
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Iterator[Desk]:
    made = a_desk(tmp_path, clock, board=BOARD)
    yield made
    shut(made)


def told(key: str, status: str, *moves: tuple[timedelta, str, str], **more: Any) -> Item:
    """An item and the moves of its status, each so long before the morning."""
    history = tuple(Change("status", old, new, MORNING - ago, "Bo Lind") for ago, old, new in moves)
    values: dict[str, Any] = {"created": MORNING - 30 * DAY, "updated": MORNING - 2 * DAY, "owner": "Bo Lind"}
    return an_item(key, **(values | {"status": status, "stage": STATUSES[status], "history": history} | more))


def keys(rows: Any) -> list[str]:
    return [row.row.ref.partition(":")[2] for row in rows]


def test_columns_come_right_to_left_with_their_limits(desk: Desk) -> None:
    pull(desk, *(told(f"D{n}", "Dev") for n in range(4)), *(told(f"Q{n}", "QA") for n in range(2)), told("O", "Open"))
    view = desk.board.board()
    assert [(one.name, one.total, one.limit) for one in view.columns] == [
        ("Shipped", 0, ""),
        ("Check", 2, "at"),
        ("Build", 4, "over"),
        ("Ready", 1, ""),
    ]


def test_only_what_moved_is_blocked_or_ages_is_shown_and_the_rest_is_folded(desk: Desk, clock: FakeClock) -> None:
    pull(desk, told("OLD", "Dev"), told("HELD", "Dev", stage=Stage.BLOCKED), told("MOVED", "Open"), told("STILL", "Dev"))
    clock.forward(hours=26)
    pull(desk, told("MOVED", "Dev", fingerprint="2", updated=MORNING + 25 * HOUR))
    build = desk.board.board().columns[2]
    assert {row.row.ref: (row.changed, row.blocked, row.ageing) for row in build.rows} == {
        "helpdesk:MOVED": (True, False, False),
        "helpdesk:HELD": (False, True, False),
    }
    assert (build.total, build.changed, build.blocked, build.ageing, build.folded) == (4, 1, 1, 0, 2)
    rest = desk.board.rest(build.col, len(build.rows))
    assert sorted(keys(rest)) == ["OLD", "STILL"]
    assert not any(row.changed or row.blocked or row.ageing for row in rest)


def test_what_waits_for_an_open_item_is_blocked_while_it_is_in_work(desk: Desk) -> None:
    pull(desk, told("A", "Dev", blocked_by=("B",)), told("B", "Open"), told("C", "Open", blocked_by=("B",)))
    board = desk.board.board()
    assert keys(board.columns[2].rows) == ["A"]
    assert board.columns[3].rows == ()
    pull(desk, told("B", "Closed", fingerprint="2"))
    assert desk.board.board().columns[2].rows == ()


def test_done_shows_only_what_was_closed_since(desk: Desk, clock: FakeClock) -> None:
    pull(desk, told("LONG", "Closed", (9 * DAY, "Dev", "Closed")), told("NOW", "Dev"), told("MINE", "Dev"))
    clock.forward(hours=1)
    pull(desk, told("NOW", "Closed", fingerprint="2", updated=MORNING + HOUR))
    desk.done(["helpdesk:MINE"])
    done = desk.board.board().columns[0]
    assert sorted(keys(done.rows)) == ["MINE", "NOW"]
    assert done.total == 2
    assert desk.board.board(MORNING - 20 * DAY).columns[0].total == 3


def aged(desk: Desk, count: int) -> list[Item]:
    """So many items that went through Check, the n-th of them in n working hours."""
    made = []
    for n in range(1, count + 1):
        left = MORNING - 10 * DAY
        moves = (
            Change("status", "Dev", "QA", desk._at.calendar.add_working(left, -n * 3600)),
            Change("status", "QA", "Closed", left),
        )
        made.append(told(f"P{n}", "Closed", history=moves))
    return made


def in_check(desk: Desk, key: str, hours: int) -> Item:
    """An item that has been in Check for so many working hours."""
    came = desk._at.calendar.add_working(desk.now(), -hours * 3600)
    return told(key, "QA", history=(Change("status", "Dev", "QA", came),))


def test_an_item_ages_when_it_is_slower_than_most_before_it(desk: Desk) -> None:
    pull(desk, *aged(desk, 20), in_check(desk, "SLOW", 18), in_check(desk, "FAST", 17))
    check = desk.board.board(MORNING).columns[1]
    assert check.past.total == 20
    assert [(row.row.ref, row.ageing, row.age_s, row.pace) for row in check.rows] == [("helpdesk:SLOW", True, 18 * 3600, 0.85)]
    assert [(row.row.ref, row.ageing, row.pace) for row in desk.board.rest(check.col, 1)] == [("helpdesk:FAST", False, 0.8)]


def test_with_too_little_past_nothing_is_called_slow(desk: Desk) -> None:
    pull(desk, *aged(desk, 7), in_check(desk, "SLOW", 300))
    check = desk.board.board(MORNING).columns[1]
    assert not check.past.known
    assert check.rows == ()
    assert desk.board.rest(check.col)[0].pace is None


def test_what_was_measured_is_kept_until_the_board_or_the_day_is_another(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock, board=BOARD)
    pull(desk, *aged(desk, 9))
    desk.board.board()
    first = pace.read(store_of(desk).read)
    assert first is not None
    pull(desk, *aged(desk, 12))
    assert desk.board.board().columns[1].past.total == 9
    clock.forward(hours=25)
    assert desk.board.board().columns[1].past.total == 12
    shut(desk)
    other = a_desk(tmp_path, clock, board=BOARD, day={"timezone": "UTC", "start": "06:00"})
    assert pacing.is_due(store_of(other), other._at.rules, other.now(), moved=False)
    other.board.board()
    assert not pacing.is_due(store_of(other), other._at.rules, other.now(), moved=True)
    clock.forward(hours=2)
    assert pacing.is_due(store_of(other), other._at.rules, other.now(), moved=True)
    assert not pacing.is_due(store_of(other), other._at.rules, other.now(), moved=False)
    shut(other)


def test_a_pace_that_cannot_be_read_is_measured_again(desk: Desk) -> None:
    from opstui.store import kept

    for text in ("no json", "[]", '{"digest": 1}'):
        with store_of(desk).writing() as conn:
            kept.keep(conn, pace.NAME, text)
        assert pace.read(store_of(desk).read) is None
    assert desk.board.board().columns


def test_a_persons_load_counts_what_is_in_work_whatever_the_name_is_written_like(tmp_path: Path) -> None:
    people = [{"name": "Bo Lind", "aliases": ["blind"], "capacity": 1}, {"name": "Cy Moss", "capacity": 0}, {"name": "Di Roe"}]
    desk = a_desk(tmp_path, board=BOARD, people=people)
    pull(
        desk,
        told("1", "Dev", owner="blind"),
        told("2", "QA"),
        told("3", "Open"),
        told("4", "On Hold", owner="Cy Moss"),
        told("5", "Closed"),
        told("6", "Dev", owner="Stranger"),
        told("7", "Dev", kind=Kind.MESSAGE),
    )
    loads = {load.name: load for load in desk.board.people().loads}
    assert loads["Bo Lind"][:4] == ("Bo Lind", 3, 2, 1)
    assert loads["Bo Lind"].over
    assert loads["Cy Moss"].away
    assert loads["Cy Moss"].over
    assert loads["Di Roe"][:4] == ("Di Roe", 0, 0, 3)
    assert not loads["Stranger"].known
    assert [load.name for load in desk.board.people().loads][:2] == ["Bo Lind", "Cy Moss"]
    shut(desk)


def test_one_person_under_three_names_is_told_with_what_to_write(desk: Desk) -> None:
    pull(desk, told("1", "Dev", owner="cy.moss"), told("2", "Dev", owner="C. Moss"), told("3", "Dev", owner="Cy Moss"))
    (one,) = desk.board.people().spellings
    assert (one.name, one.also) == ("Cy Moss", ("C. Moss", "cy.moss"))
    assert one.config == '[[people]]\nname = "Cy Moss"\naliases = ["C. Moss", "cy.moss"]'


def test_nobody_and_nothing_is_a_board_too(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, board={"capacity": 0}, people=[], me={})
    assert [one.name for one in desk.board.board().columns] == ["Done", "Blocked", "Review", "In progress", "To do"]
    assert desk.board.people().loads == ()
    assert desk.board.unseen().total == 0
    assert desk.board.chains().rows == ()
    assert desk.board.card("helpdesk:NONE") is None
    shut(desk)


def test_what_nobody_sees_is_told_by_reason(desk: Desk) -> None:
    pull(
        desk,
        told("FINE", "Dev"),
        told("FREE", "Dev", owner=None),
        told("TEAM", "Dev", owner="Night team"),
        told("ODD", "On Hold", owner="Stranger"),
        told("GONE", "Closed", owner=None),
    )
    view = desk.board.unseen()
    assert {one.code: (one.total, keys(one.rows), one.names) for one in view.groups} == {
        "owner": (1, ["FREE"], ()),
        "ambiguous": (1, ["TEAM"], ("Night team",)),
        "status": (1, ["ODD"], ("On Hold",)),
        "stranger": (1, ["ODD"], ("Stranger",)),
    }
    assert view.total == 3
    assert desk.board.board().unmapped == 1


def test_until_the_engine_has_ranked_by_fewer_columns_what_is_on_none_of_them_is_told_and_has_its_card(
    tmp_path: Path, clock: FakeClock
) -> None:
    desk = a_desk(tmp_path, clock, board=BOARD)
    pull(desk, told("Q", "QA"), told("O", "Open"))
    with store_of(desk).writing() as conn:
        kept.keep(conn, reranking.RULES, reranking.digest(desk._at.rules))
    assert not desk.board.board().settling
    shut(desk)
    desk = a_desk(tmp_path, clock, board=BOARD | {"stages": [BOARD["stages"][0], BOARD["stages"][3]]})
    view = desk.board.board()
    assert (view.settling, view.unmapped) == (True, 1)
    assert {one.code: keys(one.rows) for one in desk.board.unseen().groups}["status"] == ["Q"]
    card = desk.board.card("helpdesk:Q")
    assert card is not None and (card.item.stage, card.past) == ("", NO_PAST)
    shut(desk)


def test_what_is_staged_here_is_in_its_column_since_then_and_stays_so_through_verdicts_and_an_export(
    desk: Desk, clock: FakeClock, tmp_path: Path
) -> None:
    pull(desk, told("OLD", "Open", updated=MORNING - 40 * DAY))
    staged = clock()
    desk.stage(["helpdesk:OLD"], "doing")

    def entered(of: Desk = desk) -> datetime | None:
        card = of.board.card("helpdesk:OLD")
        return card.item.entered if card is not None and card.item.stage == "Build" else None

    assert entered() == staged
    clock.forward(hours=5 * 24)
    desk.accept(["helpdesk:OLD"])
    assert entered() == staged
    desk.stage(["helpdesk:OLD"], "blocked")
    assert entered() is None
    desk.undo()
    assert entered() == staged
    export(store_of(desk), tmp_path / "out", now=desk.now(), zone=desk.zone())
    (tmp_path / "two").mkdir()
    other = a_desk(tmp_path / "two", clock, board=BOARD)
    pull(other, told("OLD", "Open", updated=MORNING - 40 * DAY))
    bring_in(store_of(other), tmp_path / "out", now=other.now(), who="Ana Ruiz", rules=other._at.rules)
    assert entered(other) == staged
    shut(other)


def test_chains_name_the_one_that_frees_most_and_rings(desk: Desk) -> None:
    pull(
        desk,
        told("A", "Dev", blocks=("B", "C")),
        told("B", "Dev", blocks=("D",)),
        told("C", "Open"),
        told("D", "Open"),
        told("R1", "Open", blocks=("R2",)),
        told("R2", "Open", blocks=("R1",)),
        told("DONE", "Closed", blocks=("A",)),
        told("X", "Dev", blocks=("nowhere:1",)),
    )
    view = desk.board.chains()
    first = view.rows[0]
    assert (first.ref, first.direct, first.frees, first.waits) == ("helpdesk:A", 2, 3, ())
    assert [link.ref for link in first.holds] == ["helpdesk:B", "helpdesk:C"]
    assert view.rings == (("helpdesk:R1", "helpdesk:R2"),)
    assert view.links == 5
    assert desk.board.frees("helpdesk:A") == 3
    assert desk.board.frees("helpdesk:D") == 0
    card = desk.board.card("helpdesk:B")
    assert card is not None
    assert ([link.ref for link in card.waits], [link.ref for link in card.holds], card.frees) == (
        ["helpdesk:A"], ["helpdesk:D"], 1,
    )  # fmt: skip


def test_a_card_tells_every_stay_in_working_time(desk: Desk) -> None:
    friday = datetime.fromisoformat("2026-11-13T16:00:00+00:00")
    item = told("1", "QA", created=friday - 2 * HOUR, history=(
        Change("status", "Open", "Dev", friday), Change("status", "Dev", "QA", friday + 3 * DAY + HOUR),
    ))  # fmt: skip
    pull(desk, item)
    card = desk.board.card("helpdesk:1")
    assert card is not None
    assert [(stay.stage, stay.worked_s // 3600) for stay in card.stays[:2]] == [("Ready", 2), ("Build", 10)]
    assert card.stays[-1].left is None
    assert card.item.entered == friday + 3 * DAY + HOUR


def test_things_count_as_moved_since_the_last_stand_up_of_another_day_else_the_working_day_before(
    desk: Desk, clock: FakeClock
) -> None:
    before = desk.board.since()
    assert before == MORNING.replace(day=19, hour=8, minute=0)
    clock.forward(hours=2)
    desk.standup.start()
    assert desk.board.since() == before
    clock.forward(minutes=15)
    desk.standup.finish()
    ended = desk.now()
    assert desk.board.since() == before  # today's own does not sweep the board empty
    clock.forward(days=3)
    assert desk.board.since() == desk.standup.since() == ended


# Every figure against all items ---------------------------------------------------------------------------------------


def random_items(chance: random.Random, count: int) -> list[Item]:
    """Believable and unbelievable histories: reopened, undated, on no column, closed and back."""
    made = []
    for n in range(count):
        born = MORNING - timedelta(hours=chance.randrange(1, 24 * 120))
        status, at, history = chance.choice(list(STATUSES)), born, []
        for _ in range(chance.randrange(6)):
            at += timedelta(hours=chance.randrange(1, 24 * 12))
            if at >= MORNING:
                break
            new = chance.choice(list(STATUSES))
            if new != status:
                history.append(Change("status", status, new, at))
            status = new
        made.append(
            an_item(
                f"K{n}",
                status=status,
                stage=STATUSES[status],
                created=born,
                updated=history[-1].at if history else born,
                owner=chance.choice([None, "Bo Lind", "blind", "Cy Moss", "Ana Ruiz", "Night team", "Eve Ng"]),
                kind=chance.choice([Kind.TICKET] * 5 + [Kind.MESSAGE]),
                history=tuple(history),
            )
        )
    return made


COLUMNS = {"Open": 0, "Selected 2": 0, "In Progress": 1, "Dev": 1, "QA": 2, "Closed": 3}


def visits(item: Item) -> list[tuple[int | None, datetime, datetime | None]]:
    """By hand: one visit for each run of statuses of one column."""
    steps = [(item.history[0].old if item.history else item.status, item.created)]
    steps += [(change.new, change.at) for change in item.history]
    found: list[tuple[int | None, datetime, datetime | None]] = []
    for status, at in steps:
        assert at is not None
        col = COLUMNS.get(status or "")
        if found and found[-1][0] == col:
            continue
        if found:
            found[-1] = (*found[-1][:2], at)
        found.append((col, at, None))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_counts_pace_loads_and_what_is_unseen_equal_plain_python_over_all_items(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    zone = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"][seed % 4]
    hours = [{}, {"start": "22:00", "end": "06:00"}][seed % 2]
    desk = a_desk(tmp_path, board=BOARD, day={"timezone": zone, "holidays": ["2026-11-11", "2026-10-26"], **hours})
    every = random_items(chance, 150)
    pull(desk, *every)
    calendar, now = desk._at.calendar, desk.now()
    items = [item for item in every if item.kind is Kind.TICKET]
    past: dict[int, list[int]] = {col: [] for col in range(4)}
    for item in items:
        for col, begin, end in visits(item):
            if col is not None and end is not None:
                past[col].append(calendar.working_seconds(begin, end))
    view = desk.board.board()
    open_items = [item for item in items if item.stage is not Stage.DONE]
    assert view.unmapped == sum(1 for item in open_items if item.status == "On Hold")
    for column in view.columns[1:]:
        mine = [item for item in open_items if COLUMNS.get(item.status) == column.col]
        assert column.total == len(mine)
        assert column.past.total == len(past[column.col])
        rows = {row.row.ref: row for row in (*column.rows, *desk.board.rest(column.col, len(column.rows), 1000))}
        assert rows.keys() == {item.ref for item in mine}
        for item in mine:
            row, entered = rows[item.ref], visits(item)[-1][1]
            age = calendar.working_seconds(entered, now)
            assert (row.entered, row.age_s) == (entered, age)
            if len(past[column.col]) >= 8:
                share = sum(1 for one in past[column.col] if one < age) / len(past[column.col])
                assert row.pace == share
                assert row.ageing == (share >= 0.85)
    merged = {"blind": "Bo Lind"}
    in_work = Counter(
        merged.get(item.owner or "", item.owner) for item in open_items if item.stage in (Stage.DOING, Stage.BLOCKED)
    )
    loads = {load.name: load.in_work for load in desk.board.people().loads}
    assert loads == {name: in_work[name] for name in ("Bo Lind", "Cy Moss", "Ana Ruiz", "Eve Ng")}
    groups = {one.code: one.total for one in desk.board.unseen().groups}
    owners = Counter(item.owner for item in open_items)
    assert groups == {
        "owner": owners[None], "ambiguous": owners["Night team"], "status": view.unmapped, "stranger": owners["Eve Ng"],
    }  # fmt: skip
    shut(desk)
