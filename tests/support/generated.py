"""Files that are made from the code: ``make docs`` writes them, a test compares them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from opstui.domain.actions import ACTIONS

ROOT = Path(__file__).resolve().parents[2]

NAMES = {
    "asterisk": "*",
    "full_stop": ".",
    "equals_sign": "=",
    "slash": "/",
    "colon": ":",
    "plus": "+",
    "question_mark": "?",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "space": "Space",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "escape": "Esc",
    "pagedown": "PageDown",
    "pageup": "PageUp",
    "home": "Home",
    "end": "End",
    "down": "↓",
    "up": "↑",
}


def key_sheet() -> str:
    """Every action with its keys, by group."""
    parts = [
        "# Keys",
        "",
        "Made from the table of actions by `make docs`. Each can be changed by its id, in the config:",
        '`[ui.keys]`, `"item.accept" = "a,f2"`.',
        "In the app, `?` shows the keys in force, searches them, and runs the row.",
        "",
    ]
    for group in dict.fromkeys(action.group for action in ACTIONS):
        parts += [f"## {group}", "", "| key | what | id | command |", "|---|---|---|---|"]
        for action in ACTIONS:
            if action.group == group:
                keys = " ".join(f"`{NAMES.get(key, key)}`" for key in action.keys) or "(palette)"
                command = f"`opstui {action.command}`" if action.command else ""
                parts.append(f"| {keys} | **{action.title}.** {action.help} | `{action.id}` | {command} |")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def commands() -> str:
    """Every command's help, as the command prints it."""
    from opstui.cli.main import root

    parts = ["# Commands", "", "Made from the commands' own help by `make docs`.", ""]
    parts += [
        "Data goes to stdout, narration to stderr; `--json` prints one JSON document; dates are RFC 3339 with their offset.",
        "Exit codes: 0 done, 1 failed, 2 wrong use or config, 3 partly done. No command prompts when stdin is not a terminal.",
        "",
    ]
    for name, command in _walk(root, "opstui"):
        # As a command that is called gets them: from the root's settings.
        names: list[str] = root.context_settings["help_option_names"]
        context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100, help_option_names=names)
        text = re.sub(r"^Usage: ", "", command.get_help(context))
        parts += [f"## {name}", "", "```", text.rstrip(), "```", ""]
    return "\n".join(parts).rstrip() + "\n"


def _walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for one in command.list_commands(context):
            found = command.get_command(context, one)
            assert found is not None, f"{name} lists {one} and does not have it"
            yield from _walk(found, f"{name} {one}")


def example_config() -> str:
    """``config.example.toml``."""
    from opstui.config.example import example

    return example()


FILES: dict[str, Callable[[], str]] = {
    "docs/keys.md": key_sheet,
    "docs/commands.md": commands,
    "config.example.toml": example_config,
}

if __name__ == "__main__":
    for name, make in FILES.items():
        if "--write" in sys.argv:
            (ROOT / name).write_text(make(), encoding="utf-8")
        print(name)
