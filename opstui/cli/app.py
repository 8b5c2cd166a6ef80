"""Starting the app, and what is shown instead when there is no terminal or no config yet."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from opstui.cli.border import fail, say, unexpected
from opstui.errors import OpstuiError


def on_a_terminal() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def start(config: Path | None = None, data_dir: Path | None = None, flags: Mapping[str, str] | None = None) -> int:
    """Open the app on the user's config; with none, offer the demo and the set-up."""
    try:
        return _start(config, data_dir, flags or {})
    except OpstuiError as error:
        return fail(error)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the border of the fast way in
        return unexpected(error)


def _start(config: Path | None, data_dir: Path | None, flags: Mapping[str, str]) -> int:
    from opstui.config.paths import config_path

    if not config_path(config, os.environ).exists():
        if config is not None:
            from opstui.errors import ConfigError

            raise ConfigError(f"no config at {config}", "the file is not there", f"opstui --config {config} init writes one.")
        return _first_time(data_dir)
    from opstui.services import workspace

    opened = workspace.open(config, data_dir, os.environ, flags=dict(flags))
    try:
        if not on_a_terminal():
            return print_brief(opened, "opstui")
        from opstui.ui.app import run

        return run(opened)
    finally:
        opened.close()


def _first_time(data_dir: Path | None) -> int:
    """No config yet: under ``make run`` or without a terminal the demo, else the choice between it and the set-up."""
    from opstui.cli.demo import open_demo

    if os.environ.get("OPSTUI_RUN") == "make" or not on_a_terminal():
        return open_demo(data_dir)
    from opstui.ui.panes.welcome import choose

    choice = choose()
    if choice == "demo":
        return open_demo(data_dir)
    if choice == "init":
        from opstui.cli import main

        return main(["init"])
    return 0


def print_brief(opened: object, command: str) -> int:
    """The morning as Markdown, and how to see it in the app."""
    from opstui.services import brief
    from opstui.services.workspace import Workspace

    assert isinstance(opened, Workspace)
    opened.desk.catch_up()
    sys.stdout.write(brief.markdown(brief.build(opened.desk), opened.desk))
    sys.stdout.flush()
    say(f"opstui: this is the brief, because there is no terminal here. In one, `{command}` opens the app.")
    return 0
