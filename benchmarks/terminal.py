"""Run a terminal program in a pty and time what a person would see.

Bytes are stamped as they are read and looked at only afterwards, so that the cost of emulating a terminal is in no
figure. What is drawn inside a synchronised update (mode 2026) counts when the update ends.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyte

QUERY = re.compile(rb"\x1b\[(?:[>=]?0?c|6n|\?996n|\?u|\??(?P<mode>\d+)\$p|>0?q|1[468]t)|\x1b\][0-9;]*;\?(?:\x07|\x1b\\)")
UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\??[0-9;]*\$p|\x1b\[>[0-9;]*[mqc]|\x1bP[^\x1b]*\x1b\\|\x1b\[\?996n")
SYNC_ON, SYNC_OFF = b"\x1b[?2026h", b"\x1b[?2026l"


def _answer(found: re.Match[bytes]) -> bytes:
    """What a plain modern terminal says to a query."""
    if found["mode"]:
        return b"\x1b[?%s;%d$y" % (found["mode"], 2 if found["mode"] in (b"2026", b"2004", b"1004") else 0)
    if found[0].endswith(b"c"):
        return b"\x1b[?62;22c"
    return b"\x1b[1;1R" if found[0].endswith(b"6n") else b""


@dataclass
class Key:
    """One key press: when it was written and what came back."""

    sent: float
    chunks: list[tuple[float, bytes]] = field(default_factory=list)


class Terminal:
    """A program on a pty of a given size."""

    def __init__(self, command: Sequence[str], *, size: tuple[int, int] = (160, 45), env: dict[str, str] | None = None) -> None:
        self.cols, self.rows = size
        self.screen = pyte.Screen(self.cols, self.rows)
        self.stream = pyte.ByteStream(self.screen)
        self._in_sync = False
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.cols, 0, 0))
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", COLUMNS=str(self.cols), LINES=str(self.rows))
            os.environ.pop("NO_COLOR", None)
            os.environ.update(env or {})
            os.execvp(command[0], list(command))

    def read(self, quiet: float, limit: float) -> list[tuple[float, bytes]]:
        """Chunks with their times until nothing came for ``quiet`` seconds or ``limit`` passed."""
        chunks: list[tuple[float, bytes]] = []
        end = time.monotonic() + limit
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.fd], [], [], min(quiet, left))
            if not ready:
                break
            try:
                data = os.read(self.fd, 1 << 16)
            except OSError:
                break
            chunks.append((time.monotonic(), data))
            for found in QUERY.finditer(data):
                if reply := _answer(found):
                    os.write(self.fd, reply)
        return chunks

    def press(self, key: bytes, quiet: float = 0.12, limit: float = 1.0) -> Key:
        """Write a key and collect what comes until it is quiet."""
        pressed = Key(time.monotonic())
        os.write(self.fd, key)
        pressed.chunks = self.read(quiet, limit)
        return pressed

    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen.display)

    def feed(self, data: bytes) -> bool:
        """Show bytes; True when a synchronised update is not under way afterwards."""
        on, off = data.rfind(SYNC_ON), data.rfind(SYNC_OFF)
        if on != off:
            self._in_sync = on > off
        self.stream.feed(UNKNOWN.sub(b"", data))
        return not self._in_sync

    def first_seen(self, chunks: list[tuple[float, bytes]], text: str) -> float | None:
        """The time at which ``text`` was first on the screen."""
        seen = None
        for at, data in chunks:
            if self.feed(data) and seen is None and text in self.text():
                seen = at
        return seen

    def wait_for(self, text: str, limit: float = 60.0, quiet: float = 0.6) -> float:
        """The time at which ``text`` was first on the screen; returns once it is there and nothing more comes.

        Raises:
            SystemExit: it never was; says what is there instead.
        """
        end = time.monotonic() + limit
        while time.monotonic() < end:
            seen = self.first_seen(self.read(quiet, end - time.monotonic()), text)
            if seen is not None:
                return seen
        raise SystemExit(f"never saw {text!r}; there is:\n{self.text().rstrip()}")

    def first_change(self, chunks: list[tuple[float, bytes]]) -> float | None:
        """The time at which any cell first differed from before."""
        before, seen = self._cells(), None
        for at, data in chunks:
            if self.feed(data) and seen is None and self._cells() != before:
                seen = at
        return seen

    def _cells(self) -> list[tuple[object, ...]]:
        columns = range(self.cols)
        return [tuple(line[x] for x in columns) for line in (self.screen.buffer[y] for y in range(self.rows))]

    def memory(self) -> int:
        """Resident bytes of the program itself, without its children."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024  # type: ignore[index]

    def cpu(self) -> float:
        """Processor seconds the program itself has used."""
        stat = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the program, by its own process id, politely first."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(self.pid, sign)
            except ProcessLookupError:
                break
            for _ in range(40):
                self.read(0.01, 0.05)
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self.fd)
                    return
        os.close(self.fd)


def first_paint(command: Sequence[str], until: str, env: dict[str, str] | None = None) -> float:
    """Seconds from the start of a program until ``until`` is on its screen."""
    _adopt_orphans()
    terminal = Terminal(command, env=env)
    try:
        return terminal.wait_for(until) - terminal.started
    finally:
        terminal.close()
        _wait_for_orphans()


def _adopt_orphans() -> None:
    """Become the parent of what a program leaves behind, so that its end can be waited for."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _wait_for_orphans() -> None:
    """An engine outlives its app by as long as it takes to notice; it must not slow the next program's start."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def key_times(terminal: Terminal, keys: Sequence[bytes], presses: int) -> tuple[list[float], list[int]]:
    """Seconds from each press to the first change on the screen, and bytes written per press."""
    pressed = []
    for number in range(presses):
        time.sleep(random.uniform(0, 0.02))
        pressed.append(terminal.press(keys[number % len(keys)]))
    times, sizes = [], []
    for key in pressed:
        seen = terminal.first_change(key.chunks)
        if seen is not None:
            times.append(seen - key.sent)
            sizes.append(sum(len(data) for _, data in key.chunks))
    return times, sizes
