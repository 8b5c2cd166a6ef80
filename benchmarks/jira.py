"""Pulling from a Jira: the first time beside the network's own minimum, and again when nothing happened."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from benchmarks import data

SECRET, PAT = "a-token", "a-personal-token"
"""What the fake takes: in the cloud, and in a data center."""

WIDTH = {False: 1, True: 4}
"""Pages at a time: a token leads to the next one only, offsets are known ahead and four are in flight."""


class Server:
    """A Jira in a process of its own."""

    def __init__(self, count: int, latency: float, *, datacenter: bool = False) -> None:
        command = [sys.executable, "-m", "benchmarks.jira_server", str(count), str(latency)]
        command += ["--datacenter"] if datacenter else []
        self.datacenter = datacenter
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def asked(self) -> list[str]:
        """What was asked for since the last time."""
        with urllib.request.urlopen(f"{self.url}/-/asked") as answer:
            return [str(one) for one in json.load(answer)]

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def served(count: int, latency: float, *, datacenter: bool = False) -> Iterator[Server]:
    """A Jira while it is needed."""
    server = Server(count, latency, datacenter=datacenter)
    try:
        yield server
    finally:
        server.close()


def user(folder: Path, server: Server) -> dict[str, str]:
    """The environment of a user whose one source is this Jira."""
    folder.mkdir(parents=True, exist_ok=True)
    who = "" if server.datacenter else 'email = "ana@example.com"\n'
    (folder / "config.toml").write_text(
        'version = 1\n[day]\ntimezone = "UTC"\n[me]\nname = "Ana Ruiz"\n'
        '[[sources]]\nname = "jira"\nconnector = "jira"\nevery = "1d"\ntimeout = "10m"\n'
        f'[sources.options]\nurl = "{server.url}"\n{who}token = {{ env = "BENCH_TOKEN" }}\njql = "project = OPS"\n'
    )
    env = data.environment(folder) | {"BENCH_TOKEN": PAT if server.datacenter else SECRET}
    del env["OPSTUI_NOW"]  # it would begin anew with each pull, and a clock that goes back makes a connector look twice
    return env


def floor(server: Server, asked: list[str]) -> float:
    """Seconds that fetching the same pages takes when nothing is done with them."""
    pages = [server.url + one for one in asked if "/search" in one and "fields=summary" in one]
    name, secret = ("-", PAT) if server.datacenter else ("ana@example.com", SECRET)
    command = [sys.executable, "-m", "benchmarks.floor_pull", str(WIDTH[server.datacenter]), name, secret]
    done = subprocess.run(command, input="\n".join(pages), capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout)


def again(folder: Path, server: Server, env: dict[str, str]) -> tuple[list[str], int]:
    """Pull what has not changed: what was asked for, and how many pages were written to the store."""
    server.asked()
    path = folder / "data" / "opstui.db"
    with closing(sqlite3.connect(path)) as held:
        # Held open, so that what is written stays in the log for counting.
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        held.execute("SELECT count(*) FROM sources").fetchone()
        subprocess.run([*data.OPSTUI, "sync"], env=env, check=True, capture_output=True)
        return server.asked(), frames(path)


def frames(path: Path) -> int:
    """Pages in the log of a store: its header is 32 bytes, that of each page 24."""
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return 0
    with log.open("rb") as file:
        size = int.from_bytes(file.read(12)[8:12], "big")
    return (log.stat().st_size - 32) // (size + 24)


def fill(folder: Path, count: int, environ: dict[str, str]) -> None:
    """More items for the one source of a store, ``count`` of them, by the way that pages come in."""
    from opstui.config.load import load
    from opstui.config.rules import rules
    from opstui.connectors.api import Page
    from opstui.domain.model import Item
    from opstui.store.db import Store
    from opstui.store.pages import apply_page, ready

    ruled = rules(load(folder / "config.toml", environ=environ).settings)
    path = folder / "data" / "opstui.db"
    with Store.open(path, now=lambda: data.NOW, create=False) as store:
        for start in range(0, count, 1000):
            numbers = range(start, min(start + 1000, count))
            items = tuple(
                Item("jira", f"OLD-{n}", f"Dock door {n} sticks", status="To Do", fingerprint=f"{n:x}", updated=data.NOW)
                for n in numbers
            )
            with store.writing() as conn:
                apply_page(conn, "jira", Page(items), ruled, data.NOW, ready(items, ruled, data.NOW), counted=False)


def first_pulls(count: int, latency: float, folder: Path, runs: int, *, datacenter: bool) -> tuple[list[float], list[float]]:
    """Seconds of first pulls into fresh stores by ``opstui sync``, and of the same pages fetched and thrown away."""
    ours: list[float] = []
    bare: list[float] = []
    with served(count, latency, datacenter=datacenter) as server:
        for run in range(-1, runs):
            env = user(folder / f"{server.datacenter}{run}", server)
            start = time.perf_counter()
            subprocess.run([*data.OPSTUI, "sync"], env=env, check=True, capture_output=True)
            took = time.perf_counter() - start
            asked = server.asked()
            least = floor(server, asked)
            server.asked()
            if run >= 0:  # the one before them warms what both need
                ours.append(took)
                bare.append(least)
    return ours, bare


def quiet_pulls(folder: Path, size: int, runs: int) -> tuple[float, float]:
    """In a store of ``size`` items of one source: requests of a pull that finds nothing, and pages it writes. Medians."""
    with served(1_000, 0.0) as server:
        env = user(folder, server)
        subprocess.run([*data.OPSTUI, "sync"], env=env, check=True, capture_output=True)
        fill(folder, size - 1_000, env)
        again(folder, server, env)  # settles what filling left
        made = [again(folder, server, env) for _ in range(runs)]
    return median(len(asked) for asked, _ in made), median(written for _, written in made)
