"""The one place that opens the file: connections, transactions, migrations, and errors a person can act on."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from opstui.errors import StoreBusy, StoreError
from opstui.store import faults
from opstui.store.schema import APPLICATION_ID, VERSION

STORE = "opstui.db"
"""The file's name in the data folder."""

BUSY_S = 5.0
"""How long a writer waits for another process before it gives up."""

LOOK_S = 0.001
"""How often a writer that somebody waits for looks whether it may: between two slices of an import there is not much time."""


class _Cursor(sqlite3.Cursor):
    """A cursor whose errors are opstui's."""

    connection: Connection

    def execute(self, sql: str, parameters: Any = (), /) -> _Cursor:
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error

    def executemany(self, sql: str, parameters: Any, /) -> _Cursor:
        try:
            return super().executemany(sql, parameters)
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error

    def fetchmany(self, size: int | None = 256) -> list[Any]:
        try:
            return super().fetchmany(size)
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error

    def __iter__(self) -> Any:
        while rows := self.fetchmany(256):
            yield from rows


class Connection(sqlite3.Connection):
    """A connection whose errors are opstui's; ``path`` is the file they speak of."""

    path: Path
    equipped_for: object = None
    """Whose functions of the query language it has."""
    found: Any = None
    """The last views read through it, see ``store.order``."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    # The base class's own shortcuts do not go through ``cursor``.
    def execute(self, sql: str, parameters: Any = (), /) -> _Cursor:
        result: _Cursor = self.cursor().execute(sql, parameters)
        return result

    def executemany(self, sql: str, parameters: Any, /) -> _Cursor:
        result: _Cursor = self.cursor().executemany(sql, parameters)
        return result

    def translated(self, error: sqlite3.Error) -> Exception:
        """The error to raise instead: a StoreError for a fault of the file, the error itself for a mistake of ours."""
        return faults.translate(error, self.path) or error


def connect(path: Path, *, mode: str, immutable: bool = False) -> Connection:
    """Open ``path``; ``mode`` is SQLite's: ``ro`` or ``rw``. Transactions are begun and ended by hand."""
    uri = f"{path.absolute().as_uri()}?mode={mode}" + ("&immutable=1" if immutable else "")
    try:
        conn = sqlite3.connect(
            uri,
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            factory=Connection,
        )
    except sqlite3.Error as error:
        raise faults.translate(error, path) or error from error
    conn.path = path
    return conn


