"""``opstui note``, ``comment`` and ``decide``: what the manager writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.given import refs_of, text_of
from opstui.cli.output import json_option, rfc3339
from opstui.cli.receipts import report
from opstui.domain.text import clean
from opstui.domain.views import Receipt

if TYPE_CHECKING:
    from opstui.services.desk import Desk

_on = click.option("--on", "ref", default="", metavar="REF", help="The item it is about.", shell_complete=complete.refs)


def _entry(desk: Desk, receipt: Receipt, text: str, ref: str) -> dict[str, Any]:
    """The contract's words on what was written: ``id, kind, at, text, ref``."""
    return {
        "id": receipt.id or None,
        "kind": receipt.verb if receipt.verb != "decide" else "decision",
        "at": rfc3339(desk.now(), desk.zone()),
        "text": clean(text),
        "ref": ref or None,
    }


@click.command("note")
@click.argument("text")
@_on
@json_option
@click.pass_context
def note(ctx: click.Context, text: str, ref: str, as_json: bool) -> None:
    """Write a note; TEXT may be - for stdin."""
    desk, text = ctx.obj.desk, text_of(text)
    receipt = desk.note(text, ref)
    report(ctx, receipt, as_json, **_entry(desk, receipt, text, ref))


@click.command("comment")
@click.argument("refs", nargs=-1, required=True, metavar="REF…", shell_complete=complete.refs)
@click.option("--text", required=True, help="The comment; - for stdin.")
@json_option
@click.pass_context
def comment(ctx: click.Context, refs: tuple[str, ...], text: str, as_json: bool) -> None:
    """Write a comment on items, at their tracker where it takes comments, else kept here."""
    desk, text = ctx.obj.desk, text_of(text)
    receipt = desk.comment(refs_of(refs), text)
    report(ctx, receipt, as_json, **_entry(desk, receipt, text, receipt.refs[0] if receipt.refs else ""))


@click.command("decide")
@click.argument("what")
@click.option("--why", default="", help="The rationale.")
@click.option("--option", "options", multiple=True, help="An option that was not taken; may be given often.")
@click.option("--owner", default="", help="Who carries it out.")
@click.option("--review", "review_on", default="", metavar="DATE", help="When it is looked at again: 2026-12-01, +30d, mon.")
@click.option("--effect", default="", help="The KPI effect expected.")
@_on
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
    """Record a decision: what, why, and what was dropped; WHAT may be - for stdin."""
    desk, what = ctx.obj.desk, text_of(what)
    receipt = desk.decide(what, why, options, owner, review_on, effect, ref, supersedes)
    report(ctx, receipt, as_json, **_entry(desk, receipt, what, ref))


COMMANDS = {"note": note, "comment": comment, "decide": decide}
