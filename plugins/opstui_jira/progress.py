"""What a Jira source remembers from pull to pull: the cursor, read and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opstui.connectors.api import Cursor
from opstui_jira.site import Site, from_cursor


@dataclass(slots=True)
class Progress:
    """Up to when everything is in, and what need not be asked again.

    ``since`` is the server's time at the beginning of the last whole pull, ``ahead`` by how many seconds its clock was
    before ours. ``begun`` and ``at`` are those of a first pull that was interrupted. ``looked`` is when open issues were
    last read again, ``after`` the key that it stopped at.
    """

    recipe: str
    site: Site | None = None
    learned: datetime | None = None
    since: datetime | None = None
    ahead: float = 0.0
    begun: datetime | None = None
    at: Mapping[str, Any] | None = None
    looked: datetime | None = None
    after: str = ""

    def cursor(self) -> dict[str, Any]:
        """As it is kept."""
        told = {
            "kind": "time",
            "recipe": self.recipe,
            "site": self.site.kept_in_cursor() if self.site else None,
            "learned": _iso(self.learned),
            "since": _iso(self.since),
            "ahead": self.ahead or None,
            "begun": _iso(self.begun),
            "at": dict(self.at) if self.at else None,
            "looked": _iso(self.looked),
            "after": self.after or None,
        }
        return {name: value for name, value in told.items() if value is not None}


def read(cursor: Cursor | None, recipe: str) -> Progress:
    """What a cursor says. With other options all is read anew."""
    if cursor is None or cursor.get("recipe") != recipe:
        return Progress(recipe)
    at, ahead = cursor.get("at"), cursor.get("ahead")
    return Progress(
        recipe,
        from_cursor(cursor.get("site")),
        _time(cursor.get("learned")),
        _time(cursor.get("since")),
        float(ahead) if isinstance(ahead, (int, float)) else 0.0,
        _time(cursor.get("begun")),
        at if isinstance(at, Mapping) else None,
        _time(cursor.get("looked")),
        str(cursor.get("after") or ""),
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _time(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
