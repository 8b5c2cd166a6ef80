"""An open group: its items hang under its head, and the head no longer counts them."""

from __future__ import annotations

from pathlib import Path

from tests.support.triage import a_triage


async def test_the_items_of_an_open_group_hang_under_a_head_that_counts_none(tmp_path: Path) -> None:
    async with a_triage(tmp_path) as desk:
        await desk.go("d0")
        assert "×4" in desk.text
        await desk.press("right_square_bracket")
        assert "×4" not in desk.text and desk.text.count("└ Disk") == 3
        await desk.press("right_square_bracket")
        assert "×4" in desk.text and "└" not in desk.text.replace("└─", "")
