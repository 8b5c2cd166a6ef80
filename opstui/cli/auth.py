"""``opstui auth``: take a source's secret, try it, and keep it where no other program reads it."""

from __future__ import annotations

import sys
import warnings
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from opstui.cli import complete
from opstui.cli.ask import can_ask
from opstui.cli.output import PARTLY, emit_json, json_option
from opstui.cli.receipts import NOT_DONE
from opstui.cli.state import State
from opstui.cli.streams import fitted, out, say
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.config.settings import Source
    from opstui.services.credentials import Credential
    from opstui.services.plugins import Checked
    from opstui.services.station import Station

LONGEST = 8192
"""Characters: a private key is shorter."""


@click.command("auth")
@click.argument("name", metavar="SOURCE", shell_complete=complete.sources)
@click.option("--option", metavar="NAME", default="", help="Which of its secrets, where it takes several.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the secret from stdin instead of asking for it.")
@click.option(
    "--to", type=click.Choice(["keyring", "file"]), help="Keep it there from now on; the config is changed to say so."
)
@click.option("--expires", metavar="DATE", help="When it ends, as in 2026-12-24: you are told two weeks ahead.")
@click.option("--unchecked", is_flag=True, help="Keep it without trying it first.")
@json_option
@click.pass_context
def auth(
    ctx: click.Context,
    name: str,
    option: str,
    from_stdin: bool,
    to: str | None,
    expires: str | None,
    unchecked: bool,
    as_json: bool,
) -> None:
    """Take a source's secret, try it, and keep it: in the keyring, or in a private file beside the config.

    A secret that the source refuses is not kept, and the one before stays. One that comes from the environment or from
    a command is only tried. Exit 1 when it was refused, 3 when it was kept and the source could not be asked.
    """
    from opstui.services import credentials

    state: State = ctx.obj
    ends = _end(expires)
    station = state.station()
    with station.store:
        found = credentials.credential(_source(station, name), station.worker_environ(), option)
        kind = found.reference.kind if found.reference else ""
        if kind in ("env", "command") and not to and not from_stdin:
            ctx.exit(_only_tried(station, found, as_json))
        place = credentials.placed(found, to or "", state.config_path)
        value = _asked(f"{found.option} of {name}", from_stdin)
        answer = None if unchecked else credentials.tried(station, place, value)
        if answer is not None and answer.state == "refused":
            ctx.exit(_told(place, answer, kept=False, as_json=as_json))
        credentials.keep(station, place, value, state.config_path)
        credentials.renewed(station, place, answer, ends)
        old = found.reference if found.reference != place.reference and kind == "file" else None
    if old is not None:
        say(f"opstui: the old one is still in {old.name}; remove that file")
    ctx.exit(_told(place, answer, kept=True, as_json=as_json, config=state.config_path if place.written else None))


def _source(station: Station, name: str) -> Source:
    found = next((one for one in station.settings.sources if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in station.settings.sources) or "none"
        raise UsageError(f"there is no source {name!r}", f"the config has {known}", "opstui init adds one.")
    return found


def _end(text: str | None) -> datetime | None:
    """The last moment of the day named.

    Raises:
        UsageError: it is no date.
    """
    if text is None:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59, 59), UTC)
    except ValueError:
        raise UsageError(f"--expires {text}", "it is no date", "Write it as 2026-12-24") from None


def _asked(what: str, from_stdin: bool) -> str:
    """The secret, from a terminal that does not show it, or from stdin.

    Raises:
        UsageError: there is no terminal to ask at, or what came is no secret.
    """
    if from_stdin:
        text = sys.stdin.read(LONGEST + 2).strip("\r\n")
    elif can_ask():
        from getpass import GetPassWarning, getpass

        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            try:
                text = getpass(f"{what} (it is not shown): ", sys.stderr).strip()
            except GetPassWarning:
                why, step = "this terminal would show it", "Give it on stdin: opstui auth SOURCE --stdin"
                raise UsageError("the secret was not asked for", why, step) from None
            except EOFError:
                raise click.Abort from None
    else:
        step = "Give it on stdin: opstui auth SOURCE --stdin < FILE"
        raise UsageError("auth asks for a secret, and there is no terminal to ask at", "", step)
    if not text or len(text) > LONGEST or not text.isprintable():
        why = "it is empty" if not text else "it is too long" if len(text) > LONGEST else "it is more than one line of text"
        raise UsageError("nothing was kept", why, "Give the secret alone, on one line")
    return text


def _only_tried(station: Station, found: Credential, as_json: bool) -> int:
    """A secret that comes from elsewhere: say from where, and whether the source takes it."""
    from opstui.services import credentials
    from opstui.services.plugins import keep_usage

    assert found.reference is not None
    answer = credentials.tried(station, found, None)
    keep_usage(station.store, answer)
    if answer.ok:
        credentials.go_on(station, found.source.name)
    if not as_json:
        say(f"opstui: the secret of {found.source.name} is {found.where}; it is changed there, not here")
        if found.reference.kind == "env":
            say(f"  Set it where opstui runs: export {found.reference.name}=…")
        say("  To have opstui keep it: --to keyring or --to file")
    return _told(found, answer, kept=None, as_json=as_json)


def _told(found: Credential, answer: Checked | None, *, kept: bool | None, as_json: bool, config: Path | None = None) -> int:
    """Say how it went; the exit code. ``kept`` is None where there was nothing to keep."""
    name = found.source.name
    said = answer.text if answer else "not tried"
    if as_json:
        emit_json(
            {
                "source": name,
                "option": found.option,
                "kept": kept,
                "where": found.where,
                "config": config,
                "ok": None if answer is None else answer.ok,
                "text": said,
                "next_step": answer.next_step if answer else "",
            }
        )
    else:
        out(fitted(f"{name}: {'' if answer is None or answer.ok else answer.state + ': '}{said}", sys.stdout))
        if answer is not None and answer.next_step and not answer.ok:
            say(f"  {answer.next_step}")
        if kept:
            say(f"opstui: {found.option} of {name} is kept in {found.where}")
            if config is not None:
                say(f"  {config} says so now")
        elif kept is False:
            say("opstui: it was not kept; what was there before stays. --unchecked keeps one that cannot be tried yet")
    if answer is None or answer.ok:
        return 0
    return PARTLY if kept else NOT_DONE


COMMANDS = {"auth": auth}
