"""Ranks follow the config: where its rules have changed, every stored standing is worked out anew, in slices."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from datetime import time as time_of_day
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from opstui.store import kept, ranks

if TYPE_CHECKING:
    from opstui.domain.rules import Rules
    from opstui.services.station import Station

RULES, WALK = "rules", "rules:walk"
"""In the store: the digest of the rules its ranks were made by, and how far a walk to others has come."""

BREATH_S = 0.002


def digest(rules: Rules) -> str:
    """The same text for rules that rank alike, in every process."""
    # Not the weights as they were written: what counts is what came of them, with the defaults.
    plain = [_plain(getattr(rules, one.name)) for one in fields(rules) if one.name != "weights" and one.compare]
    plain.append(_plain(rules.tables))
    return _digest(plain)


def digest_of(values: Sequence[Any]) -> str:
    """The same text for parts of the rules that are equal, in every process."""
    return _digest([_plain(one) for one in values])


def _digest(plain: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


class Reranking:
    """Brings a store's ranks to a station's rules. Only for whoever holds the engine's lease."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._digest = ""
        self._done = False

    def begin(self) -> None:
        """Before the first pull: a store without items has nothing to walk, and what comes is ranked by these rules."""
        store = self._station.store
        if not self._settled() and store.read.execute("SELECT 1 FROM items LIMIT 1").fetchone() is None:
            self._settle()

    def step(self, budget: float) -> bool:
        """Walk on for about so many seconds, in transactions of their own; whether any rank may have moved.

        How far it came is kept with each slice, so that an engine that ends in the middle costs nothing.
        """
        moved, started = False, time.monotonic()
        while not self._settled() and time.monotonic() - started < budget:
            moved = True
            if self._slice() is None:
                self._settle()
            else:
                time.sleep(BREATH_S)
        return moved

    def _slice(self) -> int | None:
        station = self._station
        with station.store.writing() as conn:
            target, _, at = kept.kept(conn, WALK).partition(" ")
            # Rules that changed again in the middle of a walk begin it again.
            after = int(at) if target == self._digest else 0
            last = ranks.rescore_slice(conn, station.rules, station.now(), after)
            if last is not None:
                kept.keep(conn, WALK, f"{self._digest} {last}")
        return last

    def _settled(self) -> bool:
        if not self._done:
            self._digest = self._digest or digest(self._station.rules)
            self._done = kept.kept(self._station.store.read, RULES) == self._digest
        return self._done

    def _settle(self) -> None:
        with self._station.store.writing() as conn:
            kept.keep(conn, RULES, self._digest)
            kept.keep(conn, WALK, "")
        self._done = True


def _plain(value: Any) -> Any:
    """A value of the rules as JSON can hold it, in one form only; what they worked out for themselves is left out."""
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, one.name)) for one in fields(value) if one.compare)]
    if isinstance(value, Mapping):
        return [[str(name), _plain(one)] for name, one in sorted(value.items(), key=lambda pair: str(pair[0]))]
    if isinstance(value, (frozenset, set)):
        return sorted((_plain(one) for one in value), key=repr)
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, ZoneInfo):
        return value.key
    if isinstance(value, (date, time_of_day)):
        return value.isoformat()
    return value
