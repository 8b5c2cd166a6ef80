"""A look at the store's file for ``opstui doctor``: is it whole, whose is it, how big."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opstui.store import journal

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. ``damage`` is empty when SQLite finds none; modes are permission bits."""

    damage: tuple[str, ...]
    size: int
    file_mode: int
    folder_mode: int
    items: int
    owned: bool
    """Whether there is anything in it that no source could give back."""


def look(conn: sqlite3.Connection, path: Path) -> Look:
    """Read the whole file once.

    Raises:
        StoreError: it cannot be read.
    """
    lines = [str(line) for (line,) in conn.execute("PRAGMA integrity_check(5)").fetchall()]
    beside = [Path(f"{path}{end}") for end in ("", "-wal", "-shm")]
    return Look(
        damage=() if lines == ["ok"] else tuple(lines),
        size=sum(one.stat().st_size for one in beside if one.exists()),
        file_mode=stat.S_IMODE(path.stat().st_mode),
        folder_mode=stat.S_IMODE(path.parent.stat().st_mode),
        owned=journal.any_group(conn),
        items=int(conn.execute("SELECT count(*) FROM items WHERE gone IS NULL").fetchone()[0]),
    )
