"""What SQLite's errors mean to a person: each fault of the file gets a message of its own."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from opstui.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreReadOnly, StoreTooNew

FOLDER = "backups"
"""Where the copies of a store are, beside it."""

_NO_ROOM = 256 * 1024
"""Fewer free bytes than this and an input/output error is taken for a full disk."""


def translate(error: sqlite3.Error, path: Path) -> StoreError | None:
    """The error a person can act on, or None when the error is a mistake of ours and must not be dressed up."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    match code & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return corrupt(path, str(error))
        case sqlite3.SQLITE_FULL:
            return full(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            return full(path) if disk_is_full(path.parent) else read_only(path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return busy(path)
        case sqlite3.SQLITE_IOERR:
            return full(path) if disk_is_full(path.parent) else _io(path, str(error))
    return None


def corrupt(path: Path, why: str) -> StoreCorrupt:
    """The file is damaged or is no database."""
    return StoreCorrupt(f"The store {path} is damaged", why, way_back(path))


def way_back(path: Path) -> str:
    """What to do about a damaged store, or about a damaged copy of one."""
    if path.parent.name == FOLDER:
        return "Name another copy; this one was left as it is"
    if copies := sorted((path.parent / FOLDER).glob("opstui-*.db"), key=lambda copy: copy.stem):
        return f"Restore the newest copy with: opstui restore {copies[-1]}; the damaged file is kept"
    return (
        f"There is no copy of it in {path.parent / FOLDER}. Move the file away and run opstui sync: "
        "your sources bring their items again, but no verdict or note"
    )


def full(path: Path) -> StoreFull:
    """No room left to write."""
    return StoreFull(
        f"Nothing could be written to {path}",
        "the disk is full",
        "Free some space and try again; what was saved before is safe",
    )


def read_only(path: Path) -> StoreReadOnly:
    """The file, its folder or the disk refuses to be written."""
    return StoreReadOnly(
        f"The store {path} cannot be written",
        "the file, its folder or the disk is read-only, or belongs to somebody else",
        "Make the file and its folder writable for you, or name another folder with --data-dir",
    )


def unwritable(path: Path) -> StoreError:
    """Why a store that was opened only to be read takes nothing."""
    return full(path) if disk_is_full(path.parent) else read_only(path)


def refused(path: Path, error: OSError) -> StoreError:
    """What the system said when a file could not be made."""
    return full(path) if error.errno in (errno.ENOSPC, errno.EDQUOT) else read_only(path)


def busy(path: Path) -> StoreBusy:
    """Somebody else kept the write lock."""
    return StoreBusy(
        f"The store {path} is busy",
        "another process held the write lock for too long",
        "Try again in a moment; if it stays so, look for an opstui that hangs",
    )


def too_new(path: Path, found: int, known: int) -> StoreTooNew:
    """The file has tables that this release does not know."""
    return StoreTooNew(
        f"The store {path} was written by a newer opstui",
        f"its format is {found}, this one knows formats up to {known}",
        "Update opstui, or name another folder with --data-dir; nothing was changed",
    )


def _io(path: Path, why: str) -> StoreError:
    return StoreError(f"The store {path} could not be read or written", why, "Check the disk; opstui doctor tells more")


def disk_is_full(folder: Path) -> bool:
    """Whether there is too little room for anything."""
    try:
        room = os.statvfs(folder)
    except (OSError, AttributeError):  # AttributeError: Windows has no statvfs
        return False
    return room.f_bavail * room.f_frsize < _NO_ROOM
