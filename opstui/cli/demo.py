"""``opstui demo``: the app on a synthetic day, in a store of its own; no account, no config."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from opstui.cli.app import on_a_terminal, print_brief, say_left
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.errors import SourceError, StoreReadOnly, UsageError

LATER = timedelta(minutes=9)
"""After the evening's exports something was still changed on the board."""
ABANDONED_S = 600.0
"""A day that is still being prepared after so long was left by a start that was killed."""
STARTED = "clock"
"""The file that keeps the demo's time between two openings, so that its day goes on where it was left."""


def _clock(folder: Path, morning: datetime) -> datetime:
    """Where the demo's day stands: its morning, or the time it was left, and never before the last thing done in it.

    The file is written when the demo is left in order; one that was killed must not go back in time.
    """
    at = [morning]
    with suppress(OSError, ValueError):
        at.append(datetime.fromisoformat((folder / STARTED).read_text().strip()))
    if (folder / "ready").exists():
        from opstui.services.demo.resume import last_done

        at.append(last_done(folder) or morning)
    return max(at)


def open_demo(
    data_dir: Path | None, *, fresh: bool = False, flags: Mapping[str, str] | None = None, readonly: bool = False
) -> int:
    """Prepare the day when it is not there, then open the app on it; without a terminal print its brief."""
    from opstui.services import workspace

    with _day(data_dir, fresh=fresh) as day:
        opened = workspace.open(day.config, day.folder, day.environ, demo=True, flags=flags, readonly=readonly)
        try:
            if not on_a_terminal():
                return print_brief(opened, "opstui demo")
            from opstui.ui.app import run

            code = run(opened)
            say_left(opened, "opstui demo")
            return code
        finally:
            opened.close()


def run_in_demo(
    args: Sequence[str], data_dir: Path | None, *, fresh: bool = False, flags: Mapping[str, str] | None = None
) -> int:
    """One command on the demo's store, config and clock.

    Raises:
        UsageError: there is no demo in the demo.
    """
    from opstui.cli.main import PROGRAM, root

    if args[0] == "demo":
        raise UsageError("this is the demo already", "", "Name another command: opstui demo queue")
    with _day(data_dir, fresh=fresh) as day:
        state = State(day.config, day.folder, dict(flags or {}), day.environ)
        with root.make_context(f"{PROGRAM} demo", list(args), obj=state) as ctx:
            root.invoke(ctx)
    return 0


@dataclass(frozen=True, slots=True)
class Day:
    """The prepared day: its config, the folder of its store, and the environment that has its time."""

    config: Path
    folder: Path
    environ: Mapping[str, str]


@contextmanager
def _day(data_dir: Path | None, *, fresh: bool) -> Iterator[Day]:
    """Prepare the day when it is not there; when the block ends its clock is kept where it stands by then."""
    from opstui.config.paths import data_dir as find
    from opstui.services import demo
    from opstui.services.clock import NOW, clock

    folder = find(data_dir, os.environ) / "demo"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    at = _clock(folder, demo.MORNING)
    _make_private(folder)
    env = {name: value for name, value in os.environ.items() if not name.startswith("OPSTUI_") or name == "OPSTUI_RUN"}
    if not (folder / "ready").exists():
        say("opstui: preparing the demo day (once)")
        _prepare_aside(folder, env)
    env[NOW] = at.isoformat()
    now = clock(env)
    try:
        yield Day(folder / "day" / "config.toml", folder, env)
    finally:
        with suppress(OSError):  # a day that starts again is no reason to fail
            (folder / STARTED).write_text(now().isoformat())


def _commands(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What can be done in the demo, for a shell that completes."""
    from opstui.cli.main import COMMANDS as all_commands

    return [name for name in all_commands if name.startswith(incomplete) and name != "demo"]


def _make_private(folder: Path) -> None:
    """The demo's folder, as private as a real one: what is tried in it may be real."""
    try:
        for one in (folder.parent, folder):  # the data folder itself may be new too
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        step = "Name another place with --data-dir"
        raise StoreReadOnly(f"the demo cannot be kept in {folder}", error.strerror or str(error), step) from error


def _prepare_aside(folder: Path, env: dict[str, str]) -> None:
    """Prepare the day in a folder of its own, which takes its place once it is whole: a broken start leaves nothing."""
    for left in folder.parent.glob(f"{folder.name}.part-*"):
        if time.time() - left.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(left, ignore_errors=True)
    aside = folder.with_name(f"{folder.name}.part-{os.getpid()}")
    _make_private(aside)
    try:
        _prepare(aside, aside / "day", env)
        (aside / "ready").touch()
        if not (folder / "ready").exists():  # else another start was quicker
            shutil.rmtree(folder)
            aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _prepare(folder: Path, day: Path, env: dict[str, str]) -> None:
    """Import Thursday evening's exports, then Friday morning's: the difference is the night.

    What was changed on the board in the evening was changed there by somebody else in the night: a conflict waits.
    """
    from opstui.services import demo, workspace
    from opstui.services.clock import NOW
    from opstui.services.once import sync_once
    from opstui.services.station import open_station

    for at in (demo.EVENING, demo.MORNING):
        station = open_station(demo.prepare(day, at), folder, env | {NOW: at.isoformat()})
        with station.store:
            for result in sync_once(station):
                if not result.ok:
                    raise SourceError(f"the demo's {result.source}", f"{result.error}: {result.why}", result.next_step)
        if at == demo.EVENING:
            opened = workspace.open(day / "config.toml", folder, env | {NOW: (at + LATER).isoformat()}, demo=True)
            with opened:
                demo.changed_late(opened.desk)


@click.command("demo", context_settings={"allow_interspersed_args": False})
@click.option("--fresh", is_flag=True, help="Start the day again from its morning; what was done in the demo is thrown away.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND…]", shell_complete=_commands)
@click.pass_context
def demo(ctx: click.Context, fresh: bool, command: tuple[str, ...]) -> None:
    """The app on a synthetic ops day, with a store of its own.

    With a COMMAND, that one on the demo's store, config and clock: opstui demo queue, opstui demo undo.
    """
    state: State = ctx.obj
    if command:
        ctx.exit(run_in_demo(command, state.data_dir, fresh=fresh, flags=state.overrides))
    ctx.exit(open_demo(state.data_dir, fresh=fresh, flags=state.overrides, readonly=state.readonly))


COMMANDS = {"demo": demo}
