"""What a line of the queue says, as plain data: pieces of text with a tone. Pure; widgets only paint it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from opstui.domain.kinds import OWN, PRIORITY_WORDS, Kind, Place, Stage
from opstui.domain.reasons import parse_why
from opstui.domain.views import QueueRow
from opstui.domain.when import span
from opstui.ui.cells import cut, fit, right, tame, width

Piece = tuple[str, str]
"""Some text and the tone it is written in (see ``theme.TONES``)."""
Line = list[Piece]

SOON_S = 2 * 3600
"""An SLA clock with less than this left is amber."""

UNICODE = {
    "breach": "▲",
    "new": "●",
    "changed": "◆",
    "unowned": "◌",
    "blocked": "■",
    "waiting": "◔",
    "snoozed": "◷",
    "done": "✓",
    "sync": "↻",
    "trouble": "!",
    "mark": "✱",
    "cursor": "▌",
    "times": "×",
    "ellipsis": "…",
    "rule": "─",
    "heavy": "━",
    "side": "│",
    "dot": "·",
    "arrow": "→",
    "dash": "–",
    "stop": "○",
    "now": "●",
    "full": "▮",
    "part": "▯",
    "minus": "−",
    "child": "└",
    "out": "↑",
    "parked": "□",
    "failed": "✗",
    "conflict": "≠",
}
ASCII = {
    "breach": "^",
    "new": "*",
    "changed": "~",
    "unowned": "?",
    "blocked": "#",
    "waiting": "w",
    "snoozed": "z",
    "done": "x",
    "sync": "@",
    "trouble": "!",
    "mark": "+",
    "cursor": ">",
    "times": "x",
    "ellipsis": "~",
    "rule": "-",
    "heavy": "=",
    "side": "|",
    "dot": "-",
    "arrow": "->",
    "dash": "-",
    "stop": "o",
    "now": "*",
    "full": "#",
    "part": ".",
    "minus": "-",
    "child": "`-",
    "out": "u",
    "parked": "=",
    "failed": "X",
    "conflict": "%",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How this person's terminal is written to: the zone that times are told in, and the glyphs."""

    zone: tzinfo = UTC
    glyphs: Mapping[str, str] = field(default_factory=lambda: UNICODE)

    def __getitem__(self, name: str) -> str:
        return self.glyphs[name]

    @property
    def ascii(self) -> bool:
        """Whether only ASCII is written."""
        return self.glyphs is ASCII

    def at(self, when: datetime, now: datetime) -> str:
        """A moment in the shortest form that cannot be mistaken: ``05:55``, ``Thu 17:20``, ``3 Oct``, ``3 Oct 2024``."""
        local, today = when.astimezone(self.zone), now.astimezone(self.zone)
        days = (local.date() - today.date()).days
        if days == 0:
            return f"{local:%H:%M}"
        if -6 <= days <= 6:
            return f"{local:%a %H:%M}"
        return f"{local.day} {local:%b}" + ("" if local.year == today.year else f" {local.year}")


class Columns(NamedTuple):
    """The grid of a list: cells per column, 0 where there is no room for one."""

    width: int
    ref: int
    title: int
    why: int
    owner: int
    time: int
    keyed: bool = False
    """Whether there is no room for the source of a ref, only for its key."""
    moved: bool = False
    """Whether a line says what moved and who moved it, in place of reasons and owner."""


TIME = 11
"""Cells of the time: ``SLA -2h 54m`` is never cut to its hours."""
LEAST, TITLE, WHOLE = 45, 46, 60
"""Cells of a title before a ref is written with its source, before the owner has a column, and before the reasons have one."""


