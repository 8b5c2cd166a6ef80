"""The log pane over a real store: everything written and done, searched, opened, superseded, withdrawn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from opstui.ui.app import OpstuiApp
from opstui.ui.dialogs.edit_decision import DecisionEditor
from opstui.ui.panes import log as log_pane
from opstui.ui.panes.log import LogPane
from opstui.ui.present_log import review_words
from tests.support.build import MORNING, FakeClock
from tests.support.desk import a_desk
from tests.support.host import HOSTILE, LOOK, screen_text
from tests.support.journal import a_night, a_workspace


class Story:
    """The log pane as a person drives it."""

    def __init__(self, app: OpstuiApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def pane(self) -> LogPane:
        assert isinstance(self.app.pane, LogPane)
        return self.app.pane

    @property
    def text(self) -> str:
        return screen_text(self.app)

    async def press(self, *keys: str) -> None:
        """Press keys; ``text:words`` are typed."""
        for key in keys:
            await self.pilot.press(*(key[5:] if key.startswith("text:") else (key,)))
        await self.pilot.pause(0.2)
        await self.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        for _ in range(60):
            if true():
                return
            await self.pilot.pause(0.05)
        raise AssertionError(self.text)

    def kinds(self) -> list[str]:
        entries = self.pane.entries
        return [row.kind for at in range(entries.count) if (row := entries.row_at(at))]


@asynccontextmanager
async def a_log(folder: Path, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Story]:
    workspace = a_night(folder)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        story = Story(app, pilot)
        await story.press("6")
        yield story
    workspace.close()


async def test_everything_stands_in_one_list_newest_first(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        assert log.kinds() == ["decision", "decline", "comment", "withdraw", "note", "note", "decision", "note"]
        assert "Swap the vendor" in log.text and "Declined 2 items" in log.text
        assert "withdrawn" in log.text


async def test_tab_goes_through_the_kinds_and_back(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("tab")
        assert set(log.kinds()) == {"note"}
        await log.press("tab")
        assert log.kinds() == ["decision", "decision"]
        await log.press("shift+tab", "shift+tab")
        assert len(log.kinds()) == 8


async def test_a_decision_opens_with_its_options_owner_review_and_neighbours(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        for said in (
            "Third reject night",
            "wait",
            "Bo Lind",
            "1d overdue",
            "down 80 %",
            "instead of",
            "decision 1: Keep vendor A",
        ):
            assert said in log.text, said
        await log.press("tab", "tab", "down")
        assert "no longer in force" in log.text and "decision 2: Swap the vendor" in log.text


async def test_a_bulk_action_lists_its_items(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("down")
        assert "ITEMS 2" in log.text and "Payroll failed" in log.text


async def test_words_are_searched_as_typed_over_entries_and_items(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("slash", "text:vendor")
        assert log.kinds() == ["decision", "decision"]
        await log.press("backspace", *["backspace"] * 5, "text:payroll")
        assert log.kinds() == ["comment", "item"]
        assert "1 entry, newest first, then 1 item" in log.text
        assert "Payroll failed" in log.text
        await log.press("escape")
        assert len(log.kinds()) == 8 and not log.pane.search.open


async def test_enter_leaves_the_search_for_the_list_and_keeps_it(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("slash", "text:vendor", "enter", "j")
        assert log.pane.entries.cursor == 1 and log.pane.entries.has_focus
        await log.press("slash", "text:zzz")
        assert "Nothing holds" in log.text and "clears the search" in log.text


async def test_a_decision_is_superseded_both_ways_in_one_write(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("D")
        await log.until(lambda: isinstance(log.app.screen, DecisionEditor))
        assert "takes the place of: Swap the vendor" in log.text
        await log.press("text:Two vendors", "f2")
        await log.until(lambda: log.app.desk.decision(3) is not None)
        old, new = log.app.desk.decision(2), log.app.desk.decision(3)
        assert old is not None and new is not None
        assert (old.superseded_by, new.supersedes, new.what) == (3, 2, "Two vendors")
        await log.until(lambda: "Two vendors" in log.text)
        assert log.app.desk.draft("decision:#2") == ""
        await log.press("z")
        await log.until(lambda: log.app.desk.decision(3) is None)


async def test_a_superseded_decision_points_at_its_successor_instead(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("tab", "tab", "down", "D")
        assert "Decision 2 took its place already" in log.text


async def test_a_note_is_struck_out_and_undo_brings_it_back(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("tab", "down", "down", "X")
        note = log.pane.entries
        await log.until(lambda: bool((row := note.row_at(2)) and row.withdrawn))
        await log.press("X")
        assert "it is already" in log.text
        await log.press("z")
        await log.until(lambda: bool((row := note.row_at(2)) and not row.withdrawn))


async def test_a_verdict_here_is_on_the_item_of_the_line(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("tab", "down", "a")
        assert "this line is about no item" in log.text
        await log.press("down", "a")
        await log.until(lambda: (row := log.app.desk.row("helpdesk:INC1")) is not None and row.place == "accepted")


async def test_a_note_written_here_stands_on_top_and_the_cursor_stays(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        await log.press("down", "down")
        here = log.pane.entries.row
        log.app.desk.note("from another window")
        log.app.refresh_data()
        await log.pilot.pause()
        assert log.pane.entries.row == here and log.pane.entries.cursor == 3


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 50)])
async def test_the_log_fits_and_opens_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with a_log(tmp_path, size) as log:
        await log.press("enter")
        assert "Third reject night" in log.text
        await log.press("escape", "space", "space", "end", "home")
        assert len(log.kinds()) == 8


async def test_hostile_text_is_shown_as_text_in_every_line_and_page(tmp_path: Path) -> None:
    async with a_log(tmp_path) as log:
        seen = log.text
        for _ in range(8):
            await log.press("j")
            seen += log.text
        assert "[b]bold[/nope]" in seen and "\x1b" not in seen and "\u202e" not in seen
        await log.press("slash", f"text:{HOSTILE[:14]}")
        await log.press("escape", "enter", "n", f"text:{HOSTILE[:14]}", "f2")
        await log.until(lambda: "[b]bold[/nope]" in log.app.desk.log()[0].text)


async def test_a_long_log_is_counted_as_far_as_somebody_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_pane, "REACH", 4)
    async with a_log(tmp_path) as log:
        assert len(log.kinds()) == 4 and "4+ entries" in log.text
        await log.press("G")
        assert len(log.kinds()) == 8 and "8 entries" in log.text and log.pane.entries.cursor == 3


async def test_an_empty_log_says_what_it_is_for_and_the_key_that_fills_it(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = a_desk(tmp_path, clock)
    workspace = a_workspace(tmp_path, desk, clock)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6")
        await pilot.pause(0.1)
        assert "Nothing written yet" in screen_text(app) and "n writes a note" in screen_text(app)
    workspace.close()


def test_a_review_date_says_how_far_it_is() -> None:
    assert review_words("2026-12-04", MORNING, LOOK) == "Fri 4 Dec 2026, in 14d"
    assert review_words("2026-11-20", MORNING, LOOK) == "Fri 20 Nov 2026, today"
    assert review_words("", MORNING, LOOK) == "–" and review_words("soon", MORNING, LOOK) == "soon"
