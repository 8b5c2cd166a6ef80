"""Moments and spans as people type and read them: ``2h``, ``eod``, ``mon 9``, ``+3d``; ``2h 10m``, ``-35m``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from opstui.domain.calendar import WorkCalendar
from opstui.errors import UsageError

EXAMPLES = "2h, 30m, +3d, eod, tomorrow, next workday, mon 9, fri 14:30, next week, 2026-11-20 09:00"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT_WORDS = {
    word: letter
    for letter, words in {
        "s": "s sec secs second seconds",
        "m": "m min mins minute minutes",
        "h": "h hr hrs hour hours",
        "d": "d day days",
        "w": "w wk wks week weeks",
    }.items()
    for word in words.split()
}
_PART = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([a-z]+)\s*")
_CLOCK = r"(?:at\s+)?(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?"


def _numbered(first: int, *spellings: str) -> dict[str, int]:
    return {word: number for number, words in enumerate(spellings, first) for word in words.split()}


WEEKDAYS = _numbered(
    0,
    *("mon monday", "tue tues tuesday", "wed weds wednesday", "thu thur thurs thursday", "fri friday", "sat saturday"),
    "sun sunday",
)
_MONTHS = _numbered(
    1,
    *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august"),
    *("sep sept september", "oct october", "nov november", "dec december"),
)
_ISO_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_LONGEST = 100 * 366 * 86400


def parse_duration(text: str, calendar: WorkCalendar | None = None) -> int:
    """Seconds in ``2h``, ``1h 30m``, ``3d`` (a day is 24 hours), ``1w``; with ``calendar``, working days and weeks of it.

    Raises:
        UsageError: it is not a duration.
    """
    parts = _duration_parts(text.strip().lower().removeprefix("+").strip())
    if parts is None:
        raise UsageError(f"{text!r} is not a duration", "expected a number and a unit", "Write 30m, 2h, 3d or 1w.")
    units = _UNITS
    if calendar is not None:
        units = _UNITS | {"d": calendar.day_seconds, "w": calendar.day_seconds * len(calendar.workdays)}
    return sum(int(number * units[unit]) for number, unit in parts)


def parse_when(text: str, now: datetime, calendar: WorkCalendar) -> datetime:
    """The moment meant, in UTC: always after ``now``.

    Hours and minutes count from now. Days, weeks, weekdays and dates without a time mean the start of that working
    day's clock; a weekday is the first one whose moment is still to come.

    Raises:
        UsageError: nothing of the grammar fits, or the moment has passed.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    words = words.removeprefix("in ").removeprefix("until ").strip()
    try:
        found = _moment_of(words, text, now, calendar)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise UsageError(f"{text!r} is not a time", "no such day or form", f"Try one of: {EXAMPLES}.")
    if found <= now:
        raise UsageError(f"{text!r} has passed", f"it means {_shown(found, calendar)}", f"Try one of: {EXAMPLES}.")
    return found


def span(seconds: float) -> str:
    """A length of time in at most two units: ``45s``, ``2h 10m``, ``-35m``, ``3d 4h``, ``9d``."""
    whole = int(abs(seconds))
    sign = "-" if seconds <= -1 else ""
    if whole < 60:
        return f"{sign}{whole}s"
    minutes = whole // 60
    if minutes < 60:
        return f"{sign}{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{sign}{hours}h {minutes}m" if minutes else f"{sign}{hours}h"
    days, hours = divmod(hours, 24)
    if days < 7 and hours:
        return f"{sign}{days}d {hours}h"
    return f"{sign}{days}d" if days < 730 else f"{sign}{days // 365}y"


def ago(at: datetime, now: datetime) -> str:
    """How long since, or how long until: ``12m ago``, ``just now``, ``in 2h 10m``."""
    seconds = (now - at).total_seconds()
    if abs(seconds) < 60:
        return "just now"
    return f"{span(seconds)} ago" if seconds > 0 else f"in {span(-seconds)}"


def _moment_of(words: str, text: str, now: datetime, calendar: WorkCalendar) -> datetime | None:
    parts = _duration_parts(words.removeprefix("+").strip())
    if parts is not None:
        return _after(parts, now, calendar)
    exact = _exact(text)
    if exact is not None:
        return exact
    today = calendar.local(now).date()
    if words in ("eod", "end of day", "tonight"):
        return calendar.next_close(now)
    if words in ("eow", "end of week"):
        return _end_of_week(now, today, calendar)
    clock = _clock(words, bare=False)
    if clock is not None:
        return _first_after(now, (calendar.on(today + timedelta(days=n), clock) for n in (0, 1)))
    return _on_a_day(words, now, today, calendar)


