"""``opstui init``: the first config, or one more source in it."""

from __future__ import annotations

import os
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import click

from opstui.cli.ask import agree, ask, ask_until, can_ask
from opstui.cli.newsource import NewSource, checked_name, free_name, show
from opstui.cli.output import emit_json, json_option, table
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.connectors.api import Suggestion
from opstui.errors import OpstuiError, PluginError, SourceError, UsageError

if TYPE_CHECKING:
    from opstui.config.load import Loaded
    from opstui.services.plugins import PluginInfo

NEXT = "opstui sync"


@click.command("init")
@click.option("--connector", metavar="NAME", help="Which connector reads it, as in csv; with it, nothing is asked.")
@click.option(
    "--option",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="One of its options, as in path=exports/tickets.csv or columns.status=State; may be given often.",
)
@click.option("--name", metavar="NAME", help="What the source is called: the first part of every ref.")
@click.option("--timezone", metavar="ZONE", help="Your time zone, for a first config; this machine's unless you say.")
@click.option("--me", metavar="WHO", help="Your name as your sources write it, for a first config.")
@click.option("--replace", is_flag=True, help="Write over the source of that name.")
@click.option("--as-is", is_flag=True, help="Write the options as given, without looking at the source.")
@json_option
@click.pass_obj
def init(
    state: State,
    connector: str | None,
    given: tuple[str, ...],
    name: str | None,
    timezone: str | None,
    me: str | None,
    replace: bool,
    as_is: bool,
    as_json: bool,
) -> None:
    """Write a first config, or add a source to the one there is.

    At a terminal it asks. What a connector makes of a file, column by column, is shown before anything is written.
    """
    asking = connector is None
    if asking and not can_ask():
        step = "opstui init --connector csv --option path=exports/tickets.csv"
        raise UsageError("init asks questions, and there is no terminal to ask at", "", f"Say it in one go: {step}")
    loaded = _existing(state)
    plugin = _plugin(state, connector)
    source = NewSource(plugin, state.config_path.parent, name or "")
    for text in given:
        source.put(text)
    zone = _zone(state, loaded, timezone)
    taken = {one.name for one in loaded.settings.sources} if loaded else set()
    person = me or ""
    if asking:
        found = _settle(state, source, zone)
        source.name = _ask_name(source, taken, replace)
        if loaded is None:
            zone = timezone or ask_until("Your time zone", zone, _known_zone)
            person = person or ask("Your name, as your sources write it", _full_name())
    else:
        source.name = _free(source.name or source.usual_name(), taken, replace)
        found = _look(state, source, zone, as_is)
        show(found, source.options)
    done = _write(state, source, found, loaded, zone, person)
    _report(state, source, found, done, as_json)


def _existing(state: State) -> Loaded | None:
    """The config that is there, None when none is.

    Raises:
        ConfigError: it has mistakes, so nothing is added to it.
    """
    from opstui.config import load

    return load.load(state.config_path, environ=state.environ, flags=state.overrides) if state.config_path.exists() else None


def _plugin(state: State, name: str | None) -> PluginInfo:
    """The connector that was named or is chosen.

    Raises:
        UsageError: nobody offers it.
        PluginError: it cannot be used.
    """
    from opstui.services.plugins import check_plugin, list_plugins

    def take(name: str) -> PluginInfo:
        found = check_plugin(name, state.environ)
        if not found.ok:
            raise PluginError(f"connector {name!r} cannot be used", found.reason, found.next_step, plugin=name)
        return found

    if name is not None:
        return take(name)
    found = list_plugins(state.environ)
    say("A source is a place that your tickets, mail or alerts come from. Its connector reads it:\n")
    table([(one.name, one.title if one.ok else f"broken: {one.reason}") for one in found], indent="  ", err=True)
    say("")
    usual = next((one.name for one in found if one.ok), "")
    return ask_until("Which connector", usual, take)


def _zone(state: State, loaded: Loaded | None, named: str | None) -> str:
    """The time zone in force, or the one that a first config gets.

    Raises:
        ConfigError: there is no zone of that name.
    """
    from opstui.config.zone import local_name

    if loaded is not None:
        return loaded.settings.day.timezone
    return _known_zone(named or local_name(state.environ) or "UTC")


