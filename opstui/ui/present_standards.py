"""What is said of standard work, as plain data: an item's standards in a line each, and one with its steps. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.ui.cells import cut, tame, width, wrap
from opstui.ui.present import Line, Look
from opstui.ui.present_routines import StepsPage, bounded, step_lines

if TYPE_CHECKING:
    from opstui.domain.standards import Matched

TEXT_LINES = 400
"""Lines of a file's text that are shown."""


def standard_lines(found: Sequence[Matched], cells: int, look: Look, key: str) -> list[Line]:
    """An item's standards for its page: ``Label printer jams · 2 of 5``; what is wrong with a file below it."""
    if not found:
        return []
    lines: list[Line] = [[], [("STANDARD WORK  ", "muted"), *([(f"{key} to open", "muted")] if key else [])]]
    for one in found:
        steps = one.followed.steps
        over = bool(steps) and one.done == len(steps)
        far = f"{one.done} of {len(steps)}" if steps else "a link" if one.standard.url else "no steps"
        tail = f" {look['dot']} {far}"
        sign = f"{look['done']} " if over else ""
        name = cut(tame(one.standard.name), max(cells - 2 - width(sign) - width(tail), 8), look["ellipsis"])
        lines.append([("  " + sign, "success"), (name, "text"), (tail, "muted")])
        if one.trouble:
            lines += [[("  " + part, "warning")] for part in wrap(f"{look['trouble']} {one.trouble}", cells - 2, 3)]
    return bounded(lines, cells, look)


def standard_page(one: Matched, cells: int, now: datetime, look: Look, *, at: int = 0, trouble: str = "") -> StepsPage:
    """A standard: what it is called, its steps with the one ``at`` the cursor, where it stands, and its text."""
    lines: list[Line] = [[(part, "strong")] for part in wrap(one.title, cells, 2)]
    steps = one.followed.steps
    where = str(one.standard.path or one.standard.url or "")
    if steps:
        far = f"{one.done} of {len(steps)}"
        lines.append([(far + "  ", "strong"), (cut(tame(where), max(cells - len(far) - 2, 4), look["ellipsis"]), "muted")])
    else:
        lines += [[(part, "text" if one.standard.url else "muted")] for part in wrap(where, cells, 3)]
    for words in (trouble, one.trouble):
        lines += [[(part, "warning")] for part in wrap(words, cells, 4)] if words else []
    lines.append([])
    places = []
    for n, tick in enumerate(steps):
        places.append(len(lines))
        lines += step_lines(tick, n, cells, now, look, here=n == at, left="not done so")
    if one.text:
        lines.append([])
        for line in one.text.split("\n")[:TEXT_LINES]:
            head = line.startswith("#")
            lines += [
                [(part, "strong" if head else "text")] for part in (wrap(line.lstrip("# ") if head else line, cells) or [""])
            ]
    return StepsPage(bounded(lines, cells, look), places)
