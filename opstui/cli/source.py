"""``opstui source``: what is done with a source besides reading it."""

from __future__ import annotations

import click

from opstui.cli import complete
from opstui.cli.group import Group
from opstui.cli.output import json_option
from opstui.cli.receipts import report


@click.group("source", cls=Group)
def source() -> None:
    """Sources: forget one that is not in the config any more."""


@source.command("forget")
@click.argument("name", shell_complete=complete.gone_sources)
@json_option
@click.pass_context
def forget(ctx: click.Context, name: str, as_json: bool) -> None:
    """Close the items of a source that the config no longer has.

    What was decided and written on them stays. The source brings them back when it is put back under its name.
    """
    report(ctx, ctx.obj.desk.forget_source(name), as_json)


COMMANDS = {"source": source}
