"""Items as rows and back. Labels stand between line feeds, so that one can be found by itself."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opstui.domain.model import Change, Comment, Item, Kind, Stage
from opstui.store.rows import holes, moment, sliced

ITEM = (
    "source, key, kind, title, body, status, stage, priority, priority_label, owner, reporter, team, labels, url, "
    "created, updated, due, sla_due, fields, fingerprint, changed_by"
)
"""Columns of the table ``items`` in the order of ``item_values`` and ``item_from``."""

_KINDS = {kind.value: kind for kind in Kind}
_STAGES = {stage.value: stage for stage in Stage}


def item_values(item: Item) -> tuple[Any, ...]:
    """An item's columns. Written out, because an import spends its time here."""
    created, updated, due, sla_due = item.created, item.updated, item.due, item.sla_due
    return (
        item.source,
        item.key,
        item.kind._value_,
        item.title,
        item.body,
        item.status,
        item.stage._value_,
        item.priority,
        item.priority_label,
        item.owner,
        item.reporter,
        item.team,
        packed(item.labels) if item.labels else "",
        item.url,
        None if created is None else int(created.timestamp()),
        None if updated is None else int(updated.timestamp()),
        None if due is None else int(due.timestamp()),
        None if sla_due is None else int(sla_due.timestamp()),
        as_fields(item.fields) if item.fields else "{}",
        item.fingerprint,
        item.changed_by,
    )


def as_fields(fields: Mapping[str, str]) -> str:
    """A flat object of texts as JSON; most hold nothing to escape, and then it is put together by hand, which is quicker."""
    text = "".join(fields) + "".join(fields.values())
    if '"' not in text and "\\" not in text and text.isprintable():
        return '{"' + '","'.join([f'{name}":"{value}' for name, value in fields.items()]) + '"}'
    return json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":"))


def packed(labels: Iterable[str]) -> str:
    """Labels as one text, a line feed before, between and after them."""
    return "\n" + "\n".join(label.replace("\n", " ") for label in labels) + "\n"


def item_from(
    row: Sequence[Any],
    history: Iterable[Change] = (),
    comments: Iterable[Comment] = (),
    blocks: Iterable[str] = (),
    blocked_by: Iterable[str] = (),
) -> Item:
    """An item from its columns and what other tables hold of it."""
    return Item(
        source=row[0],
        key=row[1],
        kind=_KINDS[row[2]],
        title=row[3],
        body=row[4],
        status=row[5],
        stage=_STAGES[row[6]],
        priority=row[7],
        priority_label=row[8],
        owner=row[9],
        reporter=row[10],
        team=row[11],
        labels=tuple(row[12][1:-1].split("\n")) if row[12] else (),
        url=row[13],
        created=moment(row[14]),
        updated=moment(row[15]),
        due=moment(row[16]),
        sla_due=moment(row[17]),
        fields=json.loads(row[18]) if row[18] != "{}" else {},
        fingerprint=row[19],
        changed_by=row[20],
        history=tuple(history),
        comments=tuple(comments),
        blocks=tuple(blocks),
        blocked_by=tuple(blocked_by),
    )


def histories(conn: sqlite3.Connection, ids: Sequence[int]) -> Mapping[int, list[Change]]:
    """What is known to have moved on these items, oldest first; items without history are absent."""
    found: dict[int, list[Change]] = {}
    for part in sliced(ids):
        sql = f"SELECT item, field, old, new, at, who, seen FROM changes WHERE item IN ({holes(part)}) ORDER BY item, at, id"
        for item, field, old, new, at, who, seen in conn.execute(sql, part).fetchall():
            found.setdefault(item, []).append(Change(field, old, new, moment(at), who, moment(seen)))
    return found
