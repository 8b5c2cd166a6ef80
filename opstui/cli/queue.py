"""``opstui queue``: what needs a verdict, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from opstui.cli import complete
from opstui.cli.output import emit_json, json_option, table
from opstui.cli.rows import HEADING, RIGHT, TITLE, TITLE_MOST, line, parked, row_json
from opstui.cli.state import State
from opstui.cli.streams import out, say
from opstui.domain.model import Place
from opstui.domain.views import QueueRow, View
from opstui.errors import UsageError

if TYPE_CHECKING:
    from opstui.services.desk import Desk

ALL = "all"
"""The split that is always there."""


@click.command("queue")
@click.option("--split", help="Only the rows of this split.", shell_complete=complete.splits)
@click.option("--query", default="", help="Only the rows that match: words, or field op value.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option(
    "--place", type=click.Choice([place.value for place in Place]), default="queue", help="Another place than the queue."
)
@click.option("--changed", is_flag=True, help="Only what is new or moved since the last handoff.")
@click.option("--refs", "only_refs", is_flag=True, help="Only the refs, one a line: for a verdict that reads them with -.")
@json_option
@click.pass_obj
def queue(
    state: State, split: str | None, query: str, limit: int, place: str, changed: bool, only_refs: bool, as_json: bool
) -> None:
    """The ranked queue: what needs a verdict now, in order, with the reason."""
    desk = state.desk
    desk.catch_up()
    view = View(place=Place(place), query=_query(desk, split, query), only_changed=changed)
    rows = desk.window(view, 0, limit)
    if as_json:
        emit_json([row_json(row, desk) for row in rows])
        return
    if not rows:
        _nothing(desk, view)
        return
    if only_refs:
        out("\n".join(row.ref for row in rows))
        return
    _print(rows, desk, view)
    if (count := desk.count(view)) > len(rows):
        say(f"… and {count - len(rows):,} more (--limit {count})")


def _print(rows: list[QueueRow], desk: Desk, view: View) -> None:
    """The rows in columns; those of another place with how long and for whom they are there."""
    now = desk.now()
    lines = [HEADING, *(line(row, now) for row in rows)]
    if view.place is not Place.QUEUE:
        lines = [one + more for one, more in zip(lines, parked(rows, now, desk.zone()), strict=True)]
    table(lines, right=RIGHT, grow=TITLE, most=TITLE_MOST)


def _query(desk: Desk, split: str | None, query: str) -> str:
    """The query that a split and the user's own make together.

    Raises:
        UsageError: there is no such split, or the query has a mistake.
    """
    if mistake := desk.check_query(query):
        raise mistake
    if not split or split.casefold() == ALL:
        return query
    known = {one.name.casefold(): one.query for one in desk.splits()}
    if split.casefold() not in known:
        names = ", ".join(("All", *(one.name for one in desk.splits())))
        raise UsageError(f"no split {split!r}", f"there are {names}", "triage.splits in the config adds one.")
    of = known[split.casefold()]
    return f"({of}) and ({query})" if query.strip() else of


def _nothing(desk: Desk, view: View) -> None:
    """Say why there is no line: empty, filtered and not known are three things."""
    if view.query or view.only_changed or view.place is not Place.QUEUE:
        say("nothing matches")
        return
    clear, stale = desk.clear()
    if not any(source.paused or source.state not in ("paused", "gone") for source in desk.sources()):
        say("nothing in the queue, and no source is configured. Next: opstui init")
    elif clear:
        say("queue clear: every required source is fresh")
    elif stale:
        why = ", ".join(f"{one.name} ({one.state})" for one in stale)
        paused = [one.name for one in stale if one.paused]
        step = f"opstui source resume {' '.join(paused)}" if len(paused) == len(stale) else "opstui sync"
        say(f"nothing in the queue, but it is not known to be clear: {why}. Next: {step}")
    else:
        say("nothing in the queue at this moment; something is about to come back")


COMMANDS = {"queue": queue}
