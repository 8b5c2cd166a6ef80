"""``python -m benchmarks.floor_pull WIDTH USER SECRET``: the least that fetching these pages takes.

Addresses come on stdin, one a line. They are fetched over so many connections at once, in order, and thrown away. Prints
the seconds of that alone: neither the start of Python nor the import of the library counts.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx


def main() -> None:
    """Fetch, throw away, say how long it took."""
    width = int(sys.argv[1])
    addresses = sys.stdin.read().split()
    headers = {"Authorization": f"Bearer {sys.argv[3]}"} if sys.argv[2] == "-" else {}
    auth = None if headers else (sys.argv[2], sys.argv[3])
    with httpx.Client(auth=auth, headers=headers, timeout=60) as client:
        start = time.perf_counter()
        if width == 1:
            for address in addresses:
                client.get(address).raise_for_status()
        else:
            with ThreadPoolExecutor(width) as pool:
                for answer in pool.map(client.get, addresses):
                    answer.raise_for_status()
        print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
