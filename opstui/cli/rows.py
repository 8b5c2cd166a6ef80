"""A row of the queue as the command line gives it: an object of the contract, or a line for a person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.cli.output import rfc3339
from opstui.domain.format import clock_left, span
from opstui.domain.reasons import headline, terms
from opstui.domain.views import QueueRow

if TYPE_CHECKING:
    from opstui.services.desk import Desk

HEADING = ("rank", "ref", "title", "owner", "time", "why here")
RIGHT = (0, 4)
TITLE = 2
"""Of a line's columns, those that stand right, and the one that gives way."""


def sla_left(row: QueueRow, now: datetime) -> int | None:
    """Seconds until the promise is broken; negative once it is; a paused clock keeps what is left."""
    return int((row.sla_due - now).total_seconds()) if row.sla_due else row.sla_left_s


def row_json(row: QueueRow, desk: Desk) -> dict[str, Any]:
    """A row as the contract has it."""
    now, zone = desk.now(), desk.zone()
    return {
        "ref": row.ref,
        "kind": row.kind,
        "title": row.title,
        "source": row.source,
        "status": row.status,
        "stage": row.stage,
        "priority": row.priority,
        "owner": row.owner,
        "owner_state": row.owner_state,
        "created": rfc3339(row.created, zone),
        "updated": rfc3339(row.updated, zone),
        "due": rfc3339(row.due, zone),
        "sla_due": rfc3339(row.sla_due, zone),
        "sla_left_s": sla_left(row, now),
        "rank": round(row.rank, 2),
        "why": [{"code": term.code, "points": term.points, "text": term.text} for term in terms(row, now)],
        "place": row.place,
        "until": rfc3339(row.until, zone),
        "target": row.target or None,
        "new": row.new,
        "moved": list(row.moved),
        "blocks": row.blocks,
        "group_size": row.group_size,
        "urgent": row.urgent,
        "important": row.important,
    }


def line(row: QueueRow, now: datetime) -> tuple[str, ...]:
    """A row as a person reads it, see ``HEADING``."""
    left = sla_left(row, now)
    time = f"SLA {clock_left(left)}" if left is not None else span((now - row.created).total_seconds()) if row.created else ""
    title = row.title + (f"  x{row.group_size}" if row.group_size > 1 else "")
    return f"{row.rank:.0f}", row.ref, title, row.owner or "–", time, headline(row, now)
