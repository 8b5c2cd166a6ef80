"""Head and foot: a long answer has the room it needs and gives it back; the rail shows the day and leads to its hour."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from opstui.store import journal
from tests.support.build import MORNING, FakeClock
from tests.support.desk import store_of
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


async def test_a_day_that_is_not_worked_says_so_in_the_head(tmp_path: Path) -> None:
    async with a_triage(tmp_path, clock=FakeClock(MORNING + timedelta(days=2)), size=(80, 24)) as desk:
        assert "not a working day" in desk.text.splitlines()[0]


@pytest.mark.parametrize(
    ("hours", "held", "place"),
    [(0, False, "triage"), (1.8, False, "standup"), (2.5, False, "standup"), (2.5, True, "triage"), (8.5, False, "triage")],
)
async def test_one_key_leads_to_the_pane_that_fits_the_hour(tmp_path: Path, hours: float, held: bool, place: str) -> None:
    async with a_triage(tmp_path, clock=FakeClock(MORNING + timedelta(hours=hours))) as desk:
        if held:
            with store_of(desk.desk).writing() as conn:
                journal.write(conn, (), at=desk.desk.now(), who="Ana Ruiz", verb="standup", summary="Held")
        await desk.press("6", "0")
        await desk.until(lambda: desk.app.pane is not None and desk.app.pane.place == place)
        await desk.press("0")
        assert "This is where the day is." in desk.foot


async def test_a_late_stand_up_stands_in_every_pane_until_it_is_held(tmp_path: Path) -> None:
    async with a_triage(tmp_path, clock=FakeClock(MORNING + timedelta(hours=2, minutes=30)), size=(80, 24)) as desk:
        for key in ("6", "7", "O", "1"):
            await desk.press(key)
            assert "2 Stand-up 35m late" in desk.text.splitlines()[0]
        with store_of(desk.desk).writing() as conn:
            journal.write(conn, (), at=desk.desk.now(), who="Ana Ruiz", verb="standup", summary="Held")
        await desk.until(lambda: "late" not in desk.text.splitlines()[0])


async def test_the_minute_moves_the_rail_on_by_itself(tmp_path: Path) -> None:
    async with a_triage(tmp_path, clock=FakeClock(MORNING + timedelta(hours=1, minutes=54))) as desk:
        assert "2 Stand-up 10:00 in 1m" in desk.text.splitlines()[0]
        desk.clock.forward(minutes=3)
        await desk.expect("2 Stand-up 2m late")


async def test_what_is_clicked_on_the_rail_is_gone_to(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        head = desk.text.splitlines()[0]
        await desk.pilot.click("#day", offset=(head.index("Stand-up") + 2, 0))
        await desk.until(lambda: desk.app.pane is not None and desk.app.pane.place == "standup")
        await desk.pilot.click("#day", offset=(desk.text.splitlines()[0].index(" left"), 0))
        await desk.until(lambda: desk.app.pane is not None and desk.app.pane.place == "triage")


async def test_the_head_is_not_redrawn_while_it_says_the_same(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        pane = desk.app.pane
        assert pane is not None
        drawn: list[object] = []
        pane.day.refresh = lambda *regions, **kwargs: drawn.append(regions)  # type: ignore[assignment,method-assign]
        pane.refresh_data()
        pane.tick()
        assert not drawn
        desk.clock.forward(minutes=1)
        pane.tick()
        assert len(drawn) == 1
