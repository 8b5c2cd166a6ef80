"""``opstui blocker``: the ledger of what is stuck, as the tab of the stand-up shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.given import text_of
from opstui.cli.group import Group
from opstui.cli.output import cut, emit_json, json_option, rfc3339, table
from opstui.cli.receipts import report
from opstui.cli.rows import OWNER_MOST, TITLE_MOST
from opstui.cli.state import State
from opstui.cli.streams import say
from opstui.domain.when import span

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.services.desk.stock import BlockerRow

_blocker = click.argument("target", metavar="REF", shell_complete=complete.blockers)


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
        cut(what.who or "–", OWNER_MOST),
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


COMMANDS = {"blocker": blocker}
