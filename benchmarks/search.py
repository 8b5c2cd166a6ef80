"""Search as typed, beside the query that SQLite's full-text index answers by itself."""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path

TYPED = ("d", "do", "doc", "dock", "dock sc", "dock scanner", "payr", "payroll ba", "cold store", "scanner label")


def measure(source: Path, folder: Path, runs: int) -> tuple[list[float], list[float]]:
    """Seconds per query, ours and the floor's, over a copy of the store with 100,000 notes added."""
    from opstui.services import workspace

    folder.mkdir()
    for name in ("opstui.db", "opstui.db-wal"):
        if (source / name).exists():
            shutil.copy(source / name, folder / name)
    _add_notes(folder / "opstui.db")
    desk = workspace.open(None, folder, {"OPSTUI_CONFIG": str(source.parent / "config.toml")}).desk
    raw = sqlite3.connect(folder / "opstui.db")
    ours, floor = [], []
    for _ in range(runs):
        for text in TYPED:
            start = time.perf_counter()
            desk.search(text, limit=50)
            ours.append(time.perf_counter() - start)
            match = " ".join(f'"{word}"*' for word in text.split())
            start = time.perf_counter()
            for table in ("items", "notes", "decisions"):
                found = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ? LIMIT 50"
                raw.execute(f"SELECT * FROM {table} WHERE id IN ({found})", (match,)).fetchall()
            floor.append(time.perf_counter() - start)
    return ours, floor


def _add_notes(path: Path) -> None:
    """100,000 notes of twelve words, straight into the table: what is measured is the search."""
    from benchmarks.data import WORDS

    conn = sqlite3.connect(path)
    with conn:
        conn.executemany(
            "INSERT INTO notes (uid, kind, at, who, ref, text) VALUES (?, 'note', ?, 'Ana Ruiz', '', ?)",
            (
                (f"bench-{n}", 1_790_000_000 + n, " ".join(WORDS[(n * 7 + k * 5) % len(WORDS)] for k in range(12)) + f" {n}")
                for n in range(100_000)
            ),
        )
    conn.close()
