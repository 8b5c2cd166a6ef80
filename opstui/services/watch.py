"""Notices that a local file or folder changed, by looking: it works on every disk, network mounts too."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

LIMIT = 2000
"""Files and folders looked at below one that is watched; beyond that the folders' own times have to do."""

Signature = tuple[tuple[str, int, int, int], ...]


def signature(paths: Iterable[Path]) -> Signature:
    """What a change of any of the paths would change: name, time, size and number of every file."""
    found: list[tuple[str, int, int, int]] = []
    for path in paths:
        try:
            found.append(_facts(str(path), path.stat()))
            if path.is_dir():
                found.extend(_inside(path))
        except OSError:
            found.append((str(path), 0, 0, 0))
    return tuple(found)


def _inside(folder: Path) -> list[tuple[str, int, int, int]]:
    """What is in a folder and below, those nearest first; links to other folders are not followed."""
    found: list[tuple[str, int, int, int]] = []
    waiting = deque([str(folder)])
    looked = 0
    while waiting and looked < LIMIT:
        try:
            with os.scandir(waiting.popleft()) as entries:
                for entry in islice(entries, LIMIT - looked):
                    looked += 1
                    below = entry.is_dir(follow_symlinks=False)
                    if below:
                        waiting.append(entry.path)
                    if below or entry.is_file():
                        found.append(_facts(entry.path, entry.stat()))
        except OSError:
            continue  # it went away meanwhile, which its folder's time tells
    return sorted(found)


def _facts(name: str, stat: os.stat_result) -> tuple[str, int, int, int]:
    return name, stat.st_mtime_ns, stat.st_size, stat.st_ino


class Watch:
    """One source's watched paths: tells once when they changed and came to rest."""

    def __init__(self) -> None:
        self.paths: tuple[Path, ...] = ()
        self._pulled: Signature = ()
        self._last: Signature = ()

    def pulling(self) -> None:
        """A pull begins: what is there now is what it will see."""
        self._pulled = self._last = signature(self.paths)

    def set(self, paths: tuple[Path, ...]) -> None:
        """The worker told what to watch, before it read anything."""
        if paths != self.paths:
            self.paths = paths
            self.pulling()

    def changed(self) -> bool:
        """Whether there is something new that has stood still since the last look: a file half copied waits."""
        if not self.paths:
            return False
        seen = signature(self.paths)
        still = seen == self._last
        self._last = seen
        return still and seen != self._pulled
