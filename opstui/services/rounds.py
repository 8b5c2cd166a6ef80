"""Rounds in the store, for the desk and for the engine: what is written of one, how it stands, and what was missed.

A round that is missed stands in the queue as an item of opstui's own until it is done or waived.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from opstui.domain.format import plural
from opstui.domain.kinds import OWN, ROUTINE
from opstui.domain.rounds import Round, Standing, name_of, planned, state
from opstui.domain.routines import Needs, Routine, Step, deadline, due_at, occurrences
from opstui.services import own
from opstui.store import kept, records
from opstui.store import rounds as stored
from opstui.store.records import Kept

if TYPE_CHECKING:
    from opstui.domain.calendar import WorkCalendar
    from opstui.domain.urgency import Rules
    from opstui.store.db import Connection

KIND = "round"
KNOWN = "routines"
"""Under this name the store remembers since when each routine is known: nothing before is missed."""
BACK = 7
"""So many days back a round is looked for that was missed while no engine ran; what lies before is history."""
NAMED = 8
"""So many missing steps are named."""


def key_of(routine: str, day: date) -> str:
    """The key of the item about a missed round."""
    from opstui.domain.routines import slug

    return f"{ROUTINE}{slug(routine)}-{day.isoformat()}"


def all_kept(conn: sqlite3.Connection, names: Sequence[str]) -> dict[str, Kept[Round]]:
    """What is written of these rounds, by their names."""
    return {one.name: one for one in records.named(conn, KIND, names)}


def kept_of(conn: sqlite3.Connection, routine: str, day: date) -> Kept[Round] | None:
    """What is written of a round."""
    found = records.find(conn, KIND, name=name_of(routine, day), limit=1)
    return found[0] if found else None


def standing(conn: sqlite3.Connection, routine: Routine, calendar: WorkCalendar, day: date, now: datetime) -> Standing:
    """A round as it stands."""
    return standing_of(routine, calendar, day, now, kept_of(conn, routine.name, day))


def standing_of(routine: Routine, calendar: WorkCalendar, day: date, now: datetime, found: Kept[Round] | None) -> Standing:
    """A round as it stands, by what is written of it."""
    round = planned(routine, day, found.what if found else None)
    due, end = due_at(routine, calendar, day), deadline(routine, calendar, day)
    return Standing(routine, round, state(round, due, end, now), due, end, found is not None)


def remembered(found: Kept[Round], now: datetime) -> Standing:
    """A round of a routine that the config no longer has, or of another day, by its record alone."""
    round = found.what
    end = found.due or found.at
    steps = tuple(Step(tick.text, Needs(tick.needs)) for tick in round.steps)
    return Standing(Routine(round.routine, steps, sign=round.sign, grace=0), round, state(round, end, end, now), end, end, True)


def open_before(conn: sqlite3.Connection, day: date, limit: int = 50) -> list[Kept[Round]]:
    """Rounds of days before that nobody has ended, oldest first."""
    found = records.find(conn, KIND, open=True, limit=limit)
    return sorted((one for one in found if one.what.day < day), key=lambda one: one.what.day)


def known_since(conn: Connection) -> dict[str, tuple[datetime, str]]:
    """Since when each routine is known as it is, by name, and the schedule that it had then."""
    try:
        said = json.loads(kept.kept(conn, KNOWN) or "{}")
        return {name: (datetime.fromtimestamp(at, UTC), str(schedule)) for name, (at, schedule) in said.items()}
    except (ValueError, TypeError, AttributeError, OSError):
        return {}


class Watch:
    """Looks for rounds that were missed, or are no longer: what it says of them stands in the queue."""

    def __init__(self, routines: Sequence[Routine], calendar: WorkCalendar, rules: Rules) -> None:
        self.routines, self.calendar, self.rules = routines, calendar, rules

    def look(self, conn: Connection, now: datetime) -> bool:
        """Write what was missed and close what is over, in the caller's transaction; whether the queue has changed."""
        since = self._since(conn, now)
        missed, over = self._news(conn, since, now)
        for routine, day in missed:
            self._missed(conn, routine, day, now)
        for key in over:
            own.close_item(conn, key, rules=self.rules, now=now)
        return bool(missed or over)

    def due(self, conn: Connection, now: datetime) -> bool:
        """Whether there is anything to write; nobody waits for that being read."""
        since = known_since(conn)
        if any(since.get(one.name, (now, ""))[1] != self._schedule(one) for one in self.routines):
            return True
        return any(self._news(conn, {name: at for name, (at, _) in since.items()}, now))

    def _news(
        self, conn: Connection, since: dict[str, datetime], now: datetime
    ) -> tuple[list[tuple[Routine, date]], list[str]]:
        """The rounds that are missed and do not stand in the queue, and the keys of items about those that are over."""
        told = {key: (name, day) for key, name, day in stored.told(conn)}
        late = [(one, day) for one in self.routines for day in self._gone_by(one, since[one.name], now)]
        names = [name_of(one.name, day) for one, day in late]
        still = stored.written(conn, [*names, *(f"{name}@{day}" for name, day in told.values())])
        missed = [
            (one, day)
            for (one, day), name in zip(late, names, strict=True)
            if still.get(name, True) and key_of(one.name, day) not in told
        ]
        known = {one.name for one in self.routines}
        over = [key for key, (name, day) in told.items() if name not in known or not still.get(f"{name}@{day}", True)]
        return missed, over

    def _schedule(self, routine: Routine) -> str:
        return f"{routine.schedule}/{''.join(map(str, sorted(self.calendar.workdays)))}"

    def _since(self, conn: Connection, now: datetime) -> dict[str, datetime]:
        """Since when each routine is known; one whose days or hour changed is new."""
        before = known_since(conn)
        since: dict[str, tuple[datetime, str]] = {}
        for routine in self.routines:
            schedule = self._schedule(routine)
            old = before.get(routine.name)
            since[routine.name] = old if old and old[1] == schedule else (now, schedule)
        if since != before:
            kept.keep(conn, KNOWN, json.dumps({name: [int(at.timestamp()), text] for name, (at, text) in since.items()}))
        return {name: at for name, (at, _) in since.items()}

    def _gone_by(self, routine: Routine, since: datetime, now: datetime) -> list[date]:
        """The days of late on which its time ran out."""
        today = self.calendar.day_of(now)
        days = occurrences(routine, self.calendar, today - timedelta(days=BACK), today)
        late = [day for day in days if deadline(routine, self.calendar, day) <= now]
        return [day for day in late if due_at(routine, self.calendar, day) >= since]

    def _missed(self, conn: Connection, routine: Routine, day: date, now: datetime) -> None:
        one = standing(conn, routine, self.calendar, day, now)
        if not one.begun:
            round = one.round
            records.save(conn, records.new(KIND, round, now, OWN, name=round.name, due=one.deadline))
        raise_missed(conn, one, self.calendar, self.rules, now)


def raise_missed(conn: Connection, one: Standing, calendar: WorkCalendar, rules: Rules, now: datetime) -> None:
    """Say in the queue that a round was missed, and what of it is missing."""
    round = one.round
    missing = round.missing
    local = calendar.local(one.due)
    what = "only the signature is missing" if one.to_sign else f"{len(missing)} of {plural(len(round.steps), 'step')} missing"
    lines = [f"It was due at {local:%H:%M} on {local:%a} {local.day} {local:%b}; {what}:"]
    lines += [f"- {step}" for step in missing[:NAMED]]
    lines += [f"- and {len(missing) - NAMED} more"] if len(missing) > NAMED else []
    lines.append(f'Do it now, or say why not: opstui routine waive "{round.name}" --reason …')
    own.raise_item(
        conn,
        key_of(round.routine, round.day),
        f"{round.routine} missed on {round.day:%a} {round.day.day} {round.day:%b}",
        "\n".join(lines),
        rules=rules,
        now=now,
        fields={"routine": round.routine, "day": round.day.isoformat()},
        owner=one.routine.owner,
    )


def is_told(conn: Connection, key: str) -> bool:
    """Whether a missed round stands in the queue, or was decided there."""
    return any(key == one for one, _, _ in stored.told(conn))
