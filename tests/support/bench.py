"""A tracker that breaks in every way, a source over it, and a store: what the suite of faults runs on.

What a fault does to a pull or a push is looked at in this process, over real HTTP and into a real store, which is quick enough
to try all of them with every connector. What only a worker shows is looked at with real ones: ``worked`` and ``pushed``.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opstui.connectors import options, registry
from opstui.connectors.api import Connector, Context, Network
from opstui.domain.views import Outgoing
from opstui.errors import OpstuiError
from opstui.services import plugins
from opstui.services.clock import real_clock
from opstui.services.crew import Crew
from opstui.services.job import Counts, Ended, Task, trouble
from opstui.services.ledger import Ledger, Patience
from opstui.services.push import Push
from opstui.services.station import Station
from opstui.services.sync import Pull
from opstui.store import outbox, sources
from tests.support.engine import a_source, a_station, pull
from tests.support.faults import Fault, Server, serve
from tests.support.plugin import install
from tests.support.trackers import VARIABLE, Between, Tracker

LONG, SHORT = 600, 20
"""Time-outs in seconds, of which a hundredth counts here."""

NAME = "desk"
CALM = "def pull(self, cursor, known): yield Page((self.item(1), self.item(2)))"


class Bench:
    """A tracker that is served, a source over it and another that is always well, and a store."""

    def __init__(self, tracker: Tracker, server: Server, between: Between, station: Station) -> None:
        self.tracker = tracker
        self.server = server
        self.between = between
        self.station = station
        self.store = station.store
        self.path = station.folder
        self.url = ""
        """Where the source looks instead of at the server."""
        self.timeout_s = LONG
        """Of what is done in this process. It is short only while it shall be reached: then a busy machine breaks no test."""

    def arm(self, fault: Fault | None, *, timeout_s: int = LONG, **more: Any) -> None:
        """Let a fault happen, as ``Server.arm`` says; None: nobody listens any more."""
        self.timeout_s = timeout_s
        if fault is None:
            self.server.down()
        else:
            self.server.arm(fault, **{"times": None, **more})

    def disarm(self) -> None:
        """Let everything go well again."""
        self.timeout_s = LONG
        self.server.disarm()
        self.server.up()

    # -- pulling

    def pull(self) -> Ended:
        """Pull the source: how that ended."""
        with self._connector() as connector:
            one = Pull(self.store, NAME, self.station.rules, now=real_clock, applied=_heard)
            try:
                one.run(connector)
            except OpstuiError as error:
                state, said = trouble(error)
                return Ended(state, one.counts, 0.0, **said)
            return Ended("ok", one.counts, 0.0)

    def worked(self) -> Ended:
        """Pull both sources by workers, as the engine does; the one that is well has to be pulled."""
        outcomes, _ = pull(self.station)
        assert outcomes["calm"].ok, outcomes["calm"]
        return outcomes[NAME].ended

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Meanwhile a worker pulls the source."""
        crew = Crew(self.station, lambda event: None)
        try:
            source = self.station.source(NAME)
            assert source is not None
            crew.start(source)
            yield
        finally:
            crew.close()

    def stored(self) -> dict[str, tuple[str, bool]]:
        """Key -> title and whether it is over, of all that the store takes for being there."""
        sql = "SELECT key, title, stage = 'done' FROM items WHERE source = ? AND gone IS NULL"
        return {key: (title, bool(over)) for key, title, over in self.store.read.execute(sql, (NAME,)).fetchall()}

    def is_true(self) -> None:
        """The store says what the source says."""
        assert self.stored() == self.tracker.facts()

    def is_safe(self, known: set[str]) -> None:
        """Nothing that was known is lost, nothing is closed that is open there, nothing is there that is not."""
        stored, facts = self.stored(), self.tracker.facts()
        assert known <= stored.keys() <= facts.keys()
        assert [key for key, (_, over) in stored.items() if over and not facts[key][1]] == []

    def change(self) -> None:
        """One thing of each kind happens at the source."""
        keys = [key for key, (_, over) in self.tracker.facts().items() if not over]
        self.tracker.rename(keys[0], f"Renamed {len(self.tracker.facts())}")
        self.tracker.finish(keys[1])
        self.tracker.add("New meanwhile")

    def told_well(self, ended: Ended) -> None:
        """A failure's words are fit for a person."""
        assert ended.state in ("failed", "refused"), ended
        assert NAME in ended.what, ended
        assert ended.why, ended
        assert ended.next_step, ended
        self.no_secret(repr(ended))

    def no_secret(self, more: str = "") -> None:
        """The secret is in no file and in no word."""
        assert self.tracker.secret not in more
        # In a process of its own: to close a database's file lets go of the locks that this one's connections hold on it.
        found = subprocess.run(["grep", "-rlF", self.tracker.secret, self.path], capture_output=True, text=True, check=False)
        assert (found.returncode, found.stdout) == (1, "")

    # -- pushing

    def write(self, verb: str, key: str, value: Any, base: Any = None) -> int:
        """A change that is due."""
        now = datetime.now(UTC)
        ref = f"{NAME}:{key}"
        with self.store.writing() as conn:
            sources.ensure(conn, NAME)
            (item,) = conn.execute("SELECT id FROM items WHERE source = ? AND key = ?", (NAME, key)).fetchone()
            sql = "INSERT INTO journal_groups (uid, at_ms, who, verb, summary, undoable) VALUES (?, 0, 'Ana Ruiz', ?, '', 1)"
            group = int(conn.execute(sql, (f"g-{verb}-{key}", verb)).lastrowid or 0)
            return outbox.add(
                conn, uid=f"u-{verb}-{key}", group=group, source=NAME, ref=ref, item=item, verb=verb, value=value, base=base,
                who="Ana Ruiz", at=now, due=now,
            )  # fmt: skip

    def push(self) -> None:
        """Send what waits, however long it should wait."""
        self._all_due()
        with self._connector() as connector:
            ledger = Ledger(self.store, NAME, self.station.rules, real_clock, patience=Patience(settle=0.0, first=0.0))
            Push(ledger, connector).run()

    def pushed(self) -> None:
        """As ``push``, by a worker."""
        self._all_due()
        source = self.station.source(NAME)
        assert source is not None
        plugins.run(self.station.job(source, Task.PUSH), self.station.worker_environ(source), 30.0)

    def row(self, id: int) -> Outgoing:
        """One change."""
        row = outbox.load(self.store.read, id)
        assert row is not None
        return row

    def well_put(self, id: int, ends: tuple[str, ...]) -> None:
        """A change has come to one of these ends, and says why in words that are fit for a person."""
        row = self.row(id)
        assert row.state in ends, row
        if row.state != "sent" and row.what:
            assert NAME in row.what, row
            assert row.why, row
            assert row.next_step, row
        assert row.state == "sent" or row.what or row.id > 1, row
        self.no_secret(repr(row))

    # -- parts

    def _all_due(self) -> None:
        with self.store.writing() as conn:
            conn.execute("UPDATE outbox SET due = 0 WHERE state = 'pending'")

    @contextmanager
    def _connector(self) -> Iterator[Connector]:
        """The source's connector in this process."""
        source = self.station.source(NAME)
        assert source is not None
        cls = registry.load_offer(registry.find(source.connector))
        given = {**source.options, "url": self.url or source.options["url"], "timeout_s": self.timeout_s}
        values = options.resolve(
            cls.options, given, folder=self.path, source=NAME, secret=lambda reference, folder: os.environ[reference["env"]]
        )
        made: Any = cls(values, Context(NAME, UTC, real_clock, self.path, network=Network(proxy="none")))
        try:
            yield made
        finally:
            made.close()


