"""The board of the stand-up as plain data: column heads, rows with their pace, everybody's load, what nobody sees. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from opstui.domain.boardviews import BoardColumn, BoardRow, Card, PersonLoad, Spelling, StayLine, UnseenGroup
from opstui.domain.flow import LEAST, Past, work_span
from opstui.domain.format import plural
from opstui.domain.kinds import PRIORITY_WORDS
from opstui.domain.views import Linked
from opstui.ui.cells import cut, fit, right, tame, width, wrap
from opstui.ui.present import Line, Look, Piece, line_width, moved_words, owner, spread

SIGN, AGE = 2, 5
WHY, OWNER = 18, 10
"""Cells of a row's reason and of its owner on the narrowest screen."""
REF_MOST = 18
BAR = 5
"""Cells of the longest bar; a greater capacity is drawn to scale."""
STRIP_LINES = 2
BETWEEN = "   "


# Columns


def head_line(column: BoardColumn, cells: int, look: Look, *, ageing: int = 85, day_s: int = 0) -> Line:
    """``Review 3/2 over   2 moved · 1 ageing``, at its right how long the most stay there."""
    name: Line = [(tame(column.name), "strong")]
    if column.over:
        return [*name, (f" {column.total} closed" if column.total else " nothing closed", "muted")]
    limit = f"/{column.wip}" if column.wip is not None else ""
    late = column.limit == "over"
    name.append((f" {column.total}{limit}" + (" over" if late else ""), "warning" if late else "muted"))
    said = ((column.changed, "moved"), (column.blocked, "blocked"), (column.ageing, "ageing"))
    words = f" {look['dot']} ".join(f"{count} {word}" for count, word in said if count)
    if words:
        name.append((BETWEEN + words, "muted"))
    end = expects(column.past, ageing, day_s)
    if not end or line_width(name) + width(end) + 3 > cells:
        return spread(name, [], cells, look)
    return spread(name, [(end, "muted")], cells, look)


def expects(past: Past, ageing: int, day_s: int) -> str:
    """``85 % leave within 6d``; empty while too little is known, or nothing more is to be said of it."""
    limit = past.cutoff(ageing)
    return f"{ageing} % leave within {work_span(limit - 1, day_s)}" if limit and day_s else ""


def fold_line(column: BoardColumn, shown: int, cells: int, look: Look, key: str = "") -> Line:
    """``… 14 more, unmoved``, and the key that shows them."""
    more = column.total - shown
    held = "beyond these" if column.over else "unmoved"
    line: Line = [(f"  {look['ellipsis']} {more} more, {held}" if more else "  all of it is shown", "muted")]
    if key and width(line[0][0]) + width(key) + 10 <= cells:
        line += [(BETWEEN, "text"), (key, "key"), (" unfolds" if more else " folds", "muted")]
    return line


def sign_of(row: BoardRow, look: Look) -> Piece:
    """The one sign that matters most: blocked, ageing, moved."""
    if row.blocked:
        return look["blocked"], "text"
    if row.ageing:
        return look["waiting"], "warning"
    if row.changed:
        return (look["new"] if row.row.new else look["changed"]), "text"
    return " ", "muted"


def key_cells(rows: Iterable[BoardRow]) -> int:
    """Cells that the keys of these rows take: of a ref the part that tells items apart."""
    return max((width(tame(_key(row))) for row in rows), default=4)


def _key(row: BoardRow) -> str:
    return row.row.ref[len(row.row.source) + 1 :]


