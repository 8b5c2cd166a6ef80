"""Going from pane to pane: each is found as it was left, and costs little the second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.ui.panes.log import LogPane
from opstui.ui.panes.outbox import OutboxPane
from opstui.ui.panes.sources import SourcesPane
from tests.support.outbox import can
from tests.support.triage import Story, a_triage


async def there_and_back(desk: Story, *keys: str) -> None:
    """Through every other pane, and back by these keys."""
    await desk.press("1", "2", "6", "7", "O", *keys)


async def test_the_queue_keeps_cursor_filter_split_and_marks(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("tab", "tab", "slash", "whole:owner = none", "enter", "j", "v", "space")
        pane = desk.queue.pane
        before = pane.filter, pane.active, desk.queue.cursor, set(pane.rows.marks), pane.preview, pane.rows.top
        assert all(value is not None for value in before) and before[0] and before[3]
        await there_and_back(desk, "1")
        pane = desk.queue.pane
        assert (pane.filter, pane.active, desk.queue.cursor, set(pane.rows.marks), pane.preview, pane.rows.top) == before


async def test_the_queue_keeps_a_whole_item_open(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("j", "enter")
        before = desk.text
        await there_and_back(desk, "g", "t")
        assert desk.queue.pane.whole and desk.text == before


async def test_the_log_keeps_kind_search_and_cursor(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        for number in range(6):
            desk.desk.note(f"Seal {number} replaced", "helpdesk:INC4711")
        await desk.press("6", "tab", "slash", "text:seal", "enter")
        await desk.until(lambda: isinstance(desk.app.pane, LogPane) and desk.app.pane.entries.count == 6)
        await desk.press("j", "j", "j")
        pane = desk.app.pane
        assert isinstance(pane, LogPane) and pane.entries.row is not None
        before = pane.kind, pane.query_text, pane.entries.row.id, pane.entries.cursor
        await there_and_back(desk, "6")
        assert desk.app.pane is pane
        assert (pane.kind, pane.query_text, pane.entries.row.id, pane.entries.cursor) == before


async def test_the_log_stays_on_its_entry_when_another_is_written_meanwhile(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        for number in range(4):
            desk.desk.note(f"Seal {number} replaced")
        await desk.press("6", "j", "j")
        pane = desk.app.pane
        assert isinstance(pane, LogPane) and pane.entries.row is not None
        before = pane.entries.row.text
        await desk.press("1", "plus", "text:a word in between", "enter")
        await desk.until(lambda: bool(desk.desk.undo_list(10)[4:]))
        await desk.press("6")
        await desk.until(lambda: pane.entries.count == 5)
        assert pane.entries.row.text == before and pane.entries.cursor == 3


async def test_the_outbox_keeps_its_cursor_and_an_open_page(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        can(desk.desk, "jira", ("priority", "assign"), ["priority"])
        desk.desk.priority(["jira:OPS-88"], 3)
        desk.desk.assign(["jira:OPS-61"], "Bo Lind")
        await desk.press("O")
        await desk.until(lambda: isinstance(desk.app.pane, OutboxPane) and desk.app.pane.list.count == 2)
        await desk.press("j", "enter")
        pane = desk.app.pane
        assert isinstance(pane, OutboxPane) and pane.list.row is not None
        before = pane.list.row.id, pane.list.cursor, pane.whole
        await there_and_back(desk, "O")
        assert desk.app.pane is pane and pane.list.row is not None
        assert (pane.list.row.id, pane.list.cursor, pane.whole) == before == (before[0], 1, True)


async def test_the_sources_keep_their_cursor(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("7", "j")
        pane = desk.app.pane
        assert isinstance(pane, SourcesPane) and pane.list.row is not None
        assert pane.list.row.name == "jira"
        await there_and_back(desk, "7")
        assert desk.app.pane is pane and pane.list.row is not None and pane.list.row.name == "jira"


@pytest.mark.parametrize("keys", [("2",), ("g", "u")])
async def test_the_stand_up_is_gone_to_by_its_key_and_by_its_letter(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press(*keys)
        await desk.until(lambda: desk.app.pane is not None and desk.app.pane.place == "standup")
        await desk.expect("Stand-up")
