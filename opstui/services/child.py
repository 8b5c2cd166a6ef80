"""One running worker, as the engine sees it."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping

from opstui.services import guard
from opstui.services.clock import child_environ, clock
from opstui.services.job import SECRET, Event, Job, decode

LOG_BYTES = 64 * 1024
"""How much of what a plugin prints is kept: the last of it."""

_CHUNK = 64 * 1024
_LONGEST_SECRET = 32 * 1024
"""In base64, too."""


class Child:
    """A worker process with its pipes. Reading never waits; ``last_sign`` is when it last showed that it moves.

    It is started without a job, so that it can warm up while the job is still being found out.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.started = self.last_sign = time.monotonic()
        self.out_ended = self.err_ended = False
        self._code: int | None = None
        self._partial = b""
        self._secrets: set[str] = set()
        self._untold = ""
        self._log: deque[bytes] = deque()
        self._logged = 0
        self._progress: tuple[object, object] = (None, None)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "opstui.services.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environ),
            start_new_session=True,  # so that Ctrl+C is the engine's to handle, and what a plugin starts ends with it
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.stdin, self.out, self.err = self._process.stdin, self._process.stdout, self._process.stderr
        for pipe in (self.out, self.err):
            os.set_blocking(pipe.fileno(), False)

    def give(self, job: Job) -> None:
        """Say what to do, once."""
        self.started = self.last_sign = time.monotonic()
        body = pickle.dumps(job)
        with contextlib.suppress(BrokenPipeError):  # it died at once; its exit code will tell
            self.stdin.write(b"%08x" % len(body) + body)
            self.stdin.flush()

    @property
    def pid(self) -> int:
        """The worker's process id, and its group's."""
        return self._process.pid

    def events(self) -> list[Event]:
        """The events that have come since the last call."""
        more = _read(self.out.fileno())
        self.out_ended = more == b""
        data = self._partial + (more or b"")
        *lines, self._partial = data.split(b"\n")
        if len(self._partial) > _CHUNK:
            self._partial = b""
        found = []
        for event in filter(None, map(decode, lines)):
            if event["event"] == SECRET:
                self._learn(event)
            else:
                found.append(event)
        if any(self._moves(event) for event in found):
            self.last_sign = time.monotonic()
        return found

    def keep_log(self) -> None:
        """Take what it printed."""
        data = _read(self.err.fileno())
        self.err_ended = data == b""
        if data:
            self._log.append(data)
            self._logged += len(data)
        # One piece more than is shown, so that a secret that was cut in two is not at its beginning.
        while self._log and self._logged - len(self._log[0]) > LOG_BYTES + _LONGEST_SECRET:
            self._logged -= len(self._log.popleft())

    def log(self) -> bytes:
        """The last of what it printed, without its secrets."""
        said = b"".join(self._log)
        if self._secrets:
            from opstui.domain.masking import Mask

            said = Mask(self._secrets).data(said)
        return said[-LOG_BYTES:]

    def ended(self) -> int | None:
        """Its exit code (negative: the signal that ended it), None while it runs. What it left running ends with it."""
        if self._code is None and (code := self._process.poll()) is not None:
            self._code = code
            guard.kill_group(self.pid)  # at once: later the number may be somebody else's
        return self._code

    def settle(self, timeout: float) -> None:
        """Give it a moment to end: its pipe does so a little before its process."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)

    def silent(self, timeout: float) -> bool:
        """Whether it has shown no sign of life for so many seconds."""
        return time.monotonic() - self.last_sign > timeout

    def kill(self) -> None:
        """End it and what it started."""
        if self.ended() is None:
            guard.kill_group(self.pid)
            self._code = self._process.wait()

    def close(self) -> None:
        """End it if it still runs, and let go of it; nothing happens the second time."""
        self.kill()
        for pipe in (self.stdin, self.out, self.err):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def _learn(self, event: Event) -> None:
        """Keep a secret that must not stand in the log."""
        self._untold += str(event.get("text", ""))
        if not event.get("whole"):
            return
        secret, self._untold = self._untold, ""
        if secret:
            self._secrets.add(secret)

    def _moves(self, event: Event) -> bool:
        """Whether an event shows that the pull gets on: the same progress again does not."""
        if event["event"] != "progress":
            return True
        seen = (event.get("done"), event.get("unit"))
        moves = seen != self._progress
        self._progress = seen
        return moves


@contextlib.contextmanager
def warming(environ: Mapping[str, str]) -> Iterator[Child]:
    """A worker that loads its code while the config and the store are being opened; whoever pulls first takes it.

    Raises:
        UsageError: the clock's variables cannot be read.
    """
    child = Child(child_environ(environ, clock(environ)))
    try:
        yield child
    finally:
        child.close()


def _read(fd: int) -> bytes | None:
    """What is in a pipe now, nothing at its end, None when there is nothing yet."""
    try:
        return os.read(fd, _CHUNK)
    except BlockingIOError:
        return None
    except OSError:
        return b""
