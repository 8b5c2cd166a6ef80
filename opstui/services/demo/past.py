"""How the board's issues came to where they stand: the history of each, and what was finished in the weeks before."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log
from typing import Any, NamedTuple

from opstui.services.demo import content, tasks
from opstui.services.demo.times import EVENING, MORNING, WORK, ZONE

FIRST = "To Do"
STAYS = {"To Do": 6.0, "In Progress": 5.0, "In Review": 1.5, "Blocked": 2.5, "Done": 2.0}
"""How long an issue usually stays in a status, against the others."""
WAYS = (
    *(("In Progress", "In Review", "Done"),) * 6,
    ("In Progress", "Blocked", "In Progress", "In Review", "Done"),
    ("In Progress", "In Review", "In Progress", "In Review", "Done"),
    ("In Progress", "Done"),
    ("In Progress", "In Review", "Done", "To Do", "In Progress", "Done"),
)
"""The ways an issue goes: straight on mostly, now and then stopped, sent back, or opened again."""
WEEKS, SPAN = 8, 52
"""The first of them was created so many weeks ago; the days from then to the last."""
HOURS, SPREAD, MOST = 75.0, 0.7, 200.0
"""Working hours from creation to the end: the middle case, the spread of their logarithm, and the longest."""


class Step(NamedTuple):
    """One change of status."""

    at: datetime
    status: str
    who: str


def way(steps: Sequence[Step], updated: datetime, by: str = "") -> dict[str, Any]:
    """What an issue says of its way: where it stands, its history, when it was last touched and by whom."""
    before = [FIRST, *(step.status for step in steps)]
    last = steps[-1] if steps else None
    return {
        "status": before[-1],
        "history": [
            ["status", old, step.status, step.at.isoformat(), step.who] for old, step in zip(before, steps, strict=False)
        ],
        "updated": max(updated, last.at).isoformat() if last else updated.isoformat(),
        "by": last.who if last and last.at > updated else by,
    }


def working(begin: datetime, end: datetime, statuses: Sequence[str], owner: str, chance: random.Random) -> list[Step]:
    """A way from ``begin`` through these statuses, the last of them at ``end``, all in working time."""
    stays = [STAYS[status] * chance.uniform(0.5, 1.6) for status in (FIRST, *statuses[:-1])]
    length, gone, steps = WORK.working_seconds(begin, end), 0.0, []
    for stay, status in zip(stays, statuses, strict=True):
        gone += stay
        at = WORK.add_working(begin, round(length * gone / sum(stays))).astimezone(ZONE)
        who = chance.choice(content.PEOPLE)[0] if status == "Done" else owner
        steps.append(Step(at.replace(second=0, microsecond=0), status, who))
    return steps


def finished() -> list[dict[str, Any]]:
    """What was finished in the weeks before Thursday, the same in every run."""
    chance = random.Random(17)
    issues = []
    for number, (key, title) in enumerate(tasks.PAST.items()):
        hours = min(chance.lognormvariate(log(HOURS), SPREAD), MOST)
        first = MORNING.replace(minute=0) + timedelta(days=number * SPAN / len(tasks.PAST), weeks=-WEEKS)
        created = WORK.add_working(first, chance.randrange(60, 500) * 60)
        done = WORK.add_working(created, int(hours * 3600))
        back = timedelta(weeks=max((done - EVENING) // timedelta(weeks=1) + 1, 0))
        owner, asked = (chance.choice(content.PEOPLE)[0] for _ in range(2))
        steps = working(created - back, done - back, chance.choice(WAYS), owner, chance)
        issues.append(
            {
                "key": key,
                "title": title,
                "type": "Task",
                "priority": chance.choice(["Low", "Medium", "Medium", "High"]),
                "owner": owner,
                "reporter": asked,
                "created": (created - back).astimezone(ZONE).replace(second=0).isoformat(),
            }
            | way(steps, created - back)
        )
    return issues
