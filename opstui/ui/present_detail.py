"""What the page beside the queue says of one item, and its timeline, as plain data. Pure; widgets only paint it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.kinds import PRIORITY_WORDS, Place, Verdict
from opstui.domain.views import Decision, Detail, Linked, Outgoing
from opstui.domain.when import ago, span
from opstui.ui.cells import cut, fit, right, tame, width, wrap
from opstui.ui.present import Line, Look, Piece, owner, review_words, sla_left, time_cell

if TYPE_CHECKING:
    from opstui.domain.model import Change

Out = Callable[[Sequence[Outgoing], int], list[Line]]
OPEN = ("parked", "pending", "sending")
"""States of a change that is on its way."""
LABEL = 12
"""Cells of the labels' column."""
OTHERS = 40
"""Fields of the source's own that are listed."""


def detail_lines(
    detail: Detail,
    cells: int,
    now: datetime,
    since: datetime,
    look: Look,
    *,
    timeline: bool = True,
    failed: str = "",
    drafts: Sequence[str] = (),
    out: Out | None = None,
    standards: Callable[[int], list[Line]] | None = None,
) -> list[Line]:
    """The page of one item in lines of at most ``cells``; without ``timeline`` another column shows what happened when.

    ``failed`` says why its last verdict was not written, ``drafts`` are the keys that go on with what was begun on it,
    ``out`` writes what of it is on its way to its source, ``standards`` the standard work it is under.
    """
    lines: list[Line] = [[(text, "strong")] for text in wrap(detail.row.title, cells, 3)]
    lines.append([(tame(detail.row.ref) + "   ", "muted"), time_cell(detail.row, now, look)])
    if failed:
        lines += [[], [(cut(f"{look['trouble']} NOT SAVED", cells), "error")]]
        lines += [[("  " + text, "text")] for text in wrap(failed, cells - 2, 4)]
    lines.append([])
    lines += _facts(detail, cells, now, look)
    if out and detail.outgoing:
        lines += out(detail.outgoing, cells)
    lines += _why(detail, cells)
    lines += standards(cells) if standards else []
    lines += _changes(f"SINCE {look.at(since, now).upper()}", detail.since, cells, now, look)
    lines += link_lines("BLOCKS", detail.blocks, cells, look)
    lines += link_lines("BLOCKED BY", detail.blocked_by, cells, look)
    if len(detail.group) > 1:
        lines += link_lines(f"GROUP OF {detail.row.group_size}", detail.group[:8], cells, look)
    lines += note_lines(detail, cells, now, look, drafts)
    if detail.item.body:
        lines += [[], [("TEXT", "muted")], *([(f"  {text}", "text")] for text in wrap(detail.item.body, cells - 2, 60))]
    lines += _others(detail.item.fields, cells)
    if timeline:
        earlier = [change for change in detail.history[::-1] if change not in detail.since]
        lines += _changes("EARLIER" if detail.since else "HISTORY", earlier[:30], cells, now, look)
        lines += _thread(detail, cells, now, look)
    return [_bounded(line, cells, look) for line in lines]


def timeline_lines(detail: Detail, cells: int, now: datetime, look: Look) -> list[Line]:
    """Everything that happened to one item, youngest first: changes, comments, notes and verdicts."""
    events: list[tuple[datetime, str, str, str]] = []
    for change in detail.history:
        if change.at:
            events.append((change.at, _moved(change, look), change.who or "", "text"))
    for comment in detail.comments:
        if comment.at:
            events.append((comment.at, comment.text, comment.who or "", "text"))
    for entry in detail.notes:
        events.append((entry.at, f"{entry.kind}: {entry.text}", entry.who, "strong"))
    for decision in detail.decisions:
        events.append((decision.at, f"decision {decision.id}: {decision.what}", decision.who, "strong"))
    for action in detail.actions:
        events.append((action.at, action.text, action.who, "strong"))
    if detail.row.created:
        events.append((detail.row.created, "created", detail.item.reporter or "", "text"))
    lines: list[Line] = [[("TIMELINE", "muted")], []]
    day = ""
    for at, text, who, tone in sorted(events, key=lambda event: event[0], reverse=True)[:200]:
        local = at.astimezone(look.zone)
        its_day = f"{local:%a} {local.day} {local:%b}" + (
            "" if local.year == now.astimezone(look.zone).year else f" {local.year}"
        )
        if its_day != day:
            if day:
                lines.append([])
            lines.append([(its_day, "muted")])
            day = its_day
        room = cells - 7
        name = f"  {tame(who)}" if who else ""
        body = wrap(text, room, 4)
        if name and width(body[0]) + width(name) <= room and len(body) == 1:
            lines.append([(f"{local:%H:%M}  ", "muted"), (body[0], tone), (name, "muted")])
            continue
        lines += [
            [((f"{local:%H:%M}  " if not at_line else " " * 7), "muted"), (part, tone)] for at_line, part in enumerate(body)
        ]
        if name:
            lines.append([(" " * 5 + cut(name, room), "muted")])
    if not events:
        lines.append([("Nothing yet.", "muted")])
    return [_bounded(line, cells, look) for line in lines]


