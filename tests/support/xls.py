"""The smallest old Excel workbook (BIFF8 in a compound file), because no library that writes them is still kept."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def write_xls(path: Path, rows: Sequence[Sequence[str | float]], sheet: str = "Sheet1") -> Path:
    """A workbook of one sheet of texts and numbers."""
    stream = _workbook(rows, sheet)
    stream += bytes(max(4096, -(-len(stream) // _SECTOR) * _SECTOR) - len(stream))
    count = len(stream) // _SECTOR
    chain = [_FAT, _END, *range(3, count + 2), _END]  # the table itself, the directory, then the stream
    table = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    directory = (
        _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream)) + _entry("", 0, _FREE, 0, 0) * 2
    )
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", 0, *[_FREE] * 108)
    path.write_bytes(header + table + directory + stream)
    return path


def _workbook(rows: Sequence[Sequence[str | float]], sheet: str) -> bytes:
    name = sheet.encode("latin-1")
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)) + _record(
        0x0042, struct.pack("<H", 1200)
    )
    bound = len(start) + 4 + 8 + len(name) + 4
    start += _record(0x0085, struct.pack("<IBBBB", bound, 0, 0, len(name), 0) + name) + _record(0x000A, b"")
    cells = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    cells += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            where = struct.pack("<HHH", line, place, 0)
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                cells += _record(0x0204, where + struct.pack("<HB", len(value), 1) + text)
            else:
                cells += _record(0x0203, where + struct.pack("<d", value))
    return start + cells + _record(0x000A, b"")


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + struct.pack("<III", _FREE, _FREE, child)
    return entry + bytes(36) + struct.pack("<II", start, size) + bytes(4)
