"""What a worker tells of a source's use: calls, quota, the credential's end. Its numbers are not trusted to be numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from opstui.domain.text import clean_line
from opstui.services.job import Event
from opstui.store.sources import Usage

MOST = 2**53
"""Beyond it nobody counts, and a column would not hold it."""

LONGEST_ACCOUNT = 120


def usage_of(event: Event) -> Usage:
    """The figures of a ``usage`` event; what makes no sense is as if it had not been said."""
    return Usage(
        calls=_count(event.get("calls")) or 0,
        quota_left=_count(event.get("quota_left")),
        quota_limit=_count(event.get("quota_limit")),
        quota_reset=_time(event.get("quota_reset")),
        expires=_time(event.get("expires")),
        account=clean_line(str(event.get("account") or ""), limit=LONGEST_ACCOUNT),
    )


def _count(value: Any) -> int | None:
    return max(0, min(value, MOST)) if isinstance(value, int) and not isinstance(value, bool) else None


def _time(value: Any) -> datetime | None:
    """A time with a zone, as text."""
    try:
        at = datetime.fromisoformat(str(value or ""))
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
