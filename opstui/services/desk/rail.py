"""What the day's rail is made of: the config's fixed points, and from the store what is done already and what joins them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time

from opstui.config.day import hour
from opstui.domain import rail as rules
from opstui.domain.rail import HANDOFF, STANDUP, Rail, Stop
from opstui.services.desk import reads
from opstui.services.desk.context import Context
from opstui.store.rows import UNDONE

HELD = {"standup": STANDUP, "handoff": HANDOFF}
"""The verbs of the journal that end a fixed point, and its name."""
_HELD = f"""
SELECT verb, max(at_ms) FROM journal_groups g WHERE at_ms >= ? AND verb IN ('standup', 'handoff') AND undoes IS NULL
AND NOT {UNDONE} GROUP BY verb"""


def rail(at: Context) -> Rail:
    """The day's shape now."""
    now, left = at.now(), reads.session(at).left
    day = rules.day_of(at.calendar, now)
    if day is None:
        return Rail(worked=False, left=left)
    points = rules.fixed(at.calendar, day, hour(at.settings.day.standup), hour(at.settings.day.handoff))
    begun = at.calendar.on(day, time())
    stops = rules.rail(now, points, held(at, begun), joining(at, begun), under_way(at, begun))
    return Rail(True, stops, left)


def held(at: Context, since: datetime) -> Mapping[str, datetime]:
    """Which fixed points were held, or skipped, since the day began, and when: by the name of the stop."""
    rows = at.store.read.execute(_HELD, (int(since.timestamp() * 1000),))
    return {HELD[verb]: datetime.fromtimestamp(ms / 1000, UTC) for verb, ms in rows}


def under_way(at: Context, since: datetime) -> Collection[str]:
    """Which are being held now: these are not late."""
    sql = "SELECT 1 FROM records WHERE kind = 'standup' AND open = 1 AND at >= ? LIMIT 1"
    return (STANDUP,) if at.store.read.execute(sql, (int(since.timestamp()),)).fetchone() else ()


def joining(at: Context, since: datetime) -> Sequence[Stop]:
    """What else stands on the rail today. A stop with a state of its own keeps it; with an ``action`` it can be late."""
    if not at.settings.routines:
        return ()
    from opstui.services.desk.routines import due_stops

    return due_stops(at)
