"""Verdicts: what each leaves on an item, when it does not apply, and where the item then stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from opstui.domain.model import NO_MARK, Change, Item, Mark, Place, Stage, Verdict
from opstui.domain.text import fold
from opstui.errors import Refused

if TYPE_CHECKING:
    from opstui.domain.people import People

_PLACES = {
    Verdict.ACCEPT: Place.ACCEPTED,
    Verdict.DONE: Place.DONE,
    Verdict.DECLINE: Place.DECLINED,
    Verdict.MERGE: Place.MERGED,
    Verdict.SNOOZE: Place.SNOOZED,
    Verdict.ASSIGN: Place.ASSIGNED,
    Verdict.ESCALATE: Place.ESCALATED,
    Verdict.WAIT: Place.WAITING,
}
_TIMED = frozenset((Verdict.SNOOZE, Verdict.WAIT, Verdict.ESCALATE))
ENDING = frozenset((Verdict.DONE, Verdict.DECLINE, Verdict.MERGE))
"""Verdicts after which an item is over here."""
_COMES_BACK = frozenset((Verdict.ACCEPT, Verdict.DONE, Verdict.DECLINE))
_MATERIAL = frozenset(("status", "stage", "priority", "owner"))
_ONCE = {Verdict.ACCEPT: "already accepted", Verdict.DONE: "already done", Verdict.DECLINE: "already declined"}


def place(item: Item, mark: Mark, now: datetime, people: People | None = None) -> tuple[Place, datetime | None]:
    """Where an item stands, and when it wakes if it sleeps.

    A snooze, a wait and an escalation end at their date; what was accepted, done or declined comes back when its source
    moved its status, stage, priority or owner after the verdict; what was assigned when its source gave it to somebody
    else. What the source has closed is closed. ``people`` tell one person's spellings apart from another person.
    """
    if item.stage is Stage.DONE:
        return Place.CLOSED, None
    if mark.verdict is None:
        return (Place.DONE if mark.stage is Stage.DONE else Place.QUEUE), None
    if mark.verdict in _TIMED:
        if mark.until is None:
            return (Place.QUEUE if mark.verdict is Verdict.SNOOZE else _PLACES[mark.verdict]), None
        return (_PLACES[mark.verdict], mark.until) if mark.until > now else (Place.QUEUE, None)
    if mark.verdict in _COMES_BACK and came_back(item, mark):
        return Place.QUEUE, None
    if mark.verdict is Verdict.ASSIGN and given_away(item, mark, people):
        return Place.QUEUE, None
    return _PLACES[mark.verdict], None


def came_back(item: Item, mark: Mark) -> bool:
    """Whether something that matters and that the verdict could not know of was moved at the source.

    Needs the item's history since then. What counts is when a change was seen here, not when it was made.
    """
    if mark.verdict not in _COMES_BACK or mark.at is None or not mark.basis or item.fingerprint == mark.basis:
        return False
    return any(change.field in _MATERIAL and _moved_after(change, mark.at) for change in item.history)


def given_away(item: Item, mark: Mark, people: People | None = None) -> bool:
    """Whether the source of what was assigned has since given it to somebody else, or to nobody.

    What the verdict itself did there is known as of the verdict, see ``sending.expected``: however the source words it.
    """
    if mark.verdict is not Verdict.ASSIGN or mark.at is None or not mark.basis or item.fingerprint == mark.basis:
        return False
    moves = [change for change in item.history if change.field == "owner"]
    if not any(_moved_after(change, mark.at) for change in moves) or _same(item.owner, mark.target, people):
        return False
    known = [change for change in moves if not _moved_after(change, mark.at)]
    return not known or max(reversed(known), key=_seen).new != item.owner


def _moved_after(change: Change, since: datetime) -> bool:
    known = change.seen or change.at
    return change.old != change.new and known is not None and known > since


def _seen(change: Change) -> float:
    known = change.seen or change.at
    return known.timestamp() if known else 0.0


def _same(one: str | None, other: str, people: People | None) -> bool:
    if not one:
        return False
    return fold(one) == fold(other) or (people is not None and people.canonical(one) == people.canonical(other))


def refusal(
    verdict: Verdict,
    item: Item,
    mark: Mark,
    *,
    now: datetime | None = None,
    until: datetime | None = None,
    target: str = "",
    target_mark: Mark = NO_MARK,
) -> str | None:
    """Why a verdict does not apply, in the words a preview shows; None when it does.

    Arguments that are not known yet are left out: then only what is certain refuses.
    """
    if item.stage is Stage.DONE:
        return "its source has closed it"
    if mark.verdict is Verdict.MERGE:
        return f"already merged into {mark.target}"
    if verdict in _ONCE and mark.verdict is verdict and not came_back(item, mark):
        return _ONCE[verdict]
    if verdict is Verdict.MERGE and target:
        if target == item.ref:
            return "cannot merge into itself"
        if target_mark.verdict is Verdict.MERGE:
            return f"{target} is itself merged into {target_mark.target}"
    if until is not None and now is not None and until <= now:
        return "its date has passed"
    return None


def decide(
    verdict: Verdict,
    item: Item,
    mark: Mark,
    now: datetime,
    who: str,
    *,
    reason: str = "",
    until: datetime | None = None,
    target: str = "",
    target_mark: Mark = NO_MARK,
) -> Mark:
    """The mark that a verdict leaves. What was set here before (owner, priority, stage, for a block) stays.

    ``until`` is the end of a snooze, the nudge date of a wait, the deadline of an escalation; ``target`` the ref merged
    into, or the person assigned, escalated to or waited on.

    Raises:
        Refused: it does not apply to this item, or lacks what it needs.
    """
    why = refusal(verdict, item, mark, now=now, until=until, target=target, target_mark=target_mark)
    why = why or _missing(verdict, until, target)
    if why is not None:
        raise Refused(f"{verdict} {item.ref}", why, ref=item.ref)
    return replace(
        mark,
        verdict=verdict,
        at=now,
        who=who,
        until=until if verdict in _TIMED else None,
        reason=reason,
        target=target,
        owner=target if verdict is Verdict.ASSIGN else _owner(item, mark),
        stage=_open(mark.stage),
        staged=mark.staged if _open(mark.stage) else None,
        basis=item.fingerprint,
    )


def release(item: Item, mark: Mark) -> Mark:
    """Back to the queue: the verdict goes, what was set here stays.

    Raises:
        Refused: it is in the queue already, or closed at its source.
    """
    if item.stage is Stage.DONE:
        raise Refused(f"release {item.ref}", "its source has closed it", ref=item.ref)
    if mark.verdict is None and mark.stage is not Stage.DONE:
        raise Refused(f"release {item.ref}", "it is in the queue already", ref=item.ref)
    return without_verdict(replace(mark, owner=_owner(item, mark)))


def without_verdict(mark: Mark) -> Mark:
    """What was set here, and no verdict; an end that was set here goes with it."""
    stage = _open(mark.stage)
    staged = mark.staged if stage else None
    return Mark(owner=mark.owner, priority=mark.priority, stage=stage, for_block=mark.for_block, staged=staged)


def set_priority(item: Item, mark: Mark, priority: int | None) -> Mark:
    """The mark with a priority of our own, 1 to 5; None goes back to the source's.

    Raises:
        Refused: out of range, or closed at its source.
    """
    if priority is not None and not 1 <= priority <= 5:
        raise Refused(f"priority of {item.ref}", f"{priority} is not 1 (critical) to 5 (lowest)", ref=item.ref)
    _must_be_open("priority of", item)
    return replace(mark, priority=priority)


def set_stage(item: Item, mark: Mark, stage: Stage | None, now: datetime) -> Mark:
    """The mark with a stage of our own, since now where it is another; None goes back to the source's.

    Raises:
        Refused: closed at its source.
    """
    _must_be_open("stage of", item)
    if stage is mark.stage:
        return mark
    return replace(mark, stage=stage, staged=None if stage is None else now)


def set_for_block(item: Item, mark: Mark, wanted: bool = True) -> Mark:
    """The mark that puts an item on the list for a protected block, or takes it off.

    Raises:
        Refused: closed at its source.
    """
    if wanted:
        _must_be_open("block for", item)
    return replace(mark, for_block=wanted)


def _missing(verdict: Verdict, until: datetime | None, target: str) -> str | None:
    if verdict is Verdict.SNOOZE and until is None:
        return "a snooze needs a time"
    if verdict is Verdict.MERGE and not target:
        return "name the item to merge into"
    if verdict in (Verdict.ASSIGN, Verdict.ESCALATE, Verdict.WAIT) and not target.strip():
        return "name a person"
    return None


def _must_be_open(what: str, item: Item) -> None:
    if item.stage is Stage.DONE:
        raise Refused(f"{what} {item.ref}", "its source has closed it", ref=item.ref)


def _owner(item: Item, mark: Mark) -> str | None:
    """The owner set here, unless the source has given the item to somebody else since."""
    return None if given_away(item, mark) else mark.owner


def _open(stage: Stage | None) -> Stage | None:
    return None if stage is Stage.DONE else stage
