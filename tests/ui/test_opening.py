"""The app opens on the pane it is told to, as long as there is such a pane."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.ui.app import OpstuiApp
from opstui.ui.panes.log import LogPane
from opstui.ui.panes.sources import SourcesPane
from opstui.ui.panes.triage import TriagePane
from tests.support.host import screen_text
from tests.support.journal import a_night


@pytest.mark.parametrize(
    ("mode", "pane"), [("", TriagePane), ("log", LogPane), ("sources", SourcesPane), ("nowhere", TriagePane)]
)
async def test_it_opens_on_the_pane_it_is_told_to(mode: str, pane: type, tmp_path: Path) -> None:
    app = OpstuiApp(a_night(tmp_path), environ={}, mode=mode)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(0.05)
        assert isinstance(app.pane, pane)
        assert list(app._screen_stacks) == [mode if mode in app.MODES else "triage"]  # no other pane is made for it


async def test_from_another_pane_than_the_queue_the_keys_lead_to_all_of_them(tmp_path: Path) -> None:
    app = OpstuiApp(a_night(tmp_path), environ={}, mode="log")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(0.05)
        await pilot.press("1")
        await pilot.pause(0.05)
        assert isinstance(app.pane, TriagePane) and "INC1" in screen_text(app)
        await pilot.press("6")
        await pilot.pause(0.05)
        assert isinstance(app.pane, LogPane) and "Keep vendor A" in screen_text(app)


async def test_one_app_does_not_say_where_the_next_one_opens(tmp_path: Path) -> None:
    OpstuiApp(a_night(tmp_path), environ={}, mode="log")
    assert OpstuiApp.DEFAULT_MODE == "triage"
