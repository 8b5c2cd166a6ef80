"""A desk over a real file, as a test needs it: people, a few sources, a clock that stands still."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from opstui.config.settings import Settings
from opstui.connectors.api import Page
from opstui.domain.model import Item
from opstui.domain.views import View
from opstui.services.desk import Desk
from opstui.store import pages, sources
from opstui.store.db import Store
from tests.support.build import FakeClock

CONFIG: dict[str, Any] = {
    "day": {"timezone": "Europe/London"},
    "me": {"name": "Ana Ruiz", "aliases": ["ana.ruiz"]},
    "people": [{"name": "Bo Lind", "aliases": ["blind"]}, {"name": "Cy Moss"}],
    "sources": [{"name": "helpdesk", "connector": "csv"}, {"name": "jira", "connector": "csv", "required": False}],
}


def a_desk(folder: Path, clock: FakeClock | None = None, **config: Any) -> Desk:
    """A desk over ``folder/opstui.db``, made when it is not there; ``config`` replaces tables of CONFIG."""
    clock = clock or FakeClock()
    settings = msgspec.convert(CONFIG | config, Settings)
    return Desk(Store.open(folder / "opstui.db", now=clock), settings, now=clock)


def store_of(desk: Desk) -> Store:
    """The store under a desk."""
    return desk._at.store


def pull(desk: Desk, *pulled: Item, done: bool = True) -> None:
    """Bring items in as the engine does, a page for each source."""
    with store_of(desk).writing() as conn:
        for name in dict.fromkeys(item.source for item in pulled):
            page = Page(items=tuple(item for item in pulled if item.source == name))
            sources.begin(conn, name, desk.now())
            pages.apply_page(conn, name, page, desk._at.rules, desk.now())
            if done:
                sources.finish(conn, name, desk.now(), seconds_taken=0.1)


def queue_refs(desk: Desk, **view: Any) -> list[str]:
    """Refs of a view, in its order."""
    return [row.ref for row in desk.window(View(**view), 0, 1000)]


def shut(desk: Desk) -> None:
    """Leave as the app does."""
    desk.close()
    store_of(desk).close()


def everything(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """All that undo answers for: marks, what is visible of notes and decisions, and where each item stands."""
    read = store_of(desk).read
    return {
        name: read.execute(sql).fetchall()
        for name, sql in {
            "marks": "SELECT * FROM marks ORDER BY item",
            "places": "SELECT item, place, owner, priority, stage, until, blocks, lead, group_size FROM ranks ORDER BY item",
            "notes": "SELECT uid, kind, ref, text FROM notes WHERE withdrawn IS NULL ORDER BY id",
            "decisions": "SELECT uid, what, superseded_by FROM decisions WHERE withdrawn IS NULL ORDER BY id",
        }.items()
    }
