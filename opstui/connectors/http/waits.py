"""How long to wait before a request is tried again, and what an answer says of the quota."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from typing import NamedTuple

from opstui.connectors.http.reply import Reply, http_date

TRIES = 5
"""How often a request that only reads is sent at most."""

LONGEST_S = 60.0
"""A source that asks for a longer pause is left alone until then, instead of a process waiting for it."""

LONGEST_ASKED_S = 7 * 86_400.0
"""No source is left alone for longer, whatever it asks for."""

BASE_S, CAP_S = 1.0, 30.0

BUSY = frozenset((408, 423, 425, 429))
"""Statuses below 500 after which the same request may work."""

_RESETS = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset", "x-ratelimit-requests-reset")
_LEFT = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining", "x-ratelimit-requests-remaining")
_LIMIT = ("x-ratelimit-limit", "x-rate-limit", "ratelimit-limit", "x-ratelimit-requests-limit")


class Quota(NamedTuple):
    """How many requests are left, of how many, until when."""

    left: int | None = None
    limit: int | None = None
    reset: datetime | None = None


def is_busy(status: int) -> bool:
    """Whether the same request may work later."""
    return status >= 500 or status in BUSY


def backoff(attempt: int) -> float:
    """Seconds before try number ``attempt + 1``: anything up to twice as long each time, so that clients spread out.

    That is "full jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    return random.uniform(0.0, min(CAP_S, BASE_S * 2 ** (attempt - 1)))


def asked_wait(reply: Reply, now: datetime) -> float | None:
    """The pause in seconds that an answer asks for, None when it asks for none.

    Moments are measured against the server's own clock where it tells it: ours may be wrong.
    """
    clock = reply.date or now
    said = str(reply.headers.get("retry-after", "")).strip()
    if said:
        wait = _number(said)
        if wait is None and (moment := http_date(said)) is not None:
            wait = (moment - clock).total_seconds()
        if wait is not None:
            return _within(wait)
    if not is_limited(reply):
        return None
    if (reset := _reset(reply, clock)) is not None:
        return _within((reset - clock).total_seconds())
    interval = _number(str(reply.headers.get("x-ratelimit-interval-seconds", "")))
    return _within(interval) if interval is not None else None


def is_limited(reply: Reply) -> bool:
    """Whether a refusal is about too many requests."""
    return reply.status == 429 or (reply.status in (403, 503) and _first(reply, _LEFT) == 0)


def quota(reply: Reply, now: datetime) -> Quota:
    """What the headers of an answer say of the quota."""
    left, limit = _first(reply, _LEFT), _first(reply, _LIMIT)
    return Quota(left, limit, _reset(reply, reply.date or now))


def _first(reply: Reply, names: tuple[str, ...]) -> int | None:
    for name in names:
        number = _number(str(reply.headers.get(name, "")))
        if number is not None and 0 <= number < 2**62:
            return int(number)
    return None


def _reset(reply: Reply, clock: datetime) -> datetime | None:
    """When the quota is full again: vendors write seconds from now, seconds or milliseconds of the epoch, or ISO 8601."""
    for name in _RESETS:
        said = str(reply.headers.get(name, "")).strip()
        number = _number(said)
        try:
            if number is None:
                moment = datetime.fromisoformat(said)
                return moment if moment.tzinfo else None
            if number >= 1e11:
                return datetime.fromtimestamp(number / 1000, clock.tzinfo)
            if number >= 1e9:
                return datetime.fromtimestamp(number, clock.tzinfo)
            return clock + timedelta(seconds=number)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _within(wait: float) -> float:
    return min(max(0.0, wait), LONGEST_ASKED_S)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
