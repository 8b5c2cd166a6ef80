"""Read-only on screen: said in every pane while it is on, switched live, and what waits is said when it ends."""

from __future__ import annotations

from pathlib import Path

from opstui.ui.present import ASCII, Look
from opstui.ui.widgets.day_line import day_line
from tests.support.build import MORNING
from tests.support.host import LOOK
from tests.ui.test_outbox_pane import J, a_tracker


def said(line: list[tuple[str, str]]) -> str:
    return "".join(text for text, _ in line)


def test_the_head_says_it_in_a_word_at_every_width() -> None:
    for cells in (40, 80, 120, 200):
        for look in (LOOK, Look(LOOK.zone, ASCII)):
            assert "read-only" in said(day_line(cells, MORNING, look, "Triage 14 left", readonly=True)[0])
            assert "read-only" not in said(day_line(cells, MORNING, look, "Triage 14 left")[0])


async def test_the_switch_is_in_the_palette_and_every_pane_says_it(tmp_path: Path) -> None:
    async with a_tracker(tmp_path, size=(80, 24)) as desk:
        await desk.press(":", "text:read-only", "enter")
        await desk.expect("□ read-only", "Read-only: nothing is sent to any source from now on")
        assert desk.desk.readonly()
        for key in ("6", "7", "O", "1"):
            await desk.press(key)
            await desk.expect("□ read-only")


async def test_a_verdict_is_parked_meanwhile_and_the_end_says_how_to_send_it(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        await desk.press("7", "R", "1")
        await desk.expect("□ read-only")
        await desk.go("OPS-88")
        await desk.press("p", "3")
        await desk.expect("Kept in the outbox for jira: read-only", "□ parked", "held until released")
        await desk.press("7", "R")
        await desk.expect("Sending again. 1 change made meanwhile stays parked: O, then S sends them.")
        assert not desk.desk.readonly() and "□ read-only" not in desk.text
        assert [one.state for one in desk.desk.outbox()] == ["parked"]


async def test_what_was_on_its_way_waits_while_it_is_on(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk.priority([J], 3)
        await desk.press("7", "R")
        await desk.expect("1 change on the way waits.")
        await desk.press("O")
        await desk.expect("waits: read-only")
        await desk.press("s")
        await desk.expect("nothing is sent while read-only")


async def test_what_the_command_line_said_cannot_be_switched_off(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        desk.desk._at.readonly = True
        desk.app.refresh_data()
        await desk.press("7", "R")
        await desk.expect("this program was started with --readonly")
        assert desk.desk.readonly()
