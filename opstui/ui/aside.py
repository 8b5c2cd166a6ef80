"""Slow reads beside the keys: one thread, and of each sort of question only the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from opstui.errors import OpstuiError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Told = Callable[[Any], None]


class Aside:
    """Asks in its own thread and tells in the loop. A question that is asked again before its turn is asked once."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._wanted: dict[str, tuple[Callable[[], Any], Told]] = {}
        self._busy = False

    def ask(self, name: str, do: Callable[[], Any], told: Told) -> None:
        """Run ``do`` soon; ``told`` gets its answer, and nothing when it fails: the next reading shows why."""
        self._wanted.pop(name, None)
        self._wanted[name] = (do, told)
        if not self._busy:
            self._next()

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
        self._next()
