"""``python -m benchmarks [NAME…] [--runs N] [--folder DIR]``: every figure beside the floor it is a ratio of.

The floor and ours run in turns, so that a noisy machine is noisy for both; the ratio of medians is what counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from benchmarks import board, data, jira, search
from benchmarks.terminal import Terminal, first_paint, key_times

BARE = [sys.executable, "-m", "benchmarks.bare"]
SEEN = "INC"
"""Every ref of the measured stores has it, and nothing of the frame."""

OTHERS = (b"2", b"6", b"7", b"O")
"""The keys of the panes besides the queue."""


class Table:
    """The lines printed, each with its ratio and what it should be at most."""

    def __init__(self) -> None:
        self.missed = 0
        print(f"{'what':<58}{'ours':>12}{'floor':>12}{'ratio':>8}{'at most':>9}")

    def line(self, what: str, ours: float, floor: float, most: float, unit: str = "ms", scale: float = 1000) -> None:
        """Print one comparison."""
        ratio = ours / floor
        late = "" if ratio <= most else "  <-- over"
        self.missed += bool(late)
        left, right = (f"{value * scale:,.{1 if value * scale < 100 else 0}f} {unit}" for value in (ours, floor))
        print(f"{what:<58}{left:>12}{right:>12}{ratio:>7.2f}x{most:>8}x{late}", flush=True)


def timed(command: list[str], env: dict[str, str] | None = None) -> float:
    """Seconds that a whole command takes."""
    start = time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command}: {done.stderr or done.stdout}")
    return time.perf_counter() - start


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(times, n=20)[18]


def paint(table: Table, folder: Path, runs: int) -> None:
    """First paint at three sizes beside a bare Textual app's."""
    sizes = (1_000, 100_000, 1_000_000)
    stores = {size: data.store(folder / f"store{size}", size) for size in sizes}
    ours: dict[int, list[float]] = {size: [] for size in sizes}
    bare: list[float] = []
    for _ in range(runs):
        bare.append(first_paint(BARE, "Ready"))
        for size in sizes:
            ours[size].append(first_paint(data.OPSTUI, SEEN, env=data.environment(stores[size])))
    for size in sizes[:2]:
        table.line(f"first paint, {size:,} items / bare Textual", median(ours[size]), median(bare), 1.3)
    table.line("first paint, 1,000,000 items / 1,000 items", median(ours[1_000_000]), median(ours[1_000]), 1.1)


def _bare_keys(presses: int) -> list[float]:
    terminal = Terminal(BARE)
    try:
        terminal.wait_for("Ready")
        return key_times(terminal, [b"j", b"k"], presses)[0]
    finally:
        terminal.close()


def _queue_keys(folder: Path, presses: int) -> tuple[list[float], list[int], int, float]:
    """Key times, bytes per press, resident bytes and idle processor seconds per second of the app."""
    terminal = Terminal(data.OPSTUI, env=data.environment(folder))
    try:
        terminal.wait_for(SEEN, quiet=1.5)
        times, sizes = key_times(terminal, [b"j", b"j", b"k"], presses)
        memory = terminal.memory()
        before, start = terminal.cpu(), time.monotonic()
        terminal.read(30, 10)
        idle = (terminal.cpu() - before) / (time.monotonic() - start)
        return times, sizes, memory, idle
    finally:
        terminal.close()


def keys(table: Table, folder: Path, runs: int) -> None:
    """Key presses in the queue at 100,000 items, quiet and while 100,000 rows are being synced, and what the app weighs."""
    big = data.store(folder / "store100000", 100_000)
    bare: list[float] = []
    quiet: list[float] = []
    sizes: list[int] = []
    memory, idle = 0, 0.0
    for _ in range(runs):
        bare += _bare_keys(60)
        times, written, memory, idle = _queue_keys(big, 60)
        quiet += times
        sizes += written
    table.line("key press p95, 100,000 items / bare Textual", p95(quiet), p95(bare), 1.5)
    table.line("key press median, 100,000 items / bare Textual", median(quiet), median(bare), 1.5)
    table.line("bytes written per key press, median / 2 kB", median(sizes), 2000, 1.0, "B", 1)
    busy = [time for run in range(runs) for time in _keys_during_sync(folder / f"busy{run}")]
    table.line("key press p95, during a sync of 100,000 rows / bare", p95(busy), p95(bare), 1.5)
    terminal = Terminal(BARE)
    terminal.wait_for("Ready")
    floor = terminal.memory()
    before, start = terminal.cpu(), time.monotonic()
    terminal.read(30, 10)
    calm = (terminal.cpu() - before) / (time.monotonic() - start)
    terminal.close()
    table.line("resident memory, 100,000 items / bare Textual", memory, floor, 1.5, "MB", 1e-6)
    table.line("idle processor time, percent / bare Textual", max(idle, 1e-4), max(calm, 1e-4), 3.0, "%", 100)


