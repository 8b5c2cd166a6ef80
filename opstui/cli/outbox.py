"""``opstui outbox`` and ``readonly``: what is on its way to the trackers, what came back, and the ways out."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from opstui.cli import complete
from opstui.cli.given import text_of
from opstui.cli.group import Group
from opstui.cli.output import PARTLY, cut, emit_json, json_option, plain, table
from opstui.cli.receipts import NOT_DONE, document, narrate, report
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import moment, plural
from opstui.domain.outbox import OPEN, SETS, STUCK, field_words, wanted, words
from opstui.domain.outbox import State as Stands
from opstui.errors import OpstuiError, Refused

if TYPE_CHECKING:
    from opstui.domain.views import Outgoing, Receipt
    from opstui.services.desk import Desk

HEADING = ("id", "state", "item", "change", "by", "made", "sent at", "what became of it")
NARROW, ROOMY = (0, 1, 2, 3, 6, 7), 110
"""The columns on a terminal that is not ``ROOMY``; ``outbox show`` tells the rest."""

_all = click.option("--all", "every", is_flag=True, help="With those that are over: sent and cancelled.")
_limit = click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
_ids = click.argument("ids", nargs=-1, required=True, type=int, metavar="ID…", shell_complete=complete.outgoing)


@click.group("outbox", cls=Group, invoke_without_command=True)
@_all
@_limit
@json_option
@click.pass_context
def outbox(ctx: click.Context, every: bool, limit: int, as_json: bool) -> None:
    """Changes on their way to the trackers, and those that came back; alone: its list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed, every=every, limit=limit, as_json=as_json)
        return
    for param in ctx.command.params:
        if param.name and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{param.opts[-1]} stands behind {ctx.invoked_subcommand}, not before it", ctx)


