"""Rounds: one routine on one day, what of it was done by whom, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from opstui.domain.format import plural
from opstui.domain.routines import Needs, Routine
from opstui.domain.text import clean_line, fold
from opstui.errors import Refused

NOTE_MOST = 500
"""Characters of a remark."""


class State(StrEnum):
    """How a round stands."""

    DUE = "due"
    LATE = "late"
    """Its time has come; the grace is not over."""
    MISSED = "missed"
    DONE = "done"
    SIGNED = "signed"
    WAIVED = "waived"


OVER = (State.DONE, State.SIGNED, State.WAIVED)


@dataclass(frozen=True, slots=True)
class Tick:
    """A step of one round. ``note`` is its reading or remark, ``skipped`` why it was left out."""

    text: str
    needs: Needs = Needs.NOTHING
    done_at: datetime | None = None
    who: str = ""
    note: str = ""
    skipped: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing is left to do: it was done, or left out for a reason."""
        return self.done_at is not None


@dataclass(frozen=True, slots=True)
class Round:
    """A routine on a day. ``sign``: it is only over when somebody has signed; ``waived`` says why it was given up."""

    routine: str
    day: date
    steps: tuple[Tick, ...]
    sign: bool = False
    signed_at: datetime | None = None
    signed_by: str = ""
    waived: str = ""
    waived_at: datetime | None = None

    @property
    def name(self) -> str:
        """What its record is called."""
        return name_of(self.routine, self.day)

    @property
    def done(self) -> int:
        """How many steps are over."""
        return sum(step.over for step in self.steps)

    @property
    def complete(self) -> bool:
        """Whether every step is over."""
        return self.done == len(self.steps)

    @property
    def ended_at(self) -> datetime | None:
        """When it was over, None as long as it is not."""
        if self.waived:
            return self.waived_at
        if self.sign:
            return self.signed_at
        return max((step.done_at for step in self.steps if step.done_at), default=None) if self.complete else None

    @property
    def over(self) -> bool:
        """Whether nobody has to see to it any more."""
        return self.ended_at is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """What is left of it, in words."""
        left = tuple(step.text for step in self.steps if not step.over)
        return left or (("the signature",) if self.sign and not self.over else ())

    @property
    def summary(self) -> str:
        """In a line."""
        how = f"waived: {self.waived}" if self.waived else f"signed by {self.signed_by}" if self.signed_by else ""
        return f"{self.routine}, {self.day}: {self.done} of {len(self.steps)}" + (f", {how}" if how else "")


class Standing(NamedTuple):
    """A round with its routine and how it stands now."""

    routine: Routine
    round: Round
    state: State
    due: datetime
    deadline: datetime
    begun: bool = False
    """Whether anything of it is written."""

    @property
    def over(self) -> bool:
        """Whether nobody has to see to it any more."""
        return self.state in OVER

    @property
    def to_sign(self) -> bool:
        """Whether all that is missing is a signature."""
        return not self.over and self.round.complete


def name_of(routine: str, day: date) -> str:
    """``Opening checks@2026-11-20``."""
    return f"{routine}@{day.isoformat()}"


def split_name(name: str) -> tuple[str, date | None]:
    """The routine and the day of a name; None: the day was not named."""
    routine, at, day = name.rpartition("@")
    if at:
        try:
            return routine, date.fromisoformat(day)
        except ValueError:
            pass
    return name, None


def planned(routine: Routine, day: date, kept: Round | None = None) -> Round:
    """A round by the routine as it is now, with what was done of it; a step taken out since stays when it was ticked."""
    if kept is not None and kept.over:
        return kept
    before = list(kept.steps) if kept else []
    steps: list[Tick] = []
    for step in routine.steps:
        same = next((tick for tick in before if tick.text == step.text), None)
        if same is not None:
            before.remove(same)
        steps.append(replace(same, needs=step.needs) if same else Tick(step.text, step.needs))
    steps += [tick for tick in before if tick.over]
    return Round(routine.name, day, tuple(steps), routine.sign)


def state(round: Round, due: datetime, deadline: datetime, now: datetime) -> State:
    """How a round stands at a moment."""
    if round.waived:
        return State.WAIVED
    if round.over:
        return State.SIGNED if round.sign else State.DONE
    return State.MISSED if now >= deadline else State.LATE if now >= due else State.DUE


# What is done to a round


