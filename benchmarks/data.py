"""Files and stores to measure on, made by the same commands as a user's."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

OPSTUI = [sys.executable, "-m", "opstui"]
NOW = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
HEADING = (
    "number", "short_description", "description", "state", "priority", "assigned_to",
    "assignment_group", "opened_by", "opened_at", "sys_updated_on", "due_date", "location",
)  # fmt: skip
WORDS = (  # noqa: SIM905 - thirty literals read worse
    "dock scanner label pallet conveyor motor cold store door seal badge payroll batch network printer handheld "
    "terminal aisle rack forklift battery invoice carrier pick-up route customs container shift overtime audit training"
).split()


def rows(count: int, seed: int = 1) -> list[list[str]]:
    """Believable tickets, the same for the same seed."""
    chance = random.Random(seed)
    people = [f"Person {n}" for n in range(40)] + [""] * 6
    made = []
    for number in range(count):
        opened = NOW - timedelta(minutes=chance.randrange(60 * 24 * 90))
        updated = opened + (NOW - opened) * chance.random()
        due = opened + timedelta(days=chance.randrange(1, 120))
        made.append([
            f"INC{number:07}", f"{' '.join(chance.choices(WORDS, k=5))} {number}", " ".join(chance.choices(WORDS, k=12)),
            chance.choice(("New", "In Progress", "On Hold", "Awaiting Vendor")), f"{chance.randrange(1, 6)} - Level",
            chance.choice(people), f"Team {chance.randrange(12)}", f"Caller {chance.randrange(500)}",
            f"{opened:%Y-%m-%d %H:%M:%S}", f"{updated:%Y-%m-%d %H:%M:%S}", f"{due:%Y-%m-%d}", f"Hall {chance.randrange(9)}",
        ])  # fmt: skip
    return made


def write(path: Path, made: list[list[str]]) -> None:
    """Write an export."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        writer.writerows(made)


def environment(folder: Path) -> dict[str, str]:
    """A user of whom nothing else is on this machine."""
    return os.environ | {
        "OPSTUI_CONFIG": str(folder / "config.toml"), "OPSTUI_DATA_DIR": str(folder / "data"), "HOME": str(folder),
        "OPSTUI_NOW": NOW.isoformat(), "PYTHONDONTWRITEBYTECODE": "",
    }  # fmt: skip


def config(folder: Path, files: dict[str, str]) -> None:
    """One csv source per file."""
    folder.mkdir(parents=True, exist_ok=True)
    text = 'version = 1\n[day]\ntimezone = "UTC"\n[me]\nname = "Person 1"\n'
    for name, path in files.items():
        text += f'[[sources]]\nname = "{name}"\nconnector = "csv"\nevery = "1d"\ntimeout = "10m"\n'
        text += f'[sources.options]\npath = "{path}"\n'
    (folder / "config.toml").write_text(text)


def sync(folder: Path) -> None:
    """Pull every source, as a user would."""
    subprocess.run([*OPSTUI, "sync"], env=environment(folder), check=True, capture_output=True)


def store(folder: Path, count: int) -> Path:
    """A store of ``count`` items imported from exports of at most 100,000 rows; kept when it is there already."""
    if (folder / "done").exists():
        return folder
    files = {}
    for part in range(-(-count // 100_000)):
        path = folder / f"tickets{part}.csv"
        folder.mkdir(parents=True, exist_ok=True)
        write(path, rows(min(count - part * 100_000, 100_000), seed=part))
        files[f"desk{part}"] = path.name
    config(folder, files)
    sync(folder)
    (folder / "done").touch()
    return folder
