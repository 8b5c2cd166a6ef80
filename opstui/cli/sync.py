"""``opstui sync``: pull the sources now, or keep pulling them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from opstui.cli.output import emit_json, json_option
from opstui.cli.progress import Progress
from opstui.cli.state import State
from opstui.errors import ConfigError

PARTLY = 3


@click.command("sync")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--watch", is_flag=True, help="Keep pulling each source as its `every` says, until Ctrl+C.")
@json_option
@click.pass_context
def sync(ctx: click.Context, names: tuple[str, ...], watch: bool, as_json: bool) -> None:
    """Pull the sources, all or those named; exit 3 when some failed, 1 when all did."""
    from opstui.services.engine import watch as keep_pulling
    from opstui.services.once import sync_once
    from opstui.services.station import open_station

    state: State = ctx.obj
    station = open_station(state.config, state.data_dir, state.environ, flags=state.overrides)
    if not station.sources():
        raise ConfigError(
            "there is nothing to pull", "no source is configured", "opstui init adds one; opstui demo shows the app."
        )
    progress = Progress()
    try:
        with station.store:
            if watch:
                if names:
                    raise click.UsageError(
                        "--watch pulls every source; leave the names out, or switch others off in the config"
                    )
                ctx.exit(keep_pulling(station, _line if as_json else progress))
            results = sync_once(station, names, tell=progress)
    finally:
        progress.close()
    if as_json:
        emit_json(results)
    failed = [one for one in results if not one.ok]
    if failed:
        ctx.exit(1 if len(failed) == len(results) else PARTLY)


def _line(event: Mapping[str, Any]) -> None:
    """One event as a JSON line, for a program that watches."""
    click.echo(json.dumps(event, ensure_ascii=False))


COMMANDS = {"sync": sync}
