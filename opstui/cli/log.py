"""``opstui log``: notes, decisions and the journal, read back."""

from __future__ import annotations

from difflib import get_close_matches

import click
from click.core import ParameterSource

from opstui.cli.group import Group
from opstui.cli.output import emit_json, json_option, rfc3339, table
from opstui.cli.receipts import report
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.domain.kinds import ACTED, Verdict
from opstui.errors import UsageError

WRITTEN = ("note", "comment", "decision")
KINDS = (*WRITTEN, "action", *(verdict.value for verdict in Verdict), *ACTED)
"""What an entry of the log can be; ``action`` is all of the journal."""

_limit = click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)


_kinds = click.option("--kind", "kinds", multiple=True, help="note, comment, decision, action or a verb; may be given often.")


@click.group("log", cls=Group, invoke_without_command=True)
@_kinds
@_limit
@json_option
@click.pass_context
def log(ctx: click.Context, kinds: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Notes, decisions and the journal; alone: the youngest, as its list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed, kinds=kinds, limit=limit, as_json=as_json)
        return
    for param in ctx.command.params:
        if param.name and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{param.opts[-1]} stands behind {ctx.invoked_subcommand}, not before it", ctx)


@log.command("list")
@_kinds
@_limit
@json_option
@click.pass_obj
def listed(state: State, kinds: tuple[str, ...], limit: int, as_json: bool) -> None:
    """The youngest entries first."""
    for kind in kinds:
        if kind not in KINDS:
            near = get_close_matches(kind, KINDS, 1)
            raise UsageError(f"no kind {kind!r}", "", f"Did you mean {near[0]}?" if near else f"There are {', '.join(KINDS)}.")
    desk = state.desk
    entries, zone = desk.log("", kinds, 0, limit), desk.zone()
    if as_json:
        emit_json(
            [
                {"id": e.id, "kind": e.kind, "at": e.at, "who": e.who, "text": e.text, "ref": e.ref or None, "group": e.group}
                for e in entries
            ],
            zone,
        )
        return
    if not entries:
        say("nothing in the log")
    lines = [
        (f"{e.at.astimezone(zone):%Y-%m-%d %H:%M}", e.kind, f"#{e.id}" if e.kind in WRITTEN else "", e.who, e.ref, e.text)
        for e in entries
    ]
    table(lines, grow=5)


@log.command("search")
@click.argument("query", nargs=-1, required=True)
@_limit
@json_option
@click.pass_obj
def search(state: State, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Search items, notes, comments and decisions."""
    desk = state.desk
    hits, zone = desk.search(" ".join(query), limit), desk.zone()
    if as_json:
        emit_json(
            [
                {
                    "id": h.id,
                    "kind": h.kind,
                    "at": rfc3339(h.at, zone),
                    "text": h.title,
                    "snippet": h.snippet,
                    "ref": h.ref or None,
                }
                for h in hits
            ]
        )
        return
    if not hits:
        say("nothing found")
    lines = [(f"{h.at.astimezone(zone):%Y-%m-%d}" if h.at else "", h.kind, h.ref, h.title, h.snippet) for h in hits]
    table(lines, grow=4)


@log.command("decisions")
@_limit
@json_option
@click.pass_obj
def decisions(state: State, limit: int, as_json: bool) -> None:
    """Decisions in force and superseded, youngest first."""
    desk = state.desk
    found, zone = desk.decisions(limit=limit), desk.zone()
    if as_json:
        emit_json(found, zone)
        return
    if not found:
        say("no decision yet")
    lines = [
        (
            f"#{one.id}",
            f"{one.at.astimezone(zone):%Y-%m-%d}",
            one.what,
            one.owner or "–",
            f"review {one.review_on}" if one.review_on else "",
            f"superseded by #{one.superseded_by}" if one.superseded_by else "",
        )
        for one in found
    ]
    table(lines, grow=2)


@log.command("withdraw")
@click.argument("kind", type=click.Choice(WRITTEN))
@click.argument("number", type=int)
@click.option("--reason", default="", help="Why; kept in the journal.")
@json_option
@click.pass_context
def withdraw(ctx: click.Context, kind: str, number: int, reason: str, as_json: bool) -> None:
    """Strike out a note, comment or decision by the NUMBER that list prints; the journal keeps it, undo brings it back."""
    receipt = ctx.obj.desk.withdraw(kind, number, reason)
    report(ctx, receipt, as_json, id=receipt.id, kind=kind)


COMMANDS = {"log": log}
