"""Pulls one source into the store: page by page, in slices that never hold the write lock for long."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Page, Refusal
from opstui.domain.model import Item
from opstui.errors import PluginError, StoreBusy
from opstui.services.job import OURS, Counts
from opstui.services.pipeline import Pipeline
from opstui.services.sound import sound
from opstui.store import items as store_items
from opstui.store import pages, sources

if TYPE_CHECKING:
    from opstui.connectors.api import Connector
    from opstui.domain.urgency import Rules
    from opstui.store.db import Store

SLICE_S = 0.018
"""What a transaction aims at; the desk's own writes wait at most about this long."""

LARGEST, SMALLEST, FIRST = 1000, 20, 200
BREATH_S = 0.002
"""After that long of holding the lock, so that a verdict waiting for it gets it: SQLite has no queue for writers."""

MANY = 250
"""From so many items on the next page is asked for while one is being written; smaller ones are safe in before that."""

BUSY_TRIES = 12
"""A minute: with several imports and a desk at work, one of them may be out of luck for a while."""

EMPTY_PAGES = 1000
"""So many pages without a single record and the connector is going round in circles."""

_Whole = tuple[Page, pages.Ready | None]


class Pull:
    """One pull of one source. ``counts`` is what has come in so far, true even after an error."""

    def __init__(
        self, store: Store, source: str, rules: Rules, *, now: Callable[[], datetime], applied: Callable[[Counts], None]
    ) -> None:
        self.store = store
        self.source = source
        self.rules = rules
        self.now = now
        self.applied = applied
        self.counts = Counts()
        self._size = FIRST
        self._held = 0.0
        """Seconds that the lock was held since others last had time to take it."""

    def run(self, connector: Connector) -> Counts:
        """Ask for page after page; each is applied while the next is asked for, in their order.

        Raises:
            PluginError: the connector broke its contract; pages before that one are in.
            SourceError, StoreError: as they come; what was applied stays.
        """
        pipeline = Pipeline(self._apply)
        try:
            self._pull(connector, pipeline)
        finally:
            pipeline.close()
        pipeline.settle()
        return self.counts

    def _pull(self, connector: Connector, pipeline: Pipeline[_Whole]) -> None:
        conn = self.store.read
        cursor, first = sources.cursor(conn, self.source), sources.never_read(conn, self.source)
        known = store_items.KnownItems(conn, self.source, pipeline.settle)
        yielded = connector.pull(cursor, known)
        if not isinstance(yielded, Iterable):
            raise self._broken(f"pull() gave {type(yielded).__name__} instead of pages")
        empty = 0
        for page in yielded:
            self._checked(page)
            pipeline.put(self._whole(page, first))
            if len(page.items) < MANY:
                pipeline.settle()
            empty = 0 if page.items or page.deleted or page.refused or page.unchanged else empty + 1
            if empty >= EMPTY_PAGES:
                raise self._broken(f"it yielded {EMPTY_PAGES} empty pages in a row")

    def _whole(self, page: Page, first: bool) -> _Whole:
        """A page that can be kept. At the first reading its items are new, and all that can be is worked out beforehand."""
        items, refused = sound(page.items, self.source)
        if refused or items is not page.items:
            page = replace(page, items=items, refused=(*page.refused, *refused))
        try:
            made = pages.ready(items, self.rules, self.now()) if first else None
        except Exception as error:
            error.add_note(OURS)
            raise
        # Of a key that comes twice each has its turn.
        return page, made if made is not None and len(made) == len(items) else None

    def _apply(self, whole: _Whole) -> None:
        """Apply one page, in as many transactions as keep each short; its cursor goes with the last."""
        page, made = whole
        at = 0
        longest = max(len(page.items), len(page.deleted), len(page.refused))
        while True:
            size = self._size
            last = at + size >= longest
            part = page if last and at == 0 else _part(page, at, size, last)
            started = time.perf_counter()
            self._commit(part, made)
            took = time.perf_counter() - started
            self._adapt(max(len(part.items), 1), took)
            self.applied(self.counts)
            self._breathe(took)
            if last:
                return
            at += size

    def _breathe(self, took: float) -> None:
        self._held += took
        if self._held > SLICE_S / 2:
            time.sleep(BREATH_S)
            self._held = 0.0

    def _commit(self, part: Page, made: pages.Ready | None) -> None:
        for attempt in range(1, BUSY_TRIES + 1):
            try:
                with self.store.writing() as conn:
                    done = pages.apply_page(conn, self.source, part, self.rules, self.now(), made)
                break
            except StoreBusy:
                if attempt == BUSY_TRIES:
                    raise
            except Exception as error:
                error.add_note(OURS)
                raise
        self.counts += Counts(done.added, done.changed, done.unchanged, done.deleted, len(part.refused))

    def _adapt(self, count: int, seconds: float) -> None:
        if count >= SMALLEST and seconds > 0:
            fits = int(count * SLICE_S / seconds)
            self._size = min(LARGEST, max(SMALLEST, min(fits, self._size * 2)))

    def _checked(self, page: Any) -> None:
        """A page is what the API says it is, before anything of it is kept."""
        if not isinstance(page, Page):
            raise self._broken(f"pull() yielded {type(page).__name__} instead of Page")
        for part in ("items", "deleted", "refused"):
            if not isinstance(getattr(page, part), (tuple, list)):
                raise self._broken(f"Page.{part} is {type(getattr(page, part)).__name__} instead of a tuple")
        if not isinstance(page.unchanged, int):
            raise self._broken(f"Page.unchanged is {type(page.unchanged).__name__} instead of a number")
        if not all(isinstance(key, str) for key in page.deleted):
            raise self._broken("Page.deleted holds something that is no key")
        if not all(isinstance(refusal, Refusal) for refusal in page.refused):
            raise self._broken("Page.refused holds something that is no Refusal")
        for item in page.items:
            if not isinstance(item, Item):
                raise self._broken(f"Page.items holds {type(item).__name__} instead of Item")
            if item.source != self.source:
                raise self._broken(f"it yielded an item of source {item.source!r}")
        if page.cursor is not None:
            try:
                json.dumps(dict(page.cursor))
            except (TypeError, ValueError) as error:
                raise self._broken(f"its cursor cannot be kept as JSON: {error}") from error

    def _broken(self, why: str) -> PluginError:
        return PluginError(
            f"the connector of {self.source!r} broke its contract",
            why,
            "What came in before is kept. Tell the connector's author.",
            plugin=self.source,
        )


def _part(page: Page, at: int, size: int, last: bool) -> Page:
    """Records ``at`` to ``at + size`` of a page; only the last part may move the cursor."""
    span = slice(at, at + size)
    return Page(
        tuple(page.items[span]),
        tuple(page.deleted[span]),
        page.cursor if last else None,
        page.unchanged if last else 0,
        tuple(page.refused[span]),
    )
