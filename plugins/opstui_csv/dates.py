"""Dates as exports write them. How a column is read is decided once, for the whole column, and said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from operator import itemgetter
from typing import TypeVar

from opstui.domain.text import fold

Found = TypeVar("Found")

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Outside of these a date is a mark for 'never', such as 0001-01-01, and no date."""


class Order(StrEnum):
    """How ``03/04/2026`` is read."""

    DAY = "day-first"
    MONTH = "month-first"


_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar janv janvier ene enero gen gennaio",
            "feb february februar fev fevr fevrier febrero febbraio",
            "mar march mrz marz mars marzo maart",
            "apr april avr avril abr abril aprile",
            "may mai mayo mag maggio mei",
            "jun june juni juin junio giu giugno",
            "jul july juli juil juillet julio lug luglio",
            "aug august aout ago agosto augustus",
            "sep sept september septembre septiembre set settembre",
            "oct october okt oktober octobre octubre ott ottobre",
            "nov november novembre noviembre",
            "dec december dez dezember decembre dic diciembre dicembre",
        ),
        1,
    )
    for word in words.split()
}
_ZONES = {
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "wet": 0,
    "bst": 60,
    "west": 60,
    "cet": 60,
    "cest": 120,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "jst": 540,
    "aest": 600,
    "aedt": 660,
}
"""Minutes east of Greenwich of the abbreviations that mean one thing to most people."""

_DAY_NAME = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_ZONE = re.compile(r"\s*(?:\(?\b([A-Za-z]{1,4})\)?)?\s*(?:([+-])([0-9]{2}):?([0-9]{2}))?$")
_TIME = r"(?:[T,\s]+(?:at\s+)?([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:[.,][0-9]+)?)?\s*([ap]\.?m\.?)?)?"
_YEAR = r"([0-9]{4}|[0-9]{2})"
_NUMERIC = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]" + _YEAR + _TIME, re.IGNORECASE)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME, re.IGNORECASE)
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]+([^\W\d_]{3,12})\.?,?[-/. ]+" + _YEAR + _TIME, re.IGNORECASE)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.?[-/. ]+([0-9]{1,2})(?:st|nd|rd|th)?,?[-/. ]+" + _YEAR + _TIME, re.IGNORECASE)
_CTIME = re.compile(r"([A-Za-z]{3,9}) +([0-9]{1,2}) ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))? ([0-9]{4})")
_NUMBER = re.compile(r"[0-9]{1,19}(?:\.[0-9]+)?")
_AMBIGUOUS = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})[-/. ]")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([ap])\.?m\.?)?", re.IGNORECASE)
_CLOCK_FORMATS = frozenset({"", "%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p"})
_START = itemgetter(slice(6))
_MIDNIGHT = frozenset({"", "00:00", "0:00", "00:00:00", "0:00:00", "12:00 am", "12:00:00 am", "00:00:00.000"})
_GAP = re.compile(r"[T ]")
_DAY_END = timedelta(hours=23, minutes=59, seconds=59)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock without a zone until the column's is applied


class Memo(dict[str, Found]):
    """Remembers what a function said of a text, so that a repeated cell costs one look-up; forgets all when it grows large."""

    def __init__(self, of: Callable[[str], Found], limit: int = 100_000) -> None:
        super().__init__()
        self.of = of
        self.limit = limit

    def __missing__(self, text: str) -> Found:
        if len(self) >= self.limit:
            self.clear()
        found = self[text] = self.of(text)
        return found


@dataclass(frozen=True, slots=True)
class Naive:
    """A wall clock as written. ``timed`` tells whether a time was given."""

    at: datetime
    timed: bool


def moment(text: str, order: Order = Order.DAY, formats: Sequence[str] = ()) -> datetime | Naive | None:
    """One date in any form we know: aware in UTC when it says its zone, a ``Naive`` wall clock otherwise, None if it is none.

    >>> moment("22/Dec/25 2:38 PM")
    Naive(at=datetime.datetime(2025, 12, 22, 14, 38), timed=True)
    """
    try:
        for form in formats:
            found = _told(text, form)
            if found is not None:
                return found
        return _parse(text.strip(), order)
    except (ValueError, OverflowError):
        return None


def evidence(values: Sequence[str]) -> tuple[int, int, int]:
    """How many values can only be day first, only month first, and either."""
    counts = Counter(map(_START, values))
    day = month = either = 0
    for start, count in counts.items():
        match = _AMBIGUOUS.match(start)
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
        if 12 < first <= 31 and 1 <= second <= 12:
            day += count
        elif 12 < second <= 31 and 1 <= first <= 12:
            month += count
        elif first != second and first <= 12 and second <= 12:
            either += count
    return day, month, either


def first_like(values: Sequence[str], order: Order) -> int:
    """The index of the first value that can only be read in this order."""
    for index, value in enumerate(values):
        if value and evidence((value,))[0 if order is Order.DAY else 1]:
            return index
    return -1