def _duration_parts(words: str) -> list[tuple[float, str]] | None:
    parts: list[tuple[float, str]] = []
    position = 0
    while position < len(words):
        match = _PART.match(words, position)
        unit = _UNIT_WORDS.get(match[2]) if match else None
        if match is None or unit is None:
            return None
        parts.append((float(match[1]), unit))
        position = match.end()
    if not parts or sum(number * _UNITS[unit] for number, unit in parts) > _LONGEST:
        return None
    return parts


def _after(parts: list[tuple[float, str]], now: datetime, calendar: WorkCalendar) -> datetime:
    """Whole days and weeks lead to the start of that day; anything shorter counts on the clock."""
    seconds = sum(int(number * _UNITS[unit]) for number, unit in parts)
    if all(unit in "dw" and number == int(number) for number, unit in parts) and seconds:
        return calendar.opening(calendar.local(now).date() + timedelta(seconds=seconds))
    return now + timedelta(seconds=seconds)


def _exact(text: str) -> datetime | None:
    """A full RFC 3339 moment with an offset."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _clock(words: str, *, bare: bool) -> time | None:
    """A time of day; a bare hour counts only behind a day, where ``mon 9`` cannot mean anything else."""
    if words == "noon":
        return time(12)
    match = re.fullmatch(_CLOCK, words)
    if match is None or not (bare or match[2] or match[3] or words.startswith("at ")):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _on_a_day(words: str, now: datetime, today: date, calendar: WorkCalendar) -> datetime | None:
    """A day in words, then a time of day or nothing."""
    tokens = words.replace("t", " ", 1).split() if re.match(r"\d{4}-\d{1,2}-\d{1,2}t", words) else words.split()
    for length in range(min(3, len(tokens)), 0, -1):
        days = _days(tokens[:length], today, calendar)
        if days is None:
            continue
        rest = " ".join(tokens[length:])
        clock = _clock(rest, bare=True) if rest else calendar.start
        if clock is None:
            return None
        return _first_after(now, (calendar.on(day, clock) for day in days))
    return None


def _days(tokens: list[str], today: date, calendar: WorkCalendar) -> list[date] | None:
    """The days that these words can mean, the nearest first."""
    head = " ".join(tokens)
    if head == "today":
        return [today]
    if head in ("tomorrow", "tom", "tmr"):
        return [today + timedelta(days=1)]
    if head in ("next week", "next month"):
        monday = today + timedelta(days=7 - today.weekday())
        first = monday if head == "next week" else (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return [next((day for n in range(14) if calendar.is_workday(day := first + timedelta(days=n))), first)]
    if head in ("next workday", "workday"):
        return [calendar.local(calendar.next_start(calendar.on(today, time(23, 59)))).date()]
    if len(tokens) == 1 and head in WEEKDAYS:
        nearest = today + timedelta(days=(WEEKDAYS[head] - today.weekday()) % 7)
        return [nearest, nearest + timedelta(days=7)]
    if len(tokens) == 2 and tokens[0] == "next" and tokens[1] in WEEKDAYS:
        return [today + timedelta(days=7 - today.weekday() + WEEKDAYS[tokens[1]])]
    if len(tokens) == 1 and re.fullmatch(_ISO_DAY, head):
        return [date(*(int(part) for part in head.split("-")))]
    if len(tokens) == 1 and (parts := _duration_parts(head.removeprefix("+"))) is not None:
        return [today + timedelta(days=parts[0][0])] if [unit for _, unit in parts] == ["d"] else None
    return _day_and_month(tokens, today)


def _day_and_month(tokens: list[str], today: date) -> list[date] | None:
    """``20 nov`` or ``nov 20``, with or without a year."""
    if len(tokens) not in (2, 3) or (len(tokens) == 3 and not re.fullmatch(r"\d{4}", tokens[2])):
        return None
    number, name = tokens[:2] if tokens[0].isdecimal() else (tokens[1], tokens[0])
    if name not in _MONTHS or not number.isdecimal():
        return None
    if len(tokens) == 3:
        return [date(int(tokens[2]), _MONTHS[name], int(number))]
    return [date(year, _MONTHS[name], int(number)) for year in (today.year, today.year + 1)]


def _first_after(now: datetime, moments: Iterable[datetime]) -> datetime | None:
    last = None
    for moment in moments:
        last = moment
        if moment > now:
            break
    return last


def _end_of_week(now: datetime, today: date, calendar: WorkCalendar) -> datetime:
    sunday = today + timedelta(days=6 - today.weekday())
    close = calendar.previous_close(calendar.on(sunday, time(23, 59)))
    return close if close > now else calendar.previous_close(calendar.on(sunday + timedelta(days=7), time(23, 59)))


def _shown(moment: datetime, calendar: WorkCalendar) -> str:
    return calendar.local(moment).strftime("%a %-d %b %Y %H:%M")