@contextmanager
def bench(
    tracker: Tracker,
    folder: Path,
    patch: pytest.MonkeyPatch,
    count: int = 5,
    *,
    timeout_s: int = LONG,
    **more: Any,
) -> Iterator[Bench]:
    """A bench with ``count`` issues. ``timeout_s`` is that of workers, ``more`` goes to ``serve``."""
    patch.setenv("OPSTUI_HTTP_PATIENCE", "0.01")
    patch.setenv(VARIABLE, tracker.secret)
    for number in range(count):
        tracker.add(f"Item {number}")
    between = Between(tracker)
    with ExitStack() as stack:
        server = stack.enter_context(serve(between, **more))
        given = {"url": server.url, "token": {"env": VARIABLE}, "timeout_s": timeout_s, "answer_mb": 1}
        plugin = install(folder / "plugins", "calm", CALM)
        patch.syspath_prepend(str(plugin))
        data = folder / "data"
        data.mkdir()
        both = (a_source(NAME, tracker.connector, options=given | tracker.options()), a_source("calm"))
        station = a_station(data, plugin, *both)
        stack.callback(station.store.close)
        yield Bench(tracker, server, between, station)


Make = Callable[..., Bench]
"""Makes a bench: see ``bench``."""


def _heard(counts: Counts) -> None:
    """Nobody watches."""
