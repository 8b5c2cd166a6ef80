"""``opstui brief``: the morning as Markdown or JSON."""

from __future__ import annotations

from typing import Any

import click

from opstui.cli.output import emit_json, json_option
from opstui.cli.rows import row_json
from opstui.cli.state import State
from opstui.cli.streams import out
from opstui.services import brief as morning
from opstui.services.desk import Desk


def brief_json(found: morning.Brief, desk: Desk) -> dict[str, Any]:
    """The brief as the contract has it."""

    def rows(of: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [row_json(row, desk) for row in of]

    return {
        "at": found.at,
        "since": found.since,
        "left": found.left,
        "splits": {split.name: split.count for split in found.splits},
        "changed": rows(found.changed),
        "changed_count": found.changed_count,
        "hot": rows(found.hot),
        "plan": {"accepted": rows(found.accepted), "waking": rows(found.waking), "reviews": list(found.reviews)},
        "watches": [],
        "stale_sources": [{"source": s.name, "state": s.state, "why": s.why, "next_step": s.next_step} for s in found.stale],
    }


@click.command("brief")
@json_option
@click.pass_obj
def brief(state: State, as_json: bool) -> None:
    """What changed since the last handoff, what is hot, today's plan."""
    desk = state.desk
    desk.catch_up()
    found = morning.build(desk)
    if as_json:
        emit_json(brief_json(found, desk), desk.zone())
    else:
        out(morning.markdown(found, desk))


COMMANDS = {"brief": brief}
