"""``opstui undo`` and ``redo``: one action back or forth, whichever program or day it was done in."""

from __future__ import annotations

import click

from opstui.cli.output import emit_json, json_option, table
from opstui.cli.receipts import report
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.domain.format import moment
from opstui.domain.views import Preview

SHOWN = 5
"""Refs of an action that a line names."""

_list = click.option("--list", "listing", is_flag=True, help="Show what there is, the next one first, without doing it.")


@click.command("undo")
@_list
@json_option
@click.pass_context
def undo(ctx: click.Context, listing: bool, as_json: bool) -> None:
    """Take back the last action, however many items it had; exit 1 when there is none."""
    desk = ctx.obj.desk
    if listing:
        _show(ctx.obj, desk.undo_list(), as_json, "nothing to undo")
        return
    receipt = desk.undo()
    if not receipt.group:
        say(receipt.summary)
    report(ctx, receipt, as_json)


@click.command("redo")
@_list
@json_option
@click.pass_context
def redo(ctx: click.Context, listing: bool, as_json: bool) -> None:
    """Do again what was undone last; exit 1 when there is nothing."""
    desk = ctx.obj.desk
    if listing:
        _show(ctx.obj, desk.redo_list(), as_json, "nothing to redo")
        return
    receipt = desk.redo()
    if not receipt.group:
        say(receipt.summary)
    report(ctx, receipt, as_json)


def _show(state: State, found: tuple[Preview, ...], as_json: bool, nothing: str) -> None:
    desk = state.desk
    if as_json:
        emit_json(found, desk.zone())
        return
    if not found:
        say(nothing)
    now, zone = desk.now(), desk.zone()
    lines = [
        (moment(one.at, now, zone), one.verb, one.summary, ", ".join(one.refs[:SHOWN]) + ("…" if len(one.refs) > SHOWN else ""))
        for one in found
    ]
    table(lines, grow=2)


COMMANDS = {"undo": undo, "redo": redo}
