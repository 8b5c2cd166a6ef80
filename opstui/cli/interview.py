"""The questions of ``opstui init``, and what it does with wrong answers."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from opstui.cli.ask import agree, ask, ask_until
from opstui.cli.newsource import COLUMNS, NewSource, checked_name, free_name, known_zone, look, show, usable
from opstui.cli.output import table
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.errors import OpstuiError, PluginError, SourceError, UsageError

if TYPE_CHECKING:
    from opstui.connectors.api import Suggestion
    from opstui.services.plugins import PluginInfo


def choose_connector(state: State) -> PluginInfo:
    """Show what is installed, the broken with their reason, and let one be chosen."""
    from opstui.services.plugins import list_plugins

    found = list_plugins(state.plugin_environ())
    say("A source is where your tickets, mail or alerts come from: a tracker such as Jira or Redmine, or an export.")
    say("Its connector reads it:\n")
    table([(one.name, one.title if one.ok else f"broken: {one.reason}") for one in found], indent="  ", err=True)
    say("")
    usual = next((one.name for one in found if one.ok), "")
    return ask_until("Which connector, for a tracker or an export", usual, lambda name: usable(state, name))


def settle(state: State, source: NewSource, zone: str, *, as_is: bool = False) -> Suggestion:
    """Ask for what is missing, look unless its secret is not here yet, show, and change until it is right."""
    _ask_missing(state, source)
    worked: dict[str, Any] | None = None
    while True:
        untried = as_is or source.untried(state.environ)
        try:
            found = look(state, source, zone, as_is=untried)
        except PluginError:
            raise
        except OpstuiError as error:
            say(f"\n{error}")
            if worked is not None:
                source.options, worked = worked, None  # only the last change was wrong
                continue
            change = _ask_change(source, may_stay=isinstance(error, SourceError) and bool(source.secrets()))
            if not change:
                as_is = True
                continue
        else:
            show(found, source.options)
            if untried:
                say("  Note: it is written without a look at the source.")
            if found.missing:
                key, value = next(iter(found.missing.items()))
                column = key.rpartition(".")[2]
                source.put(f"{key}={ask_until(f'Which column is {column}', value, something)}")
                continue
            worked = deepcopy(source.options)
            example = "status=State (status= for: not in there)" if COLUMNS in source.types() else _example(source)
            change = ask(f"\nEnter takes this; or change a line, as in {example}")
            if not change:
                return found
        try:
            source.put(change, loosely=True)
        except UsageError as error:
            say(f"  {error}")


def _ask_missing(state: State, source: NewSource) -> None:
    """What it cannot do without; a secret may be left for later."""
    for option in source.missing():
        example = f" Such as {option.example}" if isinstance(option.example, str) else ""
        say(f"\n{option.help}{example}")
        if option.type != "secret":
            source.put(f"{option.name}={ask_until(option.name, '', something)}")
            continue
        say(f"The {option.name} itself never stands in the config. Enter: opstui auth takes it later, and keeps it safe.")
        if named := ask_until(f"Enter, or an environment variable that holds the {option.name}", "", _variable(state)):
            source.options[option.name] = {"env": named}
        else:
            source.put_off(option.name)


def _variable(state: State) -> Callable[[str], str]:
    """Takes the name of a variable, set or not, and nothing that may be the secret itself."""

    def take(name: str) -> str:
        strange = not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
        unset = name not in state.environ
        if name and unset and (strange or (len(name) >= 20 and name != name.upper())):
            raise UsageError("that is no variable's name", "it may be the secret itself", "Enter leaves it to opstui auth")
        if name and unset:
            say(f"  Note: {name} is not set here. Set it where opstui runs: export {name}=…")
        return name

    return take


def _ask_change(source: NewSource, *, may_stay: bool) -> str:
    """Which option to change after a look that failed; nothing where it ``may_stay`` and does."""
    if may_stay:
        return ask(f"Change an option, as in {_example(source)}; or Enter writes it as it is")
    example = "path=other.csv or columns.key=Number" if COLUMNS in source.types() else _example(source)
    return ask_until(f"Change an option, as in {example}", "", something)


def _example(source: NewSource) -> str:
    """One of its options as it is typed."""
    found = (one for one in source.plugin.options if one.required and isinstance(one.example, str))
    return next((f"{one.name}={one.example}" for one in found), "OPTION=VALUE")


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
