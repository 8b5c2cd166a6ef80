"""The board of the stand-up at its size: 100,000 items of 40 persons in 12 columns, with histories and links."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import data
from benchmarks.terminal import Terminal, key_times
from opstui.config.rules import rules
from opstui.config.settings import BoardTable, Day, Me, PersonTable, Settings, Source, StageTable
from opstui.connectors.api import Page
from opstui.domain.model import Change, Item, Stage
from opstui.services import pacing
from opstui.services.desk import Desk
from opstui.store import pages
from opstui.store.db import STORE, Store

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


def app(folder: Path, count: int) -> dict[str, str]:
    """The environment of an app over such a store, which no engine pulls."""
    home = folder / "app"
    made = home / "data" / STORE
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        desk = store(folder, count)
        desk.board.board()
        with desk._at.store.writing() as conn:
            conn.execute("UPDATE sources SET last_ok = ?, next_due = ?", (int(NOW.timestamp()), int(NOW.timestamp()) + 86400))
        desk._at.store.read.execute("PRAGMA wal_checkpoint")
        desk._at.store.close()
        for end in ("", "-wal"):
            if (there := folder / f"board.db{end}").exists():
                shutil.copy(there, f"{made}{end}")
        (home / "config.toml").write_text(_toml())
    return os.environ | {
        "OPSTUI_CONFIG": str(home / "config.toml"), "OPSTUI_DATA_DIR": str(made.parent), "HOME": str(home),
        "OPSTUI_NOW": NOW.isoformat(),
    }  # fmt: skip


def _toml() -> str:
    people = "".join(f'[[people]]\nname = "{name}"\n' for name in PEOPLE)
    stages = "".join(
        f'  {{ name = "{one.name}", statuses = ["{one.name}"], stage = "{one.stage}", wip = {one.wip} }},\n'
        for one in settings().board.stages
    )
    return (
        'version = 1\n[day]\ntimezone = "Europe/London"\n[me]\nname = "Person 1"\n'
        f'{people}[[sources]]\nname = "jira"\nconnector = "csv"\nenabled = false\n[sources.options]\npath = "none.csv"\n'
        f"[board]\nstages = [\n{stages}]\n"
    )


def openings(env: dict[str, str], presses: int) -> tuple[list[float], list[float], list[float], float]:
    """Seconds of a key in the queue and on the board, of going to the board again, and of the first time until it is there."""
    terminal = Terminal(data.OPSTUI, env=env)
    try:
        terminal.wait_for("OPS-", quiet=1.5)
        queue = key_times(terminal, [b"j", b"j", b"k"], presses)[0]
        began = time.monotonic()
        terminal.press(b"2", quiet=0.05)
        first = terminal.wait_for("since Thu", quiet=1.5) - began
        again: list[float] = []
        for _ in range(presses // 2):
            key_times(terminal, [b"1"], 1)
            again += key_times(terminal, [b"2"], 1)[0]
        terminal.press(b"2", quiet=0.5)
        return queue, key_times(terminal, [b"j", b"j", b"k"], presses)[0], again, first
    finally:
        terminal.close()


def measure(desk: Desk, runs: int) -> dict[str, float]:
    """Seconds of each read, the median, and of the floor: one look at every rank."""
    desk.board.board()
    reads: dict[str, Callable[[], Any]] = {
        "floor": lambda: desk._at.store.read.execute("SELECT col, count(*), max(changed) FROM ranks GROUP BY col").fetchall(),
        "pace": lambda: pacing.refresh(desk._at.store, desk._at.rules, NOW),
        "board": desk.board.board,
        "people": desk.board.people,
        "unseen": desk.board.unseen,
        "chains": desk.board.chains,
        "card": lambda: desk.board.card("jira:OPS-50"),
        "rest": lambda: desk.board.rest(5, 200),
    }
    found: dict[str, float] = {}
    for name, read in reads.items():
        times = []
        for _ in range(runs):
            began = time.perf_counter()
            read()
            times.append(time.perf_counter() - began)
        found[name] = median(times)
    return found
