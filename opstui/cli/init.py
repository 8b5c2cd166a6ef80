"""``opstui init``: the first config, or one more source in it."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import replace as replaced
from typing import TYPE_CHECKING, Any

import click

from opstui.cli.ask import can_ask
from opstui.cli.interview import ask_name, ask_who, ask_zone, choose_connector, settle
from opstui.cli.newsource import NewSource, checked_name, known_zone, look, show, usable
from opstui.cli.output import emit_json, json_option
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.config.load import Loaded
    from opstui.connectors.api import Network, Suggestion

NEXT = "opstui sync"


@click.command("init")
@click.option(
    "--connector",
    metavar="NAME",
    help="Which connector reads it, as in csv, jira; with it and all that it needs, nothing is asked.",
)
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
    if connector is None and not can_ask():
        step = "opstui init --connector csv --option path=exports/tickets.csv"
        raise UsageError("init asks questions, and there is no terminal to ask at", "", f"Say it in one go: {step}")
    loaded = _existing(state)
    zone = _zone(state, loaded, timezone)
    try:
        plugin = choose_connector(state) if connector is None else usable(state, connector)
        source = NewSource(plugin, state.config_path.parent, name or "", network=_network(loaded))
        for text in given:
            source.put(text)
        asking = connector is None or (can_ask() and bool(source.missing()))
        taken = {one.name for one in loaded.settings.sources} if loaded else set()
        person = me or ""
        if asking:
            found = _settled(state, source, zone, taken, replace=replace, as_is=as_is)
            if loaded is None:
                zone = timezone or ask_zone(zone)
                person = person or ask_who()
    except KeyboardInterrupt:
        raise click.Abort from None  # which says that nothing was written
    if not asking:
        source.name = _free(source.name or source.usual_name(), taken, replace)
        found = look(state, source, zone, as_is=as_is)
        show(found, source.options)
        if found.missing:
            raise _incomplete(state, found, connector or "", given, name, timezone, me, replace)
    done = _write(state, source, found, loaded, zone, person)
    _report(state, source, found, done, as_json, untried=as_is or source.untried(state.environ))


def _settled(state: State, source: NewSource, zone: str, taken: Collection[str], *, replace: bool, as_is: bool) -> Suggestion:
    """What was agreed on with the person, under a name."""
    found = settle(state, source, zone, as_is=as_is)
    source.name = ask_name(source, taken, replace)
    for option in list(source.later):
        source.put_off(option)  # anew: it is kept under the name
        found = replaced(found, options={**found.options, option: source.options[option]})
    return found


def _incomplete(
    state: State,
    found: Suggestion,
    connector: str,
    given: tuple[str, ...],
    name: str | None,
    timezone: str | None,
    me: str | None,
    replace: bool,
) -> UsageError:
    """What is still to be said, as the command to run with a value that may do."""
    words = ["opstui"]
    for flag, path in (("--config", state.config), ("--data-dir", state.data_dir)):
        words += [flag, str(path)] if path else []
    words += ["init", "--connector", connector]
    for option in (*given, *(f"{key}={value}" for key, value in found.missing.items())):
        words += ["--option", option]
    for flag, value in (("--name", name), ("--timezone", timezone), ("--me", me)):
        words += [flag, value] if value else []
    words += ["--replace"] if replace else []
    said = " and ".join(f"which column is {key.partition('.')[2]}" if "." in key else key for key in found.missing)
    return UsageError("nothing is written yet", f"say {said}", f"Such as: {shlex.join(words)}")


def _existing(state: State) -> Loaded | None:
    """The config that is there, None when none is.

    Raises:
        ConfigError: it has mistakes, so nothing is added to it.
    """
    from opstui.config import load, paths

    if not paths.is_there(state.config_path):
        return None
    return load.load(state.config_path, environ=state.environ, flags=state.overrides)


def _network(loaded: Loaded | None) -> Network | None:
    """What the config there is says of the network."""
    from opstui.services.station import network

    return network(loaded.settings) if loaded else None


def _zone(state: State, loaded: Loaded | None, named: str | None) -> str:
    """The time zone in force, or the one that a first config gets.

    Raises:
        ConfigError: there is no zone of that name.
    """
    from opstui.config.zone import local_name

    if loaded is not None:
        return loaded.settings.day.timezone
    return known_zone(named or local_name(state.environ) or "UTC")


def _free(name: str, taken: set[str], replace: bool) -> str:
    """The name, if the source may have it.

    Raises:
        UsageError: no source can, or there is one of that name and nobody said to replace it.
    """
    if name in taken and not replace:
        step = "--name calls it something else, --replace writes over it."
        raise UsageError(f"there is a source {name!r} already", "", step)
    return checked_name(name)


def _write(state: State, source: NewSource, found: Suggestion, loaded: Loaded | None, zone: str, me: str) -> str:
    """Write it; ``written``, ``added`` or ``replaced``."""
    from opstui.config import write

    entry = {"name": source.name, "connector": source.plugin.name, "options": dict(found.options)}
    if loaded is not None:
        return write.put_source(state.config_path, entry, source.spare())
    first: dict[str, Any] = {"day": {"timezone": zone}}
    if me:
        first["me"] = {"name": me}
    write.write_first(state.config_path, {**first, "sources": [entry]}, spare=source.spare())
    return "written"


def _report(state: State, source: NewSource, found: Suggestion, done: str, as_json: bool, *, untried: bool) -> None:
    path = state.config_path
    kept = [one for one in found.options.values() if isinstance(one, dict) and one.keys() & {"keyring", "file"}]
    auth = f"opstui auth {source.name}" if untried and kept else ""  # what is only referred to is not there yet
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
                "next": auth or NEXT,
            }
        )
    else:
        say("")
        out(str(path))
    said = {"written": "is written, with the", "added": "now has the", "replaced": "has a new"}[done]
    say(f"opstui: the config {said} source {source.name}.")
    first = f"{auth} takes its secret, " if auth else ""
    say(f"  Next: {first}{NEXT} pulls it, opstui queue ranks it, opstui opens the app.")


COMMANDS = {"init": init}
