"""Dates as exports write them: every form of one, and what a column of them shows about the order of day and month."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import itemgetter

from opstui.domain.text import fold

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
_START = itemgetter(slice(6))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock without a zone until the column's is applied


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


def time_of(hour: str | None, minute: str | None, second: str | None, half: str | None) -> tuple[int, int, int]:
    """Hour, minute and second of a time as written, with its am or pm; ValueError when it is none."""
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
    hours, minutes, seconds = time_of(clock[0], clock[1], clock[2], clock[3])
    return Naive(datetime(years, month, int(day), hours, minutes, seconds), timed=clock[0] is not None)  # noqa: DTZ001
