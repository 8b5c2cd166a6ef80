"""The terms of a rank in words: what the ``why here`` column and ``W`` say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from opstui.domain.kinds import PRIORITY_WORDS, ROUTINE, Stage
from opstui.domain.views import QueueRow, Term
from opstui.domain.when import ago, span

if TYPE_CHECKING:
    from opstui.domain.model import Item

Row: TypeAlias = "QueueRow | Item"
"""What a reason is told about. A row knows more than an item; what is not known is left out of the words."""


@lru_cache(4096)
def pack_why(terms: tuple[tuple[str, float], ...]) -> str:
    """Terms as they are stored: ``sla=40,blocks_others=12``. Remembered: an import has few different ones."""
    return ",".join(f"{code}={points:g}" for code, points in terms)


def parse_why(why: str) -> tuple[tuple[str, float], ...]:
    """The terms of a stored ``why``, in its order."""
    pairs = (part.partition("=") for part in why.split(",") if part)
    return tuple((code, float(points)) for code, _, points in pairs)


def terms(row: QueueRow, now: datetime) -> tuple[Term, ...]:
    """Every term of a row with its words, by falling points."""
    return tuple(Term(code, points, reason(code, row, now)) for code, points in parse_why(row.why))


def headline(row: QueueRow, now: datetime) -> str:
    """The words of the weightiest term; empty when nothing speaks for the row."""
    code = row.why.partition("=")[0]
    return reason(code, row, now) if code else ""


def reason(code: str, row: Row, now: datetime) -> str:
    """One term in words, as true at ``now``: ``SLA breached 12m ago``, ``blocks 3 others``, ``no owner``."""
    say = _WORDS.get(code)
    return say(row, now) if say else code.replace("_", " ")


def _priority(row: Row, now: datetime) -> str:
    if row.priority is None:
        return "no priority given"
    word = PRIORITY_WORDS.get(row.priority, str(row.priority))
    label = row.priority_label
    return f"{word} priority" + (f" ({label})" if label and label.casefold() not in (word, str(row.priority)) else "")


def _sla(row: Row, now: datetime) -> str:
    if row.sla_due is None:
        return "SLA paused"
    if row.sla_due <= now:
        return f"SLA breached {ago(row.sla_due, now)}"
    return f"SLA breaches in {span((row.sla_due - now).total_seconds())}"


def _due(row: Row, now: datetime) -> str:
    if row.due is None:
        return "due"
    if row.due <= now:
        return f"overdue by {span((now - row.due).total_seconds())}"
    return f"due in {span((row.due - now).total_seconds())}"


def _blocks(row: Row, now: datetime) -> str:
    count = row.blocks if isinstance(row, QueueRow) else len(row.blocks)
    return f"blocks {count} other{'s' if count != 1 else ''}"


def _ambiguous(row: Row, now: datetime) -> str:
    return f"owner unclear: {row.owner}" if row.owner else "owner unclear"


def _stalled(row: Row, now: datetime) -> str:
    since = row.updated or row.created
    length = f" for {span((now - since).total_seconds())}" if since else ""
    if row.stage is Stage.BLOCKED:
        return f"blocked, unmoved{length}"
    return f"approval stalled{length}"


def _age(row: Row, now: datetime) -> str:
    return f"open for {span((now - row.created).total_seconds())}" if row.created else "old"


def _ended(words: str) -> Callable[[Row, datetime], str]:
    def say(row: Row, now: datetime) -> str:
        until = getattr(row, "until", None)
        target = getattr(row, "target", "")
        text = words.format(target=target or "them")
        return f"{text} {ago(until, now)}" if until is not None else text

    return say


def _trouble(row: Row, now: datetime) -> str:
    key = row.ref.partition(":")[2]
    return "a routine was missed" if key.startswith(ROUTINE) else "opstui cannot go on by itself"


def _always(words: str) -> Callable[[Row, datetime], str]:
    return lambda row, now: words


_WORDS: dict[str, Callable[[Row, datetime], str]] = {
    "priority": _priority,
    "sla": _sla,
    "due": _due,
    "blocks_others": _blocks,
    "trouble": _trouble,
    "unowned": _always("no owner"),
    "ambiguous": _ambiguous,
    "stalled": _stalled,
    "alert": _always("critical alert"),
    "vip": _always("a VIP asked"),
    "labelled": _always("labelled important"),
    "age": _age,
    "mine": _always("yours"),
    "reply": _always("waits for a reply"),
    "woke": _ended("snooze ended"),
    "nudge": _ended("nudge {target}: date reached"),
    "unanswered": _ended("no answer from {target}: deadline"),
    "reopened": _always("moved again at its source"),
}