def _bounded(line: Line, cells: int, look: Look) -> Line:
    used = 0
    kept: Line = []
    for text, tone in line:
        text = cut(text, cells - used, look["ellipsis"])
        used += width(text)
        kept.append((text, tone))
    return kept


def _facts(detail: Detail, cells: int, now: datetime, look: Look) -> list[Line]:
    row, item, mark = detail.row, detail.item, detail.mark
    facts: list[tuple[str, str, str]] = []
    status = row.status or row.stage
    if row.stage.value not in status.lower() and row.status:
        status += f" ({row.stage})"
    for change in detail.outgoing:
        if change.verb == "transition" and change.state in OPEN:
            status = f"{row.status} {look['arrow']} {change.value['status']}"
    facts.append(("Status", status, "text"))
    if row.priority or row.priority_label:
        word = row.priority_label or PRIORITY_WORDS.get(row.priority or 0, "").capitalize()
        facts.append(("Priority", word + ("  set here" if mark.priority else ""), "text"))
    here = mark.owner and not (mark.verdict is Verdict.ASSIGN and row.place is Place.QUEUE)
    facts.append(("Owner", owner(row, look) + ("  set here" if here else ""), "text" if row.owner_state == "ok" else "warning"))
    left = sla_left(row, now)
    if left is not None and row.sla_due:
        words = f"{look.at(row.sla_due, now)}, " + (f"{span(-left)} over" if left <= 0 else f"{span(left)} left")
        facts.append(("SLA", words, "error" if left <= 0 else "text"))
    elif left is not None:
        facts.append(("SLA", f"paused, {span(left)} left", "text"))
    if row.due:
        facts.append(("Due", f"{look.at(row.due, now)}, {ago(row.due, now)}", "text"))
    if row.created:
        by = f" by {item.reporter}" if item.reporter else ""
        facts.append(("Opened", f"{look.at(row.created, now)}{by}", "text"))
    if row.updated and row.updated != row.created:
        by = f" by {item.changed_by}" if item.changed_by else ""
        facts.append(("Updated", f"{look.at(row.updated, now)}{by}, {ago(row.updated, now)}", "text"))
    for label, value in (("Team", item.team), ("Labels", ", ".join(item.labels)), ("Link", item.url)):
        if value:
            facts.append((label, value, "text"))
    lines: list[Line] = []
    if row.place is not Place.QUEUE:
        lines += _verdict_lines(detail, cells, now, look)
    for label, value, tone in facts:
        lines += _fact(label, value, tone, cells)
    return lines


_TO = {Place.WAITING: "on", Place.MERGED: "into", Place.ASSIGNED: "to", Place.ESCALATED: "to"}
_BACK = {Place.SNOOZED: "Until", Place.WAITING: "Nudge", Place.ESCALATED: "Answer by"}


def _verdict_lines(detail: Detail, cells: int, now: datetime, look: Look) -> list[Line]:
    mark, row = detail.mark, detail.row
    words = row.place.value.capitalize() + (f" {_TO.get(row.place, look['arrow'])} {row.target}" if row.target else "")
    lines = _fact("Verdict", words + (", for a block" if mark.for_block else ""), "strong", cells)
    if row.until:
        lines += _fact(_BACK.get(row.place, "Until"), f"{look.at(row.until, now)}, {ago(row.until, now)}", "text", cells)
    if mark.at:
        lines += _fact("Decided", look.at(mark.at, now) + (f" by {mark.who}" if mark.who else ""), "text", cells)
    if mark.reason:
        lines += _fact("Reason", mark.reason, "text", cells, 6)
    return lines


