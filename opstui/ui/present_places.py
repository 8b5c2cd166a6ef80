"""A line of a place other than the queue: what was decided, about whom, until when. Pure; widgets only paint it."""

from __future__ import annotations

from datetime import datetime

from opstui.domain.kinds import Place
from opstui.domain.views import QueueRow
from opstui.ui.cells import fit, right, tame
from opstui.ui.present import TIME, Columns, Line, Look, Piece, glyph, ref_cell, time_cell, why_here, with_outbox

_BY_RANK = (Place.QUEUE, Place.ACCEPTED)
"""Places of work in hand: there the clock matters more than when it was taken."""
_PARKED = (Place.WAITING, Place.ESCALATED)
"""Places where a time of day would be read as the one to come back at."""


def place_line(
    row: QueueRow, grid: Columns, now: datetime, look: Look, *, cursor: bool = False, marked: bool = False, failed: bool = False
) -> Line:
    """One line, exactly ``grid.width`` cells."""
    sign, sign_tone = (look["trouble"], "error") if failed else glyph(row, now, look)
    lead = look["mark"] if marked else look["cursor"] if cursor else " "
    over = row.place in (Place.DONE, Place.DECLINED, Place.MERGED)
    line: Line = [(lead, "accent" if cursor else "strong"), (sign + " ", sign_tone)]
    line.append((ref_cell(row, grid, look) + "  ", "muted"))
    tone = "muted" if over else "text"
    line.extend(with_outbox(lambda cells: [(fit(tame(row.title), cells, look["ellipsis"]), tone)], row, grid.title, look))
    if grid.why:
        line.append(("  " + fit(decided_words(row, now, look), grid.why, look["ellipsis"]), "text" if over else "muted"))
    text, tone = decided_time(row, now, look)
    line.append((" " + right(text, grid.time, look["ellipsis"]) + " ", tone))
    return line


def decided_words(row: QueueRow, now: datetime, look: Look) -> str:
    """Whom or what a verdict names, and its reason: ``on Procurement · the purchase order``."""
    if row.place in _BY_RANK:
        return why_here(row, now, look)
    lead = {Place.WAITING: "on", Place.MERGED: "into", Place.ASSIGNED: look["arrow"], Place.ESCALATED: look["arrow"]}
    who = f"{lead[row.place]} {tame(row.target)}" if row.target and row.place in lead else ""
    return f" {look['dot']} ".join(part for part in (who, tame(row.reason)) if part)


def decided_time(row: QueueRow, now: datetime, look: Look) -> Piece:
    """When it comes back, else when it was decided; for work in hand the time that matters most."""
    if row.until:
        return look.at(row.until, now), "muted"
    if row.place in _BY_RANK or row.decided is None:
        return time_cell(row, now, look, TIME)
    if row.place in _PARKED:
        return "no date", "muted"
    return look.at(row.decided, now), "muted"
