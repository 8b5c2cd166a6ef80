"""Words and bars that several dialogs show: pure functions of what is known and what time it is."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from opstui.domain.when import span
from opstui.ui.cells import fit, tame
from opstui.ui.present import Look

DAY = 86_400


def moment(at: datetime, now: datetime, look: Look) -> str:
    """``Mon 23 Nov 09:00``; ``today`` and the year only where they help."""
    local, here = at.astimezone(look.zone), now.astimezone(look.zone)
    if local.date() == here.date():
        return f"today {local:%H:%M}"
    year = "" if local.year == here.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def moment_in_full(at: datetime, now: datetime, look: Look) -> str:
    """``Mon 23 Nov 09:00, in 2d 22h``: a moment and how far it is."""
    left = int((at - now).total_seconds())
    return f"{moment(at, now, look)}, in {span(left)}" if left >= 0 else f"{moment(at, now, look)}, {span(-left)} ago"


def day(at: datetime, now: datetime, look: Look) -> str:
    """``Fri 27 Nov``: a day without its time; the year only where it helps."""
    local = at.astimezone(look.zone)
    year = "" if local.year == now.astimezone(look.zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}"


def day_in_full(at: datetime, now: datetime, look: Look) -> str:
    """``Fri 27 Nov, in 5 days``: a day and how far it is."""
    left = (at.astimezone(look.zone).date() - now.astimezone(look.zone).date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    far = near.get(left) or (f"in {left} days" if left > 0 else f"{-left} days ago")
    return f"{day(at, now, look)}, {far}"


def age(at: datetime | None, now: datetime, look: Look) -> str:
    """``9d``: how long ago, in one unit where that is enough."""
    if at is None:
        return look["dash"]
    seconds = max(0, int((now - at).total_seconds()))
    return f"{seconds // DAY}d" if seconds >= DAY else span(seconds)


def bar(value: float, most: float, cells: int, look: Look) -> str:
    """A bar of ``cells``, never empty for a value above nothing."""
    if most <= 0 or value <= 0:
        return look["part"] * cells
    full = min(cells, max(1, round(cells * value / most)))
    return look["full"] * full + look["part"] * (cells - full)


def one_line(text: str, look: Look) -> str:
    """The first line of a text that has several, and a sign that there is more."""
    head, _, rest = text.strip().partition("\n")
    return tame(f"{head.rstrip()} {look['ellipsis']}" if rest.strip() else head)


def counted(number: int, one: str, many: str = "") -> str:
    """``1 item``, ``12 items``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def column(text: str, cells: int, look: Look, style: str = "") -> Content:
    """Foreign text in exactly ``cells`` cells."""
    return Content.styled(fit(tame(text), cells, look["ellipsis"]), style)
