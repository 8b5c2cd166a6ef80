"""Questions asked beside the keys: a mistake in one is told, and the next is asked all the same."""

from __future__ import annotations

import asyncio

from opstui.ui.aside import Aside


async def test_a_mistake_of_ours_is_told_and_the_next_question_is_asked_all_the_same() -> None:
    broke: list[Exception] = []
    answered = asyncio.Event()
    aside = Aside(broke.append)
    aside.ask("wrong", lambda: [].pop(), lambda answer: None)  # type: ignore[func-returns-value]
    aside.ask("right", lambda: 7, lambda answer: answered.set())
    await asyncio.wait_for(answered.wait(), 5)
    assert [type(error) for error in broke] == [IndexError]
    aside.close()
