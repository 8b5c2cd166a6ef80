"""The blocker ledger: what is stuck, who sees to it, what is done next, and how often it was heard without anything new.

A blocker is carried through each stand-up. When nothing of it has moved since the one of another day, its count of unchanged
repeats goes up; anything that moved begins it anew. The third unchanged repeat asks for more than being heard: a decision, an
escalation, or another owner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

REPEATS = 3
"""So many unchanged repeats are one too many."""
CARRIES = 60
"""So many stand-ups are remembered of one blocker: about a quarter of a year."""


class Outcome(StrEnum):
    """What became of a blocker."""

    OPEN = "open"
    CLEARED = "cleared"
    """Its item is no longer blocked, or over."""
    ENDED = "ended"
    """Somebody said so here."""


@dataclass(frozen=True, slots=True)
class State:
    """What of a blocker's item counts as news when it differs. ``waits_for`` holds refs of open items, in order."""

    status: str = ""
    stage: str = ""
    owner: str = ""
    comments: int = 0
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carry:
    """A stand-up that a blocker was carried through; ``said`` is why its count began anew, where somebody saw to that."""

    standup: str
    at: datetime
    unchanged: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that is stuck. ``owner`` is empty as long as it is the item's own; ``by_hand``: no tracker says that it is.

    ``last_changed`` is when anything of it moved last, ``basis`` what it was at the last stand-up.
    """

    title: str
    first_seen: datetime
    last_changed: datetime
    owner: str = ""
    next_step: str = ""
    by_hand: bool = False
    state: State = State()
    unchanged: int = 0
    carried: tuple[Carry, ...] = ()
    basis: str = ""
    outcome: Outcome = Outcome.OPEN
    ended: datetime | None = None
    said: str = ""
    """What ended it, in words."""

    @property
    def who(self) -> str:
        """Who sees to it; empty for nobody."""
        return self.owner or self.state.owner

    @property
    def summary(self) -> str:
        """In a line."""
        who = f" ({self.who})" if self.who else ""
        return f"{self.title}{who}" + (f": {self.next_step}" if self.next_step else "")


def fingerprint(blocker: Blocker) -> str:
    """The same text as long as nothing has moved that a stand-up would want to hear of."""
    state = blocker.state
    parts = (blocker.who, state.owner, blocker.next_step, state.status, state.stage, str(state.comments), *state.waits_for)
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def looked(blocker: Blocker, state: State, at: datetime) -> Blocker:
    """The blocker with its item as it is now; what moved, moved at ``at``."""
    return blocker if state == blocker.state else replace(blocker, state=state, last_changed=at)


def owned(blocker: Blocker, owner: str, at: datetime) -> Blocker:
    """Somebody else sees to it; empty: whoever owns the item."""
    if owner == blocker.owner:
        return blocker
    after = replace(blocker, owner=owner)
    return replace(after, last_changed=at) if after.who != blocker.who else after


def stepped(blocker: Blocker, next_step: str, at: datetime) -> Blocker:
    """Something else is done next."""
    return blocker if next_step == blocker.next_step else replace(blocker, next_step=next_step, last_changed=at)


def repeats(blocker: Blocker, mended: str = "", *, today: bool = False) -> int:
    """The count that a stand-up ending now would leave; ``mended`` says what was done about it since the last one.

    ``today``: the last one was today, and what is heard twice in a day is not a repeat.
    """
    if not blocker.carried or mended or fingerprint(blocker) != blocker.basis:
        return 0
    return blocker.unchanged if today else blocker.unchanged + 1


def forced(blocker: Blocker, mended: str = "", *, today: bool = False) -> bool:
    """Whether it cannot be carried once more as it is: decide, escalate or reassign."""
    return repeats(blocker, mended, today=today) >= REPEATS


def carry(blocker: Blocker, standup: str, at: datetime, mended: str = "", *, today: bool = False) -> Blocker:
    """The blocker after a stand-up; a second telling of the same one changes nothing. Ask ``forced`` first."""
    if blocker.carried and blocker.carried[-1].standup == standup:
        return blocker
    count = repeats(blocker, mended, today=today)
    carried = (*blocker.carried, Carry(standup, at, count, mended))[-CARRIES:]
    return replace(blocker, unchanged=count, carried=carried, basis=fingerprint(blocker))


def end(blocker: Blocker, outcome: Outcome, at: datetime, said: str = "") -> Blocker:
    """The blocker as it leaves the ledger."""
    return replace(blocker, outcome=outcome, ended=at, said=said)


def again(blocker: Blocker, state: State) -> bool:
    """Whether a blocker that was ended here is one once more, though its item has been blocked all along: it has moved."""
    return blocker.outcome is not Outcome.ENDED or blocker.state != state


def as_line(next_step: str, owner: str) -> str:
    """Next step and owner as they are typed: ``quote from the vendor @Bo Lind``."""
    return " ".join(part for part in (next_step, f"@{owner}" if owner else "") if part)


def from_line(text: str) -> tuple[str, str]:
    """Next step and owner from what was typed: the name is all that follows the last ``@`` at the beginning of a word."""
    before, at, name = (" " + text).rpartition(" @")
    return (before.strip(), name.strip().strip('"')) if at else (text.strip(), "")
