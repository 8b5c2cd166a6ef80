"""Routines at the desk: what is due today, the ticks of each, and how it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from opstui.domain.rail import Stop
from opstui.domain.routines import Routine, deadline, due_at, is_due, next_day, occurrences, slug
from opstui.errors import Refused
from opstui.late import late
from opstui.services.desk.context import Context

if TYPE_CHECKING:
    from opstui.domain import roundhistory, rounds
    from opstui.domain.roundhistory import History
    from opstui.domain.rounds import Round, Standing
    from opstui.domain.views import Receipt
    from opstui.services import own
    from opstui.services import rounds as stored
    from opstui.services.desk import keeping
    from opstui.store import records
    from opstui.store.db import Connection
    from opstui.store.records import Kept
else:  # the rail asks what is due before anything is ticked
    rounds = late("opstui.domain.rounds")
    roundhistory = late("opstui.domain.roundhistory")
    own = late("opstui.services.own")
    stored = late("opstui.services.rounds")
    keeping = late("opstui.services.desk.keeping")
    records = late("opstui.store.records")

DAYS_MOST = 366
"""So many days back how it went is told."""


ACTION = "app.routines"
"""Where a stop of the rail leads."""


class RoutineDesk:
    """What the pane and the command line use. A routine is named by its name, today's round being meant, or ``name@day``."""

    def __init__(self, at: Context) -> None:
        self._at = at

    @property
    def all(self) -> tuple[Routine, ...]:
        """Every routine of the config, in its order."""
        return self._at.routines

    @property
    def day(self) -> date:
        """The day whose work is on."""
        return self._at.calendar.day_of(self._at.now())

    # reads

    def today(self) -> tuple[Standing, ...]:
        """The rounds of today by the time they are due, as they stand."""
        at, day, now = self._at, self.day, self._at.now()
        due = [routine for routine in self.all if is_due(routine, at.calendar, day)]
        found = stored.all_kept(at.store.read, [rounds.name_of(routine.name, day) for routine in due])
        return tuple(
            rounds.by_due(
                stored.standing_of(one, at.calendar, day, now, found.get(rounds.name_of(one.name, day))) for one in due
            )
        )

    def missed(self) -> tuple[Standing, ...]:
        """Rounds of days before that nobody has ended, oldest first."""
        at = self._at
        found = (self._standing(one) for one in stored.open_before(at.store.read, self.day))
        return tuple(sorted(found, key=lambda one: (one.round.day, one.due, one.round.routine)))

    def round(self, name: str) -> Standing:
        """One round: today's, or that of the day in ``name@day``.

        Raises:
            Refused: there is no such routine, or it is not due then.
        """
        routine, day, found = self._meant(self._at.store.read, name)
        return self._stands(routine, day, found)

    def next_day(self, name: str) -> date | None:
        """The next day after today on which a routine is due."""
        return next_day(self._routine(name), self._at.calendar, self.day)

    def history(self, name: str, days: int = 30) -> History:
        """What became of a routine's rounds in the last days, oldest first; nothing before it was first known."""
        at, now, today = self._at, self._at.now(), self.day
        routine = self._routine(rounds.split_name(name)[0])
        first = today - timedelta(days=min(max(days, 1), DAYS_MOST) - 1)
        found = records.find(at.store.read, "round", since=at.calendar.on(first, datetime.min.time()), limit=10_000)
        written = {one.what.day: one for one in found if one.what.routine == routine.name}
        known = stored.known_since(at.store.read).get(routine.name)
        planned = [
            day
            for day in occurrences(routine, at.calendar, first, today)
            if day in written
            or (known is not None and due_at(routine, at.calendar, day) >= known[0])
            or now < deadline(routine, at.calendar, day)
        ]
        told = []
        for day in sorted({*planned, *(day for day in written if day >= first)}):
            one = written.get(day)
            end = (one.due if one else None) or deadline(routine, at.calendar, day)
            told.append((day, roundhistory.outcome(one.what if one else None, end, now), one.what if one else None))
        return roundhistory.History(routine.name, tuple(told))

    def due_stops(self) -> tuple[Stop, ...]:
        """For the day's rail: the routines that are late today, and the next one that is due."""
        return due_stops(self._at)

    # actions

    def tick(self, name: str, step: int | str, note: str = "") -> Receipt:
        """A step done, with a reading or a remark where it takes one; again: another reading. ``step``: its number or words."""
        return self._turn(
            name, step, "tick", "Ticked", lambda round, n: rounds.ticked(round, n, self._at.instant(), self._at.who, note)
        )

    def untick(self, name: str, step: int | str) -> Receipt:
        """A step that is to be done after all."""
        return self._turn(name, step, "untick", "Took back the tick of", rounds.unticked)

    def skip(self, name: str, step: int | str, why: str) -> Receipt:
        """A step left out, with the reason."""
        return self._turn(
            name,
            step,
            "skip",
            "Skipped",
            lambda round, n: rounds.skipped(round, n, self._at.instant(), self._at.who, why),
            why,
        )

    def sign(self, name: str) -> Receipt:
        """Stand for a round of which every step is over."""
        at = self._at
        return self._write(
            name, "sign", lambda round: rounds.signed(round, at.instant(), at.who), lambda round: f"Signed: {round.name}"
        )

    def waive(self, name: str, why: str) -> Receipt:
        """Give a round up for this time, with the reason."""
        at = self._at
        return self._write(
            name, "waive", lambda round: rounds.waived(round, at.instant(), why), lambda round: f"Waived: {round.name}", why
        )

    def _turn(
        self, name: str, step: int | str, verb: str, did: str, do: Callable[[Round, int], Round], why: str = ""
    ) -> Receipt:
        place: list[int] = []

        def change(round: Round) -> Round:
            place.append(rounds.found(round.steps, step, round.routine))
            return do(round, place[0])

        def said(round: Round) -> str:
            tick = round.steps[place[0]] if place[0] < len(round.steps) else None
            reading = f" ({tick.note})" if tick and tick.note else ""
            return f"{did} {tick.text if tick else step}{reading}, {round.done} of {len(round.steps)} of {round.routine}"

        return self._write(name, verb, change, said, why)

    def _write(
        self, name: str, verb: str, change: Callable[[Round], Round], said: Callable[[Round], str], why: str = ""
    ) -> Receipt:
        """One action on one round: its record, its journal group, and the item about it where it was missed."""
        at = self._at
        with at.store.writing() as conn:
            routine, day, before = self._meant(conn, name)
            standing = self._stands(routine, day, before)
            round = change(standing.round)
            if before is None:
                after = records.new("round", round, at.instant(), at.who, name=round.name, due=standing.deadline)
            else:
                after = before.now(round)
            after = replace(after, open=not round.over)
            receipt = keeping.write(at, conn, [(before, after)], verb=verb, said=said(round), why=why)
            key = stored.key_of(round.routine, day)
            if round.over:
                own.close_item(conn, key, at.rules, at.instant())
            elif stored.is_told(conn, key):
                stored.raise_missed(conn, standing._replace(round=round), at.calendar, at.rules, at.instant())
            return receipt

    # what is meant

    def _routine(self, name: str) -> Routine:
        wanted = slug(name)
        exact = [routine for routine in self.all if routine.slug == wanted]
        found = exact or [routine for routine in self.all if wanted and routine.slug.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(
                f"{name!r} means more than one routine", ", ".join(one.name for one in found), "Write more of its name"
            )
        known = ", ".join(one.name for one in self.all)
        raise Refused(f"no routine {name!r}", f"the config has {known or 'none'}", "See them: opstui routine list")

    def _meant(self, conn: Connection, name: str) -> tuple[Routine | None, date, Kept[Round] | None]:
        """The routine (None: the config has it no longer), the day and what is written of a round."""
        at, (bare, said) = self._at, rounds.split_name(name)
        if said is not None:
            kept = stored.kept_of(conn, bare, said)
            if kept is not None and all(one.name != kept.what.routine for one in self.all):
                return None, said, kept
        routine = self._routine(bare)
        day = said or self.day
        found = stored.kept_of(conn, routine.name, day)
        if found is None and day > self.day:
            raise Refused(f"{routine.name} is not due yet", f"its day is {day:%a} {day.day} {day:%b}")
        if found is None and not is_due(routine, at.calendar, day):
            late = [one for one in stored.open_before(conn, self.day) if one.what.routine == routine.name]
            if said is None and late:
                return routine, late[-1].what.day, late[-1]
            after = next_day(routine, at.calendar, day)
            step = f"It comes next on {after:%a} {after.day} {after:%b}" if after else ""
            raise Refused(f"{routine.name} is not due {'today' if said is None else f'on {day}'}", "", step)
        if found is None and day < self.day and not self._asked_for(conn, routine, day):
            raise Refused(
                f"no round of {routine.name} on {day}",
                "the routine was not known then as it is now",
                f'What it was is told by: opstui routine history "{routine.name}"',
            )
        return routine, day, found

    def _asked_for(self, conn: Connection, routine: Routine, day: date) -> bool:
        """Whether a routine was known already when its round of a day before was due."""
        calendar, known = self._at.calendar, stored.known_since(conn).get(routine.name)
        if known is None or day < calendar.local(known[0]).date() - timedelta(days=1):
            return False
        return due_at(routine, calendar, day) >= known[0]

    def _stands(self, routine: Routine | None, day: date, found: Kept[Round] | None) -> Standing:
        at = self._at
        if routine is None:
            assert found is not None
            return stored.remembered(found, at.now())
        return stored.standing_of(routine, at.calendar, day, at.now(), found)

    def _standing(self, found: Kept[Round]) -> Standing:
        routine = next((one for one in self.all if one.name == found.what.routine), None)
        return self._stands(routine, found.what.day, found)


def due_stops(at: Context) -> tuple[Stop, ...]:
    """For the day's rail: the routines that are late today, and the next one that is due. Cheap: a row of an index each."""
    if not at.settings.routines:
        return ()
    from opstui.store.rounds import written

    now, day = at.now(), at.calendar.day_of(at.now())
    due = [(due_at(one, at.calendar, day), one) for one in at.routines if is_due(one, at.calendar, day)]
    still = written(at.store.read, [f"{one.name}@{day.isoformat()}" for _, one in due])
    left = sorted((when, one.name) for when, one in due if still.get(f"{one.name}@{day.isoformat()}", True))
    late = [Stop(name, when, "late", ACTION) for when, name in left if when <= now]
    ahead = [Stop(name, when, "next", ACTION) for when, name in left if when > now]
    return (*late, *ahead[:1])