def _known_zone(name: str) -> str:
    from opstui.config.zone import zone

    return zone(name).key


def _settle(state: State, source: NewSource, zone: str) -> Suggestion:
    """Ask for what is missing, look, show, and change until it is right."""
    for name, kind, help in source.missing():
        say(f"\n{help}")
        if kind == "secret":
            source.options[name] = {"env": ask_until(f"Environment variable that holds the {name}", "", _something)}
        else:
            source.put(f"{name}={ask_until(name, '', _something)}")
    worked: dict[str, Any] | None = None
    while True:
        try:
            found = _look(state, source, zone, as_is=False)
        except PluginError:
            raise
        except OpstuiError as error:
            say(f"\n{error}")
            if worked is not None:
                source.options = worked  # only the last change was wrong
                continue
            change = ask_until("Change an option, as in path=other.csv or columns.key=Number", "", _something)
        else:
            show(found, source.options)
            worked = deepcopy(source.options)
            change = ask("\nEnter takes this; or change a line, as in status=State (status= for: not in there)")
            if not change:
                return found
        try:
            source.put(change, loosely=True)
        except UsageError as error:
            say(f"  {error}")


def _something(text: str) -> str:
    if not text:
        raise UsageError("it needs an answer; Ctrl+C leaves, and nothing is written")
    return text


def _look(state: State, source: NewSource, zone: str, as_is: bool) -> Suggestion:
    """What the connector makes of the source.

    Raises:
        ConfigError, SourceError, PluginError: as ``services.sourcing.suggest``.
    """
    from opstui.services.sourcing import Draft, check, suggest

    draft = Draft(source.name or source.usual_name(), source.plugin.name, source.options, source.config_folder, zone)
    if as_is:
        check(draft, state.environ)
        return Suggestion(source.options, title=source.plugin.title)
    try:
        return suggest(draft, state.environ)
    except SourceError as error:
        raise type(error)(error.what, error.why, error.next_step or "--as-is writes it all the same.") from error


def _free(name: str, taken: set[str], replace: bool) -> str:
    """The name, if the source may have it.

    Raises:
        UsageError: no source can, or there is one of that name and nobody said to replace it.
    """
    if name in taken and not replace:
        step = "--name calls it something else, --replace writes over it."
        raise UsageError(f"there is a source {name!r} already", "", step)
    return checked_name(name)


def _ask_name(source: NewSource, taken: set[str], replace: bool) -> str:
    """Ask what it is called, and before it takes another one's place."""
    usual = source.name or free_name(source.usual_name(), taken)
    while True:
        name = ask_until("What is the source called", usual, checked_name)
        if name not in taken or replace or agree(f"There is a source {name!r} already. Write over it"):
            return name
        usual = free_name(name, taken)


def _write(state: State, source: NewSource, found: Suggestion, loaded: Loaded | None, zone: str, me: str) -> str:
    """Write it; ``written``, ``added`` or ``replaced``."""
    from opstui.config import write

    entry = {"name": source.name, "connector": source.plugin.name, "options": dict(found.options)}
    if loaded is not None:
        return write.put_source(state.config_path, entry)
    first: dict[str, Any] = {"day": {"timezone": zone}}
    if me:
        first["me"] = {"name": me}
    write.write_first(state.config_path, {**first, "sources": [entry]})
    return "written"


def _report(state: State, source: NewSource, found: Suggestion, done: str, as_json: bool) -> None:
    path = state.config_path
    if as_json:
        emit_json(
            {
                "path": path,
                "done": done,
                "source": source.name,
                "connector": source.plugin.name,
                "options": found.options,
                "guesses": found.guesses,
                "unused": found.unused,
                "notes": found.notes,
                "rows": found.rows,
                "next": NEXT,
            }
        )
    else:
        say("")
        out(str(path))
    said = {"written": "is written, with the", "added": "now has the", "replaced": "has a new"}[done]
    say(f"opstui: the config {said} source {source.name}.")
    say(f"  Next: {NEXT} pulls it, opstui queue ranks it, opstui opens the app.")


def _full_name() -> str:
    """The name this account is registered under, empty when that is no name of a person."""
    try:
        import pwd

        name = pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0].strip()
    except (ImportError, KeyError):  # Windows; an account without an entry
        return ""
    return name if " " in name else ""


COMMANDS = {"init": init}
