"""The files of standards: read when somebody asks, kept as long as they do not change; what is wrong with one is said."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opstui.config.findings import Finding, dotted
from opstui.domain.standards import FILE_MOST, Document, parse

if TYPE_CHECKING:
    from opstui.config.load import Loaded

NOTHING = Document("", (), "")


class Read(NamedTuple):
    """A file as it was read, or why it cannot be."""

    document: Document
    trouble: str = ""


class Files:
    """Documents by path, read again when the file is another. Whoever asks waits for the disk: not on the key path."""

    def __init__(self) -> None:
        self._kept: dict[Path, tuple[tuple[int, int], Read]] = {}

    def read(self, path: Path) -> Read:
        """What a file says; never raises, a file is somebody else's."""
        try:
            told = path.stat()
            mark = (told.st_mtime_ns, told.st_size)
            if path in self._kept and self._kept[path][0] == mark:
                return self._kept[path][1]
            found = _read(path, told)
        except OSError as error:
            self._kept.pop(path, None)
            return Read(NOTHING, f"{_words(error)}: {path}")
        self._kept[path] = mark, found
        return found


def _read(path: Path, told: os.stat_result) -> Read:
    if not stat.S_ISREG(told.st_mode):
        return Read(NOTHING, f"it is no file: {path}")
    if told.st_size > FILE_MOST:
        return Read(NOTHING, f"it is longer than {FILE_MOST // 1_000_000} MB: {path}")
    with path.open("rb") as file:
        text = file.read(FILE_MOST + 1)[:FILE_MOST]
    document = parse(text.decode("utf-8-sig", "replace"))
    return Read(document, "" if document.steps else f"it has no list of steps: {path}")


def _words(error: OSError) -> str:
    return "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror or type(error).__name__


def look_over(loaded: Loaded) -> Iterator[Finding]:
    """What is wrong with the files that standards name: for ``opstui config check``."""
    files = Files()
    for standard in loaded.settings.standards:
        if standard.path and (trouble := files.read(Path(standard.path)).trouble):
            key = ("standards", standard.name, "path")
            where = loaded.provenance.where(key)
            yield Finding("warning", where, dotted(key), trouble, "Its items say so until it is mended")
