"""``opstui demo``: the app on a synthetic day, in a store of its own for each hour it is opened at; no account, no config."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from datetime import time as clock_time
from pathlib import Path

import click

from opstui.cli.app import on_a_terminal, print_brief, say_left
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.errors import StoreReadOnly, UsageError

ABANDONED_S = 600.0
"""A day that is still being prepared after so long was left by a start that was killed."""
STARTED = "clock"
"""The file that keeps the demo's time between two openings, so that its day goes on where it was left."""


def _clock(folder: Path, opens: datetime) -> datetime:
    """Where the demo's day stands: the hour it opens at, or the time it was left, and never before the last thing done in it.

    The file is written when the demo is left in order; one that was killed must not go back in time.
    """
    at = [opens]
    with suppress(OSError, ValueError):
        at.append(datetime.fromisoformat((folder / STARTED).read_text().strip()))
    if (folder / "ready").exists():
        from opstui.services.demo.resume import last_done

        at.append(last_done(folder) or opens)
    return max(at)


def open_demo(
    data_dir: Path | None,
    *,
    at: str = "",
    fresh: bool = False,
    flags: Mapping[str, str] | None = None,
    readonly: bool = False,
) -> int:
    """Prepare the day when it is not there, then open the app on it; without a terminal print its brief.

    Raises:
        UsageError: ``at`` is no hour of the day.
    """
    from opstui.services import workspace

    hour = _hour(at)
    with _day(data_dir, hour, fresh=fresh) as day:
        opened = workspace.open(day.config, day.folder, day.environ, demo=True, flags=flags, readonly=readonly)
        try:
            if not on_a_terminal():
                return print_brief(opened, _called(hour))
            from opstui.ui.app import run

            code = run(opened, mode=pane_at(hour))
            say_left(opened, _called(hour))
            return code
        finally:
            opened.close()


def run_in_demo(
    args: Sequence[str],
    data_dir: Path | None,
    *,
    at: str = "",
    fresh: bool = False,
    flags: Mapping[str, str] | None = None,
) -> int:
    """One command on the demo's store, config and clock.

    Raises:
        UsageError: there is no demo in the demo, or ``at`` is no hour of the day.
    """
    from opstui.cli.main import root

    if args[0] == "demo":
        raise UsageError("this is the demo already", "", "Name another command: opstui demo queue")
    hour = _hour(at)
    with _day(data_dir, hour, fresh=fresh) as day:
        state = State(day.config, day.folder, dict(flags or {}), day.environ)
        with root.make_context(_called(hour), list(args), obj=state) as ctx:
            root.invoke(ctx)
    return 0


def _hour(text: str) -> clock_time | None:
    """The hour that was asked for; None when none was.

    Raises:
        UsageError: it is none, or it lies before the day begins.
    """
    if not text:
        return None
    from opstui.services.demo import MORNING

    examples = "Write it so: opstui demo --at 10:00"
    try:
        if not (found := re.fullmatch(r"(\d{1,2})(?:[:.]?(\d{2}))?", text.strip(), re.ASCII)):
            raise UsageError(f"--at {text!r} is not a time of day", "it has hours and minutes", examples)
        hour = clock_time(int(found[1]), int(found[2] or 0))
    except ValueError as error:
        raise UsageError(f"--at {text!r} is not a time of day", "it goes from 00:00 to 23:59", examples) from error
    if hour < MORNING.time():
        raise UsageError(f"the demo is not open at {hour:%H:%M}", f"its day begins at {MORNING:%H:%M}", examples)
    return hour


def _called(hour: clock_time | None) -> str:
    """What somebody types to come back to this day."""
    from opstui.cli.main import PROGRAM

    return f"{PROGRAM} demo" + (f" --at {hour:%H:%M}" if hour else "")


def pane_at(hour: clock_time | None) -> str:
    """The pane that an hour is for; empty: the first one."""
    from opstui.services.demo import STANDUP

    return "standup" if hour and STANDUP[0] <= hour <= STANDUP[1] else ""


@dataclass(frozen=True, slots=True)
class Day:
    """The prepared day: its config, the folder of its store, and the environment that has its time."""

    config: Path
    folder: Path
    environ: Mapping[str, str]


@contextmanager
def _day(data_dir: Path | None, hour: clock_time | None, *, fresh: bool) -> Iterator[Day]:
    """Prepare the day when it is not there; when the block ends its clock is kept where it stands by then."""
    from opstui.config.paths import data_dir as find
    from opstui.services import demo
    from opstui.services.clock import NOW, clock

    opens = demo.on_friday(hour) if hour else demo.MORNING
    folder = find(data_dir, os.environ) / (f"demo-{hour:%H%M}" if hour else "demo")
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    at = _clock(folder, opens)
    _make_private(folder)
    env = {name: value for name, value in os.environ.items() if not name.startswith("OPSTUI_") or name == "OPSTUI_RUN"}
    if not (folder / "ready").exists():
        say(f"opstui: preparing the demo day{f' up to {hour:%H:%M}' if hour else ''} (once)")
        _prepare_aside(folder, env, opens)
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


def _prepare_aside(folder: Path, env: dict[str, str], opens: datetime) -> None:
    """Prepare the day in a folder of its own, which takes its place once it is whole: a broken start leaves nothing."""
    from opstui.services.demo.building import build

    for left in folder.parent.glob(f"{folder.name}.part-*"):
        if time.time() - left.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(left, ignore_errors=True)
    aside = folder.with_name(f"{folder.name}.part-{os.getpid()}")
    _make_private(aside)
    try:
        build(aside, aside / "day", env, opens)
        (aside / "ready").touch()
        if not (folder / "ready").exists():  # else another start was quicker
            shutil.rmtree(folder)
            aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@click.command("demo", context_settings={"allow_interspersed_args": False})
@click.option(
    "--at",
    default="",
    metavar="HH:MM",
    help="Open the day at this hour, on the pane it is for, with what has happened by then; each hour has a store of its own.",
)
@click.option("--fresh", is_flag=True, help="Start that day again from its beginning; what was done in it is thrown away.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND…]", shell_complete=_commands)
@click.pass_context
def demo(ctx: click.Context, at: str, fresh: bool, command: tuple[str, ...]) -> None:
    """The app on a synthetic ops day, with a store of its own.

    With a COMMAND, that one on the demo's store, config and clock: opstui demo queue, opstui demo undo,
    opstui demo --at 10:00 log.
    """
    state: State = ctx.obj
    if command:
        ctx.exit(run_in_demo(command, state.data_dir, at=at, fresh=fresh, flags=state.overrides))
    ctx.exit(open_demo(state.data_dir, at=at, fresh=fresh, flags=state.overrides, readonly=state.readonly))


COMMANDS = {"demo": demo}
