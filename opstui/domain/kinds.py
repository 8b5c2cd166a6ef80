"""The words things are told apart by: what kind, which stage, what was decided, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

OWN = "opstui"
"""The source of items that opstui raises itself; no source of a config has this name."""
ROUTINE = "routine-"
"""How the keys of such items about a missed routine begin."""


class Kind(StrEnum):
    """What kind of thing asks for attention."""

    TICKET = "ticket"
    MESSAGE = "message"
    ALERT = "alert"
    KPI = "kpi"
    FOLLOWUP = "followup"


class Stage(StrEnum):
    """Where an item is in its work, whatever its source calls it."""

    TODO = "todo"
    DOING = "doing"
    BLOCKED = "blocked"
    DONE = "done"


class Verdict(StrEnum):
    """What the manager decided on an item."""

    ACCEPT = "accept"
    DONE = "done"
    DECLINE = "decline"
    MERGE = "merge"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    WAIT = "wait"


class Place(StrEnum):
    """Where an item stands for the manager; only ``QUEUE`` needs a verdict now."""

    QUEUE = "queue"
    ACCEPTED = "accepted"
    SNOOZED = "snoozed"
    WAITING = "waiting"
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    MERGED = "merged"
    DECLINED = "declined"
    DONE = "done"
    CLOSED = "closed"
    """The source itself says that it is over."""


PRIORITY_WORDS: Mapping[int, str] = {1: "critical", 2: "high", 3: "medium", 4: "low", 5: "lowest"}
"""Priorities are 1 (critical) to 5 (lowest); None where the source has none."""


ACTED = (
    *("priority", "stage", "transition", "due", "labels", "create", "for_block", "release", "withdraw", "import", "forget"),
    *("begin", "standup", "standup_left", "park", "topic"),
    *("take_stock", "block", "blocker", "blocker_owner", "blocker_next", "unblock"),
    *("acknowledge", "resolve", "refused", "nudge"),
    *("tick", "untick", "skip", "sign", "waive", "deviate"),
    *("pause", "resume", "retry", "drop", "mine", "edit", "release-outbox", "undo", "redo"),
)
"""What actions of the journal are called, besides verdicts and what the log has as notes and decisions."""
