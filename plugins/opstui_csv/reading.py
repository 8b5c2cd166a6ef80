"""From a file on disk to text: one whole and unchanging snapshot, then its encoding."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from opstui.errors import ConfigError, SourceError, SourceRefused, SourceUnavailable

LIMIT = 1 << 30
"""Bytes of the largest file that is read; a bigger export is split or filtered first."""

_TRIES = 4
_PAUSE = 0.15
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "an Excel or OpenDocument workbook (or another zip file)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "compressed (gzip): unpack it first"),
    (b"7z\xbc\xaf", "compressed (7-Zip): unpack it first"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
)
_MARKUP = re.compile(rb"\s*<(?:!doctype html|html|head|\?xml)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All bytes of a file as they were at one moment."""

    path: Path
    data: bytes
    size: int
    mtime_ns: int
    sha256: str


def snapshot(path: Path) -> Snapshot:
    """Read a file from one open descriptor; read again if it moved meanwhile, and give up when it does not rest.

    Raises:
        SourceRefused: it is not there, may not be read, or is too big.
        SourceUnavailable: it is still being written.
    """
    try:
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE * attempt)
            with path.open("rb") as stream:
                before = os.fstat(stream.fileno())
                if before.st_size > LIMIT:
                    raise SourceRefused(f"{path} is too big", f"it has {before.st_size >> 20} MB", "Export a shorter period.")
                data = stream.read()
            after = path.stat()
            if len(data) == before.st_size and _same(before, after):
                digest = hashlib.sha256(data).hexdigest()
                return Snapshot(path, data, before.st_size, before.st_mtime_ns, digest)
    except OSError as error:
        raise unreadable(path, error) from error
    raise SourceUnavailable(
        f"{path} is being written", "it changed each time it was read", "It is tried again at the next pull."
    )


def unchanged(shot: Snapshot) -> bool:
    """Whether the file on disk is still the one of the snapshot."""
    try:
        now = shot.path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == (shot.size, shot.mtime_ns)


def unreadable(path: Path, error: OSError) -> SourceError:
    """The error of the tree for an operating system's one."""
    if isinstance(error, FileNotFoundError):
        return SourceRefused(f"{path} is not there", "no such file or folder", "Check path in the source's options.")
    if isinstance(error, PermissionError):
        return SourceRefused(f"{path} cannot be read", "this user has no right to", "Ask for the right, or change path.")
    if isinstance(error, IsADirectoryError):
        return SourceRefused(f"{path} is a folder", "a file was expected", "Check path in the source's options.")
    return SourceUnavailable(f"{path} cannot be read", error.strerror or str(error))


def known_encoding(name: str) -> str:
    """A codec's own name.

    Raises:
        ConfigError: there is none of this name.
    """
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        known = 'such as "utf-8", "utf-16" or "cp1252"'
        raise ConfigError(f"encoding {name!r} is unknown", "no such text encoding", f"Use a name {known}.") from error


def decode(data: bytes, name: str, encoding: str = "") -> tuple[str, str, list[str]]:
    """The text of a file, the encoding it was read in, and what had to be assumed.

    Raises:
        SourceRefused: it is no text, or not in the encoding that the config names.
    """
    for magic, words in _MAGIC:
        if data.startswith(magic):
            step = 'Use connector = "excel" for it.' if "workbook" in words else "Point path at a CSV export."
            raise SourceRefused(f"{name} is not a CSV file", f"it is {words}", step)
    if encoding:
        return _as_told(data, name, encoding)
    text, found, notes = _detect(data, name)
    if _MARKUP.match(data[:1024]):
        why = "it is a web page or XML, perhaps a sign-in page that was saved instead of the export"
        raise SourceRefused(f"{name} is not a CSV file", why, "Download the export again.")
    head = text[:65536]
    if len(_CONTROLS.findall(head)) + head.count("\0") > max(32, len(head) // 10):
        raise SourceRefused(f"{name} is not a CSV file", "it holds binary data", "Point path at a CSV export.")
    return _without_nul(text, name, notes), found, notes


def _as_told(data: bytes, name: str, encoding: str) -> tuple[str, str, list[str]]:
    codec = known_encoding(encoding)
    codec = "utf-8-sig" if codec == "utf-8" else codec
    if codec == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = _wide(data) or "utf-16-le"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        why = f"line {line} has a byte that {encoding} does not know"
        raise SourceRefused(
            f"{name} is not in {encoding}", why, "Remove encoding from the options to have it found."
        ) from error
    notes: list[str] = []
    return _without_nul(text.removeprefix("\ufeff"), name, notes), encoding, notes


def _detect(data: bytes, name: str) -> tuple[str, str, list[str]]:
    if data.startswith(codecs.BOM_UTF8):
        return _utf8(data[3:], name)
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return data.decode("utf-32", "replace"), "utf-32", []
    wide = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _wide(data)
    if wide:
        notes = []
        if len(data) % 2:
            data = data[:-1]
        try:
            text = data.decode(wide)
        except UnicodeDecodeError:
            text = data.decode(wide, "replace")
            notes = [f"{name}: characters that are no valid {wide} were replaced"]
        return text.removeprefix("\ufeff"), wide, notes
    return _utf8(data, name)


def _utf8(data: bytes, name: str) -> tuple[str, str, list[str]]:
    """UTF-8 if it is, also with a few broken bytes or a last character cut in half; else Windows-1252."""
    try:
        return data.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8"), "utf-8", []
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    if broken * 10 < foreign:
        return text, "utf-8", [f"{name}: {broken} broken characters were replaced"]
    return _cp1252(data), "cp1252", [f"{name}: read as Windows-1252, because it is no UTF-8; set encoding if that is wrong"]


def _cp1252(data: bytes) -> str:
    """Windows-1252 as browsers read it: the five bytes without a meaning become control characters, cleaned away later."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        holes = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
        table = "".join(chr(byte) if byte in holes else bytes([byte]).decode("cp1252") for byte in range(256))
        return codecs.charmap_decode(data, "strict", table)[0]


def _wide(data: bytes) -> str:
    """UTF-16 without a byte order mark shows in where its zero bytes stand: beside each letter of a plain heading line."""
    head = data[:4096]
    half = len(head) // 2
    if half < 4:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for name, ours, others, start in (("utf-16-le", odd, even, head[1:4:2]), ("utf-16-be", even, odd, head[0:4:2])):
        if ours > 4 * others and (start == b"\0\0" or ours > half * 0.3):
            return name
    return ""


def _without_nul(text: str, name: str, notes: list[str]) -> str:
    count = text.count("\0")
    if count:
        notes.append(f"{name}: {count} NUL characters were left out")
        text = text.replace("\0", "")
    return text


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_ino, one.st_size, one.st_mtime_ns) == (other.st_ino, other.st_size, other.st_mtime_ns)
