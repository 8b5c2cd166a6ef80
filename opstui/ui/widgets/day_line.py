"""The first line of every pane: what day it is, what is left, what comes next, and which source is in trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from opstui.domain.views import SourceState
from opstui.domain.when import span
from opstui.ui.cells import tame
from opstui.ui.present import Line, Look, line_width
from opstui.ui.widgets.painted import Painted

Stop = tuple[str, datetime]
"""A fixed point of the day: its name and its moment."""

STATES = {"never": "never read"}
"""States that are no words by themselves."""
TROUBLE = {"stale", "failed", "refused", "broken", "never", "gone"}


def day_line(
    cells: int,
    now: datetime,
    look: Look,
    here: str,
    stops: Sequence[Stop] = (),
    sources: Sequence[SourceState] = (),
    reading: Mapping[str, str] = MappingProxyType({}),
    readonly: bool = False,
) -> Line:
    """The day's rail in ``cells``: the now-mark, the stops to come as room allows, trouble at the right."""
    local = now.astimezone(look.zone)
    lock: Line = [(f"  {look['parked']} read-only", "warning")] if readonly else []
    end = [*lock, *trouble(sources, now, look), *busy(reading, look)]
    head: Line = [(" opstui", "strong"), (f"   {local:%a} {local.day} {local:%b} {local:%H:%M}", "text"), ("   ", "text")]
    head += [(f"{look['now']} ", "accent"), (here, "text")]
    if line_width(head) + line_width(end) + 2 > cells:
        head = [(f" {local:%H:%M}  ", "text"), *head[-2:]]
    if line_width(head) + line_width(end) + 2 > cells:
        end = [*lock, *trouble(sources, now, look, brief=True), *busy(dict.fromkeys(reading, ""), look)]
    room = cells - line_width(head) - line_width(end) - 2
    rail: Line = []
    for name, at in stops:
        if at <= now:
            continue
        when = f" {at.astimezone(look.zone):%H:%M}"
        left = f" in {span(-(-int((at - now).total_seconds()) // 60) * 60)}" if not rail else ""
        piece: Line = [
            (f"  {look['rule'] * 2}{look['stop']}{look['rule'] * 2}  ", "rule"),
            (name + when, "muted"),
            (left, "muted"),
        ]
        if line_width(rail) + line_width(piece) > room:
            piece = piece[:2]
        if line_width(rail) + line_width(piece) > room:
            break
        rail += piece
    gap = max(cells - line_width(head) - line_width(rail) - line_width(end) - 1, 1)
    return [*head, *rail, (" " * gap, "text"), *end]


def trouble(sources: Sequence[SourceState], now: datetime, look: Look, *, brief: bool = False) -> Line:
    """The sources that are not as they should be, the worst first, and in what way: of a stale one, how old it is."""
    line: Line = []
    bad = [source for source in sources if source.state in TROUBLE]
    bad.sort(key=lambda source: (not source.required, source.state == "stale"))
    for source in bad[:2]:
        state = STATES.get(source.state, source.state)
        if source.state == "stale" and source.last_ok:
            state += f" {span(int((now - source.last_ok).total_seconds())).split()[0]}"
        tone = "warning" if source.state in ("stale", "never", "gone") else "error"
        line.append((f"  {look['trouble']} {tame(source.name)}{'' if brief else f' {state}'}", tone))
    if len(bad) > 2:
        line.append((f" +{len(bad) - 2}", "warning"))
    return line


def busy(reading: Mapping[str, str], look: Look) -> Line:
    """``↻`` while something is read, with name and how far as soon as one takes long enough to say so."""
    if not reading:
        return []
    far = next((f" {tame(name)} {tame(far)}" for name, far in reading.items() if far and far != "100 %"), "")
    return [(f"  {look['sync']}{far}", "muted")]


def stops_of(now: datetime, look: Look, times: Sequence[tuple[str, str]]) -> list[Stop]:
    """Today's fixed points from ``HH:MM`` words; a word that is no time is left out."""
    local = now.astimezone(look.zone)
    stops: list[Stop] = []
    for name, text in times:
        hour, _, minute = text.partition(":")
        if hour.isdecimal() and minute.isdecimal():
            stops.append((name, local.replace(hour=int(hour) % 24, minute=int(minute) % 60, second=0, microsecond=0)))
    return sorted(stops, key=lambda stop: stop[1])


class DayLine(Painted):
    """Redrawn when the minute, the count or a source's health changes, and not otherwise."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.here = ""
        """The pane and what is left in it."""
        self.stops: Sequence[tuple[str, str]] = ()
        self.sources: Sequence[SourceState] = ()
        self.reading: Mapping[str, str] = {}
        """The sources that are being read, and how far each one is."""
        self.readonly = False
        """Whether nothing is sent to any source."""

    def line(self, y: int) -> Line:
        """The one line."""
        now = self.surface.now()
        stops = stops_of(now, self.look, self.stops)
        return day_line(self.size.width, now, self.look, self.here, stops, self.sources, self.reading, self.readonly)
