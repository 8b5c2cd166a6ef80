"""What is said of changes on their way to a source: in an item's detail, in the outbox, as a conflict. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from opstui.domain import outbox
from opstui.domain.views import Outgoing
from opstui.domain.when import ago, span
from opstui.ui.cells import cut, fit, right, tame, width, wrap
from opstui.ui.present import OUTBOX, Line, Look, Piece, line_width, spread

STUCK = frozenset({"failed", "conflict"})
OPEN = frozenset({"parked", "pending", "sending"})
LABEL = 10
FIELDS = {"assign": "owner", "transition": "status", "priority": "priority", "due": "due date", "labels": "labels"}
MEANINGS = {
    "parked": "It waits until it is released: it was made while nothing is sent.",
    "pending": "It waits for its turn.",
    "again": "It has not reached the source yet and is tried again by itself.",
    "sending": "It is at the source now; nobody knows yet what becomes of it.",
    "failed": "The source did not take it.",
    "conflict": "Somebody changed the same field at the source. Until you decide, what stands there is in force.",
    "sent": "The source has it, and it was read back.",
    "cancelled": "It was dropped before it reached the source.",
}
IN_FORCE = frozenset({"assign", "priority", "transition"})
"""Verbs whose value counts here while it is on its way; any other field shows what its source says."""
WAY, KEY = 26, 6
"""Cells for the key of a way out and what it does, and for the key alone where there is little room."""
TITLED = 50
"""The room from which the item's title stands beside what is set."""
WORDED = 54
"""Cells from which a way out is said in words."""


def state_piece(change: Outgoing, look: Look) -> Piece:
    """``↑ to send``, ``≠ conflict``."""
    sign, word, tone = OUTBOX.get(change.state, ("trouble", change.state, "warning"))
    return f"{look[sign]} {word}", tone


def meaning(change: Outgoing) -> str:
    """What its state means, and what counts here meanwhile."""
    said = MEANINGS.get("again" if change.state == "pending" and change.attempts else change.state, "")
    if change.state == "failed" and change.verb in FIELDS:
        return f"{said} Until you decide, what the source says is in force."
    if change.state in ("pending", "parked") and change.verb in FIELDS:
        here = "What it sets is in force here already." if change.verb in IN_FORCE else "Until it is sent the old one shows."
        return f"{said} {here}"
    return said


def change_words(change: Outgoing, look: Look) -> str:
    """``owner Bo Lind``, ``comment “…”``, on one line."""
    words = tame(" ".join(outbox.words(change.verb, change.value).split()))
    return words.replace("“", '"').replace("”", '"') if look.ascii else words


