"""Ctrl+C and its relatives, made into one exception that leaves everything tidy behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from opstui.errors import Interrupted


class Stopped(BaseException):
    """A signal asked for the end. Not an Exception, so that nothing on the way takes it for a fault."""

    def told(self) -> Interrupted:
        """What the user reads."""
        return Interrupted("Stopped", "what came in before is kept", "The next opstui sync goes on from there.")


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, SIGINT, SIGTERM and SIGHUP raise Stopped, once: a second one must not break the tidying up."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals belong to the main thread
        return
    wanted = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def stop(*_: object) -> None:
        for one in wanted:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped

    old = {one: signal.signal(one, stop) for one in wanted}
    try:
        yield
    finally:
        for one, handler in old.items():
            signal.signal(one, handler)
