"""The questions of ``opstui init``, and what it does with wrong answers."""

from __future__ import annotations

import os
from collections.abc import Collection
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from opstui.cli.ask import agree, ask, ask_until
from opstui.cli.newsource import NewSource, checked_name, free_name, known_zone, look, show, usable
from opstui.cli.output import table
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.errors import OpstuiError, PluginError, UsageError

if TYPE_CHECKING:
    from opstui.connectors.api import Suggestion
    from opstui.services.plugins import PluginInfo


def choose_connector(state: State) -> PluginInfo:
    """Show what is installed, the broken with their reason, and let one be chosen."""
    from opstui.services.plugins import list_plugins

    found = list_plugins(state.plugin_environ())
    say("A source is a place that your tickets, mail or alerts come from. Its connector reads it:\n")
    table([(one.name, one.title if one.ok else f"broken: {one.reason}") for one in found], indent="  ", err=True)
    say("")
    usual = next((one.name for one in found if one.ok), "")
    return ask_until("Which connector", usual, lambda name: usable(state, name))


def settle(state: State, source: NewSource, zone: str) -> Suggestion:
    """Ask for what is missing, look, show, and change until it is right."""
    for name, kind, help in source.missing():
        say(f"\n{help}")
        if kind == "secret":
            source.options[name] = {"env": ask_until(f"Environment variable that holds the {name}", "", something)}
        else:
            source.put(f"{name}={ask_until(name, '', something)}")
    worked: dict[str, Any] | None = None
    while True:
        try:
            found = look(state, source, zone)
        except PluginError:
            raise
        except OpstuiError as error:
            say(f"\n{error}")
            if worked is not None:
                source.options, worked = worked, None  # only the last change was wrong
                continue
            change = ask_until("Change an option, as in path=other.csv or columns.key=Number", "", something)
        else:
            show(found, source.options)
            if found.missing:
                key, value = next(iter(found.missing.items()))
                column = key.rpartition(".")[2]
                source.put(f"{key}={ask_until(f'Which column is {column}', value, something)}")
                continue
            worked = deepcopy(source.options)
            change = ask("\nEnter takes this; or change a line, as in status=State (status= for: not in there)")
            if not change:
                return found
        try:
            source.put(change, loosely=True)
        except UsageError as error:
            say(f"  {error}")


def ask_name(source: NewSource, taken: Collection[str], replace: bool) -> str:
    """Ask what it is called, and before it takes another one's place."""
    usual = source.name or free_name(source.usual_name(), taken)
    while True:
        name = ask_until("What is the source called", usual, checked_name)
        if name not in taken or replace or agree(f"There is a source {name!r} already. Write over it"):
            return name
        usual = free_name(name, taken)


def ask_zone(usual: str) -> str:
    """Whose day it is by."""
    return ask_until("Your time zone", usual, known_zone)


def ask_who() -> str:
    """Whose queue it is; an empty answer is one too."""
    return ask("Your name, as your sources write it", _full_name())


def something(text: str) -> str:
    """An answer that is not empty."""
    if not text:
        raise UsageError("it needs an answer; Ctrl+C leaves, and nothing is written")
    return text


def _full_name() -> str:
    """The name this account is registered under, empty when that is no name of a person."""
    try:
        import pwd

        name = pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0].strip()
    except (ImportError, KeyError):  # Windows; an account without an entry
        return ""
    return name if " " in name else ""
