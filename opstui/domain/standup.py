"""A stand-up as it is walked: who speaks in which order, for how long, what each one said, and what was known before.

Every rule gives a new stand-up. Times come from the moments that are passed in and kept: what a crash interrupts goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from random import Random

from opstui.domain.format import plural
from opstui.errors import Refused

GAP_S = 30 * 60
"""Without a key for longer than this nobody was speaking: a lid was closed, or lunch came between."""
LENGTH_S, EACH_S = 15 * 60, 2 * 60


class State(StrEnum):
    """How a person stands to the round; who speaks now is still waiting."""

    WAITING = "waiting"
    SPOKEN = "spoken"
    ABSENT = "absent"


PARTS = ("yesterday", "today", "blockers")
"""What everybody is asked."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a draft, and what it stands on: ``refs`` of items, ``source`` a journal group's uid or ``item``."""

    text: str
    refs: tuple[str, ...] = ()
    source: str = "item"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a person's work before a word is said."""

    yesterday: tuple[Said, ...] = ()
    today: tuple[Said, ...] = ()
    blockers: tuple[Said, ...] = ()

    def part(self, name: str) -> tuple[Said, ...]:
        """One of ``PARTS``."""
        found: tuple[Said, ...] = getattr(self, name)
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of somebody when their turn was over: a record beside the stand-up's, which is written with each step."""

    person: str
    draft: Draft

    @property
    def summary(self) -> str:
        """In a line."""
        return f"Known of {self.person}: {plural(sum(len(self.draft.part(part)) for part in PARTS), 'line')}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's place in the round. A text is None as long as nobody typed it: then the draft stands."""

    person: str
    state: State = State.WAITING
    seconds: int = 0
    yesterday: str | None = None
    today: str | None = None
    blockers: str | None = None

    def typed(self, part: str) -> str | None:
        """What was typed for one of ``PARTS``."""
        found: str | None = getattr(self, part)
        return found

    @property
    def edited(self) -> bool:
        """Whether anything was typed."""
        return any(self.typed(part) is not None for part in PARTS)


@dataclass(frozen=True, slots=True)
class Heard:
    """One blocker as it stood when the stand-up ended: the ledger's record, and how often it was heard unchanged."""

    uid: str
    text: str
    ref: str = ""
    owner: str = ""
    next_step: str = ""
    unchanged: int = 0
    done: str = ""
    """What somebody did about it since the stand-up before: decided, escalated, given away."""


@dataclass(frozen=True, slots=True)
class Standup:
    """One stand-up; ``turns`` in speaking order, ``since`` the moment up to which time is counted."""

    day: str
    """The local date, ISO."""
    started: datetime
    since: datetime
    turns: tuple[Turn, ...] = ()
    current: str = ""
    """Who speaks; empty while nobody does."""
    ended: datetime | None = None
    seconds: int = 0
    """Of the whole, what was left out not counted."""
    left_out: int = 0
    """Seconds in which nobody touched a key for longer than ``GAP_S``."""
    length_s: int = LENGTH_S
    each_s: int = EACH_S
    seed: int | None = None
    """What the order was last shuffled with."""
    heard: tuple[Heard, ...] = ()
    """The blockers that it ended with."""
    unseen: tuple[tuple[str, int], ...] = ()
    """How many items nobody saw when it ended, by why."""

    @property
    def summary(self) -> str:
        """In a line."""
        return f"Stand-up of {self.day}: {spoken_words(self)}"

    def turn(self, person: str) -> Turn | None:
        """Somebody's place in the round."""
        return next((turn for turn in self.turns if turn.person == person), None)

    @property
    def speaking(self) -> Turn | None:
        """Whose turn it is."""
        return self.turn(self.current) if self.current else None


def spoken_words(standup: Standup) -> str:
    """``2 of 6 spoken``; who is absent is not waited for."""
    there = [turn for turn in standup.turns if turn.state is not State.ABSENT]
    if not there:
        return "nobody there"
    return f"{sum(turn.state is State.SPOKEN for turn in there)} of {len(there)} spoken"


# The round


def start(
    day: str,
    roster: Iterable[str],
    now: datetime,
    *,
    length_s: int = LENGTH_S,
    each_s: int = EACH_S,
    seed: int | None = None,
) -> Standup:
    """Begin with the first of the roster, in another order when there is a seed. Everybody has one place."""
    turns = tuple(Turn(name) for name in dict.fromkeys(roster))
    begun = Standup(day, now, now, turns, length_s=length_s, each_s=each_s)
    if seed is not None:
        begun = shuffle(begun, seed, now)
    return replace(begun, current=_waiting(begun.turns, 0))


def counted(standup: Standup, now: datetime) -> Standup:
    """Time up to now, given to whoever speaks. A clock that was set back adds nothing until it has caught up."""
    passed = int((now - standup.since).total_seconds())
    if standup.ended is not None or passed <= 0:
        return standup
    if passed > GAP_S:
        return replace(standup, since=now, left_out=standup.left_out + passed)
    turns = tuple(
        replace(turn, seconds=turn.seconds + passed) if turn.person == standup.current else turn for turn in standup.turns
    )
    return replace(standup, since=now, seconds=standup.seconds + passed, turns=turns)


def onward(standup: Standup, now: datetime) -> Standup:
    """Whoever speaks has spoken; the next who has not is asked. After the last, nobody."""
    standup = counted(_under_way(standup), now)
    at = _place(standup, standup.current)
    turns = _with(standup.turns, standup.current, state=State.SPOKEN)
    return replace(standup, turns=turns, current=_waiting(turns, at + 1))


