"""The working calendar: when people are at work, and arithmetic on that time.

A working day opens and closes at local wall-clock times, so a day on which the clocks change inside working hours is
an hour longer or shorter. Everything is reckoned on one table of openings and closings in UTC seconds, with the
working time before each, so that a question costs a binary search however far apart its two moments are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

_FIRST_YEAR, _LAST_YEAR = 1970, 2200
"""Moments outside are treated as these years' ends: a year 9999 in an export means never, not a table of centuries."""

_LOW = int(datetime(_FIRST_YEAR, 1, 3, tzinfo=UTC).timestamp())
_HIGH = int(datetime(_LAST_YEAR, 12, 28, tzinfo=UTC).timestamp())
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_ONE_DAY = timedelta(days=1)
_WEEK = frozenset(range(5))
_REACH = 21 * 86400
"""How far the table is made to look at first; most answers lie within."""


class _Table(NamedTuple):
    """Openings, closings and the working seconds before and after each, for whole years.

    ``low`` and ``high`` bound the moments that may be asked about; ``first`` and ``last`` are the years. It is never
    changed, only replaced by a longer one, so that threads can share a calendar.
    """

    first: int
    last: int
    low: int
    high: int
    opens: list[int]
    closes: list[int]
    before: list[int]
    after: list[int]


