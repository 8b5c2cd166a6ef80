"""The frame of the stand-up pane: tabs over one list with its page, read beside the keys, each found as it was left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from opstui.errors import Refused
from opstui.services.desk import Desk
from opstui.ui.panes.standup import StandupPane
from opstui.ui.present import Line
from opstui.ui.standup.view import View
from tests.support.triage import Story, a_triage


class Told(View[str]):
    """Rows that a test names; a row in capitals is a heading."""

    name: ClassVar[str] = "Told"
    told: Sequence[str] = ()
    reads = 0
    slow = 0.0
    trouble = ""

    def read(self, desk: Desk) -> Any:
        self.reads += 1
        time.sleep(self.slow)
        if self.trouble:
            raise Refused("Read it", self.trouble, "Mend it")
        return self.told

    def heading(self, row: str) -> bool:
        return row.isupper()

    def line(self, row: str, cells: int, here: bool) -> Line:
        return [(row, "text")]

    def page(self, row: str, cells: int) -> list[Line]:
        return [[(f"all of {row}", "text")]]

    def ref(self, row: str) -> str:
        return row if ":" in row else ""

    def empty(self) -> Sequence[Line]:
        return [[("nothing told", "text")]]

    def why_not(self, action_id: str, row: str | None) -> str:
        return "it is told already" if action_id == "standup.edit" else ""


class Other(Told):
    """A second one."""

    name: ClassVar[str] = "Other"


def pane_of(desk: Story) -> StandupPane:
    pane = desk.app.pane
    assert isinstance(pane, StandupPane)
    return pane


@asynccontextmanager
async def a_frame(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rows: Sequence[str], size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Story, Told, Told]]:
    """The pane with two views of a test's own."""
    monkeypatch.setattr("opstui.ui.panes.standup.make_views", lambda pane: [Told(pane), Other(pane)])
    monkeypatch.setattr(Told, "told", rows)
    async with a_triage(folder, size=size) as desk:
        await desk.press("2")
        pane = pane_of(desk)
        await desk.until(lambda: all(view.reads for view in pane.views))  # type: ignore[attr-defined]
        await desk.pilot.pause(0.05)
        yield desk, *pane.views  # type: ignore[misc]


async def test_the_cursor_passes_over_headings_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_frame(tmp_path, monkeypatch, ["FIRST", "a", "SECOND", "THIRD", "b", "LAST"]) as (desk, *_):
        pane = pane_of(desk)
        assert pane.list.row == "a"
        await desk.press("j")
        assert pane.list.row == "b"
        await desk.press("j", "end")
        assert pane.list.row == "b"
        await desk.press("k")
        assert pane.list.row == "a" and pane.list.top == 0
        await desk.press("k", "home")
        assert pane.list.row == "a"


async def test_headings_alone_leave_the_cursor_somewhere_and_break_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_frame(tmp_path, monkeypatch, ["FIRST", "SECOND"]) as (desk, *_):
        await desk.press("j", "k", "end", "enter", "escape")
        assert pane_of(desk).list.count == 2


async def test_each_tab_is_found_as_it_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_frame(tmp_path, monkeypatch, list("abcdef")) as (desk, *_):
        pane = pane_of(desk)
        await desk.press("j", "j", "j", "tab", "j")
        assert (pane.view.name, pane.list.row) == ("Other", "b")
        await desk.press("shift+tab")
        assert (pane.view.name, pane.list.row) == ("Told", "d")
        await desk.press("1", "2")
        assert pane_of(desk) is pane and pane.list.row == "d"
        await desk.press("tab")
        assert pane.list.row == "b"


async def test_nothing_is_read_again_as_long_as_nothing_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_frame(tmp_path, monkeypatch, ["a"]) as (desk, told, other):
        before = told.reads, other.reads
        await desk.press("tab", "tab", "1", "2", "j")
        assert (told.reads, other.reads) == before
        desk.desk.note("Seal replaced")
        await desk.press("1", "2")
        await desk.until(lambda: (told.reads, other.reads) == (before[0] + 1, before[1] + 1))


