"""What the sources pane says, as plain data: one line a source, and the page of the one under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from opstui.domain.views import SourceState
from opstui.domain.when import ago, span
from opstui.ui.cells import cut, fit, right, tame, wrap
from opstui.ui.present import Line, Look, line_width, spread

LABEL = 10
EXPIRES_SOON = timedelta(days=14)
"""So long before its end a credential is warned of."""
LOG_LINES = 400
"""Of a connector's log the last lines are shown."""
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
PAUSED = "You have paused it: it is neither read nor written to until you resume it."
READ, SAID = 32, 20
"""Cells for when it was and will be read, and the room from which a line says what is wrong too."""
WAITED = "s waited"
"""What is counted while a worker only waits to ask again: no part of what there is to read."""
Refused = tuple[str, str, str]
"""Where a record stands, why it did not come in, and how it begins."""


Far = tuple[int, int | None, str]
"""How far a pull is: done, of how many as far as that is known, of what."""
Tested = tuple[bool, str, str, str, datetime]
"""What came of a test of the credentials: whether it went well, what was found or failed, why, what helps, and when."""


def source_line(source: SourceState, cells: int, now: datetime, look: Look, far: Far | None = None) -> Line:
    """One line in ``cells``: state, name, how old, when again, how many, what did not come in or came back.

    ``far`` tells how far it is while it is being read.
    """
    state = "syncing" if far is not None else source.state
    glyph, tone = STATES.get(state, ("trouble", "warning"))
    name = max(10, min(20, cells // 5))
    line: Line = [
        (f" {look[glyph]} ", tone),
        (fit(tame(state), 9), tone),
        (fit(tame(source.name), name, look["ellipsis"]) + "  ", "strong" if source.state in TROUBLE else "text"),
    ]
    if cells >= 84:
        line.append((fit(tame(source.connector), 10, look["ellipsis"]) + "  ", "muted"))
    if cells >= 130:
        line.append((fit("required" if source.required else "", 10), "muted"))
    if cells < 60:  # what is counted stands on the page below
        return spread(line, [], cells, look)
    items = f"{source.items:,} {'item ' if source.items == 1 else 'items'}"
    counted: Line = [(right(items, 13), "text" if source.items else "muted")]
    refused = f"{source.refused:,} refused" if source.refused else ""
    out, out_tone = out_piece(source, look)
    if cells >= 100:
        counted += [(right(refused, 14), "warning" if refused else "muted"), (right(out, 14), out_tone)]
    elif source.stuck or not refused:
        counted.append((right(out, 14), out_tone))
    else:
        counted.append((right(refused, 14), "warning"))
    room = max(cells - line_width(line) - line_width(counted) - 1, 0)
    line += [*_read(source, min(room, READ if cells < 150 else READ + 14), now, look, far), *counted]
    if source.what and (rest := cells - line_width(line) - 4) >= SAID:
        line.append(("   " + cut(tame(source.what), rest, look["ellipsis"]), "muted"))
    return spread(line, [], cells, look)


def _read(source: SourceState, room: int, now: datetime, look: Look, far: Far | None) -> Line:
    """When it was read and when it is next, or how far it is by now."""
    if far is not None:
        return [(fit(bar_words(far, 10 if room >= 18 else 6, look) or "being read", room, look["ellipsis"]), "text")]
    read = "never read"
    if source.last_ok:
        over = source.state in FAILED  # then the last try is younger, and an age would be taken for its
        read = f"last ok {look.at(source.last_ok, now)}" if over else f"read {ago(source.last_ok, now)}"
    old = "warning" if source.state == "stale" else "muted"
    soon = expiry_words(source, now).replace(" ends in", "")
    if room >= 30:
        line: Line = [(fit(read, 18, look["ellipsis"]), old)]
        if room >= READ + 14 or not soon:
            line.append((fit(next_words(source, now), 14 if soon else room - 18, look["ellipsis"]), "muted"))
        return [*line, (fit(soon, room - line_width(line), look["ellipsis"]), "warning")]
    if soon and source.state not in TROUBLE:  # little room, and a credential that ends is the news
        return [(fit(soon, room, look["ellipsis"]), "warning")]
    return [(fit(read, room, look["ellipsis"]), old)]


def out_piece(source: SourceState, look: Look) -> tuple[str, str]:
    """``✗ 1 back`` where changes came back, ``↑ 2 to send`` where some are on their way, ``□ 1 parked`` where all wait."""
    if source.stuck:
        return f"{look['failed']} {source.stuck:,} back", "error"
    if going := source.waiting - source.parked:
        return f"{look['out']} {going:,} to send", "muted"
    return (f"{look['parked']} {source.parked:,} parked", "muted") if source.parked else ("", "muted")


def bar_words(far: Far, cells: int, look: Look) -> str:
    """``▮▮▮▯▯▯▯▯ 42 %`` of what is known to come, else how many came: ``12,000 rows``; ``asks again in 3s`` while it waits."""
    done, total, unit = far
    if unit == WAITED:
        return f"asks again in {span(total - done)}" if total and total > done else "asks again now"
    if total:
        part = max(0.0, min(done / total, 1.0))
        full = round(part * cells)
        return f"{look['full'] * full}{look['part'] * (cells - full)} {part:.0%}".replace("%", " %")
    return f"{done:,} {tame(unit)}".rstrip() if done else ""


def expiry_words(source: SourceState, now: datetime) -> str:
    """``token ends in 9d`` from two weeks before on, ``token ended``; empty while there is time."""
    if source.expires is None or source.expires - now > EXPIRES_SOON:
        return ""
    left = int((source.expires - now).total_seconds())
    return f"token ends in {span(left).split(' ')[0]}" if left > 0 else "token ended"


def next_words(source: SourceState, now: datetime) -> str:
    """``next in 4m``: when it will be read again."""
    if source.state == "paused" or source.next_due is None:
        return ""
    left = int((source.next_due - now).total_seconds())
    return f"next in {span(left)}" if left > 0 else "next: due now"


def source_page(
    source: SourceState,
    refused: Sequence[Refused],
    cells: int,
    now: datetime,
    look: Look,
    *,
    far: Far | None = None,
    tested: Tested | None = None,
    outbox_key: str = "O",
) -> list[Line]:
    """The page below: trouble with its remedy first, then the last pull, its use, what was assumed, what did not come in."""
    lines: list[Line] = [[(cut(tame(source.name), cells, look["ellipsis"]), "strong")]]
    kind = f"{source.connector}{', required for a clear queue' if source.required else ''}"
    lines += [[(cut(tame(kind), cells, look["ellipsis"]), "muted")], []]
    if source.what:
        tone = "error" if source.state in FAILED else "warning"
        lines += _fact("what", source.what, cells, tone)
        lines += _fact("why", source.why, cells) if source.why else []
        lines += _fact("next", source.next_step, cells, "strong") if source.next_step else []
        lines.append([])
    elif source.state in MEANINGS and far is None:
        said = PAUSED if source.state == "paused" and source.paused else MEANINGS[source.state]
        lines += [[(part, "warning" if source.state == "stale" else "text")] for part in wrap(said, cells)] + [[]]
    lines += _token(source, cells, now, look)
    if tested:
        lines += _test(tested, cells, now, look)
    if far is not None:
        words = bar_words(far, 24, look) or "just begun"
        of = f", {far[0]:,} of {far[1]:,} {tame(far[2])}".rstrip() if far[1] and far[2] != WAITED else ""
        lines += _fact("now", words + of, cells)
    pulled = source.state in FAILED and source.last_try == source.last_ok  # what was refused is a change, not a pull
    if source.last_try and source.last_try != source.last_ok:
        how = f"{source.state} at " if source.state in FAILED else ""
        row = f", {source.failures} times in a row" if source.failures > 1 and source.state in FAILED else ""
        lines += _fact("last try", how + _exactly(source.last_try, now, look) + row, cells)
    read = _exactly(source.last_ok, now, look) if source.last_ok else "never"
    lines += _fact("last pull" if pulled and source.last_ok else "last ok", read, cells)
    if source.state == "paused" and source.paused:
        lines += _fact("paused", _exactly(source.paused, now, look), cells)
    elif words := next_words(source, now):
        lines += _fact("then", words, cells)
    lines += _fact("found", found_words(source), cells)
    lines += _use(source, cells, now, look, outbox_key)
    for at, note in enumerate(source.notes):
        lines += _fact("assumed" if not at else "", note, cells)
    return lines + refused_lines(source, refused, cells, look)


def _token(source: SourceState, cells: int, now: datetime, look: Look) -> list[Line]:
    """A credential that ends soon, or ended, before all that goes well."""
    if not (soon := expiry_words(source, now)) or source.expires is None:
        return []
    on = source.expires.astimezone(look.zone)
    lines = _fact("token", f"{soon.removeprefix('token ')}: {on:%a} {on.day} {on:%b %Y}", cells, "warning")
    auth = f"opstui auth {source.name}"
    if auth not in source.next_step:  # the trouble above asks for the same
        lines += _fact("next", f"Get a new one, then: {auth}", cells, "strong")
    return [*lines, []]


def _test(tested: Tested, cells: int, now: datetime, look: Look) -> list[Line]:
    """What came of the test that was asked for."""
    ok, text, why, next_step, at = tested
    lines = _fact("tested", f"{_exactly(at, now, look)}: {text}", cells, "success" if ok else "error")
    lines += _fact("why", why, cells) if why else []
    return [*lines, *(_fact("next", next_step, cells, "strong") if next_step else []), []]


def _use(source: SourceState, cells: int, now: datetime, look: Look, outbox_key: str) -> list[Line]:
    """What can be written to it and what is on its way, as whom, how often it was asked, and how much of that is left."""
    lines: list[Line] = []
    if source.state != "gone" and (source.verbs or source.last_ok):
        verbs = ", ".join(sorted(source.verbs))
        lines += _fact("can", verbs or "only be read: what you decide on its items is kept here", cells)
    going = source.waiting - source.parked
    out = [
        f"{going:,} not sent yet" if going else "",
        f"{source.parked:,} parked" if source.parked else "",
        f"{source.stuck:,} came back" if source.stuck else "",
    ]
    if said := ", ".join(part for part in out if part):
        them = "it" if source.waiting + source.stuck == 1 else "them"
        lines += _fact("outbox", f"{said}: {outbox_key} shows {them}", cells, "error" if source.stuck else "text")
    if source.account:
        until = f", until {look.at(source.expires, now)}" if source.expires and not expiry_words(source, now) else ""
        lines += _fact("account", source.account + until, cells)
    calls = f"{source.calls:,} in the last run" if source.calls else ""
    quota = ""
    if source.quota_left is not None:
        of = f" of {source.quota_limit:,}" if source.quota_limit is not None else ""
        again = f", full again at {look.at(source.quota_reset, now)}" if source.quota_reset and source.quota_reset > now else ""
        quota = f"{source.quota_left:,}{of} left{again}"
    if said := f" {look['dot']} ".join(part for part in (calls, quota) if part):
        low = source.quota_left is not None and source.quota_limit and source.quota_left * 10 < source.quota_limit
        lines += _fact("calls", said, cells, "warning" if low else "text")
    return lines


def log_lines(name: str, text: str, path: str, cells: int, look: Look, key: str = "L") -> list[Line]:
    """The last words of a source's connector, the youngest at the end, in the page's place."""
    head: Line = [(cut(f"LOG OF {tame(name).upper()}", cells - 14, look["ellipsis"]), "muted")]
    lines: list[Line] = [spread(head, [(key, "key"), (" back", "muted")], cells, look), []]
    said = text.rstrip().splitlines()
    if not said:
        lines += [[("Its connector said nothing during the last run.", "text")]]
    if len(said) > LOG_LINES:
        lines.append([("what was said before is in the file", "muted")])
    for row in said[-LOG_LINES:]:
        lines += [[(part, "text")] for part in wrap(row, cells, 6)]
    return [*lines, [], [(cut(tame(path), cells, look["ellipsis"]), "muted")]]


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
