"""The vocabulary: what comes in from a source and what the manager leaves on it.

Everything here is frozen. Times are aware datetimes; anything stored is UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as field_
from datetime import datetime

from opstui.domain.kinds import PRIORITY_WORDS, Kind, Place, Stage, Verdict

__all__ = [
    "NO_MARK",
    "PRIORITY_WORDS",
    "Change",
    "Comment",
    "Item",
    "Kind",
    "Mark",
    "Person",
    "Place",
    "Stage",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one item that moved. ``at`` is None when the source does not say when.

    ``seen`` is when that was news here; only the store knows it, and two tellings of the same change are equal.
    """

    field: str
    old: str | None
    new: str | None
    at: datetime | None = None
    who: str | None = None
    seen: datetime | None = field_(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Comment:
    """One message in an item's thread, oldest first."""

    text: str
    at: datetime | None = None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Anything that asks for the manager's attention, as its source tells it. All text is clean.

    ``key`` is unique within its source. ``priority`` is 1 to 5. ``sla_due`` is the source's own clock, when it has one.
    ``blocks`` and ``blocked_by`` hold keys of the same source or whole refs of another. ``fields`` holds what no other
    attribute does, by the source's own names. ``fingerprint`` changes whenever anything of the record changes.
    ``changed_by`` made the last update, for what moved without a history of its own.
    """

    source: str
    key: str
    title: str
    kind: Kind = Kind.TICKET
    body: str = ""
    status: str = ""
    stage: Stage = Stage.TODO
    priority: int | None = None
    priority_label: str = ""
    owner: str | None = None
    reporter: str | None = None
    team: str | None = None
    labels: tuple[str, ...] = ()
    url: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    due: datetime | None = None
    sla_due: datetime | None = None
    blocks: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    history: tuple[Change, ...] = ()
    comments: tuple[Comment, ...] = ()
    fields: Mapping[str, str] = field_(default_factory=dict)
    fingerprint: str = ""
    changed_by: str | None = None

    @property
    def ref(self) -> str:
        """``source:key``, unique in a store."""
        return f"{self.source}:{self.key}"


@dataclass(frozen=True, slots=True)
class Mark:
    """The local state that a verdict leaves on an item. A sync never writes it.

    ``until``: end of a snooze, or the nudge date of a wait. ``target``: the ref merged into, or the person assigned,
    escalated to or waited on. ``owner``, ``priority`` and ``stage`` override the source's own, the stage since ``staged``.
    ``basis`` is the item's fingerprint when the verdict fell, so that a later change at the source can bring the item back.
    """

    verdict: Verdict | None = None
    at: datetime | None = None
    who: str | None = None
    until: datetime | None = None
    reason: str = ""
    target: str = ""
    owner: str | None = None
    priority: int | None = None
    stage: Stage | None = None
    for_block: bool = False
    basis: str = ""
    staged: datetime | None = None


NO_MARK = Mark()


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the config: every alias is resolved to ``name``."""

    name: str
    aliases: tuple[str, ...] = ()
    team: str | None = None
    vip: bool = False
    email: str | None = None
