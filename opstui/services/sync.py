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
from opstui.services.sound import sound, tidy
from opstui.store import items as store_items
from opstui.store import pages, sending, sources

if TYPE_CHECKING:
    from opstui.connectors.api import Connector
    from opstui.domain.masking import Mask
    from opstui.domain.urgency import Rules
    from opstui.store.db import Connection, Store

SLICE_S = 0.018
"""What a transaction aims at; the desk's own writes wait at most about this long."""

LARGEST, SMALLEST, FIRST = 1000, 20, 200
BREATH_S = 0.002
"""Between two slices of one page, so that a verdict waiting for the lock gets it: SQLite has no queue for writers."""

BUSY_TRIES = 12
"""A minute: with several imports and a desk at work, one of them may be out of luck for a while."""

EMPTY_PAGES = 1000
"""So many pages without a single record and the connector is going round in circles."""


class Pull:
    """One pull of one source. ``counts`` is what has come in so far, true even after an error."""

    def __init__(
        self,
        store: Store,
        source: str,
        rules: Rules,
        *,
        now: Callable[[], datetime],
        applied: Callable[[Counts], None],
        mask: Mask | None = None,
    ) -> None:
        """``mask`` strikes the source's secrets out of what it tells."""
        self.mask = mask
        self.store = store
        self.source = source
        self.rules = rules
        self.now = now
        self.applied = applied
        self.counts = Counts()
        self._size = FIRST
        self._began = now()

    def _tidied(self, refusal: Refusal) -> Refusal:
        found = tidy(refusal)
        return Refusal(*(self.mask.text(part) for part in (found.where, found.reason, found.sample))) if self.mask else found

    def run(self, connector: Connector) -> Counts:
        """Ask for page after page and apply each before asking for the next.

        Raises:
            PluginError: the connector broke its contract; pages before that one are in.
            SourceError, StoreError: as they come; what was applied stays.
        """
        conn = self.store.read
        cursor, first = sources.cursor(conn, self.source), sources.never_read(conn, self.source)
        known = store_items.KnownItems(conn, self.source)
        yielded = connector.pull(cursor, known)
        if not isinstance(yielded, Iterable):
            raise self._broken(f"pull() gave {type(yielded).__name__} instead of pages")
        empty = 0
        for page in yielded:
            self._checked(page)
            self.apply(page, first)
            empty = 0 if page.items or page.deleted or page.refused or page.unchanged else empty + 1
            if empty >= EMPTY_PAGES:
                raise self._broken(f"it yielded {EMPTY_PAGES} empty pages in a row")
        return self.counts

    def apply(self, page: Page, first: bool) -> None:
        """Apply one page, in as many transactions as keep each short; its cursor goes with the last.

        At the ``first`` reading items are new, and all that can be is worked out before anything is locked.
        """
        items, refused = sound(page.items, self.source, self.mask)
        if refused or page.refused or items is not page.items:
            page = replace(page, items=items, refused=(*map(self._tidied, page.refused), *refused))
        at = 0
        longest = max(len(page.items), len(page.deleted), len(page.refused))
        while True:
            size = self._size
            last = at + size >= longest
            part = page if last and at == 0 else _part(page, at, size, last)
            made = self._ready(part) if first else None
            started = time.perf_counter()
            self._commit(part, made)
            self._adapt(max(len(part.items), 1), time.perf_counter() - started)
            self.applied(self.counts)
            if last:  # the connector's own work is pause enough
                return
            at += size
            time.sleep(BREATH_S)

    def _ready(self, part: Page) -> pages.Ready:
        try:
            return pages.ready(part.items, self.rules, self.now())
        except Exception as error:
            error.add_note(OURS)
            raise

    def _commit(self, part: Page, made: pages.Ready | None) -> None:
        for attempt in range(1, BUSY_TRIES + 1):
            try:
                with self.store.writing() as conn:
                    kept = self._without_older(conn, part)
                    done = pages.apply_page(conn, self.source, kept, self.rules, self.now(), made)
                break
            except StoreBusy:
                if attempt == BUSY_TRIES:
                    raise
            except Exception as error:
                error.add_note(OURS)
                raise
        self.counts += Counts(done.added, done.changed, done.unchanged, done.deleted, len(part.refused))

    def _without_older(self, conn: Connection, part: Page) -> Page:
        """The page without items that something was sent to since this pull began: they were read back, and this is older."""
        sent = sending.sent_since(conn, self.source, self._began)
        items = pages.not_older(conn, self.source, part.items, sent=sent)
        if len(items) == len(part.items):
            return part
        return replace(part, items=items, unchanged=part.unchanged + len(part.items) - len(items))

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