_NO_TABLE = _Table(1, 0, 1, 0, [], [], [], [])


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When work is done: ``workdays`` counts Monday as 0; an ``end`` at or before ``start`` lies on the next day.

    ``start == end`` therefore means round the clock on every working day.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    start: time = time(8)
    end: time = time(17)
    workdays: frozenset[int] = _WEEK
    holidays: frozenset[date] = frozenset()
    _tables: list[_Table] = field(default_factory=lambda: [_NO_TABLE], init=False, repr=False, compare=False)

    @property
    def day_seconds(self) -> int:
        """How long one working day is by the clock."""
        opens, closes = (at.hour * 3600 + at.minute * 60 + at.second for at in (self.start, self.end))
        return (closes - opens) % 86400 or 86400

    def working_seconds(self, a: datetime, b: datetime) -> int:
        """Working seconds between two moments; negative when ``b`` comes first."""
        return self.working_stamps(_stamp(a), _stamp(b))

    def working_stamps(self, low: int, high: int) -> int:
        """The same of two moments in UTC seconds."""
        low, high = min(max(low, _LOW), _HIGH), min(max(high, _LOW), _HIGH)
        table = self._covering(low, high) if low <= high else self._covering(high, low)
        return _done(table, high) - _done(table, low)

    def add_working(self, at: datetime, seconds: int) -> datetime:
        """The moment by which ``seconds`` of working time have passed; with a negative number, the moment from which they pass.

        A full day's work from an opening ends at that day's closing, not at the next opening.
        """
        if seconds == 0:
            return at
        stamp = _stamp(at)
        if stamp in (_LOW, _HIGH):
            return at
        reach = _REACH
        while True:
            table = self._covering(stamp, stamp + reach) if seconds > 0 else self._covering(stamp - reach, stamp)
            target = _done(table, stamp) + seconds
            if seconds > 0 and table.after and target <= table.after[-1]:
                index = bisect_left(table.after, target)
                return _moment(table.opens[index] + target - table.before[index])
            if seconds < 0 and target >= 0 and table.before:
                index = bisect_right(table.before, target) - 1
                return _moment(table.opens[index] + target - table.before[index])
            if (table.last >= _LAST_YEAR) if seconds > 0 else (table.first <= _FIRST_YEAR):
                return _moment(_HIGH if seconds > 0 else _LOW)
            reach *= 4

    def left_at(self, due: datetime, seconds: int) -> datetime:
        """The first moment at which no more than ``seconds`` of working time are left until ``due``."""
        stamp = _stamp(due)
        reach = _REACH
        while True:
            table = self._covering(stamp - reach, stamp)
            target = _done(table, stamp) - seconds
            if target > 0:
                index = bisect_left(table.after, target)
                return _moment(table.opens[index] + target - table.before[index])
            if table.first <= _FIRST_YEAR:
                return _moment(_LOW)
            reach *= 4

    def is_workday(self, day: date) -> bool:
        """Whether a working day begins on this local date."""
        return day.weekday() in self.workdays and day not in self.holidays

    def next_start(self, at: datetime) -> datetime:
        """The first opening after this moment."""
        return self._search(at, "opens", 0, 1)

    def next_close(self, at: datetime) -> datetime:
        """The first closing after this moment."""
        return self._search(at, "closes", 0, 1)

    def previous_close(self, at: datetime) -> datetime:
        """The last closing at or before this moment."""
        return self._search(at, "closes", -1, -1)

    def local(self, at: datetime) -> datetime:
        """The moment on the calendar's wall clock."""
        return at.astimezone(self.zone)

    def opening(self, day: date) -> datetime:
        """The wall-clock start of a day, in UTC, whether work is done on it or not."""
        return self.on(day, self.start)

    def on(self, day: date, clock: time) -> datetime:
        """A wall-clock time of a day, in UTC."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    @property
    def overnight(self) -> bool:
        """Whether a day's work ends on the next morning."""
        return self.end <= self.start

    def day_of(self, now: datetime) -> date:
        """The day whose work is on: a night's keeps its day until it ends."""
        today = self.local(now).date()
        before = today - _ONE_DAY
        return before if self.overnight and now < self.on(today, self.end) and self.is_workday(before) else today

    def within(self, day: date, clock: time) -> datetime:
        """A time of day within the work of a day: of a night's, what comes before its start is the next morning's."""
        return self.on(day + _ONE_DAY if self.overnight and clock < self.start else day, clock)

    def _search(self, at: datetime, column: str, offset: int, direction: int) -> datetime:
        stamp = _stamp(at)
        reach = _REACH
        while True:
            table = self._covering(stamp, stamp + reach) if direction > 0 else self._covering(stamp - reach, stamp)
            moments: list[int] = getattr(table, column)
            index = bisect_right(moments, stamp) + offset
            if 0 <= index < len(moments):
                return _moment(moments[index])
            if (table.last >= _LAST_YEAR) if direction > 0 else (table.first <= _FIRST_YEAR):
                return _moment(_HIGH if direction > 0 else _LOW)
            reach *= 4

    def _covering(self, low: int, high: int) -> _Table:
        """The table, grown until it holds both moments with a week to spare."""
        table = self._tables[0]
        if table.low <= low and high <= table.high:
            return table
        first = max(_FIRST_YEAR, _moment(max(low, _LOW) - 7 * 86400).year)
        last = min(_LAST_YEAR, _moment(min(high, _HIGH) + 7 * 86400).year)
        if first < table.first or last > table.last:
            if table.last >= table.first:
                first, last = min(first, table.first), max(last, table.last)
            table = self._tables[0] = self._build(first, last)
        return table

    def _build(self, first: int, last: int) -> _Table:
        opens: list[int] = []
        closes: list[int] = []
        before: list[int] = []
        after: list[int] = []
        total, previous = 0, 0
        overnight = timedelta(days=1 if self.end <= self.start else 0)
        day, stop = date(first, 1, 1), date(last, 12, 31)
        one = timedelta(days=1)
        while day <= stop:
            if day.weekday() in self.workdays and day not in self.holidays:
                start = max(previous, int(datetime.combine(day, self.start, self.zone).timestamp()))
                end = max(start, int(datetime.combine(day + overnight, self.end, self.zone).timestamp()))
                opens.append(start)
                closes.append(end)
                before.append(total)
                total += end - start
                after.append(total)
                previous = end
            day += one
        low = _LOW if first == _FIRST_YEAR else _stamp(datetime(first, 1, 9, tzinfo=UTC))
        high = _HIGH if last == _LAST_YEAR else _stamp(datetime(last, 12, 23, tzinfo=UTC))
        return _Table(first, last, low, high, opens, closes, before, after)


def _stamp(at: datetime) -> int:
    stamp = (at - _EPOCH) // _SECOND
    return stamp if _LOW <= stamp <= _HIGH else _LOW if stamp < _LOW else _HIGH


def _moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _done(table: _Table, stamp: int) -> int:
    """Working seconds from the table's beginning to a moment."""
    index = bisect_right(table.opens, stamp) - 1
    if index < 0:
        return 0
    close = table.closes[index]
    return table.before[index] + (stamp if stamp < close else close) - table.opens[index]
