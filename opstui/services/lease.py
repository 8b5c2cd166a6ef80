"""The right to be the one engine of a store. It is about processes, so it goes by the real clock, whatever the day is."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

from opstui.errors import StoreBusy
from opstui.services.clock import real_clock
from opstui.store import kept, leases

if TYPE_CHECKING:
    from opstui.services.station import Station

NAME = leases.ENGINE
KNOWN = "engine:sources"


class Lease:
    """This process's claim; ``held`` while it is the one."""

    def __init__(self, station: Station) -> None:
        self._store = station.store
        host = socket.gethostname()
        self.me = f"process {os.getpid()} on {host}"
        self._mine = leases.Lease(f"{self.me} #{secrets.token_hex(4)}", os.getpid(), host, None)
        self.held = False

    @property
    def id(self) -> str:
        """Ours alone: what the store says as long as we hold it."""
        return self._mine.holder

    def take(self) -> bool:
        """Become the one engine if nobody alive is."""
        if not self._free():
            return False
        with self._store.writing() as conn:
            self.held = leases.acquire(conn, NAME, self._mine, real_clock())
        return self.held

    def renew(self) -> bool:
        """Show that we live; False when another engine has taken over, which it only does after a long silence of ours."""
        try:
            with self._store.writing() as conn:
                self.held = leases.renew(conn, NAME, self._mine.holder, real_clock())
        except StoreBusy:
            pass  # the next beat comes before anybody thinks us dead
        return self.held

    def release(self) -> None:
        """Let the next one in."""
        if self.held:
            self.held = False
            with self._store.writing() as conn:
                leases.release(conn, NAME, self._mine.holder)

    def announce(self, names: Iterable[str]) -> None:
        """Say which sources we know, for whoever asks us to pull one."""
        with self._store.writing() as conn:
            kept.keep(conn, KNOWN, json.dumps([self._mine.holder, *names]))

    def known(self) -> frozenset[str] | None:
        """The sources that its holder knows, None when it has not said."""
        lease, said = leases.current(self._store.read, NAME), kept.kept(self._store.read, KNOWN)
        if lease is None or not said:
            return None
        holder, *names = json.loads(said)
        return frozenset(names) if holder == lease.holder else None

    def holder(self) -> str:
        """Who holds it, for people; empty when nobody does."""
        lease = leases.current(self._store.read, NAME)
        return "" if lease is None else lease.holder.partition(" #")[0]

    def _free(self) -> bool:
        """A look without a write lock, so that waiting for a busy engine costs it nothing."""
        lease = leases.current(self._store.read, NAME)
        mine = self._mine
        return lease is None or lease.holder == mine.holder or leases.is_dead(lease, mine.host, real_clock())
