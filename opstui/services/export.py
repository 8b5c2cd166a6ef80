"""Everything the user owns, out of the store as JSON Lines, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from opstui.domain.outbox import words
from opstui.domain.text import clean, clean_line
from opstui.errors import StoreError
from opstui.services.records import FILES, Record, records, stamp
from opstui.store import log, outbox
from opstui.store.db import Store

FORMAT = 1
"""Of the exported files; ``import`` reads this one."""

MANIFEST = "opstui-export.json"
EVERY = 1 << 40


def export(store: Store, folder: Path, *, now: datetime, zone: tzinfo) -> dict[str, int]:
    """Write every user-owned record into ``folder``; how many of each kind there were.

    Each file is written beside its place and moved there whole, so that an interrupted export leaves no half file.

    Raises:
        StoreError: the folder cannot be written.
    """
    counts: dict[str, int] = {}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with store.reading() as conn:
            for kind in FILES:
                counts[kind] = _write(folder / f"{kind}.jsonl", _json_lines(records(conn, kind)))
                _write(folder / f"{kind}.csv", _csv(kind, records(conn, kind)))
            _write(folder / "log.md", _markdown(conn, zone))
        manifest = {"format": FORMAT, "at": stamp(now), "counts": counts}
        _write(folder / MANIFEST, [json.dumps(manifest, indent=2) + "\n"])
    except OSError as error:
        raise StoreError(
            f"The export to {folder} failed", error.strerror or str(error), "Name a folder you can write"
        ) from error
    return counts


def _write(path: Path, pieces: Iterable[str]) -> int:
    part = path.with_name(f".{path.name}.part")
    count = 0
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="") as file:
        for piece in pieces:
            file.write(piece)
            count += 1
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return count


def _json_lines(found: Iterable[Record]) -> Iterator[str]:
    for record in found:
        yield json.dumps(record, ensure_ascii=False) + "\n"


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "marks": (
        *("ref", "verdict", "at", "who", "until", "reason", "target", "owner", "priority", "stage", "for_block", "basis"),
        "staged",
    ),
    "journal": ("at", "who", "verb", "summary", "why", "ref", "target", "before", "after", "uid", "undoes", "redoes"),
    "notes": ("at", "who", "kind", "ref", "text", "withdrawn", "uid"),
    "decisions": (
        *("at", "who", "what", "why", "options", "owner", "review_on", "effect", "ref"),
        *("supersedes", "superseded_by", "withdrawn", "uid"),
    ),
    "records": ("at", "who", "kind", "name", "ref", "open", "due", "data", "uid"),
    "sessions": ("started", "ended", "decided", "seconds"),
    "drafts": ("slot", "text"),
    "outbox": (
        *("at", "who", "source", "ref", "verb", "value", "base", "state", "settled", "made", "what", "why", "theirs"),
        *("uid", "group", "undoes"),
    ),
}


def _csv(kind: str, found: Iterable[Record]) -> Iterator[str]:
    """A table for a spreadsheet; of the journal a row for every thing that changed."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS[kind])
    for record in found:
        lines = record.get("lines") if kind == "journal" else None
        for line in lines or [{}]:
            both = record | line
            writer.writerow([_cell(both.get(name)) for name in COLUMNS[kind]])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = " | ".join(str(one) for one in value)
    elif isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, bool):
        value = "yes" if value else ""
    text = clean(str(value))
    # A spreadsheet would run these as formulas, and titles and reasons hold what strangers wrote.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _markdown(conn: sqlite3.Connection, zone: tzinfo) -> Iterator[str]:
    """Notes, decisions and actions by day, youngest first."""
    yield "# Log\n"
    day = ""
    for entry in log.entries(conn, "", (), 0, EVERY):
        at = entry.at.astimezone(zone)
        if f"{at:%Y-%m-%d}" != day:
            day = f"{at:%Y-%m-%d}"
            yield f"\n## {at:%A} {day}\n\n"
        ref = f" `{clean_line(entry.ref)}`" if entry.ref else ""
        body = "\n  ".join(_escaped(clean(entry.text)).splitlines())
        yield f"- **{at:%H:%M} {entry.kind}**{ref} {body} ({_escaped(clean_line(entry.who))})\n"
    sent = [one for one, _ in outbox.every(conn)]
    if sent:
        yield "\n## Changes meant for sources\n\n"
    for one in sent:
        where = f"`{clean_line(one.ref or one.source)}`"
        said = _escaped(clean_line(words(one.verb, one.value)))
        yield f"- **{one.at.astimezone(zone):%Y-%m-%d %H:%M} {one.state}** {where} {said} ({_escaped(clean_line(one.who))})\n"


_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>#|"})


def _escaped(text: str) -> str:
    return text.translate(_MARKUP)
