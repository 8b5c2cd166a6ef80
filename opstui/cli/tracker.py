"""``opstui transition``, ``due``, ``label`` and ``create``: what only a tracker can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from opstui.cli import complete
from opstui.cli.given import refs_of
from opstui.cli.output import json_option
from opstui.cli.receipts import report
from opstui.domain.kinds import Stage
from opstui.domain.text import fold
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.services.desk import Desk

_refs = click.argument("refs", nargs=-1, required=True, metavar="REF…", shell_complete=complete.refs)
_fields = click.option(
    "--field", "fields", multiple=True, metavar="NAME=VALUE", help="A field it asks for; may be given often."
)


@click.command("transition")
@_refs
@click.argument("status", shell_complete=complete.statuses)
@_fields
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), help="Set here where there is no tracker.")
@json_option
@click.pass_context
def transition(
    ctx: click.Context, refs: tuple[str, ...], status: str, fields: tuple[str, ...], stage: str | None, as_json: bool
) -> None:
    """Move items to a status at their tracker: its name, or that of the transition."""
    desk, named = ctx.obj.desk, refs_of(refs)
    id, to = "", stage or ""
    if len(named) == 1:
        status, id, to = _move(desk, named[0], status, to)
    report(ctx, desk.transition(named, status, id, _pairs(fields), to), as_json)


@click.command("due")
@_refs
@click.option("--to", "when", required=True, metavar="WHEN", help="2026-12-01, mon, +3d, or none.")
@json_option
@click.pass_context
def due(ctx: click.Context, refs: tuple[str, ...], when: str, as_json: bool) -> None:
    """Set the due date of items at their tracker."""
    report(ctx, ctx.obj.desk.due(refs_of(refs), when), as_json)


@click.command("label")
@_refs
@click.option("--add", "-a", multiple=True, metavar="LABEL", help="A label to add; may be given often.")
@click.option("--remove", "-r", multiple=True, metavar="LABEL", help="A label to remove; may be given often.")
@json_option
@click.pass_context
def label(ctx: click.Context, refs: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...], as_json: bool) -> None:
    """Add and remove labels of items at their tracker."""
    if not add and not remove:
        step = "Name them: --add LABEL, --remove LABEL"
        raise UsageError("no labels to add or to remove", "what stands alone is an item", step)
    report(ctx, ctx.obj.desk.labels(refs_of(refs), add, remove), as_json)


@click.command("create")
@click.argument("source", shell_complete=complete.sources)
@click.argument("title")
@click.option("--body", default="", help="What it is about.")
@_fields
@json_option
@click.pass_context
def create(ctx: click.Context, source: str, title: str, body: str, fields: tuple[str, ...], as_json: bool) -> None:
    """Make a new item at a tracker."""
    receipt = ctx.obj.desk.create(source, title, body, _pairs(fields))
    report(ctx, receipt, as_json, id=receipt.id)


def _move(desk: Desk, ref: str, status: str, stage: str) -> tuple[str, str, str]:
    """Status, id and stage of the transition meant, as far as it is known which there are."""
    wanted = fold(status)
    for move in desk.moves(ref) or ():
        if wanted in (fold(move.status), fold(move.title)):
            return move.status, move.id, stage or move.stage
    return status, "", stage


def _pairs(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{pair!r} is not NAME=VALUE")
        found[name.strip()] = value
    return found


COMMANDS = {"transition": transition, "due": due, "label": label, "create": create}
