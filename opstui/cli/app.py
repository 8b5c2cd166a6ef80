"""Starting the app, and what is shown instead when there is no terminal or no config yet."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from opstui.cli.border import guarded
from opstui.cli.streams import out, say

if TYPE_CHECKING:
    from opstui.services.workspace import Workspace


def on_a_terminal() -> bool:
    """Whether a person sits at both ends."""
    return _is_tty(sys.stdin) and _is_tty(sys.stdout) and os.environ.get("TERM") != "dumb"


def _is_tty(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def main() -> int:
    """The fast way in, for ``opstui`` alone on a terminal: the app without the command line's imports."""
    return guarded(start)


def start(
    config: Path | None = None,
    data_dir: Path | None = None,
    flags: Mapping[str, str] | None = None,
    *,
    readonly: bool = False,
) -> int:
    """Open the app on the user's config; with none, offer the demo and the set-up.

    Raises:
        OpstuiError: the config or the store cannot be used.
    """
    from opstui.config import paths

    if not paths.is_there(paths.config_path(config, os.environ)) and not paths.is_named(config, os.environ):
        return _first_time(data_dir)
    gc.disable()  # until the first frame: what is loaded stays, and looking through it for garbage takes a tenth of the time
    try:
        return _open(config, data_dir, flags or {}, readonly)
    finally:
        gc.enable()


def _open(config: Path | None, data_dir: Path | None, flags: Mapping[str, str], readonly: bool) -> int:
    from opstui.services import workspace

    opened = workspace.open(config, data_dir, os.environ, flags=flags, readonly=readonly)
    try:
        if not on_a_terminal():
            return print_brief(opened, "opstui")
        from opstui.ui.app import run

        code = run(opened)
        say_left(opened)
        return code
    finally:
        opened.close()


def say_left(opened: Workspace, command: str = "opstui") -> None:
    """What is not sent when the app is left, and what sends it."""
    from opstui.domain.format import plural

    counts = opened.desk.outbox_counts()
    waiting = {name: states.get("pending", 0) + states.get("sending", 0) for name, states in counts.items()}
    parked = sum(states.get("parked", 0) for states in counts.values())
    if number := sum(waiting.values()):
        names = ", ".join(name for name, of_it in waiting.items() if of_it)
        them, are = ("it", "is") if number == 1 else ("them", "are")
        how = "while read-only nothing is sent" if opened.desk.readonly() else f"{command} sync sends {them}"
        say(f"opstui: {plural(number, 'change')} for {names} {are} not sent yet; {how}.")
    if parked:
        them, are = ("it", "is") if parked == 1 else ("them", "are")
        say(f"opstui: {plural(parked, 'change')} made while read-only {are} parked; {command} outbox release sends {them}.")


def _first_time(data_dir: Path | None) -> int:
    """No config yet: under ``make run`` or without a terminal the demo, else the choice between it and the set-up."""
    from opstui.cli.demo import open_demo

    if os.environ.get("OPSTUI_RUN") == "make" or not on_a_terminal():
        return open_demo(data_dir)
    from opstui.config.paths import config_path
    from opstui.ui.panes import welcome

    choice = welcome.welcome(config_path(None, os.environ))
    if choice == welcome.DEMO:
        return open_demo(data_dir)
    if choice == welcome.INIT:
        from opstui.cli import main as command_line

        where = ["--data-dir", str(data_dir)] if data_dir else []
        return command_line([*where, "init"])
    return 0


def print_brief(opened: Workspace, command: str) -> int:
    """The morning as Markdown, and how to see it in the app."""
    from opstui.services import brief

    opened.desk.catch_up()
    out(brief.markdown(brief.build(opened.desk), opened.desk))
    say(f"opstui: this is the brief, because there is no terminal here. In one, `{command}` opens the app.")
    return 0
