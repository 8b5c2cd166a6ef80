"""What the engine asks of a worker, and what a worker tells: plain data that crosses the process border."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.errors import OpstuiError, PluginError, SourceRefused, SourceUnavailable

if TYPE_CHECKING:
    from opstui.connectors.api import Network
    from opstui.connectors.registry import Offer
    from opstui.domain.urgency import Rules
    from opstui.store.sources import Usage

MEMORY_MB = 2048
"""A worker's address space unless ``OPSTUI_ENGINE_LIMITS=memory_mb=…`` says otherwise."""

MAX_LINE = 3500
"""Bytes of an event: below PIPE_BUF, so that a write is one piece and never waits half way."""

SECRET = "secret"
"""The event that hands on a secret, in pieces; ``Child`` keeps it for itself."""

GIVEN = "given"
"""Stands for a kind of reference: the value travels with the job, to be tried before it is kept anywhere."""

_PIECE = 200

OURS = "while opstui kept a page"
"""Note on an exception that no connector is to blame for."""

Event = dict[str, Any]


class Task(StrEnum):
    """What a worker can be started for."""

    PULL = "pull"
    CHECK = "check"
    DESCRIBE = "describe"
    LOOK_OVER = "look over"
    SUGGEST = "suggest"
    PUSH = "push"
    MOVES = "moves"


@dataclass(frozen=True, slots=True)
class Job:
    """One worker's task. Secrets are still references: only the worker looks them up."""

    task: Task
    source: str
    connector: str
    parent: int
    options: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path()
    folders: Mapping[str, Path] = field(default_factory=dict)
    timezone: str = "UTC"
    store: Path | None = None
    rules: Rules | None = None
    offer: Offer | None = None
    """Which entry point ``connector`` is; without it the worker looks itself."""
    memory_mb: int = MEMORY_MB
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Secrets to be tried, by option."""
    foreign: tuple[str, ...] = ()
    """Variables that hold secrets of other sources."""
    network: Network | None = None
    key: str = ""
    """The item a task is about, at its source."""
    holder: str = ""
    """Whose lease a push goes by."""
    settle: float = 0.0
    retry: float = 0.0
    """How long a push waits before it looks for what may have arrived, and at most before its first other try."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records a pull saw, and what became of them."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: int = 0

    @property
    def seen(self) -> int:
        """All records the source showed."""
        return self.added + self.changed + self.unchanged + self.refused

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.deleted + other.deleted,
            self.refused + other.refused,
        )

    @property
    def moved(self) -> int:
        """How many items are not as they were."""
        return self.added + self.changed + self.deleted


@dataclass(frozen=True, slots=True)
class Ended:
    """How a pull ended, for the source's health."""

    state: str
    counts: Counts
    seconds: float
    what: str = ""
    why: str = ""
    next_step: str = ""
    retry_after: float | None = None
    notes: tuple[str, ...] = ()
    usage: Usage | None = None
    """What the source said of our use of it, None when it said nothing."""


@dataclass(frozen=True, slots=True)
class SourceResult:
    """One source's line of a sync, as ``opstui sync --json`` prints it. ``error`` is empty when ``ok``.

    ``refused`` counts the records that stand refused by now, ``refused_before`` those of them that an earlier pull refused.
    ``pushed``, ``failed`` and ``conflicts`` count the changes that came to that end meanwhile, ``waiting`` those on their way.
    """

    source: str
    ok: bool
    seen: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    seconds: float = 0.0
    error: str = ""
    why: str = ""
    next_step: str = ""
    refused_before: int = 0
    pushed: int = 0
    failed: int = 0
    conflicts: int = 0
    waiting: int = 0


def encode(event: Event) -> bytes:
    """One event as a line of JSON; a text that is too long for one is cut."""
    line = json.dumps(event, ensure_ascii=True, separators=(",", ":"), default=str).encode()
    limit = 600
    while len(line) >= MAX_LINE and limit > 20:
        event = {key: _cut(value, limit) for key, value in event.items()}
        line = json.dumps(event, ensure_ascii=True, separators=(",", ":"), default=str).encode()
        limit //= 2
    return line + b"\n"


def told_secretly(secret: str) -> list[Event]:
    """A secret as events that are never cut; the last says that it is whole."""
    starts = range(0, len(secret), _PIECE)
    return [{"event": SECRET, "text": secret[at : at + _PIECE], "whole": at + _PIECE >= len(secret)} for at in starts]


def decode(line: bytes) -> Event | None:
    """The event a line holds, None when it holds none."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def trouble(error: BaseException, plugin: str = "", origin: str = "") -> tuple[str, Event]:
    """The state a source is in after ``error``, and what, why and next for people; ``origin`` is who ships ``plugin``."""
    if isinstance(error, OpstuiError):
        state = "failed"
        if isinstance(error, SourceRefused) or error.exit_code == 2:
            state = "refused"
        elif isinstance(error, PluginError):
            state = "broken"
        wait = error.retry_after if isinstance(error, SourceUnavailable) else None
        told = not isinstance(error, PluginError) or not origin or origin in f"{error.what} {error.why}"
        what = error.what if told else f"{error.what} ({origin})"
        return state, {"what": what, "why": error.why, "next_step": error.next_step, "retry_after": wait}
    kind = type(error).__name__
    if isinstance(error, MemoryError):
        why = "it used up the memory that it may have"
    elif isinstance(error, SystemExit):
        why = f"it tried to end the program ({error.code!r})"
    else:
        why = f"{kind}: {error}" if str(error) else kind
    whom = f"connector {plugin!r}" + (f" of {origin}" if origin else "")
    what, whose = f"{whom} broke" if plugin else "the pull broke", "Tell its author."
    if OURS in getattr(error, "__notes__", ()):
        what, whose = "opstui could not keep what came in", "This is a mistake in opstui itself: please report it."
    return "failed", {"what": what, "why": why, "next_step": f"What came in before is kept. {whose}", "retry_after": None}


def _cut(value: Any, limit: int) -> Any:
    if isinstance(value, str) and len(value) > limit:
        return value[: limit - 1] + "…"
    if isinstance(value, list):
        return [_cut(item, limit) for item in value[: max(limit // 10, 2)]]
    return value