def columns(
    cells: int, ref: int = 16, key: int = 0, *, narrow: bool = False, place: bool = False, moved: bool = False
) -> Columns:
    """The grid for a list of ``cells`` whose refs take ``ref`` and their keys alone ``key``.

    What every further cell goes to is fixed, and none is taken away again: a wider list never has a shorter title.
    In a ``place`` other than the queue, what was decided always has its column, and the owner none; so has what ``moved``.
    """
    most = max(18, cells // 3)
    free = cells - 3 - 2 - TIME - 2
    wanted = WHOLE if narrow else TITLE
    whole = max(4, min(ref, most))
    keyed = 0 < key < whole and free - whole < LEAST
    ref = max(4, min(key, most)) if keyed else whole
    title = free - ref
    owner = why = 0
    if place:
        why = min(max(title // 2, 14), 36) if title >= 30 else 0
        return Columns(cells, ref, max(title - why - 2 if why else title, 4), why, 0, TIME, keyed)
    if moved:
        why = min(title * 2 // 5, 44) if title >= 30 else 0
        return Columns(cells, ref, max(title - why - 2 if why else title, 4), why, 0, TIME, keyed, True)
    rest = max(title - (LEAST if keyed else wanted), 0)
    title = max(title - rest, 4)
    if rest < 8:
        return Columns(cells, ref + rest, title, 0, 0, TIME, keyed)
    owner = min(rest - 2, 10)
    rest -= owner + 2
    more = min(WHOLE - title, rest)
    title, rest = title + more, rest - more
    if rest < 10:
        return Columns(cells, ref, title, 0, owner + rest, TIME, keyed)
    why = min(rest - 2, 12)
    rest -= why + 2
    more = min(14 - owner, rest)
    owner, rest = owner + more, rest - more
    more = min(32 - why, rest)
    return Columns(cells, ref, title + rest - more, why + more, owner, TIME)


def ref_cell(row: QueueRow, grid: Columns, look: Look) -> str:
    """The ref in its column, or its key alone where the grid has no room for more: neither is ever cut."""
    if row.source == OWN:  # a name that says nothing: the title says what it is about
        return fit(OWN, grid.ref)
    return fit(tame(row.ref[len(row.source) + 1 :] if grid.keyed else row.ref), grid.ref, look["ellipsis"])


def queue_line(
    row: QueueRow, grid: Columns, now: datetime, look: Look, *, cursor: bool = False, marked: bool = False, failed: bool = False
) -> Line:
    """One line of the queue, exactly ``grid.width`` cells."""
    sign, sign_tone = glyph(row, now, look)
    if failed:
        sign, sign_tone = look["trouble"], "error"
    elif grid.moved and sign == " ":
        sign = look["changed"]
    lead = look["mark"] if marked else look["cursor"] if cursor else " "
    line: Line = [(lead, "accent" if cursor else "strong"), (sign + " ", sign_tone)]
    line.append((ref_cell(row, grid, look) + "  ", "muted"))
    line.extend(with_outbox(lambda cells: _title(row, cells, now, look), row, grid.title, look))
    if grid.why:
        words = moved_words(row, grid.why, look) if grid.moved else why_here(row, now, look, grid.why)
        line.append(("  " + fit(words, grid.why, look["ellipsis"]), "muted"))
    if grid.owner:
        line.append(
            (
                "  " + fit(owner(row, look), grid.owner, look["ellipsis"]),
                "warning" if row.owner_state == "ambiguous" else "muted",
            )
        )
    text, tone = time_cell(row, now, look, grid.time)
    line.append((" " + right(text, grid.time, look["ellipsis"]) + " ", tone))
    return line


OUTBOX: Mapping[str, tuple[str, str, str]] = {
    "conflict": ("conflict", "conflict", "error"),
    "failed": ("failed", "failed", "error"),
    "sending": ("out", "sending", "muted"),
    "pending": ("out", "to send", "muted"),
    "parked": ("parked", "parked", "muted"),
    "sent": ("done", "sent", "muted"),
    "cancelled": ("minus", "dropped", "muted"),
}
"""Glyph, word and tone by the state of a change on its way."""
WORDED = 30
"""Cells of a title from which the word stands beside the glyph."""


def with_outbox(title: Callable[[int], Line], row: QueueRow, cells: int, look: Look) -> Line:
    """A title in ``cells``, at its end where the item's changes are on their way to its source."""
    if row.outbox not in OUTBOX:
        return title(cells)
    sign, word, tone = OUTBOX[row.outbox]
    tail = f"  {look[sign]} {word}" if cells >= WORDED else f" {look[sign]}"
    return [*title(cells - width(tail)), (tail, tone)]


def _title(row: QueueRow, cells: int, now: datetime, look: Look) -> Line:
    tone = "strong" if row.urgent else "text"
    if row.group_size < 2:
        return [(fit(tame(row.title), cells, look["ellipsis"]), tone)]
    more = f"  {look['times']}{row.group_size}"
    first, last = row.group_first, row.group_last
    if first and last:
        span_of = f" {look.at(first, now)}{look['dash']}{look.at(last, now)}"
        more += span_of if width(tame(row.title)) + width(more + span_of) <= cells else ""
    title = cut(tame(row.title), cells - width(more), look["ellipsis"])
    return [(title, tone), (fit(more, cells - width(title)), "muted")]


def glyph(row: QueueRow, now: datetime, look: Look) -> Piece:
    """The one sign that matters most about a row, and its tone."""
    left = sla_left(row, now)
    if row.place is Place.SNOOZED:
        return look["snoozed"], "muted"
    if row.place is Place.WAITING:
        return look["waiting"], "muted"
    if row.place in (Place.DONE, Place.CLOSED, Place.DECLINED, Place.MERGED):
        return look["done"], "muted"
    if row.sla_due and left is not None and left < SOON_S:
        return look["breach"], "error" if left <= 0 else "warning"
    if row.stage is Stage.BLOCKED:
        return look["blocked"], "text"
    if row.new:
        return look["new"], "text"
    if row.moved:
        return look["changed"], "text"
    if row.owner_state == "none" and row.kind is Kind.TICKET:
        return look["unowned"], "muted"
    return " ", "muted"


def sla_left(row: QueueRow, now: datetime) -> int | None:
    """Seconds left on the SLA clock; negative once breached, None without a clock."""
    if row.sla_due is None:
        return row.sla_left_s
    elapsed = int((row.sla_due - now).total_seconds())
    if row.sla_left_s is None or elapsed <= 0:
        return elapsed
    return min(row.sla_left_s, elapsed) if row.sla_left_s > 0 else elapsed


def time_cell(row: QueueRow, now: datetime, look: Look, cells: int = 99) -> Piece:
    """The time that matters most about a row: wake-up, SLA clock, due date, else its age. A clock is never rounded."""
    if row.place in (Place.SNOOZED, Place.WAITING) and row.until:
        return look.at(row.until, now), "muted"
    left = sla_left(row, now)
    if left is not None:
        words = ("paused", "pause") if row.sla_due is None else ("SLA",)
        tone = "muted" if row.sla_due is None else "error" if left <= 0 else "warning" if left < SOON_S else "muted"
        return _clock(words, span(left), cells), tone
    if row.due:
        return _due(row.due, now, look)
    seen = row.created or row.updated
    return (span(int((now - seen).total_seconds())) if seen and seen <= now else "", "muted")


def _clock(words: Sequence[str], left: str, cells: int) -> str:
    """``SLA 2h 54m``, written closer together where there is not room for that."""
    tight = left.replace(" ", "")
    forms = [f"{word} {one}" for word in words for one in (left, tight)] + [words[-1] + tight]
    return next((form for form in forms if len(form) <= cells), tight)


def _due(due: datetime, now: datetime, look: Look) -> Piece:
    today, day = now.astimezone(look.zone).date(), due.astimezone(look.zone).date()
    if due < now:
        late = int((now - due).total_seconds())
        return f"due -{_short(late) if late >= 86400 else span(late)}", "warning"
    if day == today:
        return "today", "warning"
    if day == today + timedelta(days=1):
        return "tomorrow", "muted"
    return look.at(due, now) if (day - today).days > 6 else f"due {due.astimezone(look.zone):%a}", "muted"


def _short(seconds: int) -> str:
    return span(seconds).split(" ", 1)[0]


def owner(row: QueueRow, look: Look) -> str:
    """The owner's name, or that there is none or more than one."""
    if row.owner_state == "none" or not row.owner:
        return f"{look['unowned']} none" if row.kind is Kind.TICKET else look["dash"]
    return ("? " if row.owner_state == "ambiguous" else "") + tame(row.owner)


_SHORT: Mapping[str, str] = {
    "alert": "alert",
    "trouble": "needs you",
    "vip": "VIP",
    "labelled": "important",
    "mine": "yours",
    "reply": "no reply",
    "woke": "snooze over",
    "nudge": "nudge",
    "unanswered": "no answer",
    "reopened": "moved again",
}
"""Reasons that are a word in the list; the others are said from the row, or stand in another column."""


def why_here(row: QueueRow, now: datetime, look: Look, room: int = 1000) -> str:
    """The reasons that no other column shows, the heaviest first, then what moved since the last handoff.

    In little ``room`` the priority, which the rank speaks of already, goes first, then the lightest: a whole word less
    rather than a piece of one.
    """
    words: list[str] = []
    for code, _ in parse_why(row.why):
        if code == "priority" and row.priority and row.priority <= 2:
            words.append(PRIORITY_WORDS[row.priority])
        elif code == "blocks_others":
            words.append(f"blocks {row.blocks}")
        elif code == "stalled" and row.updated:
            words.append(f"still {_short(int((now - row.updated).total_seconds()))}")
        elif code in _SHORT:
            words.append(_SHORT[code])
    if row.moved and not row.new:
        words.append("moved: " + ", ".join(tame(field) for field in row.moved))
    between = f" {look['dot']} "
    while len(words) > 1 and width(between.join(words)) > room:
        words.pop(0 if words[0] in PRIORITY_WORDS.values() else -1)
    return between.join(words)


def review_words(review_on: str, now: datetime, look: Look) -> str:
    """``Fri 4 Dec 2026, in 14d``: when a decision is looked at again."""
    if not review_on:
        return look["dash"]
    try:
        on = date.fromisoformat(review_on)
    except ValueError:
        return review_on
    days = (on - now.astimezone(look.zone).date()).days
    far = "today" if not days else f"in {days}d" if days > 0 else f"{-days}d overdue"
    return f"{on:%a} {on.day} {on:%b %Y}, {far}"


_SAID = frozenset({"status", "stage", "priority", "owner", "team", "comments"})
"""Fields whose values are words short enough for a line."""


def moved_words(row: QueueRow, cells: int, look: Look) -> str:
    """What is new about a row, as much as ``cells`` hold: ``priority Medium→Highest · Bo Lind``, ``again ×2``, ``new``."""
    lead = [f"again {look['times']}{row.group_size}"] if row.group_size > 1 else ["new"] if row.new else []
    if row.new or not (row.moves or row.moved):
        return "".join(lead) or "again"
    names = ", ".join(tame(field) for field in row.moved)
    whole = ", ".join(
        tame(f"{field} {old or look['dash']}{look['arrow']}{new or look['dash']}" if field in _SAID else field)
        for field, old, new, _ in row.moves
    )
    who = [", ".join(dict.fromkeys(tame(who) for *_, who in row.moves if who))]
    forms = [[*lead, whole or names, *who], [*lead, names, *who], [names, *who], [names]]
    said = [f" {look['dot']} ".join(part for part in form if part) for form in forms]
    return next((words for words in said if width(words) <= cells), said[-1])


def strip(line: Iterable[Piece], styles: Mapping[str, Style], cells: int) -> Strip:
    """A line in a palette's styles, filled up to ``cells``. Blanks join the piece before them: fewer pieces, fewer bytes."""
    segments: list[Segment] = []
    text, tone = "", "text"
    used = 0
    for piece, its_tone in line:
        used += width(piece)
        if its_tone == tone or not piece.strip():
            text += piece
        elif not text.strip():
            text, tone = text + piece, its_tone
        else:
            segments.append(Segment(text, styles[tone]))
            text, tone = piece, its_tone
    segments.append(Segment(text + " " * (cells - used), styles[tone]))
    return Strip(segments, max(used, cells))


def line_width(line: Iterable[Piece]) -> int:
    """How many cells a line takes."""
    return sum(width(text) for text, _ in line)


def spread(left: Line, end: Line, cells: int, look: Look) -> Line:
    """``left`` and ``end`` at the two ends of ``cells``; the left one is cut when they do not both fit."""
    room = cells - line_width(end)
    kept: Line = []
    for text, tone in left:
        if room <= 0:
            break
        text = cut(text, room, look["ellipsis"])
        room -= width(text)
        kept.append((text, tone))
    return [*kept, (" " * max(room, 0), "text"), *end]
