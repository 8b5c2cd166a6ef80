"""``opstui config``: where settings are, what is wrong with them, and who said so."""

from __future__ import annotations

import click

from opstui.cli.group import Group
from opstui.cli.output import emit_json, json_option, table
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.config.load import Loaded, inspect
from opstui.config.paths import is_there
from opstui.errors import ConfigError


def _loaded(state: State) -> Loaded:
    """The configuration with its mistakes listed instead of raised."""
    return inspect(state.config_or_none, environ=state.environ, flags=state.overrides)


@click.group("config", cls=Group)
def config() -> None:
    """Settings: check, show, explain, schema, path."""


@config.command("path")
@json_option
@click.pass_obj
def path(state: State, as_json: bool) -> None:
    """Where the config file is, or would be."""
    if as_json:
        emit_json({"path": state.config_path, "exists": is_there(state.config_path)})
    else:
        out(str(state.config_path))


@config.command("check")
@json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Everything that is wrong or doubtful; exit 2 when something is wrong.

    Each source's options are checked by its connector, in a process of its own; no source is contacted.
    """
    from opstui.services import sops
    from opstui.services.sourcing import look_over

    state: State = ctx.obj
    loaded = _loaded(state)
    findings = (*loaded.findings, *sops.look_over(loaded), *look_over(loaded, state.environ))
    if as_json:
        emit_json(findings)
    elif findings:
        for finding in findings:
            out(f"{finding.severity}: {finding}")
    else:
        out(f"no findings ({', '.join(map(str, loaded.files)) or 'no file: the defaults'})")
    if any(finding.severity == "error" for finding in findings):
        ctx.exit(ConfigError.exit_code)


@config.command("show")
@click.option("--all", "everything", is_flag=True, help="Defaults too.")
@json_option
@click.pass_obj
def show(state: State, everything: bool, as_json: bool) -> None:
    """What is in force and where it came from; without --all only what somebody set."""
    found = _loaded(state).keys()
    keys = [one for one in found if everything or one.where != "default"]
    if as_json:
        emit_json([{"key": one.key, "value": one.value, "where": one.where} for one in keys])
        return
    if not keys:
        say("nothing is set: every value is the default (--all shows them)")
    table([(one.key, _short(one.value), one.where) for one in keys], grow=1)


@config.command("explain")
@click.argument("key")
@json_option
@click.pass_obj
def explain(state: State, key: str, as_json: bool) -> None:
    """A key's value, where it came from, and what it overrode."""
    found = _loaded(state).explain(key)
    if as_json:
        emit_json(found)
        return
    out(f"{found.key} = {_short(found.value)}")
    out(f"  from {found.where}")
    for one in found.overrode:
        out(f"  over {_short(one.value)} from {one.where}")


@config.command("schema")
@click.option("--json", "_", is_flag=True, hidden=True, help="It is JSON anyway.")
def schema(_: bool) -> None:
    """The JSON Schema of the config file, for editors."""
    from opstui.config.schema import schema as made

    emit_json(made())


def _short(value: object) -> str:
    """A value on one line, as TOML writes it."""
    from opstui.config.toml import toml

    return toml(value) if value is not None else "(not set)"


COMMANDS = {"config": config}
