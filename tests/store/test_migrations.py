"""Every schema that was ever released can be brought up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from opstui.store import schema
from opstui.store.db import Store
from tests.support.build import FakeClock

FIRST_TABLES = [
    "changes",
    "comments",
    "decisions",
    "drafts",
    "items",
    "journal",
    "journal_groups",
    "leases",
    "links",
    "marks",
    "marks_waiting",
    "meta",
    "notes",
    "ranks",
    "refusals",
    "sessions",
    "sources",
    "split_counts",
]


def a_first_file(path: Path) -> None:
    """A file as the first release leaves it: made by its migration alone, with something in it."""
    from sqlite_utils import Database, Migrations

    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode=WAL")
    migrations = Migrations("opstui")
    migrations(name="m001_first")(schema.m001_first)
    migrations.apply(Database(conn, execute_plugins=False))
    conn.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
    conn.execute("PRAGMA user_version=1")
    conn.execute("INSERT INTO notes (uid, kind, at, who, ref, text) VALUES ('u', 'note', 1, 'Ana', '', 'keep me')")
    conn.close()


def test_a_file_of_the_first_release_is_opened_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "opstui.db"
    a_first_file(path)
    with Store.open(path, now=FakeClock()) as store:
        assert store.read.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION
        assert store.read.execute("SELECT text FROM notes").fetchall() == [("keep me",)]
        assert store.read.execute("SELECT count(*) FROM notes_fts WHERE notes_fts MATCH 'keep'").fetchone()[0] == 1
        assert store.read.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_new_file_and_a_migrated_one_have_the_same_tables(tmp_path: Path) -> None:
    a_first_file(tmp_path / "old.db")
    shapes = []
    for name in ("old.db", "new.db"):
        with Store.open(tmp_path / name, now=FakeClock()) as store:
            shapes.append(sorted(store.read.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT GLOB '_*'")))
    assert shapes[0] == shapes[1]


def test_there_is_a_migration_for_every_version(tmp_path: Path) -> None:
    assert len(schema.MIGRATIONS) == schema.VERSION
    names = [migration.__name__ for migration in schema.MIGRATIONS]
    assert [name[:4] for name in names] == [f"m{n:03}" for n in range(1, schema.VERSION + 1)]
    with Store.open(tmp_path / "opstui.db", now=FakeClock()) as store:
        tables = store.read.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert set(FIRST_TABLES) <= {name for (name,) in tables}


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "opstui.db"
    path.touch(0o600)

    def broken(db: object) -> None:
        schema.m001_first(db)  # type: ignore[arg-type]
        raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (broken,))
        with pytest.raises(ZeroDivisionError):
            Store.open(path, now=FakeClock())
    with Store.open(path, now=FakeClock()) as store:
        assert store.read.execute("SELECT count(*) FROM items").fetchone()[0] == 0
