"""Short ways to bring items in and look at what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from opstui.connectors.api import Page, Refusal
from opstui.domain.model import Item
from opstui.domain.urgency import Rules
from opstui.domain.views import QueueRow, View
from opstui.store import detail, pages, queue, sources
from opstui.store.db import Store
from opstui.store.pages import Applied
from tests.support.build import MORNING

RULES = Rules()


def bring(store: Store, *every: Item, rules: Rules = RULES, source: str = "helpdesk", **page: Any) -> Applied:
    """Apply one page of these items."""
    with store.writing() as conn:
        return pages.apply_page(conn, source, Page(items=every, **page), rules, store.now())


def pulled(store: Store, source: str = "helpdesk") -> None:
    """A pull of the source came to its end."""
    with store.writing() as conn:
        sources.finish(conn, source, store.now(), seconds_taken=1.0)


def moved(item: Item, **fields: Any) -> Item:
    """The item as its source tells it later."""
    return replace(item, fingerprint=item.fingerprint + "'", **fields)


def lines(store: Store, since: datetime = MORNING, view: View | None = None, rules: Rules = RULES) -> list[QueueRow]:
    """The first lines of a view."""
    return queue.window(store.read, view or View(), since=since, now=store.now(), rules=rules, offset=0, limit=1000)


def keys(store: Store, view: View | None = None, rules: Rules = RULES) -> list[str]:
    """The keys of a view's lines, in order."""
    return [row.ref.partition(":")[2] for row in lines(store, view=view, rules=rules)]


def line(store: Store, ref: str, since: datetime = MORNING) -> QueueRow:
    """One item as a line."""
    row = detail.row(store.read, ref, since=since, now=store.now())
    assert row is not None
    return row


def one(store: Store, sql: str, *args: object) -> Any:
    """The first value of the first row."""
    return store.read.execute(sql, args).fetchone()[0]


__all__ = ["RULES", "Page", "Refusal", "bring", "keys", "line", "lines", "moved", "one", "pulled"]