def panes(table: Table, folder: Path, runs: int) -> None:
    """Going to a pane the second time beside a key press in the queue, at 100,000 items, and beside bare Textual's screens."""
    big = data.store(folder / "store100000", 100_000)
    queue: list[float] = []
    turned: list[float] = []
    bare: list[float] = []
    for _ in range(runs):
        terminal = Terminal(data.OPSTUI, env=data.environment(big))
        try:
            terminal.wait_for(SEEN, quiet=1.5)
            for key in OTHERS:  # the first time
                terminal.press(key, quiet=0.6)
            terminal.press(b"1", quiet=0.6)
            for key in OTHERS:
                queue += key_times(terminal, [b"j", b"j", b"k"], 15)[0]
                turned += key_times(terminal, [key, b"1"], 16)[0]
        finally:
            terminal.close()
        terminal = Terminal([sys.executable, "-m", "benchmarks.bare_panes"])
        try:
            terminal.wait_for("Ready A")
            terminal.press(b"2", quiet=0.6)
            bare += key_times(terminal, [b"1", b"2"], 20)[0]
        finally:
            terminal.close()
    table.line("another pane, the second time, p95 / key press p95", p95(turned), p95(queue), 1.5)
    table.line("another pane, median / key press p95", median(turned), p95(queue), 1.5)
    table.line("another pane, median / bare Textual's screens", median(turned), median(bare), 1.0)