@outbox.command("list")
@_all
@_limit
@json_option
@click.pass_obj
def listed(state: State, every: bool, limit: int, as_json: bool) -> None:
    """The changes, the youngest first."""
    desk = state.desk
    found = desk.outbox(tuple(Stands) if every else (), limit)
    if as_json:
        emit_json([_record(one) for one in found], desk.zone())
        return
    if not found:
        say("nothing is on its way" if not every else "nothing was ever sent")
        return
    now, zone = desk.now(), desk.zone()
    rows = [HEADING, *(_line(one, desk, now, zone) for one in found)]
    if sys.stdout is not None and sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        shown = range(len(HEADING)) if columns >= ROOMY else NARROW
        rows = [tuple(cut(row[n], columns // 3) if n == 3 else row[n] for n in shown) for row in rows]
    table(rows, grow=(len(rows[0]) - 1, 3, 2), right=(0,))
    if desk.readonly():
        say("read-only: nothing is sent; opstui readonly off ends that")
    waiting = {one.source for one in found if one.state in OPEN}
    for name in sorted(waiting.intersection(one.name for one in desk.sources() if one.paused)):
        say(f"{name} is paused: nothing is sent to it; opstui source resume {name} ends that")


@outbox.command("show")
@click.argument("id", type=int, shell_complete=complete.outgoing)
@json_option
@click.pass_obj
def show(state: State, id: int, as_json: bool) -> None:
    """One change: what it sets, what stood there, what stands there now, and what can be done."""
    desk = state.desk
    one = _found(desk, id)
    if as_json:
        emit_json(_record(one), desk.zone())
        return
    now, zone = desk.now(), desk.zone()
    out(f"{one.id}  {change_words(one)}  {one.ref or one.source}")
    facts = {
        "state": one.state + (", nobody knows whether it arrived" if one.doubt else ""),
        "made": f"{moment(one.at, now, zone)} by {one.who}",
        "next try": moment(one.due, now, zone) if one.state == Stands.PENDING and one.attempts else "",
        "sent at": moment(one.due, now, zone) if one.state == Stands.PENDING and not one.attempts else "",
        "tries": str(one.attempts or ""),
        "came back" if one.state in STUCK else "over": moment(one.settled, now, zone) if one.settled else "",
        "what": one.what,
        "why": one.why,
        "next": ". ".join(
            part for part in (one.next_step.rstrip("."), _NEXT.get(one.state, "").replace("ID", str(one.id))) if part
        ),
        "takes back": str(one.undoes or ""),
    }
    if one.verb in SETS:
        facts |= {"before": field_words(one.verb, one.base)}
        facts |= {"yours": field_words(one.verb, wanted(one.verb, one.value, one.base))}
        facts |= {"theirs": field_words(one.verb, one.theirs)} if one.state == Stands.CONFLICT else {}
    table([(name, value) for name, value in facts.items() if value], indent="  ")


@outbox.command("retry")
@_ids
@json_option
@click.pass_context
def retry(ctx: click.Context, ids: tuple[int, ...], as_json: bool) -> None:
    """Send failed changes again; those that wait for their next try at once."""
    _each(ctx, ids, ctx.obj.desk.retry, as_json)


@outbox.command("drop")
@_ids
@json_option
@click.pass_context
def drop(ctx: click.Context, ids: tuple[int, ...], as_json: bool) -> None:
    """Give changes up: what their source says stands."""
    _each(ctx, ids, ctx.obj.desk.drop, as_json)


@outbox.command("mine")
@_ids
@json_option
@click.pass_context
def mine(ctx: click.Context, ids: tuple[int, ...], as_json: bool) -> None:
    """Settle conflicts your way: send the changes over what stands there now."""
    _each(ctx, ids, ctx.obj.desk.mine, as_json)


@outbox.command("edit")
@click.argument("id", type=int, shell_complete=complete.outgoing)
@click.argument("value")
@json_option
@click.pass_context
def edit(ctx: click.Context, id: int, value: str, as_json: bool) -> None:
    """Put another value in the place of a change: a name, level, status, date, text, all the labels; - for stdin."""
    receipt = ctx.obj.desk.edit(id, text_of(value))
    report(ctx, receipt, as_json, id=receipt.id)


@outbox.command("release")
@click.argument("ids", nargs=-1, type=int, metavar="[ID…]", shell_complete=complete.outgoing)
@click.option("--drop", "away", is_flag=True, help="Give them up instead.")
@json_option
@click.pass_context
def release(ctx: click.Context, ids: tuple[int, ...], away: bool, as_json: bool) -> None:
    """Let changes made while read-only go, all of them or those named."""
    desk = ctx.obj.desk
    receipt = (desk.drop_parked if away else desk.release_parked)(ids or None)
    if not receipt.group and not receipt.refused:
        say("nothing is parked")
    report(ctx, receipt, as_json)


@click.command("readonly")
@click.argument("switch", required=False, type=click.Choice(["on", "off"]))
@json_option
@click.pass_obj
def readonly(state: State, switch: str | None, as_json: bool) -> None:
    """Whether anything is sent to the trackers; on and off turn the switch for every opstui on this store."""
    desk = state.desk
    if switch:
        desk.set_readonly(switch == "on")
    now = desk.readonly()
    if as_json:
        emit_json({"readonly": now})
    else:
        out("read-only: nothing is sent" if now else "changes are sent")
    parked = sum(states.get(Stands.PARKED, 0) for states in desk.outbox_counts().values())
    if parked and not now:
        still = f"{plural(parked, 'change')} made while read-only {'is' if parked == 1 else 'are'} still parked"
        say(f"opstui: {still}: opstui outbox release, or release --drop")


def _each(ctx: click.Context, ids: Sequence[int], do: Callable[[int], Receipt], as_json: bool) -> None:
    """The same for several changes, an action each; what cannot be done is told, the rest goes through."""
    done: list[Receipt] = []
    for id in dict.fromkeys(ids):
        try:
            done.append(do(id))
        except OpstuiError as error:
            if len(ids) == 1:
                raise
            say(f"opstui: {error}")
    if as_json:
        emit_json([document(one) for one in done])
    else:
        for one in done:
            out(one.summary)
    narrate(ctx.obj.desk, done)
    if len(done) < len(set(ids)):
        ctx.exit(PARTLY if done else NOT_DONE)


_NEXT: dict[str, str] = {
    Stands.CONFLICT: "opstui outbox mine ID sends yours, drop ID keeps theirs, edit ID VALUE sends another one.",
    Stands.FAILED: "opstui outbox retry ID, drop ID, or edit ID VALUE.",
    Stands.PARKED: "opstui outbox release ID, or drop ID.",
}


def change_words(one: Outgoing) -> str:
    """What a change does, in a few words."""
    said = words(one.verb, one.value)
    return f"takes back: {said}" if one.undoes and one.verb not in SETS else said


def _found(desk: Desk, id: int) -> Outgoing:
    one = desk.outgoing(id)
    if one is None:
        raise Refused(f"no change {id} in the outbox", "", "opstui outbox --all lists them.")
    return one


def _record(one: Outgoing) -> dict[str, Any]:
    """A change as the contract has it."""
    found: dict[str, Any] = plain(one._replace(ref=one.ref or None))  # type: ignore[arg-type]
    return {name: value for name, value in found.items() if name not in ("item", "doubt")} | {"in_doubt": one.doubt}


def _line(one: Outgoing, desk: Desk, now: Any, zone: Any) -> tuple[str, ...]:
    became = one.what or one.why
    if one.state == Stands.CONFLICT and one.verb in SETS:
        became = f"it is {field_words(one.verb, one.theirs)} there now"
    tail = f" (opstui outbox show {one.id})" if one.state in STUCK else ""
    state = one.state + ("?" if one.doubt else "")
    when = {Stands.PENDING: one.due, Stands.SENT: one.settled}.get(Stands(one.state))
    return (
        str(one.id),
        state,
        one.ref or one.source,
        change_words(one),
        one.who,
        moment(one.at, now, zone),
        moment(when, now, zone) if when else "",
        became + tail,
    )


COMMANDS = {"outbox": outbox, "readonly": readonly}
