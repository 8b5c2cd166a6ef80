"""What somebody could say in a stand-up, put together from what is known: nothing stands there that nothing tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opstui.domain.kinds import Place, Stage
from opstui.domain.standup import Draft, Said
from opstui.domain.text import clean_line

MOST = 50
"""Lines of one person, in all three parts."""
SHARE = 20
"""Lines of one part: what is over is one line that says how many."""
ALIKE = 4
"""Actions of one sort that have a line each; further ones share one."""
NEXT = 2
"""Of who has nothing in work, so many items that come first."""
TITLE = 120

DID = frozenset(
    {
        *("accept", "done", "decline", "merge", "assign", "escalate", "wait", "for_block", "release", "priority", "stage"),
        *("transition", "due", "labels", "comment", "note", "decide", "create"),
    }
)
"""Verbs of the journal that are work on an item. A snooze is none, and what is done in a stand-up is its own report."""
_ONLY_TOLD = frozenset({"accept", "priority", "due", "labels", "release"})
"""Those that are one line together as soon as there are several: many keys, little news."""


@dataclass(frozen=True, slots=True)
class Act:
    """One action of the journal, by its one name ``who``; ``refs`` with the titles of their items."""

    uid: str
    at: datetime
    who: str
    verb: str
    summary: str
    refs: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One field of an item that moved at its source; ``who`` did it as far as that is known, ``owner`` has the item."""

    ref: str
    title: str
    field: str
    old: str
    new: str
    at: datetime
    who: str = ""
    owner: str = ""
    stage: Stage = Stage.TODO
    """Where the item stands now."""


@dataclass(frozen=True, slots=True)
class Hand:
    """An item that somebody has, where it stands, and what it waits for: ref, title and owner of each that is open."""

    ref: str
    title: str
    owner: str
    stage: Stage
    place: Place
    status: str = ""
    due: datetime | None = None
    target: str = ""
    reason: str = ""
    blockers: tuple[tuple[str, str, str], ...] = ()


def draft(
    person: str, acts: Sequence[Act], moves: Sequence[Move], hands: Sequence[Hand], end: datetime, *, me: bool = False
) -> Draft:
    """What is known of ``person``'s work; ``end`` of the day says what is due today. ``me``: what was accepted is mine.

    ``acts``, ``moves`` and ``hands`` may hold other people's too; moves and acts in the order of their times.
    """
    own = [hand for hand in hands if hand.owner == person or (me and hand.place is Place.ACCEPTED and not hand.owner)]
    did = [act for act in acts if act.who == person]
    done = [*_acted(did), *_moved(person, moves, {ref for act in did for ref in act.refs})]
    todo = [_in_work(hand, end) for hand in own if _works(hand, end)] or [_not_begun(hand) for hand in own if _waits(hand)][
        :NEXT
    ]
    stuck = [_stuck(hand) for hand in own if hand.stage is Stage.BLOCKED or hand.place is Place.WAITING]
    return Draft(_cut(done), _cut(todo), _cut(stuck, MOST - 2 * SHARE))


def _cut(lines: Sequence[Said], most: int = SHARE) -> tuple[Said, ...]:
    lines = list(lines)
    if len(lines) <= most:
        return tuple(lines)
    rest = lines[most - 1 :]
    refs = tuple(dict.fromkeys(ref for line in rest for ref in line.refs))[:MOST]
    return (*lines[: most - 1], Said(f"and {len(rest)} more", refs, rest[0].source))


def _titled(title: str, what: str) -> str:
    return f"{clean_line(title, limit=TITLE)}: {what}" if title else what


def _acted(acts: Iterable[Act]) -> list[Said]:
    """What was done here, in the order it was done; much of one sort is one line."""
    by_verb: dict[str, list[Act]] = {}
    for act in acts:
        if act.verb in DID:
            by_verb.setdefault(act.verb, []).append(act)
    lines: list[tuple[datetime, Said]] = []
    for verb, found in by_verb.items():
        few = 1 if verb in _ONLY_TOLD else ALIKE
        alone = found if len(found) <= few + 1 else found[:few] if few > 1 else []
        lines += [(act.at, Said(_act_words(act), act.refs[:MOST], act.uid)) for act in alone]
        rest = found[len(alone) :]
        if rest:
            refs = tuple(dict.fromkeys(ref for act in rest for ref in act.refs))
            more = " more" if alone else ""
            said = f"{len(refs) or len(rest)}{more} {_PLURAL.get(verb, verb.replace('_', ' '))}"
            lines.append((rest[-1].at, Said(said, refs[:MOST], rest[0].uid)))
    return [said for _, said in sorted(lines, key=lambda line: line[0])]


