"""Two hands for one pull: while one page is being written, the connector makes the next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

Page = TypeVar("Page")

AHEAD = 2
"""One page being applied and one that waits: enough that neither hand waits for the other, little to keep in memory."""


class Pipeline(Generic[Page]):
    """Hands pages to ``apply`` in a thread of its own, one at a time and in their order.

    After an error nothing more is applied; the error is raised by the next ``put`` or ``settle``, and by each after it.
    """

    def __init__(self, apply: Callable[[Page], None]) -> None:
        self._apply = apply
        self._pages: SimpleQueue[Page | None] = SimpleQueue()
        self._room = threading.Semaphore(AHEAD)
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None

    def put(self, page: Page) -> None:
        """Have a page applied; waits while too many are waiting."""
        self._room.acquire()
        if self._error is not None:
            self._room.release()
            raise self._error
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="pages", daemon=True)
            self._thread.start()
        self._pages.put(page)

    def settle(self) -> None:
        """Wait until every page so far is applied."""
        for _ in range(AHEAD):
            self._room.acquire()
        self._room.release(AHEAD)
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Let the thread end, once it has done what is waiting."""
        if self._thread is not None:
            self._pages.put(None)
            self._thread.join()

    def idle(self) -> bool:
        """Whether no page is waiting, for the thread that applies them."""
        return self._pages.empty()

    def _work(self) -> None:
        while (page := self._pages.get()) is not None:
            if self._error is None:
                try:
                    self._apply(page)
                except BaseException as error:  # noqa: BLE001  it is raised where pages come from
                    self._error = error
            self._room.release()
