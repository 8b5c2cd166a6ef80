"""The outbox on screen: each change where it stands, on its row, in its item, in its own pane, with the ways out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opstui.domain.outbox import State
from opstui.ui.panes.outbox import OutboxPane
from opstui.ui.panes.sources import SourcesPane
from tests.support.build import MORNING, an_item
from tests.support.desk import store_of
from tests.support.host import HOSTILE
from tests.support.outbox import can, settle
from tests.support.triage import Story, a_morning, a_triage

ALL = ("assign", "comment", "create", "due", "labels", "priority", "transition")
J = "jira:OPS-88"
SIZES = [(80, 24), (120, 36), (200, 50)]


@asynccontextmanager
async def a_tracker(folder: Path, *items: Any, size: tuple[int, int] = (120, 36), **config: Any) -> AsyncIterator[Story]:
    """The small bad night, with a jira that takes everything."""
    async with a_triage(folder, *(items or a_morning()), size=size, **config) as desk:
        can(desk.desk, "jira", ALL, ["comment", "create"])
        desk.app.refresh_data()
        yield desk


def in_state(desk: Story, state: State, **columns: Any) -> int:
    """The change made last is moved on, as the engine does it."""
    id = desk.desk.outbox()[0].id
    settle(desk.desk, id, state, **columns)
    return id


async def test_a_verdict_on_a_tracker_says_where_it_goes_and_its_row_and_detail_say_where_it_stands(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.go("OPS-88")
        await desk.press("p", "3")
        await desk.expect("For jira, sent at 08:05:08 · z cancels", "OUTBOX", "priority medium", "sent in 8s, z cancels")
        await desk.expect("↑ to send")
        assert not desk.desk.moves(J)
        desk.clock.forward(seconds=3)
        await desk.expect("sent in 5s, z cancels")
        await desk.press("z")
        await desk.until(lambda: not desk.desk.outbox())
        await desk.until(lambda: "↑ to send" not in desk.text and "OUTBOX" not in desk.text)


async def test_counting_down_reads_nothing_from_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.go("OPS-88")
        await desk.press("p", "3")
        await desk.expect("sent in 8s")
        assert desk.queue.pane.counts
        read: list[str] = []
        store_of(desk.desk).read.set_trace_callback(read.append)
        try:
            desk.clock.forward(seconds=4)
            desk.queue.pane.count_down()
        finally:
            store_of(desk.desk).read.set_trace_callback(None)
        assert read == []
        assert "sent in 4s" in desk.text


async def test_a_verdict_on_a_source_that_cannot_take_it_says_that_it_stays_here(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.press("o", "text:bo lind", "enter")
        await desk.expect("Kept here: helpdesk (csv) takes no owner")
        assert not desk.desk.outbox()


@pytest.mark.parametrize(
    ("state", "word"),
    [(State.FAILED, "✗ failed"), (State.CONFLICT, "≠ conflict"), (State.SENDING, "↑ sending"), (State.PARKED, "□ parked")],
)
async def test_a_row_says_the_gravest_state_of_its_changes(state: State, word: str, tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.priority([J], 3)
        in_state(desk, state, theirs=4)
        await desk.expect(word)


async def test_a_failed_change_says_why_and_what_helps_in_its_item(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.priority([J], 3)
        in_state(
            desk, State.FAILED, what="jira: 400, it was not taken", why=f"Priority {HOSTILE}", next_step="Ask for the right."
        )
        await desk.go("OPS-88")
        await desk.expect("✗ failed", "jira: 400, it was not", "Ask for the right.")
        assert "\x1b" not in desk.text


async def test_what_was_sent_today_stands_in_its_item_and_is_counted_in_the_outbox(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.assign([J], "Cy Moss")
        in_state(desk, State.SENT, settled=MORNING - timedelta(days=1))
        desk.desk.priority([J], 3)
        in_state(desk, State.SENT, settled=MORNING)
        await desk.go("OPS-88")
        await desk.expect("OUTBOX", "✓ sent 08:05 priority medium")
        assert "sent Thu" not in desk.text and desk.desk.sent_today() == 1
        await desk.press("O")
        await desk.expect("Nothing is on its way, and nothing came back.", "1 sent today")


async def test_the_page_stands_beside_the_list_where_there_is_room_and_below_it_otherwise(tmp_path: Path) -> None:
    async with a_tracker(tmp_path, size=(200, 50)) as desk:
        desk.desk.priority([J], 3)
        await desk.press("O")
        await desk.expect("┬", "state     ↑ to send")
        pane = desk.app.pane
        assert isinstance(pane, OutboxPane)
        assert pane.page.region.y == pane.list.region.y and pane.list.region.right == pane.page.region.x
        await desk.press("enter")
        await desk.until(lambda: pane.page.region.width == 200 and not pane.list.display)
        await desk.press("escape")
        await desk.until(lambda: pane.page.region.width < 100)
        await desk.pilot.resize_terminal(120, 36)
        await desk.until(lambda: pane.page.region.y > pane.list.region.y and pane.page.region.width == 120)
        assert "┬" not in desk.text


async def test_an_empty_outbox_says_so_and_escape_goes_back(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.press("g", "o")
        await desk.expect("Nothing is on its way, and nothing came back.")
        await desk.press("m")
        await desk.expect("Mine: the outbox is empty")
        await desk.press("escape")
        await desk.until(lambda: desk.app.current_mode == "triage")


async def test_what_needs_a_decision_stands_first_and_each_line_says_its_state(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.priority([J], 3)
        failed = in_state(desk, State.FAILED, what="jira: 400, it was not taken")
        desk.desk.comment("jira:OPS-61", "Procurement says Tuesday.")
        await desk.press("O")
        await desk.expect("1 came back · 1 on their way", "✗ failed", "↑ to send", "comment “Procurement says")
        pane = desk.app.pane
        assert isinstance(pane, OutboxPane)
        assert pane.list.row is not None and pane.list.row.id == failed
        await desk.expect("jira: 400, it was not taken", "s try again", "e edit", "x drop")


async def test_a_conflict_shows_three_values_and_mine_sends_it_anyway(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.priority([J], 3)
        id = in_state(desk, State.CONFLICT, theirs=5)
        await desk.press("O")
        await desk.expect("was     critical", "yours   medium", "theirs  lowest", "m sends it anyway", "t lets it stand")
        await desk.press("s")
        await desk.expect("mine, theirs, or edit it")
        await desk.press("m")
        await desk.until(lambda: [(one.state, one.base) for one in desk.desk.outbox()] == [("pending", 5)])
        change = desk.desk.outgoing(id)
        assert change is not None and change.value["priority"] == 3


async def test_theirs_drops_the_change_and_undo_brings_it_back(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.priority([J], 3)
        in_state(desk, State.CONFLICT, theirs=5)
        await desk.press("O", "t")
        await desk.expect("Nothing is on its way")
        await desk.press("z")
        await desk.until(lambda: bool(desk.desk.outbox()))


@pytest.mark.parametrize(
    ("make", "keys", "value"),
    [
        (lambda desk: desk.priority([J], 3), ("e", "4"), {"priority": 4, "label": ""}),
        (lambda desk: desk.assign([J], "Cy Moss"), ("e", "text:ana ruiz", "enter"), "Ana Ruiz"),
        (lambda desk: desk.due([J], "2026-12-04"), ("e", "0", "enter"), None),
        (lambda desk: desk.labels([J], ["audit"]), ("e", "text:, badge", "enter"), ["audit", "badge"]),
        (lambda desk: desk.comment(J, "Signed."), ("e", "text: Again", "f2"), {"text": "Signed. Again"}),
        (lambda desk: desk.create("jira", "Readers"), ("e", "text:!", "enter"), "Readers!"),
        (lambda desk: desk.transition([J], "Done"), ("e", "text:Review", "enter"), "Review"),
    ],
    ids=["priority", "assign", "due", "labels", "comment", "create", "transition"],
)
async def test_edit_asks_what_the_verb_asks_and_puts_the_answer_in_its_place(
    make: Any, keys: tuple[str, ...], value: Any, tmp_path: Path
) -> None:
    async with a_tracker(tmp_path) as desk:
        make(desk.desk)
        before = in_state(desk, State.FAILED, what="jira said no")
        await desk.press("O")
        await desk.expect("✗ failed")
        await desk.press(*keys)
        await desk.until(lambda: [one.state for one in desk.desk.outbox()] == ["pending"])
        (change,) = desk.desk.outbox()
        assert change.id != before
        got = change.value
        if isinstance(got, dict) and not isinstance(value, dict):
            got = got.get("name") or got.get("title") or got.get("status") or sorted(got["add"])
        assert got == value


async def test_parked_changes_are_sent_after_it_is_said_how_many_and_where_to(tmp_path: Path) -> None:
    async with a_tracker(tmp_path, outbox={"readonly": True}) as desk:
        desk.desk.priority([J], 3)
        desk.desk.comment("jira:OPS-61", "Tuesday.")
        await desk.press("O")
        await desk.expect("2 parked", "□ parked", "□ read-only")
        desk.desk.set_readonly(False)
        desk.app.refresh_data()
        await desk.press("S")
        await desk.expect("Send 2 parked changes?", "Send all 2: 2 to jira", "Leave them parked")
        await desk.press("3")
        assert {one.state for one in desk.desk.outbox()} == {"parked"}
        await desk.press("S", "1")
        await desk.until(lambda: sorted(one.state for one in desk.desk.outbox()) == ["parked", "pending"])
        await desk.press("S", "1")
        await desk.until(lambda: {one.state for one in desk.desk.outbox()} == {"pending"})


async def test_enter_on_what_opstui_says_itself_opens_the_change_or_the_source(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.comment("jira:OPS-61", "Tuesday.")
        desk.desk.priority([J], 3)
        id = in_state(desk, State.FAILED, what="jira said no", raised=True)
        desk.app.refresh_data()
        await desk.until(lambda: any(ref.startswith("outbox-") for ref in desk.queue.refs))
        await desk.go(f"outbox-{id}")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.pane, OutboxPane) and desk.app.pane.list.row is not None)
        pane = desk.app.pane
        assert isinstance(pane, OutboxPane) and pane.list.row is not None and pane.list.row.id == id
        assert desk.app.open_own({"source": "jira"})
        await desk.until(lambda: isinstance(desk.app.pane, SourcesPane) and desk.app.pane.list.row is not None)
        sources = desk.app.pane
        assert isinstance(sources, SourcesPane) and sources.list.row is not None and sources.list.row.name == "jira"


async def test_a_change_that_is_over_by_now_says_so(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        assert desk.app.open_own({"outbox": "77"}) and not desk.app.open_own({})
        await desk.expect("no longer in the outbox")


async def test_foreign_text_runs_nothing_in_the_outbox(tmp_path: Path) -> None:
    item = an_item("OPS-88", f"Title {HOSTILE}", source="jira", status=f"st {HOSTILE}", labels=(HOSTILE,))
    async with a_tracker(tmp_path, item, size=(200, 50)) as desk:
        desk.desk.comment(J, f"say {HOSTILE}")
        in_state(desk, State.FAILED, what=f"what {HOSTILE}", why=f"why {HOSTILE}", next_step=f"next {HOSTILE}")
        desk.desk.transition([J], f"to {HOSTILE}")
        in_state(desk, State.CONFLICT, theirs=f"theirs {HOSTILE}")
        await desk.press("O")
        await desk.expect("✗ failed", "≠ conflict", "[b]bold[/nope]")
        for key in ("j", "J", "K", "enter", "escape"):
            await desk.press(key)
            assert "\x1b" not in desk.text and "\u202e" not in desk.text


@pytest.mark.parametrize("size", [*SIZES, (40, 12)], ids=str)
async def test_the_outbox_fits_every_size(size: tuple[int, int], tmp_path: Path) -> None:
    async with a_tracker(tmp_path, size=size) as desk:
        desk.desk.priority([J], 3)
        in_state(desk, State.CONFLICT, theirs=5)
        await desk.press("O", "enter", "J", "K", "escape")
        await desk.expect("conflict")


async def test_a_try_that_failed_says_when_it_is_tried_again(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.priority([J], 3)
        later = MORNING + timedelta(seconds=40)
        in_state(desk, State.PENDING, attempts=2, due=later, doubt=1, what="jira: no answer", why="it took longer than 30 s")
        await desk.press("O")
        await desk.expect("2 tries", "in 40s", "again in 40s", "looked up before it is sent again", "jira: no answer")


async def test_moving_among_rows_with_changes_on_their_way_reads_nothing(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.priority([J, "jira:OPS-61"], 3)
        desk.app.refresh_data()
        await desk.expect("↑ to send")
        read: list[str] = []
        store_of(desk.desk).read.set_trace_callback(read.append)
        try:
            for _ in range(3):
                desk.queue.pane.action_run("list.down")
        finally:
            store_of(desk.desk).read.set_trace_callback(None)
        assert read == []
