"""The board of the stand-up at its size: 100,000 items of 40 persons in 12 columns, with histories and links."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from opstui.config.rules import rules
from opstui.config.settings import BoardTable, Day, Me, PersonTable, Settings, Source, StageTable
from opstui.connectors.api import Page
from opstui.domain.model import Change, Item, Stage
from opstui.services.desk import Desk
from opstui.store import pages
from opstui.store.db import Store

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
STATUSES = [f"Step {n}" for n in range(12)]
PEOPLE = [f"Person {n}" for n in range(40)]
PAGE = 1_000


def settings() -> Settings:
    """Twelve columns, forty persons."""
    stages = [
        StageTable(name=name, statuses=(name,), stage="todo" if n < 2 else "done" if n == 11 else "doing", wip=50)
        for n, name in enumerate(STATUSES)
    ]
    return Settings(
        day=Day(timezone="Europe/London"),
        me=Me(name="Person 1"),
        people=tuple(PersonTable(name=name) for name in PEOPLE),
        sources=(Source(name="jira", connector="jira"),),
        board=BoardTable(stages=tuple(stages)),
    )


def items(count: int) -> list[Item]:
    """Tickets that went from column to column, six days in each on average; one in fifty waits for another."""
    chance = random.Random(7)
    made = []
    for number in range(count):
        at = born = NOW - timedelta(minutes=chance.randrange(60, 60 * 24 * 100))
        step, history = 0, []
        while step < 11 and (after := at + timedelta(days=chance.expovariate(1 / 6))) < NOW:
            history.append(Change("status", STATUSES[step], STATUSES[step + 1], after, chance.choice(PEOPLE)))
            at, step = after, step + 1
        stage = Stage.TODO if step < 2 else Stage.DONE if step == 11 else Stage.DOING
        made.append(
            Item(
                "jira", f"OPS-{number}", f"Item {number} of the yard", status=STATUSES[step], stage=stage,
                priority=chance.randrange(1, 6), owner=chance.choice([*PEOPLE, None, "Night team", "Guest One"]),
                created=born, updated=at, history=tuple(history), fingerprint="1",
                blocked_by=(f"OPS-{chance.randrange(count)}",) if number % 50 == 0 else (),
            )
        )  # fmt: skip
    return made


def store(folder: Path, count: int) -> Desk:
    """A desk over a store of that many; kept when it is there already."""
    settled, now = settings(), (lambda: NOW)
    path = folder / "board.db"
    there = path.exists()
    opened = Store.open(path, now=now)
    if not there:
        made, ranked = items(count), rules(settled)
        for start in range(0, count, PAGE):
            with opened.writing() as conn:
                pages.apply_page(conn, "jira", Page(items=tuple(made[start : start + PAGE])), ranked, NOW)
    return Desk(opened, settled, now=now)


def measure(desk: Desk, runs: int) -> dict[str, float]:
    """Seconds of each read, the median; what is measured once and kept comes first."""
    began = time.perf_counter()
    desk.board.board()
    found = {"first": time.perf_counter() - began}
    reads: dict[str, Callable[[], Any]] = {
        "board": desk.board.board,
        "people": desk.board.people,
        "unseen": desk.board.unseen,
        "chains": desk.board.chains,
        "card": lambda: desk.board.card("jira:OPS-50"),
        "rest": lambda: desk.board.rest(5, 200),
    }
    for name, read in reads.items():
        times = []
        for _ in range(runs):
            began = time.perf_counter()
            read()
            times.append(time.perf_counter() - began)
        found[name] = median(times)
    return found
