"""Actions in words: for receipts, the journal and the list of what undo will do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, tzinfo

from opstui.domain.kinds import PRIORITY_WORDS, Verdict
from opstui.domain.model import Mark


def items(refs: Iterable[str]) -> str:
    """One item by its ref, several by their number."""
    found = list(refs)
    return found[0] if len(found) == 1 else f"{len(found)} items"


def moment(at: datetime | None, zone: tzinfo) -> str:
    """A time as a person says it, in the working day's zone."""
    return at.astimezone(zone).strftime("%a %d %b %H:%M") if at else "no date"


def priority(n: int | None) -> str:
    """A priority by its word."""
    return PRIORITY_WORDS.get(n, str(n)) if n else "as its source says"


def standing(mark: Mark, zone: tzinfo) -> str:
    """Where a mark leaves an item."""
    match mark.verdict:
        case None:
            return "the queue"
        case Verdict.SNOOZE:
            return f"snoozed until {moment(mark.until, zone)}"
        case Verdict.WAIT:
            return f"waiting on {mark.target}"
        case Verdict.ASSIGN:
            return f"assigned to {mark.target}"
        case Verdict.ESCALATE:
            return f"escalated to {mark.target}"
        case Verdict.MERGE:
            return f"merged into {mark.target}"
        case Verdict.ACCEPT:
            return "accepted"
        case Verdict.DECLINE:
            return "declined"
        case Verdict.DONE:
            return "done"


def back_to(places: Iterable[str], limit: int = 3) -> str:
    """``back to the queue``, or ``2 back to the queue, 1 back to accepted``."""
    counts = Counter(places)
    if len(counts) == 1:
        return f"back to {next(iter(counts))}"
    parts = [f"{n} back to {place}" for place, n in counts.most_common(limit)]
    rest = sum(counts.values()) - sum(n for _, n in counts.most_common(limit))
    return ", ".join(parts) + (f", {rest} elsewhere" if rest else "")
