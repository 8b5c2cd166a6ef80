"""The stand-up's board and what nobody sees, walked with keys over a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from opstui.domain.model import Change, Item, Kind, Stage
from opstui.services import reranking
from opstui.store import kept
from opstui.ui.panes.standup import StandupPane
from tests.support.build import MORNING, an_item
from tests.support.desk import store_of
from tests.support.triage import Story, a_triage, hours

BOARD = {
    "stages": [
        {"name": "Ready", "statuses": ["Open"], "stage": "todo"},
        {"name": "Build", "statuses": ["Dev"], "stage": "doing", "wip": 2},
        {"name": "Shipped", "statuses": ["Closed"], "stage": "done"},
    ]
}


def dev(key: str, title: str, *history: Change, **more: Any) -> Item:
    """Something that is being built."""
    values: dict[str, Any] = {
        "status": "Dev",
        "stage": Stage.DOING,
        "owner": "Bo Lind",
        "created": hours(24 * 9),
        "updated": hours(99),
    }
    return an_item(key, title, **(values | {"history": history} | more))


def a_board() -> list[Item]:
    """Three in work of whom one moved and one waits, two folded away, one nobody owns, one on no column."""
    moved = Change("status", "Open", "Dev", hours(2), "Cy Moss")
    return [
        dev("OPS1", "Moved this night", moved, created=hours(40), updated=hours(2)),
        dev("OPS2", "Held up by the order", blocked_by=("OPS4",)),
        dev("OPS3", "Quietly going on"),
        an_item("OPS4", "The order for the badges", owner="Cy Moss", created=hours(200), updated=hours(200)),
        an_item("OPS5", "Somebody should", owner=None, created=hours(200), updated=hours(200)),
        dev("OPS6", "Beside the board", status="Zebra", stage=Stage.BLOCKED, owner="Eve Ng"),
        an_item("MAIL", "Not of the board", kind=Kind.MESSAGE, created=hours(3)),
    ]


@asynccontextmanager
async def a_stand_up(folder: Path, *items: Item, size: tuple[int, int] = (120, 36), **config: Any) -> AsyncIterator[Story]:
    """The app at its stand-up, the board read."""
    config = {"board": BOARD, **config}
    async with a_triage(folder, *(items or a_board()), size=size, **config) as desk:
        await desk.press("2")
        await desk.until(lambda: bool(pane_of(desk).view.rows) or "No item" in desk.text)
        yield desk


def pane_of(desk: Story) -> StandupPane:
    pane = desk.app.pane
    assert isinstance(pane, StandupPane)
    return pane


async def go(desk: Story, ref: str) -> None:
    """Walk to an item."""
    await desk.press("home")
    for _ in range(30):
        if pane_of(desk).view.ref(pane_of(desk).list.row) == ref:
            return
        await desk.press("j")
    raise AssertionError(desk.text)


def lines_with(desk: Story, *words: str) -> list[str]:
    return [line for line in desk.text.splitlines() if all(word in line for word in words)]


async def test_the_board_is_walked_right_to_left_over_what_moved_or_is_held_up(tmp_path: Path) -> None:
    async with a_stand_up(tmp_path) as desk:
        text = desk.text
        assert text.index("Shipped") < text.index("Build 3/2 over") < text.index("Ready 2") < text.index("On no column 1")
        assert "Bo ▮▮▮▯ 3/4" in text
        assert lines_with(desk, "◆ OPS1", "status") and lines_with(desk, "■ OPS2")
        assert "Quietly going on" not in text
        assert "Not of the board" not in text
        await go(desk, "helpdesk:OPS1")
        await desk.expect("MOVED SINCE", "Cy Moss")


async def test_the_page_tells_the_chain_once_it_is_read(tmp_path: Path) -> None:
    async with a_stand_up(tmp_path) as desk:
        await go(desk, "helpdesk:OPS2")
        await desk.expect("WAITS FOR", "The order for the badges", "STAYS")


async def test_a_folded_column_opens_and_closes_again_and_the_cursor_goes_to_what_came(tmp_path: Path) -> None:
    async with a_stand_up(tmp_path) as desk:
        pane = pane_of(desk)
        await desk.press("right_square_bracket")
        await desk.expect("Quietly going on")
        await desk.until(lambda: pane.view.ref(pane.list.row) == "helpdesk:OPS3")
        await desk.press("right_square_bracket")
        await desk.until(lambda: "Quietly going on" not in desk.text)


async def test_a_verb_acts_on_the_item_of_the_row_and_the_board_follows(tmp_path: Path) -> None:
    async with a_stand_up(tmp_path) as desk:
        await go(desk, "helpdesk:OPS1")
        await desk.press("d")
        await desk.expect("Build 2/2", "Shipped 1 closed")
        assert desk.desk.row("helpdesk:OPS1").place == "done"  # type: ignore[union-attr]
        await desk.press("z")
        await desk.expect("Build 3/2 over")


async def test_what_nobody_sees_has_a_tab_with_its_count(tmp_path: Path) -> None:
    async with a_stand_up(tmp_path) as desk:
        await desk.expect("Unseen 2")
        await desk.press("shift+tab")
        await desk.expect("Nobody owns it 1", "Somebody should", "On no column of the board 1", "(Zebra)"[1:-1], "Eve Ng")
        pane = pane_of(desk)
        assert pane.view.ref(pane.list.row) == "helpdesk:OPS5"
        await desk.expect("In Ready for")


async def test_one_person_under_three_names_is_told_with_what_to_write(tmp_path: Path) -> None:
    names = ("eve.ng", "E. Ng", "Eve Ng")
    items = [dev(f"OPS{n}", f"Work {n}", owner=name) for n, name in enumerate(names)]
    async with a_stand_up(tmp_path, *items, people=[]) as desk:
        await desk.press("shift+tab")
        await desk.expect("One person under several names 1", "Eve Ng is likely E. Ng, eve.ng too")
        await desk.press("end")
        await desk.expect("WRITE INTO THE CONFIG", 'aliases = ["E. Ng", "eve.ng"]')


async def test_a_board_without_items_says_what_would_stand_there(tmp_path: Path) -> None:
    async with a_stand_up(tmp_path, an_item("MAIL", kind=Kind.MESSAGE)) as desk:
        await desk.expect("No item is on the board.")


async def test_twelve_persons_at_eighty_columns_leave_room_for_the_board(tmp_path: Path) -> None:
    people = [
        {"name": f"{name} Ng"} for name in ("Abe", "Bea", "Cem", "Dov", "Eva", "Fay", "Gil", "Hal", "Ina", "Jim", "Kay", "Leo")
    ]
    items = [dev(f"OPS{n}", f"Work {n}", owner=people[n % 12]["name"]) for n in range(50)]
    async with a_stand_up(tmp_path, *items, size=(80, 24), people=people, me={}) as desk:
        lines = desk.text.splitlines()
        strip = [line for line in lines if "▮" in line]
        assert len(strip) == 2
        assert "more" in strip[1] or sum(line.count("▮▮▮▮") for line in strip) == 12
        assert lines_with(desk, "Build 50/2 over")
        assert all(len(line) <= 80 for line in lines)


async def test_ages_go_on_while_the_pane_is_open(tmp_path: Path) -> None:
    async with a_stand_up(tmp_path, dev("OPS1", "Now", created=MORNING - timedelta(minutes=5), owner=None)) as desk:
        assert pane_of(desk).view.name == "Board"
        await desk.press("right_square_bracket")
        await desk.expect("Build 1/2")


async def test_a_board_that_the_engine_has_yet_to_work_out_says_so(tmp_path: Path) -> None:
    async with a_stand_up(tmp_path) as desk:
        assert "being worked out" not in desk.text
        with store_of(desk.desk).writing() as conn:
            kept.keep(conn, reranking.RULES, "of another config")
        await desk.press("tab", "shift+tab")
        await desk.until(lambda: "the columns are being worked out" in desk.text)
