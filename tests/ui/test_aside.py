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


async def test_what_somebody_waits_for_goes_before_what_nobody_does() -> None:
    order: list[str] = []
    aside = Aside()
    for name in ("runs", "waits", "waits too"):
        aside.ask(name, lambda: None, lambda _, name=name: order.append(name))  # type: ignore[misc]
    await aside.answer("wanted", lambda: order.append("wanted"))
    assert order == ["runs", "wanted"]
    aside.close()
