"""The first line of every pane: now among the stops of the day, what is left, what is late, which source is in trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from textual import events
from textual.message import Message

from opstui.domain.rail import HOME, Rail, Stop
from opstui.domain.views import SourceState
from opstui.domain.when import ago, span
from opstui.ui.cells import tame, width
from opstui.ui.present import Line, Look, line_width
from opstui.ui.widgets.painted import Painted

Span = tuple[int, int, str]
"""First and last cell of what can be clicked, and the action it runs."""
Part = tuple[Line, str]
"""Pieces that belong together, and the action that they lead to, or none."""

STATES = {"never": "never read"}
"""States that are no words by themselves."""
TROUBLE = {"stale", "failed", "refused", "broken", "never", "gone"}
TIGHT = 100
"""Cells below which the rules between stops are short."""
LATE = 2
"""So many late stops are named; of more it says how many."""
MINUTE = timedelta(minutes=1)
"""Nothing is late by less: the line may stand as it is for that long."""
REST_DAY = "not a working day"


def day_line(
    cells: int,
    now: datetime,
    look: Look,
    here: str,
    rail: Rail = Rail(),  # noqa: B008 - a constant
    sources: Sequence[SourceState] = (),
    reading: Mapping[str, str] = MappingProxyType({}),
    readonly: bool = False,
    place: str = HOME,
    keys: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Line, list[Span]]:
    """The day's rail in ``cells``, and what of it can be clicked: what is over or late, now, what comes; trouble at the right.

    What has no room goes in this order: the program's name, the date, words of the next stop, of trouble. ``place`` is
    the action that leads to where one is already; ``keys`` are those shown before what should be gone to.
    """
    before = [stop for stop in rail.stops if _passed(stop, now)]
    ahead = [stop for stop in rail.stops if not _passed(stop, now)]
    tell = _Teller(now, look, place, keys, tight=cells < TIGHT)
    lock: Line = [(f"  {look['parked']} read-only", "warning")] if readonly else []
    full = [*lock, *trouble(sources, now, look), *busy(reading, look)]
    brief = [*lock, *trouble(sources, now, look, brief=True), *busy(dict.fromkeys(reading, ""), look)]
    clock, day, brand = tell.heads()
    middle: list[Part] = [([(f"{look['now']} ", "accent"), (here, "text")], "")]
    due = [tell.behind(stop) for stop in before if _matters(stop) and stop.action != place]
    urgent = due[:LATE] + ([([(f"+{len(due) - LATE}  ", "warning")], "")] if len(due) > LATE else [])
    counted, timed = ([tell.ahead(stop, left=left) for stop in ahead[:1]] for left in (True, False))
    for head, late, following, end in (
        *((head, urgent, counted, full) for head in (brand, day, clock)),
        *((clock, urgent, timed, end) for end in (full, brief)),
        *((clock, urgent, [], end) for end in (full, brief)),
        (clock, [], [], brief),
    ):
        room = cells - 2 - line_width(head) - _cells([*late, *middle, *following]) - line_width(end)
        if room >= 0:
            break
    middle, room = _more(middle, [] if place == HOME else [([(f" {look['dot']} {rail.left:,} left", "muted")], HOME)], room)
    middle, room = _more(middle, [] if rail.worked else [([(f"   {REST_DAY}", "muted")], "")], room)
    following, room = _more(following, [tell.ahead(stop) for stop in ahead[1:]] if following else [], room)
    over = [tell.behind(stop) for stop in before if not (_matters(stop) or stop.until)]
    done, room = _more([], over[::-1], room)
    parts: list[Part] = [(head, ""), *done[::-1], *late, *middle, *following]
    gap = max(cells - _cells(parts) - line_width(end) - 1, 1)
    return _joined([*parts, ([(" " * gap, "text")], ""), (end, "app.sources")])


def _passed(stop: Stop, now: datetime) -> bool:
    """Whether a stop lies behind the now-mark."""
    if stop.state == "late" and now - stop.at < MINUTE:
        return False  # it begins now
    return stop.at < now or stop.state in ("done", "late", "past")


def _matters(stop: Stop) -> bool:
    """Whether a stop behind the now-mark is told at every width: late, under way, or a fixed point that has just passed."""
    return stop.state in ("late", "now") or (stop.state == "past" and bool(stop.ahead) and not stop.action)


class _Teller:
    """Says stops in words; ``tight``: where there is little room, with short rules between them."""

    def __init__(self, now: datetime, look: Look, place: str, keys: Mapping[str, str], *, tight: bool) -> None:
        self.now, self.look, self.place, self.keys = now, look, place, keys
        rule, pad = look["rule"] * (1 if tight else 2), " " * (1 if tight else 2)
        self._joint = f"{pad}{rule}{look['stop']}{rule}{pad}"
        self._rule = f"{pad}{rule}{pad}"

    def heads(self) -> tuple[Line, Line, Line]:
        """The time, with the date, with the name of the program."""
        local = self.now.astimezone(self.look.zone)
        day = f"{local:%a} {local.day} {local:%b} {local:%H:%M}   "
        return [(f" {local:%H:%M}  ", "text")], [(f" {day}", "text")], [(" opstui", "strong"), (f"   {day}", "text")]

    def behind(self, stop: Stop) -> Part:
        """What stands before the now-mark: done, late, under way, or only passed."""
        name, look = tame(stop.name), self.look
        rule = (self._rule, "rule")
        if stop.state == "late":
            words, tone = f"{name} {span((self.now - stop.at).total_seconds())} late", "warning"
        elif stop.state == "now":
            words, tone = f"{name} {f'until {self._at(stop.until)}' if stop.until else 'under way'}", "strong"
        elif stop.state == "done":
            return [(f"{look['done']} {name} {self._at(stop.held or stop.at)}", "muted"), rule], stop.action
        elif stop.action:
            return [(f"{name} not held", "muted"), rule], stop.action
        else:
            return [(f"{name} {ago(stop.at, self.now)}", "muted"), rule], ""
        return [*(self._key(stop) or [(f"{look['stop']} ", tone)]), (words, tone), rule], stop.action

    def ahead(self, stop: Stop, *, left: bool = False) -> Part:
        """A stop to come, with its time and, when asked for, with what is left until then."""
        when = self._at(stop.at) + (f"–{self._at(stop.until)}" if stop.until else "")
        if left:
            minutes = -(-int((stop.at - self.now).total_seconds()) // 60)
            when += f" in {span(minutes * 60)}" if minutes > 0 else " now"
        due = stop.state in ("now", "late")
        words = (f"{tame(stop.name)} {when}", "strong" if due else "muted")
        return [(self._joint, "rule"), *(self._key(stop) if due else []), words], stop.action

    def _at(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.look.zone):%H:%M}"

    def _key(self, stop: Stop) -> Line:
        """The key that goes to a stop's pane from another one."""
        key = self.keys.get(stop.action, "") if stop.action != self.place else ""
        return [(key + " ", "key")] if key else []


