"""Copies of the store, each checked before it counts, and the way back to one."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opstui.errors import StoreCorrupt, StoreError
from opstui.store import faults
from opstui.store.faults import FOLDER as FOLDER
from opstui.store.kept import BACKUP_TROUBLE
from opstui.store.kept import keep as remember
from opstui.store.kept import kept as remembered
from opstui.store.schema import APPLICATION_ID, VERSION

if TYPE_CHECKING:
    from opstui.store.db import Store

KEEP = 14
_PARK = (
    "UPDATE outbox SET state = 'parked', doubt = 1, tried = coalesce(tried, at), what = ?, why = ?, next_step = ? "
    "WHERE state IN ('pending', 'sending')"
)
_PARKED = (
    "it was on its way when the backup was made",
    "it may have been sent since",
    "Release it to have it looked for and sent if it is not there, or drop it.",
)
_DAILY, _ASKED = "opstui-????-??-??.db", "opstui-????-??-??T*.db"


def daily(store: Store, folder: Path | None = None, keep: int = KEEP) -> Path | None:
    """Make today's copy unless there is one; the newest ``keep`` days stay. Its path, None when it was there."""
    target = _folder(store, folder) / f"opstui-{store.now().astimezone(UTC):%Y-%m-%d}.db"
    if target.exists():
        return None
    _copy_out(store, target)
    _prune(target.parent, _DAILY, keep)
    return target


def backup(store: Store, folder: Path | None = None, keep: int = KEEP) -> Path:
    """Make a copy now, beside the daily ones; the newest ``keep`` of those that were asked for stay."""
    stamp = f"{store.now().astimezone(UTC):%Y-%m-%dT%H%M%S}"
    target = _folder(store, folder) / f"opstui-{stamp}.db"
    again = 1
    while target.exists():
        again += 1
        target = target.with_name(f"opstui-{stamp}-{again}.db")
    _copy_out(store, target)
    _prune(target.parent, _ASKED, keep)
    if remembered(store.read, BACKUP_TROUBLE):
        with store.writing() as conn:
            remember(conn, BACKUP_TROUBLE, "")
    return target


def backups(folder: Path) -> list[Path]:
    """Every copy in a folder, the newest first."""
    return sorted((*folder.glob(_DAILY), *folder.glob(_ASKED)), key=_stem, reverse=True)


class Restored(NamedTuple):
    """Where the store that was replaced is kept, None if there was none, and how many changes wait to be released."""

    kept: Path | None
    parked: int


def restore(file: Path, path: Path) -> Restored:
    """Put a copy in the place of the store at ``path``.

    A sound store is written over in one transaction, so that whoever has it open goes on with the restored one. A damaged
    one is moved aside. Changes that were on their way to a source are parked: nothing is sent a second time.

    Raises:
        StoreCorrupt, StoreTooNew, StoreError: the copy is no good; nothing was touched.
        StoreBusy, StoreReadOnly, StoreFull: the store cannot be written; it is as it was.
    """
    _check(file)
    _make_folder(path.parent)
    ready = path.with_name(f".{path.name}.{os.getpid()}.restored")
    try:
        _copy(file, ready)
        parked = _park(ready)
        if not path.exists():
            _copy(ready, path)
            return Restored(None, parked)
        kept = _aside(path)
        try:
            _copy(path, kept)
        except StoreCorrupt:
            _move_aside(path, kept)
            _copy(ready, path)
        else:
            _write_over(ready, path)
        return Restored(kept, parked)
    finally:
        ready.unlink(missing_ok=True)


def _park(path: Path) -> int:
    """What was on its way to a source then may have been sent since: it waits until somebody releases or drops it.

    In doubt, so that the engine looks for it before it is sent. How many wait so by now.
    """
    with _opened(path, "rw") as conn:
        try:
            if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone():
                return 0
            conn.execute(_PARK, _PARKED)
            return int(conn.execute("SELECT count(*) FROM outbox WHERE state = 'parked'").fetchone()[0])
        except sqlite3.Error as error:
            raise faults.translate(error, path) or error from error


