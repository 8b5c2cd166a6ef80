"""What an action tells: its summary, or its receipt as JSON; what was refused, and the exit code that goes with it."""

from __future__ import annotations

from typing import Any

import click

from opstui.cli.output import PARTLY, emit_json
from opstui.cli.streams import out, say
from opstui.domain.views import Receipt

NOT_DONE = 1


def report(ctx: click.Context, receipt: Receipt, as_json: bool, **more: Any) -> None:
    """Show a receipt; exit 3 when some refs were refused, 1 when nothing was done. ``more`` goes into the JSON."""
    if as_json:
        refused = [{"ref": ref, "why": why} for ref, why in receipt.refused]
        document = {"group": receipt.group, "verb": receipt.verb, "refs": receipt.refs, "summary": receipt.summary}
        emit_json({**document, "refused": refused, **more})
    elif receipt.group:
        out(receipt.summary)
    for ref, why in receipt.refused:
        say(f"opstui: {ref}: {why}")
    if not receipt.group:
        ctx.exit(NOT_DONE)
    if receipt.refused:
        ctx.exit(PARTLY)