def _cells(parts: Sequence[Part]) -> int:
    return sum(line_width(line) for line, _ in parts)


def _more(parts: list[Part], others: Sequence[Part], room: int) -> tuple[list[Part], int]:
    """As many of the others, in their order, as there is room for."""
    parts = list(parts)
    for other in others:
        cells = line_width(other[0])
        if cells > room:
            break
        parts.append(other)
        room -= cells
    return parts, room


def _joined(parts: Sequence[Part]) -> tuple[Line, list[Span]]:
    line: Line = []
    spans: list[Span] = []
    at = 0
    for pieces, action in parts:
        for text, tone in pieces:
            cells = width(text)
            if action and tone != "rule":
                spans.append((at, at + cells, action))
            if text:
                line.append((text, tone))
            at += cells
    return line, spans


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


class DayLine(Painted):
    """Redrawn when the minute, the count, a stop or a source's health changes, and not otherwise."""

    class Pressed(Message):
        """A stop, what is left, or a source in trouble was clicked."""

        def __init__(self, action_id: str) -> None:
            self.action_id = action_id
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.here = ""
        """The pane and what is left in it."""
        self.place = HOME
        """The action that leads to this pane."""
        self.rail = Rail()
        self.keys: Mapping[str, str] = {}
        """The keys of the panes that stops lead to."""
        self.sources: Sequence[SourceState] = ()
        self.reading: Mapping[str, str] = {}
        """The sources that are being read, and how far each one is."""
        self.readonly = False
        """Whether nothing is sent to any source."""
        self._spans: list[Span] = []

    def line(self, y: int) -> Line:
        """The one line."""
        line, self._spans = day_line(
            self.size.width,
            self.surface.now(),
            self.look,
            self.here,
            self.rail,
            self.sources,
            self.reading,
            self.readonly,
            self.place,
            self.keys,
        )
        return line

    def on_click(self, event: events.Click) -> None:
        """Go where what is under the pointer leads."""
        for first, last, action in self._spans:
            if first <= event.x < last:
                self.post_message(self.Pressed(action))
