"""Labels as they are typed: ``+audit -later``; a word without a sign is added."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opstui.domain.text import fold

_PART = re.compile(r'([+-]?)(?:"([^"]*)"|([^\s,]+))')


def label_changes(typed: str) -> tuple[list[str], list[str]]:
    """What is to be added and what is to go; ``"two words"`` in quotes is one label."""
    add: list[str] = []
    remove: list[str] = []
    for sign, quoted, word in _PART.findall(typed):
        label = (quoted or word).strip()
        if label:
            (remove if sign == "-" else add).append(label)
    return list(dict.fromkeys(add)), list(dict.fromkeys(remove))


def label_words(typed: str, has: Sequence[str], *, known: bool) -> str:
    """What the labels will be, as it is typed; of several items only what is added and what goes."""
    add, remove = label_changes(typed)
    if not known:
        parts = [f"adds {', '.join(add)}" if add else "", f"takes off {', '.join(remove)}" if remove else ""]
        return "; ".join(part for part in parts if part)
    gone = {fold(label) for label in remove}
    kept = [label for label in has if fold(label) not in gone]
    had = {fold(label) for label in kept}
    kept += [label for label in add if fold(label) not in had]
    lead = "will be" if add or remove else "now"
    missing = [label for label in remove if fold(label) not in {fold(one) for one in has}]
    more = f"; it has no {', '.join(missing)}" if missing else ""
    return f"{lead}: {', '.join(kept) or 'none'}{more}"