def back(standup: Standup, now: datetime) -> Standup:
    """Whoever spoke before speaks again.

    Raises:
        Refused: nobody did.
    """
    standup = counted(_under_way(standup), now)
    at = _place(standup, standup.current) if standup.current else len(standup.turns)
    # The one before; in a round that went over the end and began at the top again, the last one.
    order = [*reversed(standup.turns[: max(at, 0)]), *reversed(standup.turns[max(at, 0) :])]
    before = next((turn.person for turn in order if turn.state is State.SPOKEN), "")
    if not before:
        raise Refused("Go back", "nobody has spoken before")
    return replace(standup, turns=_with(standup.turns, before, state=State.WAITING), current=before)


def later(standup: Standup, now: datetime) -> Standup:
    """Whoever speaks is asked at the end instead."""
    standup = counted(_under_way(standup), now)
    turn = standup.speaking
    if turn is None:
        raise Refused("Ask later", "nobody speaks now")
    rest = tuple(one for one in standup.turns if one.person != turn.person)
    waiting = _waiting(rest, _place(standup, turn.person))
    return replace(standup, turns=(*rest, turn), current=waiting or turn.person)


def absent(standup: Standup, person: str, now: datetime) -> Standup:
    """Somebody is not there; or is, when they were absent. Whose turn it was passes it on.

    Raises:
        Refused: there is no such person in the round.
    """
    standup = counted(_under_way(standup), now)
    turn = _known(standup, person, "Absent")
    if turn.state is State.ABSENT:
        return replace(standup, turns=_with(standup.turns, person, state=State.WAITING))
    turns = _with(standup.turns, person, state=State.ABSENT)
    if standup.current != person:
        return replace(standup, turns=turns)
    return replace(standup, turns=turns, current=_waiting(turns, _place(standup, person) + 1))


def shuffle(standup: Standup, seed: int, now: datetime) -> Standup:
    """Another order for those who wait; who has spoken, speaks or is absent stays where they are."""
    standup = counted(_under_way(standup), now)
    free = [at for at, turn in enumerate(standup.turns) if turn.state is State.WAITING and turn.person != standup.current]
    mixed = [standup.turns[at] for at in free]
    Random(seed).shuffle(mixed)
    turns = list(standup.turns)
    for at, turn in zip(free, mixed, strict=True):
        turns[at] = turn
    return replace(standup, turns=tuple(turns), seed=seed)


def join(standup: Standup, person: str, now: datetime) -> Standup:
    """Somebody who is not on the roster is there too, as the last; no change for who is in the round."""
    standup = counted(_under_way(standup), now)
    if standup.turn(person) is not None:
        return standup
    turns = (*standup.turns, Turn(person))
    return replace(standup, turns=turns)


def edit(standup: Standup, person: str, now: datetime, **texts: str | None) -> Standup:
    """What somebody said, by ``PARTS``: a text takes the draft's place, None gives it back. Nobody's turn moves on.

    It can be done in a stand-up that is over, too.

    Raises:
        Refused: there is no such person in the round.
    """
    standup = counted(standup, now)
    _known(standup, person, "Say")
    return replace(standup, turns=_with(standup.turns, person, **texts))


def finish(standup: Standup, now: datetime) -> Standup:
    """It is over; who speaks has spoken if they came to a word."""
    standup = counted(_under_way(standup), now)
    turn, turns = standup.speaking, standup.turns
    if turn is not None and (turn.seconds or turn.edited):
        turns = _with(turns, turn.person, state=State.SPOKEN)
    return replace(standup, turns=turns, current="", ended=max(now, standup.since))


def left_open(standup: Standup) -> Standup:
    """A stand-up that nobody finished, over as of its last entry."""
    return finish(standup, standup.since)


# Looking at it


def total(standup: Standup, now: datetime) -> int:
    """Seconds by now, without writing them."""
    return counted(standup, now).seconds


def taken(standup: Standup, person: str, now: datetime) -> int:
    """Somebody's seconds by now."""
    turn = counted(standup, now).turn(person)
    return turn.seconds if turn else 0


def with_state(standup: Standup, *states: State) -> Sequence[Turn]:
    """Turns in one of these states, in speaking order."""
    return [turn for turn in standup.turns if turn.state in states]


def weight(standup: Standup) -> tuple[int, int]:
    """How much was said in it: by how many, and how many of them more than what was known."""
    return len(with_state(standup, State.SPOKEN)), sum(turn.edited for turn in standup.turns)


def _under_way(standup: Standup) -> Standup:
    if standup.ended is not None:
        raise Refused("Go on with the stand-up", f"the one of {standup.day} is over", "opstui standup start begins another one")
    return standup


def _known(standup: Standup, person: str, what: str) -> Turn:
    turn = standup.turn(person)
    if turn is None:
        raise Refused(f"{what}: {person}", "nobody of that name is in this stand-up")
    return turn


def _place(standup: Standup, person: str) -> int:
    return next((at for at, turn in enumerate(standup.turns) if turn.person == person), -1)


def _waiting(turns: Sequence[Turn], at: int) -> str:
    """The first who waits, from a place on and then from the top."""
    order = (*turns[at:], *turns[:at])
    return next((turn.person for turn in order if turn.state is State.WAITING), "")


def _with(turns: tuple[Turn, ...], person: str, **changes: object) -> tuple[Turn, ...]:
    return tuple(replace(turn, **changes) if turn.person == person else turn for turn in turns)  # type: ignore[arg-type]
