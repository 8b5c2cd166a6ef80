"""Going from pane to pane: each is found as it was left, and costs little the second time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest
from textual._compositor import LayoutUpdate
from textual.strip import Strip

from opstui.ui.panes.log import LogPane
from opstui.ui.panes.outbox import OutboxPane
from opstui.ui.panes.sources import SourcesPane
from opstui.ui.theme import LIGHT
from opstui.ui.turning import ready
from tests.support.build import an_item
from tests.support.desk import store_of
from tests.support.outbox import can
from tests.support.triage import Story, a_triage, hours


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


async def test_every_pane_is_gone_to_from_every_other(tmp_path: Path) -> None:
    keys = {"1": "triage", "2": "standup", "6": "log", "7": "sources", "O": "outbox"}
    async with a_triage(tmp_path) as desk:
        for here in keys:
            for there, place in keys.items():
                await desk.press(here)
                await desk.press(there)
                assert desk.app.pane is not None and desk.app.pane.place == place, (here, there)


@pytest.mark.parametrize("keys", [("2",), ("g", "u")])
async def test_the_stand_up_is_gone_to_by_its_key_and_by_its_letter(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press(*keys)
        await desk.until(lambda: desk.app.pane is not None and desk.app.pane.place == "standup")
        await desk.expect("Stand-up")


class Glass:
    """What a person sees: everything that is written to the terminal, on a terminal of its own."""

    def __init__(self, desk: Story) -> None:
        self.app = desk.app
        self.screen = pyte.Screen(*self.app.size)
        self.stream = pyte.Stream(self.screen)
        self.written: list[str] = []

    def write(self, data: str) -> None:
        """In place of the driver's."""
        self.written.append(data)
        self.stream.feed(re.sub("\x1b\\[\\?2026[hl]", "", data))

    def wrong(self) -> list[int]:
        """The lines that are not what they were, had the whole screen been written once more."""
        whole = pyte.Screen(*self.app.size)
        with self.app.screen._context():
            strips = self.app.screen._compositor.render_strips()
        lines: list[Iterable[Strip]] = [[strip] for strip in strips]
        pyte.Stream(whole).feed(LayoutUpdate(lines, self.app.size.region).render_segments(self.app.console))
        return [y for y in range(whole.lines) if seen(self.screen, y) != seen(whole, y)]


def seen(screen: pyte.Screen, y: int) -> list[tuple[object, ...]]:
    """What can be seen of a line: of a blank cell only what is behind it."""
    cells = (screen.buffer[y][x] for x in range(screen.columns))
    return [(cell.data, cell.bg, cell.data != " " and (cell.fg, cell.bold, cell.italics)) for cell in cells]


@contextmanager
def looked_at(desk: Story) -> Iterator[Glass]:
    """Everything that the app writes from here on."""
    glass = Glass(desk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(desk.app), "is_headless", property(lambda app: False))
        patch.setattr(desk.app._driver, "write", glass.write)
        desk.app.refresh()
        yield glass


PLAIN = [an_item(f"INC{n:02}", f"Label roll {n} is empty", created=hours(1 + n)) for n in range(60)]
WALK = [
    *(
        "1",
        "2",
        "1",
        "2",
        "1",
        "j",
        "1",
        "j",
        "6",
        "1",
        "7",
        "j",
        "1",
        "O",
        "1",
        "6",
        "j",
        "j",
        "2",
        "1",
        "j",
        "space",
        "6",
        "1",
    ),
    *("slash", "escape", "7", "1", "s", "escape", "6", "space", "1", "d", "6", "1", "z", "7", "O", "2", "6", "7", "1", "end"),
    *("6", "1", "g", "l", "g", "t", "P", "1"),
]
"""Keys that change panes, and others that change what a pane shows, in between."""


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_terminal_shows_the_pane_and_nothing_of_the_one_before(tmp_path: Path, size: tuple[int, int]) -> None:
    async with a_triage(tmp_path, *PLAIN, size=size) as desk:
        with looked_at(desk) as glass:
            for at, key in enumerate(WALK):
                await desk.press(key)
                for _ in range(20):
                    if not glass.wrong():
                        break
                    await desk.pilot.pause(0.05)
                assert not glass.wrong(), (at, key, glass.screen.display)


