"""What the engine tidies between pulls: ranks whose time or rules have gone, routines that were missed, escalations whose
items are over, counts, pace, the backup."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.errors import OpstuiError
from opstui.services.reranking import Reranking

if TYPE_CHECKING:
    from opstui.services.rounds import Watch
    from opstui.services.running import Outcome
    from opstui.services.station import Station

BUDGET_S = 0.1
"""Re-scoring per look: workers and stdin are heard in between."""

SPELL_S = 1.0
"""Between two looks at the lease, when there is nothing else to do."""

BREATH_S = 0.002
RECOUNT_S = 5.0
"""Between two recounts of the splits while an import runs."""

ROUNDS_S = 5.0
"""Between two looks for routines that were missed."""

BACKUP_LOOK_S = 600.0
PACE_LOOK_S = 60.0
HALF_S = 3600.0
"""A copy still unfinished after this long never will be."""

CLOSE_S = 2.0


class Chores:
    """Call ``look`` about once a second."""

    def __init__(self, station: Station, *, counts_stale: bool = True) -> None:
        self.station = station
        self.reranking = Reranking(station)
        self._stale_counts = counts_stale
        self._next_recount = 0.0
        self._next_backup = 0.0
        self._next_rounds = 0.0
        self._watch: Watch | None = None
        self._copying: threading.Thread | None = None
        self._moved = False
        self._unfollowed = True
        self._next_pace = 0.0
        self._measuring: threading.Thread | None = None
        self.backup_trouble = ""
        """Why the last backup failed, empty when it did not."""

    def follow(self, station: Station) -> None:
        """The config is another: ranks and counts come after it."""
        self.station = station
        self.reranking = Reranking(station)
        self._watch, self._next_rounds = None, 0.0
        self._stale_counts = True
        self._next_pace = 0.0

    def pulled(self, outcome: Outcome) -> None:
        """A pull ended: what it moved changes the splits."""
        if outcome.ended.counts.moved or outcome.stirred:
            self._stale_counts = self._moved = self._unfollowed = True

    def stirred(self) -> None:
        """Something else has moved the queue."""
        self._stale_counts = True

    def look(self, *, idle: bool) -> None:
        """Do what is due, in small pieces."""
        if self.reranking.step(BUDGET_S) or self.rescore(BUDGET_S):
            self._stale_counts = True
        moment = time.monotonic()
        if moment >= self._next_rounds:
            self.rounds()
        if self._unfollowed:
            self.follow_items()
        if self._stale_counts and (idle or moment >= self._next_recount):
            self.recount()
        if idle and moment >= self._next_backup and self._copying is None:
            self._next_backup = moment + BACKUP_LOOK_S
            self._copying = threading.Thread(target=self._copy, name="backup", daemon=True)
            self._copying.start()
        if self._copying is not None and not self._copying.is_alive():
            self._copying = None
        if idle and moment >= self._next_pace and (self._measuring is None or not self._measuring.is_alive()):
            self._next_pace = moment + PACE_LOOK_S
            self._pace()

    def rescore(self, budget: float) -> int:
        """Re-score ranks that ran out, in transactions of their own, for about so many seconds."""
        from opstui.store import ranks

        store, total, started = self.station.store, 0, time.monotonic()
        due = ranks.next_expiry(store.read)
        if due is None or due > self.station.now():
            return 0
        while time.monotonic() - started < budget:
            with store.writing() as conn:
                done = ranks.rescore_expired(conn, self.station.rules, self.station.now())
            total += done
            if not done:
                break
            time.sleep(BREATH_S)
        return total

    def rounds(self) -> None:
        """Say in the queue which routines were missed, and no longer which were done meanwhile."""
        self._next_rounds = time.monotonic() + ROUNDS_S
        station = self.station
        if self._watch is None:
            from opstui.config.routines import routines
            from opstui.services.rounds import Watch

            self._watch = Watch(routines(station.settings), station.rules.calendar, station.rules)
        if not self._watch.due(station.store.read, station.now()):
            if not self._watch.routines:
                self._next_rounds = float("inf")  # until the config is another
            return
        with station.store.writing() as conn:
            if self._watch.look(conn, station.now()):
                self._stale_counts = True

    def follow_items(self) -> None:
        """Let escalations end with their items, after what was pulled."""
        from opstui.services.followed import follow

        self._unfollowed = False
        follow(self.station.store, self.station.now())

    def _pace(self) -> None:
        """Measure the columns of the board when that is due, in a thread: it may take seconds."""
        from opstui.services import pacing

        station = self.station
        if not pacing.is_due(station.store, station.rules, station.now(), moved=self._moved):
            return
        self._moved = False

        def measure() -> None:
            # The store's own trouble is told by whatever else reads it.
            with contextlib.suppress(OpstuiError):
                pacing.refresh(station.store, station.rules, station.now())

        self._measuring = threading.Thread(target=measure, name="pace", daemon=True)
        self._measuring.start()

    def recount(self) -> None:
        """Bring the stored counts of the splits up to date."""
        self._stale_counts = False
        self._next_recount = time.monotonic() + RECOUNT_S
        from opstui.services.desk import Desk  # a pull that finds nothing new needs none of it

        Desk(self.station.store, self.station.settings, now=self.station.now).recount()

    def finish(self, ours: Callable[[], bool] = lambda: True) -> None:
        """All that is due, before a one-shot sync ends: the next start reads ranks and counts as they are.

        ``ours`` keeps the lease alive meanwhile, and tells when it is another's.
        """
        while ours() and (self.reranking.step(SPELL_S) or self.rescore(SPELL_S)):
            self._stale_counts = True
        self.rounds()
        self.follow_items()
        if self._stale_counts:
            self.recount()
        self._copy()

    def close(self) -> None:
        """Give a backup that is being written a moment; what is not finished then never counts as one, nor a measure."""
        for thread in (self._copying, self._measuring):
            if thread is not None:
                thread.join(CLOSE_S)

    def _copy(self) -> None:
        """Make today's copy, once there is something that no source could give back."""
        from opstui.store import backup, journal

        station = self.station
        folder = station.folder / backup.FOLDER
        try:
            if not journal.any_group(station.store.read):
                return
            _sweep(folder)
            backup.daily(station.store, folder, station.settings.backup.keep)
            self._backed_up("")
        except OpstuiError as error:
            self._backed_up(str(error))

    def _backed_up(self, trouble: str) -> None:
        """Leave word of it where the sources' pane and ``doctor`` look, as far as the store can be written."""
        from opstui.store import kept

        self.backup_trouble = trouble
        store = self.station.store
        try:
            if kept.kept(store.read, kept.BACKUP_TROUBLE) != trouble:
                with store.writing() as conn:
                    kept.keep(conn, kept.BACKUP_TROUBLE, trouble)
        except OpstuiError:
            pass  # the store's own trouble is told by whatever else writes to it


def _sweep(folder: Path) -> None:
    """Remove copies whose writer was ended in the middle."""
    for half in folder.glob(".*.half*"):
        if time.time() - half.stat().st_mtime > HALF_S:
            half.unlink(missing_ok=True)