class Store:
    """One opstui file. Reading never waits for a writer; there is one writer at a time, over all threads and processes.

    Use ``read`` for queries (a connection of the calling thread that cannot write) and ``writing()`` for changes.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.path = path
        self.now = now
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[tuple[threading.Thread, Connection]] = []
        self._opened_lock = threading.Lock()
        self._immutable = False
        self._closed = False
        self.patient = False
        """Whether its writes let others go first: set it before the first one, where much is written and nobody waits."""
        self.durable = False
        """Whether its writes outlive a power cut, each for the price of a disk's answer: set it before the first one."""

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], datetime], create: bool = True) -> Store:
        """Open the store at ``path``, made first when it is missing, brought up to date when it is older.

        Raises:
            StoreTooNew, StoreCorrupt, StoreReadOnly, StoreFull, StoreBusy: each with what to do about it.
            StoreError: there is no file and ``create`` is False, or the file is some other program's.
        """
        path = Path(path)
        if not cls.is_at(path):
            if not create:
                raise StoreError(
                    f"There is no store at {path}", "", "Run opstui init, or opstui demo to try it without any set-up"
                )
            _create_file(path)
        store = cls(path, now)
        try:
            store._bring_up_to_date()
        except BaseException:
            store.close()
            raise
        return store

    @staticmethod
    def is_at(path: Path) -> bool:
        """Whether there is a file.

        Raises:
            StoreReadOnly: it is in a folder that this user may not look into.
        """
        try:
            return path.exists()
        except OSError as error:
            raise faults.refused(path, error) from error

    @property
    def read(self) -> Connection:
        """The calling thread's connection for queries."""
        conn: Connection | None = getattr(self._local, "read", None)
        if conn is None:
            conn = self._local.read = self._connect("ro" if self._immutable else "rw")
            conn.execute("PRAGMA query_only=1")
        return conn

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Several queries over one state of the file, whatever is written meanwhile."""
        conn = self.read
        if conn.in_transaction:
            yield conn
            return
        conn.execute("BEGIN")
        try:
            yield conn
        finally:
            _roll_back(conn)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or, when the block raises, none of it. Does not nest."""
        if self._immutable and not self._melted():
            raise faults.unwritable(self.path)
        if getattr(self._local, "in_writing", False):
            raise RuntimeError("writing() does not nest: hand the connection on")
        if not self._lock.acquire(timeout=BUSY_S):
            raise faults.busy(self.path)
        self._local.in_writing = True
        try:
            conn = self._writer()
            self._begin(conn)
            try:
                yield conn
                conn.execute("COMMIT")
            finally:
                _roll_back(conn)
        finally:
            self._local.in_writing = False
            self._lock.release()

    def _begin(self, conn: Connection) -> None:
        """Take the write lock. SQLite looks for it ever more seldom; who is not patient looks every millisecond instead."""
        if self.patient:
            conn.execute("BEGIN IMMEDIATE")
            return
        deadline = time.monotonic() + BUSY_S
        while True:
            try:
                conn.execute("BEGIN IMMEDIATE")
                return
            except StoreBusy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_S)

    def data_version(self) -> int:
        """Changes whenever something was committed, by this process or another. Compare values of one thread."""
        return int(self.read.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close every thread's connections; safe to call twice."""
        with self._opened_lock:
            self._closed = True
            opened, self._opened = self._opened, []
        for _, conn in opened:
            conn.close()
        self._local = threading.local()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _writer(self) -> Connection:
        conn: Connection | None = getattr(self._local, "write", None)
        if conn is None:
            conn = self._local.write = self._connect("rw")
            conn.execute(f"PRAGMA synchronous={'FULL' if self.durable else 'NORMAL'}")
            conn.execute("PRAGMA foreign_keys=1")
            # An import touches the same index pages again and again: keep them, and fold the log in less often.
            conn.execute("PRAGMA cache_size=-32000")
            conn.execute("PRAGMA wal_autocheckpoint=8000")
            conn.execute("PRAGMA journal_size_limit=16000000")
            if not self.patient:
                # Last: the first look at the file, in the lines above, may find another process that just opens or leaves it.
                conn.execute("PRAGMA busy_timeout=0")
        return conn

    def _connect(self, mode: str) -> Connection:
        if self._closed:
            raise StoreError(f"The store {self.path} is closed")
        conn = connect(self.path, mode=mode, immutable=self._immutable)
        with self._opened_lock:
            # A thread that ended takes nothing with it: close what it had.
            gone = [one for one in self._opened if not one[0].is_alive()]
            self._opened = [one for one in self._opened if one[0].is_alive()]
            self._opened.append((threading.current_thread(), conn))
        for _, old in gone:
            old.close()
        return conn

    def _bring_up_to_date(self) -> None:
        try:
            version, application = _versions(self.read)
        except StoreError:
            # On a disk that is full or cannot be written there is no shared memory file; with no change waiting, read it
            # as it stands.
            if not self._readable_as_it_stands():
                raise
            self._immutable = True
            self._local = threading.local()
            version, application = _versions(self.read)
        if version > VERSION:
            raise faults.too_new(self.path, version, VERSION)
        if application not in (0, APPLICATION_ID) or (application == 0 and _has_tables(self.read)):
            raise StoreError(
                f"{self.path} is not an opstui store", "it belongs to another program", "Name another folder with --data-dir"
            )
        if version < VERSION:
            self._drop_read()
            migrate(self.path)

    def _readable_as_it_stands(self) -> bool:
        wal = Path(f"{self.path}-wal")
        return self.path.exists() and not _takes_files(self.path.parent) and not (wal.exists() and wal.stat().st_size)

    def _melted(self) -> bool:
        """Whether a store that was opened as it stood can be written by now; its connections are then made anew."""
        if not _takes_files(self.path.parent):
            return False
        self._immutable = False
        self._local = threading.local()
        return True

    def _drop_read(self) -> None:
        conn: Connection = self._local.read
        del self._local.read
        with self._opened_lock:
            self._opened = [one for one in self._opened if one[1] is not conn]
        conn.close()


def migrate(path: Path) -> None:
    """Run the migrations that ``path`` lacks, in one transaction, whoever else is opening it at this moment."""
    from sqlite_utils import Database, Migrations

    from opstui.store.schema import MIGRATIONS

    try:
        conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_S, isolation_level=None)
        try:
            _use_wal(conn)
            conn.execute("BEGIN IMMEDIATE")
            # Another process may have done it while this one waited for the lock.
            if conn.execute("PRAGMA user_version").fetchone()[0] < VERSION:
                migrations = Migrations("opstui")
                for migration in MIGRATIONS:
                    migrations(name=migration.__name__)(migration)
                migrations.apply(Database(conn, execute_plugins=False))
                conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
                conn.execute(f"PRAGMA user_version={VERSION}")
            conn.execute("COMMIT")
        finally:
            _roll_back(conn)
            conn.close()
    except sqlite3.Error as error:
        raise faults.translate(error, path) or error from error


def _roll_back(conn: sqlite3.Connection) -> None:
    # After some faults, a full disk for one, SQLite has ended the transaction by itself.
    if conn.in_transaction:
        conn.execute("ROLLBACK")


def _use_wal(conn: sqlite3.Connection) -> None:
    # Switching needs the file alone and does not wait for it, so wait here.
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            conn.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _create_file(path: Path) -> None:
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.chmod(0o700)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise faults.refused(path, error) from error


def _takes_files(folder: Path) -> bool:
    import os

    if faults.disk_is_full(folder):
        return False

    try:
        read_only_disk = bool(os.statvfs(folder).f_flag & getattr(os, "ST_RDONLY", 1))
    except (OSError, AttributeError):  # AttributeError: Windows has no statvfs
        read_only_disk = False
    return os.access(folder, os.W_OK) and not read_only_disk


def _versions(conn: sqlite3.Connection) -> tuple[int, int]:
    return conn.execute("PRAGMA user_version").fetchone()[0], conn.execute("PRAGMA application_id").fetchone()[0]


def _has_tables(conn: sqlite3.Connection) -> bool:
    return conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
