"""The theme that was chosen is there after a restart, unless the config names one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from opstui.errors import StoreFull
from opstui.services import workspace as workspaces
from opstui.ui.app import OpstuiApp
from tests.support.host import screen_text


@asynccontextmanager
async def opened(folder: Path, config: str = "", **environ: str) -> AsyncIterator[tuple[OpstuiApp, Pilot[int]]]:
    """The app as the command line opens it."""
    path = folder / "config.toml"
    path.write_text('[day]\ntimezone = "UTC"\n' + config)
    with workspaces.open(path, folder / "data", {"HOME": str(folder)} | environ) as workspace:
        app = OpstuiApp(workspace, environ={})
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            yield app, pilot


async def choose(app: OpstuiApp, pilot: Pilot[int], name: str) -> None:
    app.do("app.theme")
    await pilot.pause(0.05)
    await pilot.press(*name)
    await pilot.press("enter")
    await pilot.pause(0.1)


async def test_a_chosen_theme_is_kept_over_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, pilot):
        assert app.theme == "opstui-dark"
        await choose(app, pilot, "opstui-light")
        assert app.theme == "opstui-light"
    async with opened(tmp_path) as (app, _):
        assert app.theme == "opstui-light"


async def test_a_theme_only_tried_on_is_not_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, pilot):
        app.do("app.theme")
        await pilot.pause(0.05)
        await pilot.press("down", "down", "escape")
        await pilot.pause(0.1)
    async with opened(tmp_path) as (app, _):
        assert app.theme == "opstui-dark"


@pytest.mark.parametrize("explicit", ["opstui-dark", "nord"])
async def test_the_config_wins_and_the_picker_says_so(explicit: str, tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, pilot):
        await choose(app, pilot, "opstui-light")
    config = f'[ui]\ntheme = "{explicit}"\n'
    async with opened(tmp_path, config) as (app, pilot):
        assert app.theme == explicit
        app.do("app.theme")
        await pilot.pause(0.05)
        assert "ui.theme is set by" in screen_text(app) and "config.toml:4" in screen_text(app).replace("\n", "")
        await pilot.press("escape")
        await choose(app, pilot, "gruvbox")
        assert app.theme == "gruvbox"
    async with opened(tmp_path, config) as (app, _):
        assert app.theme == explicit
    async with opened(tmp_path) as (app, _):
        assert app.theme == "opstui-light", "what was tried on under the config was not kept"


async def test_a_kept_theme_that_is_there_no_more_gives_way(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, _):
        app.desk.keep_theme("gone")
    async with opened(tmp_path) as (app, _):
        assert app.theme == "opstui-dark"


async def test_a_theme_that_cannot_be_kept_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as (app, pilot):

        def full(name: str) -> None:
            raise StoreFull("opstui.db", "the disk is full")

        monkeypatch.setattr(app.desk, "keep_theme", full)
        await choose(app, pilot, "opstui-light")
        assert "The theme is not kept" in screen_text(app)