def row_line(row: BoardRow, cells: int, look: Look, day_s: int, keys: int = REF_MOST) -> Line:
    """One item: sign, key, title, owner, working time in its column, and why it is shown."""
    sign, tone = sign_of(row, look)
    key = min(keys, REF_MOST, max(cells // 5, 4))
    why = max(WHY, min(cells * 3 // 10, 40))
    who = max(OWNER, min(cells // 9, 16)) if cells >= 70 else 0
    title = cells - SIGN - key - 2 - (who + 2 if who else 0) - AGE - 1 - why
    if title < 16:  # a narrow list: the reason gives way, its sign stays
        title, why = title + why + 1, 0
    line: Line = [(fit(sign, SIGN), tone), (fit(tame(_key(row)), key, look["ellipsis"]) + "  ", "muted")]
    line.append((fit(tame(row.row.title), max(title, 4), look["ellipsis"]), "strong" if row.row.urgent else "text"))
    if who:
        name = "warning" if row.row.owner_state == "ambiguous" else "muted"
        line.append(("  " + fit(owner(row.row, look), who, look["ellipsis"]), name))
    line.append((right(work_span(row.age_s, day_s), AGE), "warning" if row.ageing else "muted"))
    if why:
        text, tone = why_here(row, why - 1, look)
        line.append((" " + fit(text, why, look["ellipsis"]), tone))
    return line


def why_here(row: BoardRow, cells: int, look: Look) -> Piece:
    """Why a row is shown, as much as fits: its pace first, then what moved, then its status."""
    slow = slower(row.pace) if row.ageing else ""
    moved = moved_words(row.row, cells - (width(slow) + 3 if slow else 0), look) if row.changed else ""
    if slow and moved and width(slow) + width(moved) + 3 <= cells:
        return f"{slow} {look['dot']} {moved}", "warning"
    if slow:
        return slow, "warning"
    if moved:
        return moved, "muted"
    return (tame(row.row.status), "muted") if row.blocked else ("", "muted")


def slower(pace: float | None) -> str:
    """``slower than 85 %``."""
    return "" if pace is None else f"slower than {int(100 * pace + 1e-9)} %"


# Persons


def short_names(names: Sequence[str]) -> list[str]:
    """First names; where two have the same one, with as much of the last as tells them apart."""
    firsts = [next(iter(tame(name).replace(",", " ").split()), tame(name)) for name in names]
    found = []
    for name, first in zip(names, firsts, strict=True):
        rest = tame(name)[len(first) :].strip(" ,")
        found.append(f"{first} {rest[:1]}" if firsts.count(first) > 1 and rest else first)
    return [name if found.count(name) == 1 else tame(whole) for name, whole in zip(found, names, strict=True)]


def load_piece(load: PersonLoad, name: str, look: Look, *, word: bool = True) -> Line:
    """``Ana ▮▮▮▯ 3/4``, amber and with a word where it is too much."""
    if load.away:
        held, tone = (f", {load.in_work} in work", "warning") if load.in_work else ("", "muted")
        return [(name + " ", tone), (f"away{held}", tone)]
    cells = min(load.capacity, BAR)
    full = min(cells, -(-load.in_work * cells // load.capacity))
    bar = look["full"] * full + look["part"] * (cells - full)
    tone = "warning" if load.over else "muted"
    over = " over" if load.over and word else ""
    return [(name + " ", "text"), (f"{bar} {load.in_work}/{load.capacity}{over}", tone)]


def strip_lines(loads: Sequence[PersonLoad], cells: int, look: Look, lines: int = STRIP_LINES) -> list[Line]:
    """Everybody's load in at most so many lines; who has no room left is counted."""
    names = short_names([load.name for load in loads])
    for word in (True, False):
        pieces = [load_piece(load, name, look, word=word) for load, name in zip(loads, names, strict=True)]
        found, left = _filled(pieces, cells, lines)
        if not left:
            break
    return found


def _filled(pieces: Sequence[Line], cells: int, lines: int) -> tuple[list[Line], int]:
    """Pieces set into lines, and how many found no place."""
    found: list[Line] = [[]]
    for at, piece in enumerate(pieces):
        left = len(pieces) - at
        gap = width(BETWEEN) if found[-1] else 0
        rest = len(f"{BETWEEN}+{left - 1} more") if left > 1 and len(found) == lines else 0
        if line_width(found[-1]) + gap + line_width(piece) + rest > cells:
            if len(found) == lines:
                found[-1].append((f"{BETWEEN if found[-1] else ''}+{left} more", "muted"))
                return found, left
            found.append([])
            gap = 0
        found[-1] += [(" " * gap, "text"), *piece] if gap else piece
    return found, 0


# Pages


def row_page(
    row: BoardRow, card: Card | None, cells: int, now: datetime, since: datetime, look: Look, day_s: int, ageing: int = 85
) -> list[Line]:
    """All that a stand-up asks of an item: where it is and how long, what moved, its stays, and its chain."""
    lines: list[Line] = [[(text, "strong")] for text in wrap(row.row.title, cells, 3)]
    facts = [tame(row.row.ref), PRIORITY_WORDS.get(row.row.priority or 0, ""), tame(row.row.status)]
    lines.append([(cut(f" {look['dot']} ".join(part for part in facts if part), cells, look["ellipsis"]), "muted")])
    lines.append([("owner ", "muted"), (cut(owner(row.row, look), max(cells - 6, 4), look["ellipsis"]), "text")])
    lines.append([])
    past = card.past if card is not None else Past()
    lines += [
        [(part, "warning" if row.ageing else "text")]
        for part in wrap(pace_sentence(row, past, ageing, day_s, card is not None), cells)
    ]
    if row.row.moves:
        lines += [[], [(f"MOVED SINCE {look.at(since, now).upper()}", "muted")]]
        for field, old, new, who in row.row.moves:
            change = f"{tame(field)} {tame(old) or look['dash']} {look['arrow']} {tame(new) or look['dash']}"
            lines += [[("  " + part, "text")] for part in wrap(change, cells - 2, 3)]
            if who:
                lines[-1] = spread(lines[-1], [("  " + cut(tame(who), cells // 3, look["ellipsis"]), "muted")], cells, look)
    if card is not None:
        lines += _stays(card.stays, cells, now, look, day_s)
        lines += _chain("WAITS FOR", card.waits, cells, look)
        lines += _chain(_holds(card), card.holds, cells, look)
    return lines


def pace_sentence(row: BoardRow, past: Past, ageing: int, day_s: int, known: bool = True) -> str:
    """``In Review for 11d, slower than 85 % of 40 stays; 85 % leave within 6d.``"""
    if not row.stage:
        return f"On no column of the board for {work_span(row.age_s, day_s)}: no column takes its status."
    text = f"In {tame(row.stage)} for {work_span(row.age_s, day_s)}"
    if row.pace is None:
        return (
            f"{text}."
            if past.known or not known
            else f"{text}; too little past to compare with: {past.total} of {LEAST} stays."
        )
    stays = f" of {past.total:,} stays" if past.known else ""
    expected = expects(past, ageing, day_s)
    return f"{text}, {slower(row.pace)}{stays}" + (f"; {expected}." if expected else ".")


def _holds(card: Card) -> str:
    more = card.frees - len(card.holds)
    return f"FREES {card.frees}" + (f", {more} OF THEM THROUGH OTHERS" if more > 0 and card.holds else "")


STAYS_MOST = 12


def _stays(stays: Sequence[StayLine], cells: int, now: datetime, look: Look, day_s: int) -> list[Line]:
    """One line a visit, oldest first: column, working time, from when to when."""
    if not stays:
        return []
    lines: list[Line] = [[], [("STAYS" if cells < 30 else "STAYS, IN WORKING TIME", "muted")]]
    if len(stays) > STAYS_MOST:
        lines.append([(f"  {look['ellipsis']} {len(stays) - STAYS_MOST} before these", "muted")])
    name = min(max(width(tame(stay.stage)) for stay in stays), max(cells // 3, 8))
    for stay in stays[-STAYS_MOST:]:
        end = look.at(stay.left, now) if stay.left else "now"
        dates = f"{look.at(stay.entered, now)} {look['arrow']} {end}"
        line: Line = [("  " + fit(tame(stay.stage), name, look["ellipsis"]), "text" if stay.left is None else "muted")]
        line.append((right(work_span(stay.worked_s, day_s), AGE + 1), "text"))
        lines.append([*line, ("  " + cut(dates, max(cells - name - AGE - 5, 4), look["ellipsis"]), "muted")])
    return lines


def _chain(head: str, links: Sequence[Linked], cells: int, look: Look) -> list[Line]:
    """Items of a chain, each with who has it."""
    if not links:
        return []
    lines: list[Line] = [[], [(cut(head, cells, look["ellipsis"]), "muted")]]
    for link in links:
        ref = min(REF_MOST, max(cells // 3, 6))
        end: Line = [("  " + cut(tame(link.owner or "nobody"), min(16, cells // 4), look["ellipsis"]), "muted")]
        start: Line = [("  " + fit(tame(link.ref), ref, look["ellipsis"]) + "  ", "muted"), (tame(link.title), "text")]
        lines.append(spread(start, end, cells, look))
    return lines


def fold_page(column: BoardColumn, shown: int, cells: int, ageing: int, day_s: int) -> list[Line]:
    """What a column holds, in words: the page of its folded line."""
    lines: list[Line] = [*([(part, "strong")] for part in wrap(column.name, cells, 2)), []]
    texts = [f"{plural(column.total, 'open item')}, {column.changed} moved, {column.blocked} blocked, {column.ageing} ageing."]
    if column.over:
        texts = [f"{plural(column.total, 'item')} came here since the last stand-up."]
    if column.total > shown:
        texts.append(f"{plural(column.total - shown, 'more is', 'more are')} folded away.")
    if column.limit == "over":
        texts.append(f"It should hold {column.wip} at most: finish something here before anything else is begun.")
    if not column.over:
        expected = expects(column.past, ageing, day_s)
        known = f"Of {column.past.total:,} stays of the last half year, {expected}." if expected else ""
        texts.append(known or f"Too little past to tell what is slow here: {column.past.total} of {LEAST} stays.")
    for text in texts:
        lines += [[(part, "text")] for part in wrap(text, cells)]
    return lines


# What nobody sees


def group_line(group: UnseenGroup, cells: int, look: Look) -> Line:
    """``Nobody owns it 16``, and what helps."""
    line: Line = [(group.title, "strong"), (f" {group.total}", "muted")]
    if group.names:
        line.append(("  " + ", ".join(tame(name) for name in group.names), "muted"))
    end: Line = [(group.remedy, "muted")]
    if line_width(line) + line_width(end) + 3 > cells:
        line = line[:2]
    return spread(line, end if line_width(line) + line_width(end) + 3 <= cells else [], cells, look)


def spelling_line(one: Spelling, cells: int, look: Look) -> Line:
    """``Ana Ruiz  is likely ana.ruiz, A. Ruiz too``."""
    return [
        (fit(look["trouble"], SIGN), "warning"),
        (cut(f"{tame(one.name)} is likely {', '.join(map(tame, one.also))} too", cells - SIGN, look["ellipsis"]), "text"),
    ]


def spelling_page(one: Spelling, cells: int) -> list[Line]:
    """What to write so that they are one."""
    text = f"{one.name} and {', '.join(one.also)} are likely one person. Until the config says so, each has a load of its own."
    lines: list[Line] = [[(part, "text")] for part in wrap(text, cells)]
    lines += [[], [("WRITE INTO THE CONFIG", "muted")]]
    return [*lines, *([("  " + part, "key")] for line in one.config.splitlines() for part in wrap(line, cells - 2))]


def more_line(count: int, look: Look) -> Line:
    """``… 4 more``."""
    return [(f"  {look['ellipsis']} {count} more", "muted")]
