"""The day's shape: its fixed points and what joins them, which of them are over, due or late, and where the hour leads."""

# Annotations are meant to be evaluated here, by the compiled module: a named tuple would compile the text of each.

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

from opstui.domain.calendar import WorkCalendar

State = Literal["past", "done", "now", "next", "late"]
STANDUP, HANDOFF = "Stand-up", "Handoff"
HOME = "app.triage"
"""Where the hours between the fixed points lead."""
STANDUP_AHEAD, HANDOFF_AHEAD = timedelta(minutes=10), timedelta(minutes=30)
"""How long before its time the hour is already a fixed point's."""


class Stop(NamedTuple):
    """A point of the day. ``action`` is that of the pane it leads to; what leads nowhere can be past, but not late."""

    name: str
    at: datetime
    state: State = "next"
    action: str = ""
    ahead: timedelta = timedelta()
    """From how long before its time on the hour is this stop's; none for what is only shown."""
    until: datetime | None = None
    """The end of what takes its time, such as a block: it is never late."""
    held: datetime | None = None
    """When it was done."""


class Rail(NamedTuple):
    """The day as the head of every pane shows it: the stops by time, and how many items still need a verdict."""

    worked: bool = True
    stops: tuple[Stop, ...] = ()
    left: int = 0


def day_of(calendar: WorkCalendar, now: datetime) -> date | None:
    """The working day that is on, which a night's shift keeps until it ends; None on a day that is not worked."""
    day = calendar.day_of(now)
    return day if calendar.is_workday(day) else None


def fixed(calendar: WorkCalendar, day: date, standup: time | None, handoff: time | None) -> tuple[Stop, ...]:
    """The fixed points of a working day. Of a night's, what comes before its start by the clock is the next morning's."""
    points = []
    if standup is not None:
        points.append(Stop(STANDUP, calendar.within(day, standup), "next", "app.standup", STANDUP_AHEAD))
    if handoff is not None:
        points.append(Stop(HANDOFF, calendar.within(day, handoff), "next", "", HANDOFF_AHEAD))
    return tuple(points)


def rail(
    now: datetime,
    day: Sequence[Stop],
    held: Mapping[str, datetime] = MappingProxyType({}),
    extra: Sequence[Stop] = (),
    under_way: Collection[str] = (),
) -> tuple[Stop, ...]:
    """All stops by time, each in its state.

    ``day`` are the fixed points, ``held`` says by name what was done today and when, ``under_way`` what is being done.
    ``extra`` joins them (a routine, a block): one whose state is not ``next`` knows it better and keeps it.
    A fixed point is late until the next one has passed: what nobody can make up for any more is past.
    """
    judged = []
    for stop in day:
        over = any(other.at > stop.at and other.at <= now for other in day)
        judged.append(_judged(stop, now, held, under_way, over=over))
    judged += [stop if stop.state != "next" else _judged(stop, now, held, under_way) for stop in extra]
    return tuple(sorted(judged, key=lambda stop: stop.at))


def leads_to(stops: Sequence[Stop]) -> str:
    """The action of the pane that fits the hour: of the stop whose hour it is, else of one that is late, else the queue."""
    for state in ("now", "late"):
        found = [stop for stop in stops if stop.ahead and stop.state == state]
        if found:
            return found[-1].action or HOME
    return HOME


def _judged(stop: Stop, now: datetime, held: Mapping[str, datetime], under_way: Collection[str], *, over: bool = False) -> Stop:
    state: State
    if stop.name in held:
        return stop._replace(state="done", held=held[stop.name])
    if stop.name in under_way:
        state = "now"
    elif stop.until is not None:
        state = "next" if now < stop.at else "now" if now < stop.until else "past"
    elif now <= stop.at:
        state = "now" if stop.ahead and stop.at - stop.ahead <= now else "next"
    else:
        state = "late" if stop.action and not over else "past"
    return stop._replace(state=state)