def ticked(round: Round, index: int, at: datetime, who: str, note: str = "") -> Round:
    """A step done; a second tick sets another reading or remark.

    Raises:
        Refused: the round is over, or the step wants a reading or a remark that is not there.
    """
    _must_be_open(round)
    step = round.steps[index]
    note = clean_line(note, limit=NOTE_MOST)
    what = f"{round.routine}: {step.text}"
    if step.needs and not note:
        wanted = "a number" if step.needs is Needs.NUMBER else "a few words"
        raise Refused(what, f"this step takes {wanted}", "Say it with the tick")
    if step.needs is Needs.NUMBER and number(note) is None:
        raise Refused(what, f"{note!r} does not begin with a number", "Write it as 4.5 or -18 C")
    return _with(round, index, replace(step, done_at=at, who=who, note=note, skipped=""))


def unticked(round: Round, index: int) -> Round:
    """A step that is to be done after all. Of a signed round the signature falls with it.

    Raises:
        Refused: it is not ticked, or the round was waived.
    """
    step = round.steps[index]
    if round.waived:
        raise Refused(round.routine, "it was waived", "Undo that first")
    if not step.over:
        raise Refused(f"{round.routine}: {step.text}", "it is not ticked")
    round = replace(round, signed_at=None, signed_by="")
    return _with(round, index, replace(step, done_at=None, who="", note="", skipped=""))


def skipped(round: Round, index: int, at: datetime, who: str, why: str) -> Round:
    """A step left out, with the reason.

    Raises:
        Refused: the round is over, or no reason is given.
    """
    _must_be_open(round)
    step, why = round.steps[index], clean_line(why, limit=NOTE_MOST)
    if not why:
        raise Refused(f"{round.routine}: {step.text}", "a step is left out for a reason", "Say why")
    return _with(round, index, replace(step, done_at=at, who=who, note="", skipped=why))


def signed(round: Round, at: datetime, who: str) -> Round:
    """Somebody stands for it.

    Raises:
        Refused: it is over, or steps are missing.
    """
    _must_be_open(round)
    if not round.complete:
        left = len(round.steps) - round.done
        raise Refused(f"{round.routine} is not signed", f"{plural(left, 'step')} missing: {'; '.join(round.missing[:3])}")
    return replace(round, sign=True, signed_at=at, signed_by=who)


def waived(round: Round, at: datetime, why: str) -> Round:
    """It is not done this time, with the reason.

    Raises:
        Refused: it is over, or no reason is given.
    """
    _must_be_open(round)
    why = clean_line(why, limit=NOTE_MOST)
    if not why:
        raise Refused(f"{round.routine} is not waived", "it is given up for a reason", "Say why")
    return replace(round, waived=why, waived_at=at)


def number(text: str) -> float | None:
    """The number that a reading begins with, whatever its unit: ``-18,5 C``."""
    kept = ""
    for char in text.strip().replace("\u2212", "-").replace(",", "."):
        if not (char.isdigit() or char in "+-."):
            break
        kept += char
    try:
        return float(kept)
    except ValueError:
        return None


def found(steps: Sequence[Tick], said: str | int, of: str) -> int:
    """The index of a step: its number from 1, or the words it begins with.

    Raises:
        Refused: no step is meant, or more than one.
    """
    if isinstance(said, int) or said.strip().isdecimal():
        place = int(said) - 1
        if 0 <= place < len(steps):
            return place
        raise Refused(f"{of} has no step {int(said)}", f"it has {len(steps)}")
    wanted = fold(said)
    for fits in (lambda text: text == wanted, lambda text: text.startswith(wanted), lambda text: wanted in text):
        places = [n for n, step in enumerate(steps) if wanted and fits(fold(step.text))]
        if len(places) == 1:
            return places[0]
        if places:
            raise Refused(f"{of}: {said!r} means more than one step", "; ".join(f"{n + 1} {steps[n].text}" for n in places[:4]))
    raise Refused(f"{of} has no step {said!r}", "", "Name it by its number")


def _must_be_open(round: Round) -> None:
    if round.over:
        how = "waived" if round.waived else "signed" if round.sign else "done"
        raise Refused(f"{round.routine}, {round.day}", f"it is {how} already", "Undo takes that back")


def _with(round: Round, index: int, tick: Tick) -> Round:
    return replace(round, steps=(*round.steps[:index], tick, *round.steps[index + 1 :]))


def by_due(rows: Iterable[Standing]) -> list[Standing]:
    """By the time they are due."""
    return sorted(rows, key=lambda row: (row.due, row.routine.name))
