"""One pull over all files of a source: what changed is read, what did not costs a hash, what is gone is closed on request."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import Cursor, Known, Page, Refusal
from opstui.errors import SourceError
from opstui_csv.files import Place
from opstui_csv.intake import PAGE, Batch, Intake
from opstui_csv.reading import Snapshot, snapshot, unchanged
from opstui_csv.table import Table, together

if TYPE_CHECKING:
    from opstui_csv.connector import FileConnector

_REMEMBERED = 200
"""How many refusals of a file are kept in the cursor, to be told again while the file stays as it is."""

_KEPT = 64 << 20
"""Bytes of several files that are kept between hashing and reading."""

_REST = 1.0
"""Seconds that a file must not have moved before records missing from it are taken as over."""


@dataclass(slots=True)
class Source:
    """One file in this pull."""

    place: Place
    shot: Snapshot | None = None
    changed: bool = False
    error: SourceError | None = None


class Pull:
    """The state of one pull. The cursor says which content of which file is wholly in the store."""

    def __init__(self, connector: FileConnector, cursor: Cursor | None, known: Known) -> None:
        self.connector = connector
        self.context = connector.context
        self.complete = connector.settings.complete
        same = cursor is not None and cursor.get("recipe") == connector.recipe
        before: Mapping[str, Any] = (cursor or {}) if same else {}
        self.files: dict[str, dict[str, Any]] = {name: dict(state) for name, state in before.get("files", {}).items()}
        self.log = bool(before.get("log"))
        self.closed = bool(before.get("closed"))
        """Whether what is gone from a complete export has been closed."""
        self.known = known
        self.failed: dict[str, str] = dict(before.get("failed", {}))
        """Files that could not be read at all, with the reason."""
        self.several = False
        self.left_out: list[Refusal] = []
        self.whole = True
        """Whether everything the files hold came in, so that what is absent may be called gone."""

    def pages(self) -> Iterator[Page]:
        """The pages. The newest file comes first, and a key it holds is not taken from an older one."""
        sources = self._look()
        names = {source.place.name for source in sources}
        vanished = [name for name in self.files if name not in names]
        for name in vanished:
            del self.files[name]
        failed = {source.place.name: source.error.why or source.error.what for source in sources if source.error is not None}
        moved = any(source.changed for source in sources) or failed != self.failed
        self.failed, self.whole = failed, not failed
        if not moved and (not self.complete or (self.closed and not vanished)):
            yield self._as_before()
            return
        self.closed = False
        wanted = [source for source in sources if source.error is None]
        if not (self.complete or self.log or self._logs(wanted)):
            wanted = _down_to_oldest_changed(wanted)
        yield from self._remembered({source.place.name for source in wanted})
        present: set[str] = set()
        held: Page | None = None
        for group, table in self._tables(wanted):
            for page in self._read(group, table, present):
                if held is not None:
                    yield held
                held = page
        if self.left_out:
            if held is not None:
                yield held
            held = Page(refused=tuple(self.left_out[:PAGE]))
        deleted = self._gone(present, wanted)
        for start in range(0, len(deleted), PAGE):
            if held is not None:
                yield held
            held = Page(deleted=deleted[start : start + PAGE])
        yield replace(held or Page(), cursor=self._cursor())

    # -- which files

    def _look(self) -> list[Source]:
        """Every file with its hash compared; raises when none can be read."""
        sources: list[Source] = []
        kept = 0
        places = self.connector.places()
        self.several = len(places) > 1
        for place in places:
            source = Source(place)
            try:
                shot = snapshot(place.path)
            except SourceError as error:
                if not self.several:
                    raise
                source.error = error
            else:
                state = self.files.get(place.name, {})
                source.changed = not (state.get("done") and state.get("sha256") == shot.sha256)
                kept += shot.size
                source.shot = shot if kept <= _KEPT or not self.several else replace(shot, data=b"")
            sources.append(source)
        errors = [source.error for source in sources if source.error is not None]
        if len(errors) == len(sources):
            raise errors[0]
        return sources

    def _as_before(self) -> Page:
        """Nothing moved. The store still has what was refused; what was assumed is said again."""
        for state in self.files.values():
            for note in state.get("notes", ()):
                self.context.note(note)
        return Page(cursor=self._cursor(), unchanged=sum(int(state.get("records", 0)) for state in self.files.values()))

    def _remembered(self, read: Set[str]) -> Iterator[Page]:
        """What the files that are not read this time said last time: with a new cursor the store forgets it."""
        refused = [Refusal(name, f"the whole file: {why}") for name, why in self.failed.items()]
        unchanged = 0
        for name, state in self.files.items():
            if name in read or name in self.failed:
                continue
            unchanged += int(state.get("records", 0))
            refused.extend(Refusal(*parts) for parts in state.get("refused", ()))
            for note in state.get("notes", ()):
                self.context.note(note)
        for start in range(0, len(refused), PAGE):
            yield Page(refused=tuple(refused[start : start + PAGE]))
        if unchanged:
            yield Page(unchanged=unchanged)

    def _logs(self, sources: Sequence[Source]) -> bool:
        """Whether one of several changed files is an event log: then a record's rows may be in any of them."""
        if not self.several:
            return False
        for source in sources:
            if source.changed:
                try:
                    self.log = bool(Intake(self._table(source), self.connector.settings, self.context).log)
                except SourceError:
                    continue  # told when it is read
                if self.log:
                    return True
        return False

    def _tables(self, sources: Sequence[Source]) -> Iterator[tuple[list[Source], Table]]:
        """Each file by itself; event logs with the same heading line as one table."""
        by_names: dict[tuple[str, ...], list[tuple[Source, Table]]] = {}
        for source in sources:
            try:
                table = self._table(source)
            except SourceError as error:
                self._leave_out(source, error)
                self.left_out.append(_whole(source, error))
                continue
            if not self.log:
                yield [source], table
            else:
                by_names.setdefault(tuple(table.names), []).append((source, table))
        for members in by_names.values():
            yield [source for source, _ in members], together([table for _, table in reversed(members)])

    def _table(self, source: Source) -> Table:
        shot = source.shot
        if shot is None or (not shot.data and shot.size):
            shot = snapshot(source.place.path)
        table = self.connector.table(shot, source.place.name)
        source.shot = replace(shot, data=b"") if not self.several or self.log else shot
        return table

    def _leave_out(self, source: Source, error: SourceError) -> None:
        """One of several files cannot be used: the others still can, and this one is told of until it changes."""
        if not self.several:
            raise error
        self.whole = False
        note = f"{source.place.name} was left out: {error.what}: {error.why}"
        self.context.note(note)
        if source.shot is not None:
            self._done(source, 0, [_whole(source, error)], [note])

    # -- one table

    def _read(self, group: Sequence[Source], table: Table, present: set[str]) -> Iterator[Page]:
        """The pages of one table; the last one's cursor says that its files are done."""
        try:
            intake = Intake(table, self.connector.settings, self.context)
        except SourceError as error:
            for source in group:
                self._leave_out(source, error)
            yield Page(refused=tuple(_whole(source, error) for source in group))
            return
        claimed: Set[str] = frozenset(present)
        present.update(intake.present)
        refused = list(intake.refused)
        self.whole = self.whole and not refused
        held: Batch | None = None
        for batch in intake.batches(self.known.fingerprints(), claimed):
            self.context.progress(batch.done, intake.count, "records")
            if held is not None:
                yield self._page(held, refused)
            held = batch
        while len(refused) > PAGE:
            yield self._page(Batch([], 0, 0), refused)
        notes = intake.report()
        for note in notes:
            self.context.note(note)
        for place, source in enumerate(group):
            first = place == 0
            self._done(source, intake.count if first else 0, intake.refused if first else [], notes if first else [])
        yield self._page(held or Batch([], 0, 0), refused)

    def _page(self, batch: Batch, refused: list[Refusal]) -> Page:
        part = tuple(refused[:PAGE])
        del refused[:PAGE]
        return Page(tuple(batch.items), (), self._cursor(), batch.unchanged, part)

    def _done(self, source: Source, records: int, refused: Sequence[Refusal], notes: Sequence[str]) -> None:
        assert source.shot is not None
        told = [[refusal.where, refusal.reason, refusal.sample] for refusal in refused[:_REMEMBERED]]
        if len(refused) > _REMEMBERED:
            told.append([source.place.name, f"and {len(refused) - _REMEMBERED} more rows", ""])
        self.files[source.place.name] = {
            "size": source.shot.size,
            "mtime": source.shot.mtime_ns,
            "sha256": source.shot.sha256,
            "done": True,
            "records": records,
            "refused": told,
            "notes": list(notes),
        }

    def _cursor(self) -> dict[str, Any]:
        files = {name: dict(state) for name, state in self.files.items()}
        return {
            "recipe": self.connector.recipe,
            "log": self.log,
            "closed": self.closed,
            "failed": dict(self.failed),
            "files": files,
        }

    # -- what is gone

    def _gone(self, present: Set[str], sources: Sequence[Source]) -> tuple[str, ...]:
        """Keys of open records that a complete export no longer has; nothing while there is any doubt."""
        if not self.complete:
            return ()
        gone = tuple(sorted(self.known.open_keys() - present))
        self.closed = True
        if not gone:
            return ()
        if not self.whole:
            self._doubt(f"{len(gone)} records are not in the export, but rows were refused: none of them is taken as over")
            return ()
        if not present:
            self._doubt(f"the export has no rows: none of {len(gone)} open records is taken as over")
            return ()
        if not all(_rests(source.shot) for source in sources if source.shot is not None):
            self.closed = False  # it is read again, whole
            self.context.note("the export changed while it was read: what is gone from it is looked for at the next pull")
            return ()
        return gone

    def _doubt(self, note: str) -> None:
        self.context.note(note)
        if self.files:
            next(iter(self.files.values()))["notes"].append(note)


def _down_to_oldest_changed(sources: Sequence[Source]) -> list[Source]:
    """The changed files and every newer one, whose keys stand before theirs."""
    changed = [index for index, source in enumerate(sources) if source.changed]
    return list(sources[: changed[-1] + 1]) if changed else []


def _whole(source: Source, error: SourceError) -> Refusal:
    return Refusal(source.place.name, f"the whole file: {error.why or error.what}")


def _rests(shot: Snapshot) -> bool:
    """Whether a file has stayed as it was read, and long enough that nobody is in the middle of writing it."""
    age = time.time() - shot.mtime_ns / 1e9
    if 0 <= age < _REST:
        time.sleep(_REST - age)
    return unchanged(shot)
