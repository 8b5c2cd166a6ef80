"""Help, palette and welcome: what can be done is found by name, by key, and with one's own keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.domain.actions import ACTIONS, BY_ID
from opstui.ui.app import OpstuiApp
from opstui.ui.commands import find
from opstui.ui.dialogs.help import HelpScreen, help_lines
from opstui.ui.dialogs.palette import palette_lines
from opstui.ui.panes.log import LogPane
from opstui.ui.panes.welcome import WelcomeApp
from tests.support.host import LOOK, Host, screen_text
from tests.support.journal import a_night


def test_help_is_about_what_is_focused_first_and_holds_every_action() -> None:
    lines = help_lines(("log", "list"), {}, lambda id: "", LOOK)
    headings = [line.left.plain for line in lines if line.heading]
    assert headings[0].endswith(", HERE") and headings[-2:] == ["EVERYWHERE", "ELSEWHERE"]
    assert {line.value for line in lines if not line.heading} == set(BY_ID)
    order = [line.value for line in lines]
    assert order.index("log.withdraw") < order.index("app.help") < order.index("triage.changed")


def test_help_and_palette_keep_a_gap_behind_every_name() -> None:
    lines = help_lines(("triage", "list"), {"item.snooze": "ctrl+t,ctrl+y,ctrl+n,ctrl+w"}, lambda id: "", LOOK)
    for line in [*lines, *palette_lines(ACTIONS, {}, LOOK)]:
        if action := BY_ID.get(line.value):
            said = line.left.plain
            assert f"{action.title} " in said, said


def test_help_shows_the_users_own_keys_and_why_an_action_cannot_be_run() -> None:
    lines = {
        line.value: line
        for line in help_lines(("triage",), {"item.snooze": "ctrl+t,s"}, lambda id: "no row" if id == "item.done" else "", LOOK)
    }
    assert lines["item.snooze"].left.plain.startswith("^t s ")
    assert "no row" in lines["item.done"].left.plain
    assert "no row" not in lines["item.accept"].left.plain


@pytest.mark.parametrize(("typed", "id"), [("snooze", "item.snooze"), ("opstui sync", "app.refresh"), ("nudge", "item.wait")])
async def test_help_is_searched_by_anything_it_says_and_enter_answers_the_row(typed: str, id: str) -> None:
    app = Host(HelpScreen(("triage", "list"), {}, lambda action: ""))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*typed)
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
    assert app.answer == id


@pytest.mark.parametrize(
    ("typed", "first"), [("snoo", "item.snooze"), ("sn", "item.snooze"), ("wo", "item.wait"), ("theme", "app.theme")]
)
def test_the_palette_finds_by_letters_in_order_the_title_first(typed: str, first: str) -> None:
    assert find(ACTIONS, typed)[0].id == first


def test_the_palette_finds_nothing_for_nonsense() -> None:
    assert find(ACTIONS, "qqqq") == []


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_runs_what_was_chosen(tmp_path: Path, key: str) -> None:
    workspace = a_night(tmp_path)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert "Do what?" in screen_text(app)
        await pilot.press(*"log", "enter")
        await pilot.pause()
        assert isinstance(app.pane, LogPane)
    workspace.close()


async def test_help_runs_the_row_of_this_pane(tmp_path: Path) -> None:
    workspace = a_night(tmp_path)
    app = OpstuiApp(workspace, environ={})
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("6")
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        await pilot.press(*"next kind", "enter")
        await pilot.pause(0.1)
        assert isinstance(app.pane, LogPane) and app.pane.kind == 1
    workspace.close()


@pytest.mark.parametrize(
    ("keys", "answer"), [(("enter",), "demo"), (("j", "enter"), "init"), (("s",), "init"), (("1",), "demo"), (("q",), None)]
)
async def test_without_a_config_the_demo_and_the_set_up_are_offered(keys: tuple[str, ...], answer: str | None) -> None:
    app = WelcomeApp(Path("/home/ana/.config/opstui/config.toml"), environ={})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert "opstui demo" in text and "opstui init" in text and "config.toml" in text
        await pilot.press(*keys)
        await pilot.pause()
    assert app.return_value == answer
