"""When something last happened in a demo: its day goes on from there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from opstui.errors import StoreError
from opstui.services.clock import real_clock
from opstui.store import journal, sources
from opstui.store.db import STORE, Store


def last_done(folder: Path) -> datetime | None:
    """The time of the last action or read in the demo of a folder, None when there is none to be read."""
    try:
        with Store.open(folder / STORE, now=real_clock, create=False) as store:
            tries = [health.last_try for health in sources.health(store.read).values()]
            return max((at for at in (journal.newest(store.read), *tries) if at), default=None)
    except StoreError:
        return None  # whoever opens it next says why
