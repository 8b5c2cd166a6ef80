"""The sources' health, and whether it allows to say that the queue is clear."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opstui.domain.format import plural
from opstui.domain.views import SourceState, View
from opstui.domain.when import parse_duration
from opstui.late import late
from opstui.services.desk import reads
from opstui.services.desk.context import Context
from opstui.store import kept as kept_things
from opstui.store import sources as kept

if TYPE_CHECKING:
    from opstui.config.settings import Source
    from opstui.store import ranks
else:
    ranks = late("opstui.store.ranks")

GONE = "gone"
"""The state of a source that the config does not have."""

PATIENCE = 2
"""A source may miss a pull and still count as fresh, however short ``fresh_for`` is."""


def sources(at: Context) -> tuple[SourceState, ...]:
    """Every configured source, in the config's order; then those that it no longer has, as long as items of them are held."""
    found = kept.health(at.store.read)
    now = at.now()
    named = {source.name for source in at.settings.sources}
    out = kept.outgoing(at.store.read)
    states = [
        _state(at, source, found.get(source.name, kept.Health(source.name)), out.get(source.name, (0, 0, 0)), now)
        for source in at.settings.sources
    ]
    return (*states, *(_gone(health) for health in found.values() if health.items and health.name not in named))


def backup_trouble(at: Context) -> str:
    """What stands in the way of the daily copy."""
    return kept_things.kept(at.store.read, kept_things.BACKUP_TROUBLE)


def refusals(at: Context, source: str, limit: int) -> tuple[tuple[str, str, str], ...]:
    """What of a source did not come in."""
    return tuple((one.where, one.reason, one.sample) for one in kept.refusals(at.store.read, source, limit))


def clear(at: Context) -> tuple[bool, tuple[SourceState, ...]]:
    """Nothing waits, nothing is about to come back, every required source was read lately, and none is paused or missing."""
    now = at.now()
    wanted = {source.name: source for source in at.settings.sources if source.enabled and source.required}
    stale = tuple(
        state
        for state in sources(at)
        if state.state == GONE
        or (state.name in wanted and (state.paused or not _fresh(at, wanted[state.name], state.last_ok, now)))
    )
    due = ranks.next_expiry(at.store.read)
    waking = due is not None and due <= now
    return not stale and not waking and reads.count(at, View()) == 0, stale


def _state(at: Context, source: Source, health: kept.Health, out: tuple[int, int, int], now: datetime) -> SourceState:
    state = health.state
    if not source.enabled or health.paused:
        state = "paused"
    elif state == "ok" and not _fresh(at, source, health.last_ok, now):
        state = "stale"
    return SourceState(
        name=source.name,
        connector=source.connector,
        required=source.required,
        state=state,
        last_ok=health.last_ok,
        last_try=health.last_try,
        next_due=health.next_due,
        items=health.items,
        refused=health.refused,
        what=health.what,
        why=health.why,
        next_step=health.next_step,
        notes=health.notes,
        seconds=health.seconds,
        seen=health.seen,
        added=health.added,
        changed=health.changed,
        unchanged=health.unchanged,
        paused=health.paused,
        calls=health.calls,
        quota_left=health.quota_left,
        quota_limit=health.quota_limit,
        quota_reset=health.quota_reset,
        expires=health.expires,
        account=health.account,
        verbs=health.verbs,
        failures=health.failures,
        waiting=out[0],
        stuck=out[1],
        parked=out[2],
    )


def _gone(health: kept.Health) -> SourceState:
    """A source that was renamed or taken out of the config: nobody reads it, and nobody closes what it gave."""
    return SourceState(
        name=health.name,
        connector="",
        required=False,
        state=GONE,
        last_ok=health.last_ok,
        last_try=health.last_try,
        next_due=None,
        items=health.items,
        refused=0,
        what="it is not in the config",
        why=f"{plural(health.items, 'item')} of it stay as they were last read, with what was decided on them",
        next_step=f"Put it back under this name, or close them: opstui source forget {health.name}",
    )


def _fresh(at: Context, source: Source, last_ok: datetime | None, now: datetime) -> bool:
    if last_ok is None:
        return False
    allowed = max(parse_duration(at.settings.triage.fresh_for), PATIENCE * parse_duration(source.every))
    return now - last_ok <= timedelta(seconds=allowed)
