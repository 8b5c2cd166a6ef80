"""Head and foot: a long answer has the room it needs and gives it back; the rail has the points of a working day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.build import MORNING, FakeClock
from tests.support.triage import a_triage

LONG = (
    "The note is not written: the disk that holds /home/ana/.local/share/opstui/opstui.db is full, and every other place "
    "was tried. Make room and press the key again; nothing that was acknowledged is lost, and the draft is kept"
)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 40)])
async def test_a_long_error_is_on_the_screen_to_its_remedy(tmp_path: Path, size: tuple[int, int]) -> None:
    async with a_triage(tmp_path, size=size) as desk:
        pane = desk.app.pane
        assert pane is not None
        before = pane.foot.size.height
        pane.say(LONG, "error")
        await desk.pilot.pause()
        assert LONG in " ".join(desk.text.split())
        pane.say()
        await desk.pilot.pause()
        assert pane.foot.size.height == before
        assert "? all keys" in desk.text


@pytest.mark.parametrize(("days", "shown"), [(0, True), (2, False)])
async def test_stand_up_and_handoff_stand_on_the_rail_of_working_days_only(tmp_path: Path, days: int, shown: bool) -> None:
    async with a_triage(tmp_path, clock=FakeClock(MORNING + timedelta(days=days))) as desk:
        assert ("Stand-up" in desk.text) is shown and ("Handoff" in desk.text) is shown
