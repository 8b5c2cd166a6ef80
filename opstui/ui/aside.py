"""Slow reads beside the keys: one thread, and of each sort of question only the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from opstui.errors import OpstuiError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")
Told = Callable[[Any], None]


def _kept(do: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """An answer or an error, so that either can be carried to who waits."""
    try:
        return do(), None
    except Exception as error:  # noqa: BLE001 - it is raised again where the answer is waited for
        return None, error


class Aside:
    """Asks in its own thread and tells in the loop. A question that is asked again before its turn is asked once."""

    def __init__(self, broke: Callable[[Exception], None] | None = None) -> None:
        """``broke`` is told of a mistake of ours in a question or its answer; without it the loop's own handler is."""
        self._broke = broke
        self._pool: ThreadPoolExecutor | None = None
        self._wanted: dict[str, tuple[Callable[[], Any], Told]] = {}
        self._busy = False

    def ask(self, name: str, do: Callable[[], Any], told: Told, *, first: bool = False) -> None:
        """Run ``do`` soon; ``told`` gets its answer, and nothing when it fails: the next reading shows why.

        ``first``: before all that waits already, because somebody looks for it.
        """
        self._wanted.pop(name, None)
        question = (do, told)
        self._wanted = {name: question, **self._wanted} if first else {**self._wanted, name: question}
        if not self._busy:
            self._next()

    async def answer(self, name: str, do: Callable[[], T]) -> T:
        """The same for who waits for it, before all that nobody waits for: the answer, or the error that came instead."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[tuple[T | None, Exception | None]] = loop.create_future()

        def told(found: tuple[T | None, Exception | None]) -> None:
            if not waiting.done():
                waiting.set_result(found)

        self.ask(name, partial(_kept, do), told, first=True)
        found, error = await waiting
        if error is not None:
            raise error
        return cast("T", found)

    def close(self) -> None:
        """Forget what waits; what runs is left to end."""
        self._wanted.clear()
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _next(self) -> None:
        if not self._wanted:
            return
        do, told = self._wanted.pop(next(iter(self._wanted)))
        self._busy = True
        loop, context = asyncio.get_running_loop(), copy_context()
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(1, thread_name_prefix="opstui-aside")

        def ended(future: Future[Any]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(partial(self._ended, future, told), context=context)

        self._pool.submit(do).add_done_callback(ended)

    def _ended(self, future: Future[Any], told: Told) -> None:
        self._busy = False
        try:
            if not future.cancelled():
                told(future.result())
        except OpstuiError:
            pass  # the same question, asked by what is shown, says so in its place
        except Exception as error:
            if self._broke is None:
                raise
            self._broke(error)
        finally:
            self._next()
