"""``opstui waiting`` and ``opstui nudge``: who owes what since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opstui.cli import complete
from opstui.cli.given import text_of
from opstui.cli.output import cut, emit_json, json_option, rfc3339, table
from opstui.cli.receipts import report
from opstui.cli.rows import OWNER_MOST, TITLE_MOST
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.format import moment

if TYPE_CHECKING:
    from opstui.services.desk import Desk
    from opstui.services.desk.waiting import WaitRow


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
            *("!" if row.due else "", cut(row.person, OWNER_MOST), row.ref, row.title, cut(row.what_for, OWNER_MOST)),
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


COMMANDS = {"waiting": waiting, "nudge": nudge}
