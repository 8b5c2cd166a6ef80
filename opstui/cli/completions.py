"""``opstui completions``: the script that makes a shell complete commands, options, refs, splits and sources."""

from __future__ import annotations

import os

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class, split_arg_string

from opstui.cli.streams import out, say
from opstui.errors import UsageError

HINTS = {
    "bash": "opstui completions bash > ~/.local/share/bash-completion/completions/opstui",
    "zsh": "opstui completions zsh > ~/.zfunc/_opstui   (with fpath+=~/.zfunc before compinit)",
    "fish": "opstui completions fish > ~/.config/fish/completions/opstui.fish",
}


class Bash(BashComplete):
    """bash breaks words at colons, which every ref has one of: put them together, and answer with what is behind it."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one at the cursor, and that one."""
        words = split_arg_string(os.environ["COMP_WORDS"])
        at = int(os.environ["COMP_CWORD"])
        current = words[at] if at < len(words) else ""
        whole: list[str] = []
        for word in [*words[1:at], current]:
            if whole and (word == ":" or whole[-1].endswith(":")):
                whole[-1] += word
            else:
                whole.append(word)
        self._behind = whole[-1].rfind(":") + 1 if whole else 0
        return whole[:-1], whole[-1] if whole else ""

    def format_completion(self, item: CompletionItem) -> str:
        """One line of the answer."""
        return f"{item.type},{item.value[self._behind :]}"


add_completion_class(Bash, "bash")


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
