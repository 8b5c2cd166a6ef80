"""The one clock: pinned for a demo or a test, and shared with child processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from opstui.errors import UsageError

NOW = "OPSTUI_NOW"
"""RFC 3339: the clock starts there and runs on."""

OFFSET = "OPSTUI_CLOCK_OFFSET"
"""Seconds ahead of the real clock: what a parent process hands to its children."""

Clock = Callable[[], datetime]


def real_clock() -> datetime:
    """The time it is, aware, in UTC."""
    return datetime.now(UTC)


def clock(environ: Mapping[str, str]) -> Clock:
    """The clock this process goes by; a parent's offset counts before a pinned start.

    Raises:
        UsageError: one of the two variables cannot be read.
    """
    if offset := environ.get(OFFSET, "").strip():
        return _shifted(_offset(offset))
    if pinned := environ.get(NOW, "").strip():
        return _shifted(_pinned(pinned) - real_clock())
    return real_clock


def child_environ(environ: Mapping[str, str], now: Clock) -> dict[str, str]:
    """``environ`` for a child process that shall go by the same clock."""
    child = {name: value for name, value in environ.items() if name not in (NOW, OFFSET)}
    if now is not real_clock:
        child[OFFSET] = repr((now() - real_clock()).total_seconds())
    return child


def _shifted(by: timedelta) -> Clock:
    return lambda: real_clock() + by


def _offset(text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{OFFSET}={text!r}", "is not a number of seconds", "Unset it.") from error


def _pinned(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{NOW}={text!r}", "is not a time", "Write it like 2026-11-20T08:05:00+00:00.") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