def _write_over(file: Path, path: Path) -> None:
    with _opened(file, "ro") as source, _opened(path, "rw") as target:
        try:
            target.execute("PRAGMA journal_mode=WAL")
            source.backup(target)
            _require_sound(target, path)
        except sqlite3.Error as error:
            raise faults.translate(error, path) or error from error


def _copy_out(store: Store, target: Path) -> None:
    _make_folder(target.parent)
    _copy(store.path, target)


def _copy(source: Path, target: Path) -> None:
    """Copy a database as of one moment into a file of its own, which appears whole and checked or not at all."""
    half = target.with_name(f".{target.name}.{os.getpid()}.half")
    try:
        try:
            os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise faults.refused(half, error) from error
        with _opened(source, "rw" if _needs_log(source) else "ro") as one, _opened(half, "rw") as other:
            try:
                one.backup(other)
            except sqlite3.Error as error:
                raise faults.translate(error, source) or error from error
            try:
                other.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
                _require_sound(other, source)
            except sqlite3.Error as error:
                raise faults.translate(error, source) or error from error
        with half.open("rb") as done:
            os.fsync(done.fileno())
        half.replace(target)
    finally:
        for rest in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(OSError):  # what went wrong before is what must be told
                Path(f"{half}{rest}").unlink(missing_ok=True)


def _check(file: Path) -> None:
    """A copy must be whole, ours, and no newer than we are."""
    if not file.is_file():
        raise StoreError(f"There is no backup at {file}", "", "List them: they are in the backups folder beside the store")
    with _opened(file, "ro") as conn:
        try:
            version = conn.execute("PRAGMA user_version").fetchone()[0]
            application = conn.execute("PRAGMA application_id").fetchone()[0]
            if application != APPLICATION_ID:
                raise StoreError(f"{file} is not an opstui backup", "it belongs to another program", "Name another file")
            if version > VERSION:
                raise faults.too_new(file, version, VERSION)
            _require_sound(conn, file)
        except sqlite3.Error as error:
            raise faults.translate(error, file) or error from error


def _require_sound(conn: sqlite3.Connection, path: Path) -> None:
    found = conn.execute("PRAGMA integrity_check(3)").fetchall()
    if found != [("ok",)]:
        raise faults.corrupt(path, "; ".join(str(line) for (line,) in found))


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    try:
        conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=5.0, isolation_level=None)
    except sqlite3.Error as error:
        raise faults.translate(error, path) or error from error
    try:
        yield conn
    finally:
        conn.close()


def _needs_log(path: Path) -> bool:
    """A file in use has a log beside it, which only a connection that may write can read on every system."""
    return Path(f"{path}-wal").exists() and os.access(path, os.W_OK)


def _aside(path: Path) -> Path:
    n = 1
    while (kept := path.with_name(f"{path.stem}.replaced-{n}{path.suffix}")).exists():
        n += 1
    return kept


def _move_aside(path: Path, kept: Path) -> None:
    try:
        path.rename(kept)
        for rest in ("-wal", "-shm"):
            if Path(f"{path}{rest}").exists():
                Path(f"{path}{rest}").rename(f"{kept}{rest}")
    except OSError as error:
        raise faults.refused(path, error) from error


def _folder(store: Store, folder: Path | None) -> Path:
    return folder or store.path.parent / FOLDER


def _make_folder(folder: Path) -> None:
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
    except OSError as error:
        raise faults.refused(folder, error) from error


def _prune(folder: Path, pattern: str, keep: int) -> None:
    for old in sorted(folder.glob(pattern), key=_stem, reverse=True)[max(keep, 1) :]:
        old.unlink(missing_ok=True)


def _stem(path: Path) -> str:
    return path.stem
