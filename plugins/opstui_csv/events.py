"""Event logs: several rows per key. In time order the rows are the item's history, and the last one is its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from opstui.domain.model import Change
from opstui_csv.cells import Cells
from opstui_csv.mapping import Mapper

TRACKED = ("status", "priority", "owner", "team", "title")
"""The attributes whose steps make a history; due dates are compared as moments."""

_START = datetime(1970, 1, 1, tzinfo=UTC)


def time_attribute(mapper: Mapper, rows: Sequence[Cells], groups: Mapping[str, Sequence[int]]) -> str | None:
    """The date attribute that differs between the rows of most repeated keys: with one it is a log, with None it is not."""
    repeated = [group for group in groups.values() if len(group) > 1][:2000]
    for attribute in ("updated", "created"):
        if attribute not in mapper.plan.dates:
            continue
        times = iter(mapper.times([rows[index] for group in repeated for index in group], attribute))
        differing = 0
        for group in repeated:
            moments = {next(times) for _ in group}
            differing += len(moments - {None}) > 1
        if differing * 2 >= len(repeated) > 0:
            return attribute
    return None


def call_updated(mapper: Mapper, attribute: str) -> None:
    """Let the time of the rows be ``updated``, whatever its column was taken for."""
    if attribute != "updated":
        mapper.plan.columns = dict(mapper.plan.columns)
        mapper.plan.columns["updated"] = mapper.plan.columns.pop(attribute)
        mapper.plan.dates["updated"] = mapper.plan.dates.pop(attribute)


def in_time(groups: Sequence[Sequence[int]], times: Sequence[datetime | None]) -> list[list[int]]:
    """Each group's rows, oldest first. Rows of one moment keep the file's order, or its reverse when it runs backwards."""
    ordered = []
    for group in groups:
        if len(group) == 1:
            ordered.append(list(group))
            continue
        moments = {index: times[index] or _START for index in group}
        backwards = moments[group[0]] > moments[group[-1]]
        rows = reversed(group) if backwards else group
        ordered.append(sorted(rows, key=moments.__getitem__))
    return ordered


def histories(
    mapper: Mapper, rows: Sequence[Cells], groups: Sequence[Sequence[int]], times: Sequence[datetime | None]
) -> list[tuple[Change, ...]]:
    """What moved from row to row of each group, with when and by whom."""
    flat = [index for group in groups if len(group) > 1 for index in group]
    if not flat:
        return [()] * len(groups)
    chosen = [rows[index] for index in flat]
    tracked = [(name, mapper.lines(chosen, name)) for name in TRACKED if mapper.plan.columns.get(name)]
    if "due" in mapper.plan.dates:
        tracked.append(("due", [at.isoformat() if at else "" for at in mapper.times(chosen, "due")]))
    who = mapper.lines(chosen, "changed_by") if mapper.plan.columns.get("changed_by") else [""] * len(flat)
    found: list[tuple[Change, ...]] = []
    start = 0
    for group in groups:
        if len(group) == 1:
            found.append(())
            continue
        changes = [
            Change(name, cells[place - 1] or None, cells[place] or None, times[flat[place]], who[place] or None)
            for place in range(start + 1, start + len(group))
            for name, cells in tracked
            if cells[place] != cells[place - 1]
        ]
        found.append(tuple(changes))
        start += len(group)
    return found
