"""The file: created private, opened by many, whole after every fault."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from opstui.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreTooNew
from opstui.store import db
from opstui.store.db import Store
from opstui.store.schema import VERSION
from tests.support.build import FakeClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "opstui.db"


def test_a_new_store_is_private_and_in_wal_mode(path: Path) -> None:
    with Store.open(path, now=FakeClock()) as store:
        with store.writing() as conn:
            conn.execute("INSERT INTO meta VALUES ('a', 'b')")
        assert store.read.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert store.read.execute("PRAGMA user_version").fetchone()[0] == VERSION
        files = sorted(path.parent.iterdir())
        assert [file.name for file in files] == ["opstui.db", "opstui.db-shm", "opstui.db-wal"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_read_connection_cannot_write(path: Path) -> None:
    with Store.open(path, now=FakeClock()) as store, pytest.raises(StoreError):
        store.read.execute("INSERT INTO meta VALUES ('a', 'b')")


def test_a_block_that_raises_leaves_nothing(path: Path) -> None:
    with Store.open(path, now=FakeClock()) as store:
        with pytest.raises(ZeroDivisionError), store.writing() as conn:
            conn.execute("INSERT INTO meta VALUES ('a', 'b')")
            raise ZeroDivisionError
        assert store.read.execute("SELECT count(*) FROM meta").fetchone()[0] == 0


def test_the_data_version_moves_with_commits_of_this_and_other_processes_only(path: Path) -> None:
    with Store.open(path, now=FakeClock()) as store, Store.open(path, now=FakeClock()) as other:
        before = store.data_version()
        assert store.data_version() == before
        with store.writing() as conn:
            conn.execute("INSERT INTO meta VALUES ('a', 'b')")
        own = store.data_version()
        with other.writing() as conn:
            conn.execute("INSERT INTO meta VALUES ('c', 'd')")
        assert len({before, own, store.data_version()}) == 3


def test_each_thread_reads_through_its_own_connection_and_close_takes_all(path: Path) -> None:
    store = Store.open(path, now=FakeClock())
    seen: list[sqlite3.Connection] = [store.read]
    thread = threading.Thread(target=lambda: seen.append(store.read))
    thread.start()
    thread.join()
    assert seen[0] is store.read
    assert seen[1] is not seen[0]
    store.close()
    for conn in seen:
        with pytest.raises(sqlite3.ProgrammingError):
            conn.execute("SELECT 1")
    with pytest.raises(StoreError, match="closed"):
        store.read.execute("SELECT 1")


def test_many_processes_may_open_a_missing_store_at_once(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.support.build import FakeClock; from opstui.store.db import Store\n"
        "with Store.open(Path(sys.argv[1]), now=FakeClock()) as store, store.writing() as conn:\n"
        "    conn.execute('INSERT INTO meta VALUES (?, 1)', (sys.argv[2],))"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)]) for n in range(5)]
    assert [child.wait() for child in children] == [0] * 5
    with Store.open(path, now=FakeClock()) as store:
        assert store.read.execute("SELECT count(*) FROM meta").fetchone()[0] == 5


def test_no_store_and_no_wish_for_one_is_an_error_that_names_the_set_up(path: Path) -> None:
    with pytest.raises(StoreError, match="opstui init"):
        Store.open(path, now=FakeClock(), create=False)
    assert not path.exists()


def test_a_file_of_a_newer_opstui_is_refused_and_left_alone(path: Path) -> None:
    Store.open(path, now=FakeClock()).close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version=99")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match=r"newer opstui.*99.*Update opstui"):
        Store.open(path, now=FakeClock())
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE theirs (a)")
    raw.commit()
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not an opstui store"):
        Store.open(path, now=FakeClock())
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_called_damaged(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all " * 400)
    with pytest.raises(StoreCorrupt, match=r"damaged.*There is no copy of it"):
        Store.open(path, now=FakeClock())


def test_a_damaged_page_is_called_damaged_when_it_is_read(path: Path) -> None:
    with Store.open(path, now=FakeClock()) as store, store.writing() as conn:
        conn.executemany("INSERT INTO meta VALUES (?, ?)", [(str(n), "x" * 900) for n in range(200)])
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = b"\xa5" * (len(content) - 4096 * 2)
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match="damaged"), Store.open(path, now=FakeClock()) as store:
        store.read.execute("SELECT sum(length(value)) FROM meta").fetchall()


def test_a_full_disk_is_named_and_what_was_saved_stays(path: Path) -> None:
    with Store.open(path, now=FakeClock()) as store:
        with store.writing() as conn:
            conn.execute("INSERT INTO meta VALUES ('kept', 'b')")
        with store.writing() as conn:
            conn.execute(f"PRAGMA max_page_count={conn.execute('PRAGMA page_count').fetchone()[0] + 2}")
        with pytest.raises(StoreFull, match="disk is full"), store.writing() as conn:
            conn.executemany("INSERT INTO meta VALUES (?, ?)", [(str(n), "x" * 900) for n in range(200)])
        assert store.read.execute("SELECT name FROM meta").fetchall() == [("kept",)]


def test_a_lock_held_for_too_long_is_called_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_S", 0.05)
    with (
        Store.open(path, now=FakeClock()) as store,
        Store.open(path, now=FakeClock()) as other,
        other.writing(),
        pytest.raises(StoreBusy, match="busy"),
        store.writing(),
    ):
        pass


def test_a_mistake_of_ours_is_not_dressed_up_as_a_fault_of_the_file(path: Path) -> None:
    with Store.open(path, now=FakeClock()) as store, pytest.raises(sqlite3.OperationalError, match="no such table"):
        store.read.execute("SELECT 1 FROM nowhere")


def test_opening_an_up_to_date_store_does_not_load_sqlite_utils(path: Path) -> None:
    Store.open(path, now=FakeClock()).close()
    code = (
        "import sys; from pathlib import Path; from tests.support.build import FakeClock; from opstui.store.db import Store\n"
        "Store.open(Path(sys.argv[1]), now=FakeClock()).close(); sys.exit('sqlite_utils' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == 0
