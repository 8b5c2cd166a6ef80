"""Leaving while changes wait: they are sent if that takes a moment, any key leaves them, and it is said what is left."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from opstui.cli.app import say_left
from opstui.domain.outbox import State
from opstui.ui.dialogs.farewell import Farewell, waiting
from tests.support.build import an_item
from tests.support.desk import a_desk, pull, shut
from tests.support.outbox import can, settle
from tests.support.triage import Story
from tests.ui.test_outbox_pane import J, a_tracker, in_state


class Sending:
    """An engine that ends when it is let, or hurried."""

    def __init__(self) -> None:
        self.why_not, self.elsewhere, self.hurried = "", False, False
        self.end = asyncio.Event()
        self.far: dict[str, Any] = {}
        self.reading: dict[str, str] = {}
        self.patience: float | None = None

    async def stop(self, patience: float | None = None) -> None:
        if patience is not None:
            self.patience = patience
            await self.end.wait()

    def hurry(self) -> None:
        self.hurried = True
        self.end.set()


def with_engine(desk: Story) -> Sending:
    engine = Sending()
    desk.app.engine = engine  # type: ignore[assignment]
    return engine


async def test_the_app_waits_until_what_is_held_is_sent(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        engine = with_engine(desk)
        desk.desk.priority([J], 3)
        desk.desk.comment(J, "Signed.")
        await desk.press("q")
        await desk.expect("Sending 2 changes …", "any key leaves the rest for later")
        assert engine.patience is not None and engine.patience < 10
        settle(desk.desk, desk.desk.outbox()[0].id, State.SENT)
        await desk.expect("Sending 1 change …")
        engine.end.set()
        await desk.until(lambda: not desk.app.is_running or desk.app._exit)
        assert not engine.hurried


async def test_any_key_leaves_them_for_later(tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        engine = with_engine(desk)
        desk.desk.priority([J], 3)
        await desk.press("q")
        await desk.expect("Sending 1 change")
        await desk.pilot.press("x")
        await desk.until(lambda: engine.hurried and desk.app._exit)


@pytest.mark.parametrize("why", ["nothing", "no engine", "another engine", "read-only", "tried later", "failed", "paused"])
async def test_it_waits_for_nothing_that_would_not_be_sent(why: str, tmp_path: Path) -> None:
    async with a_tracker(tmp_path) as desk:
        engine = with_engine(desk)
        if why != "nothing":
            desk.desk.priority([J], 3)
            assert waiting(desk.app) == 1
        match why:
            case "no engine":
                engine.why_not = "it ended"
            case "another engine":
                engine.elsewhere = True
            case "read-only":
                desk.desk.set_readonly(True)
            case "tried later":
                in_state(desk, State.PENDING, attempts=1, due=desk.desk.now().replace(year=2027))
            case "failed":
                in_state(desk, State.FAILED)
            case "paused":
                desk.desk.pause("jira")
                desk.app.read_health()
        assert waiting(desk.app) == 0
        await desk.pilot.press("q")
        await desk.until(lambda: desk.app._exit)
        assert not isinstance(desk.app.screen, Farewell)


def test_what_is_left_is_said_with_what_sends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = a_desk(tmp_path)
    pull(desk, an_item("OPS-88", source="jira", priority=1))
    can(desk, "jira", ["priority", "comment"])
    opened: Any = SimpleNamespace(desk=desk)
    say_left(opened)
    assert capsys.readouterr().err == ""
    desk.priority([J], 3)
    say_left(opened)
    assert capsys.readouterr().err == "opstui: 1 change for jira is not sent yet; opstui sync sends it.\n"
    desk.set_readonly(True)
    desk.comment(J, "Signed.")
    say_left(opened)
    said = capsys.readouterr().err
    assert "while read-only nothing is sent" in said and "1 change made while read-only is parked" in said
    assert "opstui outbox release sends it" in said
    shut(desk)
