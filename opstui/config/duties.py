"""Whether what the tables of routines and standards say means something."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from opstui.config.day import WORKDAYS, hour
from opstui.config.findings import Path as Key
from opstui.config.routines import NO_GRACE, day_of, step_of
from opstui.config.settings import RoutineTable, Settings
from opstui.domain.routines import slug

Report = Callable[[Key, str, str], None]


def check_routines(settings: Settings, error: Report, warn: Report, duration: Callable[[Key, str], int | None]) -> None:
    """Look at each routine; never stop at the first mistake."""
    seen: dict[str, str] = {}
    for table in settings.routines:
        path: Key = ("routines", table.name)
        other = seen.setdefault(slug(table.name), table.name)
        if other != table.name:
            error(path, f"it is called as {other!r} is, but for signs and letter case", "Give each its own name")
        if "@" in table.name:
            error(path, "a routine's name holds no @", "Choose another name")
        if not any(step_of(step).text for step in table.steps):
            error((*path, "steps"), "a routine without steps is nothing to do", 'Add a line: steps = ["…"]')
        if hour(table.due) is None:
            error((*path, "due"), f"{table.due!r} is no time of day", "Write hours and minutes, as in 08:30")
        if table.grace.strip() not in NO_GRACE:
            duration((*path, "grace"), table.grace)
        _check_days(settings, table, path, error, warn)


def _check_days(settings: Settings, table: RoutineTable, path: Key, error: Report, warn: Report) -> None:
    if table.on and table.every != "day":
        error(
            (*path, "on"), f"on is for one that comes by the day; this one comes by the {table.every}", "Write day = … instead"
        )
        return
    if table.day != "" and table.every == "day":
        error((*path, "day"), "day is for one that comes by the week or the month", 'Add every = "week", or write on = ["fri"]')
        return
    if table.every != "day" and day_of(table) is None:
        known = f"one of {', '.join(WORKDAYS)}" if table.every == "week" else "1 to 31, or last"
        error((*path, "day"), f"{table.day!r} is no day of a {table.every}", f"Write {known}")
        return
    free = [name for name in table.on if name not in settings.day.workdays]
    if table.on and len(free) == len(set(table.on)):
        worked = ", ".join(settings.day.workdays)
        error((*path, "on"), f"this day never comes: work is done on {worked}", "Change it, or day.workdays")
    elif free:
        warn((*path, "on"), f"{', '.join(free)} never comes: it is no working day", "Leave it out, or change day.workdays")


def check_standards(settings: Settings, error: Report, query: Callable[[Key, str], object]) -> None:
    """Look at each standard; whether its file is there is looked at by who shows it."""
    for table in settings.standards:
        path: Key = ("standards", table.name)
        query((*path, "when"), table.when)
        said = [key for key in ("path", "url", "steps") if getattr(table, key)]
        if not said:
            error(path, "it says nowhere how the thing is done", "Add one of path, url, steps")
        elif len(said) > 1:
            error((*path, said[1]), f"{said[0]} says it already", "Keep one of path, url, steps")
        if table.url and urlsplit(table.url).scheme not in ("http", "https"):
            error((*path, "url"), "this is no address", "Write it as https://wiki.example.com/page")
