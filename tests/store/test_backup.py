"""Copies that can be trusted, and the way back."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from opstui.errors import StoreCorrupt, StoreError, StoreTooNew
from opstui.store import backup
from opstui.store.db import Store
from tests.store.helpers import bring, keys, one
from tests.support.build import FakeClock, an_item


def test_one_copy_a_day_is_made_and_the_newest_fourteen_days_stay(store: Store, clock: FakeClock) -> None:
    bring(store, an_item("A"))
    for _ in range(16):
        assert backup.daily(store) is not None
        assert backup.daily(store) is None
        clock.forward(days=1)
    folder = store.path.parent / "backups"
    names = [path.name for path in backup.backups(folder)]
    assert len(names) == 14
    assert names[0] == "opstui-2026-12-05.db"
    assert names[-1] == "opstui-2026-11-22.db"
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_copy_asked_for_never_pushes_out_a_daily_one(store: Store, clock: FakeClock) -> None:
    backup.daily(store)
    asked = [backup.backup(store, keep=3), backup.backup(store, keep=3)]
    for _ in range(3):
        clock.forward(seconds=1)
        asked.append(backup.backup(store, keep=3))
    assert len({*asked}) == 5
    assert [path.exists() for path in asked] == [False, False, True, True, True]
    assert (store.path.parent / "backups" / "opstui-2026-11-20.db").exists()
    assert len(backup.backups(store.path.parent / "backups")) == 4


def test_a_copy_holds_what_was_committed_while_others_write(store: Store) -> None:
    bring(store, an_item("A"))
    with store.writing() as conn:
        conn.execute("INSERT INTO meta VALUES ('half', 'done')")
        path = backup.backup(store)
    with sqlite3.connect(path) as copy:
        assert copy.execute("SELECT count(*) FROM items").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    copy.close()


def test_a_damaged_store_is_not_copied_over_good_copies(store: Store) -> None:
    bring(store, *(an_item(f"K{n}", body="x" * 900) for n in range(100)))
    store.close()
    _damage(store.path)
    with Store.open(store.path, now=FakeClock()) as again, pytest.raises(StoreCorrupt):
        backup.daily(again)
    assert backup.backups(store.path.parent / "backups") == []
    assert list((store.path.parent / "backups").iterdir()) == []


def test_a_restore_brings_back_what_was_and_keeps_what_it_replaces(store: Store) -> None:
    bring(store, an_item("A"))
    copy = backup.backup(store)
    bring(store, an_item("B"))
    version = store.data_version()
    kept, _ = backup.restore(copy, store.path)
    # Whoever has the store open goes on with the restored one.
    assert store.data_version() != version
    assert keys(store) == ["A"]
    bring(store, an_item("C"))
    assert one(store, "PRAGMA journal_mode") == "wal"
    assert kept is not None
    assert kept.parent == store.path.parent
    with Store.open(kept, now=FakeClock()) as replaced:
        assert sorted(keys(replaced)) == ["A", "B"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_restore_over_a_damaged_store_moves_it_aside(store: Store, clock: FakeClock) -> None:
    bring(store, *(an_item(f"K{n}", body="x" * 900) for n in range(100)))
    copy = backup.backup(store)
    store.close()
    _damage(store.path)
    damaged = store.path.read_bytes()
    kept, _ = backup.restore(copy, store.path)
    assert kept is not None
    assert kept.read_bytes() == damaged
    with Store.open(store.path, now=clock) as again:
        assert one(again, "SELECT count(*) FROM items") == 100
    second, _ = backup.restore(copy, store.path)
    assert second not in (None, kept)


def test_a_restore_where_there_is_nothing_makes_the_folder(store: Store, tmp_path: Path, clock: FakeClock) -> None:
    bring(store, an_item("A"))
    copy = backup.backup(store)
    target = tmp_path / "elsewhere" / "opstui.db"
    assert backup.restore(copy, target) == (None, 0)
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
    with Store.open(target, now=clock) as other:
        assert keys(other) == ["A"]


@pytest.mark.parametrize("kind", ["missing", "damaged", "garbage", "newer", "foreign"])
def test_a_bad_copy_is_refused_and_nothing_is_touched(store: Store, tmp_path: Path, kind: str) -> None:
    bring(store, *(an_item(f"K{n}", body="x" * 900) for n in range(100)))
    copy = backup.backup(store)
    expected: type[StoreError] = StoreError
    if kind == "missing":
        copy = tmp_path / "missing.db"
    elif kind == "damaged":
        _damage(copy)
        expected = StoreCorrupt
    elif kind == "garbage":
        copy.write_bytes(b"nothing of the kind" * 500)
        expected = StoreCorrupt
    else:
        raw = sqlite3.connect(copy)
        raw.execute("PRAGMA user_version=99" if kind == "newer" else "PRAGMA application_id=7")
        raw.close()
        expected = StoreTooNew if kind == "newer" else StoreError
    before = store.data_version()
    with pytest.raises(expected):
        backup.restore(copy, store.path)
    assert store.data_version() == before
    assert len(keys(store)) == 100
    assert sorted(path.name for path in store.path.parent.iterdir()) == [
        "backups",
        "opstui.db",
        "opstui.db-shm",
        "opstui.db-wal",
    ]


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 3 * 4096] = b"\xa5" * 3 * 4096
    path.write_bytes(content)
