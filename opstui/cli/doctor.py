"""``opstui doctor``: everything that can be wrong, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from opstui.cli.output import emit_json, json_option
from opstui.cli.state import State
from opstui.cli.streams import out
from opstui.cli.terminal import of_terminal
from opstui.services.checkup import Check

FAILED = 1


@click.command("doctor")
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Store, config, plugins, sources, secrets, network, outbox and terminal: each ok, warn or fail, with a remedy.

    Exit 1 when one fails.
    """
    checks = _look(ctx.obj)
    if as_json:
        found = list(checks)
        emit_json(found)
    else:
        found = _told(checks)
    if any(check.state == "fail" for check in found):
        ctx.exit(FAILED)


def _look(state: State) -> Iterator[Check]:
    """Every check, one after the other: a source may take its time."""
    from opstui.config import load, paths
    from opstui.services import checkup, checkup_out
    from opstui.services.clock import clock
    from opstui.services.plugins import list_plugins

    now, folder = clock(state.environ), paths.data_dir(state.data_dir, state.environ)
    loaded = load.inspect(state.config_or_none, environ=state.environ, flags=state.overrides)
    yield from checkup.of_store(folder, now)
    yield from checkup.of_config(loaded, state.config_path)
    yield from checkup.of_plugins(list_plugins(state.plugin_environ()), loaded.settings)
    yield from checkup.of_sources(loaded, folder, now, state.environ)
    yield from checkup_out.of_secrets(loaded.settings, state.environ)
    yield from checkup_out.of_network(loaded.settings, state.environ)
    yield from checkup_out.of_outbox(loaded.settings, folder, now)
    yield from of_terminal(state.environ)


def _told(checks: Iterable[Check]) -> list[Check]:
    """Print each check as it comes, under its area."""
    found: list[Check] = []
    for check in checks:
        if not found or found[-1].area != check.area:
            out(("\n" if found else "") + check.area)
        out(f"  {check.state:<4}  {check.name}: {check.text}")
        for line in check.details:
            out(f"          {line}")
        if check.next_step:
            out(f"        -> {check.next_step}")
        found.append(check)
    count = {state: sum(check.state == state for check in found) for state in ("ok", "warn", "fail")}
    out("\n" + ", ".join(f"{n} {state}" for state, n in count.items() if n))
    return found


COMMANDS = {"doctor": doctor}
