"""The commands by name; each module is loaded only when its command is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from opstui import __version__
from opstui.cli.border import fail, say, unexpected
from opstui.cli.state import State
from opstui.errors import OpstuiError

COMMANDS = {
    "demo": "demo",
    "init": "init",
    "sync": "sync",
    "brief": "brief",
    "queue": "queue",
    "show": "queue",
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
    "for-block": "verdicts",
    "release": "verdicts",
    "comment": "journal",
    "note": "journal",
    "decide": "journal",
    "log": "journal",
    "undo": "journal",
    "redo": "journal",
    "config": "config",
    "plugin": "plugin",
    "doctor": "doctor",
    "export": "data",
    "import": "data",
    "backup": "data",
    "restore": "data",
    "completions": "completions",
}
"""Command -> module of ``opstui.cli`` whose ``COMMANDS`` holds it."""


class Lazy(click.Group):
    """Commands that are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"opstui.cli.{COMMANDS[cmd_name]}")
        command: click.Command = module.COMMANDS[cmd_name]
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches  # only a mistake pays for it

            near = get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(f"There is no command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=Lazy, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="The config file; wins over $OPSTUI_CONFIG.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the store is; wins over $OPSTUI_DATA_DIR.")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Set one config key for this run: --set day.start=07:00."
)
@click.version_option(__version__, prog_name="opstui")
@click.pass_context
def root(ctx: click.Context, config: Path | None, data_dir: Path | None, overrides: tuple[str, ...]) -> None:
    """The operations manager's day in a terminal. Without a command: the app."""
    flags = {}
    for pair in overrides:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--set")
        flags[key.strip()] = value
    ctx.obj = State(config, data_dir, flags)
    ctx.call_on_close(ctx.obj.close)
    if ctx.invoked_subcommand is None:
        from opstui.cli.app import start

        ctx.exit(start(config, data_dir, flags))


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command line and turn every ending into an exit code."""
    try:
        code = root.main(args=None if argv is None else list(argv), prog_name="opstui", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OpstuiError as error:
        return fail(error)
    except (KeyboardInterrupt, click.Abort):
        say("opstui: stopped; what was acknowledged is kept")
        return 130
    except BrokenPipeError:
        # The reader of our stdout has gone (`opstui queue | head`): not a failure, and nothing to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the border: nothing above catches what is left
        return unexpected(error)
