"""What an action tells: its summary, or its receipt as JSON; what was refused, and the exit code that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

import click

from opstui.cli.output import PARTLY, emit_json
from opstui.cli.streams import out, say
from opstui.domain.views import Receipt

if TYPE_CHECKING:
    from opstui.services.desk import Desk

NOT_DONE = 1

_WAYS = ("retry", "mine", "release-outbox")
"""Verbs that are no action of their own for undo."""


def report(ctx: click.Context, receipt: Receipt, as_json: bool, **more: Any) -> None:
    """Show a receipt; exit 3 when some refs were refused, 1 when nothing was done. ``more`` goes into the JSON."""
    if as_json:
        emit_json({**document(receipt), **more})
    elif receipt.group:
        out(receipt.summary)
    if receipt.sent_to or receipt.local:
        narrate(ctx.obj.desk, [receipt])
    for ref, why in receipt.refused:
        say(f"opstui: {ref}: {why}")
    if not receipt.group:
        ctx.exit(NOT_DONE)
    if receipt.refused:
        ctx.exit(PARTLY)


def document(receipt: Receipt) -> dict[str, Any]:
    """A receipt as the contract has it."""
    return {
        "group": receipt.group,
        "verb": receipt.verb,
        "refs": receipt.refs,
        "summary": receipt.summary,
        "refused": [{"ref": ref, "why": why} for ref, why in receipt.refused],
        "sent_to": receipt.sent_to,
        "kept_here": [{"source": source, "why": why} for source, why in receipt.local],
        "outgoing": receipt.outgoing,
    }


def narrate(desk: Desk, receipts: Sequence[Receipt]) -> None:
    """Where it goes and when, and what stays here: to stderr."""
    to = list(dict.fromkeys(source for one in receipts for source in one.sent_to))
    paused = {one.name for one in desk.sources() if one.paused} if to and not desk.readonly() else set()
    if go := [one for one in to if one not in paused]:
        say(f"opstui: {_way(desk, ' and '.join(go), receipts)}")
    for one in sorted(paused.intersection(to)):
        say(f"opstui: kept in the outbox for {one}: it is paused; opstui source resume {one} has it sent")
    for why in dict.fromkeys(why for one in receipts for _, why in one.local):
        say(f"opstui: kept here: {why}")


def _way(desk: Desk, names: str, receipts: Sequence[Receipt]) -> str:
    found = [change for one in receipts for id in one.outgoing[:1] if (change := desk.outgoing(id))]
    if desk.readonly():
        return f"kept in the outbox for {names}: read-only; opstui readonly off, then opstui outbox release sends it"
    wait = max((ceil((one.due - desk.now()).total_seconds()) for one in found), default=0)
    app = f"the open app in {wait} s" if wait > 0 else "the open app at once"
    verb = receipts[-1].verb
    back = "" if verb in _WAYS else f"; opstui {'redo' if verb == 'undo' else 'undo'} cancels it before that"
    return f"for {names}: the next opstui sync sends it, {app}{back}"
