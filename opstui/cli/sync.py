"""``opstui sync``: pull the sources now, or keep pulling them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.output import PARTLY, emit_json, json_option, json_text
from opstui.cli.progress import Progress
from opstui.cli.state import State
from opstui.cli.streams import write
from opstui.domain.format import plural
from opstui.errors import ConfigError

if TYPE_CHECKING:
    from opstui.services.child import Child
    from opstui.services.job import SourceResult
    from opstui.services.station import Station


@click.command("sync")
@click.argument("names", nargs=-1, metavar="[NAME…]", shell_complete=complete.sources)
@click.option("--watch", is_flag=True, help="Keep pulling each source as its `every` says, until Ctrl+C.")
@json_option
@click.pass_context
def sync(ctx: click.Context, names: tuple[str, ...], watch: bool, as_json: bool) -> None:
    """Pull the sources, all or those named, and send what waits for them; exit 3 when some failed, 1 when all did.

    With --watch, --json prints one line of JSON per event instead of one document.
    """
    if watch and names:
        raise click.UsageError("--watch pulls every source; leave the names out, or switch others off in the config")
    from opstui.services.child import warming

    state: State = ctx.obj
    with ExitStack() as stack:
        spare = None if watch else stack.enter_context(warming(state.environ))
        station = state.station()
        stack.enter_context(station.store)
        progress = stack.enter_context(closing(Progress()))
        if not station.sources():
            raise ConfigError("there is nothing to pull", "no source is configured", "Next: opstui init adds one.")
        ctx.exit(_watch(station, progress, as_json) if watch else _once(station, progress, names, as_json, spare))


def _once(station: Station, progress: Progress, names: tuple[str, ...], as_json: bool, spare: Child | None) -> int:
    """Pull now; the exit code."""
    from opstui.services.once import sync_once
    from opstui.store.sources import paused

    results = sync_once(station, names, tell=progress, spare=spare)
    progress.close()
    if as_json:
        emit_json(results)
    for name in sorted(paused(station.store.read)) if not names else ():
        progress.say(f"{name}: left out, it is paused; opstui source resume {name} ends that")
    if station.sends_nothing() and any(one.waiting for one in results):
        progress.say("read-only: nothing was sent")
    for one in results:
        if said := sent(one):
            progress.say(said)
    failed = [one for one in results if not one.ok]
    if not failed:
        return PARTLY if any(one.failed or one.conflicts for one in results) else 0
    return 1 if len(failed) == len(results) else PARTLY


def sent(result: SourceResult) -> str:
    """What became of a source's changes, in a sentence; empty when there were none."""
    parts = [
        f"{plural(result.pushed, 'change')} sent" if result.pushed else "",
        f"{result.failed} failed" if result.failed else "",
        f"{result.conflicts} in conflict" if result.conflicts else "",
        f"{result.waiting} waiting" if result.waiting else "",
    ]
    said = ", ".join(filter(None, parts))
    step = "; opstui outbox shows them" if result.failed or result.conflicts else ""
    return f"{result.source}: {said}{step}" if said else ""


def _watch(station: Station, progress: Progress, as_json: bool) -> int:
    """Pull on and on; ends with Ctrl+C, or with 1 when the store failed."""
    from opstui.services.engine import watch

    if not as_json:
        progress.say(f"watching {plural(len(station.sources()), 'source')}; Ctrl+C ends it")
    return watch(station, _line if as_json else progress)


def _line(event: Mapping[str, Any]) -> None:
    """One event as a JSON line, for a program that watches."""
    write(sys.stdout, json_text(event))


COMMANDS = {"sync": sync}
