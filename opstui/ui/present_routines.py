"""What the pane of routines says, as plain data: one line a round, and the page with its steps. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from opstui.domain.roundhistory import History, Outcome
from opstui.domain.rounds import Standing, State, Tick
from opstui.domain.when import span
from opstui.ui.cells import cut, fit, right, tame, width, wrap
from opstui.ui.present import Line, Look, Piece, line_width, spread

TODAY, OTHER_DAY, STEPS, STATE = 5, 9, 8, 16
"""Cells of ``08:30``, ``Thu 08:30``, ``12 of 14`` and ``signed Thu 17:20``."""
ROOMY = 60
"""Cells of a list from which the owner has a column."""
GLYPHS = {
    State.DUE: ("stop", "muted"),
    State.LATE: ("breach", "warning"),
    State.MISSED: ("failed", "error"),
    State.DONE: ("done", "success"),
    State.SIGNED: ("done", "success"),
    State.WAIVED: ("minus", "muted"),
}
ENDED = {
    Outcome.KEPT: ("done", "success"),
    Outcome.LATE: ("breach", "warning"),
    Outcome.MISSED: ("failed", "error"),
    Outcome.WAIVED: ("minus", "muted"),
    Outcome.OPEN: ("stop", "muted"),
}


class StepsPage(NamedTuple):
    """The page of a round, and the line on which each step begins."""

    lines: list[Line]
    places: list[int]


def state_piece(one: Standing, now: datetime, look: Look) -> Piece:
    """``in 25m``, ``late 10m``, ``missed``, ``to sign``, ``signed 08:40``, with its tone."""
    tone = GLYPHS[one.state][1]
    ended = one.round.ended_at
    if one.over:
        return f"{one.state}{f' {look.at(ended, now)}' if ended else ''}", "muted"
    if one.state is State.MISSED:
        words = "missed, to sign" if one.to_sign else "missed"
    else:
        left = int((one.due - now).total_seconds())
        words = f"in {span(left)}" if left > 0 else f"late {span(-left)}"
    return "to sign" if one.to_sign and one.state is not State.MISSED else words, tone


def routine_line(one: Standing, cells: int, today: date, now: datetime, look: Look, *, days: bool = False) -> Line:
    """One line of the list, exactly ``cells`` wide: sign, when it is due, name, owner, how far it is, how it stands.

    ``days``: the list has rounds of other days, so that there is room for a day's name.
    """
    sign, tone = GLYPHS[one.state]
    when = f"{one.due.astimezone(look.zone):%H:%M}" if one.round.day == today else look.at(one.due, now)
    state, state_tone = state_piece(one, now, look)
    state = right(state, min(STATE, max(cells // 4, 8)), look["ellipsis"])
    steps = right(f"{one.round.done} of {len(one.round.steps)}", STEPS)
    owner = f"  {fit(tame(one.routine.owner or look['dash']), 12, look['ellipsis'])}" if cells >= ROOMY else ""
    time = OTHER_DAY if days else TODAY
    room = max(cells - 2 - time - 2 - width(owner) - STEPS - 2 - 2 - width(state), 4)
    name_tone = "muted" if one.over else "strong" if one.state in (State.LATE, State.MISSED) else "text"
    line: Line = [
        (look[sign] + " ", tone),
        (fit(when, time) + "  ", "muted"),
        (fit(tame(one.round.routine), room, look["ellipsis"]), name_tone),
        (owner, "muted"),
        ("  " + steps, "muted"),
        ("  " + state, state_tone),
    ]
    return spread(line, [], cells, look)


def round_page(
    one: Standing,
    cells: int,
    now: datetime,
    look: Look,
    *,
    at: int | None = None,
    history: History | None = None,
    sign_key: str = "",
) -> StepsPage:
    """The page of a round: when and whose, its steps with the one ``at`` the cursor, how it ended, and how it went before."""
    round, local = one.round, one.due.astimezone(look.zone)
    state, tone = state_piece(one, now, look)
    lines: list[Line] = [[(text, "strong")] for text in wrap(round.routine, cells, 2)]
    facts = [f"{local:%a} {local.day} {local:%b} {local:%H:%M}"]
    facts += [one.routine.owner] if one.routine.owner else []
    facts += ["to be signed"] if round.sign else []
    head: Line = [(f"{look[GLYPHS[one.state][0]]} {state}  ", tone), (tame(f" {look['dot']} ".join(facts)), "muted")]
    lines += [spread(head, [], cells, look), []]
    places = []
    for n, tick in enumerate(round.steps):
        places.append(len(lines))
        lines += step_lines(tick, n, cells, now, look, here=n == at)
    lines += _ending(one, cells, now, look, sign_key)
    if history is not None:
        lines += _history(history, cells, look)
    return StepsPage(bounded(lines, cells, look), places)


def bounded(lines: Sequence[Line], cells: int, look: Look) -> list[Line]:
    """Lines of which none is wider than the page."""
    return [line if line_width(line) <= cells else spread(line, [], cells, look) for line in lines]


def step_lines(
    tick: Tick, n: int, cells: int, now: datetime, look: Look, *, here: bool = False, left: str = "skipped"
) -> list[Line]:
    """A step: its sign, number and text; then what was read or remarked, and at the right who ticked it when."""
    sign, tone = ("minus", "warning") if tick.skipped else ("done", "success") if tick.over else ("part", "muted")
    who = f"{look.at(tick.done_at, now)} {tame(tick.who)}" if tick.done_at else ""
    end: Line = [(cut(who, max(cells // 3, 5), look["ellipsis"]), "muted")] if who else []
    lead = 6
    said = f"{left}: {tick.skipped}" if tick.skipped else tick.note
    text_tone = "strong" if here else "muted" if tick.over else "text"
    parts = wrap(tick.text, max(cells - lead - (line_width(end) + 2 if end else 0), 8), 4)
    lines: list[Line] = []
    for at, part in enumerate(parts):
        head: Line = [(look["cursor"] if here else " ", "accent"), (look[sign] + " " if not at else "  ", tone)]
        number: Piece = (right(str(n + 1), 2) + " " if not at else "   ", "muted")
        lines.append(spread([*head, number, (part, text_tone)], end if not at else [], cells, look))
    if not tick.over and tick.needs:
        room = cells - line_width(lines[-1])
        wanted = "  a number" if tick.needs == "number" else "  a remark"
        if len(parts) == 1 and not end:
            used = lead + width(parts[0])
            lines[-1] = [*lines[-1][:4], (wanted if cells - used >= len(wanted) else "", "muted")]
        elif room > 0:
            lines.append([(" " * lead + wanted.strip(), "muted")])
    if said:
        lines += [
            [(" " * lead, "text"), (part, "text" if not tick.skipped else "warning")] for part in wrap(said, cells - lead, 3)
        ]
    return lines


def _ending(one: Standing, cells: int, now: datetime, look: Look, sign_key: str) -> list[Line]:
    round = one.round
    if round.waived:
        return [[], *([(text, "text")] for text in wrap(f"Waived: {round.waived}", cells, 4))]
    if round.signed_at:
        said = f"Signed by {round.signed_by}, {look.at(round.signed_at, now)}"
        return [[], [(look["done"] + " ", "success"), (cut(tame(said), cells - 2), "text")]]
    if one.to_sign and round.sign:
        return [[], [("Every step is over. ", "text"), (sign_key, "key"), (" signs it", "muted")]]
    return []


def _history(history: History, cells: int, look: Look) -> list[Line]:
    """``LAST 30 DAYS  92 % kept in time``, a sign a day, and the signs' words with their counts."""
    over = [one for one in history.days if one[1] is not Outcome.OPEN]
    if not over:
        return []
    kept = f"  {history.kept} % kept in time" if history.kept is not None else ""
    signs: Line = []
    for _, outcome, _ in over[-max(cells // 2, 1) :]:
        signs.append((look[ENDED[outcome][0]] + " ", ENDED[outcome][1]))
    counts: list[Piece] = []
    for outcome in Outcome:
        if outcome is not Outcome.OPEN and (count := history.count(outcome)):
            counts += [("   " if counts else "", "text"), (look[ENDED[outcome][0]], ENDED[outcome][1])]
            counts.append((f" {count} {outcome}", "muted"))
    head: Line = [("THE LAST 30 DAYS", "muted"), (kept, "strong")]
    return [[], head, spread(signs, [], cells, look), spread(counts, [], cells, look)]


def sum_line(today: Sequence[Standing], missed: Sequence[Standing], look: Look) -> Line:
    """``2 of 5 over · 1 late · 1 missed``."""
    late = sum(one.state is State.LATE for one in today)
    gone = sum(one.state is State.MISSED for one in (*today, *missed))
    line: Line = [(f"{sum(one.over for one in today)} of {len(today)} over", "muted")] if today else []
    for count, word, tone in ((late, "late", "warning"), (gone, "missed", "error")):
        if count:
            line += [(f" {look['dot']} " if line else "", "muted"), (f"{count} {word}", tone)]
    return line
