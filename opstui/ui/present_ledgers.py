"""What the ledgers show: blockers, what waits on people, what was escalated. Each a line and a page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from opstui.domain.blockers import Carry, fingerprint
from opstui.domain.escalation import Missed, Outcome
from opstui.domain.views import Detail
from opstui.domain.when import ago, span
from opstui.services.desk.escalating import EscalationRow
from opstui.services.desk.stock import BlockerRow
from opstui.services.desk.waiting import WaitRow
from opstui.ui.cells import cut, fit, right, tame, width, wrap
from opstui.ui.present import Line, Look, line_width, spread
from opstui.ui.present_detail import link_lines, note_lines

LABEL = 11
KEYED, WIDE = 88, 108
"""Cells from which a ref is written with its source, and from which there is room for one column more."""
REF, NAME = 22, 14
"""Cells of a ref at most, and of a name."""
STANDUPS = 6
"""So many of the last stand-ups that a blocker was carried through are told."""

BY_HAND = "by hand"
"""In the place of a ref, where no tracker knows of it."""

Keys = Mapping[str, str]
"""Keys by action id, as this user has them."""


def blocker_line(row: BlockerRow, cells: int, now: datetime, look: Look, refs: int = 0) -> Line:
    """``■ projects:OPS-61  Badge rollout…  Cy Moss  next: quote from vendor  12d  unchanged ×2``."""
    what = row.what
    sign, tone = (look["trouble"], "error") if row.forced else (look["blocked"], _repeated(row))
    line: Line = [(f" {sign} ", tone), (_ref(row.ref or BY_HAND, cells, refs, look), "muted")]
    said, said_tone = unchanged_words(row, look), _repeated(row)
    end: Line = [(right(_age(what.first_seen, now), 5) + "  ", "muted"), (fit(said, 13), said_tone)]
    who: Line = [("  " + fit(tame(what.who) or "no owner", NAME, look["ellipsis"]), "text" if what.who else "warning")]
    room = cells - line_width(line) - line_width(end) - line_width(who) - 1
    title = tame(what.title)
    if cells >= WIDE:
        half = room * 6 // 11
        step = f"next: {tame(what.next_step)}" if what.next_step else "no next step"
        next_step = "  " + fit(step, room - half - 2, look["ellipsis"])
        return spread(
            [*line, (fit(title, half, look["ellipsis"]), "text"), *who, (next_step, "text" if what.next_step else "muted")],
            end,
            cells,
            look,
        )
    return spread([*line, (fit(title, max(room, 4), look["ellipsis"]), "text"), *who], end, cells, look)


def unchanged_words(row: BlockerRow, look: Look) -> str:
    """``unchanged ×2``; what a stand-up ending now would count, where it cannot be carried once more."""
    count = row.repeats if row.forced else row.what.unchanged
    if row.mended:
        return "seen to"
    if row.what.carried and not row.repeats and fingerprint(row.what) != row.what.basis:
        return "changed"
    return f"unchanged {look['times']}{count}" if count else ""


def _repeated(row: BlockerRow) -> str:
    if row.forced:
        return "error"
    return "warning" if row.repeats and row.what.unchanged >= 2 else "muted"


def blocker_page(
    row: BlockerRow, detail: Detail | None, frees: int, cells: int, now: datetime, look: Look, keys: Keys
) -> list[Line]:
    """All of a blocker: what it takes to go on, who has it, since when, and through which stand-ups it was carried."""
    what = row.what
    lines = [*_head(what.title, row.ref or "in no tracker", cells, look), []]
    if row.forced:
        lines += [[(part, "error")] for part in wrap("Unchanged for the third time: it needs more than being heard.", cells)]
        lines += [*_ways(_mending(row, keys), cells), []]
    elif row.mended:
        lines += _fact("Seen to", row.mended, "success", cells)
    lines += _fact("Owner", what.who or "nobody", "text" if what.who else "warning", cells)
    lines += _fact(
        "Next", what.next_step or _unsaid(keys, "standup.edit", "says it"), "text" if what.next_step else "muted", cells
    )
    lines += _fact("Since", _when(what.first_seen, now, look), "text", cells)
    lines += _fact("Moved", _when(what.last_changed, now, look), "text", cells)
    if what.state.status:
        lines += _fact("Status", what.state.status, "text", cells)
    if frees:
        lines += _fact("Frees", f"{frees} other{'s' if frees != 1 else ''} when it goes on", "text", cells)
    if what.by_hand:
        lines += _fact("By hand", "no tracker says that it is blocked; it stays until somebody clears it", "muted", cells)
    lines += _carried(what.carried, cells, now, look)
    if detail is not None:
        lines += link_lines("WAITS FOR", detail.blocked_by, cells, look)
        lines += link_lines("HOLDS UP", detail.blocks, cells, look)
        lines += note_lines(detail, cells, now, look, ())
    return lines


def _mending(row: BlockerRow, keys: Keys) -> list[tuple[str, str]]:
    if not row.ref:
        return [(keys.get("standup.edit", ""), "another owner or next step"), (keys.get("standup.answer", ""), "clear it")]
    wanted = (("item.decision", "decide"), ("item.escalate", "escalate"), ("item.assign", "give it to somebody else"))
    return [(keys.get(id, ""), word) for id, word in wanted]


def _carried(carried: Sequence[Carry], cells: int, now: datetime, look: Look) -> list[Line]:
    if not carried:
        return []
    lines: list[Line] = [[], [("STAND-UPS", "muted"), (f"  {len(carried)}", "muted")]]
    for carry in list(reversed(carried))[:STANDUPS]:
        said = carry.said or (f"unchanged {look['times']}{carry.unchanged}" if carry.unchanged else "heard")
        head = "  " + fit(look.at(carry.at, now), LABEL)
        parts = wrap(said, max(cells - width(head), 8), 2)
        lines.append([(head, "muted"), (parts[0], "text")])
        lines += [[(" " * width(head) + part, "text")] for part in parts[1:]]
    return lines


# waiting on people


def wait_line(row: WaitRow, cells: int, now: datetime, look: Look, refs: int = 0) -> Line:
    """``◔ Bo Lind  helpdesk:INC4655  Label printer…  for an answer  4d  nudge Fri 09:00  ×1``."""
    tone = "warning" if row.due else "muted"
    line: Line = [
        (f" {look['waiting']} ", tone),
        (fit(tame(row.person), NAME, look["ellipsis"]) + "  ", "strong" if row.due else "text"),
        (_ref(row.ref, cells, refs, look), "muted"),
    ]
    count = f"{look['times']}{len(row.nudges)}" if row.nudges else ""
    end: Line = [
        (right(f"{row.days}d", 4), "muted"),
        ("  " + fit(nudge_words(row, now, look), 16), tone),
        (right(count, 3) + " ", "muted"),
    ]
    room = cells - line_width(line) - line_width(end) - 1
    if cells >= WIDE and row.what_for:
        what = fit(tame(row.what_for), 20, look["ellipsis"])
        return spread(
            [*line, (fit(tame(row.title), room - 22, look["ellipsis"]), "text"), ("  " + what, "muted")], end, cells, look
        )
    return spread([*line, (fit(tame(row.title), max(room, 4), look["ellipsis"]), "text")], end, cells, look)


def nudge_words(row: WaitRow, now: datetime, look: Look) -> str:
    """``nudge now``, ``nudge Fri 09:00``; empty where nobody said when."""
    if row.due:
        return "nudge now"
    return f"nudge {look.at(row.nudge, now)}" if row.nudge else "no date"


def wait_page(row: WaitRow, draft: str, detail: Detail | None, cells: int, now: datetime, look: Look) -> list[Line]:
    """Who owes what since when, what was said to them, and the words for the next nudge."""
    lines = [*_head(row.title, row.ref, cells, look), []]
    lines += _fact("Waits on", row.person, "strong", cells)
    lines += _fact("For", row.what_for, "text", cells) if row.what_for else []
    if row.since:
        days = f", {row.days} working day{'s' if row.days != 1 else ''}"
        lines += _fact("Since", f"{look.at(row.since, now)}{days}", "text", cells)
    words = "now" if row.due else _when(row.nudge, now, look) if row.nudge else "nobody said when"
    lines += _fact("Nudge", words, "warning" if row.due else "text", cells)
    lines += [[], [("NEXT NUDGE", "muted")], *([("  " + part, "text")] for part in wrap(draft, cells - 2, 8))]
    if row.nudges:
        lines += [[], [("NUDGED", "muted")]]
        for nudge in reversed(row.nudges):
            lines.append([(f"  {look.at(nudge.at, now)}" + ("  as a comment" if nudge.sent else ""), "muted")])
            lines += [[("  " + part, "text")] for part in wrap(nudge.text, cells - 2, 6)]
    if detail is not None:
        lines += note_lines(detail, cells, now, look, ())
    return lines


# escalated


def escalation_line(row: EscalationRow, cells: int, now: datetime, look: Look, refs: int = 0) -> Line:
    """``▲ Marta Voss  2 of 3  helpdesk:INC4711  Who pays for the rental?  has it  due in 3h``."""
    what = row.what
    sign, tone = (look["trouble"], "error") if row.missed else (look["breach"], "text" if what.acknowledged else "warning")
    line: Line = [
        (f" {sign} ", tone),
        (fit(tame(what.to), NAME, look["ellipsis"]) + "  ", "strong" if row.missed else "text"),
        (_ref(row.ref, cells, refs, look), "muted"),
    ]
    state, state_tone = answer_piece(row)
    end: Line = [("  " + fit(state, 10), state_tone), (right(due_words(row, now), 13) + " ", tone if row.missed else "muted")]
    if what.step and cells >= WIDE:
        end.insert(0, (f"  step {what.step} of {what.steps}", "muted"))
    room = cells - line_width(line) - line_width(end) - 1
    asked = tame(what.question) or tame(row.item.title if row.item else "")
    return spread([*line, (fit(asked, max(room, 4), look["ellipsis"]), "text")], end, cells, look)


def answer_piece(row: EscalationRow) -> tuple[str, str]:
    """``no answer``, ``has it``, ``undecided``: acknowledged is not resolved."""
    if row.what.acknowledged:
        return ("undecided", "error") if row.missed else ("has it", "success")
    return ("no answer", "error" if row.missed else "warning")


def due_words(row: EscalationRow, now: datetime) -> str:
    """``in 2h 10m``, ``35m late``; empty without a time."""
    due = row.what.due
    if due is None:
        return ""
    left = (due - now).total_seconds()
    return f"in {span(left)}" if left > 0 else f"{span(-left)} late"


def escalation_page(row: EscalationRow, cells: int, now: datetime, look: Look, keys: Keys) -> list[Line]:
    """How it stands, its course, and the text as it was written."""
    what = row.what
    lines = [*_head(row.item.title if row.item else "not known here", row.ref, cells, look), []]
    step = f", step {what.step} of {what.steps} of the ladder" if what.step else ""
    lines += _fact("To", f"{what.to}{step}", "strong", cells)
    lines += _fact("Asked", _when(row.kept.at, now, look) + f" by {row.kept.who}", "text", cells)
    lines += _fact("Answer", _answer(row, now, look), answer_piece(row)[1], cells)
    if what.due:
        word = "Decide by" if what.acknowledged else "Answer by"
        lines += _fact(word, _when(what.due, now, look), "error" if row.missed else "text", cells)
    if row.missed:
        next_step, ended = keys.get("item.escalate", ""), keys.get("standup.answer", "")
        lines += [[], *_ways([(next_step, "asks the next step"), (ended, "says what came of it")], cells)]
    elif not what.acknowledged:
        lines += [[], *_ways([(keys.get("standup.answer", ""), "they have it, decided, or said no")], cells)]
    lines += course_lines(what.earlier, cells, now, look)
    lines += [[], [("AS IT WAS WRITTEN", "muted")]]
    for part in (what.text or what.question or "nothing was written").splitlines():
        lines += _text_lines(part, cells)
    return lines


def course_lines(earlier: Sequence[Missed], cells: int, now: datetime, look: Look) -> list[Line]:
    """Who was asked before, and what came of it."""
    lines: list[Line] = [[], [("BEFORE", "muted")]] if earlier else []
    for step in earlier:
        if step.refused:
            came = f"said no{f': {step.said}' if step.said else ''}"
        elif step.acknowledged:
            came = "had it, and nothing was decided"
        else:
            came = "did not answer" + (f" by {look.at(step.due, now)}" if step.due else "")
        lines += [[("  " + part, "text")] for part in wrap(f"{look.at(step.asked, now)}  {step.to} {came}", cells - 2, 3)]
    return lines


def _answer(row: EscalationRow, now: datetime, look: Look) -> str:
    what = row.what
    if what.outcome is not Outcome.OPEN:
        return f"{what.outcome}: {what.said}" if what.said else str(what.outcome)
    if what.acknowledged:
        late = ", but nothing was decided in time" if row.missed else ", not decided yet"
        return f"{what.acknowledged_by} has it since {look.at(what.acknowledged, now)}{late}"
    return "none, and the time is over" if row.missed else "none yet"


def _text_lines(part: str, cells: int) -> list[Line]:
    """A line of Markdown as it reads: headings stand out, the marks of lists stay."""
    tone = "strong" if part.startswith("#") else "text"
    text = part.lstrip("# ") if tone == "strong" else part
    return [[("  " + line, tone)] for line in wrap(text, cells - 2)] if text else [[]]


# shared


def _head(title: str, ref: str, cells: int, look: Look) -> list[Line]:
    parts = wrap(title, cells, 3)
    return [*([(part, "strong")] for part in parts), [(cut(tame(ref), cells, look["ellipsis"]), "muted")]]


def _fact(label: str, value: str, tone: str, cells: int, most: int = 3) -> list[Line]:
    parts = wrap(value, max(cells - LABEL, 8), most)
    return [[(fit(label if not at else "", LABEL), "muted"), (part, tone)] for at, part in enumerate(parts)]


def _ways(ways: Sequence[tuple[str, str]], cells: int) -> list[Line]:
    """Keys and what they do, as many on a line as there is room for."""
    lines: list[Line] = [[]]
    for key, word in ways:
        if not key:
            continue
        if lines[-1] and line_width(lines[-1]) + 4 + width(key) + width(word) > cells:
            lines.append([])
        lines[-1] += [("   " if lines[-1] else "", "text"), (key, "key"), (f" {word}", "muted")]
    return lines


def _unsaid(keys: Keys, id: str, does: str) -> str:
    return f"nobody said; {keys[id]} {does}" if keys.get(id) else "nobody said"


def ref_cells(refs: Sequence[str], cells: int) -> int:
    """Cells of the column of refs in a list so wide: those of the longest, without its source where there is little room."""
    return min(REF, max((width(_short(ref, cells)) for ref in refs), default=0))


def _short(ref: str, cells: int) -> str:
    return tame(ref) if cells >= KEYED else tame(ref.partition(":")[2] or ref)


def _ref(ref: str, cells: int, room: int, look: Look) -> str:
    """A ref in its column."""
    return fit(_short(ref, cells), room or REF, look["ellipsis"]) + "  "


def _when(at: datetime, now: datetime, look: Look) -> str:
    return f"{look.at(at, now)}, {ago(at, now)}"


def _age(at: datetime, now: datetime) -> str:
    seconds = max(0.0, (now - at).total_seconds())
    return span(seconds).split(" ")[0] if seconds >= 60 else "now"
