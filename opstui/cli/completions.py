"""``opstui completions``: the script that makes a shell complete commands, options and refs."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from opstui.cli.streams import out, say
from opstui.errors import UsageError

HINTS = {
    "bash": "opstui completions bash > ~/.local/share/bash-completion/completions/opstui",
    "zsh": "opstui completions zsh > ~/.zfunc/_opstui   (with fpath+=~/.zfunc before compinit)",
    "fish": "opstui completions fish > ~/.config/fish/completions/opstui.fish",
}


@click.command("completions")
@click.argument("shell", type=click.Choice(list(HINTS)))
def completions(shell: str) -> None:
    """Print the completion script of a shell."""
    from opstui.cli.main import COMPLETE, PROGRAM, root

    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"no completions for {shell}", "this installation of click does not know it")
    out(kind(root, {}, PROGRAM, COMPLETE).source())
    say(f"to install: {HINTS[shell]}")


COMMANDS = {"completions": completions}
