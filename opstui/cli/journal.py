"""Notes, decisions, the log, undo and redo as commands."""

from __future__ import annotations

import sys

import click

from opstui.cli.group import Group
from opstui.cli.output import emit_json, json_option, rfc3339, table
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.cli.verdicts import report
from opstui.domain.views import Receipt
from opstui.errors import UsageError


def _text(given: str) -> str:
    """The text given; ``-`` reads it from stdin."""
    text = sys.stdin.read() if given == "-" else given
    if not text.strip():
        raise UsageError("nothing to write", "the text is empty")
    return text


@click.command("note")
@click.argument("text")
@click.option("--on", "ref", default="", metavar="REF", help="The item it is about.")
@json_option
@click.pass_context
def note(ctx: click.Context, text: str, ref: str, as_json: bool) -> None:
    """Write a note; TEXT may be - for stdin."""
    report(ctx, ctx.obj.desk.note(_text(text), ref), as_json)


@click.command("comment")
@click.argument("ref")
@click.argument("words", required=False)
@click.option("--text", help="The comment; - for stdin.")
@json_option
@click.pass_context
def comment(ctx: click.Context, ref: str, words: str | None, text: str | None, as_json: bool) -> None:
    """Write a comment on an item; kept here."""
    report(ctx, ctx.obj.desk.comment(ref, _text(text or words or "")), as_json)


@click.command("decide")
@click.argument("what")
@click.option("--why", default="", help="The rationale.")
@click.option("--option", "options", multiple=True, help="An option that was not taken; may be given often.")
@click.option("--owner", default="", help="Who carries it out.")
@click.option("--review", "review_on", default="", metavar="DATE", help="When it is looked at again: 2026-12-01, +30d, mon.")
@click.option("--effect", default="", help="The KPI effect expected.")
@click.option("--on", "ref", default="", metavar="REF", help="The item it is about.")
@click.option("--supersedes", type=int, metavar="ID", help="The decision it takes the place of.")
@json_option
@click.pass_context
def decide(
    ctx: click.Context,
    what: str,
    why: str,
    options: tuple[str, ...],
    owner: str,
    review_on: str,
    effect: str,
    ref: str,
    supersedes: int | None,
    as_json: bool,
) -> None:
    """Record a decision: what, why, and what was dropped."""
    desk = ctx.obj.desk
    day = desk.when(review_on).astimezone(desk.zone()).date().isoformat() if review_on else ""
    report(ctx, desk.decide(_text(what), why, options, owner, day, effect, ref, supersedes), as_json)


@click.group("log", cls=Group, invoke_without_command=True)
@click.pass_context
def log(ctx: click.Context) -> None:
    """Notes, decisions and the journal; alone: the youngest."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed)


@log.command("list")
@click.option("--kind", "kinds", multiple=True, help="note, comment, decision, action or a verb; may be given often.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@click.pass_obj
def listed(state: State, kinds: tuple[str, ...] = (), limit: int = 50, as_json: bool = False) -> None:
    """The youngest entries first."""
    desk = state.desk
    entries = desk.log("", kinds, 0, limit)
    if as_json:
        return emit_json(
            [
                {
                    "id": e.id,
                    "kind": e.kind,
                    "at": rfc3339(e.at, desk.zone()),
                    "who": e.who,
                    "text": e.text,
                    "ref": e.ref or None,
                }
                for e in entries
            ]
        )
    table(
        [(f"{e.at.astimezone(desk.zone()):%Y-%m-%d %H:%M}", e.kind, e.who, e.ref, " ".join(e.text.split())) for e in entries],
        grow=4,
    )
    return None


@log.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@click.pass_obj
def search(state: State, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Search items, notes, comments and decisions."""
    desk = state.desk
    hits = desk.search(" ".join(query), limit)
    if as_json:
        return emit_json(
            [
                {
                    "id": h.id,
                    "kind": h.kind,
                    "at": rfc3339(h.at, desk.zone()),
                    "text": h.title,
                    "snippet": h.snippet,
                    "ref": h.ref or None,
                }
                for h in hits
            ]
        )
    if not hits:
        say("nothing found")
    rows = [
        (f"{h.at.astimezone(desk.zone()):%Y-%m-%d}" if h.at else "", h.kind, h.ref, h.title, " ".join(h.snippet.split()))
        for h in hits
    ]
    table(rows, grow=4)
    return None


@log.command("decisions")
@json_option
@click.pass_obj
def decisions(state: State, as_json: bool) -> None:
    """Decisions in force and superseded, youngest first."""
    desk = state.desk
    found = desk.decisions(limit=1000)
    if as_json:
        return emit_json(found, desk.zone())
    table(
        [
            (
                f"#{d.id}",
                f"{d.at.astimezone(desk.zone()):%Y-%m-%d}",
                d.what,
                d.owner or "–",
                f"review {d.review_on}" if d.review_on else "",
                f"superseded by #{d.superseded_by}" if d.superseded_by else "",
            )
            for d in found
        ],
        grow=2,
    )
    return None


def _steps(ctx: click.Context, do: str, steps: int, as_json: bool, nothing: str) -> None:
    """Undo or redo so many groups."""
    for _ in range(steps):
        receipt: Receipt = getattr(ctx.obj.desk, do)()
        if not receipt.group:
            say(nothing)
            return
        report(ctx, receipt, as_json)


@click.command("undo")
@click.option("--list", "listing", is_flag=True, help="Show what undo would take back, without doing it.")
@json_option
@click.pass_context
def undo(ctx: click.Context, listing: bool, as_json: bool) -> None:
    """Take back the last action, however many items it had."""
    if not listing:
        return _steps(ctx, "undo", 1, as_json, "nothing to undo")
    found = ctx.obj.desk.undo_list()
    if as_json:
        return emit_json(found)
    return table([(one.verb, one.summary, ", ".join(one.refs[:5])) for one in found], grow=1)


@click.command("redo")
@json_option
@click.pass_context
def redo(ctx: click.Context, as_json: bool) -> None:
    """Do again what was undone last."""
    _steps(ctx, "redo", 1, as_json, "nothing to redo")


COMMANDS = {"note": note, "comment": comment, "decide": decide, "log": log, "undo": undo, "redo": redo}
