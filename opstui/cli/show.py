"""``opstui show``: one item on a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from opstui.cli import complete
from opstui.cli.outbox import change_words
from opstui.cli.output import emit_json, json_option, plain, table
from opstui.cli.rows import row_json, sla_left
from opstui.cli.state import State
from opstui.cli.streams import out
from opstui.domain.format import clock_left, moment, priority_word
from opstui.domain.model import Change
from opstui.domain.views import Decision, Detail, Linked
from opstui.errors import Refused

if TYPE_CHECKING:
    from opstui.services.desk import Desk

Line = tuple[str, ...]


@click.command("show")
@click.argument("ref", shell_complete=complete.refs)
@json_option
@click.pass_obj
def show(state: State, ref: str, as_json: bool) -> None:
    """One item: its facts, why it is here, its history and notes."""
    desk = state.desk
    detail = desk.detail(ref)
    if detail is None:
        raise Refused(f"no item {ref!r}", "a ref is source:key", "opstui queue and opstui log search list refs.", ref=ref)
    if as_json:
        rest = {key: value for key, value in plain(detail, desk.zone()).items() if key != "row"}
        emit_json(row_json(detail.row, desk) | rest)
        return
    out(f"{detail.row.ref}  {detail.row.title}")
    table(_facts(detail, desk), indent="  ")
    if detail.item.body:
        out("\n" + "\n".join("  " + part for part in detail.item.body.splitlines()))
    for name, lines in _sections(detail, desk):
        if lines:
            out(f"\n{name}")
            table(lines, indent="  ", right=(0,) if name.startswith("why") else ())
    if standards := _standards(state, ref):
        out("\nstandard work (opstui standard of)")
        table(standards, indent="  ")


def _standards(state: State, ref: str) -> list[Line]:
    """The standards the item is under, with how far each was followed."""
    if not state.workspace.settings.standards:
        return []
    found = state.desk.standards.of(ref)
    return [(one.standard.name, f"{one.done} of {len(one.followed.steps)}", one.trouble or one.standard.url) for one in found]


def _facts(detail: Detail, desk: Desk) -> list[Line]:
    """Name and value of everything known."""
    row, item, now, zone = detail.row, detail.item, desk.now(), desk.zone()
    left = sla_left(row, now)
    facts = {
        "status": f"{row.status or '–'} ({row.stage})",
        "priority": priority_word(row.priority) or "–",
        "owner": row.owner or "nobody",
        "reporter": item.reporter,
        "team": item.team,
        "created": moment(row.created, now, zone),
        "updated": moment(row.updated, now, zone),
        "due": moment(row.due, now, zone),
        "SLA": clock_left(left) if left is not None else "",
        "labels": ", ".join(item.labels),
        "place": f"{row.place}" + (f" until {moment(row.until, now, zone)}" if row.until else ""),
        "to": row.target,
        "link": item.url,
        **item.fields,
    }
    return [(name, value) for name, value in facts.items() if value]


def _sections(detail: Detail, desk: Desk) -> Iterable[tuple[str, Sequence[Line]]]:
    """What stands below the facts, by its heading."""
    now, zone = desk.now(), desk.zone()

    def changes(found: Sequence[Change]) -> list[Line]:
        return [(moment(c.at, now, zone), c.field, f"{c.old or '–'} → {c.new or '–'}", c.who or "") for c in found]

    def links(found: Sequence[Linked]) -> list[Line]:
        return [(one.ref, one.title, one.owner or "–") for one in found]

    yield f"why here ({detail.row.rank:.0f})", [(f"{term.points:+.0f}", term.text) for term in detail.terms]
    yield "since the last handoff", changes(detail.since)
    out = [one for one in detail.outgoing if one.state != "sent"]
    yield "on its way", [(str(o.id), o.state, change_words(o), o.who, o.what or o.why) for o in out]
    yield "blocks", links(detail.blocks)
    yield "blocked by", links(detail.blocked_by)
    yield "the same thing", links(detail.group)
    yield "comments", [(moment(c.at, now, zone), c.who or "", c.text) for c in detail.comments]
    yield "notes", [(moment(n.at, now, zone), n.who, n.text) for n in detail.notes]
    yield "decisions", [(moment(d.at, now, zone), d.who, _decided(d)) for d in detail.decisions]
    yield "what was done here", [(moment(a.at, now, zone), a.who, a.text) for a in detail.actions]
    yield "history", changes(detail.history)


def _decided(decision: Decision) -> str:
    """A decision in a line: what, why, who owns it, when it is looked at again, and whether it still holds."""
    facts = (
        f"{decision.id}: {decision.what}",
        decision.why,
        f"owner {decision.owner}" if decision.owner else "",
        f"review {decision.review_on}" if decision.review_on else "",
        f"superseded by {decision.superseded_by}" if decision.superseded_by else "",
    )
    return "; ".join(fact for fact in facts if fact)


COMMANDS = {"show": show}
