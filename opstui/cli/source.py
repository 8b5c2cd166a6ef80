"""``opstui source``: how sources are, and what is done with one besides reading it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.group import Group
from opstui.cli.output import PARTLY, emit_json, json_option, table
from opstui.cli.receipts import NOT_DONE, report
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import span
from opstui.errors import OpstuiError, UsageError

if TYPE_CHECKING:
    from opstui.domain.views import Receipt, SourceState

MANY_LINES = 200
"""The last lines of a log that anybody reads."""


@click.group("source", cls=Group)
def source() -> None:
    """Sources: list, test, log, pause, resume, forget."""


@source.command("list")
@json_option
@click.pass_obj
def listed(state: State, as_json: bool) -> None:
    """Every source: how it is, how old, when it is read next, its credential, and what waits for it."""
    desk = state.desk
    found, now, zone = desk.sources(), desk.now(), desk.zone()
    if as_json:
        emit_json([_document(one, now) for one in found], zone)
        return
    table([("SOURCE", "STATE", "AGE", "NEXT", "ITEMS", "REFUSED", "WAITING", "CREDENTIAL"), *(_row(one, now) for one in found)])
    for one in found:
        if one.what:
            what = one.what.removeprefix(f"{one.name}: ")
            say(f"{one.name}: {': '.join(part for part in (what, one.why) if part)}")
            if one.next_step:
                say(f"  {one.next_step}")


@source.command("test")
@click.argument("names", nargs=-1, metavar="[NAME…]", shell_complete=complete.sources)
@json_option
@click.pass_context
def test(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Try sources, all or those named, without pulling them: address, credential, rights.

    Exit 3 when some cannot be used, 1 when none can.
    """
    from opstui.services.once import chosen
    from opstui.services.plugins import check_source, keep_usage

    found = []
    station = ctx.obj.station()
    with station.store as store:
        for one in chosen(station, names):
            tried = check_source(station, one)
            keep_usage(store, tried)
            found.append(tried)
            if not as_json:
                out(f"{tried.source}: {'ok' if tried.ok else tried.state}: {tried.text}")
                if tried.next_step:
                    say(f"  {tried.next_step}")
    if as_json:
        emit_json(found)
    failed = [one for one in found if not one.ok]
    if failed:
        ctx.exit(NOT_DONE if len(failed) == len(found) else PARTLY)


@source.command("log")
@click.argument("name", shell_complete=complete.sources)
@click.pass_obj
def log(state: State, name: str) -> None:
    """What a source's connector printed during its last run, and warned of."""
    from opstui.config import paths
    from opstui.domain.text import clean
    from opstui.services.health import log_path

    known = [one.name for one in state.desk.sources()]
    if name not in known:
        why = f"there are {', '.join(known)}" if known else "none is configured"
        raise UsageError(f"no source {name!r}", why, "Run: opstui source list")
    path = log_path(paths.data_dir(state.data_dir, state.environ), name)
    try:
        said = path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        say(f"opstui: the connector of {name} printed nothing during its last run")
        return
    lines = clean(said).splitlines()
    for line in lines[-MANY_LINES:]:
        out(line)
    if len(lines) > MANY_LINES:
        say(f"opstui: the last {MANY_LINES} lines of {path}")


@source.command("pause")
@click.argument("names", nargs=-1, required=True, metavar="NAME…", shell_complete=complete.sources)
@json_option
@click.pass_context
def pause(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Neither pull sources nor write to them, until they are resumed; what is to be written waits.

    An engine that runs follows within a second. Pausing is written down; the config stays as it is.
    """
    _each(ctx, names, ctx.obj.desk.pause, as_json)


@source.command("resume")
@click.argument("names", nargs=-1, required=True, metavar="NAME…", shell_complete=complete.paused_sources)
@json_option
@click.pass_context
def resume(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Pull paused sources again, and send what has waited for them."""
    _each(ctx, names, ctx.obj.desk.resume, as_json)


@source.command("forget")
@click.argument("name", shell_complete=complete.gone_sources)
@json_option
@click.pass_context
def forget(ctx: click.Context, name: str, as_json: bool) -> None:
    """Close the items of a source that the config no longer has.

    What was decided and written on them stays. The source brings them back when it is put back under its name.
    """
    report(ctx, ctx.obj.desk.forget_source(name), as_json)


def _each(ctx: click.Context, names: tuple[str, ...], do: Callable[[str], Receipt], as_json: bool) -> None:
    """Do it with each; one that cannot be does not keep the others from it."""
    done, refused = [], []
    for name in dict.fromkeys(names):
        try:
            receipt = do(name)
        except OpstuiError as error:
            refused.append({"source": name, "why": error.why, "next_step": error.next_step})
            say(f"opstui: {error.what}: {error.why}")
            say(f"  {error.next_step}")
            continue
        done.append(name)
        if not as_json:
            out(receipt.summary)
    if as_json:
        emit_json({"sources": done, "refused": refused})
    if refused:
        ctx.exit(PARTLY if done else NOT_DONE)


def _document(one: SourceState, now: datetime) -> dict[str, Any]:
    quota = {"left": one.quota_left, "limit": one.quota_limit, "reset": one.quota_reset}
    return {
        "name": one.name,
        "connector": one.connector,
        "state": one.state,
        "required": one.required,
        "last_ok": one.last_ok,
        "age_s": None if one.last_ok is None else int((now - one.last_ok).total_seconds()),
        "last_try": one.last_try,
        "next_due": one.next_due,
        "paused": one.paused,
        "items": one.items,
        "refused": one.refused,
        "calls": one.calls,
        "quota": None if one.quota_left is None else quota,
        "expires": one.expires,
        "account": one.account,
        "verbs": one.verbs,
        "failures": one.failures,
        "waiting": one.waiting,
        "stuck": one.stuck,
        "what": one.what,
        "why": one.why,
        "next_step": one.next_step,
    }


def _row(one: SourceState, now: datetime) -> tuple[str, ...]:
    waiting = ", ".join([*([f"{one.waiting}"] if one.waiting else []), *([f"{one.stuck} stuck"] if one.stuck else [])])
    return (
        one.name,
        one.state,
        span((now - one.last_ok).total_seconds()) if one.last_ok else "-",
        _ahead(one.next_due, now) if one.state not in ("paused", "gone") else "-",
        str(one.items),
        str(one.refused),
        waiting or "-",
        _credential(one, now),
    )


def _ahead(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "-"
    return f"in {span((at - now).total_seconds())}" if at > now else "now"


def _credential(one: SourceState, now: datetime) -> str:
    if one.expires is None:
        return one.account or "-"
    ends = f"ends in {span((one.expires - now).total_seconds())}" if one.expires > now else "has ended"
    return f"{one.account} {ends}".strip()


COMMANDS = {"source": source}
