"""A whole column of dates, read in the order that was decided for it, as fast as its shape allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from opstui_csv.dates import FIRST_YEAR, LAST_YEAR, Naive, Order, moment, time_of
from opstui_csv.memo import Memo

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([ap])\.?m\.?)?", re.IGNORECASE)
_CLOCK_FORMATS = frozenset({"", "%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p"})
_MIDNIGHT = frozenset({"", "00:00", "0:00", "00:00:00", "0:00:00", "12:00 am", "12:00:00 am", "00:00:00.000"})
_GAP = re.compile(r"[T ]")
_DAY_END = timedelta(hours=23, minutes=59, seconds=59)


def only_midnights(values: Sequence[str]) -> bool:
    """Whether no value says a time of day, or all say midnight: the column means days."""
    found = False
    for value in dict.fromkeys(values):  # a column of days has few different ones
        if value:
            found = True
            if [*_GAP.split(value, maxsplit=1), ""][1].strip().lower() not in _MIDNIGHT:
                return False
    return found


class DateColumn:
    """Reads one column: compiled from its values, then fast for any number of rows.

    ``day_end``: a date without a time of day means the end of that day (for due dates). ``bad`` collects what was no date.
    """

    def __init__(
        self,
        zone: tzinfo,
        order: Order = Order.DAY,
        *,
        formats: Sequence[str] = (),
        day_end: bool = False,
        values: Sequence[str] = (),
    ) -> None:
        self.zone = zone
        self.order = order
        self.formats = tuple(formats)
        self.day_formats = tuple(form.partition(" ")[0] for form in formats)
        self.day_end = day_end
        self.whole_days = day_end and only_midnights(values)
        self.memo: Memo[datetime | None] = Memo(self._slow)
        self.shifts: Memo[timedelta] = Memo(self._shift)
        self.midnights: Memo[datetime] = Memo(self._midnight)
        self.clocks: Memo[timedelta] = Memo(_clock)
        self.swift = self._choose(values)

    def read(self, values: Sequence[str]) -> list[datetime | None]:
        """A moment in UTC, or None, for each value."""
        if self.swift is not None:
            try:
                return self.swift(values)
            except (ValueError, OverflowError):
                pass  # one odd value: take the careful way for these rows
        memo = self.memo
        return [memo[value] if value else None for value in values]

    # -- the careful way

    def _slow(self, text: str) -> datetime | None:
        found = moment(text, self.order, self.formats)
        try:
            if isinstance(found, Naive):
                at = found.at
                if self.day_end and (not found.timed or self.whole_days):
                    at = at.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY_END
                found = at.replace(tzinfo=self.zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return found if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR else None

    def _shift(self, day: str) -> timedelta:
        """How far the zone is ahead of UTC on a whole day; ValueError on a day on which that changes, or for no date."""
        found = moment(day, self.order, self.day_formats)
        if not isinstance(found, Naive) or found.timed or not FIRST_YEAR <= found.at.year <= LAST_YEAR:
            raise ValueError(day)
        start = found.at.replace(tzinfo=self.zone).utcoffset()
        end = (found.at + timedelta(days=1)).replace(tzinfo=self.zone).utcoffset()
        if start is None or start != end:
            raise ValueError(day)
        return start

    def _midnight(self, day: str) -> datetime:
        """Midnight of a day in the zone, as UTC; ValueError where ``_shift`` raises it."""
        shift = self._shift(day)
        found = moment(day, self.order, self.day_formats)
        if not isinstance(found, Naive):
            raise ValueError(day)
        return found.at.replace(tzinfo=UTC) - shift

    # -- the fast ways, each raising on the first value that is not of its shape

    def _choose(self, values: Sequence[str]) -> Callable[[Sequence[str]], list[datetime | None]] | None:
        seen = [value for value in values[:400] if value]
        if not seen or self.whole_days:
            return None
        ways = [self._split] if self.formats else [self._iso_utc, self._iso_local, self._iso_zoned, self._split]
        if any(form.partition(" ")[2] not in _CLOCK_FORMATS for form in self.formats):
            return None
        fits = [(sum(self._fits(way, value) for value in seen), way) for way in ways]
        best, way = max(fits, key=lambda pair: pair[0])
        return way if best * 2 > len(seen) else None

    @staticmethod
    def _fits(way: Callable[[Sequence[str]], list[datetime | None]], value: str) -> bool:
        try:
            way([value])
        except (ValueError, OverflowError):
            return False
        return True

    def _iso_utc(self, values: Sequence[str]) -> list[datetime | None]:
        """``2026-11-20T08:00:00Z``."""
        read = datetime.fromisoformat
        if any(value and value[-1] != "Z" for value in values):
            raise ValueError
        return self._plausible([read(value) if value else None for value in values])

    def _iso_local(self, values: Sequence[str]) -> list[datetime | None]:
        """``2026-11-20 08:00:00`` in the source's zone; with a zone of its own fromisoformat refuses the second one."""
        read, shifts = datetime.fromisoformat, self.shifts
        return self._plausible([read(value + "+00:00") - shifts[value[:10]] if value else None for value in values])

    def _iso_zoned(self, values: Sequence[str]) -> list[datetime | None]:
        """``2026-11-20T08:00:00+01:00``."""
        read = datetime.fromisoformat
        if any(value and value[-6:-5] not in ("+", "-") for value in values):
            raise ValueError
        return self._plausible([read(value).astimezone(UTC) if value else None for value in values])

    def _split(self, values: Sequence[str]) -> list[datetime | None]:
        """``29-02-2016 01:16``, ``22/Dec/25 2:38 PM``: the day and the time of day are each read once and remembered."""
        days, clocks = self.midnights, self.clocks
        found: list[datetime | None] = []
        for value in values:
            if value:
                day, _, clock = value.partition(" ")
                found.append(days[day] + clocks[clock])
            else:
                found.append(None)
        return found

    def _plausible(self, found: list[datetime | None]) -> list[datetime | None]:
        """The same list, or ValueError when one is out of range or has no zone: fromisoformat takes a day alone, too."""
        real = [at for at in found if at is not None]
        if not real:
            return found
        try:
            first, last = min(real), max(real)
        except TypeError as error:
            raise ValueError from error
        if first.tzinfo is None or first.year < FIRST_YEAR or last.year > LAST_YEAR:
            raise ValueError
        return found


def _clock(text: str) -> timedelta:
    """A time of day; ValueError for anything else, a missing one included."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hour, minute, second = time_of(match[1], match[2], match[3], match[4])
    return timedelta(hours=hour, minutes=minute, seconds=second)
