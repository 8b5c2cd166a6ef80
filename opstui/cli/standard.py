"""``opstui standard`` and ``improvement``: how things are done, followed on items, and where that did not work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.group import Group
from opstui.cli.output import emit_json, json_option, plain, rfc3339, table
from opstui.cli.receipts import report
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import moment
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.domain.standards import Matched
    from opstui.services.desk import Desk

_ref = click.argument("ref", metavar="REF", shell_complete=complete.refs)
_step = click.argument("step", metavar="STEP")
_which = click.option("--standard", "name", default="", metavar="NAME", help="Which one, when the item is under several.")


@click.group("standard", cls=Group)
def standard() -> None:
    """Standard work: how a thing is done, for the items a rule names. STEP is its number, or words of it."""


@standard.command("list")
@json_option
@click.pass_obj
def listed(state: State, as_json: bool) -> None:
    """Every standard of the config, with the items it is for and where it stands."""
    desk = state.desk
    found = [desk.standards.show(one.name) for one in desk.standards.all]
    if as_json:
        emit_json([record(one, desk) for one in found], desk.zone())
        return
    if not found:
        say("the config has no standard: [[standards]] adds one")
        return
    rows = [("standard", "for", "steps", "where")]
    for one in found:
        where = str(one.standard.path or one.standard.url or "in the config")
        rows.append((one.standard.name, one.standard.when, str(len(one.followed.steps) or "–"), where))
    table(rows, grow=(1, 3), right=(2,))
    for one in found:
        if one.trouble:
            say(f"opstui: {one.standard.name}: {one.trouble}")


@standard.command("of")
@_ref
@json_option
@click.pass_obj
def of(state: State, ref: str, as_json: bool) -> None:
    """The standards an item is under, and what was followed of each."""
    desk = state.desk
    found = desk.standards.of(ref)
    if as_json:
        emit_json([record(one, desk) for one in found], desk.zone())
        return
    if not found:
        say(f"no standard is for {ref}")
    for one in found:
        _tell(one, desk)


@standard.command("show")
@click.argument("name", metavar="NAME")
@json_option
@click.pass_obj
def show(state: State, name: str, as_json: bool) -> None:
    """One standard with its steps and its text."""
    desk = state.desk
    one = desk.standards.show(name)
    if as_json:
        emit_json({**record(one, desk), "text": one.text}, desk.zone())
        return
    _tell(one, desk)
    if one.text:
        out("\n" + one.text)


@standard.command("tick")
@_ref
@_step
@_which
@click.option("--note", default="", help="A remark on it.")
@json_option
@click.pass_context
def tick(ctx: click.Context, ref: str, step: str, name: str, note: str, as_json: bool) -> None:
    """A step is done on an item."""
    desk = ctx.obj.desk
    report(ctx, desk.standards.tick(ref, _meant(desk, ref, name), step, note), as_json)


@standard.command("untick")
@_ref
@_step
@_which
@json_option
@click.pass_context
def untick(ctx: click.Context, ref: str, step: str, name: str, as_json: bool) -> None:
    """A step is to be done after all."""
    desk = ctx.obj.desk
    report(ctx, desk.standards.untick(ref, _meant(desk, ref, name), step), as_json)


@standard.command("deviate")
@_ref
@_step
@_which
@click.option("--why", required=True, help="Why it was not done as it stands: a note on the item, and an idea to improve it.")
@json_option
@click.pass_context
def deviate(ctx: click.Context, ref: str, step: str, name: str, why: str, as_json: bool) -> None:
    """A step was not done as it stands."""
    desk = ctx.obj.desk
    report(ctx, desk.standards.deviate(ref, _meant(desk, ref, name), step, why), as_json)


@click.group("improvement", cls=Group)
def improvement() -> None:
    """What should be done otherwise from now on."""


@improvement.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True)
@json_option
@click.pass_obj
def improvements(state: State, limit: int, as_json: bool) -> None:
    """Ideas, the youngest first."""
    desk = state.desk
    found = desk.standards.improvements(limit)
    if as_json:
        emit_json([{"uid": one.uid, **plain(one.what, desk.zone())} for one in found], desk.zone())
        return
    if not found:
        say("no idea is written down: opstui standard deviate makes one of a step that was left")
        return
    now, zone = desk.now(), desk.zone()
    rows = [("when", "problem", "standard", "step", "item", "by", "state")]
    for one in found:
        idea = one.what
        rows.append((moment(one.at, now, zone), idea.problem, idea.standard, idea.step, idea.ref, idea.who, idea.state))
    table(rows, grow=(1, 3, 2))


def _meant(desk: Desk, ref: str, name: str) -> str:
    """The standard named, or the only one that the item is under.

    Raises:
        UsageError: there are several, or none.
    """
    if name:
        return name
    found = desk.standards.of(ref)
    if len(found) == 1:
        return found[0].standard.name
    names = ", ".join(one.standard.name for one in found)
    if found:
        raise UsageError(f"{ref} is under {len(found)} standards", names, "Say which: --standard NAME")
    raise UsageError(f"no standard is for {ref}", "", "See them: opstui standard list")


def _tell(one: Matched, desk: Desk) -> None:
    now, zone = desk.now(), desk.zone()
    done = f"{one.done} of {len(one.followed.steps)}" if one.followed.steps else one.standard.url
    out(f"{one.standard.name}  {done}".rstrip())
    rows = []
    for n, step in enumerate(one.followed.steps, 1):
        mark = "-" if step.skipped else "x" if step.over else " "
        said = f"not done so: {step.skipped}" if step.skipped else step.note
        rows.append((str(n), f"[{mark}]", step.text, said, step.who, moment(step.done_at, now, zone)))
    table(rows, indent="  ", right=(0,), grow=(2, 3))
    if one.trouble:
        say(f"opstui: {one.trouble}")


def record(one: Matched, desk: Desk) -> dict[str, Any]:
    """A standard as the contract has it."""
    return {
        "name": one.standard.name,
        "title": one.title,
        "when": one.standard.when,
        "path": str(one.standard.path) if one.standard.path else None,
        "url": one.standard.url or None,
        "done": one.done,
        "total": len(one.followed.steps),
        "trouble": one.trouble or None,
        "steps": [
            {
                "n": n,
                "text": step.text,
                "done_at": rfc3339(step.done_at, desk.zone()),
                "who": step.who or None,
                "note": step.note or None,
                "deviation": step.skipped or None,
            }
            for n, step in enumerate(one.followed.steps, 1)
        ],
    }


COMMANDS = {"standard": standard, "improvement": improvement}
