"""Terminals with hardly any room: the keys of a dialog stay in sight, and below that it says what is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.triage import a_triage

DIALOGS = {
    "s": "take it",
    "x": "take at once",
    "o": "choose",
    "m": "choose",
    "p": "take at once",
    "n": "save",
    "c": "save",
    "D": "save",
    "plus": "keep it",
    "W": "esc",
    "colon": "do it",
    "question_mark": "run it",
    "ctrl+z": "take this",
}


@pytest.mark.parametrize("key", DIALOGS)
async def test_a_dialog_keeps_its_keys_in_sight(tmp_path: Path, key: str) -> None:
    async with a_triage(tmp_path, size=(40, 10)) as desk:
        await desk.press(key)
        await desk.until(lambda: desk.app.screen is not desk.app.pane)
        await desk.expect(DIALOGS[key], "esc")
        # What is read beside the keys may still come into it, and is fitted in the frame after.
        await desk.until(lambda: any("╰" in line for line in [line for line in desk.text.splitlines() if line.strip()][-3:]))


async def test_a_terminal_too_small_says_what_is_needed_and_goes_on_when_it_is_there(tmp_path: Path) -> None:
    async with a_triage(tmp_path, size=(40, 8)) as desk:
        assert "too small" not in desk.text
        await desk.pilot.resize_terminal(39, 7)
        await desk.expect("too small: needs 40x8")
        assert "Triage" not in desk.text
        await desk.press("s")
        await desk.expect("too small: needs 40x8")
        await desk.pilot.resize_terminal(80, 24)
        await desk.expect("Snooze helpdesk:INC4711 until")
        assert "too small" not in desk.text
