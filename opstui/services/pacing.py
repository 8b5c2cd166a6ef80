"""The pace of each column of the board: measured by the engine when it is idle, by the desk only when nobody has."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from opstui.errors import StoreBusy, StoreFull, StoreReadOnly
from opstui.services.reranking import digest_of
from opstui.store import pace
from opstui.store.pace import Paces

if TYPE_CHECKING:
    from datetime import datetime

    from opstui.domain.flow import Past
    from opstui.domain.rules import Rules
    from opstui.store.db import Store

STALE = timedelta(hours=1)
"""From when on the engine measures anew, if something has moved."""

OLD = timedelta(days=1)
"""From when on the desk does, where no engine has."""


def digest(rules: Rules) -> str:
    """The same text for boards and calendars that measure alike."""
    return digest_of([rules.board, rules.calendar])


def is_due(store: Store, rules: Rules, now: datetime, *, moved: bool) -> bool:
    """Whether the engine should measure: never done, another board, or something ``moved`` and an hour is over."""
    found = pace.read(store.read)
    return found is None or found.digest != digest(rules) or (moved and now - found.at >= STALE)


def refresh(store: Store, rules: Rules, now: datetime) -> Paces:
    """Measure and keep it; where nothing can be written it is only measured."""
    with store.reading() as conn:
        found = Paces(digest(rules), now.replace(microsecond=0), pace.measure(conn, rules, now))
    try:
        with store.writing() as conn:
            pace.keep(conn, found)
    except (StoreReadOnly, StoreFull, StoreBusy):
        pass  # the next who wants to know measures again
    return found


def kept_columns(store: Store, rules: Rules) -> tuple[Past, ...]:
    """What is kept of this board, however old; empty when nothing is."""
    found = pace.read(store.read)
    return found.columns if found is not None and found.digest == digest(rules) else ()


def current(store: Store, rules: Rules, now: datetime) -> Paces:
    """What is kept as long as it holds, else measured now."""
    found = pace.read(store.read)
    if found is None or found.digest != digest(rules) or now - found.at >= OLD:
        return refresh(store, rules, now)
    return found