async def test_what_stood_there_stays_while_it_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_frame(tmp_path, monkeypatch, ["a"]) as (desk, *_):
        gate = asyncio.Event()
        monkeypatch.setattr(Told, "read", lambda self, desk: (gate.is_set() or _wait(gate), ["b"])[1])
        desk.desk.note("Seal replaced")
        await desk.press("1", "2")
        assert "Loading" not in desk.text and pane_of(desk).list.row == "a"
        gate.set()
        await desk.until(lambda: pane_of(desk).list.row == "b")


async def test_a_view_that_takes_long_rests_while_others_write_and_hurries_for_what_is_written_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_frame(tmp_path, monkeypatch, ["a"]) as (desk, told, _):
        pane = pane_of(desk)
        monkeypatch.setattr("opstui.ui.standup.reading.REST", 1)
        monkeypatch.setattr(Told, "slow", 0.4)
        before = told.reads
        desk.desk.note("written by a sync")
        pane.refresh_data()
        await desk.until(lambda: told.reads == before + 1)
        await desk.pilot.pause(0.45)
        monkeypatch.setattr(Told, "slow", 0.0)
        desk.desk.note("written by the next one")
        pane.refresh_data()
        assert told.reads == before + 1
        await desk.until(lambda: told.reads == before + 2)  # once it has rested
        monkeypatch.setattr("opstui.ui.standup.reading.REST", 1_000_000)
        desk.desk.note("and the one after that")
        pane.refresh_data()
        await desk.until(lambda: told.reads == before + 3)
        await desk.pilot.pause(0.05)
        await desk.press("plus", "text:mine", "enter")
        await desk.until(lambda: told.reads == before + 4)


def _wait(gate: asyncio.Event) -> bool:
    while not gate.is_set():
        time.sleep(0.01)
    return True


async def test_a_view_that_cannot_be_read_says_why_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_frame(tmp_path, monkeypatch, []) as (desk, told, _):
        await desk.expect("nothing told")
        told.trouble = "the store is locked"
        desk.desk.note("Seal replaced")
        await desk.press("1", "2")
        await desk.expect("the store is locked", "Mend it")
        told.trouble = ""
        await desk.press("1", "2")
        await desk.expect("nothing told")


async def test_verbs_are_on_the_item_of_the_row_and_say_so_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_frame(tmp_path, monkeypatch, ["helpdesk:INC4711", "a word"]) as (desk, *_):
        await desk.press("a")
        await desk.until(lambda: desk.desk.undo_list(1) != ())
        assert "INC4711" in desk.desk.undo_list(1)[0].refs[0]
        await desk.press("j", "d")
        assert "there is no item under the cursor" in desk.text
        await desk.press("v")
        assert "marks are made in the queue" in desk.text
        await desk.press("e")
        assert "It is told already." in desk.text
        await desk.press("slash")
        assert "look for an item in the queue" in desk.text


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45)])
async def test_a_row_opens_on_a_page_of_its_own_and_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with a_frame(tmp_path, monkeypatch, list("abc"), size) as (desk, *_):
        await desk.expect("all of a")
        await desk.press("j", "enter")
        assert pane_of(desk).whole and "all of b" in desk.text
        await desk.press("escape")
        assert not pane_of(desk).whole
        await desk.press("escape")
        assert not isinstance(desk.app.pane, StandupPane)


async def test_a_view_that_has_rested_is_not_read_while_another_pane_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_frame(tmp_path, monkeypatch, ["a"]) as (desk, told, _):
        pane = pane_of(desk)
        await desk.press("1")
        before = told.reads
        desk.desk.note("written by a sync")
        pane.reading._rested()
        await desk.pilot.pause(0.1)
        assert told.reads == before
        await desk.press("2")
        await desk.until(lambda: told.reads == before + 1)
