"""A row of the queue as the command line gives it: an object of the contract, or a line for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from opstui.cli.output import cut, rfc3339
from opstui.domain.format import clock_left, moment, span
from opstui.domain.reasons import headline, terms
from opstui.domain.views import QueueRow

if TYPE_CHECKING:
    from opstui.services.desk import Desk

HEADING = ("rank", "ref", "title", "owner", "time", "why here")
RIGHT = (0, 4)
TITLE = 2
"""Of a line's columns, those that stand right, and the one that gives way."""

TITLE_MOST, OWNER_MOST, WHY_MOST = 80, 32, 80
"""Columns that a text of somebody else's may take, so that one of them does not move all the others out of sight."""


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
        "outbox": row.outbox or None,
    }


def line(row: QueueRow, now: datetime) -> tuple[str, ...]:
    """A row as a person reads it, see ``HEADING``."""
    left = sla_left(row, now)
    time = f"SLA {clock_left(left)}" if left is not None else span((now - row.created).total_seconds()) if row.created else ""
    title = row.title + (f"  x{row.group_size}" if row.group_size > 1 else "")
    return f"{row.rank:.0f}", row.ref, title, cut(row.owner or "–", OWNER_MOST), time, cut(headline(row, now), WHY_MOST)


def parked(rows: Sequence[QueueRow], now: datetime, zone: tzinfo) -> list[tuple[str, ...]]:
    """A heading and a cell a row of each of two columns that any row has: until when it is out of the queue, and with whom."""
    columns = {
        "until": [moment(row.until, now, zone) for row in rows],
        "to": [cut(row.target, OWNER_MOST) for row in rows],
    }
    told = [(name, *cells) for name, cells in columns.items() if any(cells)]
    return list(zip(*told, strict=True)) if told else [()] * (len(rows) + 1)
