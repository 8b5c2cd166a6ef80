"""``opstui completions``: the script that makes a shell complete commands, options and refs."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

HINTS = {
    "bash": "opstui completions bash > ~/.local/share/bash-completion/completions/opstui",
    "zsh": "opstui completions zsh > ~/.zfunc/_opstui   (with fpath+=~/.zfunc before compinit)",
    "fish": "opstui completions fish > ~/.config/fish/completions/opstui.fish",
}


@click.command("completions")
@click.argument("shell", type=click.Choice(list(HINTS)))
def completions(shell: str) -> None:
    """Print the completion script of a shell."""
    from opstui.cli.main import root

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(root, {}, "opstui", "_OPSTUI_COMPLETE").source())
    click.echo(f"to install: {HINTS[shell]}", err=True)


COMMANDS = {"completions": completions}
