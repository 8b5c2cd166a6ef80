"""What counts as the same thing again: one line for fourteen alerts of one disk."""

from __future__ import annotations

import re
from collections.abc import Set

from opstui.domain.model import Item
from opstui.domain.text import fold

_REPLY = re.compile(r"^(?:\s*(?:re|aw|fw|fwd|wg|sv|antw)\s*(?:\[\d+\])?:)+\s*", re.IGNORECASE)
_VARYING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # UUIDs
    r"|\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{7,}\b"  # addresses, hashes
    r"|\d+(?:[.,:/_-]\d+)*"  # numbers, dates, times, IP addresses
)
_LONGEST = 160


def group_key(item: Item, kinds: Set[str]) -> str | None:
    """The key that like items share: source, kind and title without what varies. None for a kind that is never grouped.

    Numbers, times, ids and reply prefixes vary; ``disk full on srv01`` and ``disk full on srv02`` are the same thing.
    """
    if item.kind not in kinds:
        return None
    return alike_key(item)


def alike_key(item: Item) -> str:
    """The group key of an item whatever its kind: what ``mark alike`` compares."""
    title = fold(_REPLY.sub("", item.title))
    return f"{item.source}|{item.kind}|{_VARYING.sub('#', title)[:_LONGEST]}"
