"""``opstui export``, ``import``, ``backup`` and ``restore``: what the user owns, out and back in."""

from __future__ import annotations

from pathlib import Path

import click

from opstui.cli.output import PARTLY, emit_json, json_option, table
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import plural


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@json_option
@click.pass_obj
def export(state: State, folder: Path, as_json: bool) -> None:
    """Write every user-owned record to FOLDER as JSON Lines, CSV and Markdown."""
    counts = state.workspace.export(folder)
    if as_json:
        emit_json(counts)
    else:
        table([(kind, str(count)) for kind, count in counts.items()], right=(1,))


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@json_option
@click.pass_context
def bring_in(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Read an export back in; what is here already stays as it is."""
    brought = ctx.obj.workspace.bring_in(folder)
    if as_json:
        emit_json(brought)
    else:
        table([(kind, f"{n} added", f"{brought.same.get(kind, 0)} here already") for kind, n in brought.added.items()])
    for where, why in brought.refused:
        say(f"opstui: {where}: {why}")
    if brought.refused:
        ctx.exit(PARTLY)


@click.command("backup")
@json_option
@click.pass_obj
def backup(state: State, as_json: bool) -> None:
    """Copy the store into its backups folder now; the daily copies are made by the engine."""
    from opstui.store import backup as copies

    path = copies.backup(state.workspace.store, keep=state.workspace.settings.backup.keep)
    if as_json:
        emit_json({"path": str(path)})
    else:
        out(str(path))


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def restore(state: State, file: Path, as_json: bool) -> None:
    """Put a backup in the store's place; the store it replaces is kept beside it."""
    from opstui.config.paths import data_dir
    from opstui.store import backup as copies
    from opstui.store.db import STORE

    kept, parked = copies.restore(file, data_dir(state.data_dir, state.environ) / STORE)
    if as_json:
        emit_json({"restored": str(file), "kept": str(kept) if kept else None, "parked": parked})
    else:
        out(f"restored {file}" + (f"; the store it replaced is {kept}" if kept else ""))
    if parked:
        say(f"opstui: {plural(parked, 'change')} that may have been sent since {'is' if parked == 1 else 'are'} parked")
        say("  opstui outbox lists them; opstui outbox release has them looked for and sent, release --drop gives them up")


COMMANDS = {"export": export, "import": bring_in, "backup": backup, "restore": restore}
