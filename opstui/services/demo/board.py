"""The projects board of the demo as it stands at a time: a small tracker that is read and written to."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from opstui.services.demo import content, tasks
from opstui.services.demo.past import Step, finished, way, working
from opstui.services.demo.times import EVENING, FRIDAY, MORNING, WORK, ZONE, moment

Issue = dict[str, Any]

EXPIRES = FRIDAY + timedelta(days=9)
"""When the board's token ends: soon enough to be warned of."""


def board(at: datetime, standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What its other users have made of it by then, over what was done from here to the board as it was ``standing``.

    Who looks after it has an account there. An issue that nobody touched keeps its serial, so that a pull finds it the same.
    """
    story = [_task(task, at) for task in (*tasks.TASKS, *tasks.YESTERDAY) if moment(task.created) <= at]
    serial = int(at.timestamp())
    before = {issue["key"]: issue for issue in standing["issues"]} if standing else {}
    issues = [
        _numbered(_with_ours(issue, before.get(issue["key"])), before, serial) for issue in story + _chores(at) + finished()
    ]
    known = {issue["key"] for issue in issues}
    return {
        "account": content.PEOPLE[0][0],
        "prefix": "OPS",
        "quota": 500,
        "reset": (at.replace(minute=0) + timedelta(hours=1)).isoformat(),
        "expires": datetime.combine(EXPIRES, time(12), ZONE).isoformat(),
        "serial": serial,
        "issues": issues + [issue for key, issue in before.items() if key not in known],
    }


def _numbered(issue: Issue, before: Mapping[str, Issue], serial: int) -> Issue:
    stood = before.get(issue["key"], {})
    same = issue == {name: value for name, value in stood.items() if name != "serial"}
    return issue | {"serial": stood["serial"] if same else serial}


def _with_ours(issue: Issue, stood: Issue | None) -> Issue:
    """An issue with what was done to it from here: those lines of its history that its other users did not make."""
    if stood is None:
        return issue
    theirs = issue.get("history", [])
    ours = [line for line in stood.get("history", []) if line not in theirs]
    said = {one["id"] for one in issue.get("comments", [])}
    comments = [one for one in stood.get("comments", []) if one["id"] not in said]
    if not ours and not comments:
        return issue
    # What a move asked for is no line of the history, and stands beside it.
    whole = stood | issue | {name: stood[name] for name, *_ in ours}
    whole["history"] = sorted([*theirs, *ours], key=lambda line: str(line[3]))
    whole["comments"] = [*issue.get("comments", []), *comments]
    later = datetime.fromisoformat(stood["updated"]) > datetime.fromisoformat(issue["updated"])
    del whole["serial"]
    return whole | {name: (stood if later else issue).get(name, "") for name in ("updated", "by")}


def _task(task: tasks.Task, at: datetime) -> Issue:
    late = task.night if task.night and moment(task.night["updated"]) <= at else {}
    steps = [Step(moment(move.at), move.status, move.who) for move in task.moves if moment(move.at) <= at]
    updated = moment(late.get("updated") or (task.created if task.night else task.updated))
    said = [{"id": f"c{n}", "who": task.owner, "at": updated.isoformat(), "text": text} for n, text in enumerate(task.comments)]
    issue = {
        "key": task.key,
        "title": task.title,
        "body": task.body,
        "type": task.type,
        "priority": late.get("priority", "Medium" if task.night else task.priority),
        "owner": task.owner,
        "reporter": task.reporter,
        "created": moment(task.created).isoformat(),
        "due": moment(task.due).isoformat() if task.due else "",
        "labels": list(task.labels),
        "blocks": list(task.blocks),
        "blocked_by": list(task.blocked_by),
        "comments": said,
    } | way(steps, updated, by=late.get("by", ""))
    return issue | ({"waits_for": task.waits_for} if task.waits_for and issue["status"] == "Blocked" else {})


def _chores(at: datetime) -> list[Issue]:
    """The ordinary issues of the board, the same in every run; none moves overnight."""
    chance, ways = random.Random(11), random.Random(13)
    issues = []
    for number in range(32):
        created = MORNING - timedelta(days=chance.randrange(2, 40), minutes=chance.randrange(600))
        updated = created + (EVENING - created) * chance.random()
        status = chance.choice(["To Do", "In Progress", "In Progress", "In Review", "Done"])
        priority, owner = chance.choice(["Low", "Medium", "Medium"]), chance.choice([person[0] for person in content.PEOPLE])
        created, updated = created.replace(second=0), updated.replace(second=0, microsecond=0)
        key = f"OPS-{20 + number}"
        steps = _way_of_a_chore(key, created, updated, status, owner, ways)
        if (later := tasks.LATER.get(key)) is not None and moment(later.at) <= at:
            steps.append(Step(moment(later.at), later.status, later.who))
        issues.append(
            {
                "key": key,
                "title": tasks.CHORES[number % len(tasks.CHORES)].format(place=content.PLACES[number % len(content.PLACES)]),
                "type": "Task",
                "priority": priority,
                "owner": owner,
                "reporter": "Ana Ruiz",
                "created": created.isoformat(),
            }
            | way(steps, updated if status == "To Do" else created)
        )
    return issues


def _way_of_a_chore(
    key: str, created: datetime, updated: datetime, status: str, owner: str, chance: random.Random
) -> list[Step]:
    """How it came to stand where it stands on Thursday evening: what is in hand was begun in the last days."""
    if key == tasks.SLOW:
        return [Step(WORK.add_working(created, 3600), status, owner)]
    if status == "To Do":
        return []
    statuses = {"In Progress": ("In Progress",), "In Review": ("In Progress", "In Review")}.get(
        status, ("In Progress", "In Review", "Done")
    )
    since = EVENING if status != "Done" else max(updated, WORK.add_working(created, 3 * 3600))
    if status != "Done":
        since = WORK.add_working(EVENING, -int(chance.uniform(1, 22 if status == "In Progress" else 9) * 3600))
    since = max(min(since, EVENING), WORK.add_working(created, 1800))
    return working(created, since, statuses, owner, chance)
