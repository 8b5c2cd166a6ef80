"""When it is in the demo: the moments of its Friday, and how they are written in its stories."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opstui.domain.calendar import WorkCalendar

ZONE = ZoneInfo("Europe/London")
FRIDAY = date(2026, 11, 20)
EVENING = datetime(2026, 11, 19, 16, 45, tzinfo=ZONE)
"""When Thursday's files were exported."""
MORNING = datetime(2026, 11, 20, 8, 5, tzinfo=ZONE)
"""When the demo opens."""
STANDUP = (time(9, 30), time(12))
"""Between these the demo opens on the stand-up."""
WORK = WorkCalendar(ZONE)
"""When people of the demo are at work."""

DAYS = {"wed": -2, "thu": -1, "fri": 0, "mon": 3, "tue": 4}
MOMENT = re.compile(r"(?:(?P<word>[a-z]{3})|(?P<days>[+-]\d+)d) (?P<hour>\d\d):(?P<minute>\d\d)")


def moment(text: str) -> datetime:
    """``"fri 02:10"`` or ``"-6d 10:00"`` as a time of the demo's week."""
    found = MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"not a moment of the demo: {text!r}")
    days = DAYS[found["word"]] if found["word"] else int(found["days"])
    return datetime.combine(FRIDAY + timedelta(days=days), time(int(found["hour"]), int(found["minute"])), ZONE)


def on_friday(hour: time) -> datetime:
    """An hour of the demo's day."""
    return datetime.combine(FRIDAY, hour, ZONE)