def _keys_during_sync(folder: Path) -> list[float]:
    """Presses in a queue of 100,000 items while another 100,000 rows come in; stops when they are in."""
    files = {f"desk{n}": f"tickets{n}.csv" for n in range(2)}
    folder.mkdir(parents=True)
    data.write(folder / "tickets0.csv", data.rows(100_000, 0))
    data.config(folder, {"desk0": files["desk0"]})
    data.sync(folder)
    data.write(folder / "tickets1.csv", data.rows(100_000, 1))
    data.config(folder, files)
    terminal = Terminal(data.OPSTUI, env=data.environment(folder))
    try:
        terminal.wait_for(SEEN)
        times: list[float] = []
        other = subprocess.Popen(
            [*data.OPSTUI, "sync"], env=data.environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        start = time.monotonic()
        while other.poll() is None and len(times) < 200 and time.monotonic() - start < 30:
            times += key_times(terminal, [b"j", b"j", b"k"], 10)[0]
        other.terminate()
        other.wait()
        return times
    finally:
        terminal.close()


def imports(table: Table, folder: Path, runs: int) -> None:
    """First import, unchanged again, and with 100 rows changed."""
    made = data.rows(100_000)
    source = folder / "import.csv"
    data.write(source, made)
    floor: list[float] = []
    first: list[float] = []
    same: list[float] = []
    some: list[float] = []
    for run in range(runs):
        floor.append(timed([sys.executable, "-m", "benchmarks.floor_import", str(source), str(folder / f"floor{run}.db")]))
        there = folder / f"import{run}"
        there.mkdir()
        data.config(there, {"desk": "tickets.csv"})
        data.write(there / "tickets.csv", made)
        env, sync = data.environment(there), [*data.OPSTUI, "sync"]
        first.append(timed(sync, env))
        same.append(timed(sync, env))
        changed = [[*row] for row in made]
        for row in changed[:: len(changed) // 100]:
            row[3], row[9] = "Resolved", "2026-11-20 08:00:00"
        data.write(there / "tickets.csv", changed)
        some.append(timed(sync, env))
    empty = median(timed([*data.OPSTUI, "--version"]) for _ in range(5))
    table.line("import of 100,000 rows / csv.reader + executemany", median(first), median(floor), 4.0)
    table.line("  again, unchanged / the first import", median(same), median(first), 0.05)
    table.line("  the same less the start of the program", max(median(same) - empty, 0.001), median(first), 0.05)
    table.line("  again, 100 rows changed / the first import", median(some), median(first), 0.3)


def finding(table: Table, folder: Path, runs: int) -> None:
    """Search as typed beside the raw FTS5 query."""
    big = data.store(folder / "store100000", 100_000)
    ours, floor = search.measure(big / "data", folder / "notes", runs)
    table.line("search as typed, 100,000 items + notes, median / raw FTS5", median(ours), median(floor), 2.0)


def start(table: Table, folder: Path, runs: int) -> None:
    """What ``make run`` adds to calling the program, once it is set up."""
    env = os.environ | {"HOME": str(folder), "OPSTUI_DATA_DIR": str(folder / "data"), "OPSTUI_CONFIG": "", "MAKEFLAGS": ""}
    subprocess.run(["make", "-s", "run"], env=env, capture_output=True)
    made = [timed(["make", "-s", "run"], env) for _ in range(runs)]
    called = [timed([".venv/bin/opstui"], env | {"OPSTUI_RUN": "make"}) for _ in range(runs)]
    table.line("make run less calling the program / 100 ms", max(median(made) - median(called), 0.001), 0.1, 1.0)


def pulls(table: Table, folder: Path, runs: int) -> None:
    """A first pull of a Jira beside the network's own minimum, and what one costs that finds nothing."""
    for datacenter, title in ((False, "Cloud"), (True, "Data Center, 4 at once")):
        ours, floor = jira.first_pulls(10_000, 0.05, folder, runs, datacenter=datacenter)
        table.line(f"Jira 10,000 first pull, {title} / its pages", median(ours), median(floor), 1.3)
    few, many = (jira.quiet_pulls(folder / f"quiet{size}", size, runs) for size in (1_000, 1_000_000))
    table.line("  again at 1,000,000 items, nothing new: requests", many[0], 1, 1.0, "", 1)
    table.line("  the same, pages written to the store / at 1,000", many[1], few[1], 1.3, "", 1)


def stand_up(table: Table, folder: Path, runs: int) -> None:
    """The board at 100,000 items, 40 persons, 12 columns: its reads, all beside the keys, and what opening it again costs."""
    there = folder / "board"
    there.mkdir()
    found = board.measure(board.store(there, 100_000), runs)
    for name, most in (("board", 8), ("people", 4), ("unseen", 8), ("chains", 2), ("card", 0.15), ("pace", 60)):
        table.line(f"stand-up: {name}, 100,000 items / one look at all ranks", found[name], found["floor"], most)
    queue, inside, again, first = board.openings(board.app(there, 100_000), 10 * runs)
    table.line("opening the stand-up first / the reads of its board", first, found["board"] + found["people"], 3.0)
    table.line("a key press on the board, median / in the queue", median(inside), median(queue), 1.5)
    table.line("a key press on the board, p95 / in the queue", p95(inside), p95(queue), 1.5)
    table.line("opening the stand-up again / a key press in the queue", median(again), median(queue), 1.5)
    table.line("opening the stand-up again, p95 / a key press in the queue", p95(again), p95(queue), 1.5)


PARTS: dict[str, Callable[[Table, Path, int], None]] = {
    "start": start, "imports": imports, "search": finding, "keys": keys, "panes": panes, "paint": paint,
    "jira": pulls, "standup": stand_up,
}  # fmt: skip


def main() -> None:
    """Run the parts named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="NAME", help=f"one of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="keep the stores made here for the next time")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="opstui-bench-") as scratch:
        table = Table()
        for name in args.parts or PARTS:
            here = Path(scratch) / name
            here.mkdir()
            kept = args.folder or Path(scratch) / "stores"
            kept.mkdir(exist_ok=True)
            for size in (1_000, 100_000, 1_000_000):
                (kept / f"store{size}").mkdir(exist_ok=True)
                (here / f"store{size}").symlink_to((kept / f"store{size}").resolve())
            PARTS[name](table, here, args.runs)
    print(f"{table.missed} over" if table.missed else "all within")


if __name__ == "__main__":
    main()
