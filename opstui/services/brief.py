"""The brief: what changed since the last handoff, what is hot, today's plan; the same object as Markdown and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from opstui.domain.format import clock_left, moment, span
from opstui.domain.model import Place
from opstui.domain.reasons import parse_why, reason
from opstui.domain.views import Decision, QueueRow, SourceState, SplitCount, View

if TYPE_CHECKING:
    from opstui.services.desk import Desk

HOT = 10
"""How many of the queue's first rows a brief shows."""
CHANGED = 20
"""How many changed rows it shows."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The morning in one object."""

    at: datetime
    since: datetime
    left: int
    splits: tuple[SplitCount, ...]
    hot: tuple[QueueRow, ...]
    changed: tuple[QueueRow, ...]
    changed_count: int
    accepted: tuple[QueueRow, ...]
    waking: tuple[QueueRow, ...]
    """Snoozed or waiting items that come back before the day is over."""
    reviews: tuple[Decision, ...]
    """Decisions whose review is due."""
    stale: tuple[SourceState, ...]
    """Required sources that are not fresh."""


def build(desk: Desk) -> Brief:
    """Read the morning from the store."""
    now = desk.now()
    midnight = (now.astimezone(desk.zone()) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    parked = [row for place in (Place.SNOOZED, Place.WAITING) for row in desk.window(View(place=place, grouped=False), 0, 200)]
    changed = View(only_changed=True)
    today = now.astimezone(desk.zone()).date().isoformat()
    return Brief(
        at=now,
        since=desk.since(),
        left=desk.count(View()),
        splits=tuple(split for split in desk.recount() if split.count),
        hot=tuple(desk.window(View(), 0, HOT)),
        changed=tuple(desk.window(changed, 0, CHANGED)),
        changed_count=desk.count(changed),
        accepted=tuple(desk.window(View(place=Place.ACCEPTED, grouped=False), 0, 50)),
        waking=tuple(row for row in parked if row.until and row.until < midnight),
        reviews=tuple(d for d in desk.decisions(limit=200) if d.review_on and d.review_on <= today and not d.superseded_by),
        stale=desk.clear()[1],
    )


def markdown(brief: Brief, desk: Desk) -> str:
    """The brief as a page; what is foreign in it is put so that Markdown does not read it."""
    zone, now = desk.zone(), brief.at
    parts = [f"# {now.astimezone(zone):%A %d %B %Y, %H:%M}", ""]
    counts = " · ".join(f"{split.name} {split.count}" for split in brief.splits)
    parts += [f"**{brief.left} to decide**" + (f" · {counts}" if counts else ""), ""]
    for source in brief.stale:
        why = _escape(source.what or "not pulled yet")
        parts.append(f"> **{_escape(source.name)} is {source.state}**: {why}. {_escape(source.next_step)}")
    if brief.stale:
        parts.append("")
    parts += _section("Hot", [_line(row, now, number) for number, row in enumerate(brief.hot, 1)], "Nothing needs a verdict.")
    since = moment(brief.since, now, zone)
    changes = [_changed(row, now, zone) for row in brief.changed]
    more = ""
    if left_out := brief.changed_count - len(brief.changed):
        more = f" ({brief.changed_count})"
        changes += ["", f"…and {left_out} more: `opstui queue --changed`"]
    parts += _section(f"Since {since}{more}", changes, "Nothing is new or moved.")
    plan = [f"- {_title(row)}" for row in brief.accepted]
    plan += [f"- {moment(row.until, now, zone)}: back from {row.place}: {_title(row)}" for row in brief.waking]
    plan += [
        f"- review the decision of {decision.at.astimezone(zone):%d %b}: {_escape(decision.what)}" for decision in brief.reviews
    ]
    parts += _section("Today", plan, "Nothing accepted yet.")
    return "\n".join(parts).rstrip() + "\n"


def _section(name: str, lines: list[str], empty: str) -> list[str]:
    return [f"## {name}", "", *(lines or [empty]), ""]


def _title(row: QueueRow) -> str:
    return f"`{row.ref}` {_escape(row.title)}"


def _line(row: QueueRow, now: datetime, number: int) -> str:
    """One ranked row: number, ref, title, owner, clock, the reasons."""
    left = (row.sla_due - now).total_seconds() if row.sla_due else row.sla_left_s
    why = ", ".join(reason(code, row, now) for code, _ in parse_why(row.why)[:3])
    facts = [_escape(row.owner) if row.owner else "**no owner**"]
    if left is not None:
        facts.append(f"SLA {clock_left(left)}")
    elif row.created:
        facts.append(f"{span((now - row.created).total_seconds())} old")
    if row.group_size > 1:
        facts.append(f"x{row.group_size}")
    return f"{number}. {_title(row)}: {', '.join(facts)}" + (f" ({_escape(why)})" if why else "")


def _changed(row: QueueRow, now: datetime, zone: tzinfo) -> str:
    again = f"again, x{row.group_size} by now" if row.group_size > 1 else "moved"
    what = "new" if row.new else ", ".join(row.moved) or again
    at = row.created if row.new else row.group_last or row.updated
    return f"- {_title(row)}: {_escape(what)}" + (f" ({moment(at, now, zone)})" if at else "")


def _escape(text: str) -> str:
    """Foreign text on one line, with nothing left that Markdown would take as its own."""
    return "".join("\\" + char if char in "\\`*_[]<>#|" else char for char in " ".join(text.split()))
