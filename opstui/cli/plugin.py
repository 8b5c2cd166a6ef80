"""``opstui plugin``: which connectors are there and whether they work."""

from __future__ import annotations

import click

from opstui.cli.group import Group
from opstui.cli.output import emit_json, json_option, table
from opstui.cli.state import State
from opstui.cli.streams import out, say


@click.group("plugin", cls=Group)
def plugin() -> None:
    """Connectors: list, check."""


@plugin.command("list")
@json_option
@click.pass_obj
def listed(state: State, as_json: bool) -> None:
    """Every installed connector; a broken one with its reason."""
    from opstui.services.plugins import list_plugins

    found = list_plugins(state.plugin_environ())
    if as_json:
        emit_json(found)
        return
    table([(one.name, one.version, "ok" if one.ok else "broken", one.title or one.reason) for one in found])


@plugin.command("check")
@click.argument("name")
@json_option
@click.pass_context
def check(ctx: click.Context, name: str, as_json: bool) -> None:
    """One connector: does it load, and which options does it take."""
    from opstui.services.plugins import check_plugin

    found = check_plugin(name, ctx.obj.plugin_environ())
    if as_json:
        emit_json(found)
    else:
        out(f"{found.name} {found.version} ({found.distribution}): {'ok' if found.ok else found.reason}")
        if found.next_step:
            say(found.next_step)
        table(
            [(one.name, one.type, "required" if one.required else "", one.help) for one in found.options], indent="  ", grow=3
        )
    if not found.ok:
        ctx.exit(1)


COMMANDS = {"plugin": plugin}
