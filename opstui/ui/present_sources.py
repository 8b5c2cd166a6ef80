"""What the sources pane says, as plain data: one line a source, and the page of the one under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from opstui.domain.views import SourceState
from opstui.domain.when import ago, span
from opstui.ui.cells import cut, fit, right, tame, wrap
from opstui.ui.present import Line, Look, line_width, spread

LABEL = 10
STATES = {
    "ok": ("done", "muted"),
    "stale": ("trouble", "warning"),
    "never": ("unowned", "muted"),
    "syncing": ("sync", "text"),
    "failed": ("trouble", "error"),
    "refused": ("trouble", "error"),
    "broken": ("trouble", "error"),
    "paused": ("dot", "muted"),
    "gone": ("trouble", "warning"),
}
"""Glyph and tone by state; the state's word always stands beside them."""
FAILED = frozenset({"failed", "refused", "broken"})
"""States in which the last try was not the last good read."""
TROUBLE = frozenset({"stale", "failed", "refused", "broken", "gone"})
MEANINGS = {
    "never": "It was never read.",
    "stale": "What it gave is older than it may be.",
    "syncing": "It is being read now.",
    "paused": "It is switched off in the config (enabled = false).",
}
Refused = tuple[str, str, str]
"""Where a record stands, why it did not come in, and how it begins."""


def source_line(source: SourceState, cells: int, now: datetime, look: Look) -> Line:
    """One line in ``cells``: state, name, how old, when again, how many, how many refused."""
    glyph, tone = STATES.get(source.state, ("trouble", "warning"))
    name = max(10, min(22, cells // 5))
    line: Line = [
        (f" {look[glyph]} ", tone),
        (fit(tame(source.state), 9), tone),
        (fit(tame(source.name), name, look["ellipsis"]) + "  ", "strong" if source.state in TROUBLE else "text"),
    ]
    if cells >= 84:
        line.append((fit(tame(source.connector), 10, look["ellipsis"]) + "  ", "muted"))
    if cells >= 100:
        line.append((fit("required" if source.required else "", 10), "muted"))
    if cells < 60:  # what is counted stands on the page below
        return spread(line, [], cells, look)
    items = f"{source.items:,} {'item ' if source.items == 1 else 'items'}"
    end: Line = [(right(items, 13), "text" if source.items else "muted")]
    refused = f"{source.refused:,} refused" if source.refused else ""
    end.append((right(refused, 15), "warning" if source.refused else "muted"))
    end.append((" ", "text"))
    read = "never read"
    if source.last_ok:
        over = source.state in FAILED  # then the last try is younger, and an age would be taken for its
        read = f"last ok {look.at(source.last_ok, now)}" if over else f"read {ago(source.last_ok, now)}"
    room = cells - line_width(line) - line_width(end)
    line.append((fit(read, min(18, max(room, 0)), look["ellipsis"]), "warning" if source.state == "stale" else "muted"))
    if room - 18 >= 12:
        line.append((fit(next_words(source, now), room - 18, look["ellipsis"]), "muted"))
    return spread(line, end, cells, look)


def next_words(source: SourceState, now: datetime) -> str:
    """``next in 4m``: when it will be read again."""
    if source.state == "paused" or source.next_due is None:
        return ""
    left = int((source.next_due - now).total_seconds())
    return f"next in {span(left)}" if left > 0 else "next: due now"


def source_page(source: SourceState, refused: Sequence[Refused], cells: int, now: datetime, look: Look) -> list[Line]:
    """The page below: trouble with its remedy first, then the last pull, what was assumed, and what did not come in."""
    lines: list[Line] = [[(cut(tame(source.name), cells, look["ellipsis"]), "strong")]]
    kind = f"{source.connector}{', required for a clear queue' if source.required else ''}"
    lines += [[(cut(tame(kind), cells, look["ellipsis"]), "muted")], []]
    if source.what:
        tone = "error" if source.state in FAILED else "warning"
        lines += _fact("what", source.what, cells, tone)
        lines += _fact("why", source.why, cells) if source.why else []
        lines += _fact("next", source.next_step, cells, "strong") if source.next_step else []
        lines.append([])
    elif source.state in MEANINGS:
        lines += [[(MEANINGS[source.state], "warning" if source.state == "stale" else "text")], []]
    if source.last_try and (source.state in FAILED or source.last_try != source.last_ok):
        how = f"{source.state} at " if source.state in FAILED else ""
        lines += _fact("last try", how + _exactly(source.last_try, now, look), cells)
    lines += _fact("last ok", _exactly(source.last_ok, now, look) if source.last_ok else "never", cells)
    if words := next_words(source, now):
        lines += _fact("then", words, cells)
    lines += _fact("found", found_words(source), cells)
    for at, note in enumerate(source.notes):
        lines += _fact("assumed" if not at else "", note, cells)
    return lines + refused_lines(source, refused, cells, look)


def backup_lines(trouble: str, cells: int) -> list[Line]:
    """Above every page as long as no daily copy of the store can be made."""
    lines: list[Line] = [[(cut("DAILY BACKUP", cells), "muted")]]
    lines += _fact("fails", trouble, cells, "error")
    return [*lines, *_fact("next", "opstui doctor says where it goes; opstui backup makes one now", cells, "strong"), []]


def found_words(source: SourceState) -> str:
    """``120 read: 3 added, 5 changed, 112 same, 2 refused, in 0.4 s``."""
    if not source.seen and source.state in FAILED:
        return f"nothing this time; {source.items:,} kept from before" if source.items else "nothing"
    if not source.seen and source.last_ok:
        return f"nothing new; {source.items:,} kept"
    if not source.seen:
        return f"nothing yet; {source.items:,} items kept" if source.items else "nothing yet"
    parts = [f"{source.added:,} added", f"{source.changed:,} changed", f"{source.unchanged:,} same"]
    if source.refused:
        parts.append(f"{source.refused:,} refused")
    took = f", in {source.seconds:.1f} s" if source.seconds is not None else ""
    return f"{source.seen:,} read: {', '.join(parts)}{took}"


def refused_lines(source: SourceState, refused: Sequence[Refused], cells: int, look: Look) -> list[Line]:
    """Where each refused record stands, why, and how it begins."""
    if not refused:
        return []
    lines: list[Line] = [[], [(f"REFUSED {source.refused:,}", "muted")]]
    wide = min(max(len(tame(where)) for where, _, _ in refused), max(12, cells // 3))
    for where, why, sample in refused:
        room = cells - wide - 2
        parts = wrap(why, room, 3)
        for at, part in enumerate(parts):
            lines.append([(fit(tame(where) if not at else "", wide, look["ellipsis"]) + "  ", "text"), (part, "warning")])
        if sample.strip():
            lines.append([(" " * (wide + 2), "text"), (cut(tame(sample), room, look["ellipsis"]), "muted")])
    if source.refused > len(refused):
        lines.append([(f"and {source.refused - len(refused):,} more", "muted")])
    return lines


def _exactly(at: datetime, now: datetime, look: Look) -> str:
    """A moment to the second on its own day, since two reads may lie within a minute: ``08:05:12, 3m ago``."""
    local = at.astimezone(look.zone)
    same = local.date() == now.astimezone(look.zone).date()
    return f"{f'{local:%H:%M:%S}' if same else look.at(at, now)}, {ago(at, now)}"


def _fact(label: str, text: str, cells: int, tone: str = "text") -> list[Line]:
    parts = wrap(text, max(cells - LABEL, 8))
    return [[(fit(label if not at else "", LABEL), "muted"), (part, tone)] for at, part in enumerate(parts)]
