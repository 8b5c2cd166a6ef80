"""The list of the stand-up's board as plain data: column heads, rows with their pace, loads, what nobody sees. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opstui.domain.boardviews import BoardColumn, BoardRow, PersonLoad, Spelling, UnseenGroup
from opstui.domain.flow import Past, work_span
from opstui.ui.cells import cut, fit, right, tame, width
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
    most = cells if load.in_work >= load.capacity else cells - 1  # full only when it is
    full = min(most, -(-load.in_work * cells // load.capacity))
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


def more_line(count: int, look: Look) -> Line:
    """``… 4 more``."""
    return [(f"  {look['ellipsis']} {count} more", "muted")]