_PLURAL = {
    "accept": "taken on",
    "done": "done",
    "decline": "declined",
    "merge": "merged",
    "assign": "given away",
    "escalate": "escalated",
    "wait": "parked on somebody",
    "comment": "commented on",
    "note": "noted on",
    "priority": "with another priority",
    "due": "with another due date",
    "labels": "with other labels",
    "release": "put back into the queue",
    "transition": "moved on",
    "stage": "moved on",
    "decide": "decided on",
    "create": "made",
}


def _act_words(act: Act) -> str:
    """The journal's own sentence, with the item's title in the place of its ref."""
    if len(act.refs) != 1:
        return clean_line(act.summary)
    ref = re.escape(act.refs[0])
    said = re.sub(rf"(?: on| of)? {ref}(?=[\s:,.]|$)|^{ref}(?=[\s:,.]|$)", "", act.summary, count=1).strip()
    return _titled(act.titles[0] if act.titles else "", clean_line(said[:1].lower() + said[1:]))


def _moved(person: str, moves: Sequence[Move], told: set[str]) -> list[Said]:
    """What moved at its source, an item a line: by the person, or the state of what is theirs."""
    found: dict[str, list[Move]] = {}
    for move in moves:
        theirs = move.who == person or (move.owner == person and move.field in ("status", "stage"))
        if theirs and not (move.ref in told and move.field in ("status", "stage", "owner", "priority")):
            found.setdefault(move.ref, []).append(move)
    return [Said(_titled(of[0].title, _move_words(of)), (ref,), "item") for ref, of in found.items()]


def _move_words(moves: Sequence[Move]) -> str:
    """What became of an item: its last state, else what else was done to it."""
    state = [move for move in moves if move.field in ("status", "stage")]
    if state:
        last = state[-1]
        return f"moved to {clean_line(last.new) or 'no status'}"
    named = {"comments": "commented", "owner": "given to somebody else", "source": "gone from its source"}
    return ", ".join(dict.fromkeys(named.get(move.field, f"{move.field} changed") for move in moves))


def _works(hand: Hand, end: datetime) -> bool:
    if hand.stage is Stage.BLOCKED or hand.place is Place.WAITING:
        return False
    return hand.stage is Stage.DOING or hand.place is Place.ACCEPTED or (hand.due is not None and hand.due <= end)


def _waits(hand: Hand) -> bool:
    return hand.stage is Stage.TODO and hand.place in (Place.QUEUE, Place.ASSIGNED)


def _not_begun(hand: Hand) -> Said:
    words = [clean_line(hand.status)] if hand.status else []
    return Said(_titled(hand.title, ", ".join([*words, "not begun"])), (hand.ref,), "item")


def _in_work(hand: Hand, end: datetime) -> Said:
    words = [clean_line(hand.status)] if hand.status else []
    if hand.due is not None and hand.due <= end:
        words.append("overdue" if hand.due <= end - timedelta(days=1) else "due today")
    return Said(_titled(hand.title, ", ".join(words) or "in work"), (hand.ref,), "item")


def _stuck(hand: Hand) -> Said:
    if hand.place is Place.WAITING and hand.target:
        what = f"waits on {clean_line(hand.target)}" + (f", {clean_line(hand.reason)}" if hand.reason else "")
        return Said(_titled(hand.title, what), (hand.ref,), "item")
    names = [(clean_line(title, limit=TITLE) or ref) + (f" ({owner})" if owner else "") for ref, title, owner in hand.blockers]
    what = "waits for " + ", ".join(names[:3]) if names else clean_line(hand.status) or "blocked"
    if len(names) > 3:
        what += f" and {len(names) - 3} more"
    return Said(_titled(hand.title, what), (hand.ref, *(ref for ref, _, _ in hand.blockers[:3])), "item")


Name = Callable[[str], str]
"""The one name of whoever a source means."""
