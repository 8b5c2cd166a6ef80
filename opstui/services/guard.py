"""What keeps a worker's trouble inside the worker: its own stdout, a memory cap, and an end when its parent ends."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1


def detach() -> tuple[int, int]:
    """Move the job pipe and the event pipe out of a plugin's reach; returns (job, events) as descriptors.

    What a plugin prints goes to fd 2, where the engine keeps its last lines; what it reads from stdin is empty. The
    moved descriptors are not inherited by programs the plugin starts.
    """
    sys.stdout.flush()
    job, events = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return job, events


def end_with(parent: int, lifeline: int) -> None:
    """End this process when ``parent`` does, however it ends.

    Linux's kernel sees to it even when Python code no longer runs; elsewhere, and for the programs a plugin started,
    a thread waits for the end of the pipe that only the parent holds.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    threading.Thread(target=_wait_for_end, args=(lifeline,), name="lifeline", daemon=True).start()


def cap_memory(megabytes: int) -> None:
    """Let an allocation beyond ``megabytes`` fail in here, before the machine starts to swap."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    with contextlib.suppress(ValueError, OSError):  # a lower limit is set already, or the system knows none
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def kill_group(pid: int) -> None:
    """End a worker and what it started, at once: its transactions are whole or absent, so nothing needs a farewell."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _wait_for_end(lifeline: int) -> None:
    try:
        while os.read(lifeline, 64):
            pass
    except OSError:  # a plugin closed what was not its own: that is not the end of our parent
        return
    kill_group(os.getpid())
    os._exit(1)