def locale_order(environ: Mapping[str, str]) -> Order | None:
    """The order of the user's locale: month first in the United States and a few more, None when it does not say."""
    for name in ("LC_ALL", "LC_TIME", "LANG"):
        value = environ.get(name, "").split(".")[0]
        if value:
            if value in {"C", "POSIX"}:
                return None
            return Order.MONTH if value in {"en_US", "en_PH", "es_US", "en_PR", "es_PR", "en_BZ"} else Order.DAY
    return None


def only_midnights(values: Sequence[str]) -> bool:
    """Whether no value says a time of day, or all say midnight: the column means days."""
    found = False
    for value in values:
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


def format_order(form: str) -> Order | None:
    """The order that a strptime format implies."""
    day, month = form.find("%d"), form.find("%m")
    return None if day < 0 or month < 0 else Order.DAY if day < month else Order.MONTH


def _told(text: str, form: str) -> datetime | Naive | None:
    try:
        found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is applied by the column
    except ValueError:
        return None
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    return Naive(found, timed="%H" in form or "%I" in form)


def _clock(text: str) -> timedelta:
    """A time of day; ValueError for anything else, a missing one included."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hour, minute, second = _time(match[1], match[2], match[3], match[4])
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _time(hour: str | None, minute: str | None, second: str | None, half: str | None) -> tuple[int, int, int]:
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(hour)
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(hour)
    return hours, minutes, seconds


def _parse(text: str, order: Order) -> datetime | Naive | None:
    if not text or len(text) > 60:
        return None
    if text[0].isdigit() and _NUMBER.fullmatch(text):
        return _from_number(text)
    if text[:4].isdigit() and text.isascii():
        found = _iso(text)
        if found is not None:
            return found
    text = _DAY_NAME.sub("", text)
    shift: timedelta | None = None
    zone = _ZONE.search(text)
    if zone and zone[0].strip():
        shift, text = _zone_of(zone, text)
    at = _wall(text.strip(), order)
    if at is None or shift is None:
        return at
    return (at.at - shift).replace(tzinfo=UTC)


def _iso(text: str) -> datetime | Naive | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else Naive(found, timed=len(text) > 10)


def _from_number(text: str) -> datetime | Naive | None:
    """Epoch seconds, milliseconds or microseconds; ``20261120``; a spreadsheet's day number."""
    whole = text.partition(".")[0]
    number = float(text)
    if len(whole) in (9, 10):
        return _EPOCH + timedelta(seconds=round(number))
    if len(whole) in (12, 13):
        return _EPOCH + timedelta(milliseconds=round(number))
    if len(whole) in (15, 16):
        return _EPOCH + timedelta(microseconds=round(number))
    if len(whole) == 8 and whole == text:
        return Naive(datetime(int(text[:4]), int(text[4:6]), int(text[6:])), timed=False)  # noqa: DTZ001
    if len(whole) == 14 and whole == text:
        return Naive(datetime.strptime(text, "%Y%m%d%H%M%S"), timed=True)  # noqa: DTZ007
    if 25569 <= number < 80000:
        at = _SERIAL_ZERO + timedelta(seconds=round(number * 86400))
        return Naive(at, timed=number != int(number))
    return None


def _zone_of(match: re.Match[str], text: str) -> tuple[timedelta | None, str]:
    """The zone at the end of a text and the text before it; letters that are no zone stay."""
    name, sign, hours, minutes = match.groups()
    if sign and (":" in text[: match.start(2)]):
        shift = timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)
        return shift, text[: match.start()]
    if name and name.casefold() in _ZONES and ":" in text:
        return timedelta(minutes=_ZONES[name.casefold()]), text[: match.start()]
    return None, text


def _wall(text: str, order: Order) -> Naive | None:
    """A wall clock in one of the written forms."""
    if match := _YEAR_FIRST.fullmatch(text):
        return _naive(match[1], int(match[2]), match[3], match.groups()[3:])
    if match := _NUMERIC.fullmatch(text):
        day, month = (match[1], match[2]) if order is Order.DAY else (match[2], match[1])
        return _naive(match[3], int(month), day, match.groups()[3:])
    if match := _DAY_MONTH.fullmatch(text):
        return _naive(match[3], _month(match[2]), match[1], match.groups()[3:])
    if match := _MONTH_DAY.fullmatch(text):
        return _naive(match[3], _month(match[1]), match[2], match.groups()[3:])
    if match := _CTIME.fullmatch(text):
        return _naive(match[6], _month(match[1]), match[2], (match[3], match[4], match[5], None))
    return None


def _month(word: str) -> int:
    number = _MONTHS.get(fold(word))
    if number is None:
        raise ValueError(word)
    return number


def _naive(year: str, month: int, day: str, clock: Sequence[str | None]) -> Naive:
    years = int(year)
    if len(year) == 2:
        years += 1900 if years >= 70 else 2000
    hours, minutes, seconds = _time(clock[0], clock[1], clock[2], clock[3])
    return Naive(datetime(years, month, int(day), hours, minutes, seconds), timed=clock[0] is not None)  # noqa: DTZ001
