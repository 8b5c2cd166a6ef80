"""A store that cannot be written to, as a person at the panes meets it: no word is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from opstui.errors import StoreFull
from opstui.store.db import Store
from tests.support.triage import a_triage

WORDS = "text:twenty minutes of thought"


@contextmanager
def full_disk() -> Iterator[None]:
    """No write gets through, a draft's neither."""

    def full(self: Store) -> Iterator[None]:
        raise StoreFull("Nothing was written", "the disk is full", "Free some space")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "writing", full)
        yield


@pytest.mark.parametrize(("key", "save"), [("n", "f2"), ("c", "f2"), ("D", "f2"), ("plus", "enter")])
async def test_a_text_that_cannot_be_saved_stays_where_it_is_until_it_can(tmp_path: Path, key: str, save: str) -> None:
    async with a_triage(tmp_path) as desk:
        with full_disk():
            await desk.press(key, WORDS, save)
            await desk.expect("Not saved", "the disk is full", "twenty minutes of thought")
            await desk.press("escape")
            await desk.expect("Not kept as a draft", "throw it away", "twenty minutes of thought")
        await desk.press(save)
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        await desk.until(lambda: desk.app.screen is desk.app.pane)
        assert "twenty minutes of thought" in str(desk.desk.log("", (), 0, 50))


@pytest.mark.parametrize("keys", [("x",), ("s", "text:2h", "tab"), ("v", "v", "x")])
async def test_a_reason_in_own_words_comes_back_when_the_verdict_could_not_be_written(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with a_triage(tmp_path) as desk:
        with full_disk():
            await desk.press(*keys, WORDS, "enter")
            if "v" in keys:
                await desk.press("enter")
            await desk.expect("once more?", "Not saved", "the disk is full", "twenty minutes of thought")
        await desk.press("enter")
        await desk.until(lambda: bool(desk.desk.undo_list(1)))
        assert desk.desk.row("helpdesk:INC4711").reason == "twenty minutes of thought"  # type: ignore[union-attr]
