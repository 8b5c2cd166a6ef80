"""The app's end of the engine: starts it, sends words, hands on events, and starts it again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from opstui.services.clock import Clock, child_environ, real_clock
from opstui.services.job import Event, decode

PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before each new start of an engine that keeps dying; the last one again and again."""

HEALTHY_S = 60.0
"""An engine that ran this long starts its count of deaths anew."""

STOP_S = 3.0
"""How long it may take to end in order before it is ended."""

HURRY_S = 1.5
"""How long that is once nobody wants to wait."""

_LOG_LINES = 20
_QUEUE = 1000


class EngineClient:
    """One engine process, kept alive between ``start`` and ``stop``.

    ``events()`` gives what it tells, and ``{"event": "engine", "running": bool, "why": …}`` when it starts and dies.
    Nothing here blocks: a word to an engine that is not there is dropped, since it pulls everything when it starts.
    """

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], *, pauses: Sequence[float] = PAUSES) -> None:
        self.trouble = ""
        """Why there is no engine now, empty while there is one."""
        self._argv = tuple(argv)
        self._environ = dict(environ)
        self._pauses = tuple(pauses)
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(_QUEUE)
        self._process: asyncio.subprocess.Process | None = None
        self._hurried = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._said = ""
        self._patience = STOP_S

    @property
    def pid(self) -> int | None:
        """The engine's process id, None while there is none."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start the engine and keep it running; returns before it has done anything."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name="engine")

    def send(self, word: str) -> None:
        """Say one of the engine's words: ``pull``, ``pull NAME``, ``push``, ``moves REF``, ``check NAME``."""
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        process.stdin.write(word.replace("\n", " ").encode() + b"\n")

    async def events(self) -> AsyncIterator[Event]:
        """What it tells, until ``stop``."""
        while (event := await self._events.get()) is not None:
            yield event

    async def stop(self, patience: float | None = None) -> None:
        """End it: in order if it can within ``patience`` seconds, at once if it cannot. Its workers end with it."""
        self._patience = STOP_S if patience is None else patience
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        self._put(None)

    def hurry(self) -> None:
        """Whoever waits in ``stop`` does not want to any more: it is to end without sending what waits."""
        self._hurried.set()

    async def _keep(self) -> None:
        deaths = 0
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            await self._run()
            if loop.time() - started > HEALTHY_S:
                deaths = 0
            pause = self._pauses[min(deaths, len(self._pauses) - 1)]
            deaths += 1
            self._put({"event": "engine", "running": False, "why": self.trouble, "again_in": pause})
            await asyncio.sleep(pause)

    async def _run(self) -> None:
        """One life of the engine."""
        self._log.clear()
        self._said = ""
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv, stdin=pipe, stdout=pipe, stderr=pipe, env=self._environ, start_new_session=True
            )
        except OSError as error:
            self.trouble = f"the engine cannot be started: {error.strerror or error}"
            return
        self._process, self.trouble = process, ""
        self._put({"event": "engine", "running": True, "why": ""})
        try:
            await asyncio.gather(self._read_events(process), self._read_log(process), process.wait())
            self.trouble = self._why(process.returncode)
        finally:
            # Also when we are cancelled: closing its stdin is how it learns that the app is gone.
            self._process = None
            await self._end(process)

    async def _read_events(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await self._line(process.stdout):
            event = decode(line)
            if event is None:
                continue
            if event["event"] == "failed" and not event.get("source"):
                self._said = ": ".join(str(event[key]) for key in ("what", "why") if event.get(key))
            self._put(event)

    async def _read_log(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await self._line(process.stderr):
            self._log.append(line.decode("utf-8", "replace").rstrip())

    async def _line(self, stream: asyncio.StreamReader) -> bytes:
        try:
            return await stream.readline()
        except ValueError:  # longer than any event: not one of ours
            return b"\n"

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is not None:
            return
        over, hurried = asyncio.ensure_future(process.wait()), asyncio.ensure_future(self._hurried.wait())
        await asyncio.wait({over, hurried}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        if hurried.done() and not over.done():
            self._signal(process, signal.SIGTERM)
            await asyncio.wait({over}, timeout=HURRY_S)
        hurried.cancel()
        if not over.done():
            self._signal(process, signal.SIGKILL)
        await over

    def _signal(self, process: asyncio.subprocess.Process, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)

    def _why(self, code: int | None) -> str:
        if self._said:
            return self._said
        last = next((line for line in reversed(self._log) if line.strip()), "")
        ended = f"the engine was ended by signal {-code}" if code and code < 0 else f"the engine ended with exit code {code}"
        return f"{ended}: {last}" if last else ended

    def _put(self, event: Event | None) -> None:
        """Hand an event on; when nobody listens the oldest goes, since the store has the truth."""
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)


def engine_command(
    config: Path | None = None,
    data_dir: Path | None = None,
    flags: Mapping[str, str] | None = None,
    *,
    readonly: bool = False,
) -> list[str]:
    """The command line of an engine over these."""
    argv = [sys.executable, "-P", "-m", "opstui.services.engine"]
    if config is not None:
        argv += ["--config", str(config)]
    if data_dir is not None:
        argv += ["--data-dir", str(data_dir)]
    for key, value in (flags or {}).items():
        argv += ["--set", f"{key}={value}"]
    return [*argv, "--readonly"] if readonly else argv


def client_for(
    config: Path | None,
    data_dir: Path,
    now: Clock = real_clock,
    flags: Mapping[str, str] | None = None,
    *,
    readonly: bool = False,
) -> EngineClient:
    """The client of an engine over a config and a data folder, which goes by the same clock as we do."""
    return EngineClient(engine_command(config, data_dir, flags, readonly=readonly), child_environ(os.environ, now))
