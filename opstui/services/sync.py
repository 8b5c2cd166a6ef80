"""Pulls one source into the store: page by page, in slices that never hold the write lock for long."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Page, Refusal
from opstui.domain.model import Change, Comment, Item, Kind, Stage
from opstui.domain.text import clean, clean_line
from opstui.errors import PluginError, StoreBusy
from opstui.services.job import Counts
from opstui.store import items as store_items
from opstui.store import sources

if TYPE_CHECKING:
    from opstui.connectors.api import Connector
    from opstui.domain.urgency import Rules
    from opstui.store.db import Store

SLICE_S = 0.015
"""What a transaction aims at; the desk's own writes wait at most about this long."""

LARGEST, SMALLEST, FIRST = 500, 20, 200
BREATH_S = 0.002
"""Between two slices of one page, so that a verdict waiting for the lock gets it: SQLite has no queue for writers."""

BUSY_TRIES = 3
EMPTY_PAGES = 1000
"""So many pages without a single record and the connector is going round in circles."""


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

    def run(self, connector: Connector) -> Counts:
        """Ask for page after page and apply each before asking for the next.

        Raises:
            PluginError: the connector broke its contract; pages before that one are in.
            SourceError, StoreError: as they come; what was applied stays.
        """
        conn = self.store.read
        cursor = sources.cursor(conn, self.source)
        known = store_items.KnownItems(conn, self.source)
        pages = connector.pull(cursor, known)
        if not isinstance(pages, Iterable):
            raise self._broken(f"pull() gave {type(pages).__name__} instead of pages")
        empty = 0
        for page in pages:
            self._checked(page)
            self.apply(page)
            empty = 0 if page.items or page.deleted or page.refused or page.unchanged else empty + 1
            if empty >= EMPTY_PAGES:
                raise self._broken(f"it yielded {EMPTY_PAGES} empty pages in a row")
        return self.counts

    def apply(self, page: Page) -> None:
        """Apply one page, in as many transactions as keep each short; its cursor goes with the last."""
        items, refused = _sound(page.items, self.source)
        whole = replace(page, items=items, refused=(*page.refused, *refused)) if refused or items is not page.items else page
        at = 0
        longest = max(len(whole.items), len(whole.deleted), len(whole.refused))
        while True:
            size = self._size
            last = at + size >= longest
            part = whole if last and at == 0 else _part(whole, at, size, last)
            started = time.perf_counter()
            self._commit(part)
            self._adapt(max(len(part.items), 1), time.perf_counter() - started)
            self.applied(self.counts)
            if last:
                return
            at += size
            time.sleep(BREATH_S)

    def _commit(self, part: Page) -> None:
        for attempt in range(1, BUSY_TRIES + 1):
            try:
                with self.store.writing() as conn:
                    done = store_items.apply_page(conn, self.source, part, self.rules, self.now())
                break
            except StoreBusy:
                if attempt == BUSY_TRIES:
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


def _sound(items: tuple[Item, ...], source: str) -> tuple[tuple[Item, ...], list[Refusal]]:
    """The items that can be kept, mended where a connector forgot to clean, and refusals for the others."""
    if all(map(_is_sound, items)):
        return items, []
    good: list[Item] = []
    refused: list[Refusal] = []
    for item in items:
        if _is_sound(item):
            good.append(item)
            continue
        wrong = _wrong(item)
        if wrong:
            refused.append(Refusal(clean_line(str(item.key), limit=80) or source, wrong, clean_line(str(item.title), limit=80)))
        else:
            good.append(_mended(item))
    return tuple(good), refused


def _is_sound(item: Item) -> bool:
    """The cheap look that nearly every item passes: the types are right and no text holds what a terminal obeys."""
    try:
        line = f"{item.key}{item.title}{item.status}{item.priority_label}{item.url}{item.owner or ''}{item.reporter or ''}"
        text = item.body
        if item.fields:
            text += "".join(item.fields.values()) + "".join(item.fields)
        if item.labels:
            text += "".join(item.labels)
        if item.history or item.comments or item.blocks or item.blocked_by:
            text += _gathered(item)
        return (
            bool(item.key)
            and item.title.__class__ is str
            and line.isprintable()
            and (text.isprintable() or not _UNCLEAN.search(text))
            and (item.priority is None or (item.priority.__class__ is int and 1 <= item.priority <= 5))
            and (item.owner is None or item.owner.__class__ is str)
            and (item.created is None or item.created.tzinfo is not None)
            and (item.updated is None or item.updated.tzinfo is not None)
            and (item.due is None or item.due.tzinfo is not None)
            and (item.sla_due is None or item.sla_due.tzinfo is not None)
        )
    except (AttributeError, TypeError):
        return False


def _gathered(item: Item) -> str:
    """Every text of an item's history, comments and links; TypeError or AttributeError when one is none."""
    texts = [*item.blocks, *item.blocked_by]
    for change in item.history:
        texts += (change.field, change.old or "", change.new or "", change.who or "")
    for comment in item.comments:
        texts += (comment.text, comment.who or "")
    return "".join(texts)


_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_TEXTS = ("key", "title", "body", "status", "priority_label", "url", "fingerprint")
_NAMES = ("owner", "reporter", "team")
_TIMES = ("created", "updated", "due", "sla_due")


def _wrong(item: Item) -> str:
    """Why an item cannot be kept, or nothing."""
    for name in (*_TEXTS, *_NAMES):
        value = getattr(item, name)
        if not isinstance(value, str) and not (value is None and name in _NAMES):
            return f"{name} is {type(value).__name__} instead of text"
    if not clean_line(item.key):
        return "it has no key"
    for name in _TIMES:
        value = getattr(item, name)
        if value is not None and (not isinstance(value, datetime) or value.tzinfo is None):
            return f"{name} is no time with a zone"
    if item.priority is not None and not (isinstance(item.priority, int) and 1 <= item.priority <= 5):
        return "priority is not a number from 1 to 5"
    if not isinstance(item.labels, (tuple, list)) or not all(isinstance(label, str) for label in item.labels):
        return "labels is not a tuple of texts"
    if not isinstance(item.fields, Mapping) or not all(isinstance(text, str) for pair in item.fields.items() for text in pair):
        return "fields is not a table of texts"
    try:
        _gathered(item)
    except (AttributeError, TypeError):
        return "its history, comments or links are of a wrong type"
    if not isinstance(item.kind, Kind) or not isinstance(item.stage, Stage):
        return "kind or stage is none of ours"
    return ""


def _mended(item: Item) -> Item:
    """An item whose connector did not clean its text."""
    short = {name: clean_line(getattr(item, name)) for name in (*_TEXTS, *_NAMES) if getattr(item, name) and name != "body"}
    return replace(
        item,
        **short,
        body=clean(item.body),
        labels=tuple(clean_line(label) for label in item.labels),
        history=tuple(_mended_part(change) for change in item.history),
        comments=tuple(_mended_part(comment) for comment in item.comments),
        fields={clean_line(name): clean(value) for name, value in item.fields.items()},
    )


def _mended_part(part: Any) -> Any:
    assert isinstance(part, (Change, Comment))
    texts = {f.name: clean(value) for f in fields(part) if isinstance(value := getattr(part, f.name), str)}
    return replace(part, **texts)


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
