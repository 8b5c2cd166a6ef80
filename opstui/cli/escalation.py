"""``opstui escalation``: what somebody was asked to decide, as the tab of the stand-up shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.group import Group
from opstui.cli.output import cut, emit_json, json_option, rfc3339, table
from opstui.cli.receipts import report
from opstui.cli.rows import OWNER_MOST, TITLE_MOST
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import moment
from opstui.errors import Refused

if TYPE_CHECKING:
    from opstui.domain.escalation import Escalation
    from opstui.services.desk import Desk
    from opstui.services.desk.escalating import EscalationRow
    from opstui.store.records import Kept

_escalated = click.argument("ref", metavar="REF", shell_complete=complete.escalated)


@click.group(cls=Group)
def escalation() -> None:
    """What somebody was asked to decide: who has it, who does not answer."""


@escalation.command("list")
@json_option
@click.pass_obj
def escalation_list(state: State, as_json: bool) -> None:
    """Every escalation that is open, what was missed first."""
    desk = state.desk
    desk.catch_up()
    rows = desk.ledgers.escalations()
    if as_json:
        emit_json([_escalation_json(row.kept, desk, row.missed) for row in rows])
        return
    if not rows:
        say("nothing is escalated")
        return
    heading = ("", "ref", "to", "asked", "answer", "due")
    table([heading, *(_escalation_line(row, desk) for row in rows)], grow=3, most=TITLE_MOST)


def _escalation_line(row: EscalationRow, desk: Desk) -> tuple[str, ...]:
    what, now = row.what, desk.now()
    answer = f"{what.acknowledged_by} has it" if what.acknowledged else "none"
    step = f" ({what.step} of {what.steps})" if what.step else ""
    asked = what.question or (row.item.title if row.item else "")
    return (
        "!" if row.missed else "",
        row.ref,
        cut(what.to, OWNER_MOST) + step,
        asked,
        answer,
        moment(what.due, now, desk.zone()),
    )


def _escalation_json(kept: Kept[Escalation], desk: Desk, missed: bool) -> dict[str, Any]:
    what, zone = kept.what, desk.zone()
    return {
        "ref": kept.ref,
        "to": what.to,
        "by": kept.who,
        "asked": rfc3339(kept.at, zone),
        "question": what.question or None,
        "step": what.step,
        "steps": what.steps,
        "acknowledge_by": rfc3339(what.acknowledge_by, zone),
        "resolve_by": rfc3339(what.resolve_by, zone),
        "acknowledged": rfc3339(what.acknowledged, zone),
        "acknowledged_by": what.acknowledged_by or None,
        "missed": missed,
        "outcome": what.outcome,
        "said": what.said or None,
        "owner": what.owner or None,
        "options": [{"text": one.text, "consequence": one.consequence or None} for one in what.options],
        "recommended": what.recommended or None,
        "facts": [{"text": one.text, "origin": one.origin} for one in what.facts],
        "text": what.text,
    }


def _one(desk: Desk, ref: str) -> Kept[Escalation]:
    kept = desk.ledgers.escalation(ref)
    if kept is None:
        raise Refused(f"no escalation of {ref!r}", "nobody was asked", "opstui escalation list shows what is open.", ref=ref)
    return kept


@escalation.command("show")
@_escalated
@json_option
@click.pass_obj
def escalation_show(state: State, ref: str, as_json: bool) -> None:
    """How an escalation stands, its facts with where each is known from, and the text as it was written."""
    desk = state.desk
    kept = _one(desk, ref)
    what, now, zone = kept.what, desk.now(), desk.zone()
    if as_json:
        missed = any(row.ref == ref and row.missed for row in desk.ledgers.escalations())
        emit_json(_escalation_json(kept, desk, missed))
        return
    out(f"{ref}  to {what.to}" + (f", step {what.step} of {what.steps}" if what.step else ""))
    facts = {
        "asked": f"{moment(kept.at, now, zone)} by {kept.who}",
        "answer by": moment(what.acknowledge_by, now, zone),
        "decide by": moment(what.resolve_by, now, zone),
        "answer": f"{what.acknowledged_by} has it since {moment(what.acknowledged, now, zone)}"
        if what.acknowledged
        else "none",
        "outcome": f"{what.outcome}: {what.said}" if what.said else what.outcome,
    }
    table([(name, value) for name, value in facts.items() if value], indent="  ")
    if what.facts:
        out("\nfacts")
        table([(one.origin, one.text) for one in what.facts], indent="  ")
    out("\n" + what.text)


@escalation.command("ack")
@_escalated
@click.option("--by", default="", metavar="WHO", help="Who has it; without it, whoever was asked.")
@click.option("--until", metavar="WHEN", help="When it is decided; without it, as the ladder says.")
@json_option
@click.pass_context
def escalation_ack(ctx: click.Context, ref: str, by: str, until: str | None, as_json: bool) -> None:
    """Somebody has it, which is not yet a decision."""
    report(ctx, ctx.obj.desk.ledgers.acknowledge(ref, by, until), as_json)


@escalation.command("resolve")
@_escalated
@click.option("--outcome", default="", metavar="TEXT", help="What was decided.")
@click.option("--done", is_flag=True, help="The item is done with; without it, it comes back to the queue.")
@click.option("--refused", is_flag=True, help="Whoever was asked said no: the next step of the ladder is asked next.")
@json_option
@click.pass_context
def escalation_resolve(ctx: click.Context, ref: str, outcome: str, done: bool, refused: bool, as_json: bool) -> None:
    """It was decided, or refused."""
    if done and refused:
        raise click.UsageError("It is either done or refused.")
    ledgers = ctx.obj.desk.ledgers
    report(ctx, ledgers.refused(ref, outcome) if refused else ledgers.resolve(ref, outcome, done=done), as_json)


@escalation.command("text")
@_escalated
@json_option
@click.pass_obj
def escalation_text(state: State, ref: str, as_json: bool) -> None:
    """The text as it was written, as Markdown."""
    kept = _one(state.desk, ref)
    if as_json:
        emit_json({"ref": ref, "text": kept.what.text})
    else:
        out(kept.what.text)


COMMANDS = {"escalation": escalation}
