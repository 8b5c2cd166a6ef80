"""The floor of an import: read a CSV file and put its rows into one indexed table, with nothing understood."""

from __future__ import annotations

import csv
import sqlite3
import sys
from pathlib import Path


def main(source: str, target: str) -> None:
    """Read ``source``, write ``target``."""
    conn = sqlite3.connect(target)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=NORMAL")
    with Path(source).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        names = next(rows)
        conn.execute(f"CREATE TABLE t ({', '.join(f'c{n}' for n in range(len(names)))})")
        conn.execute("CREATE UNIQUE INDEX t_key ON t (c0)")
        with conn:
            conn.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", rows)
    conn.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
