"""The process that runs a connector: ``python -m opstui.services.worker``, started by the engine, one per pull.

Whatever a plugin does in here (hang, print, exit, eat memory, crash) costs its own pull and nothing else.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opstui.connectors import options, registry
from opstui.connectors.api import Connector, Context, Network, Usage
from opstui.errors import OpstuiError
from opstui.services import guard
from opstui.services.clock import clock
from opstui.services.job import GIVEN, Counts, Event, Job, Task, encode, told_secretly, trouble

if TYPE_CHECKING:
    from opstui.domain.masking import Mask

TICK_S = 0.1
"""Progress is told at most this often."""

USAGE = tuple(field.name for field in fields(Usage))
"""What the event ``usage`` carries."""

COLLECT_EVERY = 200_000
"""New objects between two looks for cycles: a hundred thousand rows are not garbage, and the process is short-lived."""


class Teller:
    """Writes events to the engine; strikes secrets out of them."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._next = 0.0
        self.mask: Mask | None = None
        """Strikes the secrets of this source out."""
        self._usage: Usage | None = None
        self._next_usage = 0.0

    def strike_out(self, secrets: tuple[str, ...]) -> None:
        """Let none of these out any more, and tell them to whoever reads the log, who strikes them out of that.

        It is done there since nothing in here outlives a plugin that crashes, and then the log matters most.
        """
        for secret in secrets:
            for event in told_secretly(secret):
                os.write(self._fd, encode(event))
        if secrets:
            from opstui.domain.masking import Mask  # only a source that has one pays for it

            self.mask = Mask(secrets)

    def tell(self, event: str, **more: Any) -> None:
        """One event, now."""
        line: Event = {"event": event, **self.masked(more)}
        try:
            os.write(self._fd, encode(line))
        except BrokenPipeError:  # the engine is gone, and this pull with it
            os._exit(1)

    def progress(self, done: int, total: int | None, unit: str) -> None:
        """How far a connector is; called as often as it likes."""
        moment = time.monotonic()
        if moment >= self._next or done == total:
            self._next = moment + TICK_S
            self.tell("progress", done=done, total=total, unit=str(unit))

    def applied(self, counts: Counts) -> None:
        """How much is in the store."""
        moment = time.monotonic()
        if moment >= self._next:
            self._next = moment + TICK_S
            self.tell("applied", **figures(counts))

    def note(self, text: str) -> None:
        """Something the user should see in the source's health."""
        self.tell("note", text=str(text))

    def usage(self, usage: Usage) -> None:
        """What a source says about our use of it; told now and then, and at the end."""
        self._usage = usage
        moment = time.monotonic()
        if moment >= self._next_usage:
            self._next_usage = moment + TICK_S
            self.settle()

    def settle(self) -> None:
        """Tell what was kept back."""
        usage, self._usage = self._usage, None
        if usage is not None:
            told = {name: getattr(usage, name) for name in USAGE}
            self.tell("usage", **{name: _plain(value) for name, value in told.items()})

    def masked(self, value: Any) -> Any:
        """Plain data without the secrets of this source."""
        return value if self.mask is None else self.mask.value(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def figures(counts: Counts) -> Event:
    """Counts as an event carries them."""
    return {
        "seen": counts.seen,
        "added": counts.added,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "deleted": counts.deleted,
        "refused": counts.refused,
    }


def main() -> None:
    """Do the job that stands on stdin, tell about it on stdout, and end without waiting for what a plugin left behind."""
    job_fd, events_fd = guard.detach()
    gc.set_threshold(COLLECT_EVERY)
    teller = Teller(events_fd)
    offers = _warm_up()
    job: Job = pickle.loads(_framed(job_fd))  # our own parent wrote it, on a pipe nobody else holds
    guard.end_with(job.parent, job_fd)
    guard.cap_memory(job.memory_mb)
    for name in job.foreign:
        os.environ.pop(name, None)
    counts = Counts()

    def keep(now: Counts) -> None:
        nonlocal counts
        counts = now
        teller.applied(now)

    try:
        job = replace(job, offer=job.offer or registry.find(job.connector, offers))
        assert job.offer is not None
        teller.tell("offer", origin=job.offer.origin)
        _TASKS[job.task](job, teller, keep)
        teller.settle()
        teller.tell("finished", **figures(counts))
        code = 0
    except BaseException as error:  # noqa: BLE001  the worker's border: nothing a plugin raises gets further
        code = _report(error, job, teller, counts)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _report(error: BaseException, job: Job, teller: Teller, counts: Counts) -> int:
    state, words = trouble(error, job.connector, job.offer.origin if job.offer else "")
    teller.settle()
    teller.tell("failed", state=state, **figures(counts), **words)
    if not isinstance(error, OpstuiError):
        try:
            traceback.print_exception(error)
        except (MemoryError, OSError, ValueError):
            pass  # the log is a help, not a duty
    return 1


def _warm_up() -> tuple[registry.Offer, ...]:
    """Load what nearly every job needs while the engine still finds out which; what connectors there are."""
    import opstui.services.sync
    import opstui.store.db  # noqa: F401

    return registry.offers()


def _pull(job: Job, teller: Teller, keep: Callable[[Counts], None]) -> None:
    from opstui.services.sync import Pull
    from opstui.store.db import Store

    assert job.store is not None
    assert job.rules is not None
    now = clock(os.environ)
    connector = _connector(job, teller)
    teller.tell("watched", paths=[str(path) for path in connector.watched()])
    with Store.open(job.store, now=now, create=False) as store:
        store.patient = True  # a person at the desk goes first
        Pull(store, job.source, job.rules, now=now, applied=keep, mask=teller.mask).run(connector)


def _push(job: Job, teller: Teller, keep: Callable[[Counts], None]) -> None:
    from opstui.services.ledger import Ledger, Patience
    from opstui.services.push import Push
    from opstui.store.db import Store

    assert job.store is not None
    assert job.rules is not None
    now = clock(os.environ)
    connector = _connector(job, teller)
    with Store.open(job.store, now=now, create=False) as store:
        store.patient = store.durable = True  # what is said to be sent must not be forgotten
        patience = Patience(settle=job.settle, first=job.retry)
        origin, zone = job.offer.origin if job.offer else "", _zone(job.timezone)
        told = teller.tell, patience, job.holder, teller.mask, job.connector, origin, zone
        ledger = Ledger(store, job.source, job.rules, now, *told)
        Push(ledger, connector).run()


def _moves(job: Job, teller: Teller, keep: Callable[[Counts], None]) -> None:
    from opstui.services.moving import told
    from opstui.store import moves
    from opstui.store.db import Store

    assert job.store is not None
    now = clock(os.environ)
    found = told(_connector(job, teller).moves(job.key), job.source)
    with Store.open(job.store, now=now, create=False) as store, store.writing() as conn:
        moves.keep(conn, f"{job.source}:{job.key}", found, now())


def _check(job: Job, teller: Teller, keep: Callable[[Counts], None]) -> None:
    teller.tell("checked", text=str(_connector(job, teller).check()))


def _describe(job: Job, teller: Teller, keep: Callable[[Counts], None]) -> None:
    from opstui.services import probe

    cls = _load(job)
    teller.tell("described", title=cls.title, verbs=sorted(cls.verbs), options=len(cls.options))
    for option in cls.options:
        told = {"name": option.name, "type": option.type, "help": option.help, "required": option.required}
        teller.tell("option", **told, example=probe.plain(option.example))


def _look_over(job: Job, teller: Teller, keep: Callable[[Counts], None]) -> None:
    from opstui.services import probe

    probe.look_over(_load(job), job, teller)


def _suggest(job: Job, teller: Teller, keep: Callable[[Counts], None]) -> None:
    from opstui.services import probe

    cls = _load(job)
    values, context = _settled(cls, job, teller)
    probe.suggest(cls, values, context, job, teller)


_TASKS: dict[Task, Callable[[Job, Teller, Callable[[Counts], None]], None]] = {
    Task.PULL: _pull,
    Task.PUSH: _push,
    Task.MOVES: _moves,
    Task.CHECK: _check,
    Task.DESCRIBE: _describe,
    Task.LOOK_OVER: _look_over,
    Task.SUGGEST: _suggest,
}


def _load(job: Job) -> type[Connector]:
    assert job.offer is not None
    return registry.load_offer(job.offer)


def _connector(job: Job, teller: Teller) -> Connector:
    """The connector with its options; what it can carry out is told, for the desk."""
    cls = _load(job)
    teller.tell("can", verbs=sorted(cls.verbs), takes_back=sorted(cls.takes_back))
    return cls(*_settled(cls, job, teller))


def _settled(cls: type[Connector], job: Job, teller: Teller) -> tuple[dict[str, Any], Context]:
    """The options with their secrets, looked up here and nowhere else, and what else a connector gets."""

    def reveal(reference: Any, folder: Path) -> str:
        if isinstance(reference, dict) and reference.keys() == {GIVEN} and reference[GIVEN] in job.given:
            return job.given[reference[GIVEN]]
        from opstui.config import secrets  # only a source that has one pays for it

        return secrets.reveal(secrets.secret(reference, folder), os.environ)

    values = options.resolve(cls.options, job.options, folder=job.folder, folders=job.folders, source=job.source, secret=reveal)
    teller.strike_out(options.secrets_of(cls.options, values))
    context = Context(
        job.source,
        _zone(job.timezone),
        clock(os.environ),
        job.folder,
        teller.progress,
        teller.note,
        teller.usage,
        job.network or Network(),
        job.rules.people.persons if job.rules is not None else (),
    )
    return values, context


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _framed(fd: int) -> bytes:
    """The job: eight hexadecimal digits of length, then so many bytes; the pipe stays open behind it."""
    size = int(_exactly(fd, 8), 16)
    return _exactly(fd, size)


def _exactly(fd: int, size: int) -> bytes:
    got = bytearray()
    while len(got) < size:
        more = os.read(fd, size - len(got))
        if not more:
            os._exit(1)  # the engine went away before it said what to do
        got += more
    return bytes(got)


if __name__ == "__main__":
    main()
