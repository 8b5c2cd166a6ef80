"""Many items at once: the dataclass sets its two dozen fields one call at a time, which costs as much as reading the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import fields
from itertools import repeat
from typing import Any

from opstui.domain.model import Item

_SLOTS = {field.name: getattr(Item, field.name).__set__ for field in fields(Item)}
_BLANK = Item(source="", key="", title="")


def build(count: int, **columns: Iterable[Any] | None) -> list[Item]:
    """``count`` items from one iterable per field, as ``Item(...)`` would make them; a field without one has its default.

    It fills the slots that the dataclass's own ``__init__`` fills, a whole column per call.
    """
    new = Item.__new__
    items = [new(Item) for _ in range(count)]
    for name, fill in _SLOTS.items():
        column = columns.pop(name, None)
        if column is None:
            column = [{} for _ in items] if name == "fields" else repeat(getattr(_BLANK, name))
        deque(map(fill, items, column), maxlen=0)
        if items:
            getattr(items[-1], name)  # a column that was too short shows here, not in the store
    if columns:
        raise TypeError(f"an item has no {', '.join(columns)}")
    return items
