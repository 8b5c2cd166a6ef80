"""The commands by name; each module is loaded only when its command is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from opstui import __version__
from opstui.cli.border import INTERRUPTED, guarded
from opstui.cli.group import Group
from opstui.cli.state import State
from opstui.cli.streams import say

PROGRAM = "opstui"
COMPLETE = "_OPSTUI_COMPLETE"
"""Set by a shell that wants to know how a command line could go on."""

COMMANDS = {
    "demo": "demo",
    "init": "init",
    "sync": "sync",
    "brief": "brief",
    "queue": "queue",
    "show": "show",
    "board": "board",
    "accept": "verdicts",
    "done": "verdicts",
    "decline": "verdicts",
    "merge": "verdicts",
    "snooze": "verdicts",
    "assign": "verdicts",
    "escalate": "verdicts",
    "wait": "verdicts",
    "priority": "verdicts",
    "stage": "verdicts",
    "transition": "tracker",
    "due": "tracker",
    "label": "tracker",
    "create": "tracker",
    "for-block": "verdicts",
    "release": "verdicts",
    "comment": "notes",
    "note": "notes",
    "decide": "notes",
    "standup": "standup",
    "blocker": "blocker",
    "escalation": "escalation",
    "waiting": "waiting",
    "nudge": "waiting",
    "log": "log",
    "outbox": "outbox",
    "readonly": "outbox",
    "routine": "routine",
    "standard": "standard",
    "improvement": "standard",
    "undo": "undo",
    "redo": "undo",
    "config": "config",
    "plugin": "plugin",
    "source": "source",
    "auth": "auth",
    "doctor": "doctor",
    "export": "data",
    "import": "data",
    "backup": "data",
    "restore": "data",
    "completions": "completions",
}
"""Command -> module of ``opstui.cli`` whose ``COMMANDS`` holds it."""


class Lazy(Group):
    """Commands that are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"opstui.cli.{COMMANDS[cmd_name]}")
        command: click.Command = module.COMMANDS[cmd_name]
        return command


@click.group(cls=Lazy, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="The config file; wins over $OPSTUI_CONFIG.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the store is; wins over $OPSTUI_DATA_DIR.")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Set one config key for this run: --set day.start=07:00."
)
@click.option("--readonly", is_flag=True, help="Send nothing to any source; what is done is kept until it is released.")
@click.version_option(__version__, prog_name="opstui")
@click.pass_context
def root(ctx: click.Context, config: Path | None, data_dir: Path | None, overrides: tuple[str, ...], readonly: bool) -> None:
    """The operations manager's day in a terminal. Without a command: the app."""
    flags = {}
    for pair in overrides:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--set")
        flags[key.strip()] = value
    if ctx.obj is None:
        ctx.obj = State(config, data_dir, flags, readonly=readonly)
    ctx.call_on_close(ctx.obj.close)
    if ctx.invoked_subcommand is None:
        from opstui.cli.app import start

        ctx.exit(start(config, data_dir, flags, readonly=readonly))


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command line and turn every ending into an exit code."""
    return guarded(lambda: _run(sys.argv[1:] if argv is None else list(argv)))


def _run(args: list[str]) -> int:
    if COMPLETE in os.environ:
        import_module("opstui.cli.completions")
        root.main(args, prog_name=PROGRAM, complete_var=COMPLETE)  # answers the shell and exits
    try:
        # Not root.main(): it makes a broken pipe an exit code of 1.
        with root.make_context(PROGRAM, args) as ctx:
            root.invoke(ctx)
        return 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        for line in _mistake(error):
            say(line)
        return error.exit_code
    except click.Abort:
        say("opstui: stopped; nothing was written")
        return INTERRUPTED


def _mistake(error: click.ClickException) -> list[str]:
    """What was wrong with a call, and where its help is."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return [error.format_message()]
    lines = [f"opstui: {error.format_message()}"]
    if isinstance(error, click.UsageError) and error.ctx is not None:
        lines.append(f"  {' '.join(error.ctx.get_usage().split())}")
        lines.append(f"  See: {error.ctx.command_path} --help")
    return lines