def seconds_left(change: Outgoing, now: datetime) -> int:
    """Whole seconds until it may be sent, 0 when that is now."""
    return max(0, -int((now - change.due).total_seconds() // 1))


def counts_down(changes: Sequence[Outgoing], now: datetime) -> bool:
    """Whether a second from now something else is to be said of one of them."""
    return any(change.state == "pending" and timedelta() <= change.due - now < timedelta(hours=1) for change in changes)


def when_words(change: Outgoing, now: datetime, undo: str = "", *, readonly: bool = False, paused: bool = False) -> str:
    """When it is sent: ``sent in 6s, z cancels``, ``again in 40s``, ``waits: read-only``; empty once that is over."""
    if change.state == "parked":
        return "held until released"
    if change.state == "sending":
        return "on its way now"
    if change.state != "pending":
        return ""
    if readonly:
        return "waits: read-only"
    if paused:
        return f"waits: {change.source} is paused"
    left = seconds_left(change, now)
    if change.attempts or change.doubt:
        return f"again {'now' if not left else f'in {span(left)}'}"
    if not left:
        return "next in line"
    return f"sent in {span(left)}" + (f", {undo} cancels" if undo else "")


def tries_words(change: Outgoing) -> str:
    """``2 tries``; empty before the first."""
    return "" if not change.attempts else "1 try" if change.attempts == 1 else f"{change.attempts} tries"


def outgoing_lines(
    changes: Sequence[Outgoing],
    cells: int,
    now: datetime,
    look: Look,
    *,
    undo: str = "",
    group: int = 0,
    readonly: bool = False,
    paused: bool = False,
    outbox_key: str = "O",
) -> list[Line]:
    """The section of an item's detail: each change in words, where it stands, and what is wrong with its remedy.

    ``undo`` is the key that takes back the action ``group``, ``outbox_key`` the one that goes where a conflict is settled.
    """
    if not changes:
        return []
    lines: list[Line] = [[], [("OUTBOX", "muted")]]
    for change in changes:
        state, tone = state_piece(change, look)
        if change.state == "sent":
            lines += _sent_lines(change, f"{state} {look.at(change.settled or change.at, now)}", cells, look)
            continue
        head = fit(state, 10)
        room = max(cells - 2 - len(head) - 1, 8)
        for at, part in enumerate(wrap(change_words(change, look), room, 3)):
            lines.append([("  " + (head if not at else " " * len(head)) + " ", tone), (part, "text")])
        cancels = undo if change.group == group else ""
        said = [when_words(change, now, cancels, readonly=readonly, paused=paused), tries_words(change)]
        if change.doubt:
            said.append("nobody knows whether it arrived: looked up first")
        if words := f" {look['dot']} ".join(part for part in said if part):
            lines += [[(" " * (3 + len(head)) + part, "muted")] for part in wrap(words, room, 3)]
        lines += [[(" " * (3 + len(head)) + part, its)] for part, its in _trouble(change, room)]
        if change.state == "conflict":
            there = f"there it is {outbox.field_words(change.verb, change.theirs)} now: {outbox_key} decides"
            lines += [[(" " * (3 + len(head)) + part, "text")] for part in wrap(there, room, 3)]
    return lines


def _sent_lines(change: Outgoing, head: str, cells: int, look: Look) -> list[Line]:
    """``✓ sent 08:14 owner Bo Lind``, quietly: its source has it."""
    parts = wrap(change_words(change, look), max(cells - 3 - width(head), 8), 2)
    heads = [head] + [" " * width(head)] * len(parts)
    return [[(f"  {start} {part}", "muted")] for start, part in zip(heads, parts, strict=False)]


def _trouble(change: Outgoing, cells: int) -> list[Piece]:
    """What the last try met, why, and what helps."""
    tone = "error" if change.state in STUCK else "muted"
    said = [(change.what, tone), (change.why, "text"), (change.next_step, "strong")]
    return [(part, its) for text, its in said if text for part in wrap(text, cells, 4)]


def outbox_line(
    change: Outgoing, cells: int, now: datetime, look: Look, *, title: str = "", readonly: bool = False, paused: bool = False
) -> Line:
    """One line of the outbox: state, item, change, tries, and when it goes on or since when it waits."""
    state, tone = state_piece(change, look)
    ref_cells = max(14, min(22, cells // 5))
    line: Line = [
        (" " + fit(state, 10) + "  ", tone),
        (fit(tame(change.ref or change.source), ref_cells, look["ellipsis"]) + "  ", "muted"),
    ]
    end: Line = []
    if cells >= 60:
        end.append((right(_next(change, now, readonly, paused), 11) + " ", "muted"))
    if cells >= 76:
        end.insert(0, (right(tries_words(change), 8) + " ", "muted"))
    if cells >= 68:
        end.insert(0, (right(span(max(0, int((now - change.at).total_seconds()))).split(" ")[0], 5) + " ", "muted"))
    room = cells - line_width(line) - line_width(end)
    if title and room >= TITLED:  # what it sets, and beside it what it is about
        words = min(room * 3 // 5, 60)
        line.append((fit(change_words(change, look), words, look["ellipsis"]) + "  ", "text"))
        line.append((fit(tame(title), room - words - 3, look["ellipsis"]), "muted"))
    else:
        line.append((fit(change_words(change, look), max(room - 1, 4), look["ellipsis"]), "text"))
    return spread(line, end, cells, look)


def _next(change: Outgoing, now: datetime, readonly: bool, paused: bool) -> str:
    if change.state == "pending" and not readonly:
        if paused:
            return "paused"
        left = seconds_left(change, now)
        return f"in {span(left)}" if left else "now"
    words = {"pending": "read-only", "parked": "S releases", "sending": "now", "failed": "decide", "conflict": "decide"}
    return words.get(change.state, "")


def outbox_page(
    change: Outgoing,
    cells: int,
    now: datetime,
    look: Look,
    *,
    title: str = "",
    undo: str = "",
    readonly: bool = False,
    paused: bool = False,
) -> list[Line]:
    """The page below the list: the change whole, where it stands, what the source said, and the ways out."""
    state, tone = state_piece(change, look)
    head = tame(title) or change_words(change, look)
    lines: list[Line] = [[(cut(head, cells, look["ellipsis"]), "strong")]]
    lines += [[(cut(tame(change.ref or f"a new item at {change.source}"), cells, look["ellipsis"]), "muted")], []]
    lines.append([(fit("state", LABEL), "muted"), (state, tone)])
    lines += _said("", meaning(change), cells)
    if words := when_words(change, now, undo, readonly=readonly, paused=paused):
        lines += _said("then", words, cells)
    if change.what or change.why or change.next_step:
        lines.append([])
        lines += _said("what", change.what, cells, "error" if change.state in STUCK else "warning")
        lines += _said("why", change.why, cells)
        lines += _said("next", change.next_step, cells, "strong")
    lines.append([])
    lines += conflict_lines(change, cells, look) if change.state == "conflict" else _change_lines(change, cells)
    lines += _said(
        "made", f"{look.at(change.at, now)}, {ago(change.at, now)}" + (f" by {change.who}" if change.who else ""), cells
    )
    if change.attempts:
        doubt = "; nobody knows whether it arrived, so it is looked up before it is sent again" if change.doubt else ""
        lines += _said("tried", tries_words(change) + doubt, cells)
    return lines


def _change_lines(change: Outgoing, cells: int) -> list[Line]:
    """What it sets, whole; and what stood there when it was made."""
    if change.verb == "comment":
        return _said("comment", change.value["text"], cells)
    if change.verb == "create":
        body = str(change.value.get("body") or "")
        return [*_said("new", change.value["title"], cells), *(_said("text", body, cells) if body else [])]
    name = FIELDS.get(change.verb, change.verb)
    lines = _said(name, outbox.field_words(change.verb, outbox.wanted(change.verb, change.value, change.base)), cells)
    fields = change.value.get("fields") if isinstance(change.value, dict) else None
    for field, value in (fields or {}).items():
        lines += _said("with", f"{field}: {value}", cells)
    return [*lines, *_said("before", outbox.field_words(change.verb, change.base), cells)]


def conflict_lines(change: Outgoing, cells: int, look: Look) -> list[Line]:
    """What stood there, what you wanted and what stands there now, one under the other, the parts that differ marked."""
    name = FIELDS.get(change.verb, change.verb)
    base = tame(outbox.field_words(change.verb, change.base))
    mine = tame(outbox.field_words(change.verb, outbox.wanted(change.verb, change.value, change.base)))
    theirs = tame(outbox.field_words(change.verb, change.theirs))
    lines: list[Line] = [[(name.upper(), "muted")]]
    ways = (("was", base, "", ""), ("yours", mine, "m", "sends it anyway"), ("theirs", theirs, "t", "lets it stand"))
    worded = cells >= WORDED
    room = max(cells - LABEL - (WAY if worded else KEY), 8)
    values = [flow([(text, "muted")] if not key else differing(base, text), room) for _, text, key, _ in ways]
    wide = max(line_width(row) for rows in values for row in rows)
    for (label, _, key, does), rows in zip(ways, values, strict=True):
        head: Line = [("  " + fit(label, LABEL - 2), "muted")]
        for at, row in enumerate(rows):
            line = [*(head if not at else [(" " * LABEL, "text")]), *row]
            if key and not at:
                line += [(" " * (wide - line_width(row) + 3), "text"), (key, "key"), (" " + does if worded else "", "muted")]
            lines.append(line)
    lines.append([(" " * (LABEL + wide + 3), "text"), ("e", "key"), (" sends something else" if worded else "", "muted")])
    lines.append([])
    return lines


def differing(base: str, text: str) -> list[Piece]:
    """``text`` in pieces: the words that ``base`` does not have stand out."""
    old, new = base.split(), text.split()
    pieces: list[Piece] = []
    for kind, _, _, first, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if first < last:
            pieces.append((" ".join(new[first:last]), "muted" if kind == "equal" else "strong"))
    return pieces or [(text, "text")]


def flow(pieces: Sequence[Piece], cells: int) -> list[Line]:
    """Pieces as lines of at most ``cells``, broken at spaces."""
    lines: list[Line] = [[]]
    for text, tone in pieces:
        for word in text.split():
            for part in wrap(word, cells):
                gap = 1 if lines[-1] else 0
                if line_width(lines[-1]) + gap + width(part) > cells:
                    lines.append([])
                    gap = 0
                lines[-1].append((" " * gap + part, tone))
    return lines


def _said(label: str, text: str, cells: int, tone: str = "text") -> list[Line]:
    if not text:
        return []
    parts = wrap(text, max(cells - LABEL, 8))
    return [[(fit(label if not at else "", LABEL), "muted"), (part, tone)] for at, part in enumerate(parts)]
