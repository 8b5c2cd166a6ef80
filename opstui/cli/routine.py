"""``opstui routine``: the checklists of the day, ticked, signed and waived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.group import Group
from opstui.cli.output import emit_json, json_option, rfc3339, table
from opstui.cli.receipts import report
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import clock_time, moment, span
from opstui.domain.roundhistory import Outcome
from opstui.domain.rounds import State as Stands

if TYPE_CHECKING:
    from opstui.domain.rounds import Standing
    from opstui.services.desk import Desk

HEADING = ("due", "routine", "steps", "state", "owner")

_name = click.argument("name", metavar="NAME", shell_complete=complete.routines)
_step = click.argument("step", metavar="STEP")
_reason = click.option("--reason", required=True, help="Why.")


@click.group("routine", cls=Group)
def routine() -> None:
    """Checklists that come again. NAME is a routine's, or the beginning of it: today's round; NAME@2026-11-20 another day's.

    STEP is its number, or words of it.
    """


@routine.command("list")
@json_option
@click.pass_obj
def listed(state: State, as_json: bool) -> None:
    """Today's, by the time they are due; before them what was missed on other days and is not ended."""
    desk = state.desk
    found = (*desk.routines.missed(), *desk.routines.today())
    if as_json:
        emit_json([record(one, desk) for one in found], desk.zone())
        return
    if not found:
        known = desk.routines.all
        say("no routine is due today" if known else "the config has no routine: [[routines]] adds one")
        return
    today = desk.routines.day
    rows = [HEADING]
    for one in found:
        day = "" if one.round.day == today else f"{one.round.day:%a} {one.round.day.day} {one.round.day:%b} "
        done = f"{one.round.done} of {len(one.round.steps)}"
        due = f"{day}{clock_time(one.due, desk.zone())}"
        rows.append((due, one.routine.name, done, state_words(one, desk), one.routine.owner))
    table(rows, grow=(1, 4))


@routine.command("show")
@_name
@json_option
@click.pass_obj
def show(state: State, name: str, as_json: bool) -> None:
    """One round: each step, who ticked it when, and what was read or remarked."""
    desk = state.desk
    one = desk.routines.round(name)
    if as_json:
        emit_json(record(one, desk), desk.zone())
        return
    now, zone = desk.now(), desk.zone()
    out(f"{one.round.routine}  {one.round.day:%a} {one.round.day.day} {one.round.day:%b}  {state_words(one, desk)}")
    rows = []
    for n, step in enumerate(one.round.steps, 1):
        mark = "-" if step.skipped else "x" if step.over else " "
        said = f"skipped: {step.skipped}" if step.skipped else step.note or (f"({step.needs})" if step.needs else "")
        rows.append((str(n), f"[{mark}]", step.text, said, step.who, moment(step.done_at, now, zone)))
    table(rows, indent="  ", right=(0,), grow=(2, 3))
    if one.to_sign and one.round.sign:
        say(f'all steps are over: opstui routine sign "{one.round.name}"')


@routine.command("tick")
@_name
@_step
@click.option("--note", default="", help="The reading or remark; a step that takes a number needs one.")
@json_option
@click.pass_context
def tick(ctx: click.Context, name: str, step: str, note: str, as_json: bool) -> None:
    """A step is done."""
    report(ctx, ctx.obj.desk.routines.tick(name, step, note), as_json)


@routine.command("untick")
@_name
@_step
@json_option
@click.pass_context
def untick(ctx: click.Context, name: str, step: str, as_json: bool) -> None:
    """A step is to be done after all; a signature falls with it."""
    report(ctx, ctx.obj.desk.routines.untick(name, step), as_json)


@routine.command("skip")
@_name
@_step
@_reason
@json_option
@click.pass_context
def skip(ctx: click.Context, name: str, step: str, reason: str, as_json: bool) -> None:
    """A step is left out, for a reason."""
    report(ctx, ctx.obj.desk.routines.skip(name, step, reason), as_json)


@routine.command("sign")
@_name
@json_option
@click.pass_context
def sign(ctx: click.Context, name: str, as_json: bool) -> None:
    """Stand for a round whose steps are all over."""
    report(ctx, ctx.obj.desk.routines.sign(name), as_json)


@routine.command("waive")
@_name
@_reason
@json_option
@click.pass_context
def waive(ctx: click.Context, name: str, reason: str, as_json: bool) -> None:
    """Give a round up for this time, for a reason."""
    report(ctx, ctx.obj.desk.routines.waive(name, reason), as_json)


@routine.command("history")
@_name
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far back.")
@json_option
@click.pass_obj
def history(state: State, name: str, days: int, as_json: bool) -> None:
    """What became of it day by day, and how much was kept in time."""
    desk = state.desk
    found = desk.routines.history(name, days)
    if as_json:
        told = [
            {
                "day": day.isoformat(),
                "outcome": outcome,
                "done": round.done if round else 0,
                "waived": round.waived if round else "",
            }
            for day, outcome, round in found.days
        ]
        emit_json({"routine": found.routine, "kept_percent": found.kept, "days": told})
        return
    if not found.days:
        say(f"nothing is known of {found.routine} yet")
        return
    rows = []
    for day, outcome, round in found.days:
        left = "; ".join(round.missing) if round and outcome is Outcome.MISSED else round.waived if round else ""
        rows.append((f"{day:%a} {day.day} {day:%b}", outcome.value, left))
    table(rows, grow=2)
    if found.kept is not None:
        counts = ", ".join(f"{found.count(one)} {one}" for one in Outcome if found.count(one))
        say(f"{found.kept} % kept in time: {counts}")


def state_words(one: Standing, desk: Desk) -> str:
    """``due in 25m``, ``late 10m``, ``missed``, ``to sign``, ``signed by Ana Ruiz``."""
    now, round = desk.now(), one.round
    if one.state is Stands.WAIVED:
        return f"waived: {round.waived}"
    if one.state is Stands.SIGNED:
        return f"signed by {round.signed_by}"
    if one.over:
        return one.state.value
    left = int((one.due - now).total_seconds())
    words = f"due in {span(left)}" if left > 0 else "missed" if one.state is Stands.MISSED else f"late {span(-left)}"
    return f"{words}, to sign" if one.to_sign else words


def record(one: Standing, desk: Desk) -> dict[str, Any]:
    """A round as the contract has it."""
    zone, round = desk.zone(), one.round
    return {
        "name": round.name,
        "routine": round.routine,
        "day": round.day.isoformat(),
        "owner": one.routine.owner or None,
        "state": one.state,
        "due": rfc3339(one.due, zone),
        "missed_from": rfc3339(one.deadline, zone),
        "done": round.done,
        "total": len(round.steps),
        "sign": round.sign,
        "signed_by": round.signed_by or None,
        "signed_at": rfc3339(round.signed_at, zone),
        "waived": round.waived or None,
        "steps": [
            {
                "n": n,
                "text": step.text,
                "needs": step.needs or None,
                "done_at": rfc3339(step.done_at, zone),
                "who": step.who or None,
                "note": step.note or None,
                "skipped": step.skipped or None,
            }
            for n, step in enumerate(round.steps, 1)
        ],
    }


COMMANDS = {"routine": routine}
