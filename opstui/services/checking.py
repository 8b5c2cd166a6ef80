"""Sources that are tried while the engine goes on: each on a thread that waits for a worker."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from opstui.errors import StoreError
from opstui.services.job import Event
from opstui.store.db import Store

if TYPE_CHECKING:
    from opstui.services.plugins import Checked
    from opstui.services.station import Station


class Checks:
    """What the engine tries when it is asked to; ``tell`` is called from other threads."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self.tell = tell
        self._under_way: set[str] = set()

    def begin(self, station: Station, name: str) -> bool:
        """Try a source, and tell how it went as an event ``checked``. False: the config has no such source."""
        if station.source(name) is None:
            return False
        if name not in self._under_way:
            self._under_way.add(name)
            threading.Thread(target=self._check, args=(station, name), name=f"check {name}", daemon=True).start()
        return True

    def _check(self, station: Station, name: str) -> None:
        from opstui.services.credentials import go_on
        from opstui.services.plugins import check_source, keep_usage
        from opstui.store import sources

        source = station.source(name)
        assert source is not None
        try:
            found = check_source(station, source)
        finally:
            self._under_way.discard(name)
        # Who cannot write now has still tried it.
        with contextlib.suppress(StoreError), Store.open(station.store.path, now=station.now, create=False) as store:
            keep_usage(store, found)
            if found.ok and sources.health(store.read)[name].what:  # it was in trouble: see whether it still is
                go_on(replace(station, store=store), name)
        self.tell(checked_event(found))


def checked_event(found: Checked) -> Event:
    """How a source answered, as the engine tells it."""
    return {
        "event": "checked",
        "source": found.source,
        "ok": found.ok,
        "text": found.text,
        "what": found.what,
        "why": found.why,
        "next_step": found.next_step,
    }