def _others(fields: Mapping[str, str], cells: int) -> list[Line]:
    """What its source says of it by its own names, the names whole."""
    kept = [(tame(name), value) for name, value in fields.items() if value.strip()]
    if not kept:
        return []
    wide = min(max(width(name) for name, _ in kept), cells * 2 // 5)
    lines: list[Line] = [[], [("OTHER", "muted")]]
    for name, value in kept[:OTHERS]:
        parts = wrap(value, max(cells - wide - 4, 8), 4)
        if width(name) > wide:
            lines += [[("  " + part, "muted")] for part in wrap(name, cells - 2)]
        else:
            lines.append([("  " + fit(name, wide) + "  ", "muted"), (parts.pop(0), "text")])
        lines += [[(" " * (wide + 4) + part, "text")] for part in parts]
    if len(kept) > OTHERS:
        lines.append([(f"  and {len(kept) - OTHERS} more", "muted")])
    return lines


def _fact(label: str, value: str, tone: str, cells: int, most: int = 2) -> list[Line]:
    parts = wrap(value, max(cells - LABEL, 8), most)
    head: Line = [(fit(tame(label), LABEL - 1) + " ", "muted"), (parts[0], tone)]
    return [head, *([(" " * LABEL + part, tone)] for part in parts[1:])]


def _why(detail: Detail, cells: int) -> list[Line]:
    if not detail.terms:
        return []
    total = sum(term.points for term in detail.terms)
    lines: list[Line] = [[], [("WHY HERE  ", "muted"), (f"{total:.0f}", "strong")]]
    for term in detail.terms:
        for at, part in enumerate(wrap(term.text, max(cells - 7, 8), 3)):
            lines.append([((" " * 5 if at else right(f"{term.points:.0f}", 5)) + "  ", "muted"), (part, "text")])
    return lines


def _changes(title: str, changes: Iterable[Change], cells: int, now: datetime, look: Look) -> list[Line]:
    lines: list[Line] = []
    for change in changes:
        at = look.at(change.at, now) if change.at else ""
        who = f"  ({tame(change.who)})" if change.who else ""
        head = fit(at, LABEL - 2) if at else ""
        room = max(cells - 2 - len(head), 8)
        parts = wrap(_moved(change, look), room, 3)
        if width(parts[-1]) + width(who) > room:
            parts.append("")
        for at_line, part in enumerate(parts):
            last = at_line == len(parts) - 1
            first = "  " + (" " * len(head) if at_line else head)
            lines.append([(first, "muted"), (part, "text"), ((who if part else who.lstrip()) if last else "", "muted")])
    return [[], [(title, "muted")], *lines] if lines else []


def _moved(change: Change, look: Look) -> str:
    field = tame(change.field)
    if field == "created":
        return "created"
    old, new = tame(change.old or look["dash"]), tame(change.new or look["dash"])
    return f"{field} {old} {look['arrow']} {new}"


def link_lines(title: str, links: Iterable[Linked], cells: int, look: Look) -> list[Line]:
    """Items at the other ends of links, under a heading; nothing where there are none."""
    lines: list[Line] = []
    for link in links:
        done = f"{look['done']} " if link.stage == "done" else ""
        who = f"  {tame(link.owner)}" if link.owner else ""
        head = f"  {tame(link.ref)}  "
        text = done + cut(
            tame(link.title) or "not known here", max(cells - width(head) - width(who) - len(done), 8), look["ellipsis"]
        )
        lines.append([(head, "muted"), (text, "text"), (who, "muted")])
    return [[], [(title, "muted")], *lines] if lines else []


def note_lines(detail: Detail, cells: int, now: datetime, look: Look, drafts: Sequence[str]) -> list[Line]:
    """What was written on an item, notes and decisions, oldest first."""
    written: list[tuple[datetime, list[Piece]]] = []
    for entry in detail.notes:
        word = "" if entry.kind == "note" else f"{entry.kind}: "
        written.append((entry.at, [(part, "text") for part in wrap(word + entry.text, cells - LABEL, 6)]))
    for decision in detail.decisions:
        written.append((decision.at, _decided(decision, cells - LABEL, now, look)))
    lines: list[Line] = [[], [("NOTES" if written or drafts else "NOTES  n to write", "muted")]]
    if drafts:
        many = "1 draft" if len(drafts) == 1 else f"{len(drafts)} drafts"
        lines[1] += [(f"  {many}, ", "strong"), (" ".join(drafts), "key"), (" to go on", "strong")]
    for at, parts in sorted(written, key=lambda pair: pair[0]):
        lines.append([("  " + fit(look.at(at, now), LABEL - 2), "muted"), parts[0]])
        lines += [[(" " * LABEL, "muted"), part] for part in parts[1:]]
    return lines


def _decided(decision: Decision, cells: int, now: datetime, look: Look) -> list[Piece]:
    """A decision among the notes: what, why, who owns it, when it is looked at again, and whether it still holds."""
    tone = "strong" if decision.superseded_by is None else "muted"
    parts = [(part, tone) for part in wrap(f"decision {decision.id}: {decision.what}", cells, 6)]
    facts = [f"owner {decision.owner}" if decision.owner else ""]
    facts.append(f"review {review_words(decision.review_on, now, look)}" if decision.review_on else "")
    for text in (decision.why, f" {look['dot']} ".join(fact for fact in facts if fact)):
        parts += [(part, "muted") for part in wrap(text, cells, 4)] if text else []
    if decision.superseded_by is not None:
        parts.append((f"no longer in force: decision {decision.superseded_by} took its place", "warning"))
    return parts


def _thread(detail: Detail, cells: int, now: datetime, look: Look) -> list[Line]:
    if not detail.comments:
        return []
    lines: list[Line] = [[], [("THREAD", "muted")]]
    for comment in detail.comments[::-1][:30]:
        at = look.at(comment.at, now) if comment.at else ""
        lines.append([("  " + "  ".join(part for part in (at, tame(comment.who or "")) if part), "muted")])
        lines += [[("  " + part, "text")] for part in wrap(comment.text, cells - 2, 12)]
    return lines
