"""The page beside the stand-up's board as plain data: an item's flow, a column in words, what to write. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from opstui.domain.boardviews import BoardColumn, BoardRow, Card, Spelling, StayLine
from opstui.domain.flow import LEAST, Past, work_span
from opstui.domain.format import plural
from opstui.domain.kinds import PRIORITY_WORDS
from opstui.domain.views import Linked
from opstui.ui.cells import cut, fit, right, tame, width, wrap
from opstui.ui.present import Line, Look, owner, spread
from opstui.ui.present_board import AGE, REF_MOST, expects, slower


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


def spelling_page(one: Spelling, cells: int) -> list[Line]:
    """What to write so that they are one."""
    text = f"{one.name} and {', '.join(one.also)} are likely one person. Until the config says so, each has a load of its own."
    lines: list[Line] = [[(part, "text")] for part in wrap(text, cells)]
    lines += [[], [("WRITE INTO THE CONFIG", "muted")]]
    return [*lines, *([("  " + part, "key")] for line in one.config.splitlines() for part in wrap(line, cells - 2))]
