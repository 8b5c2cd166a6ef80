"""When each source is pulled next: pure arithmetic on seconds."""

from __future__ import annotations

JITTER = 0.1
"""A tenth either way, so that ten desks do not ask one server at the same second."""

LONGEST_PAUSE = 3600.0
"""A sick source is tried at least this often, unless its own ``every`` is longer."""

SOON = 60.0
"""A source that has not answered once is asked again this soon: most are back by then."""

LONGEST_ASKED = 7 * 86_400.0
"""A source that asks for a longer pause is tried all the same."""

SETTLE = 60.0
"""A source pulled less than this ago is not pulled again only because a window was opened."""


def first_due(last_ok: float | None, every: float, now: float) -> float:
    """When an engine that has just started pulls: at once, except what was pulled well moments ago."""
    if last_ok is None or last_ok > now:
        return now
    return max(now, last_ok + min(SETTLE, every))


def next_due(
    now: float, every: float, failures: int, chance: float, retry_after: float | None = None, *, mends: bool = True
) -> float:
    """When to pull again after ``failures`` failed pulls in a row; ``chance`` is a random number from 0 to 1.

    A source that names its own pause gets at least that. ``mends``: the failure may be over in a moment, as a restart of
    its server is; what somebody has to see to first is not asked again that soon.
    """
    first, doubled = (min(every, SOON), failures - 1) if failures and mends else (every, failures)
    pause = first * (1 - JITTER + 2 * JITTER * chance)
    if failures:
        pause = min(pause * 2 ** min(doubled, 16), max(LONGEST_PAUSE, every))
    return now + max(pause, retry_after or 0.0)


def asked(wait: object) -> float | None:
    """The pause that a source asks for, if it is one that ends."""
    return min(float(wait), LONGEST_ASKED) if isinstance(wait, (int, float)) and wait >= 0 else None


FIRST_RETRY = 10.0
"""The longest that a change which did not get through waits before it is tried again, the first time; then twice that."""


def retry_in(tries: int, chance: float, first: float = FIRST_RETRY) -> float:
    """How long a change waits after ``tries`` earlier tries: anything up to a bound that doubles, so that many spread out."""
    return max(1.0, chance * min(first * 2.0 ** min(tries, 16), LONGEST_PAUSE))
