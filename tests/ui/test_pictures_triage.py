"""Pictures of the triage pane in its states, at the sizes people have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from opstui.domain.model import Item
from opstui.ui.app import OpstuiApp
from tests.support.build import FakeClock, an_item
from tests.support.desk import a_desk, pull
from tests.support.journal import a_workspace
from tests.support.triage import SPLITS, a_morning

SIZES = [(80, 24), (120, 36), (200, 50)]


@contextmanager
def an_app(folder: Path, *items: Item, environ: dict[str, str] | None = None, **config: Any) -> Iterator[OpstuiApp]:
    """The app over a store with these items, or a small bad night."""
    clock = FakeClock()
    desk = a_desk(folder, clock, triage=SPLITS, **config)
    pull(desk, *(items or a_morning()))
    desk.recount()
    workspace = a_workspace(folder, desk, clock)
    yield OpstuiApp(workspace, environ=environ or {})
    desk.close()
    workspace.store.close()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_queue(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path) as app:
        assert snap_compare(app, terminal_size=size, press=["j", "v", "wait:120"])


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_whole_item(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path) as app:
        assert snap_compare(app, terminal_size=size, press=["enter", "wait:120"])


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_place_besides_the_queue(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path) as app:
        desk = app.desk
        desk.accept(["helpdesk:INC91"])
        desk.wait(["jira:OPS-61"], "Procurement", "mon 14", "the purchase order")
        desk.wait(["helpdesk:INC4712"], "Bo Lind")
        desk.snooze(["helpdesk:INC90"], "mon 9")
        desk.merge(["jira:OPS-88"], "helpdesk:INC4711")
        assert snap_compare(app, terminal_size=size, press=["S", "wait:200", "shift+tab", "wait:200"])


def test_the_detail_below(tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path) as app:
        assert snap_compare(app, terminal_size=(80, 24), press=["space", "wait:120"])


def test_a_mistake_in_the_filter(tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path) as app:

        async def write(pilot: Pilot[int]) -> None:
            # All at once: key by key, a slow machine filters by what is right so far.
            await pilot.press("slash")
            field = app.screen.query_one(Input)
            field.value = "team = IT and ownr = me"
            field.cursor_position = len(field.value)
            await pilot.pause(0.5)

        assert snap_compare(app, terminal_size=(120, 36), run_before=write)


def test_an_unfolded_group(tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path) as app:
        assert snap_compare(app, terminal_size=(120, 36), press=["j", "j", "right_square_bracket", "wait:120"])


def test_a_clear_queue(tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path, an_item("A")) as app:
        assert snap_compare(app, terminal_size=(120, 36), press=["d", "wait:700"])


def test_the_light_theme(tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path, ui={"theme": "opstui-light"}) as app:
        assert snap_compare(app, terminal_size=(120, 36), press=["j", "wait:120"])


def test_ascii_without_colour(tmp_path: Path, snap_compare: Any) -> None:
    with an_app(tmp_path, environ={"LANG": "C", "NO_COLOR": "1"}) as app:
        assert snap_compare(app, terminal_size=(120, 36), press=["j", "wait:120"])
