"""``opstui demo``: the app on a synthetic day, in a store of its own; no account, no config."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import click

from opstui.cli.app import on_a_terminal, print_brief
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.errors import SourceError, StoreReadOnly

STARTED = "clock"
"""The file that keeps the demo's time between two openings, so that its day goes on where it was left."""


def _clock(folder: Path, morning: datetime) -> datetime:
    """Where the demo's day stands: its morning, or the time it was left."""
    try:
        return max(morning, datetime.fromisoformat((folder / STARTED).read_text().strip()))
    except (OSError, ValueError):
        return morning


def open_demo(data_dir: Path | None, *, fresh: bool = False) -> int:
    """Prepare the day when it is not there, then open the app on it; without a terminal print its brief."""
    from opstui.config.paths import data_dir as find
    from opstui.services import demo, workspace
    from opstui.services.clock import NOW

    folder = find(data_dir, os.environ) / "demo"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    at = _clock(folder, demo.MORNING)
    _make_private(folder)
    day, env = folder / "day", dict(os.environ)
    for name in [name for name in env if name.startswith("OPSTUI_") and name != "OPSTUI_RUN"]:
        del env[name]
    config = day / "config.toml"
    if not (folder / "ready").exists():
        say("opstui: preparing the demo day (once)")
        _prepare(folder, day, env)
        (folder / "ready").touch()
    env[NOW] = at.isoformat()
    opened = workspace.open(config, folder, env, demo=True)
    try:
        if not on_a_terminal():
            return print_brief(opened, "opstui demo")
        from opstui.ui.app import run

        return run(opened)
    finally:
        (folder / STARTED).write_text(opened.now().isoformat())
        opened.close()


def _make_private(folder: Path) -> None:
    """The demo's folder, as private as a real one: what is tried in it may be real."""
    try:
        for one in (folder.parent, folder):  # the data folder itself may be new too
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        step = "Name another place with --data-dir"
        raise StoreReadOnly(f"the demo cannot be kept in {folder}", error.strerror or str(error), step) from error


def _prepare(folder: Path, day: Path, env: dict[str, str]) -> None:
    """Import Thursday evening's exports, then Friday morning's: the difference is the night."""
    from opstui.services import demo
    from opstui.services.clock import NOW
    from opstui.services.once import sync_once
    from opstui.services.station import open_station

    for at in (demo.EVENING, demo.MORNING):
        station = open_station(demo.prepare(day, at), folder, env | {NOW: at.isoformat()})
        with station.store:
            for result in sync_once(station):
                if not result.ok:
                    raise SourceError(f"the demo's {result.source}", f"{result.error}: {result.why}", result.next_step)


@click.command("demo")
@click.option("--fresh", is_flag=True, help="Start the day again from its morning; what was done in the demo is thrown away.")
@click.pass_context
def demo(ctx: click.Context, fresh: bool) -> None:
    """The app on a synthetic ops day, with a store of its own."""
    state: State = ctx.obj
    ctx.exit(open_demo(state.data_dir, fresh=fresh))


COMMANDS = {"demo": demo}
