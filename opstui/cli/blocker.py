"""Blockers, escalations and what waits on people: what the tabs of the stand-up show, as commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.given import text_of
from opstui.cli.group import Group
from opstui.cli.output import cut, emit_json, json_option, rfc3339, table
from opstui.cli.receipts import report
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import moment
from opstui.domain.when import span
from opstui.errors import Refused

if TYPE_CHECKING:
    from opstui.domain.escalation import Escalation
    from opstui.services.desk import Desk
    from opstui.services.desk.escalating import EscalationRow
    from opstui.services.desk.stock import BlockerRow
    from opstui.services.desk.waiting import WaitRow
    from opstui.store.records import Kept

NAME_MOST, TITLE_MOST = 32, 80

_blocker = click.argument("target", metavar="REF", shell_complete=complete.blockers)
_escalated = click.argument("ref", metavar="REF", shell_complete=complete.escalated)


@click.group(cls=Group)
def blocker() -> None:
    """The blocker ledger: what is stuck, who has it, what is done next."""


@blocker.command("list")
@json_option
@click.pass_obj
def blocker_list(state: State, as_json: bool) -> None:
    """What is blocked, by a tracker or by hand; first what no stand-up can carry once more."""
    desk = state.desk
    desk.catch_up()
    rows = desk.ledgers.blockers()
    if as_json:
        emit_json([_blocker_json(row, desk) for row in rows])
        return
    if not rows:
        say("nothing is blocked")
        return
    heading = ("", "ref", "title", "owner", "next step", "since", "unchanged")
    table([heading, *(_blocker_line(row, desk) for row in rows)], grow=(4, 2), most=TITLE_MOST)
    if forced := [row.name for row in rows if row.forced]:
        say(f"heard unchanged for the third time: {', '.join(forced[:5])}{' …' if len(forced) > 5 else ''}")
        say("next: opstui decide … --on REF, opstui escalate REF --to WHO, or opstui blocker owner REF WHO")


def _blocker_line(row: BlockerRow, desk: Desk) -> tuple[str, ...]:
    what = row.what
    since = span((desk.now() - what.first_seen).total_seconds())
    count = row.repeats if row.forced else what.unchanged
    return (
        "!" if row.forced else "",
        row.name,
        what.title,
        cut(what.who or "–", NAME_MOST),
        what.next_step or "–",
        since,
        row.mended or (f"×{count}" if count else ""),
    )


def _blocker_json(row: BlockerRow, desk: Desk) -> dict[str, Any]:
    what, zone = row.what, desk.zone()
    return {
        "ref": row.ref or None,
        "id": row.kept.uid,
        "title": what.title,
        "owner": what.who or None,
        "next_step": what.next_step or None,
        "first_seen": rfc3339(what.first_seen, zone),
        "last_changed": rfc3339(what.last_changed, zone),
        "unchanged": what.unchanged,
        "repeats": row.repeats,
        "forced": row.forced,
        "mended": row.mended or None,
        "by_hand": what.by_hand,
        "waits_for": what.state.waits_for,
        "blocks": row.item.blocks if row.item else 0,
        "standups": [
            {"at": rfc3339(one.at, zone), "standup": one.standup, "unchanged": one.unchanged, "said": one.said or None}
            for one in what.carried
        ],
    }


@blocker.command("next")
@_blocker
@click.argument("text")
@json_option
@click.pass_context
def blocker_next(ctx: click.Context, target: str, text: str, as_json: bool) -> None:
    """Say what is done next about a blocker; an empty TEXT: nothing."""
    report(ctx, ctx.obj.desk.ledgers.set_next(target, text), as_json)


@blocker.command("owner")
@_blocker
@click.argument("who")
@json_option
@click.pass_context
def blocker_owner(ctx: click.Context, target: str, who: str, as_json: bool) -> None:
    """Give a blocker to somebody; an empty WHO: back to whoever owns its item."""
    report(ctx, ctx.obj.desk.ledgers.set_owner(target, who), as_json)


@blocker.command("clear")
@_blocker
@click.option("--reason", default="", help="How it ended.")
@json_option
@click.pass_context
def blocker_clear(ctx: click.Context, target: str, reason: str, as_json: bool) -> None:
    """It is in nobody's way any more; what its tracker still calls blocked stays out until that moves."""
    report(ctx, ctx.obj.desk.ledgers.clear(target, reason), as_json)


@blocker.command("add")
@click.argument("text", default="")
@click.option("--on", "ref", default="", metavar="REF", help="The item that is blocked.", shell_complete=complete.refs)
@click.option("--owner", default="", metavar="WHO", help="Who sees to it.")
@click.option("--next", "next_step", default="", metavar="TEXT", help="What is done next.")
@json_option
@click.pass_context
def blocker_add(ctx: click.Context, text: str, ref: str, owner: str, next_step: str, as_json: bool) -> None:
    """Put into the ledger what no tracker says is blocked."""
    report(ctx, ctx.obj.desk.ledgers.block(ref, text_of(text) if text else "", owner, next_step), as_json)


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
    return "!" if row.missed else "", row.ref, cut(what.to, NAME_MOST) + step, asked, answer, moment(what.due, now, desk.zone())


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


@click.command("waiting")
@json_option
@click.pass_obj
def waiting(state: State, as_json: bool) -> None:
    """Who owes what since when, and whom to nudge now."""
    desk = state.desk
    desk.catch_up()
    rows = desk.ledgers.waiting()
    if as_json:
        emit_json([_wait_json(row, desk) for row in rows])
        return
    if not rows:
        say("nothing waits on anybody")
        return
    now, zone = desk.now(), desk.zone()
    heading = ("", "person", "ref", "title", "for", "days", "nudge", "nudged")
    lines = [
        (
            *("!" if row.due else "", cut(row.person, NAME_MOST), row.ref, row.title, cut(row.what_for, NAME_MOST)),
            *(str(row.days), "now" if row.due else moment(row.nudge, now, zone), f"×{len(row.nudges)}" if row.nudges else ""),
        )
        for row in rows
    ]
    table([heading, *lines], right=(5,), grow=3, most=TITLE_MOST)


def _wait_json(row: WaitRow, desk: Desk) -> dict[str, Any]:
    zone = desk.zone()
    return {
        "ref": row.ref,
        "title": row.title,
        "person": row.person,
        "for": row.what_for or None,
        "since": rfc3339(row.since, zone),
        "working_days": row.days,
        "nudge": rfc3339(row.nudge, zone),
        "due": row.due,
        "nudges": [{"at": rfc3339(one.at, zone), "text": one.text, "sent": one.sent} for one in row.nudges],
        "text": desk.ledgers.nudge_text(row.ref),
    }


@click.command("nudge")
@click.argument("ref", metavar="REF", shell_complete=complete.waiting)
@click.option("--text", default="", help="The words; - for stdin; without them they are made from what is known.")
@click.option("--next", "again", default="", metavar="WHEN", help="The next nudge: 2d, mon 9; without it, in two working days.")
@click.option("--send", is_flag=True, help="Write it as a comment at the item's source.")
@json_option
@click.pass_context
def nudge(ctx: click.Context, ref: str, text: str, again: str, send: bool, as_json: bool) -> None:
    """Note that somebody was reminded; prints the words, for you to send."""
    ledgers = ctx.obj.desk.ledgers
    words = text_of(text) if text else ledgers.nudge_text(ref)
    receipt = ledgers.nudge(ref, words, again, send=send)
    report(ctx, receipt, as_json, text=words)
    if receipt.group and not as_json:
        out(words)


COMMANDS = {"blocker": blocker, "escalation": escalation, "waiting": waiting, "nudge": nudge}
