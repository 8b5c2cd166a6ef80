"""A real terminal for a command: a pty that is typed into and read until something shows."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

CODES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]")

OWN = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Makes the pty the terminal that Ctrl+C comes from, also where the tests run deaf to it, then becomes the command."""


class Terminal:
    """One command on a pty of its own; leaving the ``with`` ends it."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], cwd: Path, size: tuple[int, int] = (120, 36)) -> None:
        self._fd, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-c", OWN, *argv],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=cwd,
            env={"TERM": "xterm-256color", **environ},
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""
        """Everything shown so far, without control codes."""
        self.sent = ""
        """The same with them."""
        self._mark = 0

    def expect(self, text: str, timeout: float = 20.0) -> str:
        """Wait until ``text`` shows after what was expected before; what came up to it."""
        deadline = time.monotonic() + timeout
        while (at := self.seen.find(text, self._mark)) < 0:
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.seen[self._mark :]}"
            assert self._read(), f"it ended without {text!r}:\n{self.seen[self._mark :]}"
        before, self._mark = self.seen[self._mark : at], at + len(text)
        return before

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._fd, text.encode())

    def type_until(self, text: str, shows: str, timeout: float = 20.0) -> None:
        """Press these keys, again when nothing comes of it: a Ctrl+C just as the reading begins goes unheard."""
        deadline = time.monotonic() + timeout
        while self.seen.find(shows, self._mark) < 0:
            assert time.monotonic() < deadline, f"no {shows!r} in:\n{self.seen[self._mark :]}"
            self.type(text)
            pause = time.monotonic() + 2.0
            while time.monotonic() < pause and self.seen.find(shows, self._mark) < 0 and self._read():
                pass

    def end(self, timeout: float = 20.0) -> int:
        """Wait for its end: its exit code."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self._read()
            if self._process.poll() is not None:
                return self._process.returncode
        raise AssertionError(f"it does not end:\n{self.seen[self._mark :]}")

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._fd)

    def _read(self) -> bool:
        """Take what has come; False at the end."""
        if not select.select([self._fd], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        text = data.decode("utf-8", "replace")
        self.sent += text
        self.seen += CODES.sub("", text).replace("\r", "")
        return bool(data)
