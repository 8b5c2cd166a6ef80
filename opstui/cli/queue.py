"""``opstui queue`` and ``opstui show``: the ranked queue and one item of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from opstui.cli.output import emit_json, json_option, plain, rfc3339, table
from opstui.cli.state import State
from opstui.domain.model import PRIORITY_WORDS, Place
from opstui.domain.views import Detail, QueueRow, View
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.services.desk import Desk


def sla_left(row: QueueRow, now: datetime) -> int | None:
    """Seconds until the promise is broken; negative once it is; a paused clock keeps what is left."""
    return int((row.sla_due - now).total_seconds()) if row.sla_due else row.sla_left_s


def as_json(row: QueueRow, desk: Desk) -> dict[str, Any]:
    """A row as the contract has it."""
    from opstui.domain.reasons import parse_why, reason

    now, zone = desk.now(), desk.zone()
    return {
        "ref": row.ref,
        "kind": row.kind,
        "title": row.title,
        "source": row.source,
        "status": row.status,
        "stage": row.stage,
        "priority": row.priority,
        "owner": row.owner,
        "created": rfc3339(row.created, zone),
        "updated": rfc3339(row.updated, zone),
        "due": rfc3339(row.due, zone),
        "sla_due": rfc3339(row.sla_due, zone),
        "sla_left_s": sla_left(row, now),
        "rank": round(row.rank, 2),
        "why": [{"code": code, "points": points, "text": reason(code, row, now)} for code, points in parse_why(row.why)],
        "place": row.place,
        "until": rfc3339(row.until, zone),
        "new": row.new,
        "moved": list(row.moved),
        "blocks": row.blocks,
        "group_size": row.group_size,
        "urgent": row.urgent,
        "important": row.important,
    }


def line(row: QueueRow, desk: Desk) -> tuple[str, ...]:
    """A row as a person reads it."""
    from opstui.domain.format import clock_left, span
    from opstui.domain.reasons import parse_why, reason

    now = desk.now()
    left = sla_left(row, now)
    terms = parse_why(row.why)
    why = reason(terms[0][0], row, now) if terms else ""
    due = f"SLA {clock_left(left)}" if left is not None else span((now - row.created).total_seconds()) if row.created else ""
    title = row.title + (f"  x{row.group_size}" if row.group_size > 1 else "")
    return f"{row.rank:.0f}", row.ref, title, row.owner or "–", due, why


def _view(desk: Desk, split: str | None, query: str, place: str, changed: bool) -> View:
    """The view that the options name."""
    if split:
        known = {one.name.casefold(): one.query for one in desk.splits()}
        if split.casefold() not in known and split.casefold() != "all":
            names = ", ".join(one.name for one in desk.splits())
            raise UsageError(f"no split {split!r}", f"there are {names or 'none'}", "triage.splits in the config adds one.")
        of = known.get(split.casefold(), "")
        query = f"({of}) and ({query})" if of and query else of or query
    if mistake := desk.check_query(query):
        raise mistake
    return View(place=Place(place), query=query, only_changed=changed, grouped=True)


@click.command("queue")
@click.option("--split", help="Only the rows of this split.")
@click.option("--query", default="", help="Only the rows that match: words, or field op value.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option(
    "--place", type=click.Choice([place.value for place in Place]), default="queue", help="Another place than the queue."
)
@click.option("--changed", is_flag=True, help="Only what is new or moved since the last handoff.")
@json_option
@click.pass_obj
def queue(state: State, split: str | None, query: str, limit: int, place: str, changed: bool, as_json: bool) -> None:
    """The ranked queue: what needs a verdict now, in order, with the reason."""
    desk = state.desk
    desk.catch_up()
    view = _view(desk, split, query, place, changed)
    rows = desk.window(view, 0, limit)
    if as_json:
        return emit_json([_json_row(row, desk) for row in rows])
    if not rows:
        return _nothing(desk, view)
    table([("rank", "ref", "title", "owner", "time", "why here"), *(line(row, desk) for row in rows)], right=(0, 4), grow=2)
    if (count := desk.count(view)) > len(rows):
        click.echo(f"… and {count - len(rows)} more (--limit {count})", err=True)
    return None


_json_row = as_json
"""The option of the same name hides the function inside the commands."""


def _nothing(desk: Desk, view: View) -> None:
    """Say why there is no line: empty, filtered and not known are three things."""
    if view.query or view.only_changed or view.place is not Place.QUEUE:
        click.echo("nothing matches", err=True)
        return
    clear, stale = desk.clear()
    if clear:
        click.echo("queue clear: every required source is fresh", err=True)
    elif stale:
        why = ", ".join(f"{one.name} ({one.state})" for one in stale)
        click.echo(f"nothing in the queue, but it is not known to be clear: {why}. Next: opstui sync", err=True)
    else:
        click.echo("no sources yet. Next: opstui init, or opstui demo for a look", err=True)


@click.command("show")
@click.argument("ref")
@json_option
@click.pass_obj
def show(state: State, ref: str, as_json: bool) -> None:
    """One item: its facts, why it is here, its history and notes."""
    desk = state.desk
    detail = desk.detail(ref)
    if detail is None:
        raise UsageError(f"no item {ref!r}", "a ref is source:key", "opstui queue lists refs.")
    if as_json:
        found = plain(detail, desk.zone())
        return emit_json(_json_row(detail.row, desk) | {key: found[key] for key in found if key != "row"})
    _page(detail, desk)
    return None


def _page(detail: Detail, desk: Desk) -> None:
    """The item as a person reads it."""
    from opstui.domain.format import clock_left, moment

    row, item, now, zone = detail.row, detail.item, desk.now(), desk.zone()
    click.echo(f"{row.ref}  {row.title}")
    left = sla_left(row, now)
    facts = [
        ("status", f"{row.status or '–'} ({row.stage})"),
        ("priority", PRIORITY_WORDS.get(row.priority or 0, "–")),
        ("owner", row.owner or "nobody"),
        ("reporter", item.reporter or ""),
        ("team", item.team or ""),
        ("created", moment(row.created, now, zone)),
        ("updated", moment(row.updated, now, zone)),
        ("due", moment(row.due, now, zone)),
        ("SLA", clock_left(left) if left is not None else ""),
        ("labels", ", ".join(item.labels)),
        ("place", row.place),
        ("link", item.url),
    ]
    table([(f"  {name}", value) for name, value in facts if value])
    if item.body:
        click.echo("\n" + "\n".join("  " + part for part in item.body.splitlines()))
    sections: list[tuple[str, list[tuple[str, ...]]]] = [
        (f"why here ({row.rank:.0f})", [(f"{term.points:+.0f}", term.text) for term in detail.terms]),
        (
            "since the last handoff",
            [(moment(c.at, now, zone), c.field, f"{c.old or '–'} → {c.new or '–'}", c.who or "") for c in detail.since],
        ),
        ("blocks", [(one.ref, one.title, one.owner or "–") for one in detail.blocks]),
        ("blocked by", [(one.ref, one.title, one.owner or "–") for one in detail.blocked_by]),
        ("comments", [(moment(c.at, now, zone), c.who or "", c.text) for c in detail.comments]),
        ("notes", [(moment(n.at, now, zone), n.who, n.text) for n in detail.notes]),
        (
            "history",
            [(moment(c.at, now, zone), c.field, f"{c.old or '–'} → {c.new or '–'}", c.who or "") for c in detail.history],
        ),
    ]
    for name, lines in sections:
        if lines:
            click.echo(f"\n{name}")
            table(
                [tuple(" ".join(cell.split()) for cell in one) for one in lines],
                indent="  ",
                right=(0,) if name.startswith("why") else (),
            )


COMMANDS = {"queue": queue, "show": show}