async def test_the_second_time_only_lines_that_differ_are_written_and_once(tmp_path: Path) -> None:
    async with a_triage(tmp_path, *PLAIN, size=(120, 36)) as desk:
        for key in ("7", "O", "1"):
            await desk.press(key)
        with looked_at(desk) as glass:
            await desk.press("7")
            glass.written.clear()
            await desk.press("O")
        frames = [data for data in glass.written if "\x1b[" in data and "2026" not in data]
        assert len(frames) == 1
        assert len(set(re.findall("\x1b\\[(\\d+);1H", frames[0]))) < 24  # of 36: what both leave blank stays


async def test_the_second_time_nothing_is_read_again_unless_something_was_written(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("2")
        await desk.pilot.pause(0.3)  # the first look at the board keeps the pace of the past: what is shown is read once more
        for key in ("6", "7", "O", "2", "1"):
            await desk.press(key)
        read: list[str] = []
        for key in ("6", "7", "O", "2", "1"):
            store_of(desk.desk).read.set_trace_callback(read.append)
            await desk.press(key)
            store_of(desk.desk).read.set_trace_callback(None)
            again = [sql for sql in read if "FROM notes" in sql or "FROM outbox" in sql or "FROM items" in sql]
            assert not again, (key, again)
        desk.desk.note("Something new", "helpdesk:INC4711")
        await desk.press("6")
        await desk.expect("Something new")


async def test_a_pane_that_is_gone_to_follows_the_clock(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("7", "1")
        desk.clock.forward(minutes=7)
        await desk.press("7")
        await desk.expect("08:12")


async def test_a_pane_that_was_there_takes_another_theme_and_another_size(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("6", "7", "1")
        dark = desk.app.palette.plain["text"]
        desk.app.theme = LIGHT.name
        await desk.pilot.pause()
        await desk.pilot.resize_terminal(100, 30)
        await desk.pilot.pause()
        for key in ("6", "7", "1"):
            await desk.press(key)
            pane = desk.app.pane
            assert pane is not None and (pane.day.size.width, desk.app.size) == (100, (100, 30))
            style = next(segment.style for segment in pane.day.render_line(0) if segment.text.strip())
            assert style is not None and style.color != dark.color
            assert (
                pane.styles.background
                == desk.app.screen.styles.background
                == desk.app._screen_stacks["triage"][0].styles.background
            )


async def test_a_pane_that_was_there_is_laid_out_anew_for_another_size(tmp_path: Path) -> None:
    async with a_triage(tmp_path, size=(120, 36)) as desk:
        await desk.press("6", "2", "1")
        await desk.pilot.resize_terminal(80, 24)
        await desk.pilot.pause()
        for key in ("2", "6", "1"):
            await desk.press(key)
            pane = desk.app.pane
            assert pane is not None
            await desk.until(lambda pane=pane: pane.day.size.width == 80)  # type: ignore[misc]
            assert all(len(line.rstrip()) <= 80 for line in desk.text.splitlines()), key


@pytest.mark.parametrize("name", ["_compositor", "_dirty_widgets", "_repaint_required"])
async def test_where_textual_has_other_names_a_pane_is_shown_by_its_own_way(tmp_path: Path, name: str) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press("O", "1")
        pane = desk.app._screen_stacks["outbox"][0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(pane), name, property(lambda screen: screen.gone), raising=False)
            assert ready(desk.app, "outbox") is None
        assert ready(desk.app, "outbox") is not None


async def test_a_change_that_is_gone_to_is_under_the_cursor_though_the_outbox_was_read_before(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        can(desk.desk, "jira", ("priority", "assign"), ["priority"])
        desk.desk.priority(["jira:OPS-88"], 3)
        desk.desk.assign(["jira:OPS-61"], "Bo Lind")
        await desk.press("O", "1")
        last = desk.desk.outbox()[0].id
        desk.app.open_own({"outbox": str(last)})
        pane = desk.app.pane
        await desk.until(lambda: isinstance(pane, OutboxPane) and pane.list.row is not None and pane.list.row.id == last)


@pytest.mark.parametrize("keys", [("O",), ("7",), ("g", "r")])
async def test_a_key_that_a_pane_has_no_use_for_says_so(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.press(*keys)
        await desk.press("slash", "escape", *keys)
        await desk.press("slash")
        await desk.expect("Filter does nothing here")
