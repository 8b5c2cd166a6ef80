"""Real servers, where they are installed: one test at a time, the server ended by the last who used it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real import redmine
from tests.support.redmine import Raw

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """Where a Redmine is, and the key to it."""

    url: str
    token: str


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Alone among all processes that ask for this lock."""
    redmine.HOME.mkdir(parents=True, exist_ok=True)
    with (redmine.HOME / name).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def begin(name: str = "main", port: int = 0) -> Server:
    """Start a server by a process of its own, so that it outlives whoever of several asked first."""
    command = [sys.executable, "-m", "tests.real.redmine", "start", *([name, str(port)] if name != "main" else [])]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    if run.returncode:
        pytest.skip(run.stderr.strip())
    return Server(**json.loads(run.stdout))


@pytest.fixture(scope="session")
def real_redmine() -> Iterator[Server]:
    """A Redmine that runs; skips where none is installed."""
    if why := redmine.missing():
        pytest.skip(f"No real Redmine: {why}. To have these tests run: {redmine.HOW}")
    with locked("users.lock"):
        _users({os.getpid()})
        server = begin()
    yield server
    with locked("users.lock"):
        if not _users(set(), {os.getpid()}):
            redmine.stop()


@pytest.fixture
def server(real_redmine: Server) -> Iterator[Server]:
    """The server, for this test alone."""
    with locked("turn.lock"):
        yield real_redmine


@pytest.fixture
def raw(server: Server) -> Iterator[Raw]:
    """Its API."""
    raw = Raw(server.url, server.token)
    yield raw
    raw.close()


def _users(come: set[int], gone: set[int] = frozenset()) -> set[int]:  # type: ignore[assignment]
    """Who uses the server, of those processes that are still there."""
    file = redmine.HOME / "users"
    before = {int(word) for word in file.read_text().split()} if file.exists() else set()
    now = {pid for pid in (before | come) - gone if Path(f"/proc/{pid}").exists()}
    file.write_text(" ".join(map(str, now)))
    return now
