"""The desk's one writer thread: a key is answered before its transaction is done, and actions keep their order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Writer:
    """Runs what is submitted one after the other; leaving the program waits for it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="opstui-writer")

    def submit(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue an action; its receipt or its error is in the future."""
        return self._pool.submit(do, *args, **kwargs)

    def close(self) -> None:
        """Wait until everything submitted is on disk."""
        self._pool.shutdown(wait=True)
